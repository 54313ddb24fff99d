//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 48a97c9af7c9a0ef96a5cfb5963f15451abe8b09d55831ca37fbd491764c7454

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
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), project_expr_0(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
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
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("EXPR$0", build::int())]),
        operator: OperatorSpec::Calc(project_expr_0_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "f9ed6b79d21bedf0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([Column::new("id", build::int())]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
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
/// statement.sql:1:21
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
