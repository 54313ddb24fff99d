//! The list in brackets of CREATE TABLE: columns of every kind, watermarks, primary keys.
//!
//! In: the parser at the opening bracket. Out: the items by kind, each in the order of the text. How many watermarks
//! and keys a table may have is decided later; here only the grammar counts.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::ast::{ColumnDef, ColumnDefKind, PrimaryKeyDef, SqlExpr, Text, WatermarkDef};
use super::cursor::{
    at_token, at_word, at_words, expect, expect_token, identifier, parenthesized, path, span_here,
    span_since, string, take, upper,
};
use super::error::{Parse, expected, expected_with_help, refuse};
use super::types::parse_type;
use crate::base::{Diagnostic, Span};

#[derive(Default)]
pub(super) struct Columns {
    pub columns: Vec<ColumnDef>,
    pub watermarks: Vec<WatermarkDef>,
    pub primary_keys: Vec<PrimaryKeyDef>,
}

pub(super) fn parse(parser: &mut Parser<'_>) -> Parse<Columns> {
    let mut columns = Columns::default();
    parenthesized(parser, |p| columns.item(p))?;
    Ok(columns)
}

impl Columns {
    fn item(&mut self, parser: &mut Parser<'_>) -> Parse<()> {
        let start = span_here(parser);
        if at_words(parser, &["WATERMARK", "FOR"]) {
            return self.watermark(parser, start);
        }
        if at_word(parser, 0, "WATERMARK") && !at_word(parser, 1, "AS") {
            parser.advance_token();
            let help = "write WATERMARK FOR column AS column - INTERVAL '5' SECOND";
            return Err(expected_with_help(parser, "FOR", help));
        }
        let mut constraint = None;
        if at_word(parser, 0, "CONSTRAINT") && !at_word(parser, 1, "AS") {
            parser.advance_token();
            constraint = Some(identifier(parser)?);
        }
        if constraint.is_some() || at_words(parser, &["PRIMARY", "KEY"]) {
            expect(parser, &["PRIMARY", "KEY"])?;
            let columns = parenthesized(parser, identifier)?;
            return self.primary_key(parser, constraint, columns, start);
        }
        self.column(parser, start)
    }

    fn watermark(&mut self, parser: &mut Parser<'_>, start: Span) -> Parse<()> {
        expect(parser, &["WATERMARK", "FOR"])?;
        let column = path(parser)?;
        expect(parser, &["AS"])?;
        let expr = expression(parser)?;
        self.watermarks.push(WatermarkDef {
            column,
            expr,
            span: span_since(parser, start),
        });
        Ok(())
    }

    fn primary_key(
        &mut self,
        parser: &mut Parser<'_>,
        name: Option<Text>,
        columns: Vec<Text>,
        start: Span,
    ) -> Parse<()> {
        let span = span_since(parser, start);
        if !take(parser, &["NOT", "ENFORCED"]) {
            // Diagnostic: E1006 a primary key must be declared NOT ENFORCED.
            let message = "this PRIMARY KEY is not declared NOT ENFORCED";
            let help = "write PRIMARY KEY (…) NOT ENFORCED: the system that holds the data keeps keys unique, not this \
                        program";
            return Err(refuse(Diagnostic::error("E1006", span, message).with_help(help)));
        }
        let span = span_since(parser, start);
        self.primary_keys.push(PrimaryKeyDef {
            name,
            columns,
            not_enforced: true,
            span,
        });
        Ok(())
    }

    fn column(&mut self, parser: &mut Parser<'_>, start: Span) -> Parse<()> {
        let name = identifier(parser)?;
        let kind = if take(parser, &["AS"]) {
            ColumnDefKind::Computed {
                expr: expression(parser)?,
            }
        } else if at_token(parser, 0, &Token::Comma) || at_token(parser, 0, &Token::RParen) {
            ColumnDefKind::OfQuery
        } else {
            self.typed(parser, &name)?
        };
        let mut comment = None;
        if take(parser, &["COMMENT"]) {
            comment = Some(string(parser)?);
        }
        self.columns.push(ColumnDef {
            name,
            kind,
            comment,
            span: span_since(parser, start),
        });
        if !at_token(parser, 0, &Token::Comma) && !at_token(parser, 0, &Token::RParen) {
            let what = "`,` or `)` after the column";
            return Err(match foreign_constraint(&upper(parser)) {
                Some(help) => expected_with_help(parser, what, help),
                None => expected(parser, what),
            });
        }
        Ok(())
    }

    /// A column with a type: physical or metadata, perhaps the primary key.
    fn typed(&mut self, parser: &mut Parser<'_>, name: &Text) -> Parse<ColumnDefKind> {
        let ty = parse_type(parser)?;
        if take(parser, &["METADATA"]) {
            let from = if take(parser, &["FROM"]) {
                Some(string(parser)?)
            } else {
                None
            };
            let is_virtual = take(parser, &["VIRTUAL"]);
            return Ok(ColumnDefKind::Metadata { ty, from, is_virtual });
        }
        let start = span_here(parser);
        let constraint = if take(parser, &["CONSTRAINT"]) {
            Some(identifier(parser)?)
        } else {
            None
        };
        if constraint.is_some() || at_words(parser, &["PRIMARY", "KEY"]) {
            expect(parser, &["PRIMARY", "KEY"])?;
            self.primary_key(parser, constraint, vec![name.clone()], start)?;
        }
        Ok(ColumnDefKind::Physical { ty })
    }
}

/// What to write for a constraint that columns have in other systems.
fn foreign_constraint(word: &str) -> Option<&'static str> {
    match word {
        "DEFAULT" => Some("columns have no default: write COALESCE(column, value) in the query"),
        "UNIQUE" => Some("the one key of a table is PRIMARY KEY NOT ENFORCED"),
        "REFERENCES" | "CHECK" => Some("Flink SQL has no such constraint: filter rows in the query"),
        "AUTO_INCREMENT" | "GENERATED" => Some("a computed column is written: name AS expression"),
        _ => None,
    }
}

/// An expression of the user's with its place.
pub(super) fn expression(parser: &mut Parser<'_>) -> Parse<SqlExpr> {
    let start = span_here(parser);
    let expr = parser.parse_expr()?;
    Ok(SqlExpr {
        expr,
        span: span_since(parser, start),
    })
}

/// `[COMMENT 'text']` is read by whoever has clauses in any order; this reads `'key' = 'value', …` in brackets.
pub(super) fn options(parser: &mut Parser<'_>) -> Parse<Vec<super::ast::TableOption>> {
    let mut options: Vec<super::ast::TableOption> = Vec::new();
    if at_token(parser, 0, &Token::LParen) && at_token(parser, 1, &Token::RParen) {
        parser.advance_token();
        parser.advance_token();
        return Ok(options);
    }
    parenthesized(parser, |p| {
        let key = string(p)?;
        expect_token(p, &Token::Eq)?;
        let value = string(p)?;
        if options.iter().any(|o| o.key.value == key.value) {
            // Diagnostic: E1010 an option is given twice.
            let message = format!("the option '{}' is given twice", key.value);
            return Err(refuse(
                Diagnostic::error("E1010", key.span, message).with_help("keep one of them"),
            ));
        }
        options.push(super::ast::TableOption { key, value });
        Ok(())
    })?;
    Ok(options)
}
