//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 4a0ff427def5ad8c80875089c68cdaa6e5dfde91c610e594e8fe147768488506

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{arithmetic, cast};
use sql::function::null::{strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            project_expr_0_expr_1_expr_2_and_2(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, b, c])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::int()),
            Column::new("c", build::bigint()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("b", build::int()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("c", build::bigint()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("b", build::int()),
                Column::new("c", build::bigint()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_2: Calc(select=[(a + b) AS EXPR$0, (a / b) AS EXPR$1, MOD(a, b) AS
///     EXPR$2, (CAST(a AS BIGINT) + c) AS EXPR$3, -(a) AS EXPR$4])
/// ```
fn project_expr_0_expr_1_expr_2_and_2() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_2",
        uid: "9521398f416859ee",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::int()),
            Column::new("EXPR$1", build::int()),
            Column::new("EXPR$2", build::int()),
            Column::new("EXPR$3", build::bigint()),
            Column::new("EXPR$4", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_2_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "d06a8c0be8db639c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("total", build::int()),
            Column::new("quotient", build::int()),
            Column::new("rest", build::int()),
            Column::new("wide", build::bigint()),
            Column::new("negative", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
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

impl TSourceRow<'_> {
    #[inline]
    fn a(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn b(&self) -> Option<i32> {
        self.0.i32(1)
    }
    #[inline]
    fn c(&self) -> Option<i64> {
        self.0.i64(2)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_2: Calc(select=[(a + b) AS EXPR$0, (a / b) AS EXPR$1, MOD(a, b) AS
///     EXPR$2, (CAST(a AS BIGINT) + c) AS EXPR$3, -(a) AS EXPR$4])
/// ```
/// integer_arithmetic.sql:3:21
/// ```sql
/// SELECT a + b, a / b, MOD(a, b), a + c, -a FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict2(row.a(), row.b(), arithmetic::add);
        let expr_1_value = strict2(row.a(), row.b(), arithmetic::divide_integer)
            .transpose()?;
        let expr_2_value = strict2(row.a(), row.b(), arithmetic::remainder_integer)
            .transpose()?;
        let expr_3_value = strict2(
            strict1(row.a(), cast::number::integer_to_bigint),
            row.c(),
            arithmetic::add,
        );
        let expr_4_value = strict1(row.a(), arithmetic::negate);
        output.begin(kind);
        output.put_i32(0, expr_0_value);
        output.put_i32(1, expr_1_value);
        output.put_i32(2, expr_2_value);
        output.put_i64(3, expr_3_value);
        output.put_i32(4, expr_4_value);
        output.finish();
    }
    Ok(())
}
