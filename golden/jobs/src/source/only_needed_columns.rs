//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 5b2cffc87af3a5428e8085bcc79f6656d78524673b9a61cdeb56b191b11fe823

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::compare;
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
/// t_source: Source(table=[t], fields=[a, c])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("c", build::row([("d", build::int()), ("e", build::string())])),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new(
                        "c",
                        build::row([("d", build::int()), ("e", build::string())]),
                    ),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("b", build::string()),
                Column::new(
                    "c",
                    build::row([("d", build::int()), ("e", build::string())]),
                ),
                Column::new("f", build::double()),
                Column::new("g", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_a: Calc(select=[c.d AS d], where=[(a > 1)])
/// ```
fn filter_a() -> Node {
    Node {
        name: "filter_a",
        uid: "8929452a5a51432c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("d", build::int())]),
        operator: OperatorSpec::Calc(filter_a_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[d])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "972f001e3bbe36ce",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([Column::new("d", build::int())]),
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
    #[inline]
    fn c_d(&self) -> Option<i32> {
        self.0.row(1, 2).and_then(|row| row.i32(0))
    }
}

/// ```text
/// filter_a: Calc(select=[c.d AS d], where=[(a > 1)])
/// ```
/// only_needed_columns.sql:3:45
/// ```sql
/// a > 1
/// ```
fn filter_a_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        if strict1(row.a(), |a| compare::greater(a, 1i32)) != Some(true) {
            continue;
        }
        output.begin(kind);
        output.put_i32(0, row.c_d());
        output.finish();
    }
    Ok(())
}
