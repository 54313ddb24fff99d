//! The rows of a bare query for whoever asked it: lines of JSON as they appear, up to a number of rows.
//!
//! In: batches of all threads. Out: lines `{"report":"rows","rows":[{"kind":"+I","data":[1,"a"]},…]}`. Invariant: no row
//! waits longer than a moment; when there are enough, the rest is dropped and the one who asked is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::registry::SinkRequest;
use super::{SinkTable, SinkTableFactory, SinkWriter};
use crate::error::JobError;
use crate::format::json::RowWriter;
use crate::row::Batch;

/// Longest time that a row waits for others to go with it.
const FLUSH_AFTER: Duration = Duration::from_millis(20);
const LINE_BYTES_MAX: usize = 256 * 1024;

const BEGIN: &[u8] = br#"{"report":"rows","rows":["#;
const END: &[u8] = b"]}\n";

/// Where the rows of all threads go.
pub(crate) struct Collected {
    /// Rows that are still wanted.
    left: AtomicU64,
    /// Takes a line; must not block.
    deliver: Box<dyn Fn(Vec<u8>) + Send + Sync>,
    /// Called when there are enough rows.
    enough: Box<dyn Fn() + Send + Sync>,
}

impl Collected {
    pub(crate) fn new(
        rows_max: u64,
        deliver: impl Fn(Vec<u8>) + Send + Sync + 'static,
        enough: impl Fn() + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Collected {
            left: AtomicU64::new(rows_max),
            deliver: Box::new(deliver),
            enough: Box::new(enough),
        })
    }

    /// Takes the right to deliver one row.
    fn take(&self) -> bool {
        let less = |left: u64| left.checked_sub(1);
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }

    fn is_full(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }
}

pub(crate) fn open_sink(request: &SinkRequest<'_>, collected: &Arc<Collected>) -> SinkTable {
    let types = request.columns.iter().map(|column| column.ty.clone());
    SinkTable {
        table: Arc::new(Collect {
            types: types.collect(),
            collected: collected.clone(),
        }),
        committer: None,
    }
}

struct Collect {
    types: Vec<sql::DataType>,
    collected: Arc<Collected>,
}

impl SinkTableFactory for Collect {
    fn writer(&self, _thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        Ok(Box::new(CollectWriter {
            rows: RowWriter::new(self.types.clone()),
            collected: self.collected.clone(),
            line: BEGIN.to_vec(),
            waits_since: None,
        }))
    }
}

struct CollectWriter {
    rows: RowWriter,
    collected: Arc<Collected>,
    /// The line so far, without its end.
    line: Vec<u8>,
    /// When the oldest row of the line was put there.
    waits_since: Option<Instant>,
}

impl CollectWriter {
    fn flush(&mut self) {
        if self.waits_since.take().is_some() {
            self.line.extend_from_slice(END);
            (self.collected.deliver)(std::mem::replace(&mut self.line, BEGIN.to_vec()));
        }
    }
}

impl SinkWriter for CollectWriter {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        for (kind, row) in batch.rows() {
            if !self.collected.take() {
                break;
            }
            if self.waits_since.is_some() {
                self.line.push(b',');
            }
            self.line.extend_from_slice(br#"{"kind":""#);
            self.line.extend_from_slice(kind.symbol().as_bytes());
            self.line.extend_from_slice(br#"","data":"#);
            let written = self.rows.write(row, &mut self.line);
            written.map_err(|error| JobError::external("query", error.message))?;
            self.line.push(b'}');
            self.waits_since.get_or_insert_with(Instant::now);
            if self.line.len() >= LINE_BYTES_MAX {
                self.flush();
            }
        }
        if self.collected.is_full() {
            self.flush();
            (self.collected.enough)();
        }
        self.tick()
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        self.flush();
        Ok(Vec::new())
    }

    fn tick(&mut self) -> Result<(), JobError> {
        if self
            .waits_since
            .is_some_and(|since| since.elapsed() >= FLUSH_AFTER)
        {
            self.flush();
        }
        Ok(())
    }
}

impl Drop for CollectWriter {
    /// A job that ends without a last epoch still shows what it had to say.
    fn drop(&mut self) {
        self.flush();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;

    use sql::{DataType, TypeKind, Value};

    use super::*;
    use crate::connector::options::Options;
    use crate::job::{Column, SinkSpec};
    use crate::row::{BatchWriter, RowKind};

    #[test]
    fn rows_are_the_line_of_the_sample_and_no_more_than_wanted() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::new(AtomicUsize::new(0));
        let (kept, counted) = (lines.clone(), told.clone());
        let collected = Collected::new(
            2,
            move |line| kept.lock().expect("no panic").push(line),
            move || {
                counted.fetch_add(1, Ordering::Relaxed);
            },
        );
        let spec = SinkSpec {
            table: None,
            write: vec![],
            primary_key: vec![],
            input_updates: true,
        };
        let types = [DataType::nullable(TypeKind::Int), DataType::string()];
        let columns: Vec<Column> = types.iter().map(|ty| Column::new("c", ty.clone())).collect();
        let request = SinkRequest {
            spec: &spec,
            columns: &columns,
            options: Options::default(),
        };
        let mut writer = open_sink(&request, &collected).table.writer(0).expect("a writer");
        let mut rows = BatchWriter::new(2);
        for (kind, number, text) in [
            (RowKind::Insert, Value::Int(1), "a"),
            (RowKind::Delete, Value::Null, "b \"quoted\""),
            (RowKind::Insert, Value::Int(3), "too many"),
        ] {
            rows.begin(kind);
            rows.put_value(0, &number, &types[0]);
            rows.put_value(1, &Value::Text(text.to_owned()), &types[1]);
            rows.finish();
        }
        writer.write(&rows.take()).expect("written");
        let lines = lines.lock().expect("no panic").concat();
        let sample = include_str!("../../../golden/protocol/job.jsonl");
        let expected = sample
            .lines()
            .find(|line| line.contains("\"rows\":[{"))
            .expect("a line");
        assert_eq!(String::from_utf8(lines).expect("text"), format!("{expected}\n"));
        assert_eq!(told.load(Ordering::Relaxed), 1);
    }
}
