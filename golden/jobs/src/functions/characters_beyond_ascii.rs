//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 e857e44a3ebd7beab31b5edc0069cfddb4f148a0c60fd31adea860dedbdcd290

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{like, text};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_id_expr_1_expr_2_and_9(), o_sink()]),
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
/// project_id_expr_1_expr_2_and_9: Calc(select=[id, CHAR_LENGTH(s) AS EXPR$1, SUBSTRING(s, 2, 2) AS
///     EXPR$2, LEFT(s, 2) AS EXPR$3, RIGHT(s, 2) AS EXPR$4, REVERSE(s) AS EXPR$5, POSITION('x', s) AS
///     EXPR$6, INSTR(s, 'x') AS EXPR$7, LPAD(s, 6, 'ä') AS EXPR$8, UPPER(s) AS EXPR$9, INITCAP(s) AS
///     EXPR$10, (s LIKE '_x%') AS EXPR$11])
/// ```
fn project_id_expr_1_expr_2_and_9() -> Node {
    Node {
        name: "project_id_expr_1_expr_2_and_9",
        uid: "013ba0209503ea22",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::int()),
            Column::new("EXPR$2", build::string()),
            Column::new("EXPR$3", build::string()),
            Column::new("EXPR$4", build::string()),
            Column::new("EXPR$5", build::string()),
            Column::new("EXPR$6", build::int()),
            Column::new("EXPR$7", build::int()),
            Column::new("EXPR$8", build::string()),
            Column::new("EXPR$9", build::string()),
            Column::new("EXPR$10", build::string()),
            Column::new("EXPR$11", build::boolean()),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_and_9_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6, EXPR$7, EXPR$8,
///     EXPR$9, EXPR$10, EXPR$11])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "ee9f725508c4db0e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::int()),
            Column::new("b", build::string()),
            Column::new("c", build::string()),
            Column::new("d", build::string()),
            Column::new("e", build::string()),
            Column::new("f", build::int()),
            Column::new("g", build::int()),
            Column::new("h", build::string()),
            Column::new("i", build::string()),
            Column::new("j", build::string()),
            Column::new("l", build::boolean()),
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
        self.0.text(1)
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_9: Calc(select=[id, CHAR_LENGTH(s) AS EXPR$1, SUBSTRING(s, 2, 2) AS
///     EXPR$2, LEFT(s, 2) AS EXPR$3, RIGHT(s, 2) AS EXPR$4, REVERSE(s) AS EXPR$5, POSITION('x', s) AS
///     EXPR$6, INSTR(s, 'x') AS EXPR$7, LPAD(s, 6, 'ä') AS EXPR$8, UPPER(s) AS EXPR$9, INITCAP(s) AS
///     EXPR$10, (s LIKE '_x%') AS EXPR$11])
/// ```
/// characters_beyond_ascii.sql:4:15
/// ```sql
/// SELECT id, CHAR_LENGTH(s), SUBSTRING(s, 2, 2), LEFT(s, 2), RIGHT(s, 2), REVERSE(s), POSITION('x' IN
///     s), INSTR(s, 'x'),
/// LPAD(s, 6, 'ä'), UPPER(s), INITCAP(s), s LIKE '_x%' FROM t
/// ```
fn project_id_expr_1_expr_2_and_9_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_1_value = strict1(row.s(), text::char_length);
        let expr_2_value = strict1(row.s(), |a| text::substring_for(a, 2i32, 2i32))
            .flatten();
        let expr_3_value = strict1(row.s(), |a| text::left(a, 2i32));
        let expr_4_value = strict1(row.s(), |a| text::right(a, 2i32));
        let expr_5_value = strict1(row.s(), text::reverse);
        let expr_6_value = strict1(row.s(), |a| text::position("x", a));
        let expr_7_value = strict1(row.s(), |a| text::instr(a, "x", 1, 1)).transpose()?;
        let expr_8_value = strict1(row.s(), |a| text::lpad(a, 6i32, "ä")).flatten();
        let expr_9_value = strict1(row.s(), text::upper);
        let expr_10_value = strict1(row.s(), text::initcap);
        let expr_11_value = strict1(row.s(), |a| like::like(a, "_x%"));
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_i32(1, expr_1_value);
        output.put_text(2, expr_2_value.as_deref());
        output.put_text(3, expr_3_value.as_deref());
        output.put_text(4, expr_4_value.as_deref());
        output.put_text(5, expr_5_value.as_deref());
        output.put_i32(6, expr_6_value);
        output.put_i32(7, expr_7_value);
        output.put_text(8, expr_8_value.as_deref());
        output.put_text(9, expr_9_value.as_deref());
        output.put_text(10, expr_10_value.as_deref());
        output.put_boolean(11, expr_11_value);
        output.finish();
    }
    Ok(())
}
