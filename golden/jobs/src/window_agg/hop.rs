//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 fec2d3ec62045b76cc51fc5689fbe6175519154377d14eb8abd9ce91c9f44716

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
            project_window_start_window_end_expr_2_and_1(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// clicks_source: Source(table=[clicks], fields=[amount, ts])
/// ```
fn clicks_source() -> Node {
    Node {
        name: "clicks_source",
        uid: "2d678f0f5b9df8e3",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("amount", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "clicks",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("amount", build::int()),
                    from: ReadFrom::Physical(1),
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
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "d6bb06878e751fd6",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("amount", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// hop_5s_10s_all: WindowAgg(window=[HOP(ts, 5s, 10s)], groupBy=[], select=[COUNT(*) AS $agg0,
///     SUM(amount) AS $agg1])
/// ```
fn hop_5s_10s_all() -> Node {
    Node {
        name: "hop_5s_10s_all",
        uid: "7ec5ad85f818e94b",
        state_fingerprint: Some("6d8a8ac62313d43f"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
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
                    column: 1,
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
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_window_start_window_end_expr_2_and_1: Calc(select=[window_start, window_end, $agg0 AS
///     EXPR$2, $agg1 AS EXPR$3])
/// ```
fn project_window_start_window_end_expr_2_and_1() -> Node {
    Node {
        name: "project_window_start_window_end_expr_2_and_1",
        uid: "f554e7ffff61ad97",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("EXPR$2", build::not_null(build::bigint())),
            Column::new("EXPR$3", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_window_start_window_end_expr_2_and_1_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[window_start, window_end, EXPR$2, EXPR$3])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "7ade7bb918af76fc",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("window_end", build::timestamp(3)),
            Column::new("n", build::bigint()),
            Column::new("total", build::int()),
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
/// hop.sql:1:64
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
/// project_window_start_window_end_expr_2_and_1: Calc(select=[window_start, window_end, $agg0 AS
///     EXPR$2, $agg1 AS EXPR$3])
/// ```
/// hop.sql:4:1
/// ```sql
/// SELECT window_start, window_end, COUNT(*), SUM(amount)
/// FROM HOP(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)
/// GROUP BY window_start, window_end
/// ```
fn project_window_start_window_end_expr_2_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 2);
        output.copy_fixed(1, raw, 3);
        output.copy_fixed(2, raw, 0);
        output.copy_fixed(3, raw, 1);
        output.finish();
    }
    Ok(())
}
