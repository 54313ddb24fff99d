//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 1f75fcdd478e902499e99bb49947af5f05e0247539fd05429f16849f0e8bcd31

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput,
    WindowAggSpec, WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::compare;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            exchange_by_k(),
            tumble_10s_by_k(),
            filter_n(),
            exchange_by_window_start(),
            group_by_window_start(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[k, ts])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: Some(t_source_watermark),
            physical: Vec::from([
                Column::new("k", build::string()),
                Column::new("v", build::int()),
                Column::new("ts", build::timestamp(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_k: Exchange(distribution=[hash[k]])
/// ```
fn exchange_by_k() -> Node {
    Node {
        name: "exchange_by_k",
        uid: "56270def43c57436",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// tumble_10s_by_k: WindowAgg(window=[TUMBLE(ts, 10s)], groupBy=[k], select=[k, COUNT(*) AS n])
/// ```
fn tumble_10s_by_k() -> Node {
    Node {
        name: "tumble_10s_by_k",
        uid: "4a9cf0c0b92f9366",
        state_fingerprint: Some("dd2a044146149445"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("n", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 10000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 1,
                    local: false,
                },
            }),
            keys: Vec::from([0]),
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
/// filter_n: Calc(select=[window_start, n], where=[(n > 1:BIGINT)])
/// ```
fn filter_n() -> Node {
    Node {
        name: "filter_n",
        uid: "76704859b81b2eaa",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("n", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(filter_n_kernel),
    }
}

/// ```text
/// exchange_by_window_start: Exchange(distribution=[hash[window_start]])
/// ```
fn exchange_by_window_start() -> Node {
    Node {
        name: "exchange_by_window_start",
        uid: "3f5293202b59f9a1",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("n", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_window_start: GroupAgg(groupBy=[window_start], select=[window_start, COUNT(*) AS $agg0,
///     MAX(n) AS $agg1])
/// ```
fn group_by_window_start() -> Node {
    Node {
        name: "group_by_window_start",
        uid: "8bfbb41a47672c61",
        state_fingerprint: Some("40e88f99b47ae3f8"),
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: false,
            emit_update_before: false,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[window_start, EXPR$1, EXPR$2])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "b0d7cf4acbd1b88c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("ws", build::not_null(build::timestamp(3))),
            Column::new("users", build::bigint()),
            Column::new("biggest", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::from([0]),
            input_updates: true,
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

struct Tumble10sByKRow<'a>(RowRef<'a>);

impl Tumble10sByKRow<'_> {
    #[inline]
    fn n(&self) -> Option<i64> {
        self.0.i64(1)
    }
}

/// ```text
/// Watermark of table t
/// ```
/// over_windows.sql:1:51
/// ```sql
/// WATERMARK FOR ts AS ts
/// ```
fn t_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = TSourceRow(raw);
        watermarks.push(row.ts());
    }
    Ok(())
}

/// ```text
/// filter_n: Calc(select=[window_start, n], where=[(n > 1:BIGINT)])
/// ```
/// over_windows.sql:4:52
/// ```sql
/// n > 1
/// ```
fn filter_n_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = Tumble10sByKRow(raw);
        if strict1(row.n(), |a| compare::greater(a, 1i64)) != Some(true) {
            continue;
        }
        output.begin(kind);
        output.copy_fixed(0, raw, 2);
        output.copy_fixed(1, raw, 1);
        output.finish();
    }
    Ok(())
}
