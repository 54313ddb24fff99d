//! `values`: a source and a sink in this process, for tests. Tables name their data by the option `data-id`.
//!
//! A test registers what a source delivers (rows with kinds, watermarks, requests for a checkpoint) with
//! [`register`] and reads what a sink made visible with [`committed`]. The sink stages rows per epoch and
//! shows them only when the epoch's checkpoint is committed, so a test sees exactly what an exactly-once sink
//! would show.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use sql::{DataType, Timestamp, Value};

use super::options::{Known, Options};
use super::registry::SinkRequest;
use super::{
    Committer, Polled, SinkTable, SinkTableFactory, SinkWriter, Split, SplitReader, SplitSource, print,
};
use crate::error::JobError;
use crate::job::{ReadFrom, SourceSpec};
use crate::row::{Batch, BatchWriter, RowKind};

/// What a source delivers, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A value for each physical column of the table.
    Row(RowKind, Vec<Value>),
    Watermark(Timestamp),
    /// The source asks for a checkpoint and waits until it is committed.
    Checkpoint,
}

/// The data of one source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    pub items: Vec<Item>,
    /// The source never ends.
    pub unbounded: bool,
}

/// Committed output of one sink: epoch to the rows of each writer.
type Output = BTreeMap<u64, Vec<String>>;

#[derive(Default)]
struct Registry {
    sources: BTreeMap<String, Arc<Data>>,
    sinks: BTreeMap<String, Output>,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    sources: BTreeMap::new(),
    sinks: BTreeMap::new(),
});

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().expect("no test panics inside the registry")
}

/// Makes data available to sources with this `data-id`.
pub fn register(data_id: impl Into<String>, data: Data) {
    registry().sources.insert(data_id.into(), Arc::new(data));
}

/// All rows that sinks with this `data-id` made visible, as changelog strings (`+I[1, a]`): epochs in order,
/// in an epoch the writers in order.
pub fn committed(data_id: &str) -> Vec<String> {
    match registry().sinks.get(data_id) {
        Some(output) => output.values().flatten().cloned().collect(),
        None => Vec::new(),
    }
}

/// Forgets the data of a source and the output of a sink.
pub fn clear(data_id: &str) {
    let mut registry = registry();
    registry.sources.remove(data_id);
    registry.sinks.remove(data_id);
}

struct ValuesSource {
    data: Arc<Data>,
    /// Position in the row of an item and type of each column read.
    columns: Vec<(usize, DataType)>,
    split_watermarks: bool,
}

pub fn open_source(spec: &SourceSpec, options: &Options) -> Result<Box<dyn SplitSource>, JobError> {
    options.check(&[
        Known::required("data-id"),
        Known::optional("bounded"),
        Known::optional("enable-watermark-push-down"),
        Known::optional("changelog-mode"),
    ])?;
    let data_id = options.required("data-id")?;
    let Some(mut data) = registry().sources.get(data_id).cloned() else {
        return Err(options.error("data-id", format!("nothing is registered under '{data_id}'")));
    };
    if options.get("bounded").is_some() {
        let unbounded = !options.boolean("bounded", true)?;
        Arc::make_mut(&mut data).unbounded = unbounded;
    }
    let columns = spec.read.iter().map(|read| match read.from {
        ReadFrom::Physical(position) => Ok((position, read.column.ty.clone())),
        ReadFrom::Partition(_) => Err(options.no_partitions()),
        ReadFrom::Metadata(key) => {
            Err(options.error("connector", format!("'values' has no metadata column '{key}'")))
        }
    });
    Ok(Box::new(ValuesSource {
        data,
        columns: columns.collect::<Result<_, _>>()?,
        split_watermarks: options.boolean("enable-watermark-push-down", false)?,
    }))
}

impl SplitSource for ValuesSource {
    fn discover(&mut self) -> Result<Vec<Split>, JobError> {
        Ok(vec![Split {
            id: "values".to_owned(),
            position: serde_json::Value::Null,
        }])
    }

    fn is_bounded(&self) -> bool {
        !self.data.unbounded
    }

