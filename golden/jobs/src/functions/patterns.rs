//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 723cef3cad69fed96e8b81df6bfb9b1d5cb62e50609a0e357d38ff65580219d5

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{like, regex};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), project_s_expr_1_expr_2_and_3(), answers_sink()]),
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
/// project_s_expr_1_expr_2_and_3: Calc(select=[s, (s LIKE 'a_c%') AS EXPR$1, LIKE(s, '%!_%', '!') AS
///     EXPR$2, REGEXP(s, '[0-9]+') AS EXPR$3, REGEXP_EXTRACT(s, '([a-z]+)_([0-9]+)', 2) AS EXPR$4,
///     REGEXP_REPLACE(s, '[0-9]', '#') AS EXPR$5])
/// ```
fn project_s_expr_1_expr_2_and_3() -> Node {
    Node {
        name: "project_s_expr_1_expr_2_and_3",
        uid: "517b4e7754bc5f58",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("s", build::string()),
            Column::new("EXPR$1", build::boolean()),
            Column::new("EXPR$2", build::boolean()),
            Column::new("EXPR$3", build::boolean()),
            Column::new("EXPR$4", build::string()),
            Column::new("EXPR$5", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_s_expr_1_expr_2_and_3_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[s, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "3c4f6f662e2f1e14",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("s", build::string()),
            Column::new("a", build::boolean()),
            Column::new("b", build::boolean()),
            Column::new("c", build::boolean()),
            Column::new("d", build::string()),
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

struct TSourceRow<'a>(RowRef<'a>);

impl<'a> TSourceRow<'a> {
    #[inline]
    fn s(&self) -> Option<&'a str> {
        self.0.text(0)
    }
}

/// ```text
/// project_s_expr_1_expr_2_and_3: Calc(select=[s, (s LIKE 'a_c%') AS EXPR$1, LIKE(s, '%!_%', '!') AS
///     EXPR$2, REGEXP(s, '[0-9]+') AS EXPR$3, REGEXP_EXTRACT(s, '([a-z]+)_([0-9]+)', 2) AS EXPR$4,
///     REGEXP_REPLACE(s, '[0-9]', '#') AS EXPR$5])
/// ```
/// patterns.sql:4:1
/// ```sql
/// SELECT s, s LIKE 'a_c%', s LIKE '%!_%' ESCAPE '!', REGEXP(s, '[0-9]+'), REGEXP_EXTRACT(s,
///     '([a-z]+)_([0-9]+)', 2), REGEXP_REPLACE(s, '[0-9]', '#')
/// FROM t
/// ```
fn project_s_expr_1_expr_2_and_3_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_1_value = strict1(row.s(), |a| like::like(a, "a_c%"));
        let expr_2_value = strict1(row.s(), |a| like::like_escape(a, "%!_%", "!"))
            .transpose()?;
        let expr_3_value = strict1(row.s(), |a| regex::regexp(session, a, "[0-9]+"));
        let expr_4_value = strict1(
                row.s(),
                |a| regex::regexp_extract(session, a, "([a-z]+)_([0-9]+)", 2i32),
            )
            .flatten();
        let expr_5_value = strict1(
                row.s(),
                |a| regex::regexp_replace(session, a, "[0-9]", "#"),
            )
            .flatten();
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.put_boolean(1, expr_1_value);
        output.put_boolean(2, expr_2_value);
        output.put_boolean(3, expr_3_value);
        output.put_text(4, expr_4_value.as_deref());
        output.put_text(5, expr_5_value.as_deref());
        output.finish();
    }
    Ok(())
}
