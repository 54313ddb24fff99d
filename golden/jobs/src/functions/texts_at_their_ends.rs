//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 c201b530a6b2ee89f0735212796fe4b61a8c35467db1d73e53c4894fdc236e42

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Value};
use sql::function::{cast, conditional, regex, text};
use sql::function::null::{strict1, strict2, take};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_n_expr_1_expr_2_and_12(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[n, s])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("n", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("n", build::int()),
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
                Column::new("n", build::int()),
                Column::new("s", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_n_expr_1_expr_2_and_12: Calc(select=[n, SUBSTRING(s, n) AS EXPR$1, SUBSTRING(s, n, 2) AS
///     EXPR$2, LEFT(s, n) AS EXPR$3, RIGHT(s, n) AS EXPR$4, LPAD(s, n, 'xy') AS EXPR$5, RPAD(s, n,
///     'xy') AS EXPR$6, REPEAT('ab', n) AS EXPR$7, LOCATE('c', s, n) AS EXPR$8, SPLIT_INDEX(s, 'c', n)
///     AS EXPR$9, OVERLAY(s, '##', CAST(n AS BIGINT)) AS EXPR$10, CHR(CAST(n AS BIGINT)) AS EXPR$11,
///     ELT(CAST(n AS BIGINT), s, 'two') AS EXPR$12, REGEXP_EXTRACT(s, '(b)(c)?', n) AS EXPR$13,
///     SUBSTRING(s, n, 9) AS EXPR$14])
/// ```
fn project_n_expr_1_expr_2_and_12() -> Node {
    Node {
        name: "project_n_expr_1_expr_2_and_12",
        uid: "0bf2c4a7cbcf154d",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("n", build::int()),
            Column::new("EXPR$1", build::string()),
            Column::new("EXPR$2", build::string()),
            Column::new("EXPR$3", build::string()),
            Column::new("EXPR$4", build::string()),
            Column::new("EXPR$5", build::string()),
            Column::new("EXPR$6", build::string()),
            Column::new("EXPR$7", build::string()),
            Column::new("EXPR$8", build::int()),
            Column::new("EXPR$9", build::string()),
            Column::new("EXPR$10", build::string()),
            Column::new("EXPR$11", build::string()),
            Column::new("EXPR$12", build::string()),
            Column::new("EXPR$13", build::string()),
            Column::new("EXPR$14", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_n_expr_1_expr_2_and_12_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[n, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6, EXPR$7, EXPR$8,
///     EXPR$9, EXPR$10, EXPR$11, EXPR$12, EXPR$13, EXPR$14])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "c18300f16310c2b8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("n", build::int()),
            Column::new("a", build::string()),
            Column::new("b", build::string()),
            Column::new("c", build::string()),
            Column::new("d", build::string()),
            Column::new("e", build::string()),
            Column::new("f", build::string()),
            Column::new("g", build::string()),
            Column::new("h", build::int()),
            Column::new("i", build::string()),
            Column::new("j", build::string()),
            Column::new("k", build::string()),
            Column::new("l", build::string()),
            Column::new("m", build::string()),
            Column::new("p", build::string()),
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
    fn n(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn s(&self) -> Option<&'a str> {
        self.0.text(1)
    }
}

/// ```text
/// project_n_expr_1_expr_2_and_12: Calc(select=[n, SUBSTRING(s, n) AS EXPR$1, SUBSTRING(s, n, 2) AS
///     EXPR$2, LEFT(s, n) AS EXPR$3, RIGHT(s, n) AS EXPR$4, LPAD(s, n, 'xy') AS EXPR$5, RPAD(s, n,
///     'xy') AS EXPR$6, REPEAT('ab', n) AS EXPR$7, LOCATE('c', s, n) AS EXPR$8, SPLIT_INDEX(s, 'c', n)
///     AS EXPR$9, OVERLAY(s, '##', CAST(n AS BIGINT)) AS EXPR$10, CHR(CAST(n AS BIGINT)) AS EXPR$11,
///     ELT(CAST(n AS BIGINT), s, 'two') AS EXPR$12, REGEXP_EXTRACT(s, '(b)(c)?', n) AS EXPR$13,
///     SUBSTRING(s, n, 9) AS EXPR$14])
/// ```
/// texts_at_their_ends.sql:4:15
/// ```sql
/// SELECT n, SUBSTRING(s, n), SUBSTRING(s, n, 2), LEFT(s, n), RIGHT(s, n), LPAD(s, n, 'xy'), RPAD(s, n,
///     'xy'), REPEAT('ab', n),
/// LOCATE('c', s, n), SPLIT_INDEX(s, 'c', n), OVERLAY(s PLACING '##' FROM n), CHR(n), ELT(n, s, 'two'),
///     REGEXP_EXTRACT(s, '(b)(c)?', n), SUBSTR(s, n, 9) FROM t
/// ```
fn project_n_expr_1_expr_2_and_12_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_1_value = strict2(row.s(), row.n(), text::substring).flatten();
        let expr_2_value = strict2(
                row.s(),
                row.n(),
                |a, b| text::substring_for(a, b, 2i32),
            )
            .flatten();
        let expr_3_value = strict2(row.s(), row.n(), text::left);
        let expr_4_value = strict2(row.s(), row.n(), text::right);
        let expr_5_value = strict2(row.s(), row.n(), |a, b| text::lpad(a, b, "xy"))
            .flatten();
        let expr_6_value = strict2(row.s(), row.n(), |a, b| text::rpad(a, b, "xy"))
            .flatten();
        let expr_7_value = strict1(row.n(), |a| text::repeat("ab", a));
        let expr_8_value = strict2(
            row.s(),
            row.n(),
            |a, b| text::position_from("c", a, b),
        );
        let expr_9_value = strict2(row.s(), row.n(), |a, b| text::split_index(a, "c", b))
            .flatten();
        let v1 = strict1(row.n(), cast::number::integer_to_bigint);
        let expr_10_value = strict2(row.s(), v1, |a, b| text::overlay(a, "##", b));
        let expr_11_value = strict1(v1, text::chr);
        let expr_12_value = take::<
            String,
        >(
            conditional::elt(
                &[
                    v1.map_or(Value::Null, Value::BigInt),
                    row.s().map(str::to_owned).map_or(Value::Null, Value::Text),
                    Value::Text("two".to_owned()),
                ],
            ),
        );
        let expr_13_value = strict2(
                row.s(),
                row.n(),
                |a, b| regex::regexp_extract(session, a, "(b)(c)?", b),
            )
            .flatten();
        let expr_14_value = strict2(
                row.s(),
                row.n(),
                |a, b| text::substring_for(a, b, 9i32),
            )
            .flatten();
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, expr_1_value.as_deref());
        output.put_text(2, expr_2_value.as_deref());
        output.put_text(3, expr_3_value.as_deref());
        output.put_text(4, expr_4_value.as_deref());
        output.put_text(5, expr_5_value.as_deref());
        output.put_text(6, expr_6_value.as_deref());
        output.put_text(7, expr_7_value.as_deref());
        output.put_i32(8, expr_8_value);
        output.put_text(9, expr_9_value.as_deref());
        output.put_text(10, expr_10_value.as_deref());
        output.put_text(11, expr_11_value.as_deref());
        output.put_text(12, expr_12_value.as_deref());
        output.put_text(13, expr_13_value.as_deref());
        output.put_text(14, expr_14_value.as_deref());
        output.finish();
    }
    Ok(())
}
