//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 23703a9703ec0874e1e616b1cf715a94de28f757caf67db2547f9700033f845c

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec,
    SinkUpsertMaterializerSpec, SourceSpec, WriteColumn,
};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_names",
        nodes: Vec::from([
            people_source(),
            exchange_by_name(),
            materialize_by_name(),
            names_sink(),
        ]),
    }
}

/// ```text
/// people_source: Source(table=[people], fields=[name, x])
/// ```
fn people_source() -> Node {
    Node {
        name: "people_source",
        uid: "b72c2dd22a6c7351",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "people",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("name", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("x", build::int()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::not_null(build::bigint())),
                Column::new("name", build::string()),
                Column::new("x", build::int()),
            ]),
            primary_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// exchange_by_name: Exchange(distribution=[hash[name]])
/// ```
fn exchange_by_name() -> Node {
    Node {
        name: "exchange_by_name",
        uid: "a3425686153ad6fc",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// materialize_by_name: SinkUpsertMaterializer(primaryKey=[name], upsertKey=[])
/// ```
fn materialize_by_name() -> Node {
    Node {
        name: "materialize_by_name",
        uid: "0e4f5887c7b41338",
        state_fingerprint: Some("18a2b5ab62afbbca"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::SinkUpsertMaterializer(SinkUpsertMaterializerSpec {
            key: Vec::from([0]),
            upsert_key: Vec::new(),
        }),
    }
}

/// ```text
/// names_sink: Sink(table=[names], fields=[name, x])
/// ```
fn names_sink() -> Node {
    Node {
        name: "names_sink",
        uid: "7b42d83637352922",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("name", build::not_null(build::string())),
            Column::new("x", build::not_null(build::int())),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("names"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([0]),
            input_updates: true,
        }),
    }
}
