//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 9c72173726b9f9174d367453a1a1fe3f212d2dcd9ce9fc5accb93f4883900570

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{compare, like, logic};
use sql::function::null::{and, coalesce, or, strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), filter_id_a_b_and_2(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, a, b, s, ok])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::int()),
            Column::new("b", build::int()),
            Column::new("s", build::string()),
            Column::new("ok", build::boolean()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("a", build::int()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("b", build::int()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(3),
                },
                ReadColumn {
                    column: Column::new("ok", build::boolean()),
                    from: ReadFrom::Physical(4),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("a", build::int()),
                Column::new("b", build::int()),
                Column::new("s", build::string()),
                Column::new("ok", build::boolean()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_id_a_b_and_2: Calc(select=[id, CASE WHEN (a > b) THEN 'gt' WHEN (a = b) THEN 'eq' WHEN (a <
///     b) THEN 'lt' ELSE '?' END AS EXPR$1, COALESCE(a, b, -1) AS EXPR$2, ((a = 1) OR (a = b)) AS
///     EXPR$3, NOT(((a = 2) OR (a = b))) AS EXPR$4, ((ok AND (a = 1)) OR (NOT(ok) AND (b = 1))) AS
///     EXPR$5], where=[(((a IS DISTINCT FROM b) OR ok) AND NOT((COALESCE(s, '') LIKE 'skip%')) AND
///     NOT(((id >= 100) AND (id <= 200) AND IS NULL(s))))])
/// ```
fn filter_id_a_b_and_2() -> Node {
    Node {
        name: "filter_id_a_b_and_2",
        uid: "186c28b0edfe45fc",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::not_null(build::varchar(2))),
            Column::new("EXPR$2", build::not_null(build::int())),
            Column::new("EXPR$3", build::boolean()),
            Column::new("EXPR$4", build::boolean()),
            Column::new("EXPR$5", build::boolean()),
        ]),
        operator: OperatorSpec::Calc(filter_id_a_b_and_2_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "23945bb080eca5ba",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("c", build::string()),
            Column::new("d", build::int()),
            Column::new("e", build::boolean()),
            Column::new("f", build::boolean()),
            Column::new("g", build::boolean()),
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
            input_updates: false,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl<'a> TSourceRow<'a> {
    #[inline]
    fn id(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn a(&self) -> Option<i32> {
        self.0.i32(1)
    }
    #[inline]
    fn b(&self) -> Option<i32> {
        self.0.i32(2)
    }
    #[inline]
    fn s(&self) -> Option<&'a str> {
        self.0.text(3)
    }
    #[inline]
    fn ok(&self) -> Option<bool> {
        self.0.boolean(4)
    }
}

/// ```text
/// filter_id_a_b_and_2: Calc(select=[id, CASE WHEN (a > b) THEN 'gt' WHEN (a = b) THEN 'eq' WHEN (a <
///     b) THEN 'lt' ELSE '?' END AS EXPR$1, COALESCE(a, b, -1) AS EXPR$2, ((a = 1) OR (a = b)) AS
///     EXPR$3, NOT(((a = 2) OR (a = b))) AS EXPR$4, ((ok AND (a = 1)) OR (NOT(ok) AND (b = 1))) AS
///     EXPR$5], where=[(((a IS DISTINCT FROM b) OR ok) AND NOT((COALESCE(s, '') LIKE 'skip%')) AND
///     NOT(((id >= 100) AND (id <= 200) AND IS NULL(s))))])
/// ```
/// conditions_of_users.sql:4:14
/// ```sql
/// (a IS DISTINCT FROM b OR ok) AND COALESCE(s, '') NOT LIKE 'skip%' AND NOT (id BETWEEN 100 AND 200
///     AND s IS NULL)
/// ```
fn filter_id_a_b_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        if or(Some(compare::distinct(row.a(), row.b())), || row.ok()) != Some(true) {
            continue;
        }
        if strict1(
            strict1(coalesce(row.s(), || Some("")), |a| like::like(a, "skip%")),
            logic::not,
        ) != Some(true)
        {
            continue;
        }
        let v1 = and(
            and(
                strict1(row.id(), |a| compare::greater_or_equal(a, 100i32)),
                || strict1(row.id(), |a| compare::less_or_equal(a, 200i32)),
            ),
            || Some(logic::is_null(row.s())),
        );
        if strict1(v1, logic::not) != Some(true) {
            continue;
        }
        let expr_1_value = if strict2(row.a(), row.b(), compare::greater) == Some(true) {
            Some("gt")
        } else {
            let v2 = strict2(row.a(), row.b(), compare::equal);
            if v2 == Some(true) {
                Some("eq")
            } else if strict2(row.a(), row.b(), compare::less) == Some(true) {
                Some("lt")
            } else {
                Some("?")
            }
        };
        let expr_2_value = coalesce(coalesce(row.a(), || row.b()), || Some(-1i32));
        let v3 = strict1(row.a(), |a| compare::equal(a, 1i32));
        let expr_3_value = or(v3, || strict2(row.a(), row.b(), compare::equal));
        let expr_4_value = strict1(
            or(
                strict1(row.a(), |a| compare::equal(a, 2i32)),
                || strict2(row.a(), row.b(), compare::equal),
            ),
            logic::not,
        );
        let expr_5_value = or(
            and(row.ok(), || v3),
            || and(
                strict1(row.ok(), logic::not),
                || strict1(row.b(), |a| compare::equal(a, 1i32)),
            ),
        );
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, expr_1_value);
        output.put_i32(2, expr_2_value);
        output.put_boolean(3, expr_3_value);
        output.put_boolean(4, expr_4_value);
        output.put_boolean(5, expr_5_value);
        output.finish();
    }
    Ok(())
}
