//! What a case did against what it must do.

use std::collections::BTreeMap;

use compiler::base::{Diagnostic, Severity};
use serde_json::Value as Json;

use super::case::{Case, Check, ErrorPhase, Expected, Outcome};

/// Judges a refusal by the compiler.
pub(super) fn of_refusal(case: &Case, diagnostics: &[Diagnostic]) -> Outcome {
    let messages: Vec<String> = diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .map(|one| format!("{}: {}", one.code, one.message))
        .collect();
    let message = messages.join("; ");
    if diagnostics.iter().any(is_unsupported) {
        return Outcome::Unsupported(message);
    }
    match &case.check {
        Check::Error(ErrorPhase::Planning | ErrorPhase::Any) => Outcome::Passed,
        _ => failed(case, format!("refused: {message}")),
    }
}

/// Does the compiler say that it lacks something, rather than that the statement is wrong?
fn is_unsupported(diagnostic: &Diagnostic) -> bool {
    // E2002: a feature; E2010: a function.
    ["E2002", "E2010"].contains(&diagnostic.code) || diagnostic.message.contains("this version")
}

pub(super) fn failed(case: &Case, found: String) -> Outcome {
    let expected = match &case.check {
        Check::Text { expected, .. } => expected.clone().unwrap_or_else(|| "NULL".to_owned()),
        Check::Typed { types } => {
            let rows: Vec<String> = case
                .expected_rows
                .values()
                .flatten()
                .map(Json::to_string)
                .collect();
            format!(
                "{} {}",
                rows.join(" "),
                types.as_deref().unwrap_or_default().join(", ")
            )
        }
        Check::Error(phase) => format!("an error ({phase:?})"),
        Check::Answers => "an answer".to_owned(),
        Check::Changelogs(_) => "its changelogs".to_owned(),
    };
    Outcome::Failed { expected, found }
}

/// Judges what the job's program said about it.
pub(super) fn of_answer(case: &Case, answer: &Json) -> Outcome {
    if answer["panic"] == true {
        return failed(case, "a panic".to_owned());
    }
    if let Some(error) = answer["error"].as_str() {
        return match &case.check {
            Check::Error(ErrorPhase::Runtime | ErrorPhase::Any) => Outcome::Passed,
            _ => failed(case, format!("error: {error}")),
        };
    }
    let sinks = &answer["sinks"];
    let found = match &case.check {
        Check::Error(_) => Err(format!("{}", sinks[""]["rows"])),
        Check::Answers => Ok(()),
        Check::Text { expected, tolerance } => is_text(&sinks[""]["rows"], expected.as_deref(), *tolerance),
        Check::Typed { types } => is_typed(&sinks[""], types.as_deref()),
        Check::Changelogs(expected) => {
            return is_changelogs(sinks, expected)
                .unwrap_or_else(|(expected, found)| Outcome::Failed { expected, found });
        }
    };
    found.map_or_else(|found| failed(case, found), |()| Outcome::Passed)
}

fn is_text(rows: &Json, expected: Option<&str>, tolerance: Option<f64>) -> Result<(), String> {
    let rows = materialized(rows, &[]);
    let [row] = rows.as_slice() else {
        return Err(format!("{} rows", rows.len()));
    };
    let found = row[0].as_deref();
    let near = || {
        let found: f64 = found?.parse().ok()?;
        Some((found - expected?.parse::<f64>().ok()?).abs() <= tolerance?)
    };
    match found == expected || near() == Some(true) {
        true => Ok(()),
        false => Err(found.unwrap_or("NULL").to_owned()),
    }
}

