//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 d9ae5620bd2f299cfa80748f46a0c7580dbb3acf88649505fae951f43cc41355

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Session, SqlError, Value};
use sql::function::json;
use sql::function::null::strict1;
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            project_g_f1_f2_and_1(),
            exchange_by_g(),
            group_by_g(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[g, k, v])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("g", build::int()),
            Column::new("k", build::string()),
            Column::new("v", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("g", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("v", build::int()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("g", build::int()),
                Column::new("k", build::string()),
                Column::new("v", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_g_f1_f2_and_1: Calc(select=[g, JSON_STRING(v INT) AS $f1, JSON_STRING(k STRING) AS $f2,
///     ROW[k, JSON_STRING(v INT)] AS $f3])
/// ```
fn project_g_f1_f2_and_1() -> Node {
    Node {
        name: "project_g_f1_f2_and_1",
        uid: "464a808975e500ee",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("g", build::int()),
            Column::new("$f1", build::string()),
            Column::new("$f2", build::string()),
            Column::new(
                "$f3",
                build::not_null(
                    build::row([
                        ("EXPR$0", build::string()),
                        ("EXPR$1", build::string()),
                    ]),
                ),
            ),
        ]),
        operator: OperatorSpec::Calc(project_g_f1_f2_and_1_kernel),
    }
}

/// ```text
/// exchange_by_g: Exchange(distribution=[hash[g]])
/// ```
fn exchange_by_g() -> Node {
    Node {
        name: "exchange_by_g",
        uid: "62b47ec043970fac",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("g", build::int()),
            Column::new("$f1", build::string()),
            Column::new("$f2", build::string()),
            Column::new(
                "$f3",
                build::not_null(
                    build::row([
                        ("EXPR$0", build::string()),
                        ("EXPR$1", build::string()),
                    ]),
                ),
            ),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_g: GroupAgg(groupBy=[g], select=[g, JSON_ARRAYAGG($f1) AS $agg0, JSON_ARRAYAGG($f2 NULL ON
///     NULL) AS $agg1, JSON_OBJECTAGG($f3) AS $agg2, JSON_OBJECTAGG($f3 ABSENT ON NULL) AS $agg3])
/// ```
fn group_by_g() -> Node {
    Node {
        name: "group_by_g",
        uid: "109b2691b8735ed5",
        state_fingerprint: Some("8d13a3978de7c04c"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("g", build::int()),
            Column::new("$agg0", build::not_null(build::varchar(2000))),
            Column::new("$agg1", build::not_null(build::varchar(2000))),
            Column::new("$agg2", build::not_null(build::varchar(2000))),
            Column::new("$agg3", build::not_null(build::varchar(2000))),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::JsonArrayAgg {
                        keeps_null: false,
                    },
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::varchar(2000)),
                },
                AggregateSpec {
                    function: AggregateFunction::JsonArrayAgg {
                        keeps_null: true,
                    },
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::varchar(2000)),
                },
                AggregateSpec {
                    function: AggregateFunction::JsonObjectAgg {
                        keeps_null: true,
                    },
                    argument: Some(3),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::varchar(2000)),
                },
                AggregateSpec {
                    function: AggregateFunction::JsonObjectAgg {
                        keeps_null: false,
                    },
                    argument: Some(3),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::varchar(2000)),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[g, EXPR$1, EXPR$2, EXPR$3, EXPR$4])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "a303e501cc360b38",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("g", build::int()),
            Column::new("a", build::string()),
            Column::new("b", build::string()),
            Column::new("c", build::string()),
            Column::new("d", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

static TYPE_1: LazyLock<DataType> = LazyLock::new(build::int);

static TYPE_2: LazyLock<DataType> = LazyLock::new(build::string);

static TYPE_3: LazyLock<DataType> = LazyLock::new(|| build::not_null(
    build::row([("EXPR$0", build::string()), ("EXPR$1", build::string())]),
));

struct TSourceRow<'a>(RowRef<'a>);

impl<'a> TSourceRow<'a> {
    #[inline]
    fn k(&self) -> Option<&'a str> {
        self.0.text(1)
    }
    #[inline]
    fn v(&self) -> Option<i32> {
        self.0.i32(2)
    }
}

/// ```text
/// project_g_f1_f2_and_1: Calc(select=[g, JSON_STRING(v INT) AS $f1, JSON_STRING(k STRING) AS $f2,
///     ROW[k, JSON_STRING(v INT)] AS $f3])
/// ```
/// json_of_groups.sql:3:15
/// ```sql
/// SELECT g, JSON_ARRAYAGG(v), JSON_ARRAYAGG(k NULL ON NULL), JSON_OBJECTAGG(KEY k VALUE v),
/// JSON_OBJECTAGG(KEY k VALUE v ABSENT ON NULL) FROM t GROUP BY g
/// ```
fn project_g_f1_f2_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let v1 = strict1(
            row.v().map(Value::Int),
            |a| json::build::json_string(&a, &TYPE_1),
        );
        let _f2_value = strict1(
            row.k().map(str::to_owned).map(Value::Text),
            |a| json::build::json_string(&a, &TYPE_2),
        );
        let _f3_value = Some(
            Value::Row(
                Vec::from([
                    row.k().map(str::to_owned).map_or(Value::Null, Value::Text),
                    v1.as_deref().map(str::to_owned).map_or(Value::Null, Value::Text),
                ]),
            ),
        );
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, v1.as_deref());
        output.put_text(2, _f2_value.as_deref());
        output.put_value(3, _f3_value.as_ref().unwrap_or(&Value::Null), &TYPE_3);
        output.finish();
    }
    Ok(())
}
