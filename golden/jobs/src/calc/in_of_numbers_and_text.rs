//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 a2bf711a5943d1b71d7b9d4174ce6ad03b370c9ae8bd842584a24fc5c43dadfd

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{arithmetic, cast, compare};
use sql::function::null::{or, strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_expr_0_expr_1_expr_2_and_2(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, s, f, d])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("s", build::string()),
            Column::new("f", build::float()),
            Column::new("d", build::double()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("f", build::float()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("d", build::double()),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("s", build::string()),
                Column::new("f", build::float()),
                Column::new("d", build::double()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_2: Calc(select=[((CAST(a AS STRING) = '1') OR (CAST(a AS STRING) =
///     '42')) AS EXPR$0, ((s = CAST(1 AS STRING)) OR (s = CAST(42 AS STRING))) AS EXPR$1, (f + CAST(d
///     AS FLOAT)) AS EXPR$2, (d + CAST(f AS DOUBLE)) AS EXPR$3, CASE WHEN (a > 1) THEN f ELSE CAST(d AS
///     FLOAT) END AS EXPR$4])
/// ```
fn project_expr_0_expr_1_expr_2_and_2() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_2",
        uid: "55bc69be6da41b07",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::boolean()),
            Column::new("EXPR$1", build::boolean()),
            Column::new("EXPR$2", build::float()),
            Column::new("EXPR$3", build::double()),
            Column::new("EXPR$4", build::float()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_2_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "a707a6bdaa0e3677",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("a", build::boolean()),
            Column::new("b", build::boolean()),
            Column::new("c", build::float()),
            Column::new("d", build::double()),
            Column::new("e", build::float()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
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

impl<'a> TSourceRow<'a> {
    #[inline]
    fn a(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn s(&self) -> Option<&'a str> {
        self.0.text(1)
    }
    #[inline]
    fn f(&self) -> Option<f32> {
        self.0.f32(2)
    }
    #[inline]
    fn d(&self) -> Option<f64> {
        self.0.f64(3)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_2: Calc(select=[((CAST(a AS STRING) = '1') OR (CAST(a AS STRING) =
///     '42')) AS EXPR$0, ((s = CAST(1 AS STRING)) OR (s = CAST(42 AS STRING))) AS EXPR$1, (f + CAST(d
///     AS FLOAT)) AS EXPR$2, (d + CAST(f AS DOUBLE)) AS EXPR$3, CASE WHEN (a > 1) THEN f ELSE CAST(d AS
///     FLOAT) END AS EXPR$4])
/// ```
/// in_of_numbers_and_text.sql:3:15
/// ```sql
/// SELECT a IN ('1', '42'), s IN (1, 42), f + d, d + f, CASE WHEN a > 1 THEN f ELSE d END FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let v1 = strict1(row.a(), cast::to_text::any_integer);
        let expr_0_value = or(
            strict1(v1.as_deref(), |a| compare::equal(a, "1")),
            || strict1(v1.as_deref(), |a| compare::equal(a, "42")),
        );
        let expr_1_value = or(
            strict2(
                row.s(),
                Some(cast::to_text::any_integer(1i32)),
                |a, b| compare::equal(a, b.as_str()),
            ),
            || strict2(
                row.s(),
                Some(cast::to_text::any_integer(42i32)),
                |a, b| compare::equal(a, b.as_str()),
            ),
        );
        let v2 = strict1(row.d(), cast::number::approximate_to_float);
        let expr_2_value = strict2(row.f(), v2, arithmetic::add);
        let expr_3_value = strict2(
            row.d(),
            strict1(row.f(), cast::number::approximate_to_double),
            arithmetic::add,
        );
        let expr_4_value = if strict1(row.a(), |a| compare::greater(a, 1i32))
            == Some(true)
        {
            row.f()
        } else {
            v2
        };
        output.begin(kind);
        output.put_boolean(0, expr_0_value);
        output.put_boolean(1, expr_1_value);
        output.put_f32(2, expr_2_value);
        output.put_f64(3, expr_3_value);
        output.put_f32(4, expr_4_value);
        output.finish();
    }
    Ok(())
}
