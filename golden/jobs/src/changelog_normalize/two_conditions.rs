//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 7f178577c7d254dc0c7f2ed06dc1e58acd2db59bfd59b8f0b1e99d6f7e4d30fb

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    ChangelogNormalizeSpec, Column, Job, Node, NodeId, OperatorSpec, ReadColumn,
    ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowKind, RowRef};
use sql::{Session, SqlError};
use sql::function::compare;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_rich,poor",
        nodes: Vec::from([
            balance_source(),
            exchange_by_id(),
            delete_unless_amount(),
            normalize_by_id(),
            project_id_name(),
            rich_sink(),
            delete_unless_amount_2(),
            normalize_by_id_2(),
            project_id_name_2(),
            poor_sink(),
        ]),
    }
}

/// ```text
/// balance_source: Source(table=[balance], fields=[id, name, amount])
/// ```
fn balance_source() -> Node {
    Node {
        name: "balance_source",
        uid: "5ab68ecce22dea01",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
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
                    column: Column::new("name", build::string()),
                    from: ReadFrom::Physical(1),
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
/// exchange_by_id: Exchange(distribution=[hash[id]])
/// ```
fn exchange_by_id() -> Node {
    Node {
        name: "exchange_by_id",
        uid: "557f5eb8b2bf791e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// delete_unless_amount: Calc(select=[id, name, amount], deleteUnless=[(amount > 10)])
/// ```
fn delete_unless_amount() -> Node {
    Node {
        name: "delete_unless_amount",
        uid: "96ac7dfb819626f8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Calc(delete_unless_amount_kernel),
    }
}

/// ```text
/// normalize_by_id: ChangelogNormalize(key=[id])
/// ```
fn normalize_by_id() -> Node {
    Node {
        name: "normalize_by_id",
        uid: "9eb5edf0b28aff6f",
        state_fingerprint: Some("4a0d04185a8bae31"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::ChangelogNormalize(ChangelogNormalizeSpec {
            key: Vec::from([0]),
            emit_update_before: false,
        }),
    }
}

/// ```text
/// project_id_name: Calc(select=[id, name])
/// ```
fn project_id_name() -> Node {
    Node {
        name: "project_id_name",
        uid: "ec008622e26dbbca",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_id_name_kernel),
    }
}

/// ```text
/// rich_sink: Sink(table=[rich], fields=[id, name])
/// ```
fn rich_sink() -> Node {
    Node {
        name: "rich_sink",
        uid: "c4fb43678375564c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("rich"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([0]),
            input_updates: true,
        }),
    }
}

/// ```text
/// delete_unless_amount_2: Calc(select=[id, name, amount], deleteUnless=[(amount <= 10)])
/// ```
fn delete_unless_amount_2() -> Node {
    Node {
        name: "delete_unless_amount_2",
        uid: "8ee6a1ce48308ee0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Calc(delete_unless_amount_2_kernel),
    }
}

/// ```text
/// normalize_by_id_2: ChangelogNormalize(key=[id])
/// ```
fn normalize_by_id_2() -> Node {
    Node {
        name: "normalize_by_id_2",
        uid: "20f8c96885ba8fa0",
        state_fingerprint: Some("4a0d04185a8bae31"),
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::ChangelogNormalize(ChangelogNormalizeSpec {
            key: Vec::from([0]),
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_id_name_2: Calc(select=[id, name])
/// ```
fn project_id_name_2() -> Node {
    Node {
        name: "project_id_name_2",
        uid: "632db3207c1c0883",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(7)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("name", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_id_name_2_kernel),
    }
}

/// ```text
/// poor_sink: Sink(table=[poor], fields=[id, name])
/// ```
fn poor_sink() -> Node {
    Node {
        name: "poor_sink",
        uid: "7270ee7a7cfe73e2",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(8)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("name", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("poor"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct ExchangeByIdRow<'a>(RowRef<'a>);

impl ExchangeByIdRow<'_> {
    #[inline]
    fn amount(&self) -> Option<i32> {
        self.0.i32(2)
    }
}

/// ```text
/// delete_unless_amount: Calc(select=[id, name, amount], deleteUnless=[(amount > 10)])
/// ```
/// two_conditions.sql:6:53
/// ```sql
/// amount > 10
/// ```
fn delete_unless_amount_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ExchangeByIdRow(raw);
        if !kind.is_addition() {
            output.push(kind, raw);
            continue;
        }
        if strict1(row.amount(), |a| compare::greater(a, 10i32)) != Some(true) {
            output.push(RowKind::Delete, raw);
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}

/// ```text
/// project_id_name: Calc(select=[id, name])
/// ```
/// two_conditions.sql:6:25
/// ```sql
/// id, name
/// ```
fn project_id_name_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.finish();
    }
    Ok(())
}

/// ```text
/// delete_unless_amount_2: Calc(select=[id, name, amount], deleteUnless=[(amount <= 10)])
/// ```
/// two_conditions.sql:7:53
/// ```sql
/// amount <= 10
/// ```
fn delete_unless_amount_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ExchangeByIdRow(raw);
        if !kind.is_addition() {
            output.push(kind, raw);
            continue;
        }
        if strict1(row.amount(), |a| compare::less_or_equal(a, 10i32)) != Some(true) {
            output.push(RowKind::Delete, raw);
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}

/// ```text
/// project_id_name_2: Calc(select=[id, name])
/// ```
/// two_conditions.sql:7:25
/// ```sql
/// id, name
/// ```
fn project_id_name_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.finish();
    }
    Ok(())
}
