//! The words the grammar knows: what may not be a name, units of intervals, what statements and clauses start with.

use sqlparser::tokenizer::Token;

use crate::base::nearest;

/// The text of an unquoted word.
pub(super) fn word_of(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(&word.value),
        _ => None,
    }
}

/// Whether a token is that word, unquoted, in any case.
pub(super) fn is_word(token: &Token, word: &str) -> bool {
    word_of(token).is_some_and(|w| w.eq_ignore_ascii_case(word))
}

/// Words that start or continue a clause. Unquoted, they are never a name, nor do they start an expression:
/// sqlparser would take some of them for column names and lose the clause.
pub(super) const RESERVED: &[&str] = &[
    "ALL",
    "AND",
    "AS",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CREATE",
    "CROSS",
    "DEFINE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "EXCEPT",
    "EXISTS",
    "FETCH",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IN",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTO",
    "IS",
    "JOIN",
    "LATERAL",
    "LIKE",
    "LIMIT",
    "MATCH_RECOGNIZE",
    "MEASURES",
    "MINUS",
    "NATURAL",
    "NOT",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OVER",
    "PARTITION",
    "PATTERN",
    "QUALIFY",
    "SELECT",
    "TABLESAMPLE",
    "THEN",
    "UNION",
    "USING",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
];

/// Reserved words that do start an expression or follow a call.
const STARTS_EXPRESSION: &[&str] = &["CASE", "CAST", "EXISTS", "NOT", "LATERAL", "ALL", "DISTINCT"];

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|r| r.eq_ignore_ascii_case(word))
}

/// Whether an expression can not start with this word.
pub(super) fn ends_expression(word: &str) -> bool {
    word.eq_ignore_ascii_case("END")
        || is_reserved(word) && !STARTS_EXPRESSION.iter().any(|r| r.eq_ignore_ascii_case(word))
}

/// Units of interval literals.
pub(super) fn is_unit(word: &str) -> bool {
    let singular = word.strip_suffix(['s', 'S']).unwrap_or(word);
    UNITS.iter().any(|u| u.eq_ignore_ascii_case(singular))
}

const UNITS: &[&str] = &[
    "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND",
];

/// Functions whose first argument is a unit of time.
pub(super) fn takes_unit_first(function: &str) -> bool {
    ["TIMESTAMPADD", "TIMESTAMPDIFF"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(function))
}

/// What a statement may start with.
pub(super) const STATEMENT_WORDS: &[&str] = &[
    "ADD", "ALTER", "ANALYZE", "BEGIN", "CALL", "COMPILE", "CREATE", "DELETE", "DESC", "DESCRIBE", "DROP",
    "EXECUTE", "EXPLAIN", "INSERT", "LOAD", "REMOVE", "REPLACE", "RESET", "SELECT", "SET", "SHOW", "STOP",
    "TABLE", "TRUNCATE", "UNLOAD", "UPDATE", "USE", "VALUES", "WITH",
];

/// Words that follow something in a query or a definition: what a misspelt word may have meant.
pub(super) const CLAUSE_WORDS: &[&str] = &[
    "AND",
    "BETWEEN",
    "COMMENT",
    "CROSS",
    "DAY",
    "DAYS",
    "DISTRIBUTED",
    "ENFORCED",
    "EXCEPT",
    "EXISTS",
    "FETCH",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "HOUR",
    "HOURS",
    "INNER",
    "INTERSECT",
    "INTO",
    "JOIN",
    "LATERAL",
    "LEFT",
    "LIKE",
    "LIMIT",
    "METADATA",
    "MINUTE",
    "MINUTES",
    "MONTH",
    "NATURAL",
    "OFFSET",
    "ORDER",
    "OUTER",
    "OVER",
    "OVERWRITE",
    "PARTITION",
    "PARTITIONED",
    "PRIMARY",
    "QUALIFY",
    "RIGHT",
    "SECOND",
    "SECONDS",
    "SELECT",
    "STATEMENT",
    "TABLE",
    "TEMPORARY",
    "UNION",
    "USING",
    "VALUES",
    "VIEW",
    "VIRTUAL",
    "WATERMARK",
    "WHERE",
    "WINDOW",
    "WITH",
];

/// The clause that a word may have meant; `None` for a word that means something itself.
pub(super) fn misspelt_clause(word: &str) -> Option<&'static str> {
    let known = [CLAUSE_WORDS, STATEMENT_WORDS, RESERVED, TYPE_WORDS];
    if known
        .iter()
        .any(|words| words.iter().any(|w| w.eq_ignore_ascii_case(word)))
    {
        return None;
    }
    nearest::nearest(word, CLAUSE_WORDS.iter().copied())
}

/// Names of types that are near to words of clauses.
const TYPE_WORDS: &[&str] = &["INT", "DATE", "TIME", "ROW", "ARRAY", "MAP"];
