//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 2d75ed8eb81700758ede5b70cd4d9b1f799d35c99509cdd02d126c44385a5723

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Session, SqlError, Value};
use sql::function::{cast, collection};
use sql::function::null::{strict1, take};
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            project_expr_0_expr_1_expr_2_and_4(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, m])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("a", build::array(build::int())),
            Column::new("m", build::map(build::string(), build::int())),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::array(build::int())),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("m", build::map(build::string(), build::int())),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::array(build::int())),
                Column::new("m", build::map(build::string(), build::int())),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_4: Calc(select=[ARRAY_CONTAINS(a, 2) AS EXPR$0, ARRAY_CONTAINS(a,
///     NULL:INT) AS EXPR$1, ARRAY_DISTINCT(a) AS EXPR$2, ARRAY_JOIN(CAST(a AS ARRAY<STRING>), '+') AS
///     EXPR$3, MAP_KEYS(m) AS EXPR$4, MAP_VALUES(m) AS EXPR$5, ARRAY_REVERSE(a) AS EXPR$6])
/// ```
fn project_expr_0_expr_1_expr_2_and_4() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_4",
        uid: "cb31c61a63a9e03e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::boolean()),
            Column::new("EXPR$1", build::boolean()),
            Column::new("EXPR$2", build::array(build::int())),
            Column::new("EXPR$3", build::string()),
            Column::new("EXPR$4", build::array(build::string())),
            Column::new("EXPR$5", build::array(build::int())),
            Column::new("EXPR$6", build::array(build::int())),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_4_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "88a87771e7f5774e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("has", build::boolean()),
            Column::new("has_null", build::boolean()),
            Column::new("once", build::array(build::int())),
            Column::new("joined", build::string()),
            Column::new("ks", build::array(build::string())),
            Column::new("vs", build::array(build::int())),
            Column::new("back", build::array(build::int())),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

static TYPE_1: LazyLock<DataType> = LazyLock::new(|| build::array(build::int()));

static TYPE_2: LazyLock<DataType> = LazyLock::new(|| build::array(build::string()));

static TYPE_3: LazyLock<DataType> = LazyLock::new(|| build::map(
    build::string(),
    build::int(),
));

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn a(&self) -> Option<Value> {
        take(self.0.value(0, &TYPE_1))
    }
    #[inline]
    fn m(&self) -> Option<Value> {
        take(self.0.value(1, &TYPE_3))
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_4: Calc(select=[ARRAY_CONTAINS(a, 2) AS EXPR$0, ARRAY_CONTAINS(a,
///     NULL:INT) AS EXPR$1, ARRAY_DISTINCT(a) AS EXPR$2, ARRAY_JOIN(CAST(a AS ARRAY<STRING>), '+') AS
///     EXPR$3, MAP_KEYS(m) AS EXPR$4, MAP_VALUES(m) AS EXPR$5, ARRAY_REVERSE(a) AS EXPR$6])
/// ```
/// collections.sql:4:1
/// ```sql
/// SELECT ARRAY_CONTAINS(a, 2), ARRAY_CONTAINS(a, NULL), ARRAY_DISTINCT(a), ARRAY_JOIN(CAST(a AS
///     ARRAY<STRING>), '+'), MAP_KEYS(m), MAP_VALUES(m), ARRAY_REVERSE(a)
/// FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_4_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = collection::array::contains(
            &row.a().unwrap_or(Value::Null),
            &Value::Int(2i32),
        );
        let expr_1_value = collection::array::contains(
            &row.a().unwrap_or(Value::Null),
            &Value::Null,
        );
        let expr_2_value = strict1(row.a(), |a| collection::set::distinct(&a));
        let expr_3_value = strict1(
            strict1(row.a(), |a| cast::value::cast(session, &a, &TYPE_1, &TYPE_2))
                .transpose()?,
            |a| collection::array::join(&a, "+"),
        );
        let expr_4_value = strict1(row.m(), |a| collection::map::keys(&a));
        let expr_5_value = strict1(row.m(), |a| collection::map::values(&a));
        let expr_6_value = strict1(row.a(), |a| collection::array::reverse(&a));
        output.begin(kind);
        output.put_boolean(0, expr_0_value);
        output.put_boolean(1, expr_1_value);
        output.put_value(2, expr_2_value.as_ref().unwrap_or(&Value::Null), &TYPE_1);
        output.put_text(3, expr_3_value.as_deref());
        output.put_value(4, expr_4_value.as_ref().unwrap_or(&Value::Null), &TYPE_2);
        output.put_value(5, expr_5_value.as_ref().unwrap_or(&Value::Null), &TYPE_1);
        output.put_value(6, expr_6_value.as_ref().unwrap_or(&Value::Null), &TYPE_1);
        output.finish();
    }
    Ok(())
}
