//! `flink_programs.jsonl`: tables with rows, statements, and the changelogs of sinks, many across a restart.
//!
//! Sources push watermarks per record where a line of the schema starts with `WATERMARK FOR`, as Flink's own harness
//! decides it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value as Json, json};

use super::case::{Case, Check, ErrorPhase, Expected, Phase, Suite};

/// Reads a line of the file.
pub(super) fn case(number: usize, line: &str) -> Result<Case> {
    let record: Json =
        serde_json::from_str(line).with_context(|| format!("flink_programs.jsonl, line {}", number + 1))?;
    let mut program = Program {
        script: "SET 'table.local-time-zone' = 'UTC';\n".to_owned(),
        ..Program::default()
    };
    for step in record["steps"].as_array().context("a program has steps")? {
        program.take(step)?;
    }
    let restarts = record["restart"] == true;
    let check = match program.fails {
        true => Check::Error(ErrorPhase::Any),
        false => Check::Changelogs(program.sinks),
    };
    Ok(Case {
        suite: Suite::Programs,
        id: format!("program_{}", number + 1),
        origin: record["id"].as_str().unwrap_or_default().to_owned(),
        sql: program.sql.join(";\n"),
        script: match record["needs_udf_or_model"] == true || record["has_unevaluated_values"] == true {
            true => Err("it needs a function or values that Java defines".to_owned()),
            false => Ok(program.script),
        },
        phases: match restarts {
            true => restarted(&program.sources, program.awaited),
            false => vec![Phase::bounded(all_rows(&program.sources, false))],
        },
        expected_rows: BTreeMap::new(),
        check,
    })
}

/// Rows of a source before and after the restart.
type Rows = (Vec<Json>, Vec<Json>);

#[derive(Default)]
struct Program {
    script: String,
    /// What is asked for, without the tables.
    sql: Vec<String>,
    sources: BTreeMap<String, Rows>,
    sinks: BTreeMap<String, Expected>,
    /// Rows that all sinks show before the restart.
    awaited: usize,
    fails: bool,
}

impl Program {
    fn take(&mut self, step: &Json) -> Result<()> {
        let text = |key: &str| step[key].as_str().unwrap_or_default();
        match text("step") {
            "setupConfig" => {
                self.script += &format!("SET '{}' = '{}';\n", text("key"), setting(&step["value"]));
            }
            "setupTableSource" => self.source(&step["table"])?,
            "setupTableSink" => self.sink(&step["table"])?,
            "setupSql" | "runSql" => self.statement(text("sql")),
            "runFailingSql" => {
                self.fails = true;
                self.statement(text("sql"));
            }
            "runStatementSet" => self.statement_set(&step["sql"]),
            other => anyhow::bail!("unknown step '{other}'"),
        }
        Ok(())
    }

    fn statement(&mut self, sql: &str) {
        self.script += &format!("{};\n", sql.trim_end().trim_end_matches(';'));
        self.sql.push(sql.to_owned());
    }

    fn statement_set(&mut self, statements: &Json) {
        self.script += "EXECUTE STATEMENT SET BEGIN\n";
        for sql in statements
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
        {
            self.statement(sql);
        }
        self.script += "END;\n";
    }

    fn source(&mut self, table: &Json) -> Result<()> {
        let mut options = BTreeMap::new();
        if let Some(mode) = declared_mode(table) {
            options.insert("changelog-mode".to_owned(), mode.to_owned());
        }
        if lines(table).iter().any(|line| line.starts_with("WATERMARK FOR")) {
            options.insert("enable-watermark-push-down".to_owned(), "true".to_owned());
            options.insert("scan.watermark.emit.strategy".to_owned(), "on-event".to_owned());
        }
        let name = self.create(table, options)?;
        let rows = |key: &str| table[key].as_array().cloned().unwrap_or_default();
        self.sources
            .insert(name, (rows("rows_before"), rows("rows_after")));
        Ok(())
    }

