//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 7b0671dd0cdb495a3394009f6fd250b6ca36469496aa6c16c78be7f2a6a7385a

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowKind, WindowSpec,
    WindowTime, WriteColumn,
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
            assign_tumble_5s(),
            project_window_start(),
            exchange_by_window_start(),
            group_by_window_start(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// clicks_source: Source(table=[clicks], fields=[ts])
/// ```
fn clicks_source() -> Node {
    Node {
        name: "clicks_source",
        uid: "2d678f0f5b9df8e3",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("ts", build::timestamp(3))]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "clicks",
            read: Vec::from([
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
/// assign_tumble_5s: WindowAssign(window=[TUMBLE(ts, 5s)])
/// ```
fn assign_tumble_5s() -> Node {
    Node {
        name: "assign_tumble_5s",
        uid: "3ad2549805575ad2",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("ts", build::timestamp(3)),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAssign(WindowSpec {
            kind: WindowKind::Tumble {
                size_ms: 5000,
                offset_ms: 0,
            },
            time: WindowTime::Rowtime {
                column: 0,
                local: false,
            },
        }),
    }
}

/// ```text
/// project_window_start: Calc(select=[window_start])
/// ```
fn project_window_start() -> Node {
    Node {
        name: "project_window_start",
        uid: "bec315fef7a7e11b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Calc(project_window_start_kernel),
    }
}

/// ```text
/// exchange_by_window_start: Exchange(distribution=[hash[window_start]])
/// ```
fn exchange_by_window_start() -> Node {
    Node {
        name: "exchange_by_window_start",
        uid: "06f425fabcbb4b06",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_window_start: GroupAgg(groupBy=[window_start], select=[window_start, COUNT(*) AS $agg0])
/// ```
fn group_by_window_start() -> Node {
    Node {
        name: "group_by_window_start",
        uid: "8039574df408867c",
        state_fingerprint: Some("42c4ca749573fef5"),
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
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
            emit_update_before: true,
        }),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[window_start, EXPR$1])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "7ebf15bcbab08da4",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct ClicksSourceRow<'a>(RowRef<'a>);

impl ClicksSourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
}

/// ```text
/// Watermark of table clicks
/// ```
/// one_bound_is_no_window.sql:1:64
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
/// project_window_start: Calc(select=[window_start])
/// ```
/// one_bound_is_no_window.sql:4:1
/// ```sql
/// SELECT window_start, COUNT(*) FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP
///     BY window_start
/// ```
fn project_window_start_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.finish();
    }
    Ok(())
}
