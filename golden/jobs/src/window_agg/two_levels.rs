//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 d48ba9f037c990c2d3e50355006693b63b2f60799f4c156f5226bfc4dd71bcf2

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
            exchange_by_user_id(),
            tumble_5s_by_user_id(),
            project_total_window_start_window_end(),
            exchange_to_one(),
            window_all(),
            project_window_start_expr_1_expr_2(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// clicks_source: Source(table=[clicks], fields=[user_id, amount, ts])
/// ```
fn clicks_source() -> Node {
    Node {
        name: "clicks_source",
        uid: "2d678f0f5b9df8e3",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("amount", build::int()),
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
/// exchange_by_user_id: Exchange(distribution=[hash[user_id]])
/// ```
fn exchange_by_user_id() -> Node {
    Node {
        name: "exchange_by_user_id",
        uid: "830b64b02b34de7b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("amount", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// tumble_5s_by_user_id: WindowAgg(window=[TUMBLE(ts, 5s)], groupBy=[user_id], select=[user_id,
///     SUM(amount) AS total])
/// ```
fn tumble_5s_by_user_id() -> Node {
    Node {
        name: "tumble_5s_by_user_id",
        uid: "ed26c646e797c4f8",
        state_fingerprint: Some("ca7e67fe90aafb83"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("total", build::int()),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 5000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 2,
                    local: false,
                },
            }),
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
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
/// project_total_window_start_window_end: Calc(select=[total, window_start, window_end])
/// ```
fn project_total_window_start_window_end() -> Node {
    Node {
        name: "project_total_window_start_window_end",
        uid: "0c3d19f043bacc1b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("total", build::int()),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Calc(project_total_window_start_window_end_kernel),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "ba0545cea738025e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("total", build::int()),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// window_all: WindowAgg(window=[start=window_start, end=window_end], groupBy=[], select=[MAX(total) AS
///     $agg0, COUNT(*) AS $agg1])
/// ```
fn window_all() -> Node {
    Node {
        name: "window_all",
        uid: "542447a799f82d0c",
        state_fingerprint: Some("b769c416cf8e836e"),
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("$agg0", build::int()),
            Column::new("$agg1", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Attached {
                start: 1,
                end: 2,
                local: false,
            },
            keys: Vec::new(),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
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
/// project_window_start_expr_1_expr_2: Calc(select=[window_start, $agg0 AS EXPR$1, $agg1 AS EXPR$2])
/// ```
fn project_window_start_expr_1_expr_2() -> Node {
    Node {
        name: "project_window_start_expr_1_expr_2",
        uid: "daa0ba984ce2ae5f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("EXPR$1", build::int()),
            Column::new("EXPR$2", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(project_window_start_expr_1_expr_2_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[window_start, EXPR$1, EXPR$2])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "ce4efad64d57198a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("best", build::int()),
            Column::new("users", build::bigint()),
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
        self.0.timestamp(2, 3)
    }
}

/// ```text
/// Watermark of table clicks
/// ```
/// two_levels.sql:1:64
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
/// project_total_window_start_window_end: Calc(select=[total, window_start, window_end])
/// ```
/// two_levels.sql:4:1
/// ```sql
/// SELECT window_start, MAX(total), COUNT(*) FROM (
/// SELECT window_start, window_end, user_id, SUM(amount) AS total
/// FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND)
/// GROUP BY window_start, window_end, user_id)
/// GROUP BY window_start, window_end
/// ```
fn project_total_window_start_window_end_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.copy_fixed(1, raw, 2);
        output.copy_fixed(2, raw, 3);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_window_start_expr_1_expr_2: Calc(select=[window_start, $agg0 AS EXPR$1, $agg1 AS EXPR$2])
/// ```
/// two_levels.sql:4:1
/// ```sql
/// SELECT window_start, MAX(total), COUNT(*) FROM (
/// SELECT window_start, window_end, user_id, SUM(amount) AS total
/// FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND)
/// GROUP BY window_start, window_end, user_id)
/// GROUP BY window_start, window_end
/// ```
fn project_window_start_expr_1_expr_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 2);
        output.copy_fixed(1, raw, 0);
        output.copy_fixed(2, raw, 1);
        output.finish();
    }
    Ok(())
}