    fn sink(&mut self, table: &Json) -> Result<()> {
        let mut options = BTreeMap::new();
        if let Some(mode) = declared_mode(table) {
            options.insert("sink-changelog-mode-enforced".to_owned(), mode.to_owned());
        }
        let name = self.create(table, options)?;
        let strings = |key: &str| -> Vec<String> {
            let rows = table[key].as_array().into_iter().flatten();
            rows.filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let before = strings("expected_before");
        self.awaited += before.len();
        let both: Vec<String> = before.into_iter().chain(strings("expected_after")).collect();
        let materialized = table["expected_materialized"].is_array();
        let asks = table["extra"]["testMaterializedData"] == true;
        let expected = Expected {
            rows: if materialized {
                strings("expected_materialized")
            } else {
                both
            },
            materialized: materialized || asks,
            key: primary_key(&lines(table)),
        };
        self.sinks.insert(name, expected);
        Ok(())
    }

    /// Declares the table; the options of the case win.
    fn create(&mut self, table: &Json, mut options: BTreeMap<String, String>) -> Result<String> {
        let name = table["name"].as_str().context("a table has a name")?;
        for (key, value) in table["options"].as_object().into_iter().flatten() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            options.insert(key.clone(), value);
        }
        options.insert("connector".to_owned(), "values".to_owned());
        let options: Vec<String> = options
            .iter()
            .map(|(key, value)| format!("'{key}' = '{value}'"))
            .collect();
        self.script += &format!(
            "CREATE TABLE `{name}` (\n{}\n) WITH ({});\n",
            lines(table).join(",\n"),
            options.join(", ")
        );
        Ok(name.to_owned())
    }
}

/// A configuration value as SET writes it; durations come as `{"$Duration": "ofSeconds(10)"}`.
fn setting(value: &Json) -> String {
    let seconds = value["$Duration"]
        .as_str()
        .and_then(|call| call.strip_prefix("ofSeconds("));
    match (seconds, value.as_str()) {
        (Some(seconds), _) => seconds.replace(')', " s"),
        (None, Some(text)) => text.to_owned(),
        (None, None) => value.to_string(),
    }
}

fn lines(table: &Json) -> Vec<String> {
    let lines = table["schema"].as_array().into_iter().flatten();
    lines.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// The changelog mode that the harness is told by a Java object.
fn declared_mode(table: &Json) -> Option<&'static str> {
    match table["extra"]["addMode"][0].as_str()? {
        "ChangelogMode.insertOnly()" => Some("I"),
        "ChangelogMode.upsert()" | "KAFKA_WITH_PARTIAL_DELETES_CHANGELOG" => Some("I,UA,D"),
        "ChangelogMode.all()" => Some("I,UB,UA,D"),
        _ => None,
    }
}

/// Positions of the key's columns, by the order in which columns are declared.
fn primary_key(lines: &[String]) -> Vec<usize> {
    let bare = |name: &str| name.trim().trim_matches('`').to_owned();
    let columns: Vec<String> = lines
        .iter()
        .map(|line| bare(line.split_whitespace().next().unwrap_or_default()))
        .collect();
    let upper = |line: &String| line.to_ascii_uppercase();
    if let Some(at) = lines
        .iter()
        .position(|line| upper(line).contains("PRIMARY KEY NOT ENFORCED"))
    {
        return vec![at];
    }
    let constraint = lines
        .iter()
        .find(|line| upper(line).trim_start().starts_with("PRIMARY KEY"));
    let names = constraint.and_then(|line| line.split_once('(')?.1.split_once(')'));
    let Some((names, _)) = names else {
        return Vec::new();
    };
    let position = |name: &str| columns.iter().position(|column| *column == bare(name));
    names.split(',').filter_map(position).collect()
}

fn all_rows(sources: &BTreeMap<String, Rows>, restarted: bool) -> BTreeMap<String, Vec<Json>> {
    let rows = |(name, (before, after)): (&String, &Rows)| {
        let mark = restarted.then_some(json!(null));
        let rows = before.iter().cloned().chain(mark).chain(after.iter().cloned());
        (name.clone(), rows.collect())
    };
    sources.iter().map(rows).collect()
}

/// The rows before without an end, then the rest from the checkpoint.
fn restarted(sources: &BTreeMap<String, Rows>, awaited: usize) -> Vec<Phase> {
    let before = |(name, (before, _)): (&String, &Rows)| {
        let rows = before.iter().cloned().chain([json!(null)]);
        (name.clone(), rows.collect())
    };
    let first = Phase {
        inputs: sources.iter().map(before).collect(),
        ends: false,
        awaited,
    };
    vec![first, Phase::bounded(all_rows(sources, true))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_both_forms() {
        let lines = |lines: &[&str]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            primary_key(&lines(&["a INT PRIMARY KEY NOT ENFORCED", "b INT"])),
            [0]
        );
        let constraint = lines(&["a INT", "`b` INT", "PRIMARY KEY(b, a) NOT ENFORCED"]);
        assert_eq!(primary_key(&constraint), [1, 0]);
        assert!(primary_key(&lines(&["a INT"])).is_empty());
    }
}
