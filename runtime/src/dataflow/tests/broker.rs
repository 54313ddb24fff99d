//! A system with transactions, in memory: rows become visible together with the token, and only for the producer that
//! recovered last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use sql::DataType;

use super::world::Death;
use crate::connector::registry::SinkRequest;
use crate::connector::{CommitPoint, SinkTable, SinkTableFactory, SinkWriter, Sinks, print};
use crate::error::JobError;
use crate::row::Batch;

#[derive(Clone, Default)]
pub(super) struct Broker(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    /// Rows of transactions that are not committed, by epoch and thread.
    open: BTreeMap<(u64, usize), Vec<String>>,
    visible: Vec<String>,
    token: Option<(u64, String)>,
    producer: u64,
}

impl Broker {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().expect("no test panics inside the broker")
    }

    pub(super) fn visible(&self) -> Vec<String> {
        self.inside().visible.clone()
    }

    pub(super) fn open(&self, requests: &[SinkRequest<'_>], death: Death) -> Sinks {
        let table = |request: &SinkRequest<'_>| SinkTable {
            table: Arc::new(Topic {
                broker: self.clone(),
                types: request.columns.iter().map(|column| column.ty.clone()).collect(),
            }),
            committer: None,
        };
        Sinks {
            tables: requests.iter().map(table).collect(),
            commit_point: Some(Box::new(Transactions {
                broker: self.clone(),
                death,
                calls: 0,
                producer: 0,
            })),
        }
    }
}

struct Topic {
    broker: Broker,
    types: Vec<DataType>,
}

impl SinkTableFactory for Topic {
    fn writer(&self, thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        Ok(Box::new(Producer {
            broker: self.broker.clone(),
            types: self.types.clone(),
            thread,
            rows: Vec::new(),
        }))
    }
}

struct Producer {
    broker: Broker,
    types: Vec<DataType>,
    thread: usize,
    rows: Vec<String>,
}

impl SinkWriter for Producer {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        for (kind, row) in batch.rows() {
            let mut line = Vec::new();
            print::write_row(kind, row, &self.types, &mut line);
            self.rows
                .push(String::from_utf8(line).expect("printed rows are UTF-8"));
        }
        Ok(())
    }

    fn end_epoch(&mut self, epoch: u64) -> Result<Vec<u8>, JobError> {
        let rows = std::mem::take(&mut self.rows);
        self.broker.inside().open.insert((epoch, self.thread), rows);
        Ok(Vec::new())
    }
}

struct Transactions {
    broker: Broker,
    death: Death,
    calls: usize,
    producer: u64,
}

impl CommitPoint for Transactions {
    fn place(&self) -> String {
        "the only one".to_owned()
    }

    fn recover(&mut self, _places: &[String]) -> Result<Vec<(u64, String)>, JobError> {
        let mut inside = self.broker.inside();
        inside.open.clear();
        inside.producer += 1;
        self.producer = inside.producer;
        Ok(inside.token.clone().into_iter().collect())
    }

    fn commit(&mut self, epoch: u64, checkpoint_id: &str) -> Result<(), JobError> {
        let call = self.calls;
        self.calls += 1;
        if self.death == Death::BeforeCommit(call) {
            return Err(JobError::Cancelled);
        }
        let mut inside = self.broker.inside();
        assert_eq!(inside.producer, self.producer, "no other instance runs");
        let of_epoch: Vec<_> = inside
            .open
            .keys()
            .copied()
            .filter(|(open, _)| *open == epoch)
            .collect();
        for key in of_epoch {
            let rows = inside.open.remove(&key).expect("the key was just found");
            inside.visible.extend(rows);
        }
        inside.token = Some((epoch, checkpoint_id.to_owned()));
        if self.death == Death::AfterCommit(call) {
            return Err(JobError::Cancelled);
        }
        Ok(())
    }
}
