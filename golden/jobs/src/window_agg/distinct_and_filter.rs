//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 2df8955837c2d43cee18939d3ac5af917d4f1522e47110800c6e475d4904c33e

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{compare, temporal};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            clicks_source(),
            project_user_id_f1_amount_and_2(),
            exchange_to_one(),
            hop_5s_10s_all(),
            project_window_start_expr_1_expr_2_and_1(),
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
/// project_user_id_f1_amount_and_2: Calc(select=[user_id, (amount > 5) AS $f1, amount, (user_id = 1) AS
///     $f3, ts])
/// ```
fn project_user_id_f1_amount_and_2() -> Node {
    Node {
        name: "project_user_id_f1_amount_and_2",
        uid: "763e4fc21ec26dfb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("$f1", build::boolean()),
            Column::new("amount", build::int()),
            Column::new("$f3", build::boolean()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Calc(project_user_id_f1_amount_and_2_kernel),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "4e09632220204163",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("$f1", build::boolean()),
            Column::new("amount", build::int()),
            Column::new("$f3", build::boolean()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// hop_5s_10s_all: WindowAgg(window=[HOP(ts, 5s, 10s)], groupBy=[], select=[COUNT(DISTINCT user_id) AS
///     $agg0, COUNT(DISTINCT user_id) FILTER (WHERE $f1) AS $agg1, SUM(amount) FILTER (WHERE $f3) AS
///     $agg2])
/// ```
fn hop_5s_10s_all() -> Node {
    Node {
        name: "hop_5s_10s_all",
        uid: "47275ba0011c068a",
        state_fingerprint: Some("be2957cd5ccb0d2b"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::not_null(build::bigint())),
            Column::new("$agg2", build::int()),
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
                    column: 4,
                    local: false,
                },
            }),
            keys: Vec::new(),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(0),
                    distinct: true,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(0),
                    distinct: true,
                    filter: Some(1),
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(2),
                    distinct: false,
                    filter: Some(3),
                    ty: build::int(),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_window_start_expr_1_expr_2_and_1: Calc(select=[window_start, $agg0 AS EXPR$1, $agg1 AS
///     EXPR$2, $agg2 AS EXPR$3])
/// ```
fn project_window_start_expr_1_expr_2_and_1() -> Node {
    Node {
        name: "project_window_start_expr_1_expr_2_and_1",
        uid: "7bac2b224e03df60",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("EXPR$1", build::not_null(build::bigint())),
            Column::new("EXPR$2", build::not_null(build::bigint())),
            Column::new("EXPR$3", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_window_start_expr_1_expr_2_and_1_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[window_start, EXPR$1, EXPR$2, EXPR$3])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "87f59d94e49d4d39",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("users", build::bigint()),
            Column::new("big_users", build::bigint()),
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
    fn user_id(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn amount(&self) -> Option<i32> {
        self.0.i32(1)
    }
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(2, 3)
    }
}

/// ```text
/// Watermark of table clicks
/// ```
/// distinct_and_filter.sql:1:64
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
/// project_user_id_f1_amount_and_2: Calc(select=[user_id, (amount > 5) AS $f1, amount, (user_id = 1) AS
///     $f3, ts])
/// ```
/// distinct_and_filter.sql:4:1
/// ```sql
/// SELECT window_start, COUNT(DISTINCT user_id), COUNT(DISTINCT user_id) FILTER (WHERE amount > 5),
///     SUM(amount) FILTER (WHERE user_id = 1)
/// FROM HOP(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)
/// GROUP BY window_start, window_end
/// ```
fn project_user_id_f1_amount_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ClicksSourceRow(raw);
        let _f1_value = strict1(row.amount(), |a| compare::greater(a, 5i32));
        let _f3_value = strict1(row.user_id(), |a| compare::equal(a, 1i32));
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_boolean(1, _f1_value);
        output.copy_fixed(2, raw, 1);
        output.put_boolean(3, _f3_value);
        output.copy_fixed(4, raw, 2);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_window_start_expr_1_expr_2_and_1: Calc(select=[window_start, $agg0 AS EXPR$1, $agg1 AS
///     EXPR$2, $agg2 AS EXPR$3])
/// ```
/// distinct_and_filter.sql:4:1
/// ```sql
/// SELECT window_start, COUNT(DISTINCT user_id), COUNT(DISTINCT user_id) FILTER (WHERE amount > 5),
///     SUM(amount) FILTER (WHERE user_id = 1)
/// FROM HOP(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)
/// GROUP BY window_start, window_end
/// ```
fn project_window_start_expr_1_expr_2_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 3);
        output.copy_fixed(1, raw, 0);
        output.copy_fixed(2, raw, 1);
        output.copy_fixed(3, raw, 2);
        output.finish();
    }
    Ok(())
}
