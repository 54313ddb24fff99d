//! Types as written: scalars with their numbers, ROW, ARRAY, MAP, MULTISET, intervals, NOT NULL.
//!
//! In: the parser at a type. Out: a [`TypeText`] in Flink's standard names, or an error at the token that does not
//! fit. Nesting is bounded, because sqlparser's own limit does not count types.

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::ast::{Text, TypeText, TypeTextKind};
use super::cursor::{
    at_word, at_words, expect, expect_token, identifier, number, span_here, span_since, take, upper,
};
use super::error::{Parse, expected, refuse};
use super::words;
use crate::base::{Diagnostic, Span, nearest};

/// How deep types may nest; their text inside sqlparser's tree must stay within the limit of the JSON reader.
const DEEPEST: usize = 24;

/// One type.
pub(super) fn parse_type(parser: &mut Parser<'_>) -> Parse<TypeText> {
    let mut types = TypeParser {
        closing: false,
        depth: 0,
    };
    let ty = types.parse(parser)?;
    if types.closing {
        parser.prev_token();
        return Err(expected(parser, "`>` once"));
    }
    Ok(ty)
}

struct TypeParser {
    /// The first half of a `>>` was used; the second closes the type around.
    closing: bool,
    depth: usize,
}

/// Names of types that take numbers or none; aliases beside Flink's standard name.
const SCALARS: &[(&str, &str)] = &[
    ("BIGINT", "BIGINT"),
    ("BINARY", "BINARY"),
    ("BITMAP", "BITMAP"),
    ("BOOLEAN", "BOOLEAN"),
    ("BYTES", "BYTES"),
    ("CHAR", "CHAR"),
    ("CHARACTER", "CHAR"),
    ("DATE", "DATE"),
    ("DEC", "DECIMAL"),
    ("DECIMAL", "DECIMAL"),
    ("DOUBLE", "DOUBLE"),
    ("FLOAT", "FLOAT"),
    ("INT", "INT"),
    ("INTEGER", "INT"),
    ("NULL", "NULL"),
    ("NUMERIC", "DECIMAL"),
    ("SMALLINT", "SMALLINT"),
    ("STRING", "STRING"),
    ("TIME", "TIME"),
    ("TIMESTAMP", "TIMESTAMP"),
    ("TIMESTAMP_LTZ", "TIMESTAMP_LTZ"),
    ("TINYINT", "TINYINT"),
    ("VARBINARY", "VARBINARY"),
    ("VARCHAR", "VARCHAR"),
    ("VARIANT", "VARIANT"),
];

