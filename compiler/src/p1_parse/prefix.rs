//! Forms of Flink's that start an expression.
//!
//! In: the parser at an expression. Out: `None` when sqlparser's own grammar does, else the form, encoded by `ext`
//! where sqlparser's tree has no place for it. A form that was begun never falls back: its error is the error.

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{CaseWhen, CastKind, Expr, TrimWhereField, TypedString, Value};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{
    at_token, at_word, comma_separated, expect, expect_token, object_name, parenthesized, string, take,
};
use super::error::{Parse, expected, refuse};
use super::positions::token_span;
use super::types::parse_type;
use super::{ext, json, words};
use crate::base::Diagnostic;

pub(super) fn parse(parser: &mut Parser<'_>) -> Option<Parse<Expr>> {
    let token = parser.peek_token_ref().clone();
    match &token.token {
        Token::UnicodeStringLiteral(text) if at_word(parser, 1, "UESCAPE") => {
            Some(uescape(parser, &token, text))
        }
        Token::Word(word) if word.quote_style.is_none() => {
            let upper = word.value.to_ascii_uppercase();
            if words::ends_expression(&upper) && !at_token(parser, 1, &Token::Period) {
                return Some(Err(expected(parser, "an expression")));
            }
            keyword(parser, &token, &upper)
        }
        _ => None,
    }
}

fn keyword(parser: &mut Parser<'_>, token: &TokenWithSpan, word: &str) -> Option<Parse<Expr>> {
    let next = &parser.peek_nth_token_ref(1).token;
    let named =
        !matches!(next, Token::Word(word) if word.quote_style.is_none() && words::is_reserved(&word.value));
    let query = at_word(parser, 2, "SELECT") || at_word(parser, 2, "WITH") || at_word(parser, 2, "VALUES");
    match (word, next) {
        ("TABLE", Token::Word(_)) if named => Some(table_argument(parser)),
        ("MODEL", Token::Word(_)) if named => Some(model_argument(parser)),
        ("DEFAULT", Token::Comma | Token::RParen) => {
            parser.advance_token();
            Some(Ok(ext::call("$DEFAULT", token.span, Vec::new())))
        }
        ("CAST" | "TRY_CAST", Token::LParen) => Some(cast(parser, word == "TRY_CAST")),
        ("CASE", _) => Some(case(parser)),
        ("MAP" | "MULTISET", Token::LBracket) => Some(collection(parser, word)),
        ("MAP" | "MULTISET", Token::LParen) if query => Some(collection_query(parser, word)),
        ("CEILING", Token::LParen) => {
            parser.advance_token();
            Some(parser.parse_ceil_floor_expr(true))
        }
        ("TRIM", Token::LParen) => Some(trim(parser)),
        ("FINAL" | "RUNNING", Token::Word(_)) if named => Some(final_or_running(parser, word)),
        ("DATE" | "TIME" | "TIMESTAMP" | "TIMESTAMP_LTZ", Token::SingleQuotedString(_)) => {
            Some(typed_string(parser))
        }
        ("TIMESTAMP", Token::Word(_)) if at_word(parser, 1, "WITH") && at_word(parser, 2, "LOCAL") => {
            Some(typed_string(parser))
        }
        (_, Token::LParen) if ext::JSON_FUNCTIONS.contains(&word) => Some(json::call(parser, word)),
        _ => None,
    }
}

/// `TABLE t [PARTITION BY k | PARTITION BY (k, …)] [ORDER BY o | ORDER BY (o, …)]`. Without brackets, a comma starts
/// the next argument.
fn table_argument(parser: &mut Parser<'_>) -> Parse<Expr> {
    let span = parser.next_token().span;
    let name = object_name(parser)?;
    let mut partition_by = Vec::new();
    if take(parser, &["PARTITION", "BY"]) {
        partition_by = if at_token(parser, 0, &Token::LParen) {
            parenthesized(parser, |p| p.parse_expr())?
        } else {
            vec![parser.parse_expr()?]
        };
    }
    let mut order_by = Vec::new();
    if take(parser, &["ORDER", "BY"]) {
        order_by = if at_token(parser, 0, &Token::LParen) {
            parenthesized(parser, |p| p.parse_order_by_expr())?
        } else {
            vec![parser.parse_order_by_expr()?]
        };
    }
    Ok(ext::table_call(name, span, partition_by, order_by))
}

fn model_argument(parser: &mut Parser<'_>) -> Parse<Expr> {
    let span = parser.next_token().span;
    let name = object_name(parser)?;
    Ok(ext::call("$MODEL", span, vec![ext::path_expr(name)]))
}

fn cast(parser: &mut Parser<'_>, safe: bool) -> Parse<Expr> {
    parser.advance_token();
    expect_token(parser, &Token::LParen)?;
    let expr = Box::new(parser.parse_expr()?);
    expect(parser, &["AS"])?;
    let span = parser.peek_token_ref().span;
    let data_type = ext::data_type(&parse_type(parser)?, span);
    expect_token(parser, &Token::RParen)?;
    let kind = if safe { CastKind::TryCast } else { CastKind::Cast };
    Ok(Expr::Cast {
        kind,
        expr,
        data_type,
        format: None,
    })
}

