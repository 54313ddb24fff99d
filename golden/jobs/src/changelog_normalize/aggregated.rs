//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 549d29d2b2de49fc6a2e7781854f8289c1aab53c8f26bba6dfa61300d54078b3

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, ChangelogNormalizeSpec, Column, GroupAggSpec, Job,
    Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter};
use sql::{Session, SqlError};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_sums",
        nodes: Vec::from([
            balance_source(),
            exchange_by_id(),
            normalize_by_id(),
            project_name_amount(),
            exchange_by_name(),
            group_by_name(),
            sums_sink(),
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
/// normalize_by_id: ChangelogNormalize(key=[id])
/// ```
fn normalize_by_id() -> Node {
    Node {
        name: "normalize_by_id",
        uid: "07cb99a5dad535fb",
        state_fingerprint: Some("4a0d04185a8bae31"),
        inputs: Vec::from([NodeId(1)]),
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
/// project_name_amount: Calc(select=[name, amount])
/// ```
fn project_name_amount() -> Node {
    Node {
        name: "project_name_amount",
        uid: "ac690986558d4d9d",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_name_amount_kernel),
    }
}

/// ```text
/// exchange_by_name: Exchange(distribution=[hash[name]])
/// ```
fn exchange_by_name() -> Node {
    Node {
        name: "exchange_by_name",
        uid: "125ef2410523fe7e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_name: GroupAgg(groupBy=[name], select=[name, SUM(amount) AS $agg0])
/// ```
fn group_by_name() -> Node {
    Node {
        name: "group_by_name",
        uid: "bda2aee135ec2d61",
        state_fingerprint: Some("fe421577e6a471b1"),
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("name", build::string()),
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
            input_retracts: true,
            emit_update_before: false,
        }),
    }
}

/// ```text
/// sums_sink: Sink(table=[sums], fields=[name, EXPR$1])
/// ```
fn sums_sink() -> Node {
    Node {
        name: "sums_sink",
        uid: "5013a5ba8b54d6ca",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("name", build::not_null(build::string())),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("sums"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([0]),
            input_updates: true,
        }),
    }
}

/// ```text
/// project_name_amount: Calc(select=[name, amount])
/// ```
/// aggregated.sql:4:18
/// ```sql
/// SELECT name, SUM(amount) FROM balance GROUP BY name
/// ```
fn project_name_amount_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_variable(0, raw, 1);
        output.copy_fixed(1, raw, 2);
        output.finish();
    }
    Ok(())
}
