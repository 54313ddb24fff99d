//! From sqlparser's error texts to diagnostics.
//!
//! In: a `ParserError` (a text that ends in a place) and the tokens of its statement. Out: a [`Diagnostic`] with the
//! place, what was found and expected, and what to do. Our own parsers raise finished diagnostics through the same
//! type: [`refuse`] writes one into the text, [`diagnostic`] reads it back.

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::span_here;
use super::positions::token_span;
use super::reserved::is_reserved_name;
use super::words::{self, word_of};
use crate::base::{Diagnostic, Span};

pub(super) type Parse<T> = Result<T, ParserError>;

/// Separates the fields of a diagnostic inside an error text; no token can hold it in a message of sqlparser.
const FIELD: char = '\u{1}';

/// Every code this pass reports.
const CODES: &[&str] = &[
    "E1001", "E1002", "E1003", "E1004", "E1005", "E1006", "E1007", "E1008", "E1009", "E1010", "E1011",
    "E1012", "E1013", "E1014", "E1015", "E1016",
];

/// A finished diagnostic on its way through sqlparser's parser.
pub(super) fn refuse(diagnostic: Diagnostic) -> ParserError {
    assert!(
        CODES.contains(&diagnostic.code),
        "{} is not listed",
        diagnostic.code
    );
    let Span { source, start, end } = diagnostic.span;
    let help = diagnostic.help.unwrap_or_default();
    let fields = [
        String::new(),
        diagnostic.code.to_owned(),
        source.to_string(),
        start.to_string(),
        end.to_string(),
        diagnostic.message,
        help,
    ];
    ParserError::ParserError(fields.join(&FIELD.to_string()))
}

fn refused(text: &str) -> Option<Diagnostic> {
    let fields: Vec<&str> = text.strip_prefix(FIELD)?.splitn(6, FIELD).collect();
    let [code, source, start, end, message, help] = fields.as_slice() else {
        return None;
    };
    let code = CODES.iter().find(|c| *c == code)?;
    let span = Span::new(source.parse().ok()?, start.parse().ok()?, end.parse().ok()?);
    let diagnostic = Diagnostic::error(code, span, *message);
    Some(if help.is_empty() {
        diagnostic
    } else {
        diagnostic.with_help(*help)
    })
}

/// The next token is not what the grammar needs here.
pub(super) fn expected(parser: &Parser<'_>, what: &str) -> ParserError {
    let found = parser.peek_token_ref();
    ParserError::ParserError(format!("Expected: {what}, found: {found}{}", found.span.start))
}

/// The same with what to write.
pub(super) fn expected_with_help(parser: &Parser<'_>, what: &str, help: &str) -> ParserError {
    let token = parser.peek_token_ref();
    let found = match &token.token {
        Token::EOF => "the end of the statement".to_owned(),
        other => format!("`{other}`"),
    };
    let message = format!("expected {what}, found {found}");
    refuse(Diagnostic::error("E1001", span_here(parser), message).with_help(help))
}

/// How deep an error lies, to compare errors of two attempts at the same text; the end of the text is deepest.
pub(super) fn depth(error: &ParserError) -> u64 {
    match error {
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => match refused(text) {
            Some(diagnostic) => u64::from(diagnostic.span.start),
            None => split_place(text)
                .1
                .map_or(u64::MAX, |(_, offset)| u64::from(offset)),
        },
        ParserError::RecursionLimitExceeded => u64::MAX,
    }
}

/// The diagnostic of an error in the statement with these tokens. `index` is the token the parser stopped at, for
/// errors that name no place.
pub(super) fn diagnostic(error: &ParserError, tokens: &[TokenWithSpan], index: usize) -> Diagnostic {
    let text = match error {
        ParserError::RecursionLimitExceeded => return too_deep(statement_span(tokens)),
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text,
    };
    if let Some(diagnostic) = refused(text) {
        return diagnostic;
    }
    let (text, place) = split_place(text);
    let found = match place {
        Some((_, offset)) => tokens.iter().position(|t| token_span(t).start == offset),
        None if text.ends_with("found: EOF") || text.starts_with(NO_UNIT) => None,
        None => (index < tokens.len()).then_some(index),
    };
    Problem { tokens, found, text }.diagnostic()
}

