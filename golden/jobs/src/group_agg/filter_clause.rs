//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 63a137d6e16411d903b754defda219101030c17307989b783c649ed061ae88de

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
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            project_k_f1_x(),
            exchange_by_k(),
            group_by_k(),
            answers_sink(),
        ]),
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
/// project_k_f1_x: Calc(select=[k, (x > 10) AS $f1, x])
/// ```
fn project_k_f1_x() -> Node {
    Node {
        name: "project_k_f1_x",
        uid: "d7fee24b41b989e3",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$f1", build::boolean()),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_k_f1_x_kernel),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "26074f66e12eb830",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$f1", build::boolean()),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_k: GroupAgg(groupBy=[k], select=[k, COUNT(*) AS $agg0, COUNT(*) FILTER (WHERE $f1) AS
///     $agg1, SUM(x) FILTER (WHERE $f1) AS $agg2])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "7685bb8ecd643323",
        state_fingerprint: Some("96aaab280c6b153d"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::not_null(build::bigint())),
            Column::new("$agg2", build::int()),
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
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: Some(1),
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(2),
                    distinct: false,
                    filter: Some(1),
                    ty: build::int(),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[k, EXPR$1, EXPR$2, EXPR$3])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "d72abbe33f3473ea",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("n", build::bigint()),
            Column::new("big", build::bigint()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
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

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn x(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// project_k_f1_x: Calc(select=[k, (x > 10) AS $f1, x])
/// ```
/// filter_clause.sql:3:21
/// ```sql
/// SELECT k, COUNT(*), COUNT(*) FILTER (WHERE x > 10), SUM(x) FILTER (WHERE x > 10) FROM t GROUP BY k
/// ```
fn project_k_f1_x_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let _f1_value = strict1(row.x(), |a| compare::greater(a, 10i32));
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.put_boolean(1, _f1_value);
        output.copy_fixed(2, raw, 1);
        output.finish();
    }
    Ok(())
}
