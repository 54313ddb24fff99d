//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 2b70461849acb7855ce71822eb3d4459ba3f443d79a9049f6247c79076ebed08

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError};
use sql::function::cast;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_id_expr_1_expr_2_and_13(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, i, b, d, m])
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
            Column::new("b", build::bigint()),
            Column::new("d", build::double()),
            Column::new("m", build::decimal(12, 4)),
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
                    column: Column::new("b", build::bigint()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("d", build::double()),
                    from: ReadFrom::Physical(3),
                },
                ReadColumn {
                    column: Column::new("m", build::decimal(12, 4)),
                    from: ReadFrom::Physical(4),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("i", build::int()),
                Column::new("b", build::bigint()),
                Column::new("d", build::double()),
                Column::new("m", build::decimal(12, 4)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_13: Calc(select=[id, CAST(i AS TINYINT) AS EXPR$1, CAST(b AS SMALLINT)
///     AS EXPR$2, CAST(b AS INT) AS EXPR$3, CAST(d AS INT) AS EXPR$4, CAST(d AS BIGINT) AS EXPR$5,
///     CAST(d AS TINYINT) AS EXPR$6, CAST(m AS DECIMAL(5, 1)) AS EXPR$7, CAST(m AS INT) AS EXPR$8,
///     CAST(m AS TINYINT) AS EXPR$9, CAST(d AS STRING) AS EXPR$10, CAST(m AS STRING) AS EXPR$11, CAST(i
///     AS BOOLEAN) AS EXPR$12, CAST(d AS DECIMAL(10, 2)) AS EXPR$13, CAST(d AS FLOAT) AS EXPR$14,
///     CAST(i AS DECIMAL(4, 3)) AS EXPR$15])
/// ```
fn project_id_expr_1_expr_2_and_13() -> Node {
    Node {
        name: "project_id_expr_1_expr_2_and_13",
        uid: "7cb7402648431546",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::tinyint()),
            Column::new("EXPR$2", build::smallint()),
            Column::new("EXPR$3", build::int()),
            Column::new("EXPR$4", build::int()),
            Column::new("EXPR$5", build::bigint()),
            Column::new("EXPR$6", build::tinyint()),
            Column::new("EXPR$7", build::decimal(5, 1)),
            Column::new("EXPR$8", build::int()),
            Column::new("EXPR$9", build::tinyint()),
            Column::new("EXPR$10", build::string()),
            Column::new("EXPR$11", build::string()),
            Column::new("EXPR$12", build::boolean()),
            Column::new("EXPR$13", build::decimal(10, 2)),
            Column::new("EXPR$14", build::float()),
            Column::new("EXPR$15", build::decimal(4, 3)),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_and_13_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6, EXPR$7, EXPR$8,
///     EXPR$9, EXPR$10, EXPR$11, EXPR$12, EXPR$13, EXPR$14, EXPR$15])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "6521f3a1d7981763",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::tinyint()),
            Column::new("b", build::smallint()),
            Column::new("c", build::int()),
            Column::new("d", build::int()),
            Column::new("e", build::bigint()),
            Column::new("f", build::tinyint()),
            Column::new("g", build::decimal(5, 1)),
            Column::new("h", build::int()),
            Column::new("i", build::tinyint()),
            Column::new("j", build::string()),
            Column::new("k", build::string()),
            Column::new("l", build::boolean()),
            Column::new("m", build::decimal(10, 2)),
            Column::new("n", build::float()),
            Column::new("p", build::decimal(4, 3)),
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
    fn b(&self) -> Option<i64> {
        self.0.i64(2)
    }
    #[inline]
    fn d(&self) -> Option<f64> {
        self.0.f64(3)
    }
    #[inline]
    fn m(&self) -> Option<Decimal> {
        self.0.decimal(4, 12, 4)
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_13: Calc(select=[id, CAST(i AS TINYINT) AS EXPR$1, CAST(b AS SMALLINT)
///     AS EXPR$2, CAST(b AS INT) AS EXPR$3, CAST(d AS INT) AS EXPR$4, CAST(d AS BIGINT) AS EXPR$5,
///     CAST(d AS TINYINT) AS EXPR$6, CAST(m AS DECIMAL(5, 1)) AS EXPR$7, CAST(m AS INT) AS EXPR$8,
///     CAST(m AS TINYINT) AS EXPR$9, CAST(d AS STRING) AS EXPR$10, CAST(m AS STRING) AS EXPR$11, CAST(i
///     AS BOOLEAN) AS EXPR$12, CAST(d AS DECIMAL(10, 2)) AS EXPR$13, CAST(d AS FLOAT) AS EXPR$14,
///     CAST(i AS DECIMAL(4, 3)) AS EXPR$15])
/// ```
/// numbers_become_others.sql:4:15
/// ```sql
/// SELECT id, CAST(i AS TINYINT), CAST(b AS SMALLINT), CAST(b AS INT), CAST(d AS INT), CAST(d AS
///     BIGINT), CAST(d AS TINYINT), CAST(m AS DECIMAL(5, 1)),
/// CAST(m AS INT), CAST(m AS TINYINT), CAST(d AS STRING), CAST(m AS STRING), CAST(i AS BOOLEAN), CAST(d
///     AS DECIMAL(10, 2)), CAST(d AS FLOAT), CAST(i AS DECIMAL(4, 3)) FROM t
/// ```
fn project_id_expr_1_expr_2_and_13_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_1_value = strict1(row.i(), cast::number::integer_to_tinyint);
        let expr_2_value = strict1(row.b(), cast::number::integer_to_smallint);
        let expr_3_value = strict1(row.b(), cast::number::integer_to_int);
        let expr_4_value = strict1(row.d(), cast::number::approximate_to_int);
        let expr_5_value = strict1(row.d(), cast::number::approximate_to_bigint);
        let expr_6_value = strict1(row.d(), cast::number::approximate_to_tinyint);
        let expr_7_value = strict1(
                row.m(),
                |a| cast::number::decimal_to_decimal(a, 5, 1),
            )
            .flatten();
        let expr_8_value = strict1(row.m(), cast::number::decimal_to_int);
        let expr_9_value = strict1(row.m(), cast::number::decimal_to_tinyint);
        let expr_10_value = strict1(row.d(), cast::to_text::double);
        let expr_11_value = strict1(row.m(), cast::to_text::decimal);
        let expr_12_value = strict1(row.i(), cast::number::integer_to_boolean);
        let expr_13_value = strict1(
                row.d(),
                |a| cast::number::approximate_to_decimal(a, 10, 2),
            )
            .flatten();
        let expr_14_value = strict1(row.d(), cast::number::approximate_to_float);
        let expr_15_value = strict1(
                row.i(),
                |a| cast::number::integer_to_decimal(a, 4, 3),
            )
            .flatten();
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_i8(1, expr_1_value);
        output.put_i16(2, expr_2_value);
        output.put_i32(3, expr_3_value);
        output.put_i32(4, expr_4_value);
        output.put_i64(5, expr_5_value);
        output.put_i8(6, expr_6_value);
        output.put_decimal(7, expr_7_value, 5);
        output.put_i32(8, expr_8_value);
        output.put_i8(9, expr_9_value);
        output.put_text(10, expr_10_value.as_deref());
        output.put_text(11, expr_11_value.as_deref());
        output.put_boolean(12, expr_12_value);
        output.put_decimal(13, expr_13_value, 10);
        output.put_f32(14, expr_14_value);
        output.put_decimal(15, expr_15_value, 4);
        output.finish();
    }
    Ok(())
}
