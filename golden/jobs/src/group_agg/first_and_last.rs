//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 24b32a2508bf3200b802755b58003f75eb2914c054015007af061f882d868393

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
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            project_k_v_n_and_1(),
            exchange_by_k(),
            group_by_k(),
            o_sink(),
        ]),
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
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("v", build::string()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("n", build::int()),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::not_null(build::int())),
                Column::new("k", build::string()),
                Column::new("v", build::string()),
                Column::new("n", build::int()),
            ]),
            primary_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// project_k_v_n_and_1: Calc(select=[k, v, n, (n > 1) AS $f3])
/// ```
fn project_k_v_n_and_1() -> Node {
    Node {
        name: "project_k_v_n_and_1",
        uid: "51f4908eedef991a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::string()),
            Column::new("n", build::int()),
            Column::new("$f3", build::boolean()),
        ]),
        operator: OperatorSpec::Calc(project_k_v_n_and_1_kernel),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "867edbe85223e68a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::string()),
            Column::new("n", build::int()),
            Column::new("$f3", build::boolean()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_k: GroupAgg(groupBy=[k], select=[k, FIRST_VALUE(v) AS $agg0, LAST_VALUE(v) AS $agg1,
///     FIRST_VALUE(n) AS $agg2, LAST_VALUE(n) FILTER (WHERE $f3) AS $agg3])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "57012fbe93f23c4b",
        state_fingerprint: Some("e69cf15a6bd39106"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::string()),
            Column::new("$agg1", build::string()),
            Column::new("$agg2", build::int()),
            Column::new("$agg3", build::int()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::FirstValue,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::string(),
                },
                AggregateSpec {
                    function: AggregateFunction::LastValue,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::string(),
                },
                AggregateSpec {
                    function: AggregateFunction::FirstValue,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::LastValue,
                    argument: Some(2),
                    distinct: false,
                    filter: Some(3),
                    ty: build::int(),
                },
            ]),
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[k, EXPR$1, EXPR$2, EXPR$3, EXPR$4])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "b6cb144a0904f07a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("a", build::string()),
            Column::new("b", build::string()),
            Column::new("c", build::int()),
            Column::new("d", build::int()),
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

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn n(&self) -> Option<i32> {
        self.0.i32(2)
    }
}

/// ```text
/// project_k_v_n_and_1: Calc(select=[k, v, n, (n > 1) AS $f3])
/// ```
/// first_and_last.sql:3:15
/// ```sql
/// SELECT k, FIRST_VALUE(v), LAST_VALUE(v), FIRST_VALUE(n), LAST_VALUE(n) FILTER (WHERE n > 1) FROM t
///     GROUP BY k
/// ```
fn project_k_v_n_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let _f3_value = strict1(row.n(), |a| compare::greater(a, 1i32));
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.copy_fixed(2, raw, 2);
        output.put_boolean(3, _f3_value);
        output.finish();
    }
    Ok(())
}
