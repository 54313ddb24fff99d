//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 26b3a2b4a00d45d4a2c92c62f2e3afc35972bdc86266101d80e07110ee963f85

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
        nodes: Vec::from([t_source(), exchange_to_one(), group_all(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[s, d, tm, ts, b])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("s", build::string()),
            Column::new("d", build::date()),
            Column::new("tm", build::time(0)),
            Column::new("ts", build::timestamp(3)),
            Column::new("b", build::boolean()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("d", build::date()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("tm", build::time(0)),
                    from: ReadFrom::Physical(3),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(4),
                },
                ReadColumn {
                    column: Column::new("b", build::boolean()),
                    from: ReadFrom::Physical(5),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::not_null(build::int())),
                Column::new("s", build::string()),
                Column::new("d", build::date()),
                Column::new("tm", build::time(0)),
                Column::new("ts", build::timestamp(3)),
                Column::new("b", build::boolean()),
            ]),
            primary_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "da0c65a9784fec51",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("s", build::string()),
            Column::new("d", build::date()),
            Column::new("tm", build::time(0)),
            Column::new("ts", build::timestamp(3)),
            Column::new("b", build::boolean()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// group_all: GroupAgg(groupBy=[], select=[COUNT(*) AS $agg0, MIN(s) AS $agg1, MAX(s) AS $agg2, MIN(d)
///     AS $agg3, MAX(d) AS $agg4, MIN(tm) AS $agg5, MAX(tm) AS $agg6, MIN(ts) AS $agg7, MAX(ts) AS
///     $agg8, MIN(b) AS $agg9, MAX(b) AS $agg10])
/// ```
fn group_all() -> Node {
    Node {
        name: "group_all",
        uid: "534f694f491a323c",
        state_fingerprint: Some("feeb71344ea8e84b"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::string()),
            Column::new("$agg2", build::string()),
            Column::new("$agg3", build::date()),
            Column::new("$agg4", build::date()),
            Column::new("$agg5", build::time(0)),
            Column::new("$agg6", build::time(0)),
            Column::new("$agg7", build::timestamp(3)),
            Column::new("$agg8", build::timestamp(3)),
            Column::new("$agg9", build::boolean()),
            Column::new("$agg10", build::boolean()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::new(),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::string(),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::string(),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::date(),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::date(),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::time(0),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::time(0),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(3),
                    distinct: false,
                    filter: None,
                    ty: build::timestamp(3),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(3),
                    distinct: false,
                    filter: None,
                    ty: build::timestamp(3),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(4),
                    distinct: false,
                    filter: None,
                    ty: build::boolean(),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(4),
                    distinct: false,
                    filter: None,
                    ty: build::boolean(),
                },
            ]),
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6, EXPR$7,
///     EXPR$8, EXPR$9, EXPR$10])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "934a9dc61f6f4c2f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("n", build::bigint()),
            Column::new("s1", build::string()),
            Column::new("s2", build::string()),
            Column::new("d1", build::date()),
            Column::new("d2", build::date()),
            Column::new("t1", build::time(0)),
            Column::new("t2", build::time(0)),
            Column::new("ts1", build::timestamp(3)),
            Column::new("ts2", build::timestamp(3)),
            Column::new("b1", build::boolean()),
            Column::new("b2", build::boolean()),
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
