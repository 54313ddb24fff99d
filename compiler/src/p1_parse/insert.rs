//! INSERT and queries.
//!
//! In: the parser behind INSERT, or at a query. Out: the statement with its query as sqlparser holds it. Hints are
//! attached by the driver, which has them.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::ast::{Insert, QueryText};
use super::columns::expression;
use super::cursor::{
    at_token, at_word, expect, identifier, name, parenthesized, path, span_here, span_since, take, upper,
};
use super::error::{Parse, expected, refuse};
use crate::base::{Diagnostic, Span};

const QUERY_WORDS: &[&str] = &["SELECT", "WITH", "VALUES", "TABLE"];

/// After INSERT, which began at `start`.
pub(super) fn insert(parser: &mut Parser<'_>, start: Span) -> Parse<Insert> {
    let overwrite = take(parser, &["OVERWRITE"]);
    if !overwrite {
        expect(parser, &["INTO"])?;
    }
    take(parser, &["TABLE"]);
    let table = name(parser)?;
    let mut partition = Vec::new();
    if take(parser, &["PARTITION"]) {
        partition = parenthesized(parser, |p| {
            let column = identifier(p)?;
            let value = if p.consume_token(&Token::Eq) {
                Some(expression(p)?)
            } else {
                None
            };
            Ok((column, value))
        })?;
    }
    let mut columns = None;
    if at_token(parser, 0, &Token::LParen) && !at_nested_query(parser) {
        columns = Some(parenthesized(parser, column)?);
    }
    let query = query(parser)?;
    if at_word(parser, 0, "ON") && at_word(parser, 1, "CONFLICT") {
        // Diagnostic: E1014 INSERT … ON CONFLICT is not part of this version's dialect.
        let diagnostic = Diagnostic::error("E1014", span_here(parser), "INSERT does not take ON CONFLICT");
        let help = "a sink with a PRIMARY KEY is written by upsert";
        return Err(refuse(diagnostic.with_help(help)));
    }
    Ok(Insert {
        table,
        overwrite,
        partition,
        columns,
        query,
        span: span_since(parser, start),
    })
}

/// Whether the bracket here opens a query and not a list of columns.
fn at_nested_query(parser: &Parser<'_>) -> bool {
    at_token(parser, 1, &Token::LParen) || QUERY_WORDS.iter().any(|word| at_word(parser, 1, word))
}

/// A column of the target; a path into a row is refused here, by its place.
fn column(parser: &mut Parser<'_>) -> Parse<super::ast::Text> {
    let mut parts = path(parser)?;
    if parts.len() > 1 {
        // Diagnostic: E1014 INSERT names a field of a row.
        let span = parts[0].span.to(parts[parts.len() - 1].span);
        let diagnostic = Diagnostic::error("E1014", span, "INSERT into a field of a row is not possible");
        return Err(refuse(
            diagnostic.with_help("name the column and give the whole row: ROW(…)"),
        ));
    }
    Ok(parts.remove(0))
}

/// A query: SELECT, WITH, VALUES, TABLE t, or one of them in brackets.
pub(super) fn query(parser: &mut Parser<'_>) -> Parse<QueryText> {
    let start = span_here(parser);
    if !QUERY_WORDS.contains(&upper(parser).as_str()) && !at_token(parser, 0, &Token::LParen) {
        return Err(expected(parser, "a query (SELECT, VALUES or WITH)"));
    }
    if at_word(parser, 0, "TABLE") {
        return Err(refuse(explicit_table(start)));
    }
    let query = parser.parse_query()?;
    Ok(QueryText {
        query,
        span: span_since(parser, start),
        hints: Vec::new(),
    })
}

// Diagnostic: E1014 `TABLE t` as a query: sqlparser loses what follows the name.
pub(super) fn explicit_table(span: Span) -> Diagnostic {
    Diagnostic::error("E1014", span, "TABLE t is not taken as a query").with_help("write SELECT * FROM t")
}
