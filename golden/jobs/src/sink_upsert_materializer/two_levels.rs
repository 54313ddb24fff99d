//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 8ba37fb8703e9ad7928d39cd66e227fa5ad2d0f325a034187a068593efff9d5c

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
        name: "insert-into_spread",
        nodes: Vec::from([
            clicks_source(),
            exchange_by_user_id(),
            group_by_user_id(),
            project_n(),
            exchange_by_n(),
            group_by_n(),
            exchange_by_agg0(),
            materialize_by_agg0(),
            spread_sink(),
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
        columns: Vec::from([Column::new("user_id", build::int())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "clicks",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("user_id", build::int()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("user_id", build::int())]),
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
        columns: Vec::from([Column::new("user_id", build::int())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_user_id: GroupAgg(groupBy=[user_id], select=[user_id, COUNT(*) AS n])
/// ```
fn group_by_user_id() -> Node {
    Node {
        name: "group_by_user_id",
        uid: "e22b44a3573c6af5",
        state_fingerprint: Some("3465278fde1bc6c1"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("n", build::not_null(build::bigint())),
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
/// project_n: Calc(select=[n])
/// ```
fn project_n() -> Node {
    Node {
        name: "project_n",
        uid: "167e7d76012913ad",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([Column::new("n", build::not_null(build::bigint()))]),
        operator: OperatorSpec::Calc(project_n_kernel),
    }
}

/// ```text
/// exchange_by_n: Exchange(distribution=[hash[n]])
/// ```
fn exchange_by_n() -> Node {
    Node {
        name: "exchange_by_n",
        uid: "a03a2c62866b5e41",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([Column::new("n", build::not_null(build::bigint()))]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_n: GroupAgg(groupBy=[n], select=[n, COUNT(*) AS $agg0])
/// ```
fn group_by_n() -> Node {
    Node {
        name: "group_by_n",
        uid: "551a781778853374",
        state_fingerprint: Some("9f3dec270c527344"),
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("n", build::not_null(build::bigint())),
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
            input_retracts: true,
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
        uid: "dca1bd5f4c322d2e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("n", build::not_null(build::bigint())),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([1]),
        },
    }
}

/// ```text
/// materialize_by_agg0: SinkUpsertMaterializer(primaryKey=[$agg0], upsertKey=[n])
/// ```
fn materialize_by_agg0() -> Node {
    Node {
        name: "materialize_by_agg0",
        uid: "48d67f22d9eb2dba",
        state_fingerprint: Some("e119fa767f5c0c2d"),
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("n", build::not_null(build::bigint())),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::SinkUpsertMaterializer(SinkUpsertMaterializerSpec {
            key: Vec::from([1]),
            upsert_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// spread_sink: Sink(table=[spread], fields=[n, EXPR$1])
/// ```
fn spread_sink() -> Node {
    Node {
        name: "spread_sink",
        uid: "d25dd63dba7abcef",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(7)]),
        columns: Vec::from([
            Column::new("n", build::bigint()),
            Column::new("users", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("spread"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([1]),
            input_updates: true,
        }),
    }
}

/// ```text
/// project_n: Calc(select=[n])
/// ```
/// two_levels.sql:4:1
/// ```sql
/// SELECT n, COUNT(*) FROM (SELECT user_id, COUNT(*) AS n FROM clicks GROUP BY user_id) GROUP BY n
/// ```
fn project_n_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.finish();
    }
    Ok(())
}