impl TypeParser {
    fn parse(&mut self, parser: &mut Parser<'_>) -> Parse<TypeText> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(ParserError::RecursionLimitExceeded);
        }
        let start = span_here(parser);
        let kind = self.kind(parser)?;
        let mut ty = TypeText {
            kind,
            nullable: true,
            span: span_since(parser, start),
        };
        while !self.closing && self.suffix(parser, &mut ty, start)? {}
        self.depth -= 1;
        Ok(ty)
    }

    /// `NOT NULL`, `NULL`, `ARRAY` or `MULTISET` after a type; false when there is none.
    fn suffix(&self, parser: &mut Parser<'_>, ty: &mut TypeText, start: Span) -> Parse<bool> {
        if take(parser, &["NOT", "NULL"]) {
            ty.nullable = false;
        } else if !at_words(parser, &["NULL", "ON"]) && take(parser, &["NULL"]) {
            // `RETURNING INT NULL ON ERROR` says what an error gives.
            ty.nullable = true;
        } else if at_word(parser, 0, "ARRAY") || at_word(parser, 0, "MULTISET") {
            let array = take(parser, &["ARRAY"]) || !take(parser, &["MULTISET"]);
            let wrap = if array {
                TypeTextKind::Array
            } else {
                TypeTextKind::Multiset
            };
            let element = Box::new(ty.clone());
            *ty = TypeText {
                kind: wrap(element),
                nullable: true,
                span: start,
            };
        } else {
            return Ok(false);
        }
        ty.span = span_since(parser, start);
        Ok(true)
    }

    fn kind(&mut self, parser: &mut Parser<'_>) -> Parse<TypeTextKind> {
        let word = upper(parser);
        match word.as_str() {
            "ARRAY" | "MULTISET" => {
                parser.advance_token();
                expect_token(parser, &Token::Lt)?;
                let element = Box::new(self.parse(parser)?);
                self.close(parser)?;
                Ok(if word == "ARRAY" {
                    TypeTextKind::Array(element)
                } else {
                    TypeTextKind::Multiset(element)
                })
            }
            "MAP" => {
                parser.advance_token();
                expect_token(parser, &Token::Lt)?;
                let key = Box::new(self.parse(parser)?);
                expect_token(parser, &Token::Comma)?;
                let value = Box::new(self.parse(parser)?);
                self.close(parser)?;
                Ok(TypeTextKind::Map(key, value))
            }
            "ROW" => self.row(parser),
            "INTERVAL" => interval(parser),
            "RAW" => raw(parser),
            _ => scalar(parser, &word),
        }
    }

    /// `ROW<a INT, …>`, `ROW(a INT, …)` or `ROW<>`; comments of fields mean nothing and are skipped.
    fn row(&mut self, parser: &mut Parser<'_>) -> Parse<TypeTextKind> {
        parser.advance_token();
        if parser.consume_token(&Token::Neq) {
            return Ok(TypeTextKind::Row(Vec::new()));
        }
        let round = parser.consume_token(&Token::LParen);
        if !round {
            expect_token(parser, &Token::Lt)?;
        }
        let mut fields: Vec<(Text, TypeText)> = Vec::new();
        loop {
            let name = identifier(parser)?;
            fields.push((name, self.parse(parser)?));
            if matches!(parser.peek_token_ref().token, Token::SingleQuotedString(_)) {
                parser.advance_token();
            }
            if self.closing || !parser.consume_token(&Token::Comma) {
                break;
            }
        }
        if round {
            expect_token(parser, &Token::RParen)?;
        } else {
            self.close(parser)?;
        }
        Ok(TypeTextKind::Row(fields))
    }

    /// `>`; the tokenizer reads two of them as one token.
    fn close(&mut self, parser: &mut Parser<'_>) -> Parse<()> {
        if self.closing {
            self.closing = false;
            return Ok(());
        }
        if parser.consume_token(&Token::ShiftRight) {
            self.closing = true;
            return Ok(());
        }
        expect_token(parser, &Token::Gt)
    }
}

fn numbers(parser: &mut Parser<'_>) -> Parse<Vec<u32>> {
    if !parser.consume_token(&Token::LParen) {
        return Ok(Vec::new());
    }
    let numbers = super::cursor::comma_separated(parser, number)?;
    expect_token(parser, &Token::RParen)?;
    Ok(numbers)
}

fn scalar(parser: &mut Parser<'_>, word: &str) -> Parse<TypeTextKind> {
    let Some((_, standard)) = SCALARS.iter().find(|(name, _)| *name == word) else {
        return Err(unknown(parser, word));
    };
    parser.advance_token();
    if word == "DOUBLE" {
        take(parser, &["PRECISION"]);
    }
    let varying = *standard == "CHAR" && take(parser, &["VARYING"]);
    let mut name = if varying { "VARCHAR" } else { standard };
    let numbers = numbers(parser)?;
    if name == "TIMESTAMP" || name == "TIME" {
        name = time_zone(parser, name)?;
    }
    Ok(TypeTextKind::Named {
        name: name.to_owned(),
        numbers,
    })
}

