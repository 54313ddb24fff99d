//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 f3c5fa3679981ed98341dd7873f77b3e01718262f5d8684cfd961093a6a7e105

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
        name: "insert-into_answers",
        nodes: Vec::from([
            clicks_source(),
            exchange_to_one(),
            tumble_1d_all(),
            project_window_start_window_end_expr_2(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// clicks_source: Source(table=[clicks], fields=[ts])
/// ```
fn clicks_source() -> Node {
    Node {
        name: "clicks_source",
        uid: "2d678f0f5b9df8e3",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("ts", build::timestamp(3))]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "clicks",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: Some(clicks_source_watermark),
            physical: Vec::from([
                Column::new("user_id", build::int()),
                Column::new("amount", build::int()),
                Column::new("ts", build::timestamp(3)),
            ]),
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
        uid: "a6da008434cd4129",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("ts", build::timestamp(3))]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// tumble_1d_all: WindowAgg(window=[TUMBLE(ts, 1d, offset 6h)], groupBy=[], select=[COUNT(*) AS $agg0])
/// ```
fn tumble_1d_all() -> Node {
    Node {
        name: "tumble_1d_all",
        uid: "8f8280ed93de743e",
        state_fingerprint: Some("50b38bc55aab85d1"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 86400000,
                    offset_ms: 21600000,
                },
                time: WindowTime::Rowtime {
                    column: 0,
                    local: false,
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
/// project_window_start_window_end_expr_2: Calc(select=[window_start, window_end, $agg0 AS EXPR$2])
/// ```
fn project_window_start_window_end_expr_2() -> Node {
    Node {
        name: "project_window_start_window_end_expr_2",
        uid: "3accbda39f812fbb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("EXPR$2", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(project_window_start_window_end_expr_2_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[window_start, window_end, EXPR$2])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "8445370601f4bd9a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("window_end", build::timestamp(3)),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct ClicksSourceRow<'a>(RowRef<'a>);

impl ClicksSourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
}

/// ```text
/// Watermark of table clicks
/// ```
/// offset.sql:1:64
/// ```sql
/// WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
/// ```
fn clicks_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = ClicksSourceRow(raw);
        watermarks
            .push(
                strict1(
                    row.ts(),
                    |a| temporal::interval::timestamp_minus_millis(a, 1000i64),
                ),
            );
    }
    Ok(())
}

/// ```text
/// project_window_start_window_end_expr_2: Calc(select=[window_start, window_end, $agg0 AS EXPR$2])
/// ```
/// offset.sql:4:1
/// ```sql
/// SELECT window_start, window_end, COUNT(*)
/// FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '6' HOUR)
/// GROUP BY window_start, window_end
/// ```
fn project_window_start_window_end_expr_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.copy_fixed(1, raw, 2);
        output.copy_fixed(2, raw, 0);
        output.finish();
    }
    Ok(())
}
