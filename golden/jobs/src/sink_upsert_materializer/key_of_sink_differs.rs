//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 2deb27be1394ee2dd770111328c84bf55668174bd8c05d229b2370cf24fc04ae

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SinkUpsertMaterializerSpec, SourceSpec,
    WriteColumn,
};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_latest",
        nodes: Vec::from([
            clicks_source(),
            exchange_by_user_id(),
            group_by_user_id(),
            exchange_by_agg0(),
            materialize_by_agg0(),
            latest_sink(),
        ]),
    }
}

/// ```text
/// clicks_source: Source(table=[clicks], fields=[user_id])
/// ```
fn clicks_source() -> Node {
    Node {
        name: "clicks_source",
        uid: "2d678f0f5b9df8e3",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("user_id", build::bigint())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "clicks",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("user_id", build::bigint()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("user_id", build::bigint())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_user_id: Exchange(distribution=[hash[user_id]])
/// ```
fn exchange_by_user_id() -> Node {
    Node {
        name: "exchange_by_user_id",
        uid: "88366e6ec6d16d39",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("user_id", build::bigint())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_user_id: GroupAgg(groupBy=[user_id], select=[user_id, COUNT(*) AS $agg0])
/// ```
fn group_by_user_id() -> Node {
    Node {
        name: "group_by_user_id",
        uid: "e22b44a3573c6af5",
        state_fingerprint: Some("2d534e7d599589c0"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
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
            emit_update_before: true,
        }),
    }
}

/// ```text
/// exchange_by_agg0: Exchange(distribution=[hash[$agg0]])
/// ```
fn exchange_by_agg0() -> Node {
    Node {
        name: "exchange_by_agg0",
        uid: "e43c543ce63c71bb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([1]),
        },
    }
}

/// ```text
/// materialize_by_agg0: SinkUpsertMaterializer(primaryKey=[$agg0], upsertKey=[user_id])
/// ```
fn materialize_by_agg0() -> Node {
    Node {
        name: "materialize_by_agg0",
        uid: "cd82a50b70f2cecf",
        state_fingerprint: Some("67b6276bc7af3a83"),
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::SinkUpsertMaterializer(SinkUpsertMaterializerSpec {
            key: Vec::from([1]),
            upsert_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// latest_sink: Sink(table=[latest], fields=[user_id, EXPR$1])
/// ```
fn latest_sink() -> Node {
    Node {
        name: "latest_sink",
        uid: "1d3eee75f5dff441",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("n", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("latest"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([1]),
            input_updates: true,
        }),
    }
}
