//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 7734f8146fb219efdda3b105de014d7695cfd5de46ae05799c19cd67d9914f63

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::arithmetic;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers,answers",
        nodes: Vec::from([
            t_source(),
            exchange_to_one(),
            group_all(),
            answers_sink(),
            silent_source(),
            exchange_to_one_2(),
            group_all_2(),
            project_expr_0_expr_1(),
            answers_sink_2(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[x])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("x", build::int())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("x", build::int()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("x", build::int())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "6857d57a74b37590",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("x", build::int())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// group_all: GroupAgg(groupBy=[], select=[COUNT(*) AS $agg0, SUM(x) AS $agg1])
/// ```
fn group_all() -> Node {
    Node {
        name: "group_all",
        uid: "b1c7b9f430f8d213",
        state_fingerprint: Some("7020276619c74911"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
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
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "0b49607d6e5cb6cc",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("n", build::bigint()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

/// ```text
/// silent_source: Source(table=[silent], fields=[x])
/// ```
fn silent_source() -> Node {
    Node {
        name: "silent_source",
        uid: "ed65a374e568b031",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("x", build::int())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "silent",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("x", build::int()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("x", build::int())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_to_one_2: Exchange(distribution=[single])
/// ```
fn exchange_to_one_2() -> Node {
    Node {
        name: "exchange_to_one_2",
        uid: "c3df34378a7e44ed",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([Column::new("x", build::int())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// group_all_2: GroupAgg(groupBy=[], select=[COUNT(*) AS $agg0, SUM(x) AS $agg1])
/// ```
fn group_all_2() -> Node {
    Node {
        name: "group_all_2",
        uid: "6ae5b5fad9e0fcdf",
        state_fingerprint: Some("7020276619c74911"),
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
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
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_expr_0_expr_1: Calc(select=[$agg0 AS EXPR$0, ($agg1 + 1000) AS EXPR$1])
/// ```
fn project_expr_0_expr_1() -> Node {
    Node {
        name: "project_expr_0_expr_1",
        uid: "83942e2fa714a279",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::not_null(build::bigint())),
            Column::new("EXPR$1", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_kernel),
    }
}

/// ```text
/// answers_sink_2: Sink(table=[answers], fields=[EXPR$0, EXPR$1])
/// ```
fn answers_sink_2() -> Node {
    Node {
        name: "answers_sink_2",
        uid: "5a46c6fe0aacfacd",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(7)]),
        columns: Vec::from([
            Column::new("n", build::bigint()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct GroupAll2Row<'a>(RowRef<'a>);

impl GroupAll2Row<'_> {
    #[inline]
    fn _agg1(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// project_expr_0_expr_1: Calc(select=[$agg0 AS EXPR$0, ($agg1 + 1000) AS EXPR$1])
/// ```
/// one_group.sql:6:21
/// ```sql
/// SELECT COUNT(*), SUM(x) + 1000 FROM silent
/// ```
fn project_expr_0_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupAll2Row(raw);
        let expr_1_value = strict1(row._agg1(), |a| arithmetic::add(a, 1000i32));
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_i32(1, expr_1_value);
        output.finish();
    }
    Ok(())
}
