//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 4dadbdfee84757540251c5c9ba7f2a7379ef572583c20f151af47b91804a7e5d

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{cast, compare};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_lines",
        nodes: Vec::from([orders_source(), project_expr_0(), lines_sink()]),
    }
}

/// ```text
/// orders_source: Source(table=[orders], fields=[note, quantity])
/// ```
fn orders_source() -> Node {
    Node {
        name: "orders_source",
        uid: "61479d9e0ff35cfc",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("note", build::string()),
            Column::new("quantity", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "orders",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("note", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("quantity", build::int()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("note", build::string()),
                Column::new("quantity", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0: Calc(select=[CASE WHEN (quantity > 100) THEN 'bulk' WHEN (CAST(note AS INT) = 1)
///     THEN note ELSE 'other' END AS EXPR$0])
/// ```
fn project_expr_0() -> Node {
    Node {
        name: "project_expr_0",
        uid: "bc076fa6cc50c5de",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("EXPR$0", build::string())]),
        operator: OperatorSpec::Calc(project_expr_0_kernel),
    }
}

/// ```text
/// lines_sink: Sink(table=[lines], fields=[EXPR$0])
/// ```
fn lines_sink() -> Node {
    Node {
        name: "lines_sink",
        uid: "951194ba007de1e7",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([Column::new("kind", build::string())]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("lines"),
            write: Vec::from([WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct OrdersSourceRow<'a>(RowRef<'a>);

impl<'a> OrdersSourceRow<'a> {
    #[inline]
    fn note(&self) -> Option<&'a str> {
        self.0.text(0)
    }
    #[inline]
    fn quantity(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// project_expr_0: Calc(select=[CASE WHEN (quantity > 100) THEN 'bulk' WHEN (CAST(note AS INT) = 1)
///     THEN note ELSE 'other' END AS EXPR$0])
/// ```
/// branch_fails.sql:4:1
/// ```sql
/// SELECT CASE WHEN quantity > 100 THEN 'bulk' WHEN CAST(note AS INT) = 1 THEN note ELSE 'other' END
///     FROM orders
/// ```
fn project_expr_0_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = OrdersSourceRow(raw);
        let expr_0_value = if strict1(row.quantity(), |a| compare::greater(a, 100i32))
            == Some(true)
        {
            Some("bulk")
        } else if strict1(
            strict1(row.note(), cast::from_text::int).transpose()?,
            |a| compare::equal(a, 1i32),
        ) == Some(true)
        {
            row.note()
        } else {
            Some("other")
        };
        output.begin(kind);
        output.put_text(0, expr_0_value);
        output.finish();
    }
    Ok(())
}
