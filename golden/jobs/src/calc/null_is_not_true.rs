//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 131654c2bd9538f3668ee8313aeb96b01e18b973d654bb9b40d0df39443dd324

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::compare;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_large",
        nodes: Vec::from([orders_source(), filter_amount(), large_sink()]),
    }
}

/// ```text
/// orders_source: Source(table=[orders], fields=[id, amount])
/// ```
fn orders_source() -> Node {
    Node {
        name: "orders_source",
        uid: "61479d9e0ff35cfc",
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "orders",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::bigint()),
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
                Column::new("id", build::bigint()),
                Column::new("amount", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_amount: Calc(select=[id, amount], where=[(amount > 10)])
/// ```
fn filter_amount() -> Node {
    Node {
        name: "filter_amount",
        uid: "7d8a275ab98861f6",
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Calc(filter_amount_kernel),
    }
}

/// ```text
/// large_sink: Sink(table=[large], fields=[id, amount])
/// ```
fn large_sink() -> Node {
    Node {
        name: "large_sink",
        uid: "4d47d40479549145",
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("large"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
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
/// filter_amount: Calc(select=[id, amount], where=[(amount > 10)])
/// ```
/// null_is_not_true.sql:3:55
/// ```sql
/// amount > 10
/// ```
fn filter_amount_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = OrdersSourceRow(raw);
        if strict1(row.amount(), |a| compare::greater(a, 10i32)) != Some(true) {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}
