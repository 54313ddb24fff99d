//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 4417c6b562afae1dc4af2bcf7e5a86f5838ee299a58ae64918ae9d917ace28b3

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{encoding, hash, math};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            project_expr_0_expr_1_expr_2_and_2(),
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
/// project_expr_0_expr_1_expr_2_and_2: Calc(select=[MD5(s) AS EXPR$0, TO_BASE64(s) AS EXPR$1,
///     FROM_BASE64('YWJj') AS EXPR$2, HEX(s) AS EXPR$3, BIN(10:BIGINT) AS EXPR$4])
/// ```
fn project_expr_0_expr_1_expr_2_and_2() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_2",
        uid: "5edd2c70027421fe",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::char(32)),
            Column::new("EXPR$1", build::string()),
            Column::new("EXPR$2", build::not_null(build::string())),
            Column::new("EXPR$3", build::string()),
            Column::new("EXPR$4", build::not_null(build::string())),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_2_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "5885e5cdbd51d505",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("md5", build::string()),
            Column::new("base64", build::string()),
            Column::new("back", build::string()),
            Column::new("hex", build::string()),
            Column::new("bin", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([
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
/// project_expr_0_expr_1_expr_2_and_2: Calc(select=[MD5(s) AS EXPR$0, TO_BASE64(s) AS EXPR$1,
///     FROM_BASE64('YWJj') AS EXPR$2, HEX(s) AS EXPR$3, BIN(10:BIGINT) AS EXPR$4])
/// ```
/// hashes_and_codes.sql:3:21
/// ```sql
/// SELECT MD5(s), TO_BASE64(s), FROM_BASE64('YWJj'), HEX(s), BIN(10) FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict1(row.s(), hash::md5);
        let expr_1_value = strict1(row.s(), encoding::to_base64);
        let expr_2_value = Some(encoding::from_base64("YWJj")?);
        let expr_3_value = strict1(row.s(), math::hex_text);
        let expr_4_value = Some(math::bin(10i64));
        output.begin(kind);
        output.put_text(0, expr_0_value.as_deref());
        output.put_text(1, expr_1_value.as_deref());
        output.put_text(2, expr_2_value.as_deref());
        output.put_text(3, expr_3_value.as_deref());
        output.put_text(4, expr_4_value.as_deref());
        output.finish();
    }
    Ok(())
}
