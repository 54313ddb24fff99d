//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 ceb2883fb343c7ef77c1b4fdea2f6202d9a89eba7a9f765954553bb6c9e5f949

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Value};
use sql::function::{compare, conditional};
use sql::function::null::{coalesce, strict2, strict_all, take};
use sql::types::build;

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
            Column::new("b", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("b", build::int()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("b", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_3: Calc(select=[GREATEST(a, b) AS EXPR$0, LEAST(a, b) AS EXPR$1,
///     COALESCE(a, b, 0) AS EXPR$2, CASE WHEN (a = b) THEN NULL:INT ELSE a END AS EXPR$3, CASE WHEN (a
///     > b) THEN 'a' ELSE 'b' END AS EXPR$4, COALESCE(a, -1) AS EXPR$5])
/// ```
fn project_expr_0_expr_1_expr_2_and_3() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_3",
        uid: "67bfafa2a5accb1c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::int()),
            Column::new("EXPR$1", build::int()),
            Column::new("EXPR$2", build::not_null(build::int())),
            Column::new("EXPR$3", build::int()),
            Column::new("EXPR$4", build::char(1)),
            Column::new("EXPR$5", build::not_null(build::int())),
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
        uid: "e03e73a76fed9b42",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("g", build::int()),
            Column::new("l", build::int()),
            Column::new("c", build::int()),
            Column::new("n", build::int()),
            Column::new("i", build::string()),
            Column::new("f", build::int()),
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

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn a(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn b(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_3: Calc(select=[GREATEST(a, b) AS EXPR$0, LEAST(a, b) AS EXPR$1,
///     COALESCE(a, b, 0) AS EXPR$2, CASE WHEN (a = b) THEN NULL:INT ELSE a END AS EXPR$3, CASE WHEN (a
///     > b) THEN 'a' ELSE 'b' END AS EXPR$4, COALESCE(a, -1) AS EXPR$5])
/// ```
/// conditions.sql:3:21
/// ```sql
/// SELECT GREATEST(a, b), LEAST(a, b), COALESCE(a, b, 0), NULLIF(a, b), IF(a > b, 'a', 'b'), IFNULL(a,
///     -1) FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_3_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict_all(
                &[row.a().map(Value::Int), row.b().map(Value::Int)],
                conditional::greatest,
            )
            .and_then(take::<i32>);
        let expr_1_value = strict_all(
                &[row.a().map(Value::Int), row.b().map(Value::Int)],
                conditional::least,
            )
            .and_then(take::<i32>);
        let expr_2_value = coalesce(coalesce(row.a(), || row.b()), || Some(0i32));
        let expr_3_value = if strict2(row.a(), row.b(), compare::equal) == Some(true) {
            None::<i32>
        } else {
            row.a()
        };
        let expr_4_value = if strict2(row.a(), row.b(), compare::greater) == Some(true) {
            Some("a")
        } else {
            Some("b")
        };
        let expr_5_value = coalesce(row.a(), || Some(-1i32));
        output.begin(kind);
        output.put_i32(0, expr_0_value);
        output.put_i32(1, expr_1_value);
        output.put_i32(2, expr_2_value);
        output.put_i32(3, expr_3_value);
        output.put_text(4, expr_4_value);
        output.put_i32(5, expr_5_value);
        output.finish();
    }
    Ok(())
}
