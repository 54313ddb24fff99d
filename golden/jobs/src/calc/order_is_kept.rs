//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 9707043a83a56ce92b0144c20f2fd75cb536b128f4af970ac8bc60862631caae

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{arithmetic, compare};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), filter_a(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("a", build::int())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::int()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("a", build::int())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_a: Calc(select=[(a * 10) AS EXPR$0], where=[(a <> 2)])
/// ```
fn filter_a() -> Node {
    Node {
        name: "filter_a",
        uid: "cf8586144681ebee",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("EXPR$0", build::int())]),
        operator: OperatorSpec::Calc(filter_a_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "2b8982b8ceb7e1b1",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([Column::new("a", build::int())]),
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
    fn a(&self) -> Option<i32> {
        self.0.i32(0)
    }
}

/// ```text
/// filter_a: Calc(select=[(a * 10) AS EXPR$0], where=[(a <> 2)])
/// ```
/// order_is_kept.sql:3:48
/// ```sql
/// a <> 2
/// ```
fn filter_a_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        if strict1(row.a(), |a| compare::not_equal(a, 2i32)) != Some(true) {
            continue;
        }
        let expr_0_value = strict1(row.a(), |a| arithmetic::multiply(a, 10i32));
        output.begin(kind);
        output.put_i32(0, expr_0_value);
        output.finish();
    }
    Ok(())
}
