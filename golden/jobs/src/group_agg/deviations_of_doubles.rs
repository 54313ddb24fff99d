//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 6ee89c20bd5b9245b243d1d0b031b7b5787d59a61a9e6c089cf24d229d4418bd

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{arithmetic, cast, compare, math};
use sql::function::null::{strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            project_f0_f_f2_and_2(),
            exchange_to_one(),
            group_all(),
            project_expr_0_expr_1(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[i, d, f])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("i", build::int()),
            Column::new("d", build::double()),
            Column::new("f", build::float()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("i", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("d", build::double()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("f", build::float()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("i", build::int()),
                Column::new("d", build::double()),
                Column::new("f", build::float()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_f0_f_f2_and_2: Calc(select=[(f * f) AS $f0, f, (d * d) AS $f2, (i > 1) AS $f3, d])
/// ```
fn project_f0_f_f2_and_2() -> Node {
    Node {
        name: "project_f0_f_f2_and_2",
        uid: "bd959d8dbd1d078e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("$f0", build::float()),
            Column::new("f", build::float()),
            Column::new("$f2", build::double()),
            Column::new("$f3", build::boolean()),
            Column::new("d", build::double()),
        ]),
        operator: OperatorSpec::Calc(project_f0_f_f2_and_2_kernel),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "c9c8a35f82f215d1",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$f0", build::float()),
            Column::new("f", build::float()),
            Column::new("$f2", build::double()),
            Column::new("$f3", build::boolean()),
            Column::new("d", build::double()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// group_all: GroupAgg(groupBy=[], select=[SUM($f0) AS $agg0, SUM(f) AS $agg1, COUNT(f) AS $agg2,
///     SUM(DISTINCT $f2) FILTER (WHERE $f3) AS $agg3, SUM(DISTINCT d) FILTER (WHERE $f3) AS $agg4,
///     COUNT(DISTINCT d) FILTER (WHERE $f3) AS $agg5])
/// ```
fn group_all() -> Node {
    Node {
        name: "group_all",
        uid: "1985ba6510958641",
        state_fingerprint: Some("3f52cc01760df892"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("$agg0", build::float()),
            Column::new("$agg1", build::float()),
            Column::new("$agg2", build::not_null(build::bigint())),
            Column::new("$agg3", build::double()),
            Column::new("$agg4", build::double()),
            Column::new("$agg5", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::new(),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::float(),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::float(),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(2),
                    distinct: true,
                    filter: Some(3),
                    ty: build::double(),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(4),
                    distinct: true,
                    filter: Some(3),
                    ty: build::double(),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(4),
                    distinct: true,
                    filter: Some(3),
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_expr_0_expr_1: Calc(select=[(($agg0 - (($agg1 * $agg1) / CAST($agg2 AS FLOAT))) / CAST($agg2
///     AS FLOAT)) AS EXPR$0, POWER((($agg3 - (($agg4 * $agg4) / CAST($agg5 AS DOUBLE))) / CAST($agg5 AS
///     DOUBLE)), 0.5:DOUBLE) AS EXPR$1])
/// ```
fn project_expr_0_expr_1() -> Node {
    Node {
        name: "project_expr_0_expr_1",
        uid: "30d9e0a08594ac55",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::float()),
            Column::new("EXPR$1", build::double()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[EXPR$0, EXPR$1])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "1bf7887b146bf9e6",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("b", build::float()),
            Column::new("c", build::double()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn i(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn d(&self) -> Option<f64> {
        self.0.f64(1)
    }
    #[inline]
    fn f(&self) -> Option<f32> {
        self.0.f32(2)
    }
}

struct GroupAllRow<'a>(RowRef<'a>);

impl GroupAllRow<'_> {
    #[inline]
    fn _agg0(&self) -> Option<f32> {
        self.0.f32(0)
    }
    #[inline]
    fn _agg1(&self) -> Option<f32> {
        self.0.f32(1)
    }
    #[inline]
    fn _agg2(&self) -> Option<i64> {
        self.0.i64(2)
    }
    #[inline]
    fn _agg3(&self) -> Option<f64> {
        self.0.f64(3)
    }
    #[inline]
    fn _agg4(&self) -> Option<f64> {
        self.0.f64(4)
    }
    #[inline]
    fn _agg5(&self) -> Option<i64> {
        self.0.i64(5)
    }
}

/// ```text
/// project_f0_f_f2_and_2: Calc(select=[(f * f) AS $f0, f, (d * d) AS $f2, (i > 1) AS $f3, d])
/// ```
/// deviations_of_doubles.sql:3:15
/// ```sql
/// SELECT VAR_POP(f), STDDEV_POP(DISTINCT d) FILTER (WHERE i > 1) FROM t
/// ```
fn project_f0_f_f2_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let _f0_value = strict2(row.f(), row.f(), arithmetic::multiply);
        let _f2_value = strict2(row.d(), row.d(), arithmetic::multiply);
        let _f3_value = strict1(row.i(), |a| compare::greater(a, 1i32));
        output.begin(kind);
        output.put_f32(0, _f0_value);
        output.copy_fixed(1, raw, 2);
        output.put_f64(2, _f2_value);
        output.put_boolean(3, _f3_value);
        output.copy_fixed(4, raw, 1);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_expr_0_expr_1: Calc(select=[(($agg0 - (($agg1 * $agg1) / CAST($agg2 AS FLOAT))) / CAST($agg2
///     AS FLOAT)) AS EXPR$0, POWER((($agg3 - (($agg4 * $agg4) / CAST($agg5 AS DOUBLE))) / CAST($agg5 AS
///     DOUBLE)), 0.5:DOUBLE) AS EXPR$1])
/// ```
/// deviations_of_doubles.sql:3:15
/// ```sql
/// SELECT VAR_POP(f), STDDEV_POP(DISTINCT d) FILTER (WHERE i > 1) FROM t
/// ```
fn project_expr_0_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupAllRow(raw);
        let v1 = strict1(row._agg2(), cast::number::integer_to_float);
        let expr_0_value = strict2(
            strict2(
                row._agg0(),
                strict2(
                    strict2(row._agg1(), row._agg1(), arithmetic::multiply),
                    v1,
                    arithmetic::divide_float,
                ),
                arithmetic::subtract,
            ),
            v1,
            arithmetic::divide_float,
        );
        let v2 = strict1(row._agg5(), cast::number::integer_to_double);
        let expr_1_value = strict1(
            strict2(
                strict2(
                    row._agg3(),
                    strict2(
                        strict2(row._agg4(), row._agg4(), arithmetic::multiply),
                        v2,
                        arithmetic::divide_double,
                    ),
                    arithmetic::subtract,
                ),
                v2,
                arithmetic::divide_double,
            ),
            |a| math::power(a, 0.5),
        );
        output.begin(kind);
        output.put_f32(0, expr_0_value);
        output.put_f64(1, expr_1_value);
        output.finish();
    }
    Ok(())
}
