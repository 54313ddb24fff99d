//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 7d55105f8f3dc72b477467e429ee5a6b9453917762d1f7534958c8d7afc06c6d

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Decimal, Session, SqlError, Value};
use sql::function::{cast, conditional, decimal, text};
use sql::function::null::{strict1, strict2, strict_all};
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            project_expr_0_expr_1_expr_2_and_3(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, b, n])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("a", build::decimal(5, 2)),
            Column::new("b", build::decimal(4, 1)),
            Column::new("n", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::decimal(5, 2)),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("b", build::decimal(4, 1)),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("n", build::int()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::decimal(5, 2)),
                Column::new("b", build::decimal(4, 1)),
                Column::new("n", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_3: Calc(select=[(a + b) AS EXPR$0, (a * b) AS EXPR$1, (a / b) AS
///     EXPR$2, MOD(a, b) AS EXPR$3, (a + CAST(n AS DECIMAL(10, 0))) AS EXPR$4, CONCAT(TYPEOF((a + b)),
///     ', ', TYPEOF((a * b)), ', ', TYPEOF((a / b)), ', ', TYPEOF((a + CAST(n AS DECIMAL(10, 0))))) AS
///     EXPR$5])
/// ```
fn project_expr_0_expr_1_expr_2_and_3() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_3",
        uid: "9ea6eb0929082737",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::decimal(6, 2)),
            Column::new("EXPR$1", build::decimal(10, 3)),
            Column::new("EXPR$2", build::decimal(11, 7)),
            Column::new("EXPR$3", build::decimal(5, 2)),
            Column::new("EXPR$4", build::decimal(13, 2)),
            Column::new("EXPR$5", build::not_null(build::string())),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_3_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "78ccf1e5278b0d81",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("s", build::decimal(6, 2)),
            Column::new("p", build::decimal(10, 3)),
            Column::new("q", build::decimal(11, 7)),
            Column::new("r", build::decimal(5, 2)),
            Column::new("n", build::decimal(13, 2)),
            Column::new("types", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

static TYPE_1: LazyLock<DataType> = LazyLock::new(|| build::decimal(6, 2));

static TYPE_2: LazyLock<DataType> = LazyLock::new(|| build::decimal(10, 3));

static TYPE_3: LazyLock<DataType> = LazyLock::new(|| build::decimal(11, 7));

static TYPE_4: LazyLock<DataType> = LazyLock::new(|| build::decimal(13, 2));

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn a(&self) -> Option<Decimal> {
        self.0.decimal(0, 5, 2)
    }
    #[inline]
    fn b(&self) -> Option<Decimal> {
        self.0.decimal(1, 4, 1)
    }
    #[inline]
    fn n(&self) -> Option<i32> {
        self.0.i32(2)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_3: Calc(select=[(a + b) AS EXPR$0, (a * b) AS EXPR$1, (a / b) AS
///     EXPR$2, MOD(a, b) AS EXPR$3, (a + CAST(n AS DECIMAL(10, 0))) AS EXPR$4, CONCAT(TYPEOF((a + b)),
///     ', ', TYPEOF((a * b)), ', ', TYPEOF((a / b)), ', ', TYPEOF((a + CAST(n AS DECIMAL(10, 0))))) AS
///     EXPR$5])
/// ```
/// decimal_arithmetic.sql:4:1
/// ```sql
/// SELECT a + b, a * b, a / b, MOD(a, b), a + n, CONCAT(TYPEOF(a + b), ', ', TYPEOF(a * b), ', ',
///     TYPEOF(a / b), ', ', TYPEOF(a + n)) FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_3_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let v1 = strict2(row.a(), row.b(), |a, b| decimal::exact_add(a, b, 6, 2));
        let v2 = strict2(row.a(), row.b(), |a, b| decimal::exact_multiply(a, b, 10, 3));
        let v3 = strict2(row.a(), row.b(), |a, b| decimal::exact_divide(a, b, 11, 7))
            .transpose()?;
        let expr_3_value = strict2(
                row.a(),
                row.b(),
                |a, b| decimal::exact_remainder(a, b, 5, 2),
            )
            .transpose()?;
        let v4 = strict2(
            row.a(),
            strict1(row.n(), |a| cast::number::integer_to_wider_decimal(a, 10, 0)),
            |a, b| decimal::exact_add(a, b, 13, 2),
        );
        let v5 = Some(
            conditional::type_of(&v1.map_or(Value::Null, Value::Decimal), &TYPE_1),
        );
        let v6 = Some(
            conditional::type_of(&v2.map_or(Value::Null, Value::Decimal), &TYPE_2),
        );
        let v7 = Some(
            conditional::type_of(&v3.map_or(Value::Null, Value::Decimal), &TYPE_3),
        );
        let v8 = Some(
            conditional::type_of(&v4.map_or(Value::Null, Value::Decimal), &TYPE_4),
        );
        let expr_5_value = strict_all(
            &[
                v5.as_deref(),
                Some(", "),
                v6.as_deref(),
                Some(", "),
                v7.as_deref(),
                Some(", "),
                v8.as_deref(),
            ],
            text::concat,
        );
        output.begin(kind);
        output.put_decimal(0, v1, 6);
        output.put_decimal(1, v2, 10);
        output.put_decimal(2, v3, 11);
        output.put_decimal(3, expr_3_value, 5);
        output.put_decimal(4, v4, 13);
        output.put_text(5, expr_5_value.as_deref());
        output.finish();
    }
    Ok(())
}
