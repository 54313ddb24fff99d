//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 780540d0281622e2a5bdaf504ceacfb1a0203070e8fe9b033037207712a6824c

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
/// t_source: Source(table=[t], fields=[k, v, n])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::string()),
            Column::new("n", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("v", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("n", build::int()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("k", build::string()),
                Column::new("v", build::string()),
                Column::new("n", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "a378d14ebb340cf7",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::string()),
            Column::new("n", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_k: GroupAgg(groupBy=[k], select=[k, LISTAGG(v, ',') AS $agg0, LISTAGG(v, ' - ') AS $agg1,
///     LISTAGG(DISTINCT v, ',') AS $agg2, ARRAY_AGG(n) AS $agg3, ARRAY_AGG(n IGNORE NULLS) AS $agg4,
///     COLLECT(n) AS $agg5])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "8caae90406c11f6b",
        state_fingerprint: Some("db1a3100da03c9d6"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::string()),
            Column::new("$agg1", build::string()),
            Column::new("$agg2", build::string()),
            Column::new("$agg3", build::array(build::int())),
            Column::new("$agg4", build::array(build::int())),
            Column::new("$agg5", build::not_null(build::multiset(build::int()))),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::ListAgg {
                        separator: ",",
                    },
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::string(),
                },
                AggregateSpec {
                    function: AggregateFunction::ListAgg {
                        separator: " - ",
                    },
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::string(),
                },
                AggregateSpec {
                    function: AggregateFunction::ListAgg {
                        separator: ",",
                    },
                    argument: Some(1),
                    distinct: true,
                    filter: None,
                    ty: build::string(),
                },
                AggregateSpec {
                    function: AggregateFunction::ArrayAgg {
                        keeps_null: true,
                    },
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::array(build::int()),
                },
                AggregateSpec {
                    function: AggregateFunction::ArrayAgg {
                        keeps_null: false,
                    },
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::array(build::int()),
                },
                AggregateSpec {
                    function: AggregateFunction::Collect,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::multiset(build::int())),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[k, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "6d8c8b048324b84e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("a", build::string()),
            Column::new("b", build::string()),
            Column::new("c", build::string()),
            Column::new("d", build::array(build::int())),
            Column::new("e", build::array(build::int())),
            Column::new("f", build::multiset(build::int())),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
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
