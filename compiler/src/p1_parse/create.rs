//! CREATE TABLE and CREATE VIEW.
//!
//! In: the parser behind CREATE. Out: the statement; other things that Flink can create are recognised and named,
//! so that they are refused by name and not as a mistake of grammar.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::ast::{
    CreateTable, CreateView, LikeClause, LikeFeature, LikeOption, LikeStrategy, Name, StatementKind, Text,
};
use super::columns::{self, Columns};
use super::cursor::{
    at_token, expect, identifier, name, number, parenthesized, span_here, span_since, string, take, upper,
};
use super::error::{Parse, expected, refuse};
use super::insert::query;
use crate::base::{Diagnostic, Span};

/// After CREATE.
pub(super) fn create(parser: &mut Parser<'_>) -> Parse<StatementKind> {
    let or_replace = take(parser, &["OR", "REPLACE"]);
    let or_alter = !or_replace && take(parser, &["OR", "ALTER"]);
    let temporary = take(parser, &["TEMPORARY"]);
    if !or_alter && take(parser, &["TABLE"]) {
        return table(parser, temporary, or_replace);
    }
    if !or_alter && !or_replace && take(parser, &["VIEW"]) {
        return view(parser, temporary);
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
        Some(words) => Ok(super::command::unsupported(
            parser,
            &format!("CREATE {}", words.join(" ")),
        )),
        None => Err(expected(parser, "TABLE or VIEW")),
    }
}

/// After CREATE TABLE or REPLACE TABLE.
pub(super) fn table(parser: &mut Parser<'_>, temporary: bool, or_replace: bool) -> Parse<StatementKind> {
    let if_not_exists = take(parser, &["IF", "NOT", "EXISTS"]);
    let name = name(parser)?;
    let columns = match at_token(parser, 0, &Token::LParen) {
        true => columns::parse(parser)?,
        false => Columns::default(),
    };
    let mut table = CreateTable {
        name,
        temporary,
        if_not_exists,
        or_replace,
        columns: columns.columns,
        watermarks: columns.watermarks,
        primary_keys: columns.primary_keys,
        comment: None,
        partitioned_by: Vec::new(),
        distributed_by: None,
        options: Vec::new(),
        like: None,
        as_query: None,
    };
    let mut given: Vec<&'static str> = Vec::new();
    while let Some(clause) = clause(parser, &mut table, &given)? {
        given.push(clause);
    }
    Ok(StatementKind::CreateTable(table))
}

const CLAUSES: &[&str] = &["COMMENT", "DISTRIBUTED", "PARTITIONED", "WITH", "LIKE", "AS"];

/// One clause behind the columns; they may come in any order, each once. `None` at the end of the table.
fn clause(
    parser: &mut Parser<'_>,
    table: &mut CreateTable,
    given: &[&'static str],
) -> Parse<Option<&'static str>> {
    let word = upper(parser);
    let Some(clause) = CLAUSES.iter().find(|c| **c == word) else {
        return Ok(None);
    };
    let start = span_here(parser);
    if given.contains(clause) {
        // Diagnostic: E1011 a clause is given twice.
        let message = format!("{clause} is given twice for this table");
        return Err(refuse(
            Diagnostic::error("E1011", start, message).with_help("keep one of them"),
        ));
    }
    if given.contains(&"AS") {
        return Err(expected(parser, "end of statement"));
    }
    parser.advance_token();
    match *clause {
        "COMMENT" => table.comment = Some(string(parser)?),
        "DISTRIBUTED" => table.distributed_by = Some(distribution(parser, start)?),
        "PARTITIONED" => {
            expect(parser, &["BY"])?;
            table.partitioned_by = parenthesized(parser, identifier)?;
        }
        "WITH" => table.options = columns::options(parser)?,
        "LIKE" => table.like = Some(like(parser, start)?),
        _ => table.as_query = Some(query(parser)?),
    }
    Ok(Some(clause))
}

/// `DISTRIBUTED BY [HASH | RANGE](columns) [INTO n BUCKETS]` or `DISTRIBUTED INTO n BUCKETS`
fn distribution(parser: &mut Parser<'_>, start: Span) -> Parse<Span> {
    let by = take(parser, &["BY"]);
    if by {
        let _algorithm = take(parser, &["HASH"]) || take(parser, &["RANGE"]);
        parenthesized(parser, identifier)?;
    }
    if !by || super::cursor::at_word(parser, 0, "INTO") {
        expect(parser, &["INTO"])?;
        number(parser)?;
        expect(parser, &["BUCKETS"])?;
    }
    Ok(span_since(parser, start))
}

/// `LIKE source [(INCLUDING ALL EXCLUDING OPTIONS …)]`
fn like(parser: &mut Parser<'_>, start: Span) -> Parse<LikeClause> {
    let source: Name = name(parser)?;
    let mut options = Vec::new();
    if parser.consume_token(&Token::LParen) {
        while !parser.consume_token(&Token::RParen) {
            options.push(like_option(parser)?);
        }
    }
    Ok(LikeClause {
        source,
        options,
        span: span_since(parser, start),
    })
}

fn like_option(parser: &mut Parser<'_>) -> Parse<LikeOption> {
    let start = span_here(parser);
    let strategies = [
        ("INCLUDING", LikeStrategy::Including),
        ("EXCLUDING", LikeStrategy::Excluding),
        ("OVERWRITING", LikeStrategy::Overwriting),
    ];
    let strategy = strategies.iter().find(|(word, _)| take(parser, &[word]));
    let Some((_, strategy)) = strategy else {
        return Err(expected(parser, "INCLUDING, EXCLUDING, OVERWRITING or `)`"));
    };
    let features = [
        ("ALL", LikeFeature::All),
        ("CONSTRAINTS", LikeFeature::Constraints),
        ("DISTRIBUTION", LikeFeature::Distribution),
        ("GENERATED", LikeFeature::Generated),
        ("METADATA", LikeFeature::Metadata),
        ("OPTIONS", LikeFeature::Options),
        ("PARTITIONS", LikeFeature::Partitions),
        ("WATERMARKS", LikeFeature::Watermarks),
    ];
    let feature = features.iter().find(|(word, _)| take(parser, &[word]));
    let Some((_, feature)) = feature else {
        let words: Vec<&str> = features.iter().map(|(word, _)| *word).collect();
        return Err(expected(parser, &format!("one of {}", words.join(", "))));
    };
    Ok(LikeOption {
        strategy: *strategy,
        feature: *feature,
        span: span_since(parser, start),
    })
}

/// After CREATE VIEW.
fn view(parser: &mut Parser<'_>, temporary: bool) -> Parse<StatementKind> {
    let if_not_exists = take(parser, &["IF", "NOT", "EXISTS"]);
    let name = name(parser)?;
    let mut columns: Vec<Text> = Vec::new();
    if at_token(parser, 0, &Token::LParen) {
        columns = parenthesized(parser, |p| {
            let column = identifier(p)?;
            if take(p, &["COMMENT"]) {
                string(p)?;
            }
            Ok(column)
        })?;
    }
    let comment = if take(parser, &["COMMENT"]) {
        Some(string(parser)?)
    } else {
        None
    };
    expect(parser, &["AS"])?;
    let query = query(parser)?;
    Ok(StatementKind::CreateView(CreateView {
        name,
        temporary,
        if_not_exists,
        columns,
        comment,
        query,
    }))
}
