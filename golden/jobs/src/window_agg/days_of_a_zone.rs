//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 8e4e9c78808574929414cf0911b698a9215a41d864c0f6e7cf0e63f84d662f04

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::temporal;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            exchange_to_one(),
            tumble_1d_all(),
            project_window_start_window_end_window_time_and_1(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[lt])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("lt", build::timestamp_ltz(3))]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("ms", build::bigint()),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: Some(t_source_compute),
            watermark: Some(t_source_watermark),
            physical: Vec::from([Column::new("ms", build::bigint())]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "e0e872512f16a66f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("lt", build::timestamp_ltz(3))]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// tumble_1d_all: WindowAgg(window=[TUMBLE(lt, 1d)], groupBy=[], select=[COUNT(*) AS $agg0])
/// ```
fn tumble_1d_all() -> Node {
    Node {
        name: "tumble_1d_all",
        uid: "717f6cb65f9a4aa0",
        state_fingerprint: Some("25da7e78aa648f0a"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp_ltz(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 86400000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 0,
                    local: true,
                },
            }),
            keys: Vec::new(),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_window_start_window_end_window_time_and_1: Calc(select=[window_start, window_end,
///     window_time, $agg0 AS EXPR$3])
/// ```
fn project_window_start_window_end_window_time_and_1() -> Node {
    Node {
        name: "project_window_start_window_end_window_time_and_1",
        uid: "b08d2f0d889c812a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp_ltz(3))),
            Column::new("EXPR$3", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(
            project_window_start_window_end_window_time_and_1_kernel,
        ),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[window_start, window_end, window_time, EXPR$3])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "d73ee05d0fc40a0a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("ws", build::timestamp(3)),
            Column::new("we", build::timestamp(3)),
            Column::new("wt", build::timestamp_ltz(3)),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
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
    fn lt(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
}

struct TSourceReadRow<'a>(RowRef<'a>);

impl TSourceReadRow<'_> {
    #[inline]
    fn ms(&self) -> Option<i64> {
        self.0.i64(0)
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[lt])
/// ```
/// days_of_a_zone.sql:4:94
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
        output.put_timestamp(0, lt_value, 3);
        output.finish();
    }
    Ok(())
}

/// ```text
/// Watermark of table t
/// ```
/// days_of_a_zone.sql:2:59
/// ```sql
/// WATERMARK FOR lt AS lt
/// ```
fn t_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = TSourceRow(raw);
        watermarks.push(row.lt());
    }
    Ok(())
}

/// ```text
/// project_window_start_window_end_window_time_and_1: Calc(select=[window_start, window_end,
///     window_time, $agg0 AS EXPR$3])
/// ```
/// days_of_a_zone.sql:4:15
/// ```sql
/// SELECT window_start, window_end, window_time, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(lt),
///     INTERVAL '1' DAY)) GROUP BY window_start, window_end, window_time
/// ```
fn project_window_start_window_end_window_time_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.copy_fixed(1, raw, 2);
        output.copy_fixed(2, raw, 3);
        output.copy_fixed(3, raw, 0);
        output.finish();
    }
    Ok(())
}
