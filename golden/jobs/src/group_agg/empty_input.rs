//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 27e6eefa46476ebf21d23be0726932f18e97176388b4a7baecc0802840ea9e04

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::compare;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o,o2",
        nodes: Vec::from([
            t_source(),
            filter_v(),
            exchange_to_one(),
            group_all(),
            o_sink(),
            exchange_to_one_2(),
            group_all_2(),
            o2_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[v])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("v", build::int())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("v", build::int()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("v", build::int())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_v: Calc(select=[v], where=[(v > 1000)])
/// ```
fn filter_v() -> Node {
    Node {
        name: "filter_v",
        uid: "f9b5a2e41ba1fa9b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("v", build::int())]),
        operator: OperatorSpec::Calc(filter_v_kernel),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "233098f088ac548e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([Column::new("v", build::int())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// group_all: GroupAgg(groupBy=[], select=[COUNT(*) AS $agg0, SUM(v) AS $agg1, AVG(v) AS $agg2, MIN(v)
///     AS $agg3, MAX(v) AS $agg4])
/// ```
fn group_all() -> Node {
    Node {
        name: "group_all",
        uid: "de101c0e60a9fd51",
        state_fingerprint: Some("b8409e8087a03a0f"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
            Column::new("$agg2", build::int()),
            Column::new("$agg3", build::int()),
            Column::new("$agg4", build::int()),
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
                    function: AggregateFunction::Sum,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(0),
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
/// o_sink: Sink(table=[o], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "2ebf81944e96368b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("n", build::bigint()),
            Column::new("s", build::int()),
            Column::new("a", build::int()),
            Column::new("lo", build::int()),
            Column::new("hi", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
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

/// ```text
/// exchange_to_one_2: Exchange(distribution=[single])
/// ```
fn exchange_to_one_2() -> Node {
    Node {
        name: "exchange_to_one_2",
        uid: "cdd5ffdc67cdc3fb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("v", build::int())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// group_all_2: GroupAgg(groupBy=[], select=[COUNT(v) AS $agg0, SUM(v) AS $agg1, COUNT(DISTINCT v) AS
///     $agg2])
/// ```
fn group_all_2() -> Node {
    Node {
        name: "group_all_2",
        uid: "a8dba95f2397f35a",
        state_fingerprint: Some("a02a3593133ae026"),
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
            Column::new("$agg2", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::new(),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(0),
                    distinct: true,
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
/// o2_sink: Sink(table=[o2], fields=[EXPR$0, EXPR$1, EXPR$2])
/// ```
fn o2_sink() -> Node {
    Node {
        name: "o2_sink",
        uid: "b67150cefc16a8f3",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("n", build::bigint()),
            Column::new("s", build::int()),
            Column::new("d", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o2"),
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

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn v(&self) -> Option<i32> {
        self.0.i32(0)
    }
}

/// ```text
/// filter_v: Calc(select=[v], where=[(v > 1000)])
/// ```
/// empty_input.sql:5:76
/// ```sql
/// v > 1000
/// ```
fn filter_v_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        if strict1(row.v(), |a| compare::greater(a, 1000i32)) != Some(true) {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}
