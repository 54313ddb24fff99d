//! A source in memory with several splits, and ways to end a job abruptly.
//!
//! The source delivers for split `s` the rows `(v mod 10, v)` with `v = s, s + splits, s + 2 · splits, …`, a
//! few at a time. A plan says at which poll or commit the job dies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use object_store::memory::InMemory;

use crate::connector::options::{JobEnvironment, Options};
use crate::connector::registry::SinkRequest;
use crate::connector::{Committer, Polled, Sinks, Split, SplitReader, SplitSource};
use crate::dataflow::{Connectors, Control, Registry, Summary, run_with};
use crate::error::JobError;
use crate::job::{Job, SourceSpec};
use crate::launch::Deployment;
use crate::row::{BatchWriter, RowKind};

use super::broker::Broker;

/// Rows that one poll brings.
const ROWS_PER_POLL: i32 = 5;

/// When the job dies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Death {
    Never,
    /// At this poll, counted over all threads.
    Poll(usize),
    /// At this call of the committer, before it has done anything.
    BeforeCommit(usize),
    /// At this call of the committer, after it has done everything.
    AfterCommit(usize),
    /// By a defect of the committer.
    Panic,
}

/// Numbers from several splits, and checkpoints on the way.
#[derive(Clone)]
pub(super) struct Numbers {
    pub(super) splits: i32,
    pub(super) rows_per_split: i32,
    pub(super) unbounded: bool,
    /// There are more splits each time one looks, up to this number.
    pub(super) growing_to: Option<i32>,
    /// Every so many polls a reader asks for a checkpoint; 0: never.
    pub(super) checkpoint_every: usize,
    pub(super) death: Death,
    pub(super) control: Control,
    /// Output goes there by transactions; without one to the table's own sink.
    pub(super) broker: Option<Broker>,
    /// Splits of the checkpoint that the source was told of.
    pub(super) told: Arc<AtomicUsize>,
    polls: Arc<AtomicUsize>,
}

impl Numbers {
    pub(super) fn new(splits: i32, rows_per_split: i32, checkpoint_every: usize, death: Death) -> Self {
        Numbers {
            splits,
            rows_per_split,
            unbounded: false,
            growing_to: None,
            checkpoint_every,
            death,
            control: Control::default(),
            broker: None,
            told: Arc::default(),
            polls: Arc::default(),
        }
    }

    pub(super) fn run(
        &self,
        job: &Job,
        deployment: &Deployment,
        storage: &Arc<InMemory>,
    ) -> Result<Summary, JobError> {
        let storage = Arc::clone(storage);
        run_with(job, deployment, &self.control, self, Some(storage))
    }
}

impl Connectors for Numbers {
    fn open_source(
        &self,
        _spec: &SourceSpec,
        _options: &Options,
        _environment: &JobEnvironment,
    ) -> Result<Box<dyn SplitSource>, JobError> {
        Ok(Box::new(self.clone()))
    }

    fn open_sinks(
        &self,
        requests: &[SinkRequest<'_>],
        environment: &JobEnvironment,
    ) -> Result<Sinks, JobError> {
        if let Some(broker) = &self.broker {
            return Ok(broker.open(requests, self.death));
        }
        let mut sinks = Registry.open_sinks(requests, environment)?;
        for table in &mut sinks.tables {
            table.committer = table.committer.take().map(|inner| -> Box<dyn Committer> {
                Box::new(MortalCommitter {
                    inner,
                    death: self.death,
                    calls: 0,
                })
            });
        }
        Ok(sinks)
    }

    fn claims(&self, _options: &Options) -> Result<bool, JobError> {
        Ok(self.broker.is_some())
    }
}

impl SplitSource for Numbers {
    fn restore(&mut self, splits: &[Split]) {
        self.told.fetch_add(splits.len(), Ordering::Relaxed);
    }

    fn discover(&mut self) -> Result<Vec<Split>, JobError> {
        let split = |split: i32| Split {
            id: format!("numbers/{split}"),
            position: serde_json::Value::Null,
        };
        let found = (0..self.splits).map(split).collect();
        self.splits = self
            .growing_to
            .map_or(self.splits, |most| most.min(self.splits + 1));
        Ok(found)
    }

    fn discovery_interval(&self) -> Option<Duration> {
        self.growing_to.map(|_| Duration::from_millis(5))
    }

    fn is_bounded(&self) -> bool {
        !self.unbounded
    }

    fn has_split_watermarks(&self) -> bool {
        true
    }

    fn reader(&self) -> Result<Box<dyn SplitReader>, JobError> {
        Ok(Box::new(NumbersReader {
            numbers: self.clone(),
            splits: Vec::new(),
            next: 0,
        }))
    }
}

struct NumbersReader {
    numbers: Numbers,
    /// Number of the split, rows read, ended.
    splits: Vec<(i32, i32, bool)>,
    /// The split whose turn it is.
    next: usize,
}

impl SplitReader for NumbersReader {
    fn assign(&mut self, split: Split) -> Result<(), JobError> {
        let number = split
            .id
            .trim_start_matches("numbers/")
            .parse()
            .expect("the id names the split");
        let position = split.position.as_i64().unwrap_or(0) as i32;
        self.splits.push((number, position, false));
        Ok(())
    }

    fn poll(&mut self, _rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError> {
        let numbers = &self.numbers;
        let poll = numbers.polls.fetch_add(1, Ordering::Relaxed);
        if numbers.death == Death::Poll(poll) {
            numbers.control.kill();
            return Err(JobError::Cancelled);
        }
        if numbers.checkpoint_every > 0 && poll % numbers.checkpoint_every == numbers.checkpoint_every - 1 {
            return Ok(Polled::Checkpoint);
        }
        let split = self.next % self.splits.len();
        self.next += 1;
        let (number, read, ended) = &mut self.splits[split];
        if *read == numbers.rows_per_split {
            let newly = !std::mem::replace(ended, true) && !numbers.unbounded;
            return Ok(if newly {
                Polled::SplitEnd { split }
            } else {
                Polled::Idle
            });
        }
        let end = numbers.rows_per_split.min(*read + ROWS_PER_POLL);
        for at in *read..end {
            let v = at * numbers.splits + *number;
            output.begin(RowKind::Insert);
            output.put_i32(0, Some(v % 10));
            output.put_i32(1, Some(v));
            output.finish();
        }
        *read = end;
        Ok(Polled::Rows { split })
    }

    fn positions(&self) -> Vec<Split> {
        let split = |(number, read, _): &(i32, i32, bool)| Split {
            id: format!("numbers/{number}"),
            position: (*read).into(),
        };
        self.splits.iter().map(split).collect()
    }
}

struct MortalCommitter {
    inner: Box<dyn Committer>,
    death: Death,
    calls: usize,
}

impl Committer for MortalCommitter {
    fn commit(&mut self, epoch: u64, checkpoint_id: &str, staged: Vec<Vec<u8>>) -> Result<(), JobError> {
        let call = self.calls;
        self.calls += 1;
        assert!(self.death != Death::Panic, "the committer breaks down");
        if self.death == Death::BeforeCommit(call) {
            return Err(JobError::Cancelled);
        }
        self.inner.commit(epoch, checkpoint_id, staged)?;
        if self.death == Death::AfterCommit(call) {
            return Err(JobError::Cancelled);
        }
        Ok(())
    }
}
