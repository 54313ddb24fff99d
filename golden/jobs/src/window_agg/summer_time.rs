//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 ce24dfdf22aa2ac16cc91fd6c2cd2fee19cbb00b0961bc611885de224841afb2

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
        name: "insert-into_out",
        nodes: Vec::from([
            events_source(),
            exchange_to_one(),
            tumble_1d_all(),
            project_window_start_window_end_window_time_and_1(),
            out_sink(),
        ]),
    }
}

/// ```text
/// events_source: Source(table=[events], fields=[at])
/// ```
fn events_source() -> Node {
    Node {
        name: "events_source",
        uid: "bc9b1775948460b2",
        inputs: Vec::new(),
        columns: Vec::from([Column::new("at", build::timestamp_ltz(3))]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "events",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("at", build::timestamp_ltz(3)),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: Some(events_source_watermark),
            physical: Vec::from([
                Column::new("v", build::int()),
                Column::new("at", build::timestamp_ltz(3)),
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
        uid: "6001f1d175dfc6b7",
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("at", build::timestamp_ltz(3))]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// tumble_1d_all: WindowAgg(window=[TUMBLE(at, 1d)], groupBy=[], select=[COUNT(*) AS $agg0])
/// ```
fn tumble_1d_all() -> Node {
    Node {
        name: "tumble_1d_all",
        uid: "114b8a5e6aef6f21",
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
        uid: "9dd8ebffa80c8549",
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
/// out_sink: Sink(table=[out], fields=[window_start, window_end, window_time, EXPR$3])
/// ```
fn out_sink() -> Node {
    Node {
        name: "out_sink",
        uid: "e4f5f11e3c5784f9",
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("window_end", build::timestamp(3)),
            Column::new("last_moment", build::timestamp_ltz(3)),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("out"),
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
    fn at(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
}

/// ```text
/// Watermark of table events
/// ```
/// summer_time.sql:2:50
/// ```sql
/// WATERMARK FOR at AS at
/// ```
fn events_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = EventsSourceRow(raw);
        watermarks.push(row.at());
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
/// FROM TUMBLE(TABLE events, DESCRIPTOR(at), INTERVAL '1' DAY)
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
