//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 9be18e15eaba328b517fa53f4c215d0bd5aed76f19661c441222363cf9b5ffe0

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    ChangelogNormalizeSpec, Column, Job, Node, NodeId, OperatorSpec, ReadColumn,
    ReadFrom, SinkSpec, SinkUpsertMaterializerSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter};
use sql::{Session, SqlError};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_names",
        nodes: Vec::from([
            balance_source(),
            exchange_by_id(),
            normalize_by_id(),
            project_name_id_amount(),
            exchange_by_name(),
            materialize_by_name(),
            names_sink(),
        ]),
    }
}

/// ```text
/// balance_source: Source(table=[balance], fields=[id, name, amount])
/// ```
fn balance_source() -> Node {
    Node {
        name: "balance_source",
        uid: "5ab68ecce22dea01",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
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
                    column: Column::new("name", build::string()),
                    from: ReadFrom::Physical(1),
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
        uid: "557f5eb8b2bf791e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
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
        uid: "07cb99a5dad535fb",
        state_fingerprint: Some("4a0d04185a8bae31"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::ChangelogNormalize(ChangelogNormalizeSpec {
            key: Vec::from([0]),
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_name_id_amount: Calc(select=[name, id, amount])
/// ```
fn project_name_id_amount() -> Node {
    Node {
        name: "project_name_id_amount",
        uid: "cc9fe109bfbf5167",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("id", build::not_null(build::bigint())),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_name_id_amount_kernel),
    }
}

/// ```text
/// exchange_by_name: Exchange(distribution=[hash[name]])
/// ```
fn exchange_by_name() -> Node {
    Node {
        name: "exchange_by_name",
        uid: "980513fa862630ad",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("id", build::not_null(build::bigint())),
            Column::new("amount", build::int()),
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
        uid: "92da5eeb414e6851",
        state_fingerprint: Some("03788ca2aa4646bb"),
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("id", build::not_null(build::bigint())),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::SinkUpsertMaterializer(SinkUpsertMaterializerSpec {
            key: Vec::from([0]),
            upsert_key: Vec::from([1]),
        }),
    }
}

/// ```text
/// names_sink: Sink(table=[names], fields=[name, id, amount])
/// ```
fn names_sink() -> Node {
    Node {
        name: "names_sink",
        uid: "3a14bb1aed6339b0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("name", build::not_null(build::string())),
            Column::new("id", build::bigint()),
            Column::new("amount", build::int()),
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
/// project_name_id_amount: Calc(select=[name, id, amount])
/// ```
/// other_key_in_the_sink.sql:4:19
/// ```sql
/// SELECT name, id, amount FROM balance
/// ```
fn project_name_id_amount_kernel(
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
