//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 d290a877d8c3aa76e84c7270d02623467c2d41687c77c5569763c069c54f81a9

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
        name: "insert-into_by_a,by_b",
        nodes: Vec::from([
            t_source(),
            project_a(),
            exchange_by_a(),
            group_by_a(),
            by_a_sink(),
            project_b(),
            exchange_by_b(),
            group_by_b(),
            by_b_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, b])
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
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("b", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_a: Calc(select=[a])
/// ```
fn project_a() -> Node {
    Node {
        name: "project_a",
        uid: "70f9e682c2819ef5",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("a", build::int())]),
        operator: OperatorSpec::Calc(project_a_kernel),
    }
}

/// ```text
/// exchange_by_a: Exchange(distribution=[hash[a]])
/// ```
fn exchange_by_a() -> Node {
    Node {
        name: "exchange_by_a",
        uid: "58b85700dae05fd2",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([Column::new("a", build::int())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_a: GroupAgg(groupBy=[a], select=[a, COUNT(*) AS $agg0])
/// ```
fn group_by_a() -> Node {
    Node {
        name: "group_by_a",
        uid: "5e6efd60f1f88235",
        state_fingerprint: Some("3465278fde1bc6c1"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("a", build::int()),
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
/// by_a_sink: Sink(table=[by_a], fields=[a, EXPR$1])
/// ```
fn by_a_sink() -> Node {
    Node {
        name: "by_a_sink",
        uid: "eb4f716b34e63509",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("by_a"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

/// ```text
/// project_b: Calc(select=[b])
/// ```
fn project_b() -> Node {
    Node {
        name: "project_b",
        uid: "a598528eb075ab24",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("b", build::string())]),
        operator: OperatorSpec::Calc(project_b_kernel),
    }
}

/// ```text
/// exchange_by_b: Exchange(distribution=[hash[b]])
/// ```
fn exchange_by_b() -> Node {
    Node {
        name: "exchange_by_b",
        uid: "1c73db3914219039",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([Column::new("b", build::string())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_b: GroupAgg(groupBy=[b], select=[b, COUNT(*) AS $agg0])
/// ```
fn group_by_b() -> Node {
    Node {
        name: "group_by_b",
        uid: "c3a81ce0f07d89b2",
        state_fingerprint: Some("d233c04f95dcdecc"),
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("b", build::string()),
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
/// by_b_sink: Sink(table=[by_b], fields=[b, EXPR$1])
/// ```
fn by_b_sink() -> Node {
    Node {
        name: "by_b_sink",
        uid: "8bfe48ea7ec9277b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(7)]),
        columns: Vec::from([
            Column::new("b", build::string()),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("by_b"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

/// ```text
/// project_a: Calc(select=[a])
/// ```
/// two_keys.sql:5:18
/// ```sql
/// SELECT a, COUNT(*) FROM t GROUP BY a
/// ```
fn project_a_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_b: Calc(select=[b])
/// ```
/// two_keys.sql:6:18
/// ```sql
/// SELECT b, COUNT(*) FROM t GROUP BY b
/// ```
fn project_b_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_variable(0, raw, 1);
        output.finish();
    }
    Ok(())
}
