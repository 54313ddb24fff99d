//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 43572dba506417f68e0b8a2cb16eb41f548bac107fb99e1656167f78f774d675

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
        name: "insert-into_revenue",
        nodes: Vec::from([
            orders_source(),
            exchange_by_shop(),
            tumble_1min_by_shop(),
            project_shop_window_start_window_end_and_4(),
            revenue_sink(),
        ]),
    }
}

/// ```text
/// orders_source: Source(table=[orders], fields=[shop, amount, ts])
/// ```
fn orders_source() -> Node {
    Node {
        name: "orders_source",
        uid: "61479d9e0ff35cfc",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("shop", build::string()),
            Column::new("amount", build::decimal(10, 2)),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "orders",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("shop", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("amount", build::decimal(10, 2)),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: Some(orders_source_watermark),
            physical: Vec::from([
                Column::new("order_id", build::bigint()),
                Column::new("shop", build::string()),
                Column::new("amount", build::decimal(10, 2)),
                Column::new("ts", build::timestamp(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_shop: Exchange(distribution=[hash[shop]])
/// ```
fn exchange_by_shop() -> Node {
    Node {
        name: "exchange_by_shop",
        uid: "e8e455c2a02a0912",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("shop", build::string()),
            Column::new("amount", build::decimal(10, 2)),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// tumble_1min_by_shop: WindowAgg(window=[TUMBLE(ts, 1min)], groupBy=[shop], select=[shop, SUM(amount)
///     AS $agg0, AVG(amount) AS $agg1, COUNT(*) AS $agg2, MAX(amount) AS $agg3])
/// ```
fn tumble_1min_by_shop() -> Node {
    Node {
        name: "tumble_1min_by_shop",
        uid: "e0b576f4685c9360",
        state_fingerprint: Some("42d849c781a33625"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("shop", build::string()),
            Column::new("$agg0", build::decimal(38, 2)),
            Column::new("$agg1", build::decimal(38, 6)),
            Column::new("$agg2", build::not_null(build::bigint())),
            Column::new("$agg3", build::decimal(10, 2)),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 60000,
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
                    ty: build::decimal(38, 2),
                },
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 6),
                },
                AggregateSpec {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(10, 2),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_shop_window_start_window_end_and_4: Calc(select=[shop, window_start, window_end, $agg0 AS
///     EXPR$3, $agg1 AS EXPR$4, $agg2 AS EXPR$5, $agg3 AS EXPR$6])
/// ```
fn project_shop_window_start_window_end_and_4() -> Node {
    Node {
        name: "project_shop_window_start_window_end_and_4",
        uid: "8ba60af4fce07e3c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("shop", build::string()),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("EXPR$3", build::decimal(38, 2)),
            Column::new("EXPR$4", build::decimal(38, 6)),
            Column::new("EXPR$5", build::not_null(build::bigint())),
            Column::new("EXPR$6", build::decimal(10, 2)),
        ]),
        operator: OperatorSpec::Calc(project_shop_window_start_window_end_and_4_kernel),
    }
}

/// ```text
/// revenue_sink: Sink(table=[revenue], fields=[shop, window_start, window_end, EXPR$3, EXPR$4, EXPR$5,
///     EXPR$6])
/// ```
fn revenue_sink() -> Node {
    Node {
        name: "revenue_sink",
        uid: "843041405d8fe4ce",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("shop", build::string()),
            Column::new("ws", build::timestamp(3)),
            Column::new("we", build::timestamp(3)),
            Column::new("total", build::decimal(38, 2)),
            Column::new("mean", build::decimal(38, 6)),
            Column::new("n", build::bigint()),
            Column::new("best", build::decimal(10, 2)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("revenue"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
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

struct OrdersSourceRow<'a>(RowRef<'a>);

impl OrdersSourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(2, 3)
    }
}

/// ```text
/// Watermark of table orders
/// ```
/// decimal_sums_out_of_order.sql:1:91
/// ```sql
/// WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
/// ```
fn orders_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = OrdersSourceRow(raw);
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
/// project_shop_window_start_window_end_and_4: Calc(select=[shop, window_start, window_end, $agg0 AS
///     EXPR$3, $agg1 AS EXPR$4, $agg2 AS EXPR$5, $agg3 AS EXPR$6])
/// ```
/// decimal_sums_out_of_order.sql:4:1
/// ```sql
/// SELECT shop, window_start, window_end, SUM(amount), AVG(amount), COUNT(*), MAX(amount)
/// FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
/// GROUP BY shop, window_start, window_end
/// ```
fn project_shop_window_start_window_end_and_4_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.copy_fixed(1, raw, 5);
        output.copy_fixed(2, raw, 6);
        output.copy_variable(3, raw, 1);
        output.copy_variable(4, raw, 2);
        output.copy_fixed(5, raw, 3);
        output.copy_fixed(6, raw, 4);
        output.finish();
    }
    Ok(())
}
