//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 76d2069f908f0a7aad9cf47e2260131709b4812e1b80af541116e4c62efb5cd6

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
        name: "insert-into_o",
        nodes: Vec::from([t_source(), exchange_by_k(), group_by_k(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[k, n, s])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("n", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("n", build::int()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::not_null(build::int())),
                Column::new("k", build::string()),
                Column::new("n", build::int()),
                Column::new("s", build::string()),
            ]),
            primary_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "8e7aca57cb9764ec",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("n", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_k: GroupAgg(groupBy=[k], select=[k, ARRAY_AGG(DISTINCT n) AS $agg0, ARRAY_AGG(DISTINCT n
///     IGNORE NULLS) AS $agg1, ARRAY_AGG(DISTINCT s) AS $agg2])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "57e5918d8f90a0d9",
        state_fingerprint: Some("fc511aad7dc107c9"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::array(build::int())),
            Column::new("$agg1", build::array(build::int())),
            Column::new("$agg2", build::array(build::string())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::ArrayAgg {
                        keeps_null: true,
                    },
                    argument: Some(1),
                    distinct: true,
                    filter: None,
                    ty: build::array(build::int()),
                },
                AggregateSpec {
                    function: AggregateFunction::ArrayAgg {
                        keeps_null: false,
                    },
                    argument: Some(1),
                    distinct: true,
                    filter: None,
                    ty: build::array(build::int()),
                },
                AggregateSpec {
                    function: AggregateFunction::ArrayAgg {
                        keeps_null: true,
                    },
                    argument: Some(2),
                    distinct: true,
                    filter: None,
                    ty: build::array(build::string()),
                },
            ]),
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[k, EXPR$1, EXPR$2, EXPR$3])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "1b9d7ebd7c07b320",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("a", build::array(build::int())),
            Column::new("b", build::array(build::int())),
            Column::new("c", build::array(build::string())),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
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
