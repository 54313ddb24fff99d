//! Changes that sinks are given, as lines (`+U 7 | 2020-01-01T00:00:05 | 2`), and the tables they make.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Change {
    /// `+I`, `-U`, `+U` or `-D`.
    pub(crate) kind: String,
    pub(crate) cells: Vec<String>,
}

impl Change {
    pub(crate) fn line(&self) -> String {
        format!("{} {}\n", self.kind, self.cells.join(" | "))
    }
}

/// What one sink has been given.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changelog {
    pub(crate) primary_key: Vec<usize>,
    /// In the order in which it was committed.
    pub(crate) changes: Vec<Change>,
}

impl Changelog {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.changes.iter().map(Change::line).collect()
    }

    /// The rows that are left at the end, by cells. With a primary key the latest change of a key holds; without one a
    /// change takes away a row that is there.
    pub(crate) fn table(&self) -> Result<Vec<String>, String> {
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
                "-U" if is_keyed => {}
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
