//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 482054044bb1fc757a2e7c1a6b88e0133e5d1dbdb08d0883cde60bf71efa7c2d

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Decimal, Session, SqlError, Value};
use sql::function::cast;
use sql::function::null::strict1;
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            p_source(),
            exchange_by_k(),
            group_by_k(),
            project_k_expr_1(),
            o_sink(),
        ]),
    }
}

/// ```text
/// p_source: Source(table=[p], fields=[k, a, b, c, t, s, i, g])
/// ```
fn p_source() -> Node {
    Node {
        name: "p_source",
        uid: "89ad052aa96d6d8b",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("a", build::decimal(5, 2)),
            Column::new("b", build::decimal(38, 10)),
            Column::new("c", build::decimal(20, 0)),
            Column::new("t", build::tinyint()),
            Column::new("s", build::smallint()),
            Column::new("i", build::int()),
            Column::new("g", build::bigint()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "p",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("a", build::decimal(5, 2)),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("b", build::decimal(38, 10)),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("c", build::decimal(20, 0)),
                    from: ReadFrom::Physical(3),
                },
                ReadColumn {
                    column: Column::new("t", build::tinyint()),
                    from: ReadFrom::Physical(5),
                },
                ReadColumn {
                    column: Column::new("s", build::smallint()),
                    from: ReadFrom::Physical(6),
                },
                ReadColumn {
                    column: Column::new("i", build::int()),
                    from: ReadFrom::Physical(7),
                },
                ReadColumn {
                    column: Column::new("g", build::bigint()),
                    from: ReadFrom::Physical(8),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("k", build::string()),
                Column::new("a", build::decimal(5, 2)),
                Column::new("b", build::decimal(38, 10)),
                Column::new("c", build::decimal(20, 0)),
                Column::new("f", build::float()),
                Column::new("t", build::tinyint()),
                Column::new("s", build::smallint()),
                Column::new("i", build::int()),
                Column::new("g", build::bigint()),
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
        uid: "624216e10a31672e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("a", build::decimal(5, 2)),
            Column::new("b", build::decimal(38, 10)),
            Column::new("c", build::decimal(20, 0)),
            Column::new("t", build::tinyint()),
            Column::new("s", build::smallint()),
            Column::new("i", build::int()),
            Column::new("g", build::bigint()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_k: GroupAgg(groupBy=[k], select=[k, SUM(a) AS $agg0, AVG(a) AS $agg1, SUM(b) AS $agg2,
///     AVG(b) AS $agg3, SUM(c) AS $agg4, AVG(c) AS $agg5, AVG(t) AS $agg6, SUM(s) AS $agg7, SUM(i) AS
///     $agg8, SUM(g) AS $agg9])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "78eac38bfd7d7df0",
        state_fingerprint: Some("b92dd8e70d706dd1"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::decimal(38, 2)),
            Column::new("$agg1", build::decimal(38, 6)),
            Column::new("$agg2", build::decimal(38, 10)),
            Column::new("$agg3", build::decimal(38, 10)),
            Column::new("$agg4", build::decimal(38, 0)),
            Column::new("$agg5", build::decimal(38, 6)),
            Column::new("$agg6", build::tinyint()),
            Column::new("$agg7", build::smallint()),
            Column::new("$agg8", build::int()),
            Column::new("$agg9", build::bigint()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
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
                    function: AggregateFunction::Sum,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 10),
                },
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 10),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(3),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 0),
                },
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(3),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 6),
                },
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(4),
                    distinct: false,
                    filter: None,
                    ty: build::tinyint(),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(5),
                    distinct: false,
                    filter: None,
                    ty: build::smallint(),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(6),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(7),
                    distinct: false,
                    filter: None,
                    ty: build::bigint(),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_k_expr_1: Calc(select=[k, CAST(ROW[$agg0, $agg1, $agg2, $agg3, $agg4, $agg5, $agg6, $agg7,
///     $agg8, $agg9] AS STRING) AS EXPR$1])
/// ```
fn project_k_expr_1() -> Node {
    Node {
        name: "project_k_expr_1",
        uid: "6ef3671040def416",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("EXPR$1", build::not_null(build::string())),
        ]),
        operator: OperatorSpec::Calc(project_k_expr_1_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[k, EXPR$1])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "585c0c71d9e4ee4f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("r", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

static TYPE_1: LazyLock<DataType> = LazyLock::new(|| build::not_null(
    build::row([
        ("EXPR$0", build::decimal(38, 2)),
        ("EXPR$1", build::decimal(38, 6)),
        ("EXPR$2", build::decimal(38, 10)),
        ("EXPR$3", build::decimal(38, 10)),
        ("EXPR$4", build::decimal(38, 0)),
        ("EXPR$5", build::decimal(38, 6)),
        ("EXPR$6", build::tinyint()),
        ("EXPR$7", build::smallint()),
        ("EXPR$8", build::int()),
        ("EXPR$9", build::bigint()),
    ]),
));

struct GroupByKRow<'a>(RowRef<'a>);

impl GroupByKRow<'_> {
    #[inline]
    fn _agg0(&self) -> Option<Decimal> {
        self.0.decimal(1, 38, 2)
    }
    #[inline]
    fn _agg1(&self) -> Option<Decimal> {
        self.0.decimal(2, 38, 6)
    }
    #[inline]
    fn _agg2(&self) -> Option<Decimal> {
        self.0.decimal(3, 38, 10)
    }
    #[inline]
    fn _agg3(&self) -> Option<Decimal> {
        self.0.decimal(4, 38, 10)
    }
    #[inline]
    fn _agg4(&self) -> Option<Decimal> {
        self.0.decimal(5, 38, 0)
    }
    #[inline]
    fn _agg5(&self) -> Option<Decimal> {
        self.0.decimal(6, 38, 6)
    }
    #[inline]
    fn _agg6(&self) -> Option<i8> {
        self.0.i8(7)
    }
    #[inline]
    fn _agg7(&self) -> Option<i16> {
        self.0.i16(8)
    }
    #[inline]
    fn _agg8(&self) -> Option<i32> {
        self.0.i32(9)
    }
    #[inline]
    fn _agg9(&self) -> Option<i64> {
        self.0.i64(10)
    }
}

/// ```text
/// project_k_expr_1: Calc(select=[k, CAST(ROW[$agg0, $agg1, $agg2, $agg3, $agg4, $agg5, $agg6, $agg7,
///     $agg8, $agg9] AS STRING) AS EXPR$1])
/// ```
/// types_of_aggregates.sql:3:15
/// ```sql
/// SELECT k, CAST(ROW(SUM(a), AVG(a), SUM(b), AVG(b), SUM(c), AVG(c), AVG(t), SUM(s), SUM(i), SUM(g))
///     AS STRING) FROM p GROUP BY k
/// ```
fn project_k_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByKRow(raw);
        let v1 = Some(
            Value::Row(
                Vec::from([
                    row._agg0().map_or(Value::Null, Value::Decimal),
                    row._agg1().map_or(Value::Null, Value::Decimal),
                    row._agg2().map_or(Value::Null, Value::Decimal),
                    row._agg3().map_or(Value::Null, Value::Decimal),
                    row._agg4().map_or(Value::Null, Value::Decimal),
                    row._agg5().map_or(Value::Null, Value::Decimal),
                    row._agg6().map_or(Value::Null, Value::TinyInt),
                    row._agg7().map_or(Value::Null, Value::SmallInt),
                    row._agg8().map_or(Value::Null, Value::Int),
                    row._agg9().map_or(Value::Null, Value::BigInt),
                ]),
            ),
        );
        let expr_1_value = strict1(
            v1.as_ref(),
            |a| cast::to_text::value(session, a, &TYPE_1),
        );
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.put_text(1, expr_1_value.as_deref());
        output.finish();
    }
    Ok(())
}
