//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 c309134699f0f1db623345475e14b4740096c2c1e213bd98eb1fa9eaf9d5d108

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            events_source(),
            exchange_to_one(),
            tumble_1d_all(),
            project_window_start_window_end_window_time_and_1(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// events_source: Source(table=[events], fields=[happened])
/// ```
fn events_source() -> Node {
    Node {
        name: "events_source",
        uid: "bc9b1775948460b2",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("happened", build::timestamp_ltz(3))]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "events",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("happened", build::timestamp_ltz(3)),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: Some(events_source_watermark),
            physical: Vec::from([
                Column::new("v", build::int()),
                Column::new("happened", build::timestamp_ltz(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "0a3eea23e48f4641",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("happened", build::timestamp_ltz(3))]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// tumble_1d_all: WindowAgg(window=[TUMBLE(happened, 1d)], groupBy=[], select=[COUNT(*) AS $agg0])
/// ```
fn tumble_1d_all() -> Node {
    Node {
        name: "tumble_1d_all",
        uid: "05c0f72f31579688",
        state_fingerprint: Some("25da7e78aa648f0a"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp_ltz(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 86400000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 0,
                    local: true,
                },
            }),
            keys: Vec::new(),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_window_start_window_end_window_time_and_1: Calc(select=[window_start, window_end,
///     window_time, $agg0 AS EXPR$3])
/// ```
fn project_window_start_window_end_window_time_and_1() -> Node {
    Node {
        name: "project_window_start_window_end_window_time_and_1",
        uid: "4b6a4deea6562deb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp_ltz(3))),
            Column::new("EXPR$3", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(
            project_window_start_window_end_window_time_and_1_kernel,
        ),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[window_start, window_end, window_time, EXPR$3])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "a412f2852fb8a33b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("window_end", build::timestamp(3)),
            Column::new("last_moment", build::timestamp_ltz(3)),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct EventsSourceRow<'a>(RowRef<'a>);

impl EventsSourceRow<'_> {
    #[inline]
    fn happened(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
}

/// ```text
/// Watermark of table events
/// ```
/// summer_time.sql:2:56
/// ```sql
/// WATERMARK FOR happened AS happened
/// ```
fn events_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = EventsSourceRow(raw);
        watermarks.push(row.happened());
    }
    Ok(())
}

/// ```text
/// project_window_start_window_end_window_time_and_1: Calc(select=[window_start, window_end,
///     window_time, $agg0 AS EXPR$3])
/// ```
/// summer_time.sql:5:1
/// ```sql
/// SELECT window_start, window_end, window_time, COUNT(*)
/// FROM TUMBLE(TABLE events, DESCRIPTOR(happened), INTERVAL '1' DAY)
/// GROUP BY window_start, window_end, window_time
/// ```
fn project_window_start_window_end_window_time_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.copy_fixed(1, raw, 2);
        output.copy_fixed(2, raw, 3);
        output.copy_fixed(3, raw, 0);
        output.finish();
    }
    Ok(())
}
