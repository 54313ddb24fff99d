//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 b0cbf14667a7a965f8819cd12866e59a6595b5d2f93d3b0f693459700718ebb9

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::temporal;
use sql::function::null::{strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_expr_0_expr_1_expr_2_and_1(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[at, s, p])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("at", build::timestamp(3)),
            Column::new("s", build::string()),
            Column::new("p", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("at", build::timestamp(3)),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("p", build::string()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("at", build::timestamp(3)),
                Column::new("s", build::string()),
                Column::new("p", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_1: Calc(select=[DATE_FORMAT(at, 'YYYY w ww W F') AS EXPR$0,
///     DATE_FORMAT(at, 'e E EEEE EEEEE c ccc') AS EXPR$1, DATE_FORMAT(at, 'G Q QQ QQQ QQQQ MMMMM N') AS
///     EXPR$2, TO_TIMESTAMP(s, p) AS EXPR$3])
/// ```
fn project_expr_0_expr_1_expr_2_and_1() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_1",
        uid: "da0ff1690e6b6b1f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::string()),
            Column::new("EXPR$1", build::string()),
            Column::new("EXPR$2", build::string()),
            Column::new("EXPR$3", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_1_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "1dc9fd9062836a4b",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("w", build::string()),
            Column::new("d", build::string()),
            Column::new("x", build::string()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
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
    fn at(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
    #[inline]
    fn s(&self) -> Option<&'a str> {
        self.0.text(1)
    }
    #[inline]
    fn p(&self) -> Option<&'a str> {
        self.0.text(2)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_1: Calc(select=[DATE_FORMAT(at, 'YYYY w ww W F') AS EXPR$0,
///     DATE_FORMAT(at, 'e E EEEE EEEEE c ccc') AS EXPR$1, DATE_FORMAT(at, 'G Q QQ QQQ QQQQ MMMMM N') AS
///     EXPR$2, TO_TIMESTAMP(s, p) AS EXPR$3])
/// ```
/// date_patterns.sql:3:15
/// ```sql
/// SELECT DATE_FORMAT(`at`, 'YYYY w ww W F'), DATE_FORMAT(`at`, 'e E EEEE EEEEE c ccc'),
///     DATE_FORMAT(`at`, 'G Q QQ QQQ QQQQ MMMMM N'), TO_TIMESTAMP(s, p) FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict1(
                row.at(),
                |a| temporal::convert::format_timestamp(a, "YYYY w ww W F"),
            )
            .transpose()?;
        let expr_1_value = strict1(
                row.at(),
                |a| temporal::convert::format_timestamp(a, "e E EEEE EEEEE c ccc"),
            )
            .transpose()?;
        let expr_2_value = strict1(
                row.at(),
                |a| temporal::convert::format_timestamp(a, "G Q QQ QQQ QQQQ MMMMM N"),
            )
            .transpose()?;
        let expr_3_value = strict2(row.s(), row.p(), temporal::convert::to_timestamp_by)
            .transpose()?
            .flatten();
        output.begin(kind);
        output.put_text(0, expr_0_value.as_deref());
        output.put_text(1, expr_1_value.as_deref());
        output.put_text(2, expr_2_value.as_deref());
        output.put_timestamp(3, expr_3_value, 3);
        output.finish();
    }
    Ok(())
}
