//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 f58c7fcb9736c512d4133e75ddf83ee7801bfabd0b2192cce2fb3260be3adbad

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
        name: "insert-into_big_orders",
        nodes: Vec::from([orders_source(), filter_amount(), big_orders_sink()]),
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
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Calc(filter_amount_kernel),
    }
}

/// ```text
/// big_orders_sink: Sink(table=[big_orders], fields=[id, amount])
/// ```
fn big_orders_sink() -> Node {
    Node {
        name: "big_orders_sink",
        uid: "ee3e8509fa36aa14",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("big_orders"),
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
/// null_is_not_true.sql:3:60
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
