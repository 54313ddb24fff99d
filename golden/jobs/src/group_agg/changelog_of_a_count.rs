//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 69797539d31f3eaa92a07345e3d34bac7482a7fb51caca37cadc8728afb78289

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
        name: "insert-into_counts",
        nodes: Vec::from([
            clicks_source(),
            exchange_by_user_id(),
            group_by_user_id(),
            counts_sink(),
        ]),
    }
}

/// ```text
/// clicks_source: Source(table=[clicks], fields=[user_id, amount])
/// ```
fn clicks_source() -> Node {
    Node {
        name: "clicks_source",
        uid: "2d678f0f5b9df8e3",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "clicks",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("user_id", build::bigint()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("amount", build::int()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("user_id", build::bigint()),
                Column::new("amount", build::int()),
            ]),
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
        uid: "2b590fa3439300c3",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_user_id: GroupAgg(groupBy=[user_id], select=[user_id, COUNT(*) AS $agg0, SUM(amount) AS
///     $agg1])
/// ```
fn group_by_user_id() -> Node {
    Node {
        name: "group_by_user_id",
        uid: "1628d60aff4882f0",
        state_fingerprint: Some("4f4c09e8bb735e33"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
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
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// counts_sink: Sink(table=[counts], fields=[user_id, EXPR$1, EXPR$2])
/// ```
fn counts_sink() -> Node {
    Node {
        name: "counts_sink",
        uid: "b75af0439fcb163f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("user_id", build::bigint()),
            Column::new("n", build::bigint()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("counts"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}
