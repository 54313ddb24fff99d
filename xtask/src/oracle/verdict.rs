//! Flink's answer beside what a case says.
//!
//! In: a case and Flink's answer. Out: a [`Verdict`] with the lines that differ. Changes are compared without their
//! order, unless the fence is `ordered`; when they differ, the tables they make are compared, since Flink may
//! emit fewer or more changes in between.

use std::collections::BTreeMap;

use ::tests::case::{Case, Fence};
use ::tests::changelog::{Change, Changelog};
use ::tests::expected::sources;

use super::flink::Answer;

#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Agrees,
    /// The tables are equal; the changes that make them are not.
    SameTables(String),
    Differs(String),
    /// Flink refuses the SQL or fails, and the case expects rows.
    NotRunnable(String),
}

/// What becomes of a case after Flink ran it.
pub(super) fn judge(case: &Case, answer: &Answer) -> Verdict {
    match (&answer.error, case.has("failure")) {
        (Some(error), false) => return Verdict::NotRunnable(error.clone()),
        (None, true) => return Verdict::Differs("Flink does not fail\n".to_owned()),
        // What was written before a failure depends on chance.
        (Some(_), true) => return Verdict::Agrees,
        (None, false) => {}
    }
    let keys = primary_keys(case);
    let mut verdict = Verdict::Agrees;
    for fence in case.fences().filter(|fence| fence.kind == "output") {
        let one = compare(fence, &keys, answer);
        verdict = match (verdict, one) {
            (Verdict::Differs(a), Verdict::Differs(b) | Verdict::SameTables(b))
            | (Verdict::SameTables(a), Verdict::Differs(b)) => Verdict::Differs(a + &b),
            (Verdict::SameTables(a), Verdict::SameTables(b)) => Verdict::SameTables(a + &b),
            (Verdict::Agrees, other) | (other, _) => other,
        };
    }
    verdict
}

fn compare(fence: &Fence, keys: &BTreeMap<String, Vec<usize>>, answer: &Answer) -> Verdict {
    let is_flag = |word: &&String| matches!(word.as_str(), "ordered" | "table");
    let has = |flag: &str| fence.arguments.iter().any(|word| word == flag);
    let name = fence.arguments.iter().find(|word| !is_flag(word));
    let name = name.map_or("", String::as_str);
    let found = answer.outputs.get(name).map_or("", String::as_str);
    let key = keys.get(name).cloned().unwrap_or_default();
    let found_table = table(found, &key);
    if has("table") {
        return match difference(fence.text.lines(), found_table.lines()) {
            None => Verdict::Agrees,
            Some(lines) => Verdict::Differs(titled(name, &lines)),
        };
    }
    let mut expected_lines: Vec<&str> = fence.text.lines().collect();
    let mut found_lines: Vec<&str> = found.lines().collect();
    if !has("ordered") {
        expected_lines.sort_unstable();
        found_lines.sort_unstable();
    }
    if expected_lines == found_lines {
        return Verdict::Agrees;
    }
    let lines = difference(fence.text.lines(), found.lines());
    let text = titled(name, &lines.unwrap_or_else(|| "  in another order\n".to_owned()));
    if table(&fence.text, &key) == found_table {
        Verdict::SameTables(text)
    } else {
        Verdict::Differs(text)
    }
}

fn titled(table: &str, lines: &str) -> String {
    format!("output {table}\n{lines}")
}

/// Lines that only one side has, with `ours` and `flink` before them.
fn difference<'t>(
    expected: impl Iterator<Item = &'t str>,
    found: impl Iterator<Item = &'t str>,
) -> Option<String> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    expected.for_each(|line| *counts.entry(line).or_default() += 1);
    found.for_each(|line| *counts.entry(line).or_default() -= 1);
    let lines: String = counts
        .iter()
        .filter(|(_, count)| **count != 0)
        .map(|(line, count)| {
            let side = if *count > 0 { "ours " } else { "flink" };
            format!("  {side} {line}\n").repeat(count.unsigned_abs() as usize)
        })
        .collect();
    (!lines.is_empty()).then_some(lines)
}

/// The table that the changes make, or why they make none.
fn table(changes: &str, key: &[usize]) -> String {
    let changes: Result<Vec<Change>, String> = changes.lines().map(Change::parse).collect();
    let made = changes.and_then(|changes| {
        let primary_key = key.to_vec();
        Changelog { primary_key, changes }.table()
    });
    made.map_or_else(|problem| problem, |lines| lines.concat())
}

/// Positions of the key's columns, by sink.
fn primary_keys(case: &Case) -> BTreeMap<String, Vec<usize>> {
    let Ok(compiled) = compiler::compile(&sources(case)) else {
        return BTreeMap::new();
    };
    let tables = compiled.tables.into_iter();
    tables
        .map(|table| {
            let columns: Vec<&str> = table
                .columns
                .iter()
                .filter(|column| column.kind == "physical")
                .map(|column| column.name.as_str())
                .collect();
            let position = |key: &String| columns.iter().position(|column| column == key);
            let positions = table.primary_key.iter().filter_map(position).collect();
            (table.name.clone(), positions)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYLESS: &str = "CREATE TABLE s (a INT) WITH ('connector' = 'values');\n\
                           CREATE TABLE t (a INT) WITH ('connector' = 'values');\n\
                           INSERT INTO t SELECT a FROM s;\n";

    fn verdict(fence: &str, found: &str, error: Option<&str>) -> Verdict {
        let text = format!("# T\nWhy.\n```sql\n{KEYLESS}```\n{fence}");
        let case = Case::parse("a/b", std::path::Path::new("b.md"), &text).expect("it is a case");
        let answer = Answer {
            outputs: [("t".to_owned(), found.to_owned())].into(),
            error: error.map(str::to_owned),
            ..Answer::default()
        };
        judge(&case, &answer)
    }

    #[test]
    fn rows_are_compared_as_the_fence_says() {
        let changes = "```output t\n+I 1\n+I 2\n```\n";
        let ordered = "```output t ordered\n+I 1\n+I 2\n```\n";
        let made = "```output t table\n1\n2\n```\n";
        assert_eq!(verdict(changes, "+I 2\n+I 1\n", None), Verdict::Agrees);
        let other_order = "output t\n  in another order\n".to_owned();
        assert_eq!(
            verdict(ordered, "+I 2\n+I 1\n", None),
            Verdict::SameTables(other_order)
        );
        assert_eq!(verdict(made, "+I 2\n-U 2\n+U 1\n+I 2\n", None), Verdict::Agrees);
        let more = "+I 2\n-D 2\n+I 1\n+I 2\n";
        let other_changes = "output t\n  flink +I 2\n  flink -D 2\n".to_owned();
        assert_eq!(verdict(changes, more, None), Verdict::SameTables(other_changes));
        let other_rows = "output t\n  ours  +I 1\n  flink +I 3\n".to_owned();
        assert_eq!(
            verdict(changes, "+I 3\n+I 2\n", None),
            Verdict::Differs(other_rows)
        );
    }

    #[test]
    fn failures_are_compared_with_failures() {
        let rows = "```output t\n+I 1\n```\n";
        let failure = "```failure\ndivision by zero\n```\n";
        assert_eq!(
            verdict(rows, "", Some("no such function")),
            Verdict::NotRunnable("no such function".to_owned())
        );
        assert_eq!(verdict(failure, "", Some("/ by zero")), Verdict::Agrees);
        let runs = Verdict::Differs("Flink does not fail\n".to_owned());
        assert_eq!(verdict(failure, "+I 1\n", None), runs);
    }
}
