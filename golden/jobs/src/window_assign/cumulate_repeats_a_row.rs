//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 5151d12a20e5635f8c0bfc4123029454ebac6522058d8bca8666e607e80f63bb

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::temporal;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            clicks_source(),
            assign_cumulate_5s_15s(),
            project_user_id_window_start_window_end(),
            answers_sink(),
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
            Column::new("user_id", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "clicks",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("user_id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: Some(clicks_source_watermark),
            physical: Vec::from([
                Column::new("user_id", build::int()),
                Column::new("amount", build::int()),
                Column::new("ts", build::timestamp(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// assign_cumulate_5s_15s: WindowAssign(window=[CUMULATE(ts, 5s, 15s)])
/// ```
fn assign_cumulate_5s_15s() -> Node {
    Node {
        name: "assign_cumulate_5s_15s",
        uid: "422ce5b9dd101007",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("ts", build::timestamp(3)),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAssign(WindowSpec {
            kind: WindowKind::Cumulate {
                step_ms: 5000,
                size_ms: 15000,
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
/// project_user_id_window_start_window_end: Calc(select=[user_id, window_start, window_end])
/// ```
fn project_user_id_window_start_window_end() -> Node {
    Node {
        name: "project_user_id_window_start_window_end",
        uid: "0b96e677bb8b180d",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Calc(project_user_id_window_start_window_end_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[user_id, window_start, window_end])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "dc5f9246c9676639",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("window_start", build::timestamp(3)),
            Column::new("window_end", build::timestamp(3)),
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
/// cumulate_repeats_a_row.sql:1:64
/// ```sql
/// WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
/// ```
fn clicks_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = ClicksSourceRow(raw);
        watermarks
            .push(
                strict1(
                    row.ts(),
                    |a| temporal::interval::timestamp_minus_millis(a, 1000i64),
                ),
            );
    }
    Ok(())
}

/// ```text
/// project_user_id_window_start_window_end: Calc(select=[user_id, window_start, window_end])
/// ```
/// cumulate_repeats_a_row.sql:4:1
/// ```sql
/// SELECT user_id, window_start, window_end
/// FROM CUMULATE
/// ```
fn project_user_id_window_start_window_end_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 2);
        output.copy_fixed(2, raw, 3);
        output.finish();
    }
    Ok(())
}
