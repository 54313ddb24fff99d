//! `source`: reads a table; evaluates its computed columns and its watermark.

use super::super::connector::source_mode;
use super::super::identity::Meaning;
use super::super::plan::{ChangelogMode, PhysicalNode};
use super::Operator;
use crate::catalog::table::Table;
use crate::p3_plan::plan::Schema;
use crate::p3_plan::text::fields;

#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub table: Table,
    /// Columns of the table that are read or computed, in order.
    pub columns: Vec<usize>,
}

impl Operator for Source {
    fn kind(&self) -> &'static str {
        "source"
    }

    fn base_name(&self, _: &Schema, _: &Schema) -> String {
        format!("{}_source", self.table.name)
    }

    fn text(&self, _: &Schema, output: &Schema) -> String {
        format!("Source(table=[{}], fields=[{}])", self.table.name, fields(output))
    }

    fn derive_mode(&mut self, _: ChangelogMode, _: bool) -> ChangelogMode {
        source_mode(&self.table)
    }

    fn upsert_keys(&self, _: &[&PhysicalNode], _: usize) -> Vec<Vec<usize>> {
        if self.table.primary_key.is_empty() {
            return Vec::new();
        }
        let position = |key: &usize| self.columns.iter().position(|column| column == key);
        self.table
            .primary_key
            .iter()
            .map(position)
            .collect::<Option<Vec<usize>>>()
            .into_iter()
            .collect()
    }

    fn meaning(&self, _: &[&Meaning], _: usize) -> Meaning {
        let table = &self.table;
        let column = |column: &usize| format!("{}.{}", table.name, table.columns[*column].name);
        Meaning {
            rows: table.name.clone(),
            columns: self.columns.iter().map(column).collect(),
        }
    }
}