    fn has_split_watermarks(&self) -> bool {
        self.split_watermarks
    }

    fn reader(&self) -> Result<Box<dyn SplitReader>, JobError> {
        Ok(Box::new(ValuesReader {
            data: Arc::clone(&self.data),
            columns: self.columns.clone(),
            split: None,
            next: 0,
            awaits_commit: false,
            ended: false,
        }))
    }
}

struct ValuesReader {
    data: Arc<Data>,
    columns: Vec<(usize, DataType)>,
    split: Option<String>,
    /// Position of the next item.
    next: usize,
    awaits_commit: bool,
    ended: bool,
}

impl ValuesReader {
    fn append_rows(&mut self, rows_max: usize, output: &mut BatchWriter) {
        for _ in 0..rows_max {
            let Some(Item::Row(kind, values)) = self.data.items.get(self.next) else {
                return;
            };
            output.begin(*kind);
            for (i, (position, ty)) in self.columns.iter().enumerate() {
                output.put_value(i, &values[*position], ty);
            }
            output.finish();
            self.next += 1;
        }
    }
}

impl SplitReader for ValuesReader {
    fn assign(&mut self, split: Split) -> Result<(), JobError> {
        self.next = split.position.as_u64().unwrap_or(0) as usize;
        self.split = Some(split.id);
        Ok(())
    }

    fn poll(&mut self, rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError> {
        if self.split.is_none() || self.awaits_commit || self.ended {
            return Ok(Polled::Idle);
        }
        match self.data.items.get(self.next) {
            Some(Item::Row(..)) => {
                self.append_rows(rows_max, output);
                Ok(Polled::Rows { split: 0 })
            }
            Some(Item::Watermark(watermark)) => {
                self.next += 1;
                Ok(Polled::Watermark {
                    split: 0,
                    watermark: *watermark,
                })
            }
            Some(Item::Checkpoint) => {
                self.next += 1;
                self.awaits_commit = true;
                Ok(Polled::Checkpoint)
            }
            None if self.data.unbounded => Ok(Polled::Idle),
            None => {
                self.ended = true;
                Ok(Polled::SplitEnd { split: 0 })
            }
        }
    }

    fn positions(&self) -> Vec<Split> {
        let split = self.split.iter().map(|id| Split {
            id: id.clone(),
            position: self.next.into(),
        });
        split.collect()
    }

    fn on_committed(&mut self, _positions: &[Split]) {
        self.awaits_commit = false;
    }
}

struct ValuesSink {
    types: Vec<DataType>,
}

pub fn open_sink(request: &SinkRequest<'_>) -> Result<SinkTable, JobError> {
    let options = &request.options;
    options.check(&[Known::required("data-id"), Known::optional("sink-insert-only")])?;
    let data_id = options.required("data-id")?.to_owned();
    let types = request.columns.iter().map(|column| column.ty.clone()).collect();
    Ok(SinkTable {
        table: Arc::new(ValuesSink { types }),
        committer: Some(Box::new(ValuesCommitter { data_id })),
    })
}

impl SinkTableFactory for ValuesSink {
    fn writer(&self, _thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        Ok(Box::new(ValuesWriter {
            types: self.types.clone(),
            staged: Vec::new(),
        }))
    }
}

struct ValuesWriter {
    types: Vec<DataType>,
    staged: Vec<String>,
}

impl SinkWriter for ValuesWriter {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        for (kind, row) in batch.rows() {
            let mut line = Vec::new();
            print::write_row(kind, row, &self.types, &mut line);
            self.staged
                .push(String::from_utf8(line).expect("printed rows are UTF-8"));
        }
        Ok(())
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        if self.staged.is_empty() {
            return Ok(Vec::new());
        }
        let staged = std::mem::take(&mut self.staged);
        Ok(serde_json::to_vec(&staged).expect("strings are JSON"))
    }
}

struct ValuesCommitter {
    data_id: String,
}

