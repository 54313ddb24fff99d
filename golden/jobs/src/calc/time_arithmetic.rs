//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 fe8f1befbab32ca1d431d6d94253c12163c9f6e071932ab83716a11fb4678c28

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Date, Session, SqlError, Time, Timestamp};
use sql::function::temporal;
use sql::function::null::{strict1, strict2};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_id_expr_1_expr_2_and_12(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, d, h, ts, u])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("d", build::date()),
            Column::new("h", build::time(0)),
            Column::new("ts", build::timestamp(3)),
            Column::new("u", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("d", build::date()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("h", build::time(0)),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(3),
                },
                ReadColumn {
                    column: Column::new("u", build::timestamp(3)),
                    from: ReadFrom::Physical(4),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("d", build::date()),
                Column::new("h", build::time(0)),
                Column::new("ts", build::timestamp(3)),
                Column::new("u", build::timestamp(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_12: Calc(select=[id, (d + 1:INTERVAL MONTH) AS EXPR$1, (d - 12:INTERVAL
///     MONTH) AS EXPR$2, (h + 120000:INTERVAL MILLISECOND) AS EXPR$3, (ts + 1:INTERVAL MONTH) AS
///     EXPR$4, (ts - 93784005:INTERVAL MILLISECOND) AS EXPR$5, TIMESTAMPDIFF('MONTH', ts, u) AS EXPR$6,
///     TIMESTAMPDIFF('DAY', ts, u) AS EXPR$7, TIMESTAMPDIFF('HOUR', u, ts) AS EXPR$8,
///     TIMESTAMPDIFF('YEAR', ts, u) AS EXPR$9, FLOOR(ts, 'WEEK') AS EXPR$10, CEIL(d, 'MONTH') AS
///     EXPR$11, EXTRACT('WEEK', d) AS EXPR$12, EXTRACT('DOW', d) AS EXPR$13, EXTRACT('EPOCH', ts) AS
///     EXPR$14])
/// ```
fn project_id_expr_1_expr_2_and_12() -> Node {
    Node {
        name: "project_id_expr_1_expr_2_and_12",
        uid: "5bbf6dc55cdb40c7",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::date()),
            Column::new("EXPR$2", build::date()),
            Column::new("EXPR$3", build::time(0)),
            Column::new("EXPR$4", build::timestamp(3)),
            Column::new("EXPR$5", build::timestamp(3)),
            Column::new("EXPR$6", build::int()),
            Column::new("EXPR$7", build::int()),
            Column::new("EXPR$8", build::int()),
            Column::new("EXPR$9", build::int()),
            Column::new("EXPR$10", build::timestamp(3)),
            Column::new("EXPR$11", build::date()),
            Column::new("EXPR$12", build::bigint()),
            Column::new("EXPR$13", build::bigint()),
            Column::new("EXPR$14", build::bigint()),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_and_12_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6, EXPR$7, EXPR$8,
///     EXPR$9, EXPR$10, EXPR$11, EXPR$12, EXPR$13, EXPR$14])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "3042f4bc19cdc359",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::date()),
            Column::new("b", build::date()),
            Column::new("c", build::time(0)),
            Column::new("e", build::timestamp(3)),
            Column::new("f", build::timestamp(3)),
            Column::new("g", build::int()),
            Column::new("h", build::int()),
            Column::new("i", build::int()),
            Column::new("j", build::int()),
            Column::new("k", build::timestamp(3)),
            Column::new("l", build::date()),
            Column::new("m", build::bigint()),
            Column::new("n", build::bigint()),
            Column::new("p", build::bigint()),
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

impl TSourceRow<'_> {
    #[inline]
    fn d(&self) -> Option<Date> {
        self.0.date(1)
    }
    #[inline]
    fn h(&self) -> Option<Time> {
        self.0.time(2)
    }
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(3, 3)
    }
    #[inline]
    fn u(&self) -> Option<Timestamp> {
        self.0.timestamp(4, 3)
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_12: Calc(select=[id, (d + 1:INTERVAL MONTH) AS EXPR$1, (d - 12:INTERVAL
///     MONTH) AS EXPR$2, (h + 120000:INTERVAL MILLISECOND) AS EXPR$3, (ts + 1:INTERVAL MONTH) AS
///     EXPR$4, (ts - 93784005:INTERVAL MILLISECOND) AS EXPR$5, TIMESTAMPDIFF('MONTH', ts, u) AS EXPR$6,
///     TIMESTAMPDIFF('DAY', ts, u) AS EXPR$7, TIMESTAMPDIFF('HOUR', u, ts) AS EXPR$8,
///     TIMESTAMPDIFF('YEAR', ts, u) AS EXPR$9, FLOOR(ts, 'WEEK') AS EXPR$10, CEIL(d, 'MONTH') AS
///     EXPR$11, EXTRACT('WEEK', d) AS EXPR$12, EXTRACT('DOW', d) AS EXPR$13, EXTRACT('EPOCH', ts) AS
///     EXPR$14])
/// ```
/// time_arithmetic.sql:4:15
/// ```sql
/// SELECT id, d + INTERVAL '1' MONTH, d - INTERVAL '1' YEAR, h + INTERVAL '2' MINUTE, ts + INTERVAL '1'
///     MONTH,
/// ts - INTERVAL '1 02:03:04.005' DAY TO SECOND, TIMESTAMPDIFF(MONTH, ts, u), TIMESTAMPDIFF(DAY, ts,
///     u), TIMESTAMPDIFF(HOUR, u, ts),
/// TIMESTAMPDIFF(YEAR, ts, u), FLOOR(ts TO WEEK), CEIL(d TO MONTH), EXTRACT(WEEK FROM d), EXTRACT(DOW
///     FROM d), EXTRACT(EPOCH FROM ts) FROM t
/// ```
fn project_id_expr_1_expr_2_and_12_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_1_value = strict1(
            row.d(),
            |a| temporal::interval::date_plus_months(a, 1i32),
        );
        let expr_2_value = strict1(
            row.d(),
            |a| temporal::interval::date_minus_months(a, 12i32),
        );
        let expr_3_value = strict1(
            row.h(),
            |a| temporal::interval::time_plus_millis(a, 120000i64),
        );
        let expr_4_value = strict1(
            row.ts(),
            |a| temporal::interval::timestamp_plus_months(a, 1i32),
        );
        let expr_5_value = strict1(
            row.ts(),
            |a| temporal::interval::timestamp_minus_millis(a, 93784005i64),
        );
        let expr_6_value = strict2(
            row.ts(),
            row.u(),
            |a, b| temporal::difference::timestamps("MONTH", a, b),
        );
        let expr_7_value = strict2(
            row.ts(),
            row.u(),
            |a, b| temporal::difference::timestamps("DAY", a, b),
        );
        let expr_8_value = strict2(
            row.u(),
            row.ts(),
            |a, b| temporal::difference::timestamps("HOUR", a, b),
        );
        let expr_9_value = strict2(
            row.ts(),
            row.u(),
            |a, b| temporal::difference::timestamps("YEAR", a, b),
        );
        let expr_10_value = strict1(
            row.ts(),
            |a| temporal::round::floor_timestamp(a, "WEEK"),
        );
        let expr_11_value = strict1(row.d(), |a| temporal::round::ceil_date(a, "MONTH"));
        let expr_12_value = strict1(
            row.d(),
            |a| temporal::extract::from_date("WEEK", a),
        );
        let expr_13_value = strict1(row.d(), |a| temporal::extract::from_date("DOW", a));
        let expr_14_value = strict1(
            row.ts(),
            |a| temporal::extract::from_timestamp("EPOCH", a),
        );
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_date(1, expr_1_value);
        output.put_date(2, expr_2_value);
        output.put_time(3, expr_3_value);
        output.put_timestamp(4, expr_4_value, 3);
        output.put_timestamp(5, expr_5_value, 3);
        output.put_i32(6, expr_6_value);
        output.put_i32(7, expr_7_value);
        output.put_i32(8, expr_8_value);
        output.put_i32(9, expr_9_value);
        output.put_timestamp(10, expr_10_value, 3);
        output.put_date(11, expr_11_value);
        output.put_i64(12, expr_12_value);
        output.put_i64(13, expr_13_value);
        output.put_i64(14, expr_14_value);
        output.finish();
    }
    Ok(())
}
