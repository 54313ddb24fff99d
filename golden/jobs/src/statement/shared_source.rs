//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 e2ede8066676ec309af53157fe2388a47513983878bfb2db5034e28dbd09f05f

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::compare;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_big,counts",
        nodes: Vec::from([
            t_source(),
            filter_amount(),
            big_sink(),
            project_id(),
            exchange_by_id(),
            group_by_id(),
            counts_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, amount])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
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
                Column::new("note", build::string()),
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
        uid: "bce42e1c70de43ef",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Calc(filter_amount_kernel),
    }
}

/// ```text
/// big_sink: Sink(table=[big], fields=[id, amount])
/// ```
fn big_sink() -> Node {
    Node {
        name: "big_sink",
        uid: "b00371aaa7c528f6",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("big"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

/// ```text
/// project_id: Calc(select=[id])
/// ```
fn project_id() -> Node {
    Node {
        name: "project_id",
        uid: "56430073ad247152",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("id", build::int())]),
        operator: OperatorSpec::Calc(project_id_kernel),
    }
}

/// ```text
/// exchange_by_id: Exchange(distribution=[hash[id]])
/// ```
fn exchange_by_id() -> Node {
    Node {
        name: "exchange_by_id",
        uid: "68df8c6527b0ec7c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([Column::new("id", build::int())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_id: GroupAgg(groupBy=[id], select=[id, COUNT(*) AS $agg0])
/// ```
fn group_by_id() -> Node {
    Node {
        name: "group_by_id",
        uid: "fe29613de195aa33",
        state_fingerprint: Some("3465278fde1bc6c1"),
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// counts_sink: Sink(table=[counts], fields=[id, EXPR$1])
/// ```
fn counts_sink() -> Node {
    Node {
        name: "counts_sink",
        uid: "1abefeb6e761e73b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("counts"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn amount(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// filter_amount: Calc(select=[id, amount], where=[(amount > 10)])
/// ```
/// shared_source.sql:5:48
/// ```sql
/// amount > 10
/// ```
fn filter_amount_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        if strict1(row.amount(), |a| compare::greater(a, 10i32)) != Some(true) {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}

/// ```text
/// project_id: Calc(select=[id])
/// ```
/// shared_source.sql:6:20
/// ```sql
/// SELECT id, COUNT(*) FROM t GROUP BY id
/// ```
fn project_id_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.finish();
    }
    Ok(())
}