/// How sqlparser says that an interval has no unit; at the end of the statement without a place.
const NO_UNIT: &str = "INTERVAL requires a unit";

/// From the first token to the last.
pub(super) fn statement_span(tokens: &[TokenWithSpan]) -> Span {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        unreachable!("statements without tokens are not parsed");
    };
    token_span(first).to(token_span(last))
}

// Diagnostic: E1009 expressions, queries or types are nested deeper than the parser's limit.
pub(super) fn too_deep(statement: Span) -> Diagnostic {
    Diagnostic::error("E1009", statement, "this statement is nested too deeply")
        .with_help("move inner queries into views or WITH, and long expressions into computed columns")
}

/// Cuts ` at Line: L, Column: C` off; our lines are file + 1, our columns byte offset + 1.
fn split_place(text: &str) -> (&str, Option<(u16, u32)>) {
    let Some((message, place)) = text.rsplit_once(" at Line: ") else {
        return (text, None);
    };
    let numbers = place.split_once(", Column: ").and_then(|(line, column)| {
        let source = line.parse::<u16>().ok()?.checked_sub(1)?;
        let offset = column.parse::<u32>().ok()?.checked_sub(1)?;
        Some((source, offset))
    });
    match numbers {
        Some(place) => (message, Some(place)),
        None => (text, None),
    }
}

/// An error text with the tokens around its place.
struct Problem<'a> {
    tokens: &'a [TokenWithSpan],
    /// The token that was found; `None` at the end of the statement.
    found: Option<usize>,
    text: &'a str,
}

