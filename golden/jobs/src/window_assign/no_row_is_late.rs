//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 5bcb9160a43daf3d57965fec24926caf35b769e273a7d99d090cbb8b5e746d4d

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
        name: "insert-into_answers",
        nodes: Vec::from([
            events_source(),
            assign_tumble_1d(),
            filter_v(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// events_source: Source(table=[events], fields=[v, happened])
/// ```
fn events_source() -> Node {
    Node {
        name: "events_source",
        uid: "bc9b1775948460b2",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("v", build::int()),
            Column::new("happened", build::timestamp_ltz(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "events",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("v", build::int()),
                    from: ReadFrom::Physical(0),
                },
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
/// assign_tumble_1d: WindowAssign(window=[TUMBLE(happened, 1d)])
/// ```
fn assign_tumble_1d() -> Node {
    Node {
        name: "assign_tumble_1d",
        uid: "0e5f68a67cb6436f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("v", build::int()),
            Column::new("happened", build::timestamp_ltz(3)),
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
/// filter_v: Calc(select=[v, happened, window_start], where=[(v > 0)])
/// ```
fn filter_v() -> Node {
    Node {
        name: "filter_v",
        uid: "9cc309e780d5b535",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("v", build::int()),
            Column::new("happened", build::timestamp_ltz(3)),
            Column::new("window_start", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Calc(filter_v_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[v, happened, window_start])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "47133493f18f7920",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("v", build::int()),
            Column::new("happened", build::timestamp_ltz(3)),
            Column::new("window_start", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
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
    fn happened(&self) -> Option<Timestamp> {
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
/// no_row_is_late.sql:2:56
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
/// filter_v: Calc(select=[v, happened, window_start], where=[(v > 0)])
/// ```
/// no_row_is_late.sql:4:126
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
