//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 40f8b5fc52a7789715b7251417147566f71f70da7c25bc283536c018047d019c

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
        name: "insert-into_few",
        nodes: Vec::from([stock_source(), filter_amount(), few_sink()]),
    }
}

/// ```text
/// stock_source: Source(table=[stock], fields=[item, amount])
/// ```
fn stock_source() -> Node {
    Node {
        name: "stock_source",
        uid: "b20790cc9400c79c",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("item", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "stock",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("item", build::string()),
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
                Column::new("item", build::string()),
                Column::new("amount", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_amount: Calc(select=[item, amount], where=[(amount < 10)])
/// ```
fn filter_amount() -> Node {
    Node {
        name: "filter_amount",
        uid: "67134bbccbbceeb8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("item", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Calc(filter_amount_kernel),
    }
}

/// ```text
/// few_sink: Sink(table=[few], fields=[item, amount])
/// ```
fn few_sink() -> Node {
    Node {
        name: "few_sink",
        uid: "cddbd7e54551102c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("item", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("few"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct StockSourceRow<'a>(RowRef<'a>);

impl StockSourceRow<'_> {
    #[inline]
    fn amount(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// filter_amount: Calc(select=[item, amount], where=[(amount < 10)])
/// ```
/// filter_splits_an_update.sql:3:54
/// ```sql
/// amount < 10
/// ```
fn filter_amount_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = StockSourceRow(raw);
        if strict1(row.amount(), |a| compare::less(a, 10i32)) != Some(true) {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}
