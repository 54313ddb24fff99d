//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 2bb33bb3e23b6a1c8faad1b043bbc1bbda60b249a0e72b2f368fc8d3ffb8408e

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
        name: "collect",
        nodes: Vec::from([
            t_source(),
            project_f0(),
            exchange_by_f0(),
            group_by_f0(),
            project_big_n(),
            collect(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("a", build::int())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::int()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("a", build::int())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_f0: Calc(select=[(a > 1) AS $f0])
/// ```
fn project_f0() -> Node {
    Node {
        name: "project_f0",
        uid: "809bd93a9671b0c6",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("$f0", build::boolean())]),
        operator: OperatorSpec::Calc(project_f0_kernel),
    }
}

/// ```text
/// exchange_by_f0: Exchange(distribution=[hash[$f0]])
/// ```
fn exchange_by_f0() -> Node {
    Node {
        name: "exchange_by_f0",
        uid: "a65a8c236c6f83a2",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([Column::new("$f0", build::boolean())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_f0: GroupAgg(groupBy=[$f0], select=[$f0, COUNT(*) AS n])
/// ```
fn group_by_f0() -> Node {
    Node {
        name: "group_by_f0",
        uid: "f1b1cb2ac4d77af1",
        state_fingerprint: Some("f354c458b39cf823"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("$key0", build::boolean()),
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
/// project_big_n: Calc(select=[$key0 AS big, n])
/// ```
fn project_big_n() -> Node {
    Node {
        name: "project_big_n",
        uid: "3b209381feaae2be",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("big", build::boolean()),
            Column::new("n", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(project_big_n_kernel),
    }
}

/// ```text
/// collect: Collect(fields=[big, n])
/// ```
fn collect() -> Node {
    Node {
        name: "collect",
        uid: "cab165be1486f0b8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("big", build::boolean()),
            Column::new("n", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: None,
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn a(&self) -> Option<i32> {
        self.0.i32(0)
    }
}

/// ```text
/// project_f0: Calc(select=[(a > 1) AS $f0])
/// ```
/// query_without_sink.sql:2:1
/// ```sql
/// SELECT a > 1 AS big, COUNT(*) AS n FROM t GROUP BY a > 1
/// ```
fn project_f0_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let _f0_value = strict1(row.a(), |a| compare::greater(a, 1i32));
        output.begin(kind);
        output.put_boolean(0, _f0_value);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_big_n: Calc(select=[$key0 AS big, n])
/// ```
/// query_without_sink.sql:2:1
/// ```sql
/// SELECT a > 1 AS big, COUNT(*) AS n FROM t GROUP BY a > 1
/// ```
fn project_big_n_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.push(kind, raw);
    }
    Ok(())
}
