//! Sources that deliver the `input` fences of a case and sinks that remember what was committed.
//!
//! A source hands on at most a given number of rows at once and dies, if told so, when it has gone on a little after a
//! certain checkpoint. A sink shows rows once their epoch is committed, as an exactly-once sink does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use runtime::connector::options::{JobEnvironment, Options};
use runtime::connector::registry::SinkRequest;
use runtime::connector::{
    Committer, Polled, SinkTable, SinkTableFactory, SinkWriter, Sinks, Split, SplitReader, SplitSource,
};
use runtime::dataflow::{Connectors, Control};
use runtime::error::JobError;
use runtime::job::SourceSpec;
use runtime::row::{Batch, BatchWriter};
use sql::DataType;
use sql::value::display::external_text;

use tests::changelog::{Change, Changelog};

use super::input::{self, Item};

/// Name of the sink of a query that is written nowhere.
pub(crate) const COLLECT: &str = "";

/// Where a job dies: after the checkpoint at this position of this table's items.
pub(crate) type Death = (String, usize);

/// What sinks have committed, by table: its primary key and its changes by epoch and sink, since several sinks may
/// write one table.
pub(crate) type Committed = Arc<Mutex<BTreeMap<String, (Vec<usize>, BTreeMap<(u64, usize), Vec<Change>>)>>>;

pub(crate) struct Tables {
    /// Text of the fence, by table.
    pub(crate) inputs: BTreeMap<String, String>,
    pub(crate) rows_max: usize,
    pub(crate) death: Option<Death>,
    pub(crate) control: Control,
    pub(crate) committed: Committed,
}

impl Tables {
    /// The changelog of each sink so far.
    pub(crate) fn changelogs(committed: &Committed) -> BTreeMap<String, Changelog> {
        let committed = committed.lock().expect("no panic under the lock");
        let changelog =
            |(table, (key, epochs)): (&String, &(Vec<usize>, BTreeMap<(u64, usize), Vec<Change>>))| {
                let changelog = Changelog {
                    primary_key: key.clone(),
                    changes: epochs.values().flatten().cloned().collect(),
                };
                (table.clone(), changelog)
            };
        committed.iter().map(changelog).collect()
    }
}

impl Connectors for Tables {
    fn open_source(
        &self,
        spec: &SourceSpec,
        _options: &Options,
        _environment: &JobEnvironment,
    ) -> Result<Box<dyn SplitSource>, JobError> {
        let (columns, positions) = input::cells(spec);
        let text = self.inputs.get(spec.table).map_or("", String::as_str);
        let items = input::parse(text, &columns).map_err(JobError::Configuration)?;
        let death = self.death.iter().find(|(table, _)| table == spec.table);
        let types: Vec<DataType> = spec.read.iter().map(|read| read.column.ty.clone()).collect();
        Ok(Box::new(Source {
            items: Arc::new(items),
            columns: positions.into_iter().zip(types).collect(),
            rows_max: self.rows_max,
            death: death.map(|(_, checkpoint)| *checkpoint),
            control: self.control.clone(),
        }))
    }

    fn open_sinks(
        &self,
        requests: &[SinkRequest<'_>],
        _environment: &JobEnvironment,
    ) -> Result<Sinks, JobError> {
        let table = |(sink, request): (usize, &SinkRequest<'_>)| {
            let name = request.spec.table.unwrap_or(COLLECT).to_owned();
            let mut committed = self.committed.lock().expect("no panic under the lock");
            committed.entry(name.clone()).or_default().0 = request.spec.primary_key.clone();
            SinkTable {
                table: Arc::new(Sink {
                    types: request.columns.iter().map(|column| column.ty.clone()).collect(),
                }),
                committer: Some(Box::new(Commit {
                    name,
                    sink,
                    committed: Arc::clone(&self.committed),
                })),
            }
        };
        Ok(Sinks {
            tables: requests.iter().enumerate().map(table).collect(),
            commit_point: None,
        })
    }
}

#[derive(Clone)]
struct Source {
    items: Arc<Vec<Item>>,
    /// Position in the row of an item and type of each column read.
    columns: Vec<(usize, DataType)>,
    rows_max: usize,
    death: Option<usize>,
    control: Control,
}

impl SplitSource for Source {
    fn discover(&mut self) -> Result<Vec<Split>, JobError> {
        Ok(vec![Split {
            id: "input".to_owned(),
            position: serde_json::Value::Null,
        }])
    }

