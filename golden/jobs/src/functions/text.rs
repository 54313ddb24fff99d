//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 566ba7bd827799f60e1ba0eb537c246e4760fd806a4b4e5d0f25c685a8f40020

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::text;
use sql::function::null::{strict1, strict_all};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            project_expr_0_expr_1_expr_2_and_7(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[s])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("s", build::string())]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("s", build::string())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_7: Calc(select=[UPPER(s) AS EXPR$0, SUBSTRING(s, 2, 3) AS EXPR$1,
///     SUBSTRING(s, -2) AS EXPR$2, LPAD(s, 8, '*') AS EXPR$3, CONCAT(s, '!') AS EXPR$4, CONCAT_WS('-',
///     s, NULL:STRING, 'z') AS EXPR$5, SPLIT_INDEX(s, ' ', 1) AS EXPR$6, INITCAP(s) AS EXPR$7,
///     CHAR_LENGTH(TRIM('BOTH', s, ' ')) AS EXPR$8, POSITION('o', s) AS EXPR$9])
/// ```
fn project_expr_0_expr_1_expr_2_and_7() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_7",
        uid: "53cac8de9124ec7f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::string()),
            Column::new("EXPR$1", build::string()),
            Column::new("EXPR$2", build::string()),
            Column::new("EXPR$3", build::string()),
            Column::new("EXPR$4", build::string()),
            Column::new("EXPR$5", build::string()),
            Column::new("EXPR$6", build::string()),
            Column::new("EXPR$7", build::string()),
            Column::new("EXPR$8", build::int()),
            Column::new("EXPR$9", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_7_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6,
///     EXPR$7, EXPR$8, EXPR$9])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "40c561da35c164fa",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("up", build::string()),
            Column::new("part", build::string()),
            Column::new("tail", build::string()),
            Column::new("padded", build::string()),
            Column::new("joined", build::string()),
            Column::new("ws", build::string()),
            Column::new("piece", build::string()),
            Column::new("cap", build::string()),
            Column::new("n", build::int()),
            Column::new("happened", build::int()),
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

impl<'a> TSourceRow<'a> {
    #[inline]
    fn s(&self) -> Option<&'a str> {
        self.0.text(0)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_7: Calc(select=[UPPER(s) AS EXPR$0, SUBSTRING(s, 2, 3) AS EXPR$1,
///     SUBSTRING(s, -2) AS EXPR$2, LPAD(s, 8, '*') AS EXPR$3, CONCAT(s, '!') AS EXPR$4, CONCAT_WS('-',
///     s, NULL:STRING, 'z') AS EXPR$5, SPLIT_INDEX(s, ' ', 1) AS EXPR$6, INITCAP(s) AS EXPR$7,
///     CHAR_LENGTH(TRIM('BOTH', s, ' ')) AS EXPR$8, POSITION('o', s) AS EXPR$9])
/// ```
/// text.sql:4:1
/// ```sql
/// SELECT UPPER(s), SUBSTRING(s, 2, 3), SUBSTRING(s FROM -2), LPAD(s, 8, '*'), CONCAT(s, '!'),
///     CONCAT_WS('-', s, CAST(NULL AS STRING), 'z'),
/// SPLIT_INDEX(s, ' ', 1), INITCAP(s), CHAR_LENGTH(TRIM(BOTH ' ' FROM s)), POSITION('o' IN s)
/// FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_7_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict1(row.s(), text::upper);
        let expr_1_value = strict1(row.s(), |a| text::substring_for(a, 2i32, 3i32))
            .flatten();
        let expr_2_value = strict1(row.s(), |a| text::substring(a, -2i32)).flatten();
        let expr_3_value = strict1(row.s(), |a| text::lpad(a, 8i32, "*")).flatten();
        let expr_4_value = strict_all(&[row.s(), Some("!")], text::concat);
        let expr_5_value = text::concat_ws(
            &[Some("-"), row.s(), None::<&str>, Some("z")],
        );
        let expr_6_value = strict1(row.s(), |a| text::split_index(a, " ", 1i32))
            .flatten();
        let expr_7_value = strict1(row.s(), text::initcap);
        let expr_8_value = strict1(
            strict1(row.s(), |a| text::trim("BOTH", a, " ")),
            |a| text::char_length(a.as_str()),
        );
        let expr_9_value = strict1(row.s(), |a| text::position("o", a));
        output.begin(kind);
        output.put_text(0, expr_0_value.as_deref());
        output.put_text(1, expr_1_value.as_deref());
        output.put_text(2, expr_2_value.as_deref());
        output.put_text(3, expr_3_value.as_deref());
        output.put_text(4, expr_4_value.as_deref());
        output.put_text(5, expr_5_value.as_deref());
        output.put_text(6, expr_6_value.as_deref());
        output.put_text(7, expr_7_value.as_deref());
        output.put_i32(8, expr_8_value);
        output.put_i32(9, expr_9_value);
        output.finish();
    }
    Ok(())
}
