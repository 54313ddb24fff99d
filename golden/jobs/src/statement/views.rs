//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 e1ef6822349b8c0ffb3447d31057f3d52f6dbf8288893e55ea2904946839d813

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
        name: "insert-into_rich,poor",
        nodes: Vec::from([
            t_source(),
            exchange_by_id(),
            group_by_id(),
            filter_agg0(),
            rich_sink(),
            filter_agg0_2(),
            poor_sink(),
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
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_id: Exchange(distribution=[hash[id]])
/// ```
fn exchange_by_id() -> Node {
    Node {
        name: "exchange_by_id",
        uid: "2dbe1b349300727b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_id: GroupAgg(groupBy=[id], select=[id, SUM(amount) AS $agg0])
/// ```
fn group_by_id() -> Node {
    Node {
        name: "group_by_id",
        uid: "ea86f1f5f1f4b013",
        state_fingerprint: Some("3e5ea80422dfcc5d"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("$agg0", build::int()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// filter_agg0: Calc(select=[id AS who, $agg0 AS total], where=[($agg0 >= 100)])
/// ```
fn filter_agg0() -> Node {
    Node {
        name: "filter_agg0",
        uid: "9c2724b66b6fa497",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("who", build::int()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::Calc(filter_agg0_kernel),
    }
}

/// ```text
/// rich_sink: Sink(table=[rich], fields=[who, total])
/// ```
fn rich_sink() -> Node {
    Node {
        name: "rich_sink",
        uid: "15cb0f464c27656c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("rich"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

/// ```text
/// filter_agg0_2: Calc(select=[id AS who, $agg0 AS total], where=[($agg0 < 100)])
/// ```
fn filter_agg0_2() -> Node {
    Node {
        name: "filter_agg0_2",
        uid: "721297ef81845a74",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("who", build::int()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::Calc(filter_agg0_2_kernel),
    }
}

/// ```text
/// poor_sink: Sink(table=[poor], fields=[who, total])
/// ```
fn poor_sink() -> Node {
    Node {
        name: "poor_sink",
        uid: "082e888d7208e065",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("poor"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct GroupByIdRow<'a>(RowRef<'a>);

impl GroupByIdRow<'_> {
    #[inline]
    fn _agg0(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// filter_agg0: Calc(select=[id AS who, $agg0 AS total], where=[($agg0 >= 100)])
/// ```
/// views.sql:6:54
/// ```sql
/// total >= 100
/// ```
fn filter_agg0_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByIdRow(raw);
        if strict1(row._agg0(), |a| compare::greater_or_equal(a, 100i32)) != Some(true) {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}

/// ```text
/// filter_agg0_2: Calc(select=[id AS who, $agg0 AS total], where=[($agg0 < 100)])
/// ```
/// views.sql:7:45
/// ```sql
/// total < 100
/// ```
fn filter_agg0_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByIdRow(raw);
        if strict1(row._agg0(), |a| compare::less(a, 100i32)) != Some(true) {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}
