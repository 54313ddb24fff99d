//! Answers for people (tables, fields) and for machines (JSON), once or again and again.
//!
//! In: JSON of the API. Out: text. Invariant: with `--json` nothing but JSON goes to standard output.

use std::io::IsTerminal as _;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use super::Client;
use crate::standard_output::{print, print_line};

/// Between two looks of `--watch`.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// Columns of a table: heading and what stands there for a row.
pub(crate) type Columns<'a> = &'a [(&'a str, &'a dyn Fn(&Value) -> String)];

/// A table with its columns as wide as they need to be.
pub(crate) fn table(rows: &[Value], columns: Columns<'_>) -> String {
    let headings = columns.iter().map(|(heading, _)| (*heading).to_owned());
    let mut lines = vec![headings.collect::<Vec<String>>()];
    lines.extend(
        rows.iter()
            .map(|row| columns.iter().map(|(_, cell)| cell(row)).collect()),
    );
    aligned(&lines)
}

/// Names and values, one a line; what is empty is left out.
pub(crate) fn fields(fields: &[(&str, String)]) -> String {
    let given = fields.iter().filter(|(_, value)| !value.is_empty());
    let lines: Vec<Vec<String>> = given
        .map(|(name, value)| vec![(*name).to_owned(), value.clone()])
        .collect();
    aligned(&lines)
}

fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        let mut shown = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            shown.push_str(&format!("{cell:<width$}  ", width = *width));
        }
        text.push_str(shown.trim_end());
        text.push('\n');
    }
    text
}

/// A field as text; nothing for null and what is missing.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A cell that shows a field.
pub(crate) fn field(name: &'static str) -> impl Fn(&Value) -> String {
    move |row| text(&row[name])
}

/// `2026-11-22 19:41:10`, in UTC as the API has it.
pub(crate) fn moment(value: &Value) -> String {
    let text = text(value);
    match (text.get(..10), text.get(11..19)) {
        (Some(day), Some(time)) => format!("{day} {time}"),
        _ => text,
    }
}

/// `12.4 MB`.
pub(crate) fn size(bytes: &Value) -> String {
    let Some(bytes) = bytes.as_f64() else {
        return String::new();
    };
    let units = ["B", "kB", "MB", "GB", "TB"];
    let unit = (0..units.len() - 1).find(|unit| bytes < 1000f64.powi(*unit as i32 + 1));
    let unit = unit.unwrap_or(units.len() - 1);
    match unit {
        0 => format!("{bytes} B"),
        unit => format!("{:.1} {}", bytes / 1000f64.powi(unit as i32), units[unit]),
    }
}

impl Client {
    /// Prints JSON, or the text made of it.
    pub(crate) fn show(&self, answer: &Value, for_people: impl FnOnce(&Value) -> String) {
        match self.json {
            true => print_line(&pretty(answer)),
            false => print(&for_people(answer)),
        }
    }

    /// Prints a sentence on standard error; machines see the answer instead.
    pub(crate) fn done(&self, answer: &Value, sentence: impl FnOnce() -> String) {
        match self.json {
            true if answer.is_null() => print_line("{}"),
            true => print_line(&pretty(answer)),
            false => {
                eprintln!("{}", sentence());
                self.notices(answer);
            }
        }
    }

    /// What the API has to say beside its answer, to people.
    pub(crate) fn notices(&self, answer: &Value) {
        let notices = answer["notices"].as_array().filter(|_| !self.json);
        for notice in notices.into_iter().flatten() {
            eprintln!("note: {}", text(notice));
        }
    }

    /// Shows what `look` answers, once or, with `watch`, whenever it has changed, until it says that there is no more
    /// to see. A terminal shows the newest only; elsewhere one follows the other, JSON one document a line.
    pub(crate) fn watch(
        &self,
        watch: bool,
        mut look: impl FnMut() -> Result<(Value, bool)>,
        for_people: impl Fn(&Value) -> String,
    ) -> Result<()> {
        if !watch {
            self.show(&look()?.0, for_people);
            return Ok(());
        }
        let clears = std::io::stdout().is_terminal() && !self.json;
        let mut before = String::new();
        loop {
            let (answer, is_over) = look()?;
            let shown = match self.json {
                true => format!("{answer}\n"),
                false => for_people(&answer),
            };
            if shown != before {
                // Home, then clear to the end of the screen: no flicker.
                let clear = if clears { "\u{1b}[H\u{1b}[2J" } else { "" };
                print(&format!("{clear}{shown}"));
                before = shown;
            }
            if is_over {
                return Ok(());
            }
            std::thread::sleep(WATCH_INTERVAL);
        }
    }
}

fn pretty(answer: &Value) -> String {
    serde_json::to_string_pretty(answer).expect("JSON values can be written")
}

/// Asks on the terminal, unless the caller has said yes already; where nobody can answer, the caller must.
pub(crate) fn confirm(question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        bail!("this cannot be undone: confirm it with --yes");
    }
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => bail!("nothing was deleted"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let rows = [json!({"name": "é", "n": 1}), json!({"name": "long"})];
        let shown = table(&rows, &[("NAME", &field("name")), ("N", &field("n"))]);
        assert_eq!(shown, "NAME  N\né     1\nlong\n");
    }

    #[test]
    fn fields_without_a_value_are_left_out() {
        let shown = fields(&[("id", "1".to_owned()), ("error", String::new())]);
        assert_eq!(shown, "id  1\n");
    }

    #[test]
    fn moments_and_sizes_are_short() {
        assert_eq!(
            moment(&json!("2023-02-08T07:37:25.165996Z")),
            "2023-02-08 07:37:25"
        );
        assert_eq!(moment(&json!(null)), "");
        for (bytes, expected) in [(0, "0 B"), (999, "999 B"), (12_400_000, "12.4 MB")] {
            assert_eq!(size(&json!(bytes)), expected);
        }
    }
}
