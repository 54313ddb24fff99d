//! Jobs that tests run: their nodes, and deployments for them.

use std::collections::BTreeMap;

use sql::{DataType, Session, SqlError, TypeKind, Value};

use crate::connector::values::{Data, Item, register};
use crate::job::{
    BatchKernel, Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use crate::launch::Deployment;
use crate::row::{Batch, BatchWriter, RowKind};

/// Columns `k INT, v INT`.
pub(super) fn columns() -> Vec<Column> {
    let int = || DataType::nullable(TypeKind::Int);
    vec![Column { name: "k", ty: int() }, Column { name: "v", ty: int() }]
}

pub(super) fn node(name: &'static str, inputs: &[usize], operator: OperatorSpec) -> Node {
    Node {
        name,
        uid: name,
        inputs: inputs.iter().map(|&input| NodeId(input)).collect(),
        columns: columns(),
        operator,
    }
}

pub(super) fn source(table: &'static str) -> OperatorSpec {
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

pub(super) fn sink(table: &'static str) -> OperatorSpec {
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
