//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 c955bb0b8ac7fdd7b24a8923d0a208f6555e5a339ac300e93cc57d9721fc1484

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError};
use sql::function::cast;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), project_expr_0_expr_1_expr_2(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("a", build::decimal(5, 2))]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::decimal(5, 2)),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("a", build::decimal(5, 2))]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2: Calc(select=[CAST(a AS DECIMAL(4, 2)) AS EXPR$0, CAST(a AS DECIMAL(3,
///     0)) AS EXPR$1, CAST(a AS INT) AS EXPR$2])
/// ```
fn project_expr_0_expr_1_expr_2() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2",
        uid: "1ed1ac002f02410f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::decimal(4, 2)),
            Column::new("EXPR$1", build::decimal(3, 0)),
            Column::new("EXPR$2", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1, EXPR$2])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "1a1bf5f3922dbf1a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("narrow", build::decimal(4, 2)),
            Column::new("whole", build::decimal(3, 0)),
            Column::new("cut", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([
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
    fn a(&self) -> Option<Decimal> {
        self.0.decimal(0, 5, 2)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2: Calc(select=[CAST(a AS DECIMAL(4, 2)) AS EXPR$0, CAST(a AS DECIMAL(3,
///     0)) AS EXPR$1, CAST(a AS INT) AS EXPR$2])
/// ```
/// decimal_without_room.sql:3:21
/// ```sql
/// SELECT CAST(a AS DECIMAL(4, 2)), CAST(a AS DECIMAL(3, 0)), CAST(a AS INT) FROM t
/// ```
fn project_expr_0_expr_1_expr_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict1(
                row.a(),
                |a| cast::number::decimal_to_decimal(a, 4, 2),
            )
            .flatten();
        let expr_1_value = strict1(
                row.a(),
                |a| cast::number::decimal_to_decimal(a, 3, 0),
            )
            .flatten();
        let expr_2_value = strict1(row.a(), cast::number::decimal_to_int);
        output.begin(kind);
        output.put_decimal(0, expr_0_value, 4);
        output.put_decimal(1, expr_1_value, 3);
        output.put_i32(2, expr_2_value);
        output.finish();
    }
    Ok(())
}
