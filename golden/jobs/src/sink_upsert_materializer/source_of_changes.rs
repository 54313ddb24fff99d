//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 6e84c9f1a12a1b309d6067f554c8709d530aa8a366d07ebcb23a63779ed63d53

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec,
    SinkUpsertMaterializerSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter};
use sql::{Session, SqlError};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_names",
        nodes: Vec::from([
            people_source(),
            project_name_id_x(),
            exchange_by_name(),
            materialize_by_name(),
            names_sink(),
        ]),
    }
}

/// ```text
/// people_source: Source(table=[people], fields=[id, name, x])
/// ```
fn people_source() -> Node {
    Node {
        name: "people_source",
        uid: "b72c2dd22a6c7351",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "people",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::not_null(build::bigint())),
                    from: ReadFrom::Physical(0),
                },
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
/// project_name_id_x: Calc(select=[name, id, x])
/// ```
fn project_name_id_x() -> Node {
    Node {
        name: "project_name_id_x",
        uid: "76d0ad5f5e4882c8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("id", build::not_null(build::bigint())),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_name_id_x_kernel),
    }
}

/// ```text
/// exchange_by_name: Exchange(distribution=[hash[name]])
/// ```
fn exchange_by_name() -> Node {
    Node {
        name: "exchange_by_name",
        uid: "b1534ee485a16b8f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("id", build::not_null(build::bigint())),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// materialize_by_name: SinkUpsertMaterializer(primaryKey=[name], upsertKey=[id])
/// ```
fn materialize_by_name() -> Node {
    Node {
        name: "materialize_by_name",
        uid: "daa81d7d260adf21",
        state_fingerprint: Some("03788ca2aa4646bb"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("id", build::not_null(build::bigint())),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::SinkUpsertMaterializer(SinkUpsertMaterializerSpec {
            key: Vec::from([0]),
            upsert_key: Vec::from([1]),
        }),
    }
}

/// ```text
/// names_sink: Sink(table=[names], fields=[name, id, x])
/// ```
fn names_sink() -> Node {
    Node {
        name: "names_sink",
        uid: "ac60535bc13a5ec8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("name", build::not_null(build::string())),
            Column::new("id", build::bigint()),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("names"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::from([0]),
            input_updates: true,
        }),
    }
}

/// ```text
/// project_name_id_x: Calc(select=[name, id, x])
/// ```
/// source_of_changes.sql:4:19
/// ```sql
/// SELECT name, id, x FROM people
/// ```
fn project_name_id_x_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_variable(0, raw, 1);
        output.copy_fixed(1, raw, 0);
        output.copy_fixed(2, raw, 2);
        output.finish();
    }
    Ok(())
}
