//! Windows over several splits and threads: watermarks close each window once, whatever dies in between.

use std::sync::Arc;

use object_store::memory::InMemory;
use sql::{DataType, Session, SqlError, Timestamp, TypeKind};

use super::jobs::{columns, deployment, node, sink, source, visible};
use super::world::{Death, Numbers};
use crate::job::{
    AggregateFunction, AggregateSpec, Column, Job, OperatorSpec, WindowAggInput, WindowAggSpec, WindowKind,
    WindowSpec, WindowTime, WriteColumn,
};
use crate::row::{Batch, BatchWriter};

const SPLITS: i32 = 3;
const ROWS_PER_SPLIT: i32 = 80;

fn column(name: &'static str, kind: TypeKind) -> Column {
    Column {
        name,
        ty: DataType::nullable(kind),
    }
}

fn time(name: &'static str) -> Column {
    column(name, TypeKind::Timestamp { precision: 3 })
}

/// `ts` is `v` milliseconds after the epoch.
fn add_time(input: &Batch, output: &mut BatchWriter, _session: &mut Session) -> Result<(), SqlError> {
    for (kind, row) in input.rows() {
        output.begin(kind);
        output.put_i32(0, row.i32(0));
        output.put_i32(1, row.i32(1));
        output.put_timestamp(2, row.i32(1).map(|v| Timestamp::from_millis(v.into())), 3);
        output.finish();
    }
    Ok(())
}

fn time_as_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    watermarks.extend(input.rows().map(|(_, row)| row.timestamp(2, 3)));
    Ok(())
}

/// COUNT(*) by k over windows of 100 ms.
fn job() -> Job {
    let mut source = source("s");
    if let OperatorSpec::Source(spec) = &mut source {
        spec.compute = Some(add_time);
        spec.watermark = Some(time_as_watermark);
    }
    let spec = WindowAggSpec {
        window: WindowAggInput::Assign(WindowSpec {
            kind: WindowKind::Tumble {
                size_ms: 100,
                offset_ms: 0,
            },
            time: WindowTime::Rowtime {
                column: 2,
                local: false,
            },
        }),
        keys: vec![0],
        aggregates: vec![AggregateSpec {
            function: AggregateFunction::CountRows,
            argument: None,
            distinct: false,
            filter: None,
            ty: DataType::not_null(TypeKind::BigInt),
        }],
        input_retracts: false,
    };
    let mut sink = sink("t");
    if let OperatorSpec::Sink(spec) = &mut sink {
        spec.write = (0..5).map(|_| WriteColumn::Physical).collect();
    }
    let mut nodes = vec![
        node("source", &[], source),
        node("exchange", &[0], OperatorSpec::Exchange { keys: vec![0] }),
        node("count_by_window", &[1], OperatorSpec::WindowAgg(spec)),
        node("sink", &[2], sink),
    ];
    for node in &mut nodes[..2] {
        node.columns = columns().into_iter().chain([time("ts")]).collect();
    }
    for node in &mut nodes[2..] {
        let count = Column {
            name: "c",
            ty: DataType::not_null(TypeKind::BigInt),
        };
        let key = column("k", TypeKind::Int);
        node.columns = vec![
            key,
            count,
            time("window_start"),
            time("window_end"),
            time("window_time"),
        ];
    }
    Job {
        name: "windows",
        nodes,
    }
}

/// Rows of all windows of the numbers below `SPLITS * ROWS_PER_SPLIT`, up to window_start.
fn expected() -> Vec<String> {
    let mut rows = Vec::new();
    for start in (0..SPLITS * ROWS_PER_SPLIT).step_by(100) {
        let end = (SPLITS * ROWS_PER_SPLIT).min(start + 100);
        for k in 0..10 {
            let count = (start..end).filter(|v| v % 10 == k).count();
            let window_start = [
                "1970-01-01T00:00",
                "1970-01-01T00:00:00.100",
                "1970-01-01T00:00:00.200",
            ];
            rows.push(format!("+I[{k}, {count}, {}", window_start[start as usize / 100]));
        }
    }
    rows.sort();
    rows
}

fn survive(test: &str, deaths: &[Death], parallelism: &[usize]) {
    let storage = Arc::new(InMemory::new());
    let run = |death, threads| {
        let mut deployment = deployment(test, threads);
        let interval = ("pipeline.auto-watermark-interval".to_owned(), "1 ms".to_owned());
        deployment.config.extend([interval]);
        Numbers::new(SPLITS, ROWS_PER_SPLIT, 5, death).run(&job(), &deployment, &storage)
    };
    for (at, &death) in deaths.iter().enumerate() {
        let _ = run(death, parallelism[at % parallelism.len()]);
    }
    let summary = run(Death::Never, parallelism[0]).expect("the last run ends well");
    assert_eq!(summary.rows_late, 0);
    let shorten = |row: String| row.split(", ").take(3).collect::<Vec<_>>().join(", ");
    let mut rows: Vec<String> = visible(test).into_iter().map(shorten).collect();
    rows.sort();
    assert_eq!(rows, expected(), "{test}: {deaths:?} at {parallelism:?}");
}

#[test]
fn every_window_comes_out_once() {
    for threads in [1, 3] {
        survive(&format!("windows-{threads}"), &[], &[threads]);
    }
    for poll in (1..50).step_by(4) {
        let deaths = [
            Death::Poll(poll),
            Death::AfterCommit(poll % 5),
            Death::BeforeCommit(1),
        ];
        survive(&format!("windows-poll-{poll}"), &deaths, &[2, 3, 1]);
    }
}
