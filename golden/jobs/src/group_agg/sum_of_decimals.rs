//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 a52c2f2bed5f4b4b172a20d0052dd75c0491879d65b49b692f374fe8bc098f9f

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Decimal, Session, SqlError, Value};
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
            exchange_by_k(),
            group_by_k(),
            project_k_expr_1_expr_2_and_1(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[k, price])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("price", build::decimal(10, 2)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("price", build::decimal(10, 2)),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("k", build::string()),
                Column::new("price", build::decimal(10, 2)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "ffea0c50e5205c2d",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("price", build::decimal(10, 2)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_k: GroupAgg(groupBy=[k], select=[k, SUM(price) AS $agg0, AVG(price) AS $agg1])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "762de1936a49f939",
        state_fingerprint: Some("6e0b0ac566959da0"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::decimal(38, 2)),
            Column::new("$agg1", build::decimal(38, 6)),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 2),
                },
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::decimal(38, 6),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_k_expr_1_expr_2_and_1: Calc(select=[k, $agg0 AS EXPR$1, $agg1 AS EXPR$2,
///     CONCAT(TYPEOF($agg0), ' ', TYPEOF($agg1)) AS EXPR$3])
/// ```
fn project_k_expr_1_expr_2_and_1() -> Node {
    Node {
        name: "project_k_expr_1_expr_2_and_1",
        uid: "e8b0cb109e2ed6c5",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("EXPR$1", build::decimal(38, 2)),
            Column::new("EXPR$2", build::decimal(38, 6)),
            Column::new("EXPR$3", build::not_null(build::string())),
        ]),
        operator: OperatorSpec::Calc(project_k_expr_1_expr_2_and_1_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[k, EXPR$1, EXPR$2, EXPR$3])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "03e55b87bc2bd466",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("total", build::decimal(38, 2)),
            Column::new("mean", build::decimal(38, 6)),
            Column::new("types", build::string()),
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

static TYPE_1: LazyLock<DataType> = LazyLock::new(|| build::decimal(38, 2));

static TYPE_2: LazyLock<DataType> = LazyLock::new(|| build::decimal(38, 6));

struct GroupByKRow<'a>(RowRef<'a>);

impl GroupByKRow<'_> {
    #[inline]
    fn _agg0(&self) -> Option<Decimal> {
        self.0.decimal(1, 38, 2)
    }
    #[inline]
    fn _agg1(&self) -> Option<Decimal> {
        self.0.decimal(2, 38, 6)
    }
}

/// ```text
/// project_k_expr_1_expr_2_and_1: Calc(select=[k, $agg0 AS EXPR$1, $agg1 AS EXPR$2,
///     CONCAT(TYPEOF($agg0), ' ', TYPEOF($agg1)) AS EXPR$3])
/// ```
/// sum_of_decimals.sql:3:21
/// ```sql
/// SELECT k, SUM(price), AVG(price), CONCAT(TYPEOF(SUM(price)), ' ', TYPEOF(AVG(price))) FROM t GROUP
///     BY k
/// ```
fn project_k_expr_1_expr_2_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByKRow(raw);
        let v1 = Some(
            conditional::type_of(
                &row._agg0().map_or(Value::Null, Value::Decimal),
                &TYPE_1,
            ),
        );
        let v2 = Some(
            conditional::type_of(
                &row._agg1().map_or(Value::Null, Value::Decimal),
                &TYPE_2,
            ),
        );
        let expr_3_value = strict_all(
            &[v1.as_deref(), Some(" "), v2.as_deref()],
            text::concat,
        );
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.copy_variable(2, raw, 2);
        output.put_text(3, expr_3_value.as_deref());
        output.finish();
    }
    Ok(())
}
