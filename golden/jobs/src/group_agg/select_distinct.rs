//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 d54574786ce3f84f7cc835ed19c2f04b24b24ffc56f073f0bc56d71f0b5882c8

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, GroupAggSpec, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom,
    SinkSpec, SourceSpec, WriteColumn,
};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), exchange_by_a_b(), distinct_a_b(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, b])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("b", build::string()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("b", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_a_b: Exchange(distribution=[hash[a, b]])
/// ```
fn exchange_by_a_b() -> Node {
    Node {
        name: "exchange_by_a_b",
        uid: "fc57c990e773c42a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// distinct_a_b: GroupAgg(groupBy=[a, b], select=[a, b])
/// ```
fn distinct_a_b() -> Node {
    Node {
        name: "distinct_a_b",
        uid: "645b1a1d03760f43",
        state_fingerprint: Some("ab3fca736ea9575f"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0, 1]),
            aggregates: Vec::new(),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[a, b])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "8c998639af5e42bc",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}
