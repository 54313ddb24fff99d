//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 2606c3af338c3fa8eb2d04a68f1a6121318575d76c6645bef92780a57ebd553b

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
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
            exchange_to_one(),
            hop_5s_10s_all(),
            project_window_start_expr_1(),
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
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "a6da008434cd4129",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("ts", build::timestamp(3))]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// hop_5s_10s_all: WindowAgg(window=[HOP(ts, 5s, 10s)], groupBy=[], select=[COUNT(*) AS $agg0])
/// ```
fn hop_5s_10s_all() -> Node {
    Node {
        name: "hop_5s_10s_all",
        uid: "169fc4f8d36b9a03",
        state_fingerprint: Some("53985866fda825a8"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Hop {
                    slide_ms: 5000,
                    size_ms: 10000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 0,
                    local: false,
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
/// project_window_start_expr_1: Calc(select=[window_start, $agg0 AS EXPR$1])
/// ```
fn project_window_start_expr_1() -> Node {
    Node {
        name: "project_window_start_expr_1",
        uid: "4db28092ab6b0baf",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("EXPR$1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(project_window_start_expr_1_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[window_start, EXPR$1])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "fbd831c6f59395c8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
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
/// late_for_some_windows.sql:1:64
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
/// project_window_start_expr_1: Calc(select=[window_start, $agg0 AS EXPR$1])
/// ```
/// late_for_some_windows.sql:4:1
/// ```sql
/// SELECT window_start, COUNT(*)
/// FROM HOP(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)
/// GROUP BY window_start, window_end
/// ```
fn project_window_start_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.copy_fixed(1, raw, 0);
        output.finish();
    }
    Ok(())
}
