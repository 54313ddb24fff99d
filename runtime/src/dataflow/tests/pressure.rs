//! Slow sinks hold fast sources back; nothing blocks for good, and barriers pass.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::jobs::{columns, deployment, node, sink, source};
use crate::connector::options::{JobEnvironment, Options};
use crate::connector::registry::SinkRequest;
use crate::connector::{
    Polled, SinkTable, SinkTableFactory, SinkWriter, Sinks, Split, SplitReader, SplitSource,
};
use crate::dataflow::{Connectors, Control, run_with};
use crate::error::JobError;
use crate::job::{Job, OperatorSpec, SourceSpec};
use crate::row::{Batch, BatchWriter, RowKind};

/// Rows in all; far more than the budgets of channels hold.
const ROWS: usize = 1_200_000;
const ROWS_PER_POLL: usize = 4_000;
/// Bytes of a row of two columns.
const ROW_BYTES: usize = 24;

/// Counts what has entered and what has left.
#[derive(Clone, Default)]
struct Gauge {
    entered: Arc<AtomicUsize>,
    left: Arc<AtomicUsize>,
    greatest: Arc<AtomicUsize>,
    /// How long a write takes, and for how many, by thread; a millisecond for all where nothing is said.
    pauses: Vec<(Duration, usize)>,
}

impl Connectors for Gauge {
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
        _environment: &JobEnvironment,
    ) -> Result<Sinks, JobError> {
        let table = |_: &SinkRequest<'_>| SinkTable {
            table: Arc::new(self.clone()),
            committer: None,
        };
        Ok(Sinks {
            tables: requests.iter().map(table).collect(),
            commit_point: None,
        })
    }
}

impl SplitSource for Gauge {
    fn discover(&mut self) -> Result<Vec<Split>, JobError> {
        Ok(vec![Split {
            id: "all".to_owned(),
            position: serde_json::Value::Null,
        }])
    }

    fn is_bounded(&self) -> bool {
        true
    }

    fn reader(&self) -> Result<Box<dyn SplitReader>, JobError> {
        Ok(Box::new(Fast {
            gauge: self.clone(),
            read: 0,
        }))
    }
}

struct Fast {
    gauge: Gauge,
    read: usize,
}

impl SplitReader for Fast {
    fn assign(&mut self, _split: Split) -> Result<(), JobError> {
        Ok(())
    }

    fn poll(&mut self, _rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError> {
        if self.read == ROWS {
            return Ok(Polled::SplitEnd { split: 0 });
        }
        for at in 0..ROWS_PER_POLL {
            output.begin(RowKind::Insert);
            output.put_i32(0, Some((self.read + at) as i32));
            output.put_i32(1, Some(2));
            output.finish();
        }
        self.read += ROWS_PER_POLL;
        let entered = self.gauge.entered.fetch_add(ROWS_PER_POLL, Ordering::SeqCst) + ROWS_PER_POLL;
        let inside = 2 * entered - self.gauge.left.load(Ordering::SeqCst);
        self.gauge.greatest.fetch_max(inside, Ordering::SeqCst);
        Ok(Polled::Rows { split: 0 })
    }

    fn positions(&self) -> Vec<Split> {
        Vec::new()
    }
}

impl SinkTableFactory for Gauge {
    fn writer(&self, thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        let pause = self.pauses.get(thread).copied();
        let (pause, writes) = pause.unwrap_or((Duration::from_millis(1), usize::MAX));
        Ok(Box::new(Slow {
            gauge: self.clone(),
            pause,
            writes,
        }))
    }
}

struct Slow {
    gauge: Gauge,
    pause: Duration,
    writes: usize,
}

impl SinkWriter for Slow {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        if self.writes > 0 {
            self.writes -= 1;
            std::thread::sleep(self.pause);
        }
        self.gauge.left.fetch_add(batch.len(), Ordering::SeqCst);
        Ok(())
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        Ok(Vec::new())
    }
}

#[test]
fn a_slow_sink_bounds_what_is_in_flight() {
    let exchange = |column| OperatorSpec::Exchange { keys: vec![column] };
    let job = Job {
        name: "pressure",
        nodes: vec![
            node("source", &[], source("s")),
            node("by_k", &[0], exchange(0)),
            node("by_v", &[1], exchange(1)),
            node("union", &[1, 2], OperatorSpec::Union),
            node("by_k_again", &[3], exchange(0)),
            node("sink", &[4], sink("t")),
        ],
    };
    let gauge = Gauge::default();
    let mut deployment = deployment("pressure", 3);
    let interval = ("execution.checkpointing.interval", "20 ms");
    deployment.config = BTreeMap::from([(interval.0.to_owned(), interval.1.to_owned())]);
    let summary = run_with(&job, &deployment, &Control::default(), &gauge, None).expect("it ends well");
    assert_eq!(
        (summary.rows_read, summary.rows_written),
        (ROWS as u64, 2 * ROWS as u64)
    );
    assert_eq!(columns().len(), 2, "the size of a row holds for two columns");
    // Three exchanges of nine channels, each at most one budget and the batch that exceeded it. Every row
    // leaves twice.
    let channels = 3 * 9;
    let bound = channels * (super::super::limits::CHANNEL_BYTES_MAX + ROWS_PER_POLL * ROW_BYTES) / ROW_BYTES;
    let greatest = gauge.greatest.load(Ordering::SeqCst);
    assert!(
        greatest < bound.min(2 * ROWS * 9 / 10),
        "{greatest} rows in flight"
    );
}

/// One thread passes barriers late. On the other one the rows that come straight from a source pile up at the
/// union, which waits for the barrier in the channel from the late thread.
#[test]
fn what_piles_up_before_a_barrier_does_not_keep_the_barrier_away() {
    let job = Job {
        name: "alignment",
        nodes: vec![
            node("straight", &[], source("s")),
            node("around", &[], source("s")),
            node("by_k", &[1], OperatorSpec::Exchange { keys: vec![0] }),
            node("union", &[0, 2], OperatorSpec::Union),
            node("sink", &[3], sink("t")),
        ],
    };
    let gauge = Gauge {
        pauses: vec![(Duration::ZERO, 0), (Duration::from_millis(400), 5)],
        ..Gauge::default()
    };
    let mut deployment = deployment("alignment", 2);
    let config = [
        ("execution.checkpointing.interval", "20 ms"),
        ("execution.checkpointing.timeout", "10 s"),
    ];
    deployment.config = config
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let summary = run_with(&job, &deployment, &Control::default(), &gauge, None).expect("it ends well");
    assert_eq!(summary.rows_written, 2 * ROWS as u64);
}
