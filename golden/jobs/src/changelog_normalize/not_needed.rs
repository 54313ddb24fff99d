//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 a92d2a5a776c931df4c6cfc2754ce8c1f209dd94ef811da84dad2100b35cb98d

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
        name: "insert-into_copies",
        nodes: Vec::from([
            balance_source(),
            filter_id(),
            exchange_by_id(),
            copies_sink(),
        ]),
    }
}

/// ```text
/// balance_source: Source(table=[balance], fields=[id, amount])
/// ```
fn balance_source() -> Node {
    Node {
        name: "balance_source",
        uid: "5ab68ecce22dea01",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "balance",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::not_null(build::bigint())),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("amount", build::int()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::not_null(build::bigint())),
                Column::new("name", build::string()),
                Column::new("amount", build::int()),
            ]),
            primary_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// filter_id: Calc(select=[id, amount], where=[(id > 1:BIGINT)])
/// ```
fn filter_id() -> Node {
    Node {
        name: "filter_id",
        uid: "094081cd08d22fce",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Calc(filter_id_kernel),
    }
}

/// ```text
/// exchange_by_id: Exchange(distribution=[hash[id]])
/// ```
fn exchange_by_id() -> Node {
    Node {
        name: "exchange_by_id",
        uid: "e693f68975f25a7d",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// copies_sink: Sink(table=[copies], fields=[id, amount])
/// ```
fn copies_sink() -> Node {
    Node {
        name: "copies_sink",
        uid: "c9673973fa690ae1",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("copies"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([0]),
            input_updates: true,
        }),
    }
}

struct BalanceSourceRow<'a>(RowRef<'a>);

impl BalanceSourceRow<'_> {
    #[inline]
    fn id(&self) -> Option<i64> {
        self.0.i64(0)
    }
}

/// ```text
/// filter_id: Calc(select=[id, amount], where=[(id > 1:BIGINT)])
/// ```
/// not_needed.sql:4:57
/// ```sql
/// id > 1
/// ```
fn filter_id_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = BalanceSourceRow(raw);
        if strict1(row.id(), |a| compare::greater(a, 1i64)) != Some(true) {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}
