//! SET, RESET, DROP, and the commands that Flink has and this version does not run.
//!
//! In: the parser behind the first word. Out: the statement. What is not run is named by its first words and its
//! rest is not looked at.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::ast::{StatementKind, Text};
use super::cursor::{at_end, at_token, expect_token, name, span_since, take, upper};
use super::error::{Parse, expected, refuse};
use super::positions::token_span;
use crate::base::Diagnostic;

/// A statement that is only named; takes all its tokens.
pub(super) fn unsupported(parser: &mut Parser<'_>, what: &str) -> StatementKind {
    while !at_end(parser) {
        parser.advance_token();
    }
    StatementKind::Unsupported {
        what: what.to_owned(),
    }
}

/// The first words of commands; the longest that fits names the statement.
const COMMANDS: &[&[&str]] = &[
    &["ADD", "JAR"],
    &["ALTER", "CATALOG"],
    &["ALTER", "CONNECTION"],
    &["ALTER", "DATABASE"],
    &["ALTER", "FUNCTION"],
    &["ALTER", "MATERIALIZED", "TABLE"],
    &["ALTER", "MODEL"],
    &["ALTER", "TABLE"],
    &["ALTER", "TEMPORARY", "FUNCTION"],
    &["ALTER", "TEMPORARY", "SYSTEM", "FUNCTION"],
    &["ALTER", "VIEW"],
    &["ANALYZE", "TABLE"],
    &["CALL"],
    &["COMPILE", "AND", "EXECUTE", "PLAN"],
    &["COMPILE", "PLAN"],
    &["DELETE", "FROM"],
    &["DESC"],
    &["DESCRIBE"],
    &["EXECUTE", "PLAN"],
    &["LOAD", "MODULE"],
    &["REMOVE", "JAR"],
    &["SHOW", "CATALOGS"],
    &["SHOW", "COLUMNS"],
    &["SHOW", "CREATE", "CATALOG"],
    &["SHOW", "CREATE", "MATERIALIZED", "TABLE"],
    &["SHOW", "CREATE", "MODEL"],
    &["SHOW", "CREATE", "TABLE"],
    &["SHOW", "CREATE", "VIEW"],
    &["SHOW", "CURRENT", "CATALOG"],
    &["SHOW", "CURRENT", "DATABASE"],
    &["SHOW", "DATABASES"],
    &["SHOW", "FULL", "MODULES"],
    &["SHOW", "FUNCTIONS"],
    &["SHOW", "JARS"],
    &["SHOW", "JOBS"],
    &["SHOW", "MATERIALIZED", "TABLES"],
    &["SHOW", "MODELS"],
    &["SHOW", "MODULES"],
    &["SHOW", "PARTITIONS"],
    &["SHOW", "PROCEDURES"],
    &["SHOW", "TABLES"],
    &["SHOW", "USER", "FUNCTIONS"],
    &["SHOW", "VIEWS"],
    &["SHOW"],
    &["STOP", "JOB"],
    &["TRUNCATE", "TABLE"],
    &["UNLOAD", "MODULE"],
    &["UPDATE"],
    &["USE", "CATALOG"],
    &["USE", "MODULES"],
    &["USE"],
];

/// A command at its first word; `None` when it is none of them.
pub(super) fn command(parser: &mut Parser<'_>) -> Option<StatementKind> {
    let words = COMMANDS.iter().find(|words| take(parser, words))?;
    Some(unsupported(parser, &words.join(" ")))
}

/// After DROP.
pub(super) fn drop_statement(parser: &mut Parser<'_>) -> Parse<StatementKind> {
    let temporary = take(parser, &["TEMPORARY"]);
    if take(parser, &["TABLE"]) {
        let if_exists = take(parser, &["IF", "EXISTS"]);
        return Ok(StatementKind::DropTable {
            name: name(parser)?,
            if_exists,
            temporary,
        });
    }
    if take(parser, &["VIEW"]) {
        let if_exists = take(parser, &["IF", "EXISTS"]);
        return Ok(StatementKind::DropView {
            name: name(parser)?,
            if_exists,
            temporary,
        });
    }
    let others: &[&[&str]] = &[
        &["MATERIALIZED", "TABLE"],
        &["SYSTEM", "FUNCTION"],
        &["FUNCTION"],
        &["CATALOG"],
        &["DATABASE"],
        &["MODEL"],
        &["CONNECTION"],
    ];
    match others.iter().find(|words| take(parser, words)) {
        Some(words) => Ok(unsupported(parser, &format!("DROP {}", words.join(" ")))),
        None => Err(expected(parser, "TABLE or VIEW")),
    }
}

/// After SET: `'key' = 'value'`, or both without quotes.
pub(super) fn set(parser: &mut Parser<'_>) -> Parse<StatementKind> {
    if at_end(parser) {
        return Ok(unsupported(parser, "SET without a key"));
    }
    let key = setting(parser)?;
    expect_token(parser, &Token::Eq)?;
    let value = setting(parser)?;
    Ok(StatementKind::Set { key, value })
}

/// After RESET.
pub(super) fn reset(parser: &mut Parser<'_>) -> Parse<StatementKind> {
    let key = if at_end(parser) {
        None
    } else {
        Some(setting(parser)?)
    };
    Ok(StatementKind::Reset { key })
}

/// A string, or everything up to `=` or the end as written.
fn setting(parser: &mut Parser<'_>) -> Parse<Text> {
    if at_end(parser) || at_token(parser, 0, &Token::Eq) {
        return Err(expected(parser, "a string in single quotes"));
    }
    let first = token_span(parser.peek_token_ref());
    if matches!(parser.peek_token_ref().token, Token::SingleQuotedString(_)) {
        return super::cursor::string(parser);
    }
    let mut value = String::new();
    let mut end = first.start;
    while !at_end(parser) && !at_token(parser, 0, &Token::Eq) {
        let token = parser.next_token();
        let span = token_span(&token);
        if let Token::SingleQuotedString(_) = token.token {
            // Diagnostic: E1001 a string follows unquoted text in SET.
            let message = "expected the key or value in quotes as a whole, found a string behind other text";
            return Err(refuse(Diagnostic::error("E1001", span, message)));
        }
        if span.start > end {
            value.push(' ');
        }
        value.push_str(&token.token.to_string());
        end = span.end;
    }
    Ok(Text {
        value,
        span: span_since(parser, first),
    })
}

/// EXPLAIN's details behind the word, in upper case, and `PLAN FOR`.
pub(super) fn explain_details(parser: &mut Parser<'_>) -> Parse<Vec<Text>> {
    const DETAILS: &[&str] = &[
        "ESTIMATED_COST",
        "CHANGELOG_MODE",
        "JSON_EXECUTION_PLAN",
        "PLAN_ADVICE",
    ];
    let mut details = Vec::new();
    if take(parser, &["PLAN", "FOR"]) {
        return Ok(details);
    }
    while DETAILS.contains(&upper(parser).as_str()) {
        let value = upper(parser);
        details.push(Text {
            value,
            span: token_span(&parser.next_token()),
        });
        if !parser.consume_token(&Token::Comma) {
            return Ok(details);
        }
    }
    match details.is_empty() {
        true => Ok(details),
        false => Err(expected(parser, &format!("one of {}", DETAILS.join(", ")))),
    }
}
