//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 a8678bb908e6273f6194f8976b56f922544f6ba116d766e79314e12b95fd4a4a

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
            project_expr_0_expr_1_expr_2_and_2(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[happened, wall])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("happened", build::timestamp_ltz(3)),
            Column::new("wall", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("happened", build::timestamp_ltz(3)),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("wall", build::timestamp(3)),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("happened", build::timestamp_ltz(3)),
                Column::new("wall", build::timestamp(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_2: Calc(select=[CAST(happened AS STRING) AS EXPR$0, CAST(happened
///     AS TIMESTAMP(3)) AS EXPR$1, CAST(happened AS DATE) AS EXPR$2, CAST(wall AS TIMESTAMP_LTZ(3)) AS
///     EXPR$3, EXTRACT('HOUR', happened) AS EXPR$4])
/// ```
fn project_expr_0_expr_1_expr_2_and_2() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_2",
        uid: "fc362fa8789b560c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::string()),
            Column::new("EXPR$1", build::timestamp(3)),
            Column::new("EXPR$2", build::date()),
            Column::new("EXPR$3", build::timestamp_ltz(3)),
            Column::new("EXPR$4", build::bigint()),
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
        uid: "ab238d9eb6a7f079",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("text", build::string()),
            Column::new("local_time", build::timestamp(3)),
            Column::new("day_of", build::date()),
            Column::new("moment", build::timestamp_ltz(3)),
            Column::new("h", build::bigint()),
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

impl TSourceRow<'_> {
    #[inline]
    fn happened(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
    #[inline]
    fn wall(&self) -> Option<Timestamp> {
        self.0.timestamp(1, 3)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_2: Calc(select=[CAST(happened AS STRING) AS EXPR$0, CAST(happened
///     AS TIMESTAMP(3)) AS EXPR$1, CAST(happened AS DATE) AS EXPR$2, CAST(wall AS TIMESTAMP_LTZ(3)) AS
///     EXPR$3, EXTRACT('HOUR', happened) AS EXPR$4])
/// ```
/// time_zones.sql:5:1
/// ```sql
/// SELECT CAST(happened AS STRING), CAST(happened AS TIMESTAMP(3)), CAST(happened AS DATE), CAST(wall
///     AS TIMESTAMP_LTZ(3)), EXTRACT(HOUR FROM happened) FROM t
/// ```
fn project_expr_0_expr_1_expr_2_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_0_value = strict1(
            row.happened(),
            |a| cast::to_text::timestamp_ltz(session, a, 3),
        );
        let expr_1_value = strict1(
            row.happened(),
            |a| cast::temporal::timestamp_ltz_to_timestamp(session, a, 3),
        );
        let expr_2_value = strict1(
            row.happened(),
            |a| cast::temporal::timestamp_ltz_to_date(session, a),
        );
        let expr_3_value = strict1(
            row.wall(),
            |a| cast::temporal::timestamp_to_timestamp_ltz(session, a, 3),
        );
        let expr_4_value = strict1(
            row.happened(),
            |a| temporal::extract::from_timestamp_ltz(session, "HOUR", a),
        );
        output.begin(kind);
        output.put_text(0, expr_0_value.as_deref());
        output.put_timestamp(1, expr_1_value, 3);
        output.put_date(2, expr_2_value);
        output.put_timestamp(3, expr_3_value, 3);
        output.put_i64(4, expr_4_value);
        output.finish();
    }
    Ok(())
}
