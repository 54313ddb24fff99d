//! Jobs that tests run: their nodes, and deployments for them.

use std::collections::BTreeMap;

use sql::{DataType, Session, SqlError, TypeKind, Value};

use crate::connector::values::{Data, Item, register};
use crate::job::{
    AggregateFunction, AggregateSpec, BatchKernel, Column, GroupAggSpec, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use crate::launch::Deployment;
use crate::row::{Batch, BatchWriter, RowKind};

/// Columns `k INT, v INT`.
pub(super) fn columns() -> Vec<Column> {
    let int = || DataType::nullable(TypeKind::Int);
    vec![Column { name: "k", ty: int() }, Column { name: "v", ty: int() }]
}

pub(in crate::dataflow) fn node(name: &'static str, inputs: &[usize], operator: OperatorSpec) -> Node {
    Node {
        name,
        uid: name,
        state_fingerprint: None,
        inputs: inputs.iter().map(|&input| NodeId(input)).collect(),
        columns: columns(),
        operator,
    }
}

pub(in crate::dataflow) fn source(table: &'static str) -> OperatorSpec {
    let read = columns()
        .into_iter()
        .enumerate()
        .map(|(position, column)| ReadColumn {
            column,
            from: ReadFrom::Physical(position),
        });
    OperatorSpec::Source(SourceSpec {
        table,
        read: read.collect(),
        compute: None,
        watermark: None,
        physical: columns(),
        primary_key: vec![],
    })
}

pub(in crate::dataflow) fn sink(table: &'static str) -> OperatorSpec {
    OperatorSpec::Sink(SinkSpec {
        table: Some(table),
        write: vec![WriteColumn::Physical, WriteColumn::Physical],
        primary_key: vec![],
        input_updates: false,
    })
}

/// Keeps rows with an even `v`, doubled.
pub(super) const DOUBLE_EVEN: BatchKernel = double_even;

fn double_even(input: &Batch, output: &mut BatchWriter, _session: &mut Session) -> Result<(), SqlError> {
    for (kind, row) in input.rows() {
        if let Some(v) = row.i32(1).filter(|v| v % 2 == 0) {
            output.begin(kind);
            output.put_i32(0, row.i32(0));
            output.put_i32(1, Some(v * 2));
            output.finish();
        }
    }
    Ok(())
}

pub(super) fn row(k: i32, v: i32) -> Item {
    Item::Row(RowKind::Insert, vec![Value::Int(k), Value::Int(v)])
}

/// A deployment whose tables `s` and `t` are `values` tables of this test.
pub(super) fn deployment(test: &str, parallelism: usize) -> Deployment {
    let table = |suffix: &str| {
        let id = format!("flow-{test}-{suffix}");
        let options = [("connector", "values".to_owned()), ("data-id", id)];
        BTreeMap::from(options.map(|(key, value)| (key.to_owned(), value)))
    };
    Deployment {
        job_id: test.to_owned(),
        parallelism,
        tables: BTreeMap::from(["s", "t"].map(|name| (name.to_owned(), table(name)))),
        ..Deployment::default()
    }
}

pub(super) fn give(test: &str, items: Vec<Item>, unbounded: bool) {
    register(format!("flow-{test}-s"), Data { items, unbounded });
}

pub(super) fn visible(test: &str) -> Vec<String> {
    crate::connector::values::committed(&format!("flow-{test}-t"))
}

/// s → calc → exchange by k → calc → t.
pub(super) fn two_stages() -> Job {
    Job {
        name: "two stages",
        nodes: vec![
            node("source", &[], source("s")),
            node("double", &[0], OperatorSpec::Calc(DOUBLE_EVEN)),
            node("exchange", &[1], OperatorSpec::Exchange { keys: vec![0] }),
            node("double_again", &[2], OperatorSpec::Calc(DOUBLE_EVEN)),
            node("sink", &[3], sink("t")),
        ],
    }
}

/// s → exchange by k → COUNT(*), SUM(v) by k → t.
pub(super) fn totals() -> Job {
    let aggregate = |function, argument, kind| AggregateSpec {
        function,
        argument,
        distinct: false,
        filter: None,
        ty: DataType::nullable(kind),
    };
    let spec = GroupAggSpec {
        keys: vec![0],
        aggregates: vec![
            aggregate(AggregateFunction::CountRows, None, TypeKind::BigInt),
            aggregate(AggregateFunction::Sum, Some(1), TypeKind::Int),
        ],
        input_retracts: false,
        emit_update_before: true,
    };
    let mut job = Job {
        name: "totals",
        nodes: vec![
            node("source", &[], source("s")),
            node("exchange", &[0], OperatorSpec::Exchange { keys: vec![0] }),
            node("totals", &[1], OperatorSpec::GroupAgg(spec)),
            node("sink", &[2], sink("t")),
        ],
    };
    for at in [2, 3] {
        job.nodes[at].columns = totals_columns();
    }
    job
}

fn totals_columns() -> Vec<Column> {
    let column = |name, kind| Column {
        name,
        ty: DataType::nullable(kind),
    };
    vec![
        column("k", TypeKind::Int),
        column("c", TypeKind::BigInt),
        column("s", TypeKind::Int),
    ]
}

/// What a table shows after these changes; every change must fit what came before it.
pub(super) fn replay(changes: &[String]) -> BTreeMap<String, String> {
    let mut table: BTreeMap<String, String> = BTreeMap::new();
    for change in changes {
        let (kind, row) = change.split_at(2);
        let key = row.split(',').next().expect("a row has columns").to_owned();
        match kind {
            "+I" => assert_eq!(
                table.insert(key, row.to_owned()),
                None,
                "{change} is there already"
            ),
            "-U" | "-D" => assert_eq!(
                table.remove(&key).as_deref(),
                Some(row),
                "{change} takes back another row"
            ),
            "+U" => assert_eq!(table.insert(key, row.to_owned()), None, "{change} without -U"),
            _ => unreachable!("a changelog has four kinds"),
        }
    }
    table
}

/// What `totals` of the numbers below `end` shows.
pub(super) fn expected_totals(end: i32) -> Vec<String> {
    let total = |k: i32| {
        let numbers = (0..end).filter(|v| v % 10 == k);
        format!("[{k}, {}, {}]", numbers.clone().count(), numbers.sum::<i32>())
    };
    (0..10).map(total).collect()
}
