//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 295aff77b1fbfae8fc3c93ac4afe86152c1c27267679108d9e1a29651cf05261

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
        nodes: Vec::from([
            a_source(),
            b_source(),
            union(),
            exchange_by_id_s(),
            distinct_id_s(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// a_source: Source(table=[a], fields=[id, s])
/// ```
fn a_source() -> Node {
    Node {
        name: "a_source",
        uid: "46c9189f2e13f61b",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "a",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("s", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// b_source: Source(table=[b], fields=[id, s])
/// ```
fn b_source() -> Node {
    Node {
        name: "b_source",
        uid: "e7e2fc8fcb44ae4f",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "b",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("s", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// union: Union(fields=[id, s])
/// ```
fn union() -> Node {
    Node {
        name: "union",
        uid: "ac37e98a254a6f6b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0), NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Union,
    }
}

/// ```text
/// exchange_by_id_s: Exchange(distribution=[hash[id, s]])
/// ```
fn exchange_by_id_s() -> Node {
    Node {
        name: "exchange_by_id_s",
        uid: "485eebcd748af71f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// distinct_id_s: GroupAgg(groupBy=[id, s], select=[id, s])
/// ```
fn distinct_id_s() -> Node {
    Node {
        name: "distinct_id_s",
        uid: "fe7307ae25d24372",
        state_fingerprint: Some("ab3fca736ea9575f"),
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("s", build::string()),
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
/// answers_sink: Sink(table=[answers], fields=[id, s])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "1b74cf5dd8e865ad",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}
