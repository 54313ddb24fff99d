//! Small steps over sqlparser's `Parser`: words by their text, names, strings and where they stand.
//!
//! Words are compared by text, not by sqlparser's keywords, which come and go between its versions.

use sqlparser::ast::{Ident, ObjectName};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::ast::{Name, Text};
use super::error::{Parse, expected, refuse};
use super::positions::token_span;
use super::reserved::is_reserved_name;
use super::words;
use crate::base::{Diagnostic, Span};

/// Whether the n-th token from here is the word.
pub(super) fn at_word(parser: &Parser<'_>, n: usize, word: &str) -> bool {
    words::is_word(&parser.peek_nth_token_ref(n).token, word)
}

pub(super) fn at_words(parser: &Parser<'_>, words: &[&str]) -> bool {
    words.iter().enumerate().all(|(n, word)| at_word(parser, n, word))
}

/// Takes the words when all of them are next.
pub(super) fn take(parser: &mut Parser<'_>, words: &[&str]) -> bool {
    let all = at_words(parser, words);
    if all {
        words.iter().for_each(|_| parser.advance_token());
    }
    all
}

pub(super) fn expect(parser: &mut Parser<'_>, words: &[&str]) -> Parse<()> {
    for word in words {
        if !take(parser, &[word]) {
            return Err(expected(parser, word));
        }
    }
    Ok(())
}

/// The word here in upper case; empty when it is none.
pub(super) fn upper(parser: &Parser<'_>) -> String {
    words::word_of(&parser.peek_token_ref().token).map_or(String::new(), str::to_ascii_uppercase)
}

pub(super) fn at_end(parser: &Parser<'_>) -> bool {
    parser.peek_token_ref().token == Token::EOF
}

pub(super) fn at_token(parser: &Parser<'_>, n: usize, token: &Token) -> bool {
    parser.peek_nth_token_ref(n).token == *token
}

/// The span of the next token. The end of a statement has no span of its own: the last token stands for it.
pub(super) fn span_here(parser: &Parser<'_>) -> Span {
    match parser.peek_token_ref() {
        end if end.token == Token::EOF => {
            let last = parser
                .index()
                .checked_sub(1)
                .map(|at| token_span(parser.token_at(at)));
            last.expect("a statement has a token")
        }
        token => token_span(token),
    }
}

/// From `start` to the last token taken.
pub(super) fn span_since(parser: &Parser<'_>, start: Span) -> Span {
    let taken = (0..parser.index()).rev().map(|at| parser.token_at(at));
    let last = taken.into_iter().find(|token| token.token != Token::EOF);
    last.map_or(start, |token| start.to(token_span(token)))
}

/// An identifier: quoted by backticks, or a word that is not reserved.
pub(super) fn identifier(parser: &mut Parser<'_>) -> Parse<Text> {
    let token = parser.peek_token_ref();
    match &token.token {
        Token::Word(word) if word.quote_style.is_some() || !is_reserved_name(&word.value) => {
            let text = Text {
                value: word.value.clone(),
                span: token_span(token),
            };
            parser.advance_token();
            Ok(text)
        }
        _ => Err(expected(parser, "a name")),
    }
}

/// `a.b.c`
pub(super) fn path(parser: &mut Parser<'_>) -> Parse<Vec<Text>> {
    let mut parts = vec![identifier(parser)?];
    while parser.consume_token(&Token::Period) {
        parts.push(identifier(parser)?);
    }
    Ok(parts)
}

/// `[catalog.][database.]object`
pub(super) fn name(parser: &mut Parser<'_>) -> Parse<Name> {
    let start = span_here(parser);
    let parts = path(parser)?;
    let span = span_since(parser, start);
    if parts.len() > 3 {
        // Diagnostic: E1001 a name has more parts than catalog, database and object.
        let message = "expected at most catalog, database and object in a name, found more parts";
        return Err(refuse(Diagnostic::error("E1001", span, message)));
    }
    Ok(Name { parts, span })
}

/// A name as sqlparser holds it, with its rules for what is a name.
pub(super) fn object_name(parser: &mut Parser<'_>) -> Parse<ObjectName> {
    let start = parser.index();
    let parts = path(parser)?;
    let idents = parts.iter().enumerate().map(|(n, part)| {
        let token = parser.token_at(start + 2 * n);
        let quote_style = match &token.token {
            Token::Word(word) => word.quote_style,
            _ => None,
        };
        Ident {
            value: part.value.clone(),
            quote_style,
            span: token.span,
        }
    });
    Ok(ObjectName::from(idents.collect::<Vec<_>>()))
}

/// `'text'`
pub(super) fn string(parser: &mut Parser<'_>) -> Parse<Text> {
    let token = parser.peek_token_ref();
    let (Token::SingleQuotedString(value) | Token::UnicodeStringLiteral(value)) = &token.token else {
        return Err(expected(parser, "a string in single quotes"));
    };
    let text = Text {
        value: value.clone(),
        span: token_span(token),
    };
    parser.advance_token();
    Ok(text)
}

/// A whole number that fits.
pub(super) fn number(parser: &mut Parser<'_>) -> Parse<u32> {
    let token = parser.peek_token_ref();
    let value = match &token.token {
        Token::Number(digits, false) => digits.parse().ok(),
        _ => None,
    };
    let value = value.ok_or_else(|| expected(parser, "a whole number"))?;
    parser.advance_token();
    Ok(value)
}

pub(super) fn expect_token(parser: &mut Parser<'_>, token: &Token) -> Parse<()> {
    if parser.consume_token(token) {
        return Ok(());
    }
    Err(expected(parser, &token.to_string()))
}

/// `item, item, …`
pub(super) fn comma_separated<T>(
    parser: &mut Parser<'_>,
    mut item: impl FnMut(&mut Parser<'_>) -> Parse<T>,
) -> Parse<Vec<T>> {
    let mut items = vec![item(parser)?];
    while parser.consume_token(&Token::Comma) {
        items.push(item(parser)?);
    }
    Ok(items)
}

/// `(item, item, …)`, at least one.
pub(super) fn parenthesized<T>(
    parser: &mut Parser<'_>,
    item: impl FnMut(&mut Parser<'_>) -> Parse<T>,
) -> Parse<Vec<T>> {
    expect_token(parser, &Token::LParen)?;
    let items = comma_separated(parser, item)?;
    if !parser.consume_token(&Token::RParen) {
        return Err(expected(parser, "`,` or `)`"));
    }
    Ok(items)
}
