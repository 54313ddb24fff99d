//! `agg.jsonl`: an aggregate over rows with row kinds.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value as Json;

use super::case::{Case, Check, ErrorPhase, Phase, Suite};

/// Reads a line of the file.
pub(super) fn case(number: usize, line: &str) -> Result<Case> {
    let record: Json =
        serde_json::from_str(line).with_context(|| format!("agg.jsonl, line {}", number + 1))?;
    let text = |key: &str| record[key].as_str();
    let sql = text("sql")
        .context("a case has sql")?
        .replace("${source}", "source_t");
    let row_type = record["input"]["type"]
        .as_str()
        .context("a case has an input type")?;
    let columns = fields_of(row_type).context("the input is of a ROW type")?;
    let rows = record["input"]["rows"].as_array().cloned().unwrap_or_default();
    let expected = record["expected"].as_array().cloned();
    let script = match record.to_string().contains("\"$java\"") {
        true => Err("the rows are Java expressions".to_owned()),
        false => Ok(format!(
            "CREATE TABLE source_t ({columns}) WITH ('connector' = 'values', 'changelog-mode' = 'I,UB,UA,D');\n\
             SET 'table.local-time-zone' = 'UTC';\n{sql};\n"
        )),
    };
    let types = text("expected_type")
        .and_then(fields_of)
        .map(|fields| types_of(&fields));
    Ok(Case {
        suite: Suite::Agg,
        id: format!("agg_{}", number + 1),
        origin: format!(
            "{} {}",
            text("suite").unwrap_or_default(),
            text("test").unwrap_or_default()
        ),
        sql,
        script,
        phases: vec![Phase::bounded(BTreeMap::from([("source_t".to_owned(), rows)]))],
        check: match expected {
            Some(_) => Check::Typed { types },
            None => Check::Error(ErrorPhase::Any),
        },
        expected_rows: BTreeMap::from([(String::new(), expected.unwrap_or_default())]),
    })
}

/// What stands between `ROW<` and `>`.
fn fields_of(row_type: &str) -> Option<String> {
    let (fields, _) = row_type.strip_prefix("ROW<")?.rsplit_once('>')?;
    Some(fields.to_owned())
}

/// The types of `f0 INT, f1 DECIMAL(10, 2)`.
fn types_of(fields: &str) -> Vec<String> {
    let mut types = Vec::new();
    let mut depth = 0;
    let mut field = String::new();
    for c in fields.chars().chain([',']) {
        match c {
            '<' | '(' => depth += 1,
            '>' | ')' => depth -= 1,
            ',' if depth == 0 => {
                let ty = field.trim().split_once(' ').map_or("", |(_, ty)| ty);
                types.push(ty.to_owned());
                field.clear();
                continue;
            }
            _ => {}
        }
        field.push(c);
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_split_at_commas_outside_brackets() {
        let fields = fields_of("ROW<a DECIMAL(10, 2), b MAP<INT, INT> NOT NULL>").expect("a row type");
        assert_eq!(types_of(&fields), ["DECIMAL(10, 2)", "MAP<INT, INT> NOT NULL"]);
    }
}
