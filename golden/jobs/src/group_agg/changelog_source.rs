//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 5ef1d8df2601a9bbf033aaf09e08632e342104235a47e51fb5260862e398598f

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_totals",
        nodes: Vec::from([
            accounts_source(),
            exchange_by_owner(),
            group_by_owner(),
            totals_sink(),
        ]),
    }
}

/// ```text
/// accounts_source: Source(table=[accounts], fields=[owner, balance])
/// ```
fn accounts_source() -> Node {
    Node {
        name: "accounts_source",
        uid: "8086ff1f69c249ce",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("owner", build::string()),
            Column::new("balance", build::decimal(12, 2)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "accounts",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("owner", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("balance", build::decimal(12, 2)),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::not_null(build::int())),
                Column::new("owner", build::string()),
                Column::new("balance", build::decimal(12, 2)),
            ]),
            primary_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// exchange_by_owner: Exchange(distribution=[hash[owner]])
/// ```
fn exchange_by_owner() -> Node {
    Node {
        name: "exchange_by_owner",
        uid: "499a2e5d52924975",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("owner", build::string()),
            Column::new("balance", build::decimal(12, 2)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_owner: GroupAgg(groupBy=[owner], select=[owner, COUNT(*) AS $agg0, COUNT(DISTINCT balance)
///     AS $agg1, SUM(balance) AS $agg2, AVG(balance) AS $agg3, MIN(balance) AS $agg4, MAX(balance) AS
///     $agg5])
/// ```
fn group_by_owner() -> Node {
    Node {
        name: "group_by_owner",
        uid: "0fb0d5c0025a8fd3",
        state_fingerprint: Some("1635a871e39d7e8c"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("owner", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::not_null(build::bigint())),
            Column::new("$agg2", build::decimal(38, 2)),
            Column::new("$agg3", build::decimal(38, 6)),
            Column::new("$agg4", build::decimal(12, 2)),
            Column::new("$agg5", build::decimal(12, 2)),
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
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(1),
                    distinct: true,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 2),
                },
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 6),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(12, 2),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(12, 2),
                },
            ]),
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// totals_sink: Sink(table=[totals], fields=[owner, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6])
/// ```
fn totals_sink() -> Node {
    Node {
        name: "totals_sink",
        uid: "8cb02e0d20dc9272",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("owner", build::string()),
            Column::new("n", build::bigint()),
            Column::new("d", build::bigint()),
            Column::new("total", build::decimal(38, 2)),
            Column::new("mean", build::decimal(38, 6)),
            Column::new("lo", build::decimal(12, 2)),
            Column::new("hi", build::decimal(12, 2)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("totals"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}
