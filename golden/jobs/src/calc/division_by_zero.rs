//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 1ee44efe18c50a1e7784eb70054f0c0441bfdff5fd267e3be21424d483d4c0c5

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
        nodes: Vec::from([t_source(), project_expr_0_expr_1(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, b, d])
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
                    column: Column::new("b", build::int()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("d", build::double()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("b", build::int()),
                Column::new("d", build::double()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1: Calc(select=[(d / CAST(b AS DOUBLE)) AS EXPR$0, (a / b) AS EXPR$1])
/// ```
fn project_expr_0_expr_1() -> Node {
    Node {
        name: "project_expr_0_expr_1",
        uid: "292e32bb339e17b0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::double()),
            Column::new("EXPR$1", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "dae801889bc01f21",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("ratio", build::double()),
            Column::new("quotient", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
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
    fn d(&self) -> Option<f64> {
        self.0.f64(2)
    }
}

/// ```text
/// project_expr_0_expr_1: Calc(select=[(d / CAST(b AS DOUBLE)) AS EXPR$0, (a / b) AS EXPR$1])
/// ```
/// division_by_zero.sql:3:21
/// ```sql
/// SELECT d / b, a / b FROM t
/// ```
fn project_expr_0_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict2(
            row.d(),
            strict1(row.b(), cast::number::integer_to_double),
            arithmetic::divide_double,
        );
        let expr_1_value = strict2(row.a(), row.b(), arithmetic::divide_integer)
            .transpose()?;
        output.begin(kind);
        output.put_f64(0, expr_0_value);
        output.put_i32(1, expr_1_value);
        output.finish();
    }
    Ok(())
}