impl Problem<'_> {
    fn diagnostic(&self) -> Diagnostic {
        if let Some(diagnostic) = self.brackets() {
            return diagnostic;
        }
        let expected = self
            .text
            .strip_prefix("Expected: ")
            .and_then(|t| t.split_once(", found: "));
        let expected = match expected {
            Some((expected, _)) => expected,
            None if self.text.starts_with(NO_UNIT) => "a unit of time (DAY, HOUR, MINUTE, SECOND, …)",
            // Diagnostic: E1001 the text is not what the grammar needs at this place.
            None => return Diagnostic::error("E1001", self.span(), self.text.to_owned()),
        };
        let expected = plain(expected);
        if let Some(diagnostic) = self.reserved(&expected).or_else(|| self.trailing_comma()) {
            return diagnostic;
        }
        let message = format!("expected {expected}, found {}", self.found_text());
        let diagnostic = Diagnostic::error("E1001", self.span(), message);
        match self.help(&expected) {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        }
    }

    fn token(&self) -> Option<&TokenWithSpan> {
        self.tokens.get(self.found?)
    }

    /// Index of the token that was found; past the last one at the end.
    fn at(&self) -> usize {
        self.found.unwrap_or(self.tokens.len())
    }

    /// The token, or the place behind the last one.
    fn span(&self) -> Span {
        match self.token() {
            Some(token) => token_span(token),
            None => after(statement_span(self.tokens)),
        }
    }

    fn found_text(&self) -> String {
        match self.token().map(|t| &t.token) {
            None => "the end of the statement".to_owned(),
            Some(Token::Word(word)) if word.quote_style.is_some() => format!("the name `{}`", word.value),
            Some(Token::SingleQuotedString(text)) => format!("the string '{text}'"),
            Some(other) => format!("`{other}`"),
        }
    }

    // Diagnostic: E1007 a bracket is opened and not closed in the statement, or closed and not opened.
    fn brackets(&self) -> Option<Diagnostic> {
        let mut open: Vec<(&Token, Span)> = Vec::new();
        for token in &self.tokens[..self.at()] {
            match &token.token {
                Token::LParen | Token::LBracket => open.push((&token.token, token_span(token))),
                Token::RParen | Token::RBracket => drop(open.pop()),
                _ => {}
            }
        }
        if self.found.is_none() {
            let (bracket, span) = open.pop()?;
            let message = format!("this `{bracket}` is not closed before the statement ends");
            return Some(Diagnostic::error("E1007", span, message).with_help("add the missing bracket"));
        }
        let found = &self.token()?.token;
        if open.is_empty() && matches!(found, Token::RParen | Token::RBracket) {
            let message = format!("this `{found}` closes nothing");
            return Some(Diagnostic::error("E1007", self.span(), message).with_help("remove it"));
        }
        None
    }

    // Diagnostic: E1008 a comma with nothing after it.
    fn trailing_comma(&self) -> Option<Diagnostic> {
        let comma = self.tokens.get(self.at().checked_sub(1)?)?;
        let ends = match self.token().map(|t| &t.token) {
            None => true,
            Some(Token::RParen | Token::RBracket | Token::Comma) => true,
            Some(other) => word_of(other).is_some_and(words::is_reserved),
        };
        if comma.token != Token::Comma || !ends {
            return None;
        }
        let message = format!("nothing follows this comma but {}", self.found_text());
        Some(Diagnostic::error("E1008", token_span(comma), message).with_help("remove the comma"))
    }

    // Diagnostic: E1005 a reserved word stands where a name is needed.
    fn reserved(&self, expected: &str) -> Option<Diagnostic> {
        let word = word_of(&self.token()?.token)?;
        if !expected.contains("name") || !is_reserved_name(word) {
            return None;
        }
        let message = format!(
            "expected {expected}, found the reserved word {}",
            word.to_uppercase()
        );
        Some(
            Diagnostic::error("E1005", self.span(), message)
                .with_help(format!("as a name it is written `{word}`")),
        )
    }

    fn help(&self, expected: &str) -> Option<String> {
        let word = self.token().and_then(|t| word_of(&t.token));
        if self.text.starts_with(NO_UNIT) && word.is_none_or(words::is_reserved) {
            return Some("the unit stands behind the string: INTERVAL '5' SECOND".to_owned());
        }
        let upper = word.map(str::to_ascii_uppercase).unwrap_or_default();
        let previous = self
            .at()
            .checked_sub(1)
            .and_then(|i| word_of(&self.tokens[i].token));
        let misspelt = |word: &str| Some((word.to_owned(), words::misspelt_clause(word)?));
        if expected == "the end of the statement" {
            match upper.as_str() {
                "GROUP" | "ORDER" | "PARTITION" if !self.followed_by("BY") => {
                    return Some(format!("write {upper} BY"));
                }
                "PARTITION" => return Some("write PARTITIONED BY".to_owned()),
                _ if words::STATEMENT_WORDS.contains(&upper.as_str()) => {
                    return Some("a statement ends with `;`: add one before this word".to_owned());
                }
                _ => {}
            }
        }
        // A misspelt clause is taken for an alias, and only the word behind it is one too many.
        let slip = match expected {
            "the end of the statement" => previous.and_then(misspelt).or_else(|| word.and_then(misspelt)),
            _ => word.and_then(misspelt).or_else(|| previous.and_then(misspelt)),
        };
        if let Some((word, suggestion)) = slip {
            return Some(format!("did you mean `{suggestion}` instead of `{word}`?"));
        }
        let string = expected.contains("a string in single quotes");
        word.filter(|_| string).map(|word| format!("write '{word}'"))
    }

    fn followed_by(&self, word: &str) -> bool {
        self.tokens
            .get(self.at() + 1)
            .is_some_and(|t| words::is_word(&t.token, word))
    }
}

/// The place right after a token: what is missing belongs there.
fn after(span: Span) -> Span {
    Span {
        start: span.end,
        ..span
    }
}

/// sqlparser's names of what it expected, in ours.
fn plain(expected: &str) -> String {
    match expected {
        "identifier" => "a name".to_owned(),
        "literal string" => "a string in single quotes".to_owned(),
        "literal int" => "a whole number".to_owned(),
        "end of statement" => "the end of the statement".to_owned(),
        "SELECT, VALUES, or a subquery in the query body" => "a query (SELECT or VALUES)".to_owned(),
        "an SQL statement" => "a statement".to_owned(),
        "an expression" | "an expression:" => "an expression".to_owned(),
        "a data type name" => "a type".to_owned(),
        other => match other.trim_end_matches(':') {
            bracket @ ("(" | ")" | "[" | "]" | "," | ">" | "<" | "=") => format!("`{bracket}`"),
            text => text.to_owned(),
        },
    }
}