    fn is_bounded(&self) -> bool {
        true
    }

    fn has_split_watermarks(&self) -> bool {
        true
    }

    fn reader(&self) -> Result<Box<dyn SplitReader>, JobError> {
        Ok(Box::new(Reader {
            source: self.clone(),
            split: None,
            next: 0,
            polls_after_checkpoint: 0,
            awaits_commit: false,
            ended: false,
        }))
    }
}

struct Reader {
    source: Source,
    split: Option<String>,
    /// Position of the next item.
    next: usize,
    polls_after_checkpoint: usize,
    awaits_commit: bool,
    ended: bool,
}

impl Reader {
    /// Dies at the second poll after the commit, so that some rows are lost, or where the items end.
    fn must_die(&mut self) -> bool {
        if self.source.death.is_none_or(|checkpoint| self.next <= checkpoint) {
            return false;
        }
        self.polls_after_checkpoint += 1;
        self.polls_after_checkpoint > 1 || self.next == self.source.items.len()
    }

    fn append_rows(&mut self, rows_max: usize, output: &mut BatchWriter) {
        for _ in 0..rows_max {
            let Some(Item::Row(kind, values)) = self.source.items.get(self.next) else {
                return;
            };
            output.begin(*kind);
            for (i, (position, ty)) in self.source.columns.iter().enumerate() {
                output.put_value(i, &values[*position], ty);
            }
            output.finish();
            self.next += 1;
        }
    }
}

impl SplitReader for Reader {
    fn assign(&mut self, split: Split) -> Result<(), JobError> {
        self.next = split.position.as_u64().unwrap_or(0) as usize;
        self.split = Some(split.id);
        Ok(())
    }

    fn poll(&mut self, rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError> {
        if self.split.is_none() || self.awaits_commit || self.ended {
            return Ok(Polled::Idle);
        }
        if self.must_die() {
            self.source.control.kill();
            return Err(JobError::Cancelled);
        }
        match self.source.items.get(self.next) {
            Some(Item::Row(..)) => {
                self.append_rows(rows_max.min(self.source.rows_max), output);
                Ok(Polled::Rows { split: 0 })
            }
            Some(Item::Watermark(watermark)) => {
                self.next += 1;
                let watermark = *watermark;
                Ok(Polled::Watermark { split: 0, watermark })
            }
            Some(Item::Checkpoint) => {
                self.next += 1;
                self.awaits_commit = true;
                Ok(Polled::Checkpoint)
            }
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

struct Sink {
    types: Vec<DataType>,
}

impl SinkTableFactory for Sink {
    fn writer(&self, _thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        Ok(Box::new(Writer {
            types: self.types.clone(),
            staged: Vec::new(),
        }))
    }
}

struct Writer {
    types: Vec<DataType>,
    staged: Vec<Change>,
}

impl SinkWriter for Writer {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        for (kind, row) in batch.rows() {
            let types = self.types.iter().enumerate();
            self.staged.push(Change {
                kind: kind.symbol().to_owned(),
                cells: types
                    .map(|(i, ty)| external_text(&row.value(i, ty), ty))
                    .collect(),
            });
        }
        Ok(())
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        let staged = std::mem::take(&mut self.staged);
        Ok(serde_json::to_vec(&staged).expect("changes are JSON"))
    }
}

struct Commit {
    name: String,
    sink: usize,
    committed: Committed,
}

impl Committer for Commit {
    fn commit(&mut self, epoch: u64, _checkpoint_id: &str, staged: Vec<Vec<u8>>) -> Result<(), JobError> {
        let mut changes: Vec<Change> = Vec::new();
        for part in staged.iter().filter(|part| !part.is_empty()) {
            let part: Vec<Change> = serde_json::from_slice(part).expect("writers stage JSON");
            changes.extend(part);
        }
        let mut committed = self.committed.lock().expect("no panic under the lock");
        let (_, epochs) = committed.entry(self.name.clone()).or_default();
        epochs.insert((epoch, self.sink), changes);
        Ok(())
    }
}
