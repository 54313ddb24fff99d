//! The text of a hint → calls: `OPTIONS('k'='v')`, `LOOKUP('table'='t')`, `STATE_TTL('o'='1d')`, `BROADCAST(a, b)`.
//!
//! In: a [`Hint`] of a query. Out: its calls with the places of all words, or one diagnostic. Which hints there are
//! and where they apply is not decided here.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::ast::{Hint, Text};
use super::cursor::{at_end, at_token, comma_separated, expect_token, identifier, path, string};
use super::dialect::FlinkDialect;
use super::error::{self, Parse, expected};
use super::tokens;
use crate::base::Diagnostic;

/// One hint: its name in upper case and its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct HintCall {
    pub name: Text,
    pub arguments: Vec<HintArgument>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum HintArgument {
    /// `'key' = 'value'`
    Pair(Text, Text),
    /// `'text'`
    Text(Text),
    /// A table by its name: `a` or `c.d.a`.
    Name(Vec<Text>),
}

/// The calls of a hint, which are separated by commas or blanks.
pub fn calls(hint: &Hint) -> Result<Vec<HintCall>, Diagnostic> {
    let dialect = FlinkDialect::default();
    let base = hint.span.start + OPENING;
    let read = tokens::tokenize(&dialect, hint.span.source, &hint.text, base);
    if let Some(error) = read.error {
        return Err(error);
    }
    if read.tokens.is_empty() {
        // Diagnostic: E1012 a hint is empty.
        return Err(Diagnostic::error("E1012", hint.span, "this hint is empty"));
    }
    let mut parser = Parser::new(&dialect).with_tokens_with_locations(read.tokens.clone());
    let mut calls = Vec::new();
    while !at_end(&parser) {
        let call = call(&mut parser).map_err(|e| error::diagnostic(&e, &read.tokens, parser.index()))?;
        calls.push(call);
        let _separated = parser.consume_token(&Token::Comma);
    }
    Ok(calls)
}

/// Bytes of `/*+`.
const OPENING: u32 = 3;

fn call(parser: &mut Parser<'_>) -> Parse<HintCall> {
    let mut name = identifier(parser)?;
    name.value.make_ascii_uppercase();
    let mut arguments = Vec::new();
    if parser.consume_token(&Token::LParen) {
        if !at_token(parser, 0, &Token::RParen) {
            arguments = comma_separated(parser, argument)?;
        }
        expect_token(parser, &Token::RParen)?;
    }
    Ok(HintCall { name, arguments })
}

fn argument(parser: &mut Parser<'_>) -> Parse<HintArgument> {
    match parser.peek_token_ref().token {
        Token::SingleQuotedString(_) => {
            let key = string(parser)?;
            if !parser.consume_token(&Token::Eq) {
                return Ok(HintArgument::Text(key));
            }
            Ok(HintArgument::Pair(key, string(parser)?))
        }
        Token::Word(_) => path(parser).map(HintArgument::Name),
        _ => Err(expected(parser, "'key' = 'value' or a name")),
    }
}
