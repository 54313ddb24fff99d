//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 b6e4311acc147dae1c9ada44604ad06a280bdba30e6f967da2276fed3d03ecc9

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    ChangelogNormalizeSpec, Column, Job, Node, NodeId, OperatorSpec, ReadColumn,
    ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            balance_source(),
            exchange_by_id(),
            normalize_by_id(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// balance_source: Source(table=[balance], fields=[id, amount])
/// ```
fn balance_source() -> Node {
    Node {
        name: "balance_source",
        uid: "5ab68ecce22dea01",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "balance",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::not_null(build::bigint())),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("amount", build::int()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::not_null(build::bigint())),
                Column::new("name", build::string()),
                Column::new("amount", build::int()),
            ]),
            primary_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// exchange_by_id: Exchange(distribution=[hash[id]])
/// ```
fn exchange_by_id() -> Node {
    Node {
        name: "exchange_by_id",
        uid: "6297706a685c4558",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// normalize_by_id: ChangelogNormalize(key=[id])
/// ```
fn normalize_by_id() -> Node {
    Node {
        name: "normalize_by_id",
        uid: "e36e42b9e0a08ffe",
        state_fingerprint: Some("6753c3701dbd9c63"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::ChangelogNormalize(ChangelogNormalizeSpec {
            key: Vec::from([0]),
            emit_update_before: true,
        }),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[id, amount])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "676762019dfda52b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}
