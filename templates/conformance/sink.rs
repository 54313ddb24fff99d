//! A sink in memory: in, rows; out, after their checkpoint is committed, each row as its kind and the texts of its
//! values, NULL apart from the text `null`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use runtime::connector::print::write_value;
use runtime::connector::registry::SinkRequest;
use runtime::connector::{Committer, SinkTable, SinkTableFactory, SinkWriter};
use runtime::error::JobError;
use runtime::row::{Batch, RowKind};
use serde_json::{Value as Json, json};
use sql::{DataType, Value};

#[derive(Default)]
struct Output {
    /// Rows by sink and epoch.
    rows: BTreeMap<(String, u64), Vec<Json>>,
    commits: usize,
}

static OUTPUT: Mutex<Output> = Mutex::new(Output {
    rows: BTreeMap::new(),
    commits: 0,
});

fn output() -> MutexGuard<'static, Output> {
    OUTPUT.lock().expect("nothing panics while it holds the output")
}

/// Forgets what the last job wrote.
pub fn clear() {
    *output() = Output::default();
}

/// Rows visible in all sinks, and how often something was committed.
pub fn progress() -> (usize, usize) {
    let output = output();
    (output.rows.values().map(Vec::len).sum(), output.commits)
}

/// What a sink shows, in order.
pub fn rows(sink: &str) -> Vec<Json> {
    let output = output();
    let of_sink = output.rows.iter().filter(|((name, _), _)| name == sink);
    of_sink.flat_map(|(_, rows)| rows.clone()).collect()
}

/// A row as an answer holds it.
pub fn shown<'a>(kind: RowKind, row: &[Value], types: impl Iterator<Item = &'a DataType>) -> Json {
    let texts = row.iter().zip(types).map(|(value, ty)| {
        let mut text = Vec::new();
        write_value(value, ty, &mut text);
        match value {
            Value::Null => Json::Null,
            _ => String::from_utf8_lossy(&text).into(),
        }
    });
    json!([kind.symbol(), texts.collect::<Vec<_>>()])
}

pub fn open(request: &SinkRequest<'_>) -> SinkTable {
    let types = request.columns.iter().map(|column| column.ty.clone()).collect();
    let name = request.spec.table.unwrap_or("").to_owned();
    SinkTable {
        table: Arc::new(Table { types }),
        committer: Some(Box::new(Showing { name })),
    }
}

struct Table {
    types: Vec<DataType>,
}

impl SinkTableFactory for Table {
    fn writer(&self, _thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        Ok(Box::new(Writer {
            types: self.types.clone(),
            staged: Vec::new(),
        }))
    }
}

struct Writer {
    types: Vec<DataType>,
    staged: Vec<Json>,
}

impl SinkWriter for Writer {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        for (kind, row) in batch.rows() {
            self.staged
                .push(shown(kind, &row.values(self.types.iter()), self.types.iter()));
        }
        Ok(())
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        let staged = std::mem::take(&mut self.staged);
        Ok(serde_json::to_vec(&staged).expect("rows are JSON"))
    }
}

struct Showing {
    name: String,
}

impl Committer for Showing {
    fn commit(&mut self, epoch: u64, _checkpoint_id: &str, staged: Vec<Vec<u8>>) -> Result<(), JobError> {
        let mut rows: Vec<Json> = Vec::new();
        for part in staged.iter().filter(|part| !part.is_empty()) {
            let part: Vec<Json> = serde_json::from_slice(part).expect("written by this sink");
            rows.extend(part);
        }
        let mut output = output();
        output.commits += 1;
        output.rows.insert((self.name.clone(), epoch), rows);
        Ok(())
    }
}
