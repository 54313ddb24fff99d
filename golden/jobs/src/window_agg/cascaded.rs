//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 c6aedf7d8253ba98c950e9b2df6e130df0bc17d22baf81fb692df76675f0a1dc

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
            project_amount_window_time(),
            exchange_to_one(),
            tumble_10s_all(),
            project_window_end_expr_1_expr_2(),
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
///     SUM(amount) AS amount])
/// ```
fn tumble_5s_by_user_id() -> Node {
    Node {
        name: "tumble_5s_by_user_id",
        uid: "ed26c646e797c4f8",
        state_fingerprint: Some("ca7e67fe90aafb83"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("amount", build::int()),
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
/// project_amount_window_time: Calc(select=[amount, window_time])
/// ```
fn project_amount_window_time() -> Node {
    Node {
        name: "project_amount_window_time",
        uid: "47e1218b4366abf7",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("amount", build::int()),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Calc(project_amount_window_time_kernel),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "2dacca2bbed31165",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("amount", build::int()),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// tumble_10s_all: WindowAgg(window=[TUMBLE(window_time, 10s)], groupBy=[], select=[COUNT(*) AS $agg0,
///     SUM(amount) AS $agg1])
/// ```
fn tumble_10s_all() -> Node {
    Node {
        name: "tumble_10s_all",
        uid: "4a1bcbe9db0b446e",
        state_fingerprint: Some("522f6ed5afeb1673"),
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
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
/// project_window_end_expr_1_expr_2: Calc(select=[window_end, $agg0 AS EXPR$1, $agg1 AS EXPR$2])
/// ```
fn project_window_end_expr_1_expr_2() -> Node {
    Node {
        name: "project_window_end_expr_1_expr_2",
        uid: "6a65d10cb2254f9a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("EXPR$1", build::not_null(build::bigint())),
            Column::new("EXPR$2", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_window_end_expr_1_expr_2_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[window_end, EXPR$1, EXPR$2])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "710a1791c0252be2",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("window_end", build::timestamp(3)),
            Column::new("users", build::bigint()),
            Column::new("total", build::int()),
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
/// cascaded.sql:1:64
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
/// project_amount_window_time: Calc(select=[amount, window_time])
/// ```
/// cascaded.sql:8:1
/// ```sql
/// SELECT window_end, COUNT(*), SUM(amount)
/// FROM TUMBLE(TABLE small, DESCRIPTOR(window_time), INTERVAL '10' SECOND)
/// GROUP BY window_start, window_end
/// ```
fn project_amount_window_time_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.copy_fixed(1, raw, 4);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_window_end_expr_1_expr_2: Calc(select=[window_end, $agg0 AS EXPR$1, $agg1 AS EXPR$2])
/// ```
/// cascaded.sql:8:1
/// ```sql
/// SELECT window_end, COUNT(*), SUM(amount)
/// FROM TUMBLE(TABLE small, DESCRIPTOR(window_time), INTERVAL '10' SECOND)
/// GROUP BY window_start, window_end
/// ```
fn project_window_end_expr_1_expr_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 3);
        output.copy_fixed(1, raw, 0);
        output.copy_fixed(2, raw, 1);
        output.finish();
    }
    Ok(())
}
