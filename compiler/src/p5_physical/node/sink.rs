//! `sink`: writes to a table, or prints.

use super::super::connector::{SinkMode, sink_mode};
use super::super::identity::{Meaning, digest};
use super::super::plan::PhysicalNode;
use super::{Operator, is_unique_by};
use crate::catalog::table::{ColumnKind, Table};
use crate::p3_plan::plan::Schema;
use crate::p3_plan::text::fields;

#[derive(Clone, Debug, PartialEq)]
pub struct Sink {
    /// Without a table: prints the rows.
    pub table: Option<Table>,
}

/// Positions of the primary key among the columns that are written.
pub fn sink_key(table: &Table) -> Vec<usize> {
    let written = written_columns(table);
    let position = |key: &usize| written.iter().position(|column| column == key);
    table.primary_key.iter().filter_map(position).collect()
}

/// Columns of a table that are written: physical ones, and metadata unless virtual.
pub fn written_columns(table: &Table) -> Vec<usize> {
    let is_written = |kind: &ColumnKind| {
        matches!(
            kind,
            ColumnKind::Physical
                | ColumnKind::Metadata {
                    is_virtual: false,
                    ..
                }
        )
    };
    (0..table.columns.len())
        .filter(|column| is_written(&table.columns[*column].kind))
        .collect()
}

impl Operator for Sink {
    fn kind(&self) -> &'static str {
        "sink"
    }

    fn base_name(&self, _: &Schema, _: &Schema) -> String {
        self.table
            .as_ref()
            .map_or("collect".to_owned(), |table| format!("{}_sink", table.name))
    }

    fn text(&self, _: &Schema, output: &Schema) -> String {
        match &self.table {
            Some(table) => format!("Sink(table=[{}], fields=[{}])", table.name, fields(output)),
            None => format!("Collect(fields=[{}])", fields(output)),
        }
    }

    /// Where a row's key can change, or the query does not tell rows apart by it, the row before must be deleted.
    fn needs_update_before(&self, _: bool, input: &PhysicalNode) -> bool {
        let Some(table) = &self.table else {
            return true;
        };
        match sink_mode(table) {
            SinkMode::Retract | SinkMode::AsGiven => true,
            SinkMode::AppendOnly => false,
            SinkMode::Upsert | SinkMode::AfterOnly => {
                let key = sink_key(table);
                !key.is_empty() && !is_unique_by(input, &key)
            }
        }
    }

    /// A sink that keeps the latest row per key must see the rows of a key in order.
    fn exchange_keys(&self) -> Option<Vec<usize>> {
        let table = self
            .table
            .as_ref()
            .filter(|table| sink_mode(table) == SinkMode::Upsert)?;
        Some(sink_key(table)).filter(|key| !key.is_empty())
    }

    fn upsert_keys(&self, inputs: &[&PhysicalNode], _: usize) -> Vec<Vec<usize>> {
        inputs[0].upsert_keys.clone()
    }

    fn meaning(&self, inputs: &[&Meaning], _: usize) -> Meaning {
        let rows = match &self.table {
            Some(table) => digest(&["sink", &table.name, &inputs[0].rows]),
            None => inputs[0].rows.clone(),
        };
        Meaning {
            rows,
            columns: inputs[0].columns.clone(),
        }
    }
}
