//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 22a1200ea176a6d0b46a9d6dfb581f6448e84e9c2945119a1fa39a1186b82a57

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    ValuesSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Value};
use sql::function::{cast, compare, text};
use sql::function::null::{coalesce, strict1, strict_all};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o,o",
        nodes: Vec::from([
            t_source(),
            project_id_expr_1_expr_2_and_4(),
            o_sink(),
            values(),
            project_expr_0_expr_1_expr_2_and_4(),
            o_sink_2(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("id", build::int())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("id", build::int())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_4: Calc(select=[id, (CASE WHEN (id = 1) THEN 'a' ELSE 'bcd' END || '.')
///     AS EXPR$1, CHAR_LENGTH(CASE WHEN (id = 1) THEN 'a' ELSE 'bcd' END) AS EXPR$2, (CAST('ab' AS
///     CHAR(4)) || '.') AS EXPR$3, (CAST('abcdef' AS VARCHAR(3)) || '.') AS EXPR$4,
///     CHAR_LENGTH(CAST('ab' AS CHAR(4))) AS EXPR$5, (CAST('ab' AS CHAR(4)) = 'ab') AS EXPR$6])
/// ```
fn project_id_expr_1_expr_2_and_4() -> Node {
    Node {
        name: "project_id_expr_1_expr_2_and_4",
        uid: "ad55e156f60461c4",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::not_null(build::varchar(4))),
            Column::new("EXPR$2", build::not_null(build::int())),
            Column::new("EXPR$3", build::not_null(build::char(5))),
            Column::new("EXPR$4", build::not_null(build::varchar(4))),
            Column::new("EXPR$5", build::not_null(build::int())),
            Column::new("EXPR$6", build::not_null(build::boolean())),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_and_4_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "770906b77887e9a0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::string()),
            Column::new("b", build::int()),
            Column::new("c", build::string()),
            Column::new("d", build::string()),
            Column::new("e", build::int()),
            Column::new("f", build::boolean()),
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
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

/// ```text
/// values: Values(rows=[2], fields=[EXPR$0, EXPR$1])
/// ```
fn values() -> Node {
    Node {
        name: "values",
        uid: "15b5be345a064326",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("EXPR$0", build::not_null(build::varchar(3))),
            Column::new("EXPR$1", build::not_null(build::int())),
        ]),
        operator: OperatorSpec::Values(ValuesSpec {
            rows: Vec::from([
                Vec::from([Value::Text("a".to_owned()), Value::Int(1i32)]),
                Vec::from([Value::Text("bcd".to_owned()), Value::Int(2i32)]),
            ]),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_4: Calc(select=[3 AS EXPR$0, (EXPR$0 || '.') AS EXPR$1,
///     CHAR_LENGTH(EXPR$0) AS EXPR$2, (CASE WHEN (EXPR$1 = 1) THEN 'x' ELSE 'yy' END || '.') AS EXPR$3,
///     (COALESCE(NULL:VARCHAR(3), 'zzz') || '.') AS EXPR$4, EXPR$1 AS n, (EXPR$0 = 'a') AS EXPR$6])
/// ```
fn project_expr_0_expr_1_expr_2_and_4() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_4",
        uid: "f794f085172e5c0d",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::not_null(build::int())),
            Column::new("EXPR$1", build::not_null(build::varchar(4))),
            Column::new("EXPR$2", build::not_null(build::int())),
            Column::new("EXPR$3", build::varchar(3)),
            Column::new("EXPR$4", build::not_null(build::varchar(4))),
            Column::new("n", build::not_null(build::int())),
            Column::new("EXPR$6", build::not_null(build::boolean())),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_4_kernel),
    }
}

/// ```text
/// o_sink_2: Sink(table=[o], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4, n, EXPR$6])
/// ```
fn o_sink_2() -> Node {
    Node {
        name: "o_sink_2",
        uid: "f466f446e9368e40",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::string()),
            Column::new("b", build::int()),
            Column::new("c", build::string()),
            Column::new("d", build::string()),
            Column::new("e", build::int()),
            Column::new("f", build::boolean()),
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
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn id(&self) -> Option<i32> {
        self.0.i32(0)
    }
}

struct ValuesRow<'a>(RowRef<'a>);

impl<'a> ValuesRow<'a> {
    #[inline]
    fn expr_0(&self) -> Option<&'a str> {
        self.0.text(0)
    }
    #[inline]
    fn expr_1(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_4: Calc(select=[id, (CASE WHEN (id = 1) THEN 'a' ELSE 'bcd' END || '.')
///     AS EXPR$1, CHAR_LENGTH(CASE WHEN (id = 1) THEN 'a' ELSE 'bcd' END) AS EXPR$2, (CAST('ab' AS
///     CHAR(4)) || '.') AS EXPR$3, (CAST('abcdef' AS VARCHAR(3)) || '.') AS EXPR$4,
///     CHAR_LENGTH(CAST('ab' AS CHAR(4))) AS EXPR$5, (CAST('ab' AS CHAR(4)) = 'ab') AS EXPR$6])
/// ```
/// texts_of_values.sql:3:15
/// ```sql
/// SELECT id, CASE WHEN id = 1 THEN 'a' ELSE 'bcd' END || '.', CHAR_LENGTH(CASE WHEN id = 1 THEN 'a'
///     ELSE 'bcd' END),
/// CAST('ab' AS CHAR(4)) || '.', CAST('abcdef' AS VARCHAR(3)) || '.', CHAR_LENGTH(CAST('ab' AS
///     CHAR(4))), CAST('ab' AS CHAR(4)) = 'ab' FROM t
/// ```
fn project_id_expr_1_expr_2_and_4_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let v1 = if strict1(row.id(), |a| compare::equal(a, 1i32)) == Some(true) {
            Some("a")
        } else {
            Some("bcd")
        };
        let expr_1_value = strict_all(&[v1, Some(".")], text::concat);
        let expr_2_value = strict1(v1, text::char_length);
        let v2 = Some(cast::length::text_to_char("ab", 4));
        let expr_3_value = strict_all(&[v2.as_deref(), Some(".")], text::concat);
        let v3 = Some(cast::length::text_to_varchar("abcdef", 3));
        let expr_4_value = strict_all(&[v3.as_deref(), Some(".")], text::concat);
        let expr_5_value = strict1(v2.as_deref(), text::char_length);
        let expr_6_value = strict1(v2.as_deref(), |a| compare::equal(a, "ab"));
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, expr_1_value.as_deref());
        output.put_i32(2, expr_2_value);
        output.put_text(3, expr_3_value.as_deref());
        output.put_text(4, expr_4_value.as_deref());
        output.put_i32(5, expr_5_value);
        output.put_boolean(6, expr_6_value);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_4: Calc(select=[3 AS EXPR$0, (EXPR$0 || '.') AS EXPR$1,
///     CHAR_LENGTH(EXPR$0) AS EXPR$2, (CASE WHEN (EXPR$1 = 1) THEN 'x' ELSE 'yy' END || '.') AS EXPR$3,
///     (COALESCE(NULL:VARCHAR(3), 'zzz') || '.') AS EXPR$4, EXPR$1 AS n, (EXPR$0 = 'a') AS EXPR$6])
/// ```
/// texts_of_values.sql:5:15
/// ```sql
/// SELECT 3, x || '.', CHAR_LENGTH(x), IF(n = 1, 'x', 'yy') || '.', COALESCE(CAST(NULL AS CHAR(1)),
///     'zzz') || '.', n, x = 'a'
/// FROM (VALUES ('a', 1), ('bcd', 2)) AS v (x, n
/// ```
fn project_expr_0_expr_1_expr_2_and_4_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ValuesRow(raw);
        let expr_1_value = strict_all(&[row.expr_0(), Some(".")], text::concat);
        let expr_2_value = strict1(row.expr_0(), text::char_length);
        let v1 = if strict1(row.expr_1(), |a| compare::equal(a, 1i32)) == Some(true) {
            Some("x")
        } else {
            Some("yy")
        };
        let expr_3_value = strict_all(&[v1, Some(".")], text::concat);
        let expr_4_value = strict_all(
            &[coalesce(None::<&str>, || Some("zzz")), Some(".")],
            text::concat,
        );
        let expr_6_value = strict1(row.expr_0(), |a| compare::equal(a, "a"));
        output.begin(kind);
        output.put_i32(0, Some(3i32));
        output.put_text(1, expr_1_value.as_deref());
        output.put_i32(2, expr_2_value);
        output.put_text(3, expr_3_value.as_deref());
        output.put_text(4, expr_4_value.as_deref());
        output.copy_fixed(5, raw, 1);
        output.put_boolean(6, expr_6_value);
        output.finish();
    }
    Ok(())
}
