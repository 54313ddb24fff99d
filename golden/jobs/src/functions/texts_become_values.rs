//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 dcc2709bb625877edcb36be317ea651c33771e96117b287f6f4ce9a919616b7f

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{cast, text};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_id_expr_1_expr_2_and_11(), o_sink()]),
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
/// project_id_expr_1_expr_2_and_11: Calc(select=[id, TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS
///     TINYINT) AS EXPR$1, TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS INT) AS EXPR$2,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS BIGINT) AS EXPR$3,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS DECIMAL(5, 2)) AS EXPR$4,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS DOUBLE) AS EXPR$5,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS SMALLINT) AS EXPR$6,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS BOOLEAN) AS EXPR$7,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS DATE) AS EXPR$8, TRY_CAST(REPLACE(REPLACE(s,
///     '_', ' '), '~', '') AS TIME(0)) AS EXPR$9, TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS
///     TIMESTAMP(3)) AS EXPR$10, TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS TIMESTAMP_LTZ(3))
///     AS EXPR$11, CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS CHAR(3)) AS EXPR$12,
///     CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS VARBINARY(2)) AS EXPR$13])
/// ```
fn project_id_expr_1_expr_2_and_11() -> Node {
    Node {
        name: "project_id_expr_1_expr_2_and_11",
        uid: "1a9318fd5e59e1d0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::tinyint()),
            Column::new("EXPR$2", build::int()),
            Column::new("EXPR$3", build::bigint()),
            Column::new("EXPR$4", build::decimal(5, 2)),
            Column::new("EXPR$5", build::double()),
            Column::new("EXPR$6", build::smallint()),
            Column::new("EXPR$7", build::boolean()),
            Column::new("EXPR$8", build::date()),
            Column::new("EXPR$9", build::time(0)),
            Column::new("EXPR$10", build::timestamp(3)),
            Column::new("EXPR$11", build::timestamp_ltz(3)),
            Column::new("EXPR$12", build::char(3)),
            Column::new("EXPR$13", build::varbinary(2)),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_and_11_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6, EXPR$7, EXPR$8,
///     EXPR$9, EXPR$10, EXPR$11, EXPR$12, EXPR$13])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "3c6449f735249813",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::tinyint()),
            Column::new("b", build::int()),
            Column::new("c", build::bigint()),
            Column::new("d", build::decimal(5, 2)),
            Column::new("e", build::double()),
            Column::new("f", build::smallint()),
            Column::new("g", build::boolean()),
            Column::new("h", build::date()),
            Column::new("i", build::time(0)),
            Column::new("j", build::timestamp(3)),
            Column::new("k", build::timestamp_ltz(3)),
            Column::new("l", build::char(3)),
            Column::new("m", build::varbinary(2)),
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
/// project_id_expr_1_expr_2_and_11: Calc(select=[id, TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS
///     TINYINT) AS EXPR$1, TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS INT) AS EXPR$2,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS BIGINT) AS EXPR$3,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS DECIMAL(5, 2)) AS EXPR$4,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS DOUBLE) AS EXPR$5,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS SMALLINT) AS EXPR$6,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS BOOLEAN) AS EXPR$7,
///     TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS DATE) AS EXPR$8, TRY_CAST(REPLACE(REPLACE(s,
///     '_', ' '), '~', '') AS TIME(0)) AS EXPR$9, TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS
///     TIMESTAMP(3)) AS EXPR$10, TRY_CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS TIMESTAMP_LTZ(3))
///     AS EXPR$11, CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS CHAR(3)) AS EXPR$12,
///     CAST(REPLACE(REPLACE(s, '_', ' '), '~', '') AS VARBINARY(2)) AS EXPR$13])
/// ```
/// texts_become_values.sql:5:15
/// ```sql
/// SELECT id, TRY_CAST(s AS TINYINT), TRY_CAST(s AS INT), TRY_CAST(s AS BIGINT), TRY_CAST(s AS
///     DECIMAL(5, 2)), TRY_CAST(s AS DOUBLE),
/// TRY_CAST(s AS SMALLINT), TRY_CAST(s AS BOOLEAN), TRY_CAST(s AS DATE), TRY_CAST(s AS TIME),
///     TRY_CAST(s AS TIMESTAMP(3)),
/// TRY_CAST(s AS TIMESTAMP_LTZ(3)), TRY_CAST(s AS CHAR(3)), TRY_CAST(s AS VARBINARY(2))
/// FROM (SELECT id, REPLACE(REPLACE(s, '_', ' '), '~', '') AS s FROM t
/// ```
fn project_id_expr_1_expr_2_and_11_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let v1 = strict1(
            strict1(row.s(), |a| text::replace(a, "_", " ")),
            |a| text::replace(a.as_str(), "~", ""),
        );
        let expr_1_value = strict1(v1.as_deref(), cast::safe::tinyint).flatten();
        let expr_2_value = strict1(v1.as_deref(), cast::safe::int).flatten();
        let expr_3_value = strict1(v1.as_deref(), cast::safe::bigint).flatten();
        let expr_4_value = strict1(v1.as_deref(), |a| cast::safe::decimal(a, 5, 2))
            .flatten();
        let expr_5_value = strict1(v1.as_deref(), cast::safe::double).flatten();
        let expr_6_value = strict1(v1.as_deref(), cast::safe::smallint).flatten();
        let expr_7_value = strict1(v1.as_deref(), cast::safe::boolean).flatten();
        let expr_8_value = strict1(v1.as_deref(), cast::safe::date).flatten();
        let expr_9_value = strict1(v1.as_deref(), |a| cast::safe::time(a, 0)).flatten();
        let expr_10_value = strict1(v1.as_deref(), |a| cast::safe::timestamp(a, 3))
            .flatten();
        let expr_11_value = strict1(
                v1.as_deref(),
                |a| cast::safe::timestamp_ltz(session, a, 3),
            )
            .flatten();
        let expr_12_value = strict1(v1.as_deref(), |a| cast::length::text_to_char(a, 3));
        let expr_13_value = strict1(
            v1.as_deref(),
            |a| cast::length::text_to_varbinary(a, 2),
        );
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_i8(1, expr_1_value);
        output.put_i32(2, expr_2_value);
        output.put_i64(3, expr_3_value);
        output.put_decimal(4, expr_4_value, 5);
        output.put_f64(5, expr_5_value);
        output.put_i16(6, expr_6_value);
        output.put_boolean(7, expr_7_value);
        output.put_date(8, expr_8_value);
        output.put_time(9, expr_9_value);
        output.put_timestamp(10, expr_10_value, 3);
        output.put_timestamp(11, expr_11_value, 3);
        output.put_text(12, expr_12_value.as_deref());
        output.put_bytes(13, expr_13_value.as_deref());
        output.finish();
    }
    Ok(())
}
