//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 48c93746e5ac1edba0b4708577d1820fc3537ed97d8bb72f3a61e0ca872c48bb

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Session, SqlError, Value};
use sql::function::{cast, json};
use sql::function::null::{strict1, take};
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            project_expr_0_expr_1_expr_2_and_3(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[j])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("j", build::string())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("j", build::string()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("j", build::string())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_3: Calc(select=[JSON_VALUE(j, '$.a' NULL NULL STRING) AS EXPR$0,
///     JSON_VALUE(j, '$.b', CAST(-1 AS STRING), NULL:STRING DEFAULT NULL INT) AS EXPR$1, JSON_VALUE(j,
///     'lax $.b', CAST(-1 AS STRING), NULL:STRING DEFAULT NULL INT) AS EXPR$2, JSON_QUERY(j, '$.c'
///     WITHOUT NULL NULL) AS EXPR$3, JSON_EXISTS(j, '$.a' FALSE) AS EXPR$4, JSON_STRING(j STRING) AS
///     EXPR$5])
/// ```
fn project_expr_0_expr_1_expr_2_and_3() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_3",
        uid: "dc6bd2336e0d93f8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::string()),
            Column::new("EXPR$1", build::int()),
            Column::new("EXPR$2", build::int()),
            Column::new("EXPR$3", build::string()),
            Column::new("EXPR$4", build::boolean()),
            Column::new("EXPR$5", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_3_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "80484b8b815287bb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("a", build::string()),
            Column::new("b", build::int()),
            Column::new("lax_b", build::int()),
            Column::new("c", build::string()),
            Column::new("d", build::boolean()),
            Column::new("e", build::string()),
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
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

static TYPE_1: LazyLock<DataType> = LazyLock::new(build::string);

static TYPE_2: LazyLock<DataType> = LazyLock::new(build::int);

struct TSourceRow<'a>(RowRef<'a>);

impl<'a> TSourceRow<'a> {
    #[inline]
    fn j(&self) -> Option<&'a str> {
        self.0.text(0)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_3: Calc(select=[JSON_VALUE(j, '$.a' NULL NULL STRING) AS EXPR$0,
///     JSON_VALUE(j, '$.b', CAST(-1 AS STRING), NULL:STRING DEFAULT NULL INT) AS EXPR$1, JSON_VALUE(j,
///     'lax $.b', CAST(-1 AS STRING), NULL:STRING DEFAULT NULL INT) AS EXPR$2, JSON_QUERY(j, '$.c'
///     WITHOUT NULL NULL) AS EXPR$3, JSON_EXISTS(j, '$.a' FALSE) AS EXPR$4, JSON_STRING(j STRING) AS
///     EXPR$5])
/// ```
/// json.sql:4:1
/// ```sql
/// SELECT JSON_VALUE(j, '$.a'), JSON_VALUE(j, '$.b' RETURNING INT DEFAULT -1 ON EMPTY),
/// JSON_VALUE(j, 'lax $.b' RETURNING INT DEFAULT -1 ON EMPTY), JSON_QUERY(j, '$.c'), JSON_EXISTS(j,
///     '$.a'), JSON_STRING(j)
/// FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_3_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict1(
                row.j(),
                |a| json::query::json_value(a, "$.a", "NULL", "NULL", &TYPE_1),
            )
            .transpose()?
            .and_then(take::<String>);
        let v1 = Some(cast::to_text::any_integer(-1i32));
        let expr_1_value = take::<
            i32,
        >(
            json::query::json_value_default(
                row.j(),
                Some("$.b"),
                v1.as_deref(),
                None::<&str>,
                "DEFAULT",
                "NULL",
                &TYPE_2,
            )?,
        );
        let expr_2_value = take::<
            i32,
        >(
            json::query::json_value_default(
                row.j(),
                Some("lax $.b"),
                v1.as_deref(),
                None::<&str>,
                "DEFAULT",
                "NULL",
                &TYPE_2,
            )?,
        );
        let expr_3_value = strict1(
                row.j(),
                |a| json::query::json_query(a, "$.c", "WITHOUT", "NULL", "NULL"),
            )
            .transpose()?
            .flatten();
        let expr_4_value = strict1(
                row.j(),
                |a| json::query::json_exists(a, "$.a", "FALSE"),
            )
            .transpose()?
            .flatten();
        let expr_5_value = strict1(
            row.j().map(str::to_owned).map(Value::Text),
            |a| json::build::json_string(&a, &TYPE_1),
        );
        output.begin(kind);
        output.put_text(0, expr_0_value.as_deref());
        output.put_i32(1, expr_1_value);
        output.put_i32(2, expr_2_value);
        output.put_text(3, expr_3_value.as_deref());
        output.put_boolean(4, expr_4_value);
        output.put_text(5, expr_5_value.as_deref());
        output.finish();
    }
    Ok(())
}
