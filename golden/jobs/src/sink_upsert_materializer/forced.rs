//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 790691fac68eaae8c3b978f14da13a03aee8d50508827ac7a49cf66ce243dd0d

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SinkUpsertMaterializerSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter};
use sql::{Session, SqlError};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers,latest",
        nodes: Vec::from([
            t_source(),
            project_k(),
            exchange_by_k(),
            group_by_k(),
            materialize_by_k(),
            answers_sink(),
            exchange_by_k_2(),
            latest_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[k, x])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("x", build::int()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("k", build::string()),
                Column::new("x", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_k: Calc(select=[k])
/// ```
fn project_k() -> Node {
    Node {
        name: "project_k",
        uid: "8704967c36640d48",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("k", build::string())]),
        operator: OperatorSpec::Calc(project_k_kernel),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "8089b35224a9c361",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([Column::new("k", build::string())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_k: GroupAgg(groupBy=[k], select=[k, COUNT(*) AS $agg0])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "1a4f0974353f987a",
        state_fingerprint: Some("d233c04f95dcdecc"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: false,
            emit_update_before: false,
        }),
    }
}

/// ```text
/// materialize_by_k: SinkUpsertMaterializer(primaryKey=[k], upsertKey=[k])
/// ```
fn materialize_by_k() -> Node {
    Node {
        name: "materialize_by_k",
        uid: "bda3d0d5bf3d3c67",
        state_fingerprint: Some("525c1b2fe0d0bb0c"),
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::SinkUpsertMaterializer(SinkUpsertMaterializerSpec {
            key: Vec::from([0]),
            upsert_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[k, EXPR$1])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "13fb649c0d19a8da",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("k", build::not_null(build::string())),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([0]),
            input_updates: true,
        }),
    }
}

/// ```text
/// exchange_by_k_2: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k_2() -> Node {
    Node {
        name: "exchange_by_k_2",
        uid: "107085b9c18f6fd7",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// latest_sink: Sink(table=[latest], fields=[k, x])
/// ```
fn latest_sink() -> Node {
    Node {
        name: "latest_sink",
        uid: "4df217ca42e45b66",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("k", build::not_null(build::string())),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("latest"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([0]),
            input_updates: false,
        }),
    }
}

/// ```text
/// project_k: Calc(select=[k])
/// ```
/// forced.sql:6:21
/// ```sql
/// SELECT k, COUNT(*) FROM t GROUP BY k
/// ```
fn project_k_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.finish();
    }
    Ok(())
}
