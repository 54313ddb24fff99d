//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 ee34ebcf7d57b362fa067050655162d083ccfbc4bf11400201bd0e92c9f2a6d2

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_out",
        nodes: Vec::from([t_source(), out_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, b])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::int()),
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
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("b", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// out_sink: Sink(table=[out], fields=[a, b])
/// ```
fn out_sink() -> Node {
    Node {
        name: "out_sink",
        uid: "85e9bda5557471e5",
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::not_null(build::int())),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("out"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}
