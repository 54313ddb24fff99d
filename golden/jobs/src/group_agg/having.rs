//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 9b7425bd0ca27d3da5a94374dca041012c7e54cf72bfc706c3f3667f81b52c61

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
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            exchange_by_k(),
            group_by_k(),
            filter_agg0(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[k])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("k", build::string())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("k", build::string())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "8089b35224a9c361",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("k", build::string())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_k: GroupAgg(groupBy=[k], select=[k, COUNT(*) AS $agg0])
/// ```
fn group_by_k() -> Node {
    Node {
        name: "group_by_k",
        uid: "1a4f0974353f987a",
        state_fingerprint: Some("d6786dcdcf00bc14"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
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
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// filter_agg0: Calc(select=[k, $agg0], where=[($agg0 > 1:BIGINT)])
/// ```
fn filter_agg0() -> Node {
    Node {
        name: "filter_agg0",
        uid: "6f220e305b667756",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(filter_agg0_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[k, EXPR$1])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "731b49a5c506b9fb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct GroupByKRow<'a>(RowRef<'a>);

impl GroupByKRow<'_> {
    #[inline]
    fn _agg0(&self) -> Option<i64> {
        self.0.i64(1)
    }
}

/// ```text
/// filter_agg0: Calc(select=[k, $agg0], where=[($agg0 > 1:BIGINT)])
/// ```
/// having.sql:3:65
/// ```sql
/// COUNT(*) > 1
/// ```
fn filter_agg0_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByKRow(raw);
        if strict1(row._agg0(), |a| compare::greater(a, 1i64)) != Some(true) {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}
