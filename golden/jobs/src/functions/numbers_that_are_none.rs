//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 ec1ee6f1925d53b8044cca4daef356d126a091c8bc679296cea9da0cf5096300

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError};
use sql::function::{arithmetic, cast, compare, math};
use sql::function::null::{strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_id_expr_1_expr_2_and_9(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, d, f])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("d", build::double()),
            Column::new("f", build::float()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
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
                Column::new("id", build::int()),
                Column::new("d", build::double()),
                Column::new("f", build::float()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_9: Calc(select=[id, (d / 0.0:DOUBLE) AS EXPR$1, SQRT(d) AS EXPR$2,
///     (SQRT(d) = SQRT(CAST(f AS DOUBLE))) AS EXPR$3, (d = 0.0:DOUBLE) AS EXPR$4, (SQRT(d) >
///     1.0:DOUBLE) AS EXPR$5, LN(d) AS EXPR$6, ABS(d) AS EXPR$7, CAST(d AS STRING) AS EXPR$8, (f /
///     CAST(3 AS FLOAT)) AS EXPR$9, POWER(d, CAST(0.5 AS DOUBLE)) AS EXPR$10, (CAST(f AS DOUBLE) + d)
///     AS EXPR$11])
/// ```
fn project_id_expr_1_expr_2_and_9() -> Node {
    Node {
        name: "project_id_expr_1_expr_2_and_9",
        uid: "cae70a06f0dbb036",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::double()),
            Column::new("EXPR$2", build::double()),
            Column::new("EXPR$3", build::boolean()),
            Column::new("EXPR$4", build::boolean()),
            Column::new("EXPR$5", build::boolean()),
            Column::new("EXPR$6", build::double()),
            Column::new("EXPR$7", build::double()),
            Column::new("EXPR$8", build::string()),
            Column::new("EXPR$9", build::float()),
            Column::new("EXPR$10", build::double()),
            Column::new("EXPR$11", build::double()),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_and_9_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6, EXPR$7, EXPR$8,
///     EXPR$9, EXPR$10, EXPR$11])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "c2a95e0547ab5f5c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::double()),
            Column::new("b", build::double()),
            Column::new("c", build::boolean()),
            Column::new("d", build::boolean()),
            Column::new("e", build::boolean()),
            Column::new("f", build::double()),
            Column::new("g", build::double()),
            Column::new("h", build::string()),
            Column::new("i", build::float()),
            Column::new("j", build::double()),
            Column::new("k", build::double()),
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
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn d(&self) -> Option<f64> {
        self.0.f64(1)
    }
    #[inline]
    fn f(&self) -> Option<f32> {
        self.0.f32(2)
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_9: Calc(select=[id, (d / 0.0:DOUBLE) AS EXPR$1, SQRT(d) AS EXPR$2,
///     (SQRT(d) = SQRT(CAST(f AS DOUBLE))) AS EXPR$3, (d = 0.0:DOUBLE) AS EXPR$4, (SQRT(d) >
///     1.0:DOUBLE) AS EXPR$5, LN(d) AS EXPR$6, ABS(d) AS EXPR$7, CAST(d AS STRING) AS EXPR$8, (f /
///     CAST(3 AS FLOAT)) AS EXPR$9, POWER(d, CAST(0.5 AS DOUBLE)) AS EXPR$10, (CAST(f AS DOUBLE) + d)
///     AS EXPR$11])
/// ```
/// numbers_that_are_none.sql:4:15
/// ```sql
/// SELECT id, d / 0, SQRT(d), SQRT(d) = SQRT(f), d = 0, SQRT(d) > 1, LN(d), ABS(d), CAST(d AS STRING),
///     f / 3, POWER(d, 0.5),
/// CAST(f AS DOUBLE) + d FROM t
/// ```
fn project_id_expr_1_expr_2_and_9_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_1_value = strict1(row.d(), |a| arithmetic::divide_double(a, 0.0));
        let v1 = strict1(row.d(), math::sqrt);
        let v2 = strict1(row.f(), cast::number::approximate_to_double);
        let expr_3_value = strict2(v1, strict1(v2, math::sqrt), compare::equal);
        let expr_4_value = strict1(row.d(), |a| compare::equal(a, 0.0));
        let expr_5_value = strict1(v1, |a| compare::greater(a, 1.0));
        let expr_6_value = strict1(row.d(), math::ln);
        let expr_7_value = strict1(row.d(), math::abs_double);
        let expr_8_value = strict1(row.d(), cast::to_text::double);
        let expr_9_value = strict2(
            row.f(),
            Some(cast::number::integer_to_float(3i32)),
            arithmetic::divide_float,
        );
        let expr_10_value = strict2(
            row.d(),
            Some(cast::number::decimal_to_double(Decimal { unscaled: 5, scale: 1 })),
            math::power,
        );
        let expr_11_value = strict2(v2, row.d(), arithmetic::add);
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_f64(1, expr_1_value);
        output.put_f64(2, v1);
        output.put_boolean(3, expr_3_value);
        output.put_boolean(4, expr_4_value);
        output.put_boolean(5, expr_5_value);
        output.put_f64(6, expr_6_value);
        output.put_f64(7, expr_7_value);
        output.put_text(8, expr_8_value.as_deref());
        output.put_f32(9, expr_9_value);
        output.put_f64(10, expr_10_value);
        output.put_f64(11, expr_11_value);
        output.finish();
    }
    Ok(())
}
