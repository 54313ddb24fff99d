//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 2a76f29a8ba42beddae2e18ce0b3247d86fd1181bf7140d3cc6df2ae9253c571

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Session, SqlError, Value};
use sql::function::{conditional, text};
use sql::function::null::strict_all;
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            exchange_to_one(),
            group_all(),
            project_expr_0_expr_1_expr_2(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[x, y])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("x", build::int()),
            Column::new("y", build::tinyint()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("x", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("y", build::tinyint()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("x", build::int()),
                Column::new("y", build::tinyint()),
            ]),
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
        uid: "b0475fc7c4151c95",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("x", build::int()),
            Column::new("y", build::tinyint()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// group_all: GroupAgg(groupBy=[], select=[SUM(x) AS $agg0, SUM(y) AS $agg1])
/// ```
fn group_all() -> Node {
    Node {
        name: "group_all",
        uid: "d203c6f7d32d664c",
        state_fingerprint: Some("9e4bbf21c5525566"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$agg0", build::int()),
            Column::new("$agg1", build::tinyint()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::new(),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(0),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::tinyint(),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2: Calc(select=[$agg0 AS EXPR$0, $agg1 AS EXPR$1, CONCAT(TYPEOF($agg0), '
///     ', TYPEOF($agg1)) AS EXPR$2])
/// ```
fn project_expr_0_expr_1_expr_2() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2",
        uid: "d0403303d550d68c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::int()),
            Column::new("EXPR$1", build::tinyint()),
            Column::new("EXPR$2", build::not_null(build::string())),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1, EXPR$2])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "52fb9164430a44a4",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("x", build::int()),
            Column::new("y", build::tinyint()),
            Column::new("types", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
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

static TYPE_1: LazyLock<DataType> = LazyLock::new(build::int);

static TYPE_2: LazyLock<DataType> = LazyLock::new(build::tinyint);

struct GroupAllRow<'a>(RowRef<'a>);

impl GroupAllRow<'_> {
    #[inline]
    fn _agg0(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn _agg1(&self) -> Option<i8> {
        self.0.i8(1)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2: Calc(select=[$agg0 AS EXPR$0, $agg1 AS EXPR$1, CONCAT(TYPEOF($agg0), '
///     ', TYPEOF($agg1)) AS EXPR$2])
/// ```
/// sums_of_integers_wrap.sql:3:21
/// ```sql
/// SELECT SUM(x), SUM(y), CONCAT(TYPEOF(SUM(x)), ' ', TYPEOF(SUM(y))) FROM t
/// ```
fn project_expr_0_expr_1_expr_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupAllRow(raw);
        let v1 = Some(
            conditional::type_of(&row._agg0().map_or(Value::Null, Value::Int), &TYPE_1),
        );
        let v2 = Some(
            conditional::type_of(
                &row._agg1().map_or(Value::Null, Value::TinyInt),
                &TYPE_2,
            ),
        );
        let expr_2_value = strict_all(
            &[v1.as_deref(), Some(" "), v2.as_deref()],
            text::concat,
        );
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 1);
        output.put_text(2, expr_2_value.as_deref());
        output.finish();
    }
    Ok(())
}
