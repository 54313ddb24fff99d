//! `cargo xtask oracle`: what Apache Flink answers to cases of the corpus and to scripts.
//!
//! Cases are compared with their `output` fences, and a line in each says which Flink gives the same rows; scripts are
//! run as they are and Flink's answer is printed. Invariant: rows of a case are never written, only judged.

mod flink;
mod script;
mod verdict;

use std::path::{Path, PathBuf};

use ::tests::case::{self, Case};
use anyhow::{Result, anyhow, bail};

use flink::{Answer, Task};
use verdict::Verdict;

/// Begins the line of a case that says which Flink agrees.
const RECORD: &str = "Same rows from Apache Flink ";

/// Runs the cases and scripts; `all` runs every case that has rows. False when a case differs.
pub fn run(root: &Path, paths: &[PathBuf], all: bool, record: bool) -> Result<bool> {
    let fail = |problem: String| anyhow!(problem);
    let (case_paths, scripts): (Vec<&PathBuf>, Vec<&PathBuf>) = paths
        .iter()
        .partition(|path| path.extension().is_some_and(|end| end == "md"));
    let mut cases = Vec::new();
    if all {
        cases = case::read_all(root, "").map_err(fail)?;
        cases.retain(Case::runs);
    }
    for path in case_paths {
        let name = path.with_extension("");
        let parts: Vec<_> = name
            .iter()
            .rev()
            .take(2)
            .map(|part| part.to_string_lossy())
            .collect();
        let name = parts.into_iter().rev().collect::<Vec<_>>().join("/");
        cases.push(Case::parse(&name, path, &std::fs::read_to_string(path)?).map_err(fail)?);
    }
    if cases.is_empty() && scripts.is_empty() {
        bail!("name cases (.md) or scripts (.sql), or give --all");
    }
    let mut tasks: Vec<Task> = cases.iter().map(case_task).collect();
    for path in &scripts {
        tasks.push(Task {
            statements: script::statements(&std::fs::read_to_string(path)?),
            ..Task::default()
        });
    }
    let answers = flink::run(root, &tasks)?;
    let (of_cases, of_scripts) = answers.split_at(cases.len());
    for (path, answer) in scripts.iter().zip(of_scripts) {
        println!("== {}", path.display());
        print(answer);
    }
    report(&cases, of_cases, record)
}

fn case_task(case: &Case) -> Task {
    let of_kind = |kind: &'static str| case.fences().filter(move |fence| fence.kind == kind);
    let sql: Vec<&str> = of_kind("sql").map(|fence| fence.text.as_str()).collect();
    let input = |fence: &case::Fence| {
        let table = fence.arguments.first().cloned().unwrap_or_default();
        (table, fence.text.clone())
    };
    // What is printed could not be told apart by column; sinks of both connectors take the same changes.
    let sql = sql
        .join("\n;\n")
        .replace("'connector' = 'print'", "'connector' = 'values'");
    Task {
        statements: script::statements(&sql),
        inputs: of_kind("input").map(input).collect(),
    }
}

fn print(answer: &Answer) {
    print!("{}{}", answer.explained, answer.printed);
    for (table, lines) in &answer.outputs {
        if !table.is_empty() {
            println!("-- {table}");
        }
        print!("{lines}");
    }
    if let Some(error) = &answer.error {
        print!("error: {error}");
    }
}

fn report(cases: &[Case], answers: &[Answer], record: bool) -> Result<bool> {
    let mut counts = [0; 4];
    for (case, answer) in cases.iter().zip(answers) {
        let verdict = verdict::judge(case, answer);
        let (position, word, detail) = match &verdict {
            Verdict::Agrees => (0, "agrees", ""),
            Verdict::SameTables(lines) => (1, "same tables", lines.as_str()),
            Verdict::Differs(lines) => (2, "DIFFERS", lines.as_str()),
            Verdict::NotRunnable(error) => (3, "not runnable", error.as_str()),
        };
        counts[position] += 1;
        println!("{word:<12} {}", case.name);
        detail.lines().for_each(|line| println!("    {line}"));
        if cases.len() == 1 {
            print(answer);
        }
        if record {
            write_record(case, verdict == Verdict::Agrees)?;
        }
    }
    if !cases.is_empty() {
        let [agree, same, differ, not] = counts;
        println!(
            "{agree} agree, {same} make the same tables, {differ} differ, {not} do not run on Flink {}",
            flink::VERSION
        );
    }
    Ok(counts[2] == 0)
}

/// Writes or removes the line that says which Flink agrees.
fn write_record(case: &Case, agrees: bool) -> Result<()> {
    let old = case.text();
    let new = with_record(&old, agrees);
    if new != old {
        std::fs::write(&case.path, new)?;
    }
    Ok(())
}

fn with_record(text: &str, agrees: bool) -> String {
    let lines = text.split_inclusive('\n');
    let mut text: String = lines.filter(|line| !line.starts_with(RECORD)).collect();
    if agrees {
        text += &format!("{RECORD}{}.\n", flink::VERSION);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_one_line_at_the_end() {
        let text = "# T\nWhy.\n```output\n```\n";
        let recorded = with_record(text, true);
        assert_eq!(
            recorded,
            format!("{text}Same rows from Apache Flink {}.\n", flink::VERSION)
        );
        assert_eq!(with_record(&recorded, true), recorded);
        assert_eq!(with_record(&recorded, false), text);
    }

    #[test]
    fn a_case_is_a_task() {
        let text = "# T\nWhy.\n```sql a.sql\nSET 'a' = 'b'\n```\n```sql b.sql\nSELECT 1\n```\n\
                    ```input t\n+I 1\n```\n```output\n+I 1\n```\n";
        let case = Case::parse("a/b", Path::new("b.md"), text).expect("it is a case");
        let task = case_task(&case);
        assert_eq!(task.statements, ["SET a=b", "SELECT 1"]);
        assert_eq!(task.inputs["t"], "+I 1\n");
    }
}
