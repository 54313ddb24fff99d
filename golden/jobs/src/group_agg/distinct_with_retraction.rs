//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 6e30f69b363e9d68d1da055deb7c82ecaf9a6108007c9f2aa78d9acbbcc6b872

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
            project_k_v_w_and_1(),
            exchange_by_k(),
            group_by_k(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[k, v, w])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::int()),
            Column::new("w", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("v", build::int()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("w", build::string()),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::not_null(build::int())),
                Column::new("k", build::string()),
                Column::new("v", build::int()),
                Column::new("w", build::string()),
            ]),
            primary_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// project_k_v_w_and_1: Calc(select=[k, v, w, (w = 'y') AS $f3])
/// ```
fn project_k_v_w_and_1() -> Node {
    Node {
        name: "project_k_v_w_and_1",
        uid: "05e6fc3fa198e8f9",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::int()),
            Column::new("w", build::string()),
            Column::new("$f3", build::boolean()),
        ]),
        operator: OperatorSpec::Calc(project_k_v_w_and_1_kernel),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "eeed091064bf5aba",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::int()),
            Column::new("w", build::string()),
            Column::new("$f3", build::boolean()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_k: GroupAgg(groupBy=[k], select=[k, COUNT(DISTINCT v) AS $agg0, COUNT(DISTINCT w) AS $agg1,
///     SUM(DISTINCT v) AS $agg2, COUNT(DISTINCT v) FILTER (WHERE $f3) AS $agg3, MIN(w) AS $agg4])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "5d2ab41c4981cea8",
        state_fingerprint: Some("ff6f50edfdcae431"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::not_null(build::bigint())),
            Column::new("$agg2", build::int()),
            Column::new("$agg3", build::not_null(build::bigint())),
            Column::new("$agg4", build::string()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(1),
                    distinct: true,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(2),
                    distinct: true,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: true,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(1),
                    distinct: true,
                    filter: Some(3),
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::string(),
                },
            ]),
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[k, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "30970547d6cf1f54",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("a", build::bigint()),
            Column::new("b", build::bigint()),
            Column::new("c", build::int()),
            Column::new("d", build::bigint()),
            Column::new("e", build::string()),
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
            ]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl<'a> TSourceRow<'a> {
    #[inline]
    fn w(&self) -> Option<&'a str> {
        self.0.text(2)
    }
}

/// ```text
/// project_k_v_w_and_1: Calc(select=[k, v, w, (w = 'y') AS $f3])
/// ```
/// distinct_with_retraction.sql:3:15
/// ```sql
/// SELECT k, COUNT(DISTINCT v), COUNT(DISTINCT w), SUM(DISTINCT v), COUNT(DISTINCT v) FILTER (WHERE w =
///     'y'), MIN(w) FROM t GROUP BY k
/// ```
fn project_k_v_w_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let _f3_value = strict1(row.w(), |a| compare::equal(a, "y"));
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.copy_fixed(1, raw, 1);
        output.copy_variable(2, raw, 2);
        output.put_boolean(3, _f3_value);
        output.finish();
    }
    Ok(())
}
