//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 411801ef1108a8b9c7a1cfdf7cb54950fea4a7b869114b278c98d212ea4afafe

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{arithmetic, cast, temporal};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_id_a_b_and_7(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, ms, lt, s])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("ms", build::bigint()),
            Column::new("lt", build::timestamp_ltz(3)),
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
                    column: Column::new("ms", build::bigint()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: Some(t_source_compute),
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("ms", build::bigint()),
                Column::new("s", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_a_b_and_7: Calc(select=[id, CAST(lt AS TIMESTAMP(3)) AS a, DATE_FORMAT(lt, 'yyyy-MM-dd
///     HH:mm:ss') AS b, CAST(lt AS DATE) AS c, (lt + 86400000:INTERVAL MILLISECOND) AS d,
///     CAST(FLOOR(lt, 'DAY') AS STRING) AS e, EXTRACT('HOUR', lt) AS f, FROM_UNIXTIME((ms /
///     1000:BIGINT)) AS g, UNIX_TIMESTAMP(s) AS h, CAST(TO_TIMESTAMP(s) AS TIMESTAMP(0)) AS i])
/// ```
fn project_id_a_b_and_7() -> Node {
    Node {
        name: "project_id_a_b_and_7",
        uid: "f1c3867838e54d53",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::timestamp(3)),
            Column::new("b", build::string()),
            Column::new("c", build::date()),
            Column::new("d", build::timestamp_ltz(3)),
            Column::new("e", build::string()),
            Column::new("f", build::bigint()),
            Column::new("g", build::string()),
            Column::new("h", build::bigint()),
            Column::new("i", build::timestamp(0)),
        ]),
        operator: OperatorSpec::Calc(project_id_a_b_and_7_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, a, b, c, d, e, f, g, h, i])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "8ad6cb1e9c2016a0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::timestamp(3)),
            Column::new("b", build::string()),
            Column::new("c", build::date()),
            Column::new("d", build::timestamp_ltz(3)),
            Column::new("e", build::string()),
            Column::new("f", build::bigint()),
            Column::new("g", build::string()),
            Column::new("h", build::bigint()),
            Column::new("i", build::timestamp(0)),
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
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl<'a> TSourceRow<'a> {
    #[inline]
    fn ms(&self) -> Option<i64> {
        self.0.i64(1)
    }
    #[inline]
    fn lt(&self) -> Option<Timestamp> {
        self.0.timestamp(2, 3)
    }
    #[inline]
    fn s(&self) -> Option<&'a str> {
        self.0.text(3)
    }
}

struct TSourceReadRow<'a>(RowRef<'a>);

impl TSourceReadRow<'_> {
    #[inline]
    fn ms(&self) -> Option<i64> {
        self.0.i64(1)
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, ms, lt, s])
/// ```
/// daylight_saving.sql:4:234
/// ```sql
/// t
/// ```
fn t_source_compute(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceReadRow(raw);
        let lt_value = strict1(
                row.ms(),
                |a| temporal::convert::integer_to_timestamp_ltz(a, 3i32),
            )
            .transpose()?
            .flatten();
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 1);
        output.put_timestamp(2, lt_value, 3);
        output.copy_variable(3, raw, 2);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_id_a_b_and_7: Calc(select=[id, CAST(lt AS TIMESTAMP(3)) AS a, DATE_FORMAT(lt, 'yyyy-MM-dd
///     HH:mm:ss') AS b, CAST(lt AS DATE) AS c, (lt + 86400000:INTERVAL MILLISECOND) AS d,
///     CAST(FLOOR(lt, 'DAY') AS STRING) AS e, EXTRACT('HOUR', lt) AS f, FROM_UNIXTIME((ms /
///     1000:BIGINT)) AS g, UNIX_TIMESTAMP(s) AS h, CAST(TO_TIMESTAMP(s) AS TIMESTAMP(0)) AS i])
/// ```
/// daylight_saving.sql:4:15
/// ```sql
/// SELECT id, lt, DATE_FORMAT(lt, 'yyyy-MM-dd HH:mm:ss'), CAST(lt AS DATE), lt + INTERVAL '1' DAY,
///     CAST(FLOOR(lt TO DAY) AS STRING), EXTRACT(HOUR FROM lt), FROM_UNIXTIME(ms / 1000),
///     UNIX_TIMESTAMP(s), TO_TIMESTAMP(s) FROM t
/// ```
fn project_id_a_b_and_7_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let a_value = strict1(
            row.lt(),
            |a| cast::temporal::timestamp_ltz_to_timestamp(session, a, 3),
        );
        let b_value = strict1(
                row.lt(),
                |a| temporal::convert::format_timestamp_ltz(
                    session,
                    a,
                    "yyyy-MM-dd HH:mm:ss",
                ),
            )
            .transpose()?;
        let c_value = strict1(
            row.lt(),
            |a| cast::temporal::timestamp_ltz_to_date(session, a),
        );
        let d_value = strict1(
            row.lt(),
            |a| temporal::interval::timestamp_plus_millis(a, 86400000i64),
        );
        let e_value = strict1(
            strict1(
                row.lt(),
                |a| temporal::round::floor_timestamp_ltz(session, a, "DAY"),
            ),
            |a| cast::to_text::timestamp_ltz(session, a, 3),
        );
        let f_value = strict1(
            row.lt(),
            |a| temporal::extract::from_timestamp_ltz(session, "HOUR", a),
        );
        let g_value = strict1(
            strict1(row.ms(), |a| arithmetic::divide_integer(a, 1000i64)).transpose()?,
            |a| temporal::convert::from_unixtime(session, a),
        );
        let h_value = strict1(
            row.s(),
            |a| temporal::convert::unix_timestamp(session, a),
        );
        let i_value = strict1(
            strict1(row.s(), temporal::convert::to_timestamp).flatten(),
            |a| cast::temporal::timestamp_to_timestamp(a, 0),
        );
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_timestamp(1, a_value, 3);
        output.put_text(2, b_value.as_deref());
        output.put_date(3, c_value);
        output.put_timestamp(4, d_value, 3);
        output.put_text(5, e_value.as_deref());
        output.put_i64(6, f_value);
        output.put_text(7, g_value.as_deref());
        output.put_i64(8, h_value);
        output.put_timestamp(9, i_value, 0);
        output.finish();
    }
    Ok(())
}
