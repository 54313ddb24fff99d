//! `expr.jsonl`: a scalar expression, over no row, over a row of literals, or over a typed source row.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value as Json, json};

use super::case::{Case, Check, ErrorPhase, Phase, Suite};
use super::row_literal::Rows;

/// Reads a line of the file.
pub(super) fn case(number: usize, line: &str, rows: &Rows) -> Result<Case> {
    let (record, is_unicode) = parse(line).with_context(|| format!("expr.jsonl, line {}", number + 1))?;
    let sql = text(&record, "sql_expr").context("a case has sql_expr")?;
    let source = text(&record, "source").unwrap_or_default();
    let file = source.rsplit('/').next().unwrap_or_default();
    let (script, inputs) = match record.get("types") {
        Some(types) => over_columns(&record, types, sql),
        None => (over_literals(&record, rows, sql), BTreeMap::new()),
    };
    let script = match is_unicode {
        true => script,
        false => Err("its text is half of a surrogate pair, which UTF-8 cannot hold".to_owned()),
    };
    let mut expected_rows = BTreeMap::new();
    if record.get("types").is_some() {
        expected_rows.insert(
            String::new(),
            vec![json!({ "kind": "+I", "values": [record["expected"]] })],
        );
    }
    Ok(Case {
        suite: Suite::Expr,
        id: format!("expr_{}", number + 1),
        origin: format!("{file} {}", text(&record, "test").unwrap_or_default()),
        sql: sql.to_owned(),
        script: script.map(|script| settings(&record) + &script),
        phases: vec![Phase::bounded(inputs)],
        expected_rows,
        check: check(&record),
    })
}

/// The record, and whether its text is Unicode: Java's strings may hold half of a surrogate pair.
fn parse(line: &str) -> serde_json::Result<(Json, bool)> {
    let error = match serde_json::from_str(line) {
        Ok(record) => return Ok((record, true)),
        Err(error) => error,
    };
    if !error.to_string().contains("surrogate") {
        return Err(error);
    }
    let readable = line.replace("\\ud", "\\\\ud");
    serde_json::from_str(&readable).map(|record| (record, false))
}

fn text<'a>(record: &'a Json, key: &str) -> Option<&'a str> {
    record.get(key).and_then(Json::as_str)
}

fn settings(record: &Json) -> String {
    let zone = text(record, "local_time_zone").unwrap_or("UTC");
    let mut script = format!("SET 'table.local-time-zone' = '{zone}';\n");
    for (key, value) in record
        .get("config")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
    {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        script += &format!("SET '{key}' = '{value}';\n");
    }
    script
}

fn check(record: &Json) -> Check {
    let expects_error = record
        .get("expect_error")
        .is_some_and(|error| !error.is_null() && error != false);
    if expects_error {
        return Check::Error(match text(record, "error_phase") {
            Some("runtime") => ErrorPhase::Runtime,
            Some(_) => ErrorPhase::Planning,
            None => ErrorPhase::Any,
        });
    }
    if record
        .get("expected_unchecked")
        .is_some_and(|unchecked| unchecked == true)
    {
        return Check::Answers;
    }
    if record.get("types").is_some() {
        let ty = text(record, "expected_type").filter(|ty| !ty.contains('$'));
        return Check::Typed {
            types: ty.map(|ty| vec![ty.to_owned()]),
        };
    }
    let expected = text(record, "expected").filter(|expected| Some(*expected) != text(record, "null_as"));
    Check::Text {
        expected: expected.map(str::to_owned),
        tolerance: record.get("numeric_tolerance").and_then(Json::as_f64),
    }
}

/// `SELECT CAST(expression AS STRING) FROM (VALUES (1, …), (2, …)) AS t(row_place, f0, …) WHERE …` with the
/// fields that the expression uses. The second row has NULL where Flink's column is nullable, so that ours is too, and
/// makes columns of what would be constants.
fn over_literals(record: &Json, rows: &Rows, sql: &str) -> Result<String, String> {
    let selected = format!("SELECT CAST(({sql}) AS STRING)");
    let fields = record
        .get("fields")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    let used: Vec<usize> = fields
        .filter_map(Json::as_u64)
        .map(|field| field as usize)
        .collect();
    if used.is_empty() {
        return Ok(format!("{selected};\n"));
    }
    let row = text(record, "row").unwrap_or_default();
    let (mut first, mut second, mut names) = (String::new(), String::new(), String::new());
    for field in &used {
        let Some(literal) = rows.literal(row, *field) else {
            return Err(format!("f{field} of {row} has no form in SQL"));
        };
        first += &format!(", {}", literal.sql);
        second += &match literal.nullable {
            true => format!(", CASE WHEN 1 > 2 THEN {} END", literal.sql),
            false => format!(", {}", literal.sql),
        };
        names += &format!(", f{field}");
    }
    Ok(format!(
        "{selected}\nFROM (VALUES (1{first}), (2{second})) AS t(row_place{names}) WHERE row_place = 1;\n"
    ))
}

