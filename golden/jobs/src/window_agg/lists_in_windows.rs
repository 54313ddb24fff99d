//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 66f0b03f00a1714c4c272b06999ed945563a1388f55d9892eef804b4b96754fe

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
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            exchange_by_k(),
            hop_10s_20s_by_k(),
            project_window_start_k_expr_2_and_1(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[k, v, n, ts])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::string()),
            Column::new("n", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("v", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("n", build::int()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: Some(t_source_watermark),
            physical: Vec::from([
                Column::new("k", build::string()),
                Column::new("v", build::string()),
                Column::new("n", build::int()),
                Column::new("ts", build::timestamp(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "c057b2726d2d27f9",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::string()),
            Column::new("n", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// hop_10s_20s_by_k: WindowAgg(window=[HOP(ts, 10s, 20s)], groupBy=[k], select=[k, LISTAGG(v, ',') AS
///     $agg0, ARRAY_AGG(n) AS $agg1])
/// ```
fn hop_10s_20s_by_k() -> Node {
    Node {
        name: "hop_10s_20s_by_k",
        uid: "5202ebe001d75d76",
        state_fingerprint: Some("958bff2c85f28c5c"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::string()),
            Column::new("$agg1", build::array(build::int())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Hop {
                    slide_ms: 10000,
                    size_ms: 20000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 3,
                    local: false,
                },
            }),
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::ListAgg {
                        separator: ",",
                    },
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::string(),
                },
                AggregateSpec {
                    function: AggregateFunction::ArrayAgg {
                        keeps_null: true,
                    },
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::array(build::int()),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_window_start_k_expr_2_and_1: Calc(select=[window_start, k, $agg0 AS EXPR$2, $agg1 AS
///     EXPR$3])
/// ```
fn project_window_start_k_expr_2_and_1() -> Node {
    Node {
        name: "project_window_start_k_expr_2_and_1",
        uid: "c57ba2b1765cd523",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("k", build::string()),
            Column::new("EXPR$2", build::string()),
            Column::new("EXPR$3", build::array(build::int())),
        ]),
        operator: OperatorSpec::Calc(project_window_start_k_expr_2_and_1_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[window_start, k, EXPR$2, EXPR$3])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "1d445060b8770a33",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("s", build::timestamp(3)),
            Column::new("k", build::string()),
            Column::new("a", build::string()),
            Column::new("b", build::array(build::int())),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
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

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(3, 3)
    }
}

/// ```text
/// Watermark of table t
/// ```
/// lists_in_windows.sql:1:61
/// ```sql
/// WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
/// ```
fn t_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = TSourceRow(raw);
        watermarks
            .push(
                strict1(
                    row.ts(),
                    |a| temporal::interval::timestamp_minus_millis(a, 5000i64),
                ),
            );
    }
    Ok(())
}

/// ```text
/// project_window_start_k_expr_2_and_1: Calc(select=[window_start, k, $agg0 AS EXPR$2, $agg1 AS
///     EXPR$3])
/// ```
/// lists_in_windows.sql:3:15
/// ```sql
/// SELECT window_start, k, LISTAGG(v), ARRAY_AGG(n)
/// FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '20' SECOND)) GROUP BY
///     window_start, window_end, k
/// ```
fn project_window_start_k_expr_2_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 3);
        output.copy_variable(1, raw, 0);
        output.copy_variable(2, raw, 1);
        output.copy_variable(3, raw, 2);
        output.finish();
    }
    Ok(())
}
