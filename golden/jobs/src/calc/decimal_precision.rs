//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 18359568e88b7ede293c5f7e5ca84531e763cbeb2b07f017dd9fe1cdc4159b68

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError};
use sql::function::{arithmetic, cast, decimal, math};
use sql::function::null::{strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([p_source(), project_id_a_b_and_5(), o_sink()]),
    }
}

/// ```text
/// p_source: Source(table=[p], fields=[id, price, qty, rate])
/// ```
fn p_source() -> Node {
    Node {
        name: "p_source",
        uid: "89ad052aa96d6d8b",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("price", build::decimal(10, 2)),
            Column::new("qty", build::decimal(8, 3)),
            Column::new("rate", build::decimal(5, 4)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "p",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("price", build::decimal(10, 2)),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("qty", build::decimal(8, 3)),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("rate", build::decimal(5, 4)),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("price", build::decimal(10, 2)),
                Column::new("qty", build::decimal(8, 3)),
                Column::new("rate", build::decimal(5, 4)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_a_b_and_5: Calc(select=[id, CAST((price * qty) AS DECIMAL(18, 5)) AS a, CAST(((price *
///     qty) * rate) AS DECIMAL(24, 9)) AS b, CAST((price / qty) AS DECIMAL(38, 18)) AS c, CAST((price *
///     (1 + rate)) AS DECIMAL(10, 2)) AS d, (CAST(price AS DOUBLE) / 3.0:DOUBLE) AS e, CAST((price +
///     qty) AS DECIMAL(12, 2)) AS f, CAST(ROUND((price * qty), 0) AS DECIMAL(10, 0)) AS g])
/// ```
fn project_id_a_b_and_5() -> Node {
    Node {
        name: "project_id_a_b_and_5",
        uid: "fc38e86ae913a4bd",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::decimal(18, 5)),
            Column::new("b", build::decimal(24, 9)),
            Column::new("c", build::decimal(38, 18)),
            Column::new("d", build::decimal(10, 2)),
            Column::new("e", build::double()),
            Column::new("f", build::decimal(12, 2)),
            Column::new("g", build::decimal(10, 0)),
        ]),
        operator: OperatorSpec::Calc(project_id_a_b_and_5_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, a, b, c, d, e, f, g])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "2f7f72cfdabc604e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::decimal(18, 5)),
            Column::new("b", build::decimal(24, 9)),
            Column::new("c", build::decimal(38, 18)),
            Column::new("d", build::decimal(10, 2)),
            Column::new("e", build::double()),
            Column::new("f", build::decimal(12, 2)),
            Column::new("g", build::decimal(10, 0)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
                WriteColumn::Physical,
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

struct PSourceRow<'a>(RowRef<'a>);

impl PSourceRow<'_> {
    #[inline]
    fn price(&self) -> Option<Decimal> {
        self.0.decimal(1, 10, 2)
    }
    #[inline]
    fn qty(&self) -> Option<Decimal> {
        self.0.decimal(2, 8, 3)
    }
    #[inline]
    fn rate(&self) -> Option<Decimal> {
        self.0.decimal(3, 5, 4)
    }
}

/// ```text
/// project_id_a_b_and_5: Calc(select=[id, CAST((price * qty) AS DECIMAL(18, 5)) AS a, CAST(((price *
///     qty) * rate) AS DECIMAL(24, 9)) AS b, CAST((price / qty) AS DECIMAL(38, 18)) AS c, CAST((price *
///     (1 + rate)) AS DECIMAL(10, 2)) AS d, (CAST(price AS DOUBLE) / 3.0:DOUBLE) AS e, CAST((price +
///     qty) AS DECIMAL(12, 2)) AS f, CAST(ROUND((price * qty), 0) AS DECIMAL(10, 0)) AS g])
/// ```
/// decimal_precision.sql:3:15
/// ```sql
/// SELECT id, price * qty, price * qty * rate, price / qty, price * (1 + rate), price / 3.0E0, price +
///     qty, ROUND(price * qty, 0) FROM p
/// ```
fn project_id_a_b_and_5_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = PSourceRow(raw);
        let v1 = strict2(
            row.price(),
            row.qty(),
            |a, b| decimal::exact_multiply(a, b, 19, 5),
        );
        let a_value = strict1(v1, |a| cast::number::decimal_to_decimal(a, 18, 5))
            .flatten();
        let b_value = strict1(
                strict2(v1, row.rate(), |a, b| decimal::exact_multiply(a, b, 25, 9)),
                |a| cast::number::decimal_to_decimal(a, 24, 9),
            )
            .flatten();
        let c_value = strict1(
            strict2(row.price(), row.qty(), |a, b| decimal::exact_divide(a, b, 22, 11))
                .transpose()?,
            |a| cast::number::decimal_to_wider_decimal(a, 38, 18),
        );
        let d_value = strict1(
                strict2(
                    row.price(),
                    strict1(
                        row.rate(),
                        |a| decimal::exact_add(
                            Decimal { unscaled: 1, scale: 0 },
                            a,
                            15,
                            4,
                        ),
                    ),
                    |a, b| decimal::exact_multiply(a, b, 26, 6),
                ),
                |a| cast::number::decimal_to_decimal(a, 10, 2),
            )
            .flatten();
        let e_value = strict1(
            strict1(row.price(), cast::number::decimal_to_double),
            |a| arithmetic::divide_double(a, 3.0),
        );
        let f_value = strict1(
            strict2(row.price(), row.qty(), |a, b| decimal::exact_add(a, b, 12, 3)),
            |a| cast::number::decimal_to_wider_decimal(a, 12, 2),
        );
        let g_value = strict1(
                strict1(v1, |a| math::round_decimal(a, 0i32, 15, 0)).flatten(),
                |a| cast::number::decimal_to_decimal(a, 10, 0),
            )
            .flatten();
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_decimal(1, a_value, 18);
        output.put_decimal(2, b_value, 24);
        output.put_decimal(3, c_value, 38);
        output.put_decimal(4, d_value, 10);
        output.put_f64(5, e_value);
        output.put_decimal(6, f_value, 12);
        output.put_decimal(7, g_value, 10);
        output.finish();
    }
    Ok(())
}
