//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 7e2fdb879e507a826251c0fd9642465c704e2f591d1eca067df472eee59690f5

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
            bets_source(),
            exchange_by_user_id(),
            tumble_10s_by_user_id(),
            project_user_id_expr_1_expr_2_and_1(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// bets_source: Source(table=[bets], fields=[user_id, amount, ts])
/// ```
fn bets_source() -> Node {
    Node {
        name: "bets_source",
        uid: "28e17187948817d0",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("amount", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "bets",
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
            watermark: Some(bets_source_watermark),
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
        uid: "5ad224dc68bae8ae",
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
/// tumble_10s_by_user_id: WindowAgg(window=[TUMBLE(ts, 10s)], groupBy=[user_id], select=[user_id,
///     COUNT(*) AS $agg0, SUM(amount) AS $agg1, MAX(amount) AS $agg2])
/// ```
fn tumble_10s_by_user_id() -> Node {
    Node {
        name: "tumble_10s_by_user_id",
        uid: "87a03e9514e45344",
        state_fingerprint: Some("61dc0e5786487bfc"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
            Column::new("$agg2", build::int()),
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
                    column: 2,
                    local: false,
                },
            }),
            keys: Vec::from([0]),
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
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
            ]),
            input_retracts: true,
        }),
    }
}

/// ```text
/// project_user_id_expr_1_expr_2_and_1: Calc(select=[user_id, $agg0 AS EXPR$1, $agg1 AS EXPR$2, $agg2
///     AS EXPR$3])
/// ```
fn project_user_id_expr_1_expr_2_and_1() -> Node {
    Node {
        name: "project_user_id_expr_1_expr_2_and_1",
        uid: "ca13c2170619909c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("EXPR$1", build::not_null(build::bigint())),
            Column::new("EXPR$2", build::int()),
            Column::new("EXPR$3", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_user_id_expr_1_expr_2_and_1_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[user_id, EXPR$1, EXPR$2, EXPR$3])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "ed5d488009445957",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("n", build::bigint()),
            Column::new("total", build::int()),
            Column::new("high", build::int()),
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

struct BetsSourceRow<'a>(RowRef<'a>);

impl BetsSourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(2, 3)
    }
}

/// ```text
/// Watermark of table bets
/// ```
/// retracting_input.sql:1:62
/// ```sql
/// WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
/// ```
fn bets_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = BetsSourceRow(raw);
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
/// project_user_id_expr_1_expr_2_and_1: Calc(select=[user_id, $agg0 AS EXPR$1, $agg1 AS EXPR$2, $agg2
///     AS EXPR$3])
/// ```
/// retracting_input.sql:5:1
/// ```sql
/// SELECT user_id, COUNT(*), SUM(amount), MAX(amount)
/// FROM TUMBLE(TABLE bets, DESCRIPTOR(ts), INTERVAL '10' SECOND)
/// GROUP BY user_id, window_start, window_end
/// ```
fn project_user_id_expr_1_expr_2_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 1);
        output.copy_fixed(2, raw, 2);
        output.copy_fixed(3, raw, 3);
        output.finish();
    }
    Ok(())
}
