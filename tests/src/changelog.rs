//! Changes that sinks are given, as lines (`+U 7 | 2020-01-01T00:00:05 | 2`), and the tables they make.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// `+I`, `-U`, `+U` or `-D`.
    pub kind: String,
    pub cells: Vec<String>,
}

impl Change {
    /// The change that a line of [`Change::line`] or of an `output` fence stands for.
    pub fn parse(line: &str) -> Result<Change, String> {
        let (kind, cells) = line.split_once(' ').unwrap_or((line, ""));
        if !matches!(kind, "+I" | "-U" | "+U" | "-D") {
            return Err(format!("'{line}' does not begin with a kind of change"));
        }
        Ok(Change {
            kind: kind.to_owned(),
            cells: cells.split(" | ").map(str::to_owned).collect(),
        })
    }

    pub fn line(&self) -> String {
        format!("{} {}\n", self.kind, self.cells.join(" | "))
    }
}

/// What one sink has been given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changelog {
    pub primary_key: Vec<usize>,
    /// In the order in which it was committed.
    pub changes: Vec<Change>,
}

impl Changelog {
    pub fn lines(&self) -> Vec<String> {
        self.changes.iter().map(Change::line).collect()
    }

    /// The rows that are left at the end, by cells. With a primary key the latest change of a key holds; without one a
    /// change takes away a row that is there.
    pub fn table(&self) -> Result<Vec<String>, String> {
        let mut rows: BTreeMap<Vec<String>, Vec<Vec<String>>> = BTreeMap::new();
        for change in &self.changes {
            let key = match self.primary_key.as_slice() {
                [] => change.cells.clone(),
                columns => columns
                    .iter()
                    .map(|column| change.cells[*column].clone())
                    .collect(),
            };
            let is_keyed = !self.primary_key.is_empty();
            let same = rows.entry(key).or_default();
            match change.kind.as_str() {
                "+I" | "+U" => {
                    if is_keyed {
                        same.clear();
                    }
                    same.push(change.cells.clone());
                }
                _ => {
                    if same.pop().is_none() {
                        return Err(format!("takes away what is not there: {}", change.line()));
                    }
                }
            }
        }
        let mut lines: Vec<String> = rows
            .into_values()
            .flatten()
            .map(|cells| cells.join(" | ") + "\n")
            .collect();
        lines.sort();
        Ok(lines)
    }
}
