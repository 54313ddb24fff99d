//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 5a8885439a4c5d613a3783c571476ce33ebdbef217d096dd345d5459f780aaae

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Date, Session, SqlError, Time, Timestamp};
use sql::function::{cast, compare};
use sql::function::null::{strict2, try_and};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_id_expr_1_expr_2_and_3(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, ts, d, h])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("ts", build::timestamp(3)),
            Column::new("d", build::date()),
            Column::new("h", build::time(0)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("d", build::date()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("h", build::time(0)),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("ts", build::timestamp(3)),
                Column::new("d", build::date()),
                Column::new("h", build::time(0)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_3: Calc(select=[id, (ts > CAST('2020-01-01 00:00:00' AS TIMESTAMP(3)))
///     AS EXPR$1, (d = CAST('2020-01-02' AS DATE)) AS EXPR$2, (h < CAST('12:00:00' AS TIME(0))) AS
///     EXPR$3, (h = CAST('23:00:00' AS TIME(0))) AS EXPR$4, ((ts >= CAST('2020-01-01 00:00:00' AS
///     TIMESTAMP(3))) AND (ts <= CAST('2020-12-31 00:00:00' AS TIMESTAMP(3)))) AS EXPR$5])
/// ```
fn project_id_expr_1_expr_2_and_3() -> Node {
    Node {
        name: "project_id_expr_1_expr_2_and_3",
        uid: "396a3825cfbd4369",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::boolean()),
            Column::new("EXPR$2", build::boolean()),
            Column::new("EXPR$3", build::boolean()),
            Column::new("EXPR$4", build::boolean()),
            Column::new("EXPR$5", build::boolean()),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_and_3_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "753f87bcc86cb198",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::boolean()),
            Column::new("b", build::boolean()),
            Column::new("c", build::boolean()),
            Column::new("e", build::boolean()),
            Column::new("f", build::boolean()),
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
        self.0.timestamp(1, 3)
    }
    #[inline]
    fn d(&self) -> Option<Date> {
        self.0.date(2)
    }
    #[inline]
    fn h(&self) -> Option<Time> {
        self.0.time(3)
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_3: Calc(select=[id, (ts > CAST('2020-01-01 00:00:00' AS TIMESTAMP(3)))
///     AS EXPR$1, (d = CAST('2020-01-02' AS DATE)) AS EXPR$2, (h < CAST('12:00:00' AS TIME(0))) AS
///     EXPR$3, (h = CAST('23:00:00' AS TIME(0))) AS EXPR$4, ((ts >= CAST('2020-01-01 00:00:00' AS
///     TIMESTAMP(3))) AND (ts <= CAST('2020-12-31 00:00:00' AS TIMESTAMP(3)))) AS EXPR$5])
/// ```
/// compared_with_text.sql:3:15
/// ```sql
/// SELECT id, ts > '2020-01-01 00:00:00', d = '2020-01-02', h < '12:00:00', h = '23:00:00', ts BETWEEN
///     '2020-01-01 00:00:00' AND '2020-12-31 00:00:00' FROM t
/// ```
fn project_id_expr_1_expr_2_and_3_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let v1 = Some(cast::from_text::timestamp("2020-01-01 00:00:00", 3)?);
        let expr_1_value = strict2(row.ts(), v1, compare::greater);
        let expr_2_value = strict2(
            row.d(),
            Some(cast::from_text::date("2020-01-02")?),
            compare::equal,
        );
        let expr_3_value = strict2(
            row.h(),
            Some(cast::from_text::time("12:00:00", 0)?),
            compare::less,
        );
        let expr_4_value = strict2(
            row.h(),
            Some(cast::from_text::time("23:00:00", 0)?),
            compare::equal,
        );
        let expr_5_value = try_and(
            strict2(row.ts(), v1, compare::greater_or_equal),
            || Ok(
                strict2(
                    row.ts(),
                    Some(cast::from_text::timestamp("2020-12-31 00:00:00", 3)?),
                    compare::less_or_equal,
                ),
            ),
        )?;
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_boolean(1, expr_1_value);
        output.put_boolean(2, expr_2_value);
        output.put_boolean(3, expr_3_value);
        output.put_boolean(4, expr_4_value);
        output.put_boolean(5, expr_5_value);
        output.finish();
    }
    Ok(())
}
