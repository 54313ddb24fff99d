//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 1b752102191825af4139766b943cce083fe971360521904fd8405140b0a5b7b6

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
        name: "insert-into_o",
        nodes: Vec::from([t_source(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, v, c, b, vb])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("v", build::varchar(3)),
            Column::new("c", build::char(4)),
            Column::new("b", build::binary(2)),
            Column::new("vb", build::varbinary(2)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("v", build::varchar(3)),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("c", build::char(4)),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("b", build::binary(2)),
                    from: ReadFrom::Physical(3),
                },
                ReadColumn {
                    column: Column::new("vb", build::varbinary(2)),
                    from: ReadFrom::Physical(4),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("v", build::varchar(3)),
                Column::new("c", build::char(4)),
                Column::new("b", build::binary(2)),
                Column::new("vb", build::varbinary(2)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, v, c, b, vb])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "33580c0ded94cd77",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("v", build::varchar(3)),
            Column::new("c", build::char(4)),
            Column::new("b", build::binary(2)),
            Column::new("vb", build::varbinary(2)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
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
