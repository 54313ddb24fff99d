//! Collecting an epoch's changes on one thread.

use std::collections::HashMap;
use std::sync::Arc;

use sql::DataType;

use super::change::{Action, Change};
use super::committer::JdbcCommitter;
use super::target::Target;
use super::{CONNECTOR, check, external, text};
use crate::connector::options::JobEnvironment;
use crate::connector::registry::SinkRequest;
use crate::connector::{SinkTable, SinkTableFactory, SinkWriter, staged};
use crate::error::JobError;
use crate::row::{Batch, RowKind, RowRef};

/// Opens the sink side of a table.
pub(crate) fn open_sink(
    request: &SinkRequest<'_>,
    environment: &JobEnvironment,
) -> Result<SinkTable, JobError> {
    check(&request.options)?;
    let name = |column: usize| request.columns[column].name.to_owned();
    let target = Target {
        table: request.options.required("table-name")?.to_owned(),
        columns: (0..request.columns.len()).map(name).collect(),
        key: request
            .spec
            .primary_key
            .iter()
            .map(|column| name(*column))
            .collect(),
        types: request
            .columns
            .iter()
            .map(|column| column.ty.to_string())
            .collect(),
    };
    let committer = JdbcCommitter::new(request, environment, target.clone())?;
    let table = JdbcTable {
        target,
        types: request.columns.iter().map(|column| column.ty.clone()).collect(),
        primary_key: request.spec.primary_key.clone(),
    };
    if request.spec.input_updates && table.primary_key.is_empty() {
        return Err(external(format!(
            "table {}: updates need a PRIMARY KEY",
            request.options.table
        )));
    }
    Ok(SinkTable {
        table: Arc::new(table),
        committer: Some(Box::new(committer)),
    })
}

#[derive(Clone)]
struct JdbcTable {
    target: Target,
    types: Vec<DataType>,
    /// Empty: rows are only appended.
    primary_key: Vec<usize>,
}

impl SinkTableFactory for JdbcTable {
    fn writer(&self, _thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        Ok(Box::new(JdbcWriter {
            table: self.clone(),
            changes: Vec::new(),
            by_key: HashMap::new(),
        }))
    }
}

struct JdbcWriter {
    table: JdbcTable,
    /// In the order of their keys' first change.
    changes: Vec<Change>,
    /// Where the change of a key stands: a later one takes its place.
    by_key: HashMap<Vec<Option<String>>, usize>,
}

impl JdbcWriter {
    fn put(&mut self, action: Action, row: RowRef<'_>) {
        let types = &self.table.types;
        let column = |i: usize| text::of_column(row, i, &types[i]);
        let all = || (0..types.len()).map(column).collect::<Vec<_>>();
        if self.table.primary_key.is_empty() {
            self.changes.push(Change {
                action,
                values: all(),
            });
            return;
        }
        let key: Vec<Option<String>> = self.table.primary_key.iter().map(|i| column(*i)).collect();
        let values = if action == Action::Put { all() } else { key.clone() };
        let change = Change { action, values };
        match self.by_key.get(&key) {
            Some(at) => self.changes[*at] = change,
            None => {
                self.by_key.insert(key, self.changes.len());
                self.changes.push(change);
            }
        }
    }
}

impl SinkWriter for JdbcWriter {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        for (kind, row) in batch.rows() {
            match kind {
                RowKind::Insert | RowKind::UpdateAfter => self.put(Action::Put, row),
                // A +U of the same key takes the place of a -U; without one (filtered out) the row is gone.
                RowKind::Delete | RowKind::UpdateBefore => self.put(Action::Delete, row),
            }
        }
        Ok(())
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        if self.changes.is_empty() {
            return Ok(Vec::new());
        }
        let mut bytes = Vec::new();
        self.changes.iter().for_each(|change| change.write(&mut bytes));
        self.changes.clear();
        self.by_key.clear();
        Ok(staged::wrap(CONNECTOR, false, &self.table.target, &bytes))
    }
}
