//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 1da093fda2759460109e28a0718436ff775384bc3d745e50d0ee9548695b531e

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Session, SqlError};
use sql::function::json;
use sql::function::null::{strict1, take};
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_id_expr_1_expr_2_and_8(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, s])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
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
/// project_id_expr_1_expr_2_and_8: Calc(select=[id, JSON_VALUE(s, '$.a' NULL NULL STRING) AS EXPR$1,
///     JSON_VALUE(s, '$.a', 'none', 'bad' DEFAULT DEFAULT STRING) AS EXPR$2, JSON_VALUE(s, 'strict $.a'
///     NULL NULL STRING) AS EXPR$3, JSON_QUERY(s, '$.a' WITHOUT NULL NULL) AS EXPR$4, JSON_QUERY(s,
///     '$.a' UNCONDITIONAL NULL NULL) AS EXPR$5, JSON_QUERY(s, 'lax $.a' WITHOUT EMPTY ARRAY EMPTY
///     OBJECT) AS EXPR$6, JSON_EXISTS(s, '$.a' FALSE) AS EXPR$7, IS JSON VALUE(s) AS EXPR$8, IS JSON
///     OBJECT(s) AS EXPR$9, IS JSON SCALAR(s) AS EXPR$10])
/// ```
fn project_id_expr_1_expr_2_and_8() -> Node {
    Node {
        name: "project_id_expr_1_expr_2_and_8",
        uid: "a8c8d28561915a06",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::string()),
            Column::new("EXPR$2", build::string()),
            Column::new("EXPR$3", build::string()),
            Column::new("EXPR$4", build::string()),
            Column::new("EXPR$5", build::string()),
            Column::new("EXPR$6", build::string()),
            Column::new("EXPR$7", build::boolean()),
            Column::new("EXPR$8", build::boolean()),
            Column::new("EXPR$9", build::boolean()),
            Column::new("EXPR$10", build::boolean()),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_and_8_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6, EXPR$7, EXPR$8,
///     EXPR$9, EXPR$10])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "c408c5d85ab935af",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::string()),
            Column::new("b", build::string()),
            Column::new("c", build::string()),
            Column::new("d", build::string()),
            Column::new("e", build::string()),
            Column::new("f", build::string()),
            Column::new("g", build::boolean()),
            Column::new("h", build::boolean()),
            Column::new("i", build::boolean()),
            Column::new("j", build::boolean()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
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

static TYPE_1: LazyLock<DataType> = LazyLock::new(build::string);

struct TSourceRow<'a>(RowRef<'a>);

impl<'a> TSourceRow<'a> {
    #[inline]
    fn s(&self) -> Option<&'a str> {
        self.0.text(1)
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_8: Calc(select=[id, JSON_VALUE(s, '$.a' NULL NULL STRING) AS EXPR$1,
///     JSON_VALUE(s, '$.a', 'none', 'bad' DEFAULT DEFAULT STRING) AS EXPR$2, JSON_VALUE(s, 'strict $.a'
///     NULL NULL STRING) AS EXPR$3, JSON_QUERY(s, '$.a' WITHOUT NULL NULL) AS EXPR$4, JSON_QUERY(s,
///     '$.a' UNCONDITIONAL NULL NULL) AS EXPR$5, JSON_QUERY(s, 'lax $.a' WITHOUT EMPTY ARRAY EMPTY
///     OBJECT) AS EXPR$6, JSON_EXISTS(s, '$.a' FALSE) AS EXPR$7, IS JSON VALUE(s) AS EXPR$8, IS JSON
///     OBJECT(s) AS EXPR$9, IS JSON SCALAR(s) AS EXPR$10])
/// ```
/// json_that_does_not_fit.sql:4:15
/// ```sql
/// SELECT id, JSON_VALUE(s, '$.a'), JSON_VALUE(s, '$.a' DEFAULT 'none' ON EMPTY DEFAULT 'bad' ON
///     ERROR), JSON_VALUE(s, 'strict $.a' NULL ON ERROR), JSON_QUERY(s, '$.a'),
/// JSON_QUERY(s, '$.a' WITH WRAPPER), JSON_QUERY(s, 'lax $.a' EMPTY ARRAY ON EMPTY EMPTY OBJECT ON
///     ERROR), JSON_EXISTS(s, '$.a'), s IS JSON, s IS JSON OBJECT, s IS JSON SCALAR FROM t
/// ```
fn project_id_expr_1_expr_2_and_8_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_1_value = strict1(
                row.s(),
                |a| json::query::json_value(a, "$.a", "NULL", "NULL", &TYPE_1),
            )
            .transpose()?
            .and_then(take::<String>);
        let expr_2_value = take::<
            String,
        >(
            json::query::json_value_default(
                row.s(),
                Some("$.a"),
                Some("none"),
                Some("bad"),
                "DEFAULT",
                "DEFAULT",
                &TYPE_1,
            )?,
        );
        let expr_3_value = strict1(
                row.s(),
                |a| json::query::json_value(a, "strict $.a", "NULL", "NULL", &TYPE_1),
            )
            .transpose()?
            .and_then(take::<String>);
        let expr_4_value = strict1(
                row.s(),
                |a| json::query::json_query(a, "$.a", "WITHOUT", "NULL", "NULL"),
            )
            .transpose()?
            .flatten();
        let expr_5_value = strict1(
                row.s(),
                |a| json::query::json_query(a, "$.a", "UNCONDITIONAL", "NULL", "NULL"),
            )
            .transpose()?
            .flatten();
        let expr_6_value = strict1(
                row.s(),
                |a| json::query::json_query(
                    a,
                    "lax $.a",
                    "WITHOUT",
                    "EMPTY ARRAY",
                    "EMPTY OBJECT",
                ),
            )
            .transpose()?
            .flatten();
        let expr_7_value = strict1(
                row.s(),
                |a| json::query::json_exists(a, "$.a", "FALSE"),
            )
            .transpose()?
            .flatten();
        let expr_8_value = strict1(row.s(), json::predicate::is_value);
        let expr_9_value = strict1(row.s(), json::predicate::is_object);
        let expr_10_value = strict1(row.s(), json::predicate::is_scalar);
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, expr_1_value.as_deref());
        output.put_text(2, expr_2_value.as_deref());
        output.put_text(3, expr_3_value.as_deref());
        output.put_text(4, expr_4_value.as_deref());
        output.put_text(5, expr_5_value.as_deref());
        output.put_text(6, expr_6_value.as_deref());
        output.put_boolean(7, expr_7_value);
        output.put_boolean(8, expr_8_value);
        output.put_boolean(9, expr_9_value);
        output.put_boolean(10, expr_10_value);
        output.finish();
    }
    Ok(())
}
