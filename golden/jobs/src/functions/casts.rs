//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 3cee1045289b543b676ea6ff4f0b948b5ce1d81ddf1dfcccec6d4326c22e45b0

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Session, SqlError, Timestamp, Value};
use sql::function::cast;
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
/// t_source: Source(table=[t], fields=[s, b, d, ts, a])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("s", build::string()),
            Column::new("b", build::boolean()),
            Column::new("d", build::double()),
            Column::new("ts", build::timestamp(3)),
            Column::new("a", build::array(build::int())),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("b", build::boolean()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("d", build::double()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(3),
                },
                ReadColumn {
                    column: Column::new("a", build::array(build::int())),
                    from: ReadFrom::Physical(4),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("s", build::string()),
                Column::new("b", build::boolean()),
                Column::new("d", build::double()),
                Column::new("ts", build::timestamp(3)),
                Column::new("a", build::array(build::int())),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_4: Calc(select=[TRY_CAST(s AS INT) AS EXPR$0, TRY_CAST(s AS DATE)
///     AS EXPR$1, CAST(b AS STRING) AS EXPR$2, CAST(d AS STRING) AS EXPR$3, CAST(ts AS STRING) AS
///     EXPR$4, CAST(a AS STRING) AS EXPR$5, CAST(s AS CHAR(3)) AS EXPR$6])
/// ```
fn project_expr_0_expr_1_expr_2_and_4() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_4",
        uid: "84364e1aa0e8a608",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::int()),
            Column::new("EXPR$1", build::date()),
            Column::new("EXPR$2", build::string()),
            Column::new("EXPR$3", build::string()),
            Column::new("EXPR$4", build::string()),
            Column::new("EXPR$5", build::string()),
            Column::new("EXPR$6", build::char(3)),
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
        uid: "29e602b919a10ca3",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("i", build::int()),
            Column::new("d", build::date()),
            Column::new("b", build::string()),
            Column::new("n", build::string()),
            Column::new("ts", build::string()),
            Column::new("a", build::string()),
            Column::new("c", build::char(3)),
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

struct TSourceRow<'a>(RowRef<'a>);

impl<'a> TSourceRow<'a> {
    #[inline]
    fn s(&self) -> Option<&'a str> {
        self.0.text(0)
    }
    #[inline]
    fn b(&self) -> Option<bool> {
        self.0.boolean(1)
    }
    #[inline]
    fn d(&self) -> Option<f64> {
        self.0.f64(2)
    }
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(3, 3)
    }
    #[inline]
    fn a(&self) -> Option<Value> {
        take(self.0.value(4, &TYPE_1))
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_4: Calc(select=[TRY_CAST(s AS INT) AS EXPR$0, TRY_CAST(s AS DATE)
///     AS EXPR$1, CAST(b AS STRING) AS EXPR$2, CAST(d AS STRING) AS EXPR$3, CAST(ts AS STRING) AS
///     EXPR$4, CAST(a AS STRING) AS EXPR$5, CAST(s AS CHAR(3)) AS EXPR$6])
/// ```
/// casts.sql:4:1
/// ```sql
/// SELECT TRY_CAST(s AS INT), TRY_CAST(s AS DATE), CAST(b AS STRING), CAST(d AS STRING), CAST(ts AS
///     STRING), CAST(a AS STRING), CAST(s AS CHAR(3)) FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_4_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict1(row.s(), cast::safe::int).flatten();
        let expr_1_value = strict1(row.s(), cast::safe::date).flatten();
        let expr_2_value = strict1(row.b(), cast::to_text::boolean);
        let expr_3_value = strict1(row.d(), cast::to_text::double);
        let expr_4_value = strict1(row.ts(), |a| cast::to_text::timestamp(a, 3));
        let expr_5_value = strict1(
            row.a(),
            |a| cast::to_text::value(session, &a, &TYPE_1),
        );
        let expr_6_value = strict1(row.s(), |a| cast::length::text_to_char(a, 3));
        output.begin(kind);
        output.put_i32(0, expr_0_value);
        output.put_date(1, expr_1_value);
        output.put_text(2, expr_2_value.as_deref());
        output.put_text(3, expr_3_value.as_deref());
        output.put_text(4, expr_4_value.as_deref());
        output.put_text(5, expr_5_value.as_deref());
        output.put_text(6, expr_6_value.as_deref());
        output.finish();
    }
    Ok(())
}
