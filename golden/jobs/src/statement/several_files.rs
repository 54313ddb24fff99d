//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 da85ff3734afa2c9c318ed4e3e0d0c27b11d36565fc92c66a3681b99d252a90d

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::arithmetic;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_out",
        nodes: Vec::from([t_source(), project_expr_0(), out_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        inputs: Vec::new(),
        columns: Vec::from([Column::new("id", build::int())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("id", build::int())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0: Calc(select=[(id + 1) AS EXPR$0])
/// ```
fn project_expr_0() -> Node {
    Node {
        name: "project_expr_0",
        uid: "6291de061c913b25",
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("EXPR$0", build::int())]),
        operator: OperatorSpec::Calc(project_expr_0_kernel),
    }
}

/// ```text
/// out_sink: Sink(table=[out], fields=[EXPR$0])
/// ```
fn out_sink() -> Node {
    Node {
        name: "out_sink",
        uid: "0cb736e7b9372bc2",
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([Column::new("id", build::int())]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("out"),
            write: Vec::from([WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn id(&self) -> Option<i32> {
        self.0.i32(0)
    }
}

/// ```text
/// project_expr_0: Calc(select=[(id + 1) AS EXPR$0])
/// ```
/// statement.sql:1:17
/// ```sql
/// SELECT id + 1 FROM t
/// ```
fn project_expr_0_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict1(row.id(), |a| arithmetic::add(a, 1i32));
        output.begin(kind);
        output.put_i32(0, expr_0_value);
        output.finish();
    }
    Ok(())
}
