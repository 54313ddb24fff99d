//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 c3440775563b73d0a6f2164c94419b0e88f7c51f2ecc0406da45ea3edf1bea0b

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{compare, logic};
use sql::function::null::{and, or, strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), project_id_expr_1_expr_2_and_5(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, a, b, x])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::boolean()),
            Column::new("b", build::boolean()),
            Column::new("x", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("a", build::boolean()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("b", build::boolean()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("x", build::int()),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("a", build::boolean()),
                Column::new("b", build::boolean()),
                Column::new("x", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_5: Calc(select=[id, (a AND b) AS EXPR$1, (a OR b) AS EXPR$2, NOT(a) AS
///     EXPR$3, ((x = 1) OR (x = 2)) AS EXPR$4, NOT(((x = 1) OR (x = NULL:INT))) AS EXPR$5, (x IS
///     DISTINCT FROM 1) AS EXPR$6, IS UNKNOWN((x > 1)) AS EXPR$7])
/// ```
fn project_id_expr_1_expr_2_and_5() -> Node {
    Node {
        name: "project_id_expr_1_expr_2_and_5",
        uid: "b767393622136e9b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::boolean()),
            Column::new("EXPR$2", build::boolean()),
            Column::new("EXPR$3", build::boolean()),
            Column::new("EXPR$4", build::boolean()),
            Column::new("EXPR$5", build::boolean()),
            Column::new("EXPR$6", build::not_null(build::boolean())),
            Column::new("EXPR$7", build::not_null(build::boolean())),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_and_5_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6,
///     EXPR$7])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "71d8f6fc6df4b67c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a_and_b", build::boolean()),
            Column::new("a_or_b", build::boolean()),
            Column::new("not_a", build::boolean()),
            Column::new("listed", build::boolean()),
            Column::new("not_listed", build::boolean()),
            Column::new("differs", build::boolean()),
            Column::new("is_unknown", build::boolean()),
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
    fn a(&self) -> Option<bool> {
        self.0.boolean(1)
    }
    #[inline]
    fn b(&self) -> Option<bool> {
        self.0.boolean(2)
    }
    #[inline]
    fn x(&self) -> Option<i32> {
        self.0.i32(3)
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_5: Calc(select=[id, (a AND b) AS EXPR$1, (a OR b) AS EXPR$2, NOT(a) AS
///     EXPR$3, ((x = 1) OR (x = 2)) AS EXPR$4, NOT(((x = 1) OR (x = NULL:INT))) AS EXPR$5, (x IS
///     DISTINCT FROM 1) AS EXPR$6, IS UNKNOWN((x > 1)) AS EXPR$7])
/// ```
/// three_valued_logic.sql:4:1
/// ```sql
/// SELECT id, a AND b, a OR b, NOT a, x IN (1, 2), x NOT IN (1, CAST(NULL AS INT)), x IS DISTINCT FROM
///     1, (x > 1) IS UNKNOWN FROM t
/// ```
fn project_id_expr_1_expr_2_and_5_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_1_value = and(row.a(), || row.b());
        let expr_2_value = or(row.a(), || row.b());
        let expr_3_value = strict1(row.a(), logic::not);
        let v1 = strict1(row.x(), |a| compare::equal(a, 1i32));
        let expr_4_value = or(v1, || strict1(row.x(), |a| compare::equal(a, 2i32)));
        let expr_5_value = strict1(
            or(v1, || strict2(row.x(), None::<i32>, compare::equal)),
            logic::not,
        );
        let expr_6_value = Some(compare::distinct(row.x(), Some(1i32)));
        let expr_7_value = Some(
            logic::is_null(strict1(row.x(), |a| compare::greater(a, 1i32))),
        );
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_boolean(1, expr_1_value);
        output.put_boolean(2, expr_2_value);
        output.put_boolean(3, expr_3_value);
        output.put_boolean(4, expr_4_value);
        output.put_boolean(5, expr_5_value);
        output.put_boolean(6, expr_6_value);
        output.put_boolean(7, expr_7_value);
        output.finish();
    }
    Ok(())
}
