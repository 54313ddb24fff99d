//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 0069b65c4d4209b8521cf6b8c140ab467a8c421ed1c565237f5e35f5784909b6

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SinkUpsertMaterializerSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter};
use sql::{Session, SqlError};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_cities",
        nodes: Vec::from([
            houses_source(),
            exchange_by_city_street(),
            group_by_city_street(),
            project_city_expr_1(),
            exchange_by_city(),
            materialize_by_city(),
            cities_sink(),
        ]),
    }
}

/// ```text
/// houses_source: Source(table=[houses], fields=[city, street])
/// ```
fn houses_source() -> Node {
    Node {
        name: "houses_source",
        uid: "5c6d7d6c663f779b",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("city", build::string()),
            Column::new("street", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "houses",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("city", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("street", build::string()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("city", build::string()),
                Column::new("street", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_city_street: Exchange(distribution=[hash[city, street]])
/// ```
fn exchange_by_city_street() -> Node {
    Node {
        name: "exchange_by_city_street",
        uid: "3d76acefced2b42b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("city", build::string()),
            Column::new("street", build::string()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// group_by_city_street: GroupAgg(groupBy=[city, street], select=[city, street, COUNT(*) AS $agg0])
/// ```
fn group_by_city_street() -> Node {
    Node {
        name: "group_by_city_street",
        uid: "27a6493d2979f8d6",
        state_fingerprint: Some("48954ff33bf7e4f9"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("city", build::string()),
            Column::new("street", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0, 1]),
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
/// project_city_expr_1: Calc(select=[city, $agg0 AS EXPR$1])
/// ```
fn project_city_expr_1() -> Node {
    Node {
        name: "project_city_expr_1",
        uid: "e216f2f58bdbc255",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("city", build::string()),
            Column::new("EXPR$1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(project_city_expr_1_kernel),
    }
}

/// ```text
/// exchange_by_city: Exchange(distribution=[hash[city]])
/// ```
fn exchange_by_city() -> Node {
    Node {
        name: "exchange_by_city",
        uid: "b253b2c9537dbb4b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("city", build::string()),
            Column::new("EXPR$1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// materialize_by_city: SinkUpsertMaterializer(primaryKey=[city], upsertKey=[])
/// ```
fn materialize_by_city() -> Node {
    Node {
        name: "materialize_by_city",
        uid: "444352eb70b1007b",
        state_fingerprint: Some("525c1b2fe0d0bb0c"),
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("city", build::string()),
            Column::new("EXPR$1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::SinkUpsertMaterializer(SinkUpsertMaterializerSpec {
            key: Vec::from([0]),
            upsert_key: Vec::new(),
        }),
    }
}

/// ```text
/// cities_sink: Sink(table=[cities], fields=[city, EXPR$1])
/// ```
fn cities_sink() -> Node {
    Node {
        name: "cities_sink",
        uid: "306f80f1f5908a55",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("city", build::not_null(build::string())),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("cities"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([0]),
            input_updates: true,
        }),
    }
}

/// ```text
/// project_city_expr_1: Calc(select=[city, $agg0 AS EXPR$1])
/// ```
/// keys_left_out.sql:4:20
/// ```sql
/// SELECT city, COUNT(*) FROM houses GROUP BY city, street
/// ```
fn project_city_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.copy_fixed(1, raw, 2);
        output.finish();
    }
    Ok(())
}
