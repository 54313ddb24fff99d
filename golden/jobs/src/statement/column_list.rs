//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 e85b5ed56f17d7ab7597abd8542dfc345b9713fb974a091da9299a458344272a

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter};
use sql::{Session, SqlError};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), project_a_b_c(), answers_sink()]),
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
/// project_a_b_c: Calc(select=[amount AS a, NULL:STRING AS b, id AS c])
/// ```
fn project_a_b_c() -> Node {
    Node {
        name: "project_a_b_c",
        uid: "71fed1cea16750ec",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
            Column::new("c", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_a_b_c_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[a, b, c])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "870282f6d19c92f9",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
            Column::new("c", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

/// ```text
/// project_a_b_c: Calc(select=[amount AS a, NULL:STRING AS b, id AS c])
/// ```
/// column_list.sql:3:28
/// ```sql
/// SELECT id, amount FROM t
/// ```
fn project_a_b_c_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.put_null(1);
        output.copy_fixed(2, raw, 0);
        output.finish();
    }
    Ok(())
}
