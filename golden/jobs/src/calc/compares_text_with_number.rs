//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 d0531bc43cbcda3cc0e4033e344171f41166d07a83e86f6fe72d5dfe3a17bf23

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{cast, compare};
use sql::function::null::{strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), filter_a_s(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, s])
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
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("s", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_a_s: Calc(select=[a, s], where=[(a = CAST(s AS INT))])
/// ```
fn filter_a_s() -> Node {
    Node {
        name: "filter_a_s",
        uid: "f14c1b5e53de1e09",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Calc(filter_a_s_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[a, s])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "23f732495393376c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("s", build::string()),
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

impl<'a> TSourceRow<'a> {
    #[inline]
    fn a(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn s(&self) -> Option<&'a str> {
        self.0.text(1)
    }
}

/// ```text
/// filter_a_s: Calc(select=[a, s], where=[(a = CAST(s AS INT))])
/// ```
/// compares_text_with_number.sql:3:46
/// ```sql
/// a = s
/// ```
fn filter_a_s_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        if strict2(
            row.a(),
            strict1(row.s(), cast::from_text::int).transpose()?,
            compare::equal,
        ) != Some(true)
        {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}
