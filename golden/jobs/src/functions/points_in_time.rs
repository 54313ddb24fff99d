//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 e2d79c77ffaaf9c09fc18cd039149532031409d229d5fa7017c11a926fdde7be

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{cast, temporal};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            project_expr_0_expr_1_expr_2_and_6(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[ts])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("ts", build::timestamp(3))]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([Column::new("ts", build::timestamp(3))]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_6: Calc(select=[EXTRACT('YEAR', ts) AS EXPR$0, QUARTER(ts) AS
///     EXPR$1, EXTRACT('WEEK', ts) AS EXPR$2, DAYOFWEEK(CAST(CAST(ts AS DATE) AS TIMESTAMP(9))) AS
///     EXPR$3, CAST(ts AS DATE) AS EXPR$4, FLOOR(ts, 'HOUR') AS EXPR$5, DATE_FORMAT(ts, 'dd.MM.yyyy
///     HH:mm') AS EXPR$6, (ts + 1:INTERVAL MONTH) AS EXPR$7, TIMESTAMPDIFF('HOUR',
///     1709164800000000.000:TIMESTAMP(9), ts) AS EXPR$8])
/// ```
fn project_expr_0_expr_1_expr_2_and_6() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_6",
        uid: "ae9df0596ca4736e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::bigint()),
            Column::new("EXPR$1", build::bigint()),
            Column::new("EXPR$2", build::bigint()),
            Column::new("EXPR$3", build::bigint()),
            Column::new("EXPR$4", build::date()),
            Column::new("EXPR$5", build::timestamp(3)),
            Column::new("EXPR$6", build::string()),
            Column::new("EXPR$7", build::timestamp(3)),
            Column::new("EXPR$8", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_6_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6,
///     EXPR$7, EXPR$8])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "170c4235c1ee2c25",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("y", build::bigint()),
            Column::new("q", build::bigint()),
            Column::new("w", build::bigint()),
            Column::new("dow", build::bigint()),
            Column::new("d", build::date()),
            Column::new("h", build::timestamp(3)),
            Column::new("text", build::string()),
            Column::new("m", build::timestamp(3)),
            Column::new("n", build::int()),
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
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_6: Calc(select=[EXTRACT('YEAR', ts) AS EXPR$0, QUARTER(ts) AS
///     EXPR$1, EXTRACT('WEEK', ts) AS EXPR$2, DAYOFWEEK(CAST(CAST(ts AS DATE) AS TIMESTAMP(9))) AS
///     EXPR$3, CAST(ts AS DATE) AS EXPR$4, FLOOR(ts, 'HOUR') AS EXPR$5, DATE_FORMAT(ts, 'dd.MM.yyyy
///     HH:mm') AS EXPR$6, (ts + 1:INTERVAL MONTH) AS EXPR$7, TIMESTAMPDIFF('HOUR',
///     1709164800000000.000:TIMESTAMP(9), ts) AS EXPR$8])
/// ```
/// points_in_time.sql:4:1
/// ```sql
/// SELECT EXTRACT(YEAR FROM ts), QUARTER(ts), EXTRACT(WEEK FROM ts), DAYOFWEEK(CAST(ts AS DATE)),
///     CAST(ts AS DATE), FLOOR(ts TO HOUR),
/// DATE_FORMAT(ts, 'dd.MM.yyyy HH:mm'), ts + INTERVAL '1' MONTH, TIMESTAMPDIFF(HOUR, TIMESTAMP
///     '2024-02-29 00:00:00', ts)
/// FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_6_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict1(
            row.ts(),
            |a| temporal::extract::from_timestamp("YEAR", a),
        );
        let expr_1_value = strict1(row.ts(), temporal::extract::quarter);
        let expr_2_value = strict1(
            row.ts(),
            |a| temporal::extract::from_timestamp("WEEK", a),
        );
        let v1 = strict1(row.ts(), cast::temporal::timestamp_to_date);
        let expr_3_value = strict1(
            strict1(v1, cast::temporal::date_to_timestamp),
            temporal::extract::day_of_week,
        );
        let expr_5_value = strict1(
            row.ts(),
            |a| temporal::round::floor_timestamp(a, "HOUR"),
        );
        let expr_6_value = strict1(
                row.ts(),
                |a| temporal::convert::format_timestamp(a, "dd.MM.yyyy HH:mm"),
            )
            .transpose()?;
        let expr_7_value = strict1(
            row.ts(),
            |a| temporal::interval::timestamp_plus_months(a, 1i32),
        );
        let expr_8_value = strict1(
            row.ts(),
            |a| temporal::difference::timestamps(
                "HOUR",
                Timestamp {
                    micros: 1709164800000000,
                    nanos: 0,
                },
                a,
            ),
        );
        output.begin(kind);
        output.put_i64(0, expr_0_value);
        output.put_i64(1, expr_1_value);
        output.put_i64(2, expr_2_value);
        output.put_i64(3, expr_3_value);
        output.put_date(4, v1);
        output.put_timestamp(5, expr_5_value, 3);
        output.put_text(6, expr_6_value.as_deref());
        output.put_timestamp(7, expr_7_value, 3);
        output.put_i32(8, expr_8_value);
        output.finish();
    }
    Ok(())
}
