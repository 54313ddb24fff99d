//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 9b16f1c1611778aeff603b71247d1645b7cc05465c528493ae16ff5ce9f898fa

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter};
use sql::{Session, SqlError};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o,o2",
        nodes: Vec::from([
            t_source(),
            project_a_b(),
            exchange_by_a_b(),
            distinct_a_b(),
            o_sink(),
            project_r_arr(),
            exchange_by_r_arr(),
            group_by_r_arr(),
            o2_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, b, r, arr])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
            Column::new("r", build::row([("x", build::int()), ("y", build::string())])),
            Column::new("arr", build::array(build::int())),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("b", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new(
                        "r",
                        build::row([("x", build::int()), ("y", build::string())]),
                    ),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("arr", build::array(build::int())),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("b", build::string()),
                Column::new(
                    "r",
                    build::row([("x", build::int()), ("y", build::string())]),
                ),
                Column::new("arr", build::array(build::int())),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_a_b: Calc(select=[a, b])
/// ```
fn project_a_b() -> Node {
    Node {
        name: "project_a_b",
        uid: "f3e1060a7833bfda",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_a_b_kernel),
    }
}

/// ```text
/// exchange_by_a_b: Exchange(distribution=[hash[a, b]])
/// ```
fn exchange_by_a_b() -> Node {
    Node {
        name: "exchange_by_a_b",
        uid: "fc57c990e773c42a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// distinct_a_b: GroupAgg(groupBy=[a, b], select=[a, b])
/// ```
fn distinct_a_b() -> Node {
    Node {
        name: "distinct_a_b",
        uid: "645b1a1d03760f43",
        state_fingerprint: Some("ab3fca736ea9575f"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0, 1]),
            aggregates: Vec::new(),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[a, b])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "67c3ef699df360d8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

/// ```text
/// project_r_arr: Calc(select=[r, arr])
/// ```
fn project_r_arr() -> Node {
    Node {
        name: "project_r_arr",
        uid: "38b5fc3cf9cc9fdb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("r", build::row([("x", build::int()), ("y", build::string())])),
            Column::new("arr", build::array(build::int())),
        ]),
        operator: OperatorSpec::Calc(project_r_arr_kernel),
    }
}

/// ```text
/// exchange_by_r_arr: Exchange(distribution=[hash[r, arr]])
/// ```
fn exchange_by_r_arr() -> Node {
    Node {
        name: "exchange_by_r_arr",
        uid: "3c0b8f60756d3f6b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("r", build::row([("x", build::int()), ("y", build::string())])),
            Column::new("arr", build::array(build::int())),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// group_by_r_arr: GroupAgg(groupBy=[r, arr], select=[r, arr, COUNT(*) AS $agg0])
/// ```
fn group_by_r_arr() -> Node {
    Node {
        name: "group_by_r_arr",
        uid: "74bd795d96824d2c",
        state_fingerprint: Some("547e133f5ecfa5af"),
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("r", build::row([("x", build::int()), ("y", build::string())])),
            Column::new("arr", build::array(build::int())),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0, 1]),
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
/// o2_sink: Sink(table=[o2], fields=[r, arr, EXPR$2])
/// ```
fn o2_sink() -> Node {
    Node {
        name: "o2_sink",
        uid: "7742b65a5c534c0c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(7)]),
        columns: Vec::from([
            Column::new("r", build::row([("x", build::int()), ("y", build::string())])),
            Column::new("arr", build::array(build::int())),
            Column::new("n", build::bigint()),
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

/// ```text
/// project_a_b: Calc(select=[a, b])
/// ```
/// structured_keys.sql:5:15
/// ```sql
/// SELECT DISTINCT a, b FROM t
/// ```
fn project_a_b_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_r_arr: Calc(select=[r, arr])
/// ```
/// structured_keys.sql:6:16
/// ```sql
/// SELECT r, arr, COUNT(*) FROM t GROUP BY r, arr
/// ```
fn project_r_arr_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_variable(0, raw, 2);
        output.copy_variable(1, raw, 3);
        output.finish();
    }
    Ok(())
}