impl Committer for ValuesCommitter {
    fn commit(&mut self, epoch: u64, _checkpoint_id: &str, staged: Vec<Vec<u8>>) -> Result<(), JobError> {
        let mut rows = Vec::new();
        for part in staged.iter().filter(|part| !part.is_empty()) {
            let part: Vec<String> =
                serde_json::from_slice(part).map_err(|error| JobError::external("values", error))?;
            rows.extend(part);
        }
        let mut registry = registry();
        registry
            .sinks
            .entry(self.data_id.clone())
            .or_default()
            .insert(epoch, rows);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Column, ReadColumn, SinkSpec};
    use sql::TypeKind;

    fn column() -> Column {
        Column {
            name: "a",
            ty: DataType::nullable(TypeKind::Int),
        }
    }

    fn source(data_id: &str) -> Result<Box<dyn SplitSource>, JobError> {
        let spec = SourceSpec {
            table: "t",
            read: vec![ReadColumn {
                column: column(),
                from: ReadFrom::Physical(0),
            }],
            compute: None,
            watermark: None,
            physical: vec![column()],
            primary_key: vec![],
        };
        open_source(
            &spec,
            &Options::new("t", [("connector", "values"), ("data-id", data_id)]),
        )
    }

    #[test]
    fn items_come_in_order_and_a_checkpoint_waits() {
        let row = |v| Item::Row(RowKind::Insert, vec![Value::Int(v)]);
        let watermark = Timestamp::from_millis(5);
        let items = vec![
            row(1),
            row(2),
            Item::Watermark(watermark),
            Item::Checkpoint,
            row(3),
        ];
        register(
            "values-order",
            Data {
                items,
                unbounded: false,
            },
        );
        let mut source = source("values-order").expect("registered");
        let mut reader = source.reader().expect("a reader");
        reader
            .assign(source.discover().expect("one").remove(0))
            .expect("assigned");
        let mut output = BatchWriter::new(1);
        let mut polls = Vec::new();
        for _ in 0..4 {
            polls.push(reader.poll(10, &mut output).expect("polled"));
        }
        let watermark = Polled::Watermark { split: 0, watermark };
        assert_eq!(
            polls,
            [
                Polled::Rows { split: 0 },
                watermark,
                Polled::Checkpoint,
                Polled::Idle
            ]
        );
        assert_eq!(reader.positions()[0].position, serde_json::json!(4));
        reader.on_committed(&[]);
        assert_eq!(
            reader.poll(10, &mut output).expect("polled"),
            Polled::Rows { split: 0 }
        );
        assert_eq!(
            reader.poll(10, &mut output).expect("polled"),
            Polled::SplitEnd { split: 0 }
        );
        assert_eq!(reader.poll(10, &mut output).expect("polled"), Polled::Idle);
        assert_eq!(output.take().len(), 3);
    }

    #[test]
    fn unregistered_data_is_an_option_error() {
        let error = source("values-nothing").err().expect("refused");
        assert!(error.to_string().contains("values-nothing"), "{error}");
    }

    #[test]
    fn rows_are_visible_once_committed_and_only_once() {
        let spec = SinkSpec {
            table: Some("t"),
            write: vec![],
            primary_key: vec![],
            input_updates: false,
        };
        let options = Options::new("t", [("connector", "values"), ("data-id", "values-sink")]);
        let columns = [column()];
        let request = SinkRequest {
            spec: &spec,
            columns: &columns,
            options,
        };
        let sink = open_sink(&request).expect("opened");
        let mut writer = sink.table.writer(0).expect("a writer");
        let mut rows = BatchWriter::new(1);
        rows.begin(RowKind::Delete);
        rows.put_i32(0, Some(4));
        rows.finish();
        writer.write(&rows.take()).expect("written");
        let staged = writer.end_epoch(1).expect("staged");
        assert!(committed("values-sink").is_empty());
        let mut committer = sink.committer.expect("a committer");
        committer
            .commit(1, "1-1", vec![staged.clone(), vec![]])
            .expect("committed");
        committer.commit(1, "1-1", vec![staged]).expect("committed again");
        assert_eq!(committed("values-sink"), ["-D[4]"]);
        assert!(writer.end_epoch(2).expect("nothing staged").is_empty());
    }
}