fn is_typed(sink: &Json, types: Option<&[String]>) -> Result<(), String> {
    let (mut found, mut expected) = (
        materialized(&sink["rows"], &[]),
        materialized(&sink["expected"], &[]),
    );
    found.sort();
    expected.sort();
    if found != expected {
        return Err(found
            .iter()
            .map(|row| line("+I", row))
            .collect::<Vec<_>>()
            .join(" "));
    }
    let found: Vec<String> = sink["types"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(canonical)
        .collect();
    match types {
        Some(types) if types.iter().map(|ty| canonical(ty)).ne(found.iter().cloned()) => {
            Err(format!("type {}", found.join(", ")))
        }
        _ => Ok(()),
    }
}

/// A type's text without what may be written in two ways.
fn canonical(ty: &str) -> String {
    const OTHER_WORDS: [(&str, &str); 9] = [
        ("VARCHAR(2147483647)", "STRING"),
        ("VARBINARY(2147483647)", "BYTES"),
        ("TIMESTAMP(6)", "TIMESTAMP"),
        ("TIMESTAMP_LTZ(6)", "TIMESTAMP_LTZ"),
        ("TIME(0)", "TIME"),
        ("`", ""),
        ("CHAR(1)", "CHAR"),
        ("INTEGER", "INT"),
        // Types of intervals have no fields of their own here: all of a family are one type.
        ("INTERVAL MONTH", "INTERVAL YEAR TO MONTH"),
    ];
    OTHER_WORDS
        .iter()
        .fold(ty.replace(", ", ","), |ty, (long, short)| ty.replace(long, short))
}

type Row = Vec<Option<String>>;

fn kind_and_row(entry: &Json) -> (&str, Row) {
    let texts = entry[1].as_array().into_iter().flatten();
    let row = texts.map(|text| text.as_str().map(str::to_owned)).collect();
    (entry[0].as_str().unwrap_or_default(), row)
}

/// What is left when all changes are made: by key where there is one, else each retraction takes an equal row away.
fn materialized(changes: &Json, key: &[usize]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for entry in changes.as_array().into_iter().flatten() {
        let (kind, row) = kind_and_row(entry);
        let is_same = |other: &Row| match key {
            [] => *other == row,
            key => key.iter().all(|at| other[*at] == row[*at]),
        };
        let known = rows.iter().position(is_same);
        let adds = matches!(kind, "+I" | "+U");
        match known {
            Some(at) if adds && !key.is_empty() => rows[at] = row,
            Some(at) if !adds => {
                rows.remove(at);
            }
            None if !adds => {}
            _ => rows.push(row),
        }
    }
    rows
}

fn line(kind: &str, row: &Row) -> String {
    let texts: Vec<&str> = row.iter().map(|text| text.as_deref().unwrap_or("null")).collect();
    format!("{kind}[{}]", texts.join(", "))
}

/// The first sink that differs, as expected and as found.
fn is_changelogs(sinks: &Json, expected: &BTreeMap<String, Expected>) -> Result<Outcome, (String, String)> {
    for (name, expected) in expected {
        let changes = &sinks[name]["rows"];
        let mut found: Vec<String> = match expected.materialized {
            true => materialized(changes, &expected.key)
                .iter()
                .map(|row| line("+I", row))
                .collect(),
            false => {
                let entries = changes.as_array().into_iter().flatten().map(kind_and_row);
                entries.map(|(kind, row)| line(kind, &row)).collect()
            }
        };
        let mut wanted = expected.rows.clone();
        found.sort();
        wanted.sort();
        if found != wanted {
            return Err((format!("{name}: {}", wanted.join(" ")), found.join(" ")));
        }
    }
    Ok(Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_are_made_by_key_or_by_equality() {
        let changes = json!([
            ["+I", ["a", "1"]],
            ["+I", ["b", null]],
            ["+U", ["a", "2"]],
            ["-D", ["b", null]]
        ]);
        let row = |texts: [&str; 2]| texts.map(|text| Some(text.to_owned())).to_vec();
        assert_eq!(materialized(&changes, &[0]), [row(["a", "2"])]);
        assert_eq!(materialized(&changes, &[]), [row(["a", "1"]), row(["a", "2"])]);
    }

    #[test]
    fn texts_may_be_near_where_the_case_says_so() {
        let rows = json!([["+I", ["1.0000001"]]]);
        assert!(is_text(&rows, Some("1.0"), Some(1e-3)).is_ok());
        assert_eq!(is_text(&rows, Some("1.0"), None), Err("1.0000001".to_owned()));
        assert_eq!(
            is_text(&json!([["+I", [null]]]), Some("null"), None),
            Err("NULL".to_owned())
        );
    }

    #[test]
    fn types_are_compared_in_one_form() {
        assert_eq!(
            canonical("ARRAY<VARCHAR(2147483647)>"),
            canonical("ARRAY<STRING>")
        );
        assert_ne!(canonical("DECIMAL(10, 2)"), canonical("DECIMAL(10, 2) NOT NULL"));
    }
}
