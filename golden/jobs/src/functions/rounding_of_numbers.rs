//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 d470a54d2b0e162d71bb29a55138dc05748b15eae9f21e76c51b0a5fda37ca10

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError};
use sql::function::{arithmetic, cast, decimal, math};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_id_a_b_and_12(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, i, d, m])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("i", build::int()),
            Column::new("d", build::double()),
            Column::new("m", build::decimal(10, 3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("i", build::int()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("d", build::double()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("m", build::decimal(10, 3)),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("i", build::int()),
                Column::new("d", build::double()),
                Column::new("m", build::decimal(10, 3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_a_b_and_12: Calc(select=[id, ROUND(d, 0) AS a, CAST(ROUND(m, 1) AS DECIMAL(12, 3)) AS b,
///     ROUND(d, -1) AS c, CAST(ROUND(m, -1) AS DECIMAL(12, 3)) AS d, FLOOR(d) AS e, CAST(CEIL(m) AS
///     DECIMAL(12, 3)) AS f, ROUND(i, -1) AS g, TRUNCATE(d, 1) AS h, CAST(TRUNCATE(m, 2) AS DECIMAL(12,
///     3)) AS i, MOD(i, 7) AS j, CAST((m / 7) AS DECIMAL(12, 3)) AS k, BIN(CAST(i AS BIGINT)) AS l,
///     HEX(CAST(i AS BIGINT)) AS m, SIGN(i) AS n])
/// ```
fn project_id_a_b_and_12() -> Node {
    Node {
        name: "project_id_a_b_and_12",
        uid: "1a0c1c40f91c54b7",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::double()),
            Column::new("b", build::decimal(12, 3)),
            Column::new("c", build::double()),
            Column::new("d", build::decimal(12, 3)),
            Column::new("e", build::double()),
            Column::new("f", build::decimal(12, 3)),
            Column::new("g", build::int()),
            Column::new("h", build::double()),
            Column::new("i", build::decimal(12, 3)),
            Column::new("j", build::int()),
            Column::new("k", build::decimal(12, 3)),
            Column::new("l", build::string()),
            Column::new("m", build::string()),
            Column::new("n", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_id_a_b_and_12_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, a, b, c, d, e, f, g, h, i, j, k, l, m, n])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "462155e3978c404f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::double()),
            Column::new("b", build::decimal(12, 3)),
            Column::new("c", build::double()),
            Column::new("d", build::decimal(12, 3)),
            Column::new("e", build::double()),
            Column::new("f", build::decimal(12, 3)),
            Column::new("g", build::int()),
            Column::new("h", build::double()),
            Column::new("i", build::decimal(12, 3)),
            Column::new("j", build::int()),
            Column::new("k", build::decimal(12, 3)),
            Column::new("l", build::string()),
            Column::new("m", build::string()),
            Column::new("n", build::int()),
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

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn i(&self) -> Option<i32> {
        self.0.i32(1)
    }
    #[inline]
    fn d(&self) -> Option<f64> {
        self.0.f64(2)
    }
    #[inline]
    fn m(&self) -> Option<Decimal> {
        self.0.decimal(3, 10, 3)
    }
}

/// ```text
/// project_id_a_b_and_12: Calc(select=[id, ROUND(d, 0) AS a, CAST(ROUND(m, 1) AS DECIMAL(12, 3)) AS b,
///     ROUND(d, -1) AS c, CAST(ROUND(m, -1) AS DECIMAL(12, 3)) AS d, FLOOR(d) AS e, CAST(CEIL(m) AS
///     DECIMAL(12, 3)) AS f, ROUND(i, -1) AS g, TRUNCATE(d, 1) AS h, CAST(TRUNCATE(m, 2) AS DECIMAL(12,
///     3)) AS i, MOD(i, 7) AS j, CAST((m / 7) AS DECIMAL(12, 3)) AS k, BIN(CAST(i AS BIGINT)) AS l,
///     HEX(CAST(i AS BIGINT)) AS m, SIGN(i) AS n])
/// ```
/// rounding_of_numbers.sql:4:15
/// ```sql
/// SELECT id, ROUND(d, 0), ROUND(m, 1), ROUND(d, -1), ROUND(m, -1), FLOOR(d), CEIL(m), ROUND(i, -1),
///     TRUNCATE(d, 1), TRUNCATE(m, 2), MOD(i, 7), m / 7,
/// BIN(i), HEX(i), SIGN(i) FROM t
/// ```
fn project_id_a_b_and_12_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let a_value = strict1(row.d(), |a| math::round_double(a, 0i32));
        let b_value = strict1(
            strict1(row.m(), |a| math::round_decimal(a, 1i32, 9, 1)).flatten(),
            |a| cast::number::decimal_to_wider_decimal(a, 12, 3),
        );
        let c_value = strict1(row.d(), |a| math::round_double(a, -1i32));
        let d_value = strict1(
            strict1(row.m(), |a| math::round_decimal(a, -1i32, 8, 0)).flatten(),
            |a| cast::number::decimal_to_wider_decimal(a, 12, 3),
        );
        let e_value = strict1(row.d(), math::floor_double);
        let f_value = strict1(
                strict1(row.m(), math::ceil_decimal),
                |a| cast::number::decimal_to_decimal(a, 12, 3),
            )
            .flatten();
        let g_value = strict1(row.i(), |a| math::round_integer(a, -1i32));
        let h_value = strict1(row.d(), |a| math::truncate_double(a, 1i32));
        let i_value = strict1(
            strict1(row.m(), |a| math::truncate_decimal(a, 2i32, 10, 2)).flatten(),
            |a| cast::number::decimal_to_wider_decimal(a, 12, 3),
        );
        let j_value = strict1(row.i(), |a| arithmetic::remainder_integer(a, 7i32))
            .transpose()?;
        let k_value = strict1(
            strict1(
                    row.m(),
                    |a| decimal::exact_divide(
                        a,
                        Decimal { unscaled: 7, scale: 0 },
                        21,
                        14,
                    ),
                )
                .transpose()?,
            |a| cast::number::decimal_to_wider_decimal(a, 12, 3),
        );
        let v1 = strict1(row.i(), cast::number::integer_to_bigint);
        let l_value = strict1(v1, math::bin);
        let m_value = strict1(v1, math::hex_integer);
        let n_value = strict1(row.i(), math::sign_integer);
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_f64(1, a_value);
        output.put_decimal(2, b_value, 12);
        output.put_f64(3, c_value);
        output.put_decimal(4, d_value, 12);
        output.put_f64(5, e_value);
        output.put_decimal(6, f_value, 12);
        output.put_i32(7, g_value);
        output.put_f64(8, h_value);
        output.put_decimal(9, i_value, 12);
        output.put_i32(10, j_value);
        output.put_decimal(11, k_value, 12);
        output.put_text(12, l_value.as_deref());
        output.put_text(13, m_value.as_deref());
        output.put_i32(14, n_value);
        output.finish();
    }
    Ok(())
}
