//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 19bc7976c48ea9e1626e3a24a2057d686202b2609417be96d5a024bbf1aca6f5

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{arithmetic, cast, compare, temporal};
use sql::function::null::{strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_expr_0_expr_1_expr_2_and_2(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[n, a, b])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("n", build::int()),
            Column::new("a", build::timestamp(3)),
            Column::new("b", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("n", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("a", build::timestamp(3)),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("b", build::timestamp(3)),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("n", build::int()),
                Column::new("a", build::timestamp(3)),
                Column::new("b", build::timestamp(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_2: Calc(select=[(a + (CAST(n AS BIGINT) * 3600000:INTERVAL
///     MILLISECOND)) AS EXPR$0, CAST((b - a) AS STRING) AS EXPR$1, CAST(CAST(TIMESTAMPDIFF('MONTH', a,
///     b) AS INTERVAL YEAR TO MONTH) AS STRING) AS EXPR$2, CAST((CAST(CAST(b AS DATE) AS TIMESTAMP(9))
///     - CAST(CAST(a AS DATE) AS TIMESTAMP(9))) AS STRING) AS EXPR$3, (CAST(n AS BIGINT) < CAST('7' AS
///     BIGINT)) AS EXPR$4])
/// ```
fn project_expr_0_expr_1_expr_2_and_2() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_2",
        uid: "d0899e4f90c327d0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::timestamp(3)),
            Column::new("EXPR$1", build::string()),
            Column::new("EXPR$2", build::string()),
            Column::new("EXPR$3", build::string()),
            Column::new("EXPR$4", build::boolean()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_2_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "e451ddc5e7e949bc",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("later", build::timestamp(3)),
            Column::new("passed", build::string()),
            Column::new("months", build::string()),
            Column::new("days", build::string()),
            Column::new("small", build::boolean()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
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

impl TSourceRow<'_> {
    #[inline]
    fn n(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn a(&self) -> Option<Timestamp> {
        self.0.timestamp(1, 3)
    }
    #[inline]
    fn b(&self) -> Option<Timestamp> {
        self.0.timestamp(2, 3)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_2: Calc(select=[(a + (CAST(n AS BIGINT) * 3600000:INTERVAL
///     MILLISECOND)) AS EXPR$0, CAST((b - a) AS STRING) AS EXPR$1, CAST(CAST(TIMESTAMPDIFF('MONTH', a,
///     b) AS INTERVAL YEAR TO MONTH) AS STRING) AS EXPR$2, CAST((CAST(CAST(b AS DATE) AS TIMESTAMP(9))
///     - CAST(CAST(a AS DATE) AS TIMESTAMP(9))) AS STRING) AS EXPR$3, (CAST(n AS BIGINT) < CAST('7' AS
///     BIGINT)) AS EXPR$4])
/// ```
/// intervals_of_numbers.sql:3:15
/// ```sql
/// SELECT a + INTERVAL n HOUR, CAST((b - a) SECOND AS STRING), CAST((b - a) MONTH AS STRING),
/// CAST((CAST(b AS DATE) - CAST(a AS DATE)) DAY AS STRING), n < '7' FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let v1 = strict1(row.n(), cast::number::integer_to_bigint);
        let expr_0_value = strict2(
            row.a(),
            strict1(v1, |a| arithmetic::multiply(a, 3600000i64)),
            temporal::interval::timestamp_plus_millis,
        );
        let expr_1_value = strict1(
            strict2(row.b(), row.a(), temporal::interval::timestamp_minus_timestamp),
            cast::to_text::millis,
        );
        let expr_2_value = strict1(
            strict1(
                strict2(
                    row.a(),
                    row.b(),
                    |a, b| temporal::difference::timestamps("MONTH", a, b),
                ),
                cast::number::integer_to_int,
            ),
            cast::to_text::months,
        );
        let v2 = strict2(
            strict1(
                strict1(row.b(), cast::temporal::timestamp_to_date),
                cast::temporal::date_to_timestamp,
            ),
            strict1(
                strict1(row.a(), cast::temporal::timestamp_to_date),
                cast::temporal::date_to_timestamp,
            ),
            temporal::interval::timestamp_minus_timestamp,
        );
        let expr_3_value = strict1(v2, cast::to_text::millis);
        let expr_4_value = strict2(
            v1,
            Some(cast::from_text::bigint("7")?),
            compare::less,
        );
        output.begin(kind);
        output.put_timestamp(0, expr_0_value, 3);
        output.put_text(1, expr_1_value.as_deref());
        output.put_text(2, expr_2_value.as_deref());
        output.put_text(3, expr_3_value.as_deref());
        output.put_boolean(4, expr_4_value);
        output.finish();
    }
    Ok(())
}
