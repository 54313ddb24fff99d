//! JSON functions, whose arguments carry clauses: RETURNING, WRAPPER, ON NULL, ON EMPTY, ON ERROR.
//!
//! In: the parser at the function's name. Out: a call with the plain arguments in order and every clause as a named
//! argument that only `ext` makes and reads.

use sqlparser::ast::{CastKind, Expr, FunctionArg, Value, WindowType};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::cursor::{at_token, at_word, at_words, expect, expect_token, take};
use super::error::{Parse, expected};
use super::ext;
use super::types::parse_type;

/// `JSON_VALUE(…) [FILTER (WHERE …)]`
pub(super) fn call(parser: &mut Parser<'_>, name: &str) -> Parse<Expr> {
    let span = parser.next_token().span;
    expect_token(parser, &Token::LParen)?;
    let mut arguments = Vec::new();
    let object = name.starts_with("JSON_OBJECT");
    let mut comma = false;
    while comma || !at_token(parser, 0, &Token::RParen) {
        if let Some(clause) = if comma { None } else { clause(parser)? } {
            arguments.push(clause);
            continue;
        }
        if !comma && !arguments.is_empty() {
            return Err(expected(parser, "`,` or `)`"));
        }
        if object {
            key_value(parser, &mut arguments)?;
        } else {
            arguments.push(ext::unnamed(parser.parse_expr()?));
        }
        while let Some(clause) = clause(parser)? {
            arguments.push(clause);
        }
        comma = parser.consume_token(&Token::Comma);
    }
    expect_token(parser, &Token::RParen)?;
    let mut function = ext::function(name, span, arguments);
    if at_word(parser, 0, "FILTER") && at_token(parser, 1, &Token::LParen) {
        parser.advance_token();
        expect_token(parser, &Token::LParen)?;
        expect(parser, &["WHERE"])?;
        function.filter = Some(Box::new(parser.parse_expr()?));
        expect_token(parser, &Token::RParen)?;
    }
    if take(parser, &["OVER"]) {
        function.over = Some(over(parser)?);
    }
    Ok(Expr::Function(function))
}

fn over(parser: &mut Parser<'_>) -> Parse<WindowType> {
    if parser.consume_token(&Token::LParen) {
        return parser.parse_window_spec().map(WindowType::WindowSpec);
    }
    parser.parse_identifier().map(WindowType::NamedWindow)
}

/// `[KEY] k VALUE v` or `k : v`
fn key_value(parser: &mut Parser<'_>, arguments: &mut Vec<FunctionArg>) -> Parse<()> {
    let keyword = at_word(parser, 0, "KEY")
        && !matches!(
            parser.peek_nth_token_ref(1).token,
            Token::Comma | Token::RParen | Token::Period
        )
        && !at_word(parser, 1, "VALUE");
    if keyword {
        parser.advance_token();
    }
    let key = parser.parse_expr()?;
    if !take(parser, &["VALUE"]) && !parser.consume_token(&Token::Colon) {
        return Err(expected(parser, "VALUE and the value of this key"));
    }
    let value = parser.parse_expr()?;
    arguments.extend([ext::unnamed(key), ext::unnamed(value)]);
    Ok(())
}

/// The clause here; `None` when there is none.
fn clause(parser: &mut Parser<'_>) -> Parse<Option<FunctionArg>> {
    let span = parser.peek_token_ref().span;
    let word = |name: &str, value: &str| Ok(Some(ext::clause(name, ext::call(value, span, Vec::new()))));
    if take(parser, &["NULL", "ON", "NULL"]) {
        return word("$ON_NULL", "$NULL");
    }
    if take(parser, &["ABSENT", "ON", "NULL"]) {
        return word("$ON_NULL", "$ABSENT");
    }
    if take(parser, &["RETURNING"]) {
        return returning(parser).map(Some);
    }
    if take(parser, &["WITHOUT"]) {
        take(parser, &["ARRAY"]);
        expect(parser, &["WRAPPER"])?;
        return word("$WRAPPER", "$WITHOUT");
    }
    if take(parser, &["WITH"]) {
        let conditional = take(parser, &["CONDITIONAL"]);
        if !conditional {
            take(parser, &["UNCONDITIONAL"]);
        }
        take(parser, &["ARRAY"]);
        expect(parser, &["WRAPPER"])?;
        return word(
            "$WRAPPER",
            if conditional {
                "$CONDITIONAL"
            } else {
                "$UNCONDITIONAL"
            },
        );
    }
    let Some(behavior) = behavior(parser)? else {
        return Ok(None);
    };
    expect(parser, &["ON"])?;
    if take(parser, &["EMPTY"]) {
        return Ok(Some(ext::clause("$ON_EMPTY", behavior)));
    }
    if take(parser, &["ERROR"]) {
        return Ok(Some(ext::clause("$ON_ERROR", behavior)));
    }
    Err(expected(parser, "EMPTY or ERROR"))
}

/// The type travels in a cast, as everywhere.
fn returning(parser: &mut Parser<'_>) -> Parse<FunctionArg> {
    let span = parser.peek_token_ref().span;
    let data_type = ext::data_type(&parse_type(parser)?, span);
    let expr = Box::new(Expr::Value(Value::Null.with_span(span)));
    let cast = Expr::Cast {
        kind: CastKind::Cast,
        expr,
        data_type,
        format: None,
    };
    Ok(ext::clause("$RETURNING", cast))
}

fn behavior(parser: &mut Parser<'_>) -> Parse<Option<Expr>> {
    let span = parser.peek_token_ref().span;
    for word in ["NULL", "ERROR", "TRUE", "FALSE", "UNKNOWN"] {
        if at_words(parser, &[word, "ON"]) {
            parser.advance_token();
            return Ok(Some(ext::call(&format!("${word}"), span, Vec::new())));
        }
    }
    for (words, name) in [
        (["EMPTY", "ARRAY"], "$EMPTY_ARRAY"),
        (["EMPTY", "OBJECT"], "$EMPTY_OBJECT"),
    ] {
        if take(parser, &words) {
            return Ok(Some(ext::call(name, span, Vec::new())));
        }
    }
    if take(parser, &["DEFAULT"]) {
        let value = parser.parse_expr()?;
        return Ok(Some(ext::call("$DEFAULT", span, vec![value])));
    }
    Ok(None)
}
