//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 d23ae86533162db650f3e8a39f61e068433c48f5ecd1c84853267ed554210768

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError};
use sql::function::{arithmetic, cast, compare, decimal, math};
use sql::function::null::{strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            project_k_f1_i_and_2(),
            exchange_by_k(),
            group_by_k(),
            project_k_expr_1_expr_2(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[k, i, c])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("i", build::int()),
            Column::new("c", build::decimal(6, 2)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("i", build::int()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("c", build::decimal(6, 2)),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("k", build::string()),
                Column::new("i", build::int()),
                Column::new("c", build::decimal(6, 2)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_k_f1_i_and_2: Calc(select=[k, (i * i) AS $f1, i, (CAST(c AS DECIMAL(38, 6)) * CAST(c AS
///     DECIMAL(38, 6))) AS $f3, c])
/// ```
fn project_k_f1_i_and_2() -> Node {
    Node {
        name: "project_k_f1_i_and_2",
        uid: "5c64c25423a0edc0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$f1", build::int()),
            Column::new("i", build::int()),
            Column::new("$f3", build::decimal(38, 6)),
            Column::new("c", build::decimal(6, 2)),
        ]),
        operator: OperatorSpec::Calc(project_k_f1_i_and_2_kernel),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "e51edeb95030dcd2",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$f1", build::int()),
            Column::new("i", build::int()),
            Column::new("$f3", build::decimal(38, 6)),
            Column::new("c", build::decimal(6, 2)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_k: GroupAgg(groupBy=[k], select=[k, SUM($f1) AS $agg0, SUM(i) AS $agg1, COUNT(i) AS $agg2,
///     SUM($f3) AS $agg3, SUM(c) AS $agg4, COUNT(c) AS $agg5])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "2129d054becb5c83",
        state_fingerprint: Some("ac3e2f69046db4d2"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::int()),
            Column::new("$agg1", build::int()),
            Column::new("$agg2", build::not_null(build::bigint())),
            Column::new("$agg3", build::decimal(38, 6)),
            Column::new("$agg4", build::decimal(38, 2)),
            Column::new("$agg5", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(3),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 6),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(4),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 2),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(4),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_k_expr_1_expr_2: Calc(select=[k, CAST(POWER(CAST(((CAST($agg0 AS BIGINT) - (CAST(($agg1 *
///     $agg1) AS BIGINT) / $agg2)) / CASE WHEN ($agg2 = 1:BIGINT) THEN NULL:BIGINT ELSE ($agg2 -
///     1:BIGINT) END) AS DOUBLE), 0.5:DOUBLE) AS INT) AS EXPR$1, (($agg3 - ((CAST($agg4 AS DECIMAL(38,
///     6)) * CAST($agg4 AS DECIMAL(38, 6))) / CAST($agg5 AS DECIMAL(19, 0)))) / CAST(CASE WHEN ($agg5 =
///     1:BIGINT) THEN NULL:BIGINT ELSE ($agg5 - 1:BIGINT) END AS DECIMAL(19, 0))) AS EXPR$2])
/// ```
fn project_k_expr_1_expr_2() -> Node {
    Node {
        name: "project_k_expr_1_expr_2",
        uid: "c9268b45741ab14b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("EXPR$1", build::int()),
            Column::new("EXPR$2", build::decimal(38, 6)),
        ]),
        operator: OperatorSpec::Calc(project_k_expr_1_expr_2_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[k, EXPR$1, EXPR$2])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "40674197d3fe60dd",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("b", build::int()),
            Column::new("c", build::decimal(38, 6)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn i(&self) -> Option<i32> {
        self.0.i32(1)
    }
    #[inline]
    fn c(&self) -> Option<Decimal> {
        self.0.decimal(2, 6, 2)
    }
}

struct GroupByKRow<'a>(RowRef<'a>);

impl GroupByKRow<'_> {
    #[inline]
    fn _agg0(&self) -> Option<i32> {
        self.0.i32(1)
    }
    #[inline]
    fn _agg1(&self) -> Option<i32> {
        self.0.i32(2)
    }
    #[inline]
    fn _agg2(&self) -> Option<i64> {
        self.0.i64(3)
    }
    #[inline]
    fn _agg3(&self) -> Option<Decimal> {
        self.0.decimal(4, 38, 6)
    }
    #[inline]
    fn _agg4(&self) -> Option<Decimal> {
        self.0.decimal(5, 38, 2)
    }
    #[inline]
    fn _agg5(&self) -> Option<i64> {
        self.0.i64(6)
    }
}

/// ```text
/// project_k_f1_i_and_2: Calc(select=[k, (i * i) AS $f1, i, (CAST(c AS DECIMAL(38, 6)) * CAST(c AS
///     DECIMAL(38, 6))) AS $f3, c])
/// ```
/// deviations.sql:3:15
/// ```sql
/// SELECT k, STDDEV_SAMP(i), VARIANCE(c) FROM t GROUP BY k
/// ```
fn project_k_f1_i_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let _f1_value = strict2(row.i(), row.i(), arithmetic::multiply);
        let v1 = strict1(row.c(), |a| cast::number::decimal_to_wider_decimal(a, 38, 6));
        let _f3_value = strict2(v1, v1, |a, b| decimal::multiply(a, b, 38, 6)).flatten();
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.put_i32(1, _f1_value);
        output.copy_fixed(2, raw, 1);
        output.put_decimal(3, _f3_value, 38);
        output.copy_fixed(4, raw, 2);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_k_expr_1_expr_2: Calc(select=[k, CAST(POWER(CAST(((CAST($agg0 AS BIGINT) - (CAST(($agg1 *
///     $agg1) AS BIGINT) / $agg2)) / CASE WHEN ($agg2 = 1:BIGINT) THEN NULL:BIGINT ELSE ($agg2 -
///     1:BIGINT) END) AS DOUBLE), 0.5:DOUBLE) AS INT) AS EXPR$1, (($agg3 - ((CAST($agg4 AS DECIMAL(38,
///     6)) * CAST($agg4 AS DECIMAL(38, 6))) / CAST($agg5 AS DECIMAL(19, 0)))) / CAST(CASE WHEN ($agg5 =
///     1:BIGINT) THEN NULL:BIGINT ELSE ($agg5 - 1:BIGINT) END AS DECIMAL(19, 0))) AS EXPR$2])
/// ```
/// deviations.sql:3:15
/// ```sql
/// SELECT k, STDDEV_SAMP(i), VARIANCE(c) FROM t GROUP BY k
/// ```
fn project_k_expr_1_expr_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByKRow(raw);
        let v1 = strict2(
            strict1(row._agg0(), cast::number::integer_to_bigint),
            strict2(
                    strict1(
                        strict2(row._agg1(), row._agg1(), arithmetic::multiply),
                        cast::number::integer_to_bigint,
                    ),
                    row._agg2(),
                    arithmetic::divide_integer,
                )
                .transpose()?,
            arithmetic::subtract,
        );
        let v2 = if strict1(row._agg2(), |a| compare::equal(a, 1i64)) == Some(true) {
            None::<i64>
        } else {
            strict1(row._agg2(), |a| arithmetic::subtract(a, 1i64))
        };
        let expr_1_value = strict1(
            strict1(
                strict1(
                    strict2(v1, v2, arithmetic::divide_integer).transpose()?,
                    cast::number::integer_to_double,
                ),
                |a| math::power(a, 0.5),
            ),
            cast::number::approximate_to_int,
        );
        let v3 = strict1(row._agg4(), |a| cast::number::decimal_to_decimal(a, 38, 6))
            .flatten();
        let v4 = if strict1(row._agg5(), |a| compare::equal(a, 1i64)) == Some(true) {
            None::<i64>
        } else {
            strict1(row._agg5(), |a| arithmetic::subtract(a, 1i64))
        };
        let expr_2_value = strict2(
                strict2(
                        row._agg3(),
                        strict2(
                                strict2(v3, v3, |a, b| decimal::multiply(a, b, 38, 6))
                                    .flatten(),
                                strict1(
                                    row._agg5(),
                                    |a| cast::number::integer_to_wider_decimal(a, 19, 0),
                                ),
                                |a, b| decimal::exact_divide(a, b, 38, 6),
                            )
                            .transpose()?,
                        |a, b| decimal::subtract(a, b, 38, 6),
                    )
                    .flatten(),
                strict1(v4, |a| cast::number::integer_to_wider_decimal(a, 19, 0)),
                |a, b| decimal::exact_divide(a, b, 38, 6),
            )
            .transpose()?;
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.put_i32(1, expr_1_value);
        output.put_decimal(2, expr_2_value, 38);
        output.finish();
    }
    Ok(())
}
