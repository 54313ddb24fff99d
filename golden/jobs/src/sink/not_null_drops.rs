//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 9a35226eba2dd9db71ace88442b04258db544c70da46f046abd45bbad52e089b

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
        name: "insert-into_placed",
        nodes: Vec::from([readings_source(), project_id_place(), placed_sink()]),
    }
}

/// ```text
/// readings_source: Source(table=[readings], fields=[id, place])
/// ```
fn readings_source() -> Node {
    Node {
        name: "readings_source",
        uid: "a864a841c75af1c1",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new(
                "place",
                build::row([("city", build::string()), ("storey", build::int())]),
            ),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "readings",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new(
                        "place",
                        build::row([("city", build::string()), ("storey", build::int())]),
                    ),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new(
                    "place",
                    build::row([("city", build::string()), ("storey", build::int())]),
                ),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_place: Calc(select=[id, place])
/// ```
fn project_id_place() -> Node {
    Node {
        name: "project_id_place",
        uid: "c2ad80193b341c68",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new(
                "place",
                build::row([
                    ("city", build::not_null(build::string())),
                    ("storey", build::int()),
                ]),
            ),
        ]),
        operator: OperatorSpec::Calc(project_id_place_kernel),
    }
}

/// ```text
/// placed_sink: Sink(table=[placed], fields=[id, place])
/// ```
fn placed_sink() -> Node {
    Node {
        name: "placed_sink",
        uid: "5d9c3212d797b8f0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::int())),
            Column::new(
                "place",
                build::row([
                    ("city", build::not_null(build::string())),
                    ("storey", build::int()),
                ]),
            ),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("placed"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

/// ```text
/// project_id_place: Calc(select=[id, place])
/// ```
/// not_null_drops.sql:5:20
/// ```sql
/// SELECT id, place FROM readings
/// ```
fn project_id_place_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.push(kind, raw);
    }
    Ok(())
}
