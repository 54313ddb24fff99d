//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 7f60af2af76188907b1b8f67e57ca9d789fc36c6f1855592e4f55615a4dddc26

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{arithmetic, temporal};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            t_source(),
            project_id_doubled_ts(),
            exchange_by_id_doubled(),
            tumble_5s_by_id_doubled(),
            project_id_doubled_expr_2_and_1(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, ts, doubled])
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
            Column::new("doubled", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new(
                        "payload",
                        build::row([("id", build::int()), ("happened", build::string())]),
                    ),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: Some(t_source_compute),
            watermark: Some(t_source_watermark),
            physical: Vec::from([
                Column::new(
                    "payload",
                    build::row([("id", build::int()), ("happened", build::string())]),
                ),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_doubled_ts: Calc(select=[id, doubled, ts])
/// ```
fn project_id_doubled_ts() -> Node {
    Node {
        name: "project_id_doubled_ts",
        uid: "6348926e115cb7da",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("doubled", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Calc(project_id_doubled_ts_kernel),
    }
}

/// ```text
/// exchange_by_id_doubled: Exchange(distribution=[hash[id, doubled]])
/// ```
fn exchange_by_id_doubled() -> Node {
    Node {
        name: "exchange_by_id_doubled",
        uid: "e859a0906c00f77c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("doubled", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// tumble_5s_by_id_doubled: WindowAgg(window=[TUMBLE(ts, 5s)], groupBy=[id, doubled], select=[id,
///     doubled, COUNT(*) AS $agg0, MIN(ts) AS $agg1])
/// ```
fn tumble_5s_by_id_doubled() -> Node {
    Node {
        name: "tumble_5s_by_id_doubled",
        uid: "fdd0593130159227",
        state_fingerprint: Some("b82f158e8cf542bd"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("doubled", build::int()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::timestamp(3)),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 5000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 2,
                    local: false,
                },
            }),
            keys: Vec::from([0, 1]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::timestamp(3),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_id_doubled_expr_2_and_1: Calc(select=[id, doubled, $agg0 AS EXPR$2, $agg1 AS EXPR$3])
/// ```
fn project_id_doubled_expr_2_and_1() -> Node {
    Node {
        name: "project_id_doubled_expr_2_and_1",
        uid: "2815d059181ca5d6",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("doubled", build::int()),
            Column::new("EXPR$2", build::not_null(build::bigint())),
            Column::new("EXPR$3", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Calc(project_id_doubled_expr_2_and_1_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[id, doubled, EXPR$2, EXPR$3])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "b4e69ca0bc358a64",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("doubled", build::int()),
            Column::new("n", build::bigint()),
            Column::new("first_time", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
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
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(1, 3)
    }
}

struct TSourceReadRow<'a>(RowRef<'a>);

impl<'a> TSourceReadRow<'a> {
    #[inline]
    fn payload_id(&self) -> Option<i32> {
        self.0.row(0, 2).and_then(|row| row.i32(0))
    }
    #[inline]
    fn payload_happened(&self) -> Option<&'a str> {
        self.0.row(0, 2).and_then(|row| row.text(1))
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, ts, doubled])
/// ```
/// computed_columns.sql:10:57
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
        let ts_value = strict1(row.payload_happened(), temporal::convert::to_timestamp)
            .flatten();
        let doubled_value = strict1(row.payload_id(), |a| arithmetic::multiply(a, 2i32));
        output.begin(kind);
        output.put_i32(0, row.payload_id());
        output.put_timestamp(1, ts_value, 3);
        output.put_i32(2, doubled_value);
        output.finish();
    }
    Ok(())
}

/// ```text
/// Watermark of table t
/// ```
/// computed_columns.sql:6:3
/// ```sql
/// WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
/// ```
fn t_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = TSourceRow(raw);
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
/// project_id_doubled_ts: Calc(select=[id, doubled, ts])
/// ```
/// computed_columns.sql:10:1
/// ```sql
/// SELECT id, doubled, COUNT(*), MIN(ts) FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND)
/// GROUP BY id, doubled, window_start, window_end
/// ```
fn project_id_doubled_ts_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 2);
        output.copy_fixed(2, raw, 1);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_id_doubled_expr_2_and_1: Calc(select=[id, doubled, $agg0 AS EXPR$2, $agg1 AS EXPR$3])
/// ```
/// computed_columns.sql:10:1
/// ```sql
/// SELECT id, doubled, COUNT(*), MIN(ts) FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND)
/// GROUP BY id, doubled, window_start, window_end
/// ```
fn project_id_doubled_expr_2_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 1);
        output.copy_fixed(2, raw, 2);
        output.copy_fixed(3, raw, 3);
        output.finish();
    }
    Ok(())
}
