//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 2e4d0bd9563d2cb6864151ae89a98b9a5ac49686f3643ea3a22b86171c7d67c8

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::temporal;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_precise",
        nodes: Vec::from([readings_source(), project_taken_later(), precise_sink()]),
    }
}

/// ```text
/// readings_source: Source(table=[readings], fields=[taken])
/// ```
fn readings_source() -> Node {
    Node {
        name: "readings_source",
        uid: "a864a841c75af1c1",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("taken", build::timestamp(3))]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "readings",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("taken", build::timestamp(3)),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("taken", build::timestamp(3))]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_taken_later: Calc(select=[taken, (taken + 1000:INTERVAL MILLISECOND) AS later])
/// ```
fn project_taken_later() -> Node {
    Node {
        name: "project_taken_later",
        uid: "fe20f2f51f967e8f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("taken", build::timestamp(9)),
            Column::new("later", build::timestamp(9)),
        ]),
        operator: OperatorSpec::Calc(project_taken_later_kernel),
    }
}

/// ```text
/// precise_sink: Sink(table=[precise], fields=[taken, later])
/// ```
fn precise_sink() -> Node {
    Node {
        name: "precise_sink",
        uid: "8a1e49d5dd8e0646",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("taken", build::timestamp(9)),
            Column::new("later", build::timestamp(9)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("precise"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct ReadingsSourceRow<'a>(RowRef<'a>);

impl ReadingsSourceRow<'_> {
    #[inline]
    fn taken(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
}

/// ```text
/// project_taken_later: Calc(select=[taken, (taken + 1000:INTERVAL MILLISECOND) AS later])
/// ```
/// wider_timestamp.sql:3:21
/// ```sql
/// SELECT taken, CAST(taken AS TIMESTAMP(9)) + INTERVAL '1' SECOND FROM readings
/// ```
fn project_taken_later_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ReadingsSourceRow(raw);
        let later_value = strict1(
            row.taken(),
            |a| temporal::interval::timestamp_plus_millis(a, 1000i64),
        );
        output.begin(kind);
        output.put_timestamp(0, row.taken(), 9);
        output.put_timestamp(1, later_value, 9);
        output.finish();
    }
    Ok(())
}
