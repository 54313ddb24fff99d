//! `expr_rows.json`: the rows that `f0` … `fN` refer to, as SQL literals.
//!
//! Where the types of a row contain a nested row, its fields stand in the list of types as if they were columns, so the
//! types are shifted against the values. They are folded back first: a run of names that starts again at `f0`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value as Json;

/// Literals by row and position.
#[derive(Default)]
pub(super) struct Rows(BTreeMap<String, Vec<Option<Literal>>>);

/// One value of a row.
#[derive(Debug, PartialEq)]
pub(super) struct Literal {
    pub(super) sql: String,
    pub(super) nullable: bool,
}

impl Rows {
    pub(super) fn read(text: &str) -> Result<Rows> {
        let file: Json = serde_json::from_str(text).context("expr_rows.json")?;
        let rows = file["rows"].as_object().context("expr_rows.json has rows")?;
        let row = |(name, fields): (&String, &Json)| {
            let fields = fields.as_array().map_or(&[][..], Vec::as_slice);
            (name.clone(), literals(fields))
        };
        Ok(Rows(rows.iter().map(row).collect()))
    }

    pub(super) fn literal(&self, row: &str, field: usize) -> Option<&Literal> {
        self.0.get(row)?.get(field)?.as_ref()
    }
}

fn literals(fields: &[Json]) -> Vec<Option<Literal>> {
    let types = folded_types(fields);
    let is_shifted = types.len() != fields.len();
    let sql = |field: &Json, ty: &str| match field["sql"].as_str() {
        Some(sql) if !is_shifted => Some(sql.to_owned()),
        sql => {
            from_scala(field["scala"].as_str()?, ty).or_else(|| retyped(sql?, field["type"].as_str()?, ty))
        }
    };
    let literal = |(field, ty): (&Json, &String)| {
        let nullable = !ty.ends_with("NOT NULL");
        sql(field, ty).map(|sql| Literal { sql, nullable })
    };
    fields.iter().zip(&types).map(literal).collect()
}

/// The types by position, nested rows in one piece.
fn folded_types(fields: &[Json]) -> Vec<String> {
    let mut types = Vec::new();
    let mut nested: Vec<String> = Vec::new();
    for field in fields {
        let name = field["name"].as_str().unwrap_or_default();
        let ty = field["type"].as_str().unwrap_or_default();
        // A nested row that is not complete yet takes a place itself.
        let expected = format!("f{}", types.len() + usize::from(!nested.is_empty()));
        let continues = name == format!("f{}", nested.len());
        if name != expected && continues && (!nested.is_empty() || name == "f0") {
            nested.push(format!("{name} {ty}"));
            continue;
        }
        if !nested.is_empty() {
            types.push(format!("ROW<{}>", nested.join(", ")));
            nested.clear();
        }
        types.push(ty.to_owned());
    }
    types
}

/// `CAST(literal AS wrong type)` as the right type.
fn retyped(sql: &str, wrong: &str, ty: &str) -> Option<String> {
    let literal = sql
        .strip_prefix("CAST(")?
        .strip_suffix(&format!(" AS {wrong})"))?;
    cast(literal, ty)
}

fn cast(literal: &str, ty: &str) -> Option<String> {
    let ty = ty.trim_end_matches(" NOT NULL");
    let has_no_name = ty.starts_with('$') || ty.starts_with("RAW") || ty.starts_with("MULTISET");
    (!has_no_name).then(|| format!("CAST({literal} AS {ty})"))
}

/// The literal of a value as Scala's tests write it, where it is simple.
fn from_scala(scala: &str, ty: &str) -> Option<String> {
    let between = |prefix: &str, suffix: &str| scala.strip_prefix(prefix)?.strip_suffix(suffix);
    if scala == "null" {
        return cast(
            "NULL",
            if ty.contains("INTERVAL") {
                "INTERVAL DAY"
            } else {
                ty
            },
        );
    }
    if let Some(number) = between("", ": Byte").or_else(|| between("", ": Short")) {
        return cast(number, ty);
    }
    if let Some(days) = between("Duration.ofDays(", ")") {
        return Some(format!("INTERVAL '{days}' DAY"));
    }
    if let Some(parts) = between("Row.of(", ")") {
        return cast(&format!("ROW({})", quoted(parts)), ty);
    }
    if let Some(parts) = between("Array(", ")") {
        let simple = parts.chars().all(|c| c.is_alphanumeric() || "\", .".contains(c));
        return simple.then(|| format!("ARRAY[{}]", quoted(parts)));
    }
    if let Some(parts) = between("Map(", ").asJava").filter(|_| ty.starts_with("MAP")) {
        return Some(format!("MAP[{}]", quoted(&parts.replace(" ->", ","))));
    }
    let local = scala.strip_prefix("localDateTime(\"")?;
    let (moment, rest) = local.split_once("\")")?;
    let (whole, fraction) = moment.split_once('.').unwrap_or((moment, ""));
    let is_utc = rest.contains("ZoneId.of(\"UTC\")") || rest.contains("ZoneOffset.UTC");
    if is_utc && ty == "TIMESTAMP_LTZ(3)" && fraction.chars().all(|digit| digit == '0') {
        return Some(format!(
            "TO_TIMESTAMP_LTZ('{whole}', 'yyyy-MM-dd HH:mm:ss', 'UTC')"
        ));
    }
    let is_instant = rest.contains("toInstant");
    (is_instant && ty.starts_with("TIMESTAMP_LTZ")).then(|| format!("CAST(TIMESTAMP '{moment}' AS {ty})"))
}

fn quoted(scala: &str) -> String {
    scala.replace('"', "'").replace("null", "CAST(NULL AS STRING)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_nested_rows_are_folded_back() {
        let text = r#"{"rows": {"r": [
            {"name": "f0", "type": "TINYINT", "scala": "1: Byte", "sql": null},
            {"name": "f0", "type": "STRING", "scala": "Row.of(\"foo\", null)", "sql": null},
            {"name": "f1", "type": "INT", "scala": "null", "sql": "CAST(NULL AS INT)"},
            {"name": "f2", "type": "STRING", "scala": "7", "sql": "CAST(7 AS STRING)"},
            {"name": "f3", "type": "BIGINT", "scala": null, "sql": null}]}}"#;
        let rows = Rows::read(text).expect("well formed");
        let found: Vec<Option<&str>> = (0..4)
            .map(|field| Some(rows.literal("r", field)?.sql.as_str()))
            .collect();
        let row = "CAST(ROW('foo', CAST(NULL AS STRING)) AS ROW<f0 STRING, f1 INT>)";
        let expected = [
            Some("CAST(1 AS TINYINT)"),
            Some(row),
            Some("CAST(NULL AS STRING)"),
            Some("CAST(7 AS BIGINT)"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn simple_scala_values_have_literals() {
        for (scala, ty, literal) in [
            (
                "Duration.ofDays(2)",
                "INTERVAL $DataTypes.DAY",
                Some("INTERVAL '2' DAY"),
            ),
            ("Map(\"a\" -> 1).asJava", "MAP<STRING, INT>", Some("MAP['a', 1]")),
            ("Array(\"a\", \"b\")", "ARRAY<STRING>", Some("ARRAY['a', 'b']")),
            ("DayOfWeek.SUNDAY", "RAW(classOf[DayOfWeek])", None),
        ] {
            assert_eq!(from_scala(scala, ty).as_deref(), literal, "{scala}");
        }
    }
}
