//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 15f1414e7cf59b34199be53d3504f14921182339cc4c1efbae735214bda44bb7

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
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), exchange_by_k(), group_by_k(), answers_sink()]),
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
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
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
/// group_by_k: GroupAgg(groupBy=[k], select=[k, COUNT(*) AS $agg0, COUNT(x) AS $agg1, SUM(x) AS $agg2,
///     AVG(x) AS $agg3, MIN(x) AS $agg4, MAX(x) AS $agg5])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "86ed85b88f6ce07d",
        state_fingerprint: Some("ffb08a8fad1c17ed"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::not_null(build::bigint())),
            Column::new("$agg2", build::int()),
            Column::new("$agg3", build::int()),
            Column::new("$agg4", build::int()),
            Column::new("$agg5", build::int()),
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
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
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
/// answers_sink: Sink(table=[answers], fields=[k, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "6e5435fd8133b934",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("n", build::bigint()),
            Column::new("xs", build::bigint()),
            Column::new("total", build::int()),
            Column::new("mean", build::int()),
            Column::new("low", build::int()),
            Column::new("high", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
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