/// CASE, whose WHEN may list several values.
fn case(parser: &mut Parser<'_>) -> Parse<Expr> {
    let case_token = AttachedToken(parser.next_token());
    let operand = match at_word(parser, 0, "WHEN") {
        true => None,
        false => Some(Box::new(parser.parse_expr()?)),
    };
    let mut conditions = Vec::new();
    while at_word(parser, 0, "WHEN") {
        let span = parser.next_token().span;
        let mut values = comma_separated(parser, |p| p.parse_expr())?;
        let condition = match (values.len(), &operand) {
            (1, _) => values.remove(0),
            (_, Some(_)) => ext::call("$CASE_VALUES", span, values),
            (_, None) => {
                return Err(expected(
                    parser,
                    "one condition (lists of values need CASE x WHEN …)",
                ));
            }
        };
        expect(parser, &["THEN"])?;
        let result = parser.parse_expr()?;
        conditions.push(CaseWhen { condition, result });
    }
    if conditions.is_empty() {
        return Err(expected(parser, "WHEN"));
    }
    let else_result = match take(parser, &["ELSE"]) {
        true => Some(Box::new(parser.parse_expr()?)),
        false => None,
    };
    expect(parser, &["END"])?;
    let end_token = AttachedToken(parser.get_current_token().clone());
    Ok(Expr::Case {
        case_token,
        end_token,
        operand,
        conditions,
        else_result,
    })
}

/// `MAP[k, v, …]`, `MULTISET[a, …]`
fn collection(parser: &mut Parser<'_>, word: &str) -> Parse<Expr> {
    let span = parser.next_token().span;
    expect_token(parser, &Token::LBracket)?;
    let elements = match at_token(parser, 0, &Token::RBracket) {
        true => Vec::new(),
        false => comma_separated(parser, |p| p.parse_expr())?,
    };
    expect_token(parser, &Token::RBracket)?;
    Ok(ext::call(&format!("${word}"), span, elements))
}

fn collection_query(parser: &mut Parser<'_>, word: &str) -> Parse<Expr> {
    let span = parser.next_token().span;
    expect_token(parser, &Token::LParen)?;
    let query = parser.parse_query()?;
    expect_token(parser, &Token::RParen)?;
    Ok(ext::call(
        &format!("${word}_QUERY"),
        span,
        vec![Expr::Subquery(query)],
    ))
}

/// `TRIM([BOTH | LEADING | TRAILING] [what] FROM text)` or `TRIM(text)`.
fn trim(parser: &mut Parser<'_>) -> Parse<Expr> {
    parser.advance_token();
    expect_token(parser, &Token::LParen)?;
    let sides = [
        ("BOTH", TrimWhereField::Both),
        ("LEADING", TrimWhereField::Leading),
        ("TRAILING", TrimWhereField::Trailing),
    ];
    let side = sides
        .into_iter()
        .find(|(word, _)| take(parser, &[word]))
        .map(|(_, side)| side);
    let mut what = None;
    let expr = if take(parser, &["FROM"]) {
        parser.parse_expr()?
    } else {
        let first = parser.parse_expr()?;
        if take(parser, &["FROM"]) {
            what = Some(Box::new(first));
            parser.parse_expr()?
        } else if side.is_some() {
            return Err(expected(parser, "FROM"));
        } else {
            first
        }
    };
    expect_token(parser, &Token::RParen)?;
    Ok(Expr::Trim {
        expr: Box::new(expr),
        trim_where: side,
        trim_what: what,
        trim_characters: None,
    })
}

fn final_or_running(parser: &mut Parser<'_>, word: &str) -> Parse<Expr> {
    let span = parser.next_token().span;
    let expr = parser.parse_prefix()?;
    Ok(ext::call(&format!("${word}"), span, vec![expr]))
}

/// `DATE '2020-01-01'` and kin.
fn typed_string(parser: &mut Parser<'_>) -> Parse<Expr> {
    let span = parser.peek_token_ref().span;
    let data_type = ext::data_type(&parse_type(parser)?, span);
    let value_span = parser.peek_token_ref().span;
    let value = Value::SingleQuotedString(string(parser)?.value).with_span(value_span);
    Ok(Expr::TypedString(TypedString {
        data_type,
        value,
        uses_odbc_syntax: false,
    }))
}

/// `U&'…' UESCAPE '!'`; the tokenizer decodes only the escape character `\`.
fn uescape(parser: &mut Parser<'_>, literal: &TokenWithSpan, text: &str) -> Parse<Expr> {
    parser.advance_token();
    parser.advance_token();
    let escape = string(parser)?;
    let mut chars = escape.value.chars();
    let decoded = match (chars.next(), chars.next()) {
        (Some(escape), None) => decode(text, escape),
        _ => None,
    };
    let Some(decoded) = decoded else {
        // Diagnostic: E1014 an escape in a Unicode string is malformed.
        let message = "this Unicode string has an escape without four (or, after +, six) hexadecimal digits";
        return Err(refuse(Diagnostic::error("E1014", token_span(literal), message)));
    };
    Ok(Expr::Value(
        Value::UnicodeStringLiteral(decoded).with_span(literal.span),
    ))
}

fn decode(text: &str, escape: char) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != escape {
            out.push(c);
            continue;
        }
        let tail = rest.as_str();
        if tail.starts_with(escape) {
            out.push(escape);
            rest.next();
            continue;
        }
        let (digits, skipped) = match tail.strip_prefix('+') {
            Some(long) => (long.get(..6)?, 7),
            None => (tail.get(..4)?, 4),
        };
        out.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
        rest = tail.get(skipped..)?.chars();
    }
    Some(out)
}
