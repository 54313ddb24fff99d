//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 bf030350cb57bd477db3a842ceab6bcaeea6aa303b4e23550f54b86a60c560a0

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
        nodes: Vec::from([t_source(), filter_amount(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, amount])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("amount", build::int()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("amount", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_amount: Calc(select=[id, (amount * 2) AS twice], where=[((amount * 2) > 10)])
/// ```
fn filter_amount() -> Node {
    Node {
        name: "filter_amount",
        uid: "8a9e27b440383431",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("twice", build::int()),
        ]),
        operator: OperatorSpec::Calc(filter_amount_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[id, twice])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "725f1126744c3423",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("twice", build::int()),
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
    fn amount(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// filter_amount: Calc(select=[id, (amount * 2) AS twice], where=[((amount * 2) > 10)])
/// ```
/// common_table_expressions.sql:4:90
/// ```sql
/// twice > 10
/// ```
fn filter_amount_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let v1 = strict1(row.amount(), |a| arithmetic::multiply(a, 2i32));
        if strict1(v1, |a| compare::greater(a, 10i32)) != Some(true) {
            continue;
        }
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_i32(1, v1);
        output.finish();
    }
    Ok(())
}
