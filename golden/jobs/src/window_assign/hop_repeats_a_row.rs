//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 947175c6dbca445df8fb6b8e2be23437af151e7db590db8bc0e0e180a75e8e7b

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_windowed",
        nodes: Vec::from([
            clicks_source(),
            assign_hop_5s_10s(),
            project_user_id_window_start_window_end_and_1(),
            windowed_sink(),
        ]),
    }
}

/// ```text
/// clicks_source: Source(table=[clicks], fields=[user_id, ts])
/// ```
fn clicks_source() -> Node {
    Node {
        name: "clicks_source",
        uid: "2d678f0f5b9df8e3",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "clicks",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("user_id", build::bigint()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: Some(clicks_source_watermark),
            physical: Vec::from([
                Column::new("user_id", build::bigint()),
                Column::new("ts", build::timestamp(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// assign_hop_5s_10s: WindowAssign(window=[HOP(ts, 5s, 10s)])
/// ```
fn assign_hop_5s_10s() -> Node {
    Node {
        name: "assign_hop_5s_10s",
        uid: "34507dfcbeee3141",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("ts", build::timestamp(3)),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAssign(WindowSpec {
            kind: WindowKind::Hop {
                slide_ms: 5000,
                size_ms: 10000,
                offset_ms: 0,
            },
            time: WindowTime::Rowtime {
                column: 1,
                local: false,
            },
        }),
    }
}

/// ```text
/// project_user_id_window_start_window_end_and_1: Calc(select=[user_id, window_start, window_end,
///     window_time])
/// ```
fn project_user_id_window_start_window_end_and_1() -> Node {
    Node {
        name: "project_user_id_window_start_window_end_and_1",
        uid: "77b22165cf3aae60",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Calc(
            project_user_id_window_start_window_end_and_1_kernel,
        ),
    }
}

/// ```text
/// windowed_sink: Sink(table=[windowed], fields=[user_id, window_start, window_end, window_time])
/// ```
fn windowed_sink() -> Node {
    Node {
        name: "windowed_sink",
        uid: "883de4a316b7c281",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("window_start", build::timestamp(3)),
            Column::new("window_end", build::timestamp(3)),
            Column::new("window_time", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("windowed"),
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

struct ClicksSourceRow<'a>(RowRef<'a>);

impl ClicksSourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(1, 3)
    }
}

/// ```text
/// Watermark of table clicks
/// ```
/// hop_repeats_a_row.sql:1:55
/// ```sql
/// WATERMARK FOR ts AS ts
/// ```
fn clicks_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = ClicksSourceRow(raw);
        watermarks.push(row.ts());
    }
    Ok(())
}

/// ```text
/// project_user_id_window_start_window_end_and_1: Calc(select=[user_id, window_start, window_end,
///     window_time])
/// ```
/// hop_repeats_a_row.sql:5:1
/// ```sql
/// SELECT user_id, window_start, window_end, window_time
/// FROM HOP
/// ```
fn project_user_id_window_start_window_end_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 2);
        output.copy_fixed(2, raw, 3);
        output.copy_fixed(3, raw, 4);
        output.finish();
    }
    Ok(())
}
