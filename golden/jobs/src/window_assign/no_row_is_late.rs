//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 2d0e1c70cf5f9baafdfa5686417ed59eae8e5d8e59a1af12a6db54950dabc22a

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::compare;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_out",
        nodes: Vec::from([events_source(), assign_tumble_1d(), filter_v(), out_sink()]),
    }
}

/// ```text
/// events_source: Source(table=[events], fields=[v, at])
/// ```
fn events_source() -> Node {
    Node {
        name: "events_source",
        uid: "bc9b1775948460b2",
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("v", build::int()),
            Column::new("at", build::timestamp_ltz(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "events",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("v", build::int()),
                    from: ReadFrom::Physical(0),
                },
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
/// assign_tumble_1d: WindowAssign(window=[TUMBLE(at, 1d)])
/// ```
fn assign_tumble_1d() -> Node {
    Node {
        name: "assign_tumble_1d",
        uid: "2b08fc1411648908",
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("v", build::int()),
            Column::new("at", build::timestamp_ltz(3)),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp_ltz(3))),
        ]),
        operator: OperatorSpec::WindowAssign(WindowSpec {
            kind: WindowKind::Tumble {
                size_ms: 86400000,
                offset_ms: 0,
            },
            time: WindowTime::Rowtime {
                column: 1,
                local: true,
            },
        }),
    }
}

/// ```text
/// filter_v: Calc(select=[v, at, window_start], where=[(v > 0)])
/// ```
fn filter_v() -> Node {
    Node {
        name: "filter_v",
        uid: "85f5f5694ed3d442",
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("v", build::int()),
            Column::new("at", build::timestamp_ltz(3)),
            Column::new("window_start", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Calc(filter_v_kernel),
    }
}

/// ```text
/// out_sink: Sink(table=[out], fields=[v, at, window_start])
/// ```
fn out_sink() -> Node {
    Node {
        name: "out_sink",
        uid: "65b7d771e5947e41",
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("v", build::int()),
            Column::new("at", build::timestamp_ltz(3)),
            Column::new("window_start", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("out"),
            write: Vec::from([
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
        self.0.timestamp(1, 3)
    }
}

struct AssignTumble1dRow<'a>(RowRef<'a>);

impl AssignTumble1dRow<'_> {
    #[inline]
    fn v(&self) -> Option<i32> {
        self.0.i32(0)
    }
}

/// ```text
/// Watermark of table events
/// ```
/// no_row_is_late.sql:2:50
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
/// filter_v: Calc(select=[v, at, window_start], where=[(v > 0)])
/// ```
/// no_row_is_late.sql:4:110
/// ```sql
/// v > 0
/// ```
fn filter_v_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = AssignTumble1dRow(raw);
        if strict1(row.v(), |a| compare::greater(a, 0i32)) != Some(true) {
            continue;
        }
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 1);
        output.copy_fixed(2, raw, 2);
        output.finish();
    }
    Ok(())
}
