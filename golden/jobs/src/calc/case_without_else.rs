//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 6217fda4a4c98caba13746bb7c21d200343452367691978cee768c424aab6e7c

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::compare;
use sql::function::null::{strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_sizes",
        nodes: Vec::from([orders_source(), project_id_expr_1_expr_2(), sizes_sink()]),
    }
}

/// ```text
/// orders_source: Source(table=[orders], fields=[id, amount])
/// ```
fn orders_source() -> Node {
    Node {
        name: "orders_source",
        uid: "61479d9e0ff35cfc",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "orders",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("amount", build::int()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("amount", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_expr_1_expr_2: Calc(select=[id, CASE WHEN (amount > 100) THEN 'large' WHEN (amount > 10)
///     THEN 'medium' END AS EXPR$1, CASE WHEN (amount = 5) THEN 1 WHEN (amount = NULL:INT) THEN 2 ELSE
///     3 END AS EXPR$2])
/// ```
fn project_id_expr_1_expr_2() -> Node {
    Node {
        name: "project_id_expr_1_expr_2",
        uid: "fb14711471f6b4bb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::varchar(6)),
            Column::new("EXPR$2", build::not_null(build::int())),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_kernel),
    }
}

/// ```text
/// sizes_sink: Sink(table=[sizes], fields=[id, EXPR$1, EXPR$2])
/// ```
fn sizes_sink() -> Node {
    Node {
        name: "sizes_sink",
        uid: "5e1e0ed0063148b1",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("size", build::string()),
            Column::new("code", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("sizes"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct OrdersSourceRow<'a>(RowRef<'a>);

impl OrdersSourceRow<'_> {
    #[inline]
    fn amount(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// project_id_expr_1_expr_2: Calc(select=[id, CASE WHEN (amount > 100) THEN 'large' WHEN (amount > 10)
///     THEN 'medium' END AS EXPR$1, CASE WHEN (amount = 5) THEN 1 WHEN (amount = NULL:INT) THEN 2 ELSE
///     3 END AS EXPR$2])
/// ```
/// case_without_else.sql:4:1
/// ```sql
/// SELECT id, CASE WHEN amount > 100 THEN 'large' WHEN amount > 10 THEN 'medium' END, CASE amount WHEN
///     5 THEN 1 WHEN NULL THEN 2 ELSE 3 END
/// FROM orders
/// ```
fn project_id_expr_1_expr_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = OrdersSourceRow(raw);
        let expr_1_value = if strict1(row.amount(), |a| compare::greater(a, 100i32))
            == Some(true)
        {
            Some("large")
        } else if strict1(row.amount(), |a| compare::greater(a, 10i32)) == Some(true) {
            Some("medium")
        } else {
            None::<&str>
        };
        let expr_2_value = if strict1(row.amount(), |a| compare::equal(a, 5i32))
            == Some(true)
        {
            Some(1i32)
        } else if strict2(row.amount(), None::<i32>, compare::equal) == Some(true) {
            Some(2i32)
        } else {
            Some(3i32)
        };
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, expr_1_value);
        output.put_i32(2, expr_2_value);
        output.finish();
    }
    Ok(())
}
