//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 4124ba23695732108e0271c45c99c9e2561e270bc22d5e9cf30fd372695aba2a

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SinkUpsertMaterializerSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::arithmetic;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_people",
        nodes: Vec::from([
            calls_source(),
            project_caller(),
            exchange_by_caller(),
            group_by_caller(),
            project_callee(),
            exchange_by_callee(),
            group_by_callee(),
            project_callee_expr_1(),
            union(),
            exchange_by_caller_2(),
            materialize_by_caller(),
            people_sink(),
        ]),
    }
}

/// ```text
/// calls_source: Source(table=[calls], fields=[caller, callee])
/// ```
fn calls_source() -> Node {
    Node {
        name: "calls_source",
        uid: "0a18d23bec28e4ce",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("caller", build::string()),
            Column::new("callee", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "calls",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("caller", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("callee", build::string()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("caller", build::string()),
                Column::new("callee", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_caller: Calc(select=[caller])
/// ```
fn project_caller() -> Node {
    Node {
        name: "project_caller",
        uid: "11a8624e6e531c95",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("caller", build::string())]),
        operator: OperatorSpec::Calc(project_caller_kernel),
    }
}

/// ```text
/// exchange_by_caller: Exchange(distribution=[hash[caller]])
/// ```
fn exchange_by_caller() -> Node {
    Node {
        name: "exchange_by_caller",
        uid: "0a15e1d49a230b57",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([Column::new("caller", build::string())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_caller: GroupAgg(groupBy=[caller], select=[caller, COUNT(*) AS $agg0])
/// ```
fn group_by_caller() -> Node {
    Node {
        name: "group_by_caller",
        uid: "d9ae85cc66929897",
        state_fingerprint: Some("d6786dcdcf00bc14"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("caller", build::string()),
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
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_callee: Calc(select=[callee])
/// ```
fn project_callee() -> Node {
    Node {
        name: "project_callee",
        uid: "22c372d063b98fe8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("callee", build::string())]),
        operator: OperatorSpec::Calc(project_callee_kernel),
    }
}

/// ```text
/// exchange_by_callee: Exchange(distribution=[hash[callee]])
/// ```
fn exchange_by_callee() -> Node {
    Node {
        name: "exchange_by_callee",
        uid: "6e3d8d89f0b1c2e8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([Column::new("callee", build::string())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_callee: GroupAgg(groupBy=[callee], select=[callee, COUNT(*) AS $agg0])
/// ```
fn group_by_callee() -> Node {
    Node {
        name: "group_by_callee",
        uid: "5244818fe72c0cd8",
        state_fingerprint: Some("d6786dcdcf00bc14"),
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("callee", build::string()),
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
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_callee_expr_1: Calc(select=[callee, ($agg0 * 10:BIGINT) AS EXPR$1])
/// ```
fn project_callee_expr_1() -> Node {
    Node {
        name: "project_callee_expr_1",
        uid: "6cae558e4e31035b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("callee", build::string()),
            Column::new("EXPR$1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(project_callee_expr_1_kernel),
    }
}

/// ```text
/// union: Union(fields=[caller, EXPR$1])
/// ```
fn union() -> Node {
    Node {
        name: "union",
        uid: "7d05b39972405d9d",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3), NodeId(7)]),
        columns: Vec::from([
            Column::new("caller", build::string()),
            Column::new("EXPR$1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Union,
    }
}

/// ```text
/// exchange_by_caller_2: Exchange(distribution=[hash[caller]])
/// ```
fn exchange_by_caller_2() -> Node {
    Node {
        name: "exchange_by_caller_2",
        uid: "42c91ebde0c59dac",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(8)]),
        columns: Vec::from([
            Column::new("caller", build::string()),
            Column::new("EXPR$1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// materialize_by_caller: SinkUpsertMaterializer(primaryKey=[caller], upsertKey=[])
/// ```
fn materialize_by_caller() -> Node {
    Node {
        name: "materialize_by_caller",
        uid: "3867d980506784b1",
        state_fingerprint: Some("525c1b2fe0d0bb0c"),
        inputs: Vec::from([NodeId(9)]),
        columns: Vec::from([
            Column::new("caller", build::string()),
            Column::new("EXPR$1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::SinkUpsertMaterializer(SinkUpsertMaterializerSpec {
            key: Vec::from([0]),
            upsert_key: Vec::new(),
        }),
    }
}

/// ```text
/// people_sink: Sink(table=[people], fields=[caller, EXPR$1])
/// ```
fn people_sink() -> Node {
    Node {
        name: "people_sink",
        uid: "6b9c0509a8701d51",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(10)]),
        columns: Vec::from([
            Column::new("name", build::not_null(build::string())),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("people"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([0]),
            input_updates: true,
        }),
    }
}

struct GroupByCalleeRow<'a>(RowRef<'a>);

impl GroupByCalleeRow<'_> {
    #[inline]
    fn _agg0(&self) -> Option<i64> {
        self.0.i64(1)
    }
}

/// ```text
/// project_caller: Calc(select=[caller])
/// ```
/// union_of_updates.sql:5:1
/// ```sql
/// SELECT caller, COUNT(*) FROM calls GROUP BY caller
/// ```
fn project_caller_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_callee: Calc(select=[callee])
/// ```
/// union_of_updates.sql:7:1
/// ```sql
/// SELECT callee, COUNT(*) * 10 FROM calls GROUP BY callee
/// ```
fn project_callee_kernel(
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

/// ```text
/// project_callee_expr_1: Calc(select=[callee, ($agg0 * 10:BIGINT) AS EXPR$1])
/// ```
/// union_of_updates.sql:7:1
/// ```sql
/// SELECT callee, COUNT(*) * 10 FROM calls GROUP BY callee
/// ```
fn project_callee_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByCalleeRow(raw);
        let expr_1_value = strict1(row._agg0(), |a| arithmetic::multiply(a, 10i64));
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.put_i64(1, expr_1_value);
        output.finish();
    }
    Ok(())
}