/// `WITHOUT TIME ZONE` is the default, `WITH LOCAL TIME ZONE` another type.
fn time_zone(parser: &mut Parser<'_>, name: &'static str) -> Parse<&'static str> {
    if take(parser, &["WITHOUT", "TIME", "ZONE"]) {
        return Ok(name);
    }
    if name == "TIMESTAMP" && take(parser, &["WITH", "LOCAL", "TIME", "ZONE"]) {
        return Ok("TIMESTAMP_LTZ");
    }
    if at_word(parser, 0, "WITH") && at_word(parser, 1, "TIME") {
        // Diagnostic: E1013 a type that Flink's dialect does not have.
        let message = format!("{name} WITH TIME ZONE is not a type of Flink SQL");
        let diagnostic = Diagnostic::error("E1013", span_here(parser), message);
        return Err(refuse(diagnostic.with_help(
            "use TIMESTAMP_LTZ for an instant, shown in the session's zone",
        )));
    }
    Ok(name)
}

fn unknown(parser: &Parser<'_>, word: &str) -> ParserError {
    if word.is_empty() || words::is_reserved(word) {
        return expected(parser, "a type");
    }
    let names = SCALARS
        .iter()
        .map(|(name, _)| *name)
        .chain(["ARRAY", "MAP", "MULTISET", "ROW"]);
    let message = format!("expected a type, found `{word}`");
    let diagnostic = Diagnostic::error("E1013", span_here(parser), message);
    let help = match (word, nearest::nearest(word, names)) {
        ("TEXT", _) => "STRING is text of any length".to_owned(),
        ("DATETIME", _) => "use TIMESTAMP(3)".to_owned(),
        ("TIMESTAMPTZ" | "TIMESTAMP_TZ", _) => "use TIMESTAMP_LTZ(3)".to_owned(),
        ("NUMBER" | "MONEY", _) => "use DECIMAL(precision, scale)".to_owned(),
        ("LONG" | "INT8" | "INT64" | "UINT32" | "BIGSERIAL" | "SERIAL", _) => "use BIGINT".to_owned(),
        ("INT4" | "INT32" | "UINT16" | "MEDIUMINT", _) => "use INT".to_owned(),
        ("FLOAT4", _) => "use FLOAT".to_owned(),
        ("FLOAT8" | "FLOAT64" | "REAL", _) => "use DOUBLE".to_owned(),
        ("BLOB" | "BYTEA", _) => "use BYTES".to_owned(),
        ("CLOB" | "NVARCHAR" | "VARCHAR2" | "UUID", _) => "use STRING".to_owned(),
        ("STRUCT", _) => "use ROW<name type, …>".to_owned(),
        ("JSON" | "JSONB", _) => "use STRING and the JSON functions, or ROW with the fields".to_owned(),
        (_, Some(name)) => format!("did you mean {name}?"),
        _ => return refuse(diagnostic),
    };
    refuse(diagnostic.with_help(help))
}

/// `INTERVAL DAY(2) TO SECOND(3)`; the precisions decide nothing that the units do not.
fn interval(parser: &mut Parser<'_>) -> Parse<TypeTextKind> {
    parser.advance_token();
    let from = interval_unit(parser)?;
    let to = if take(parser, &["TO"]) {
        Some(interval_unit(parser)?)
    } else {
        None
    };
    Ok(TypeTextKind::Interval { from, to })
}

fn interval_unit(parser: &mut Parser<'_>) -> Parse<String> {
    let unit = upper(parser);
    if !matches!(
        unit.as_str(),
        "YEAR" | "MONTH" | "DAY" | "HOUR" | "MINUTE" | "SECOND"
    ) {
        return Err(expected(parser, "YEAR, MONTH, DAY, HOUR, MINUTE or SECOND"));
    }
    parser.advance_token();
    numbers(parser)?;
    Ok(unit)
}

/// `RAW('class', 'serializer')`: a Java class, which has no meaning outside a Java program.
fn raw(parser: &mut Parser<'_>) -> Parse<TypeTextKind> {
    let diagnostic = Diagnostic::error("E1013", span_here(parser), "RAW types hold Java objects")
        .with_help("use BYTES, or a ROW with the fields");
    expect(parser, &["RAW"])?;
    Err(refuse(diagnostic))
}