/// `SELECT expression FROM source_t` where the source has one typed row, of the columns that the expression uses.
fn over_columns(
    record: &Json,
    types: &Json,
    sql: &str,
) -> (Result<String, String>, BTreeMap<String, Vec<Json>>) {
    let data = record
        .get("data")
        .and_then(Json::as_array)
        .map_or(&[][..], Vec::as_slice);
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for (field, value) in data.iter().enumerate().filter(|(field, _)| mentions(sql, *field)) {
        if value.to_string().contains("\"$java\"") {
            return (Err(format!("f{field} is a Java expression")), BTreeMap::new());
        }
        let ty = match types.get(field).and_then(Json::as_str) {
            Some(ty) => with_quoted_names(ty),
            None => type_of(value),
        };
        columns.push(format!("f{field} {ty}"));
        values.push(value.clone());
    }
    if columns.is_empty() {
        return (Ok(format!("SELECT {sql};\n")), BTreeMap::new());
    }
    let columns = columns.join(", ");
    let script = format!(
        "CREATE TABLE source_t ({columns}) WITH ('connector' = 'values');\nSELECT {sql} FROM source_t;\n"
    );
    let row = json!({ "kind": "+I", "values": values });
    (Ok(script), BTreeMap::from([("source_t".to_owned(), vec![row])]))
}

/// Does the expression use the column `fN`?
fn mentions(sql: &str, field: usize) -> bool {
    let name = format!("f{field}");
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    sql.match_indices(&name).any(|(at, _)| {
        let before = sql[..at].chars().next_back();
        let after = sql[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Flink's summary of a ROW type with its names quoted, if one needs it: summaries do not.
fn with_quoted_names(ty: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_<>(), `'".contains(c);
    let fields = ty.strip_prefix("ROW<").and_then(|rest| rest.rsplit_once('>'));
    let Some((fields, after)) = fields.filter(|_| !ty.chars().all(is_plain)) else {
        return ty.to_owned();
    };
    let quoted = |field: &str| match field.trim_start_matches(' ').split_once(' ') {
        Some((name, ty)) => format!("`{name}` {ty}"),
        None => field.to_owned(),
    };
    let fields: Vec<String> = fields.split(", ").map(quoted).collect();
    format!("ROW<{}>{after}", fields.join(", "))
}

/// The type Flink gives a value whose column has none.
fn type_of(value: &Json) -> String {
    match value {
        Json::Bool(_) => "BOOLEAN NOT NULL".to_owned(),
        Json::Number(number) if number.is_f64() => "DOUBLE NOT NULL".to_owned(),
        Json::Number(number) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => {
            "INT NOT NULL".to_owned()
        }
        Json::Number(_) => "BIGINT NOT NULL".to_owned(),
        Json::String(text) => format!("CHAR({}) NOT NULL", text.chars().count().max(1)),
        _ => "STRING".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_the_expression_uses() {
        for (sql, field, used) in [
            ("f1 + 2", 1, true),
            ("f10", 1, false),
            ("xf1", 1, false),
            ("a(f1)", 1, true),
        ] {
            assert_eq!(mentions(sql, field), used, "{sql}");
        }
        let record = r#"{"sql_expr": "f1 + 1", "data": [null, 2], "types": ["STRING", "INT"], "expected": 3,
            "expected_type": "INT", "test": "t", "source": "a/B.java:1"}"#;
        let case = case(6, record, &Rows::default()).expect("well formed");
        let script = case.script.expect("it can be written");
        assert!(script.contains("CREATE TABLE source_t (f1 INT) "), "{script}");
        assert_eq!(case.id, "expr_7");
        assert!(matches!(case.check, Check::Typed { types: Some(types) } if types == ["INT"]));
    }
}
