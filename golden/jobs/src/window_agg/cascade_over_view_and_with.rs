//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 d843b7d94268b26f4d9d1021c8d87eeda540d04c2e54b24477c842288be36c37

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{cast, compare};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_tops",
        nodes: Vec::from([
            bids_source(),
            exchange_by_item(),
            tumble_10s_by_item(),
            filter_total(),
            exchange_to_one(),
            tumble_20s_all(),
            project_ws_we_items_and_2(),
            tops_sink(),
        ]),
    }
}

/// ```text
/// bids_source: Source(table=[bids], fields=[item, price, ts])
/// ```
fn bids_source() -> Node {
    Node {
        name: "bids_source",
        uid: "0cff515065eb1060",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("item", build::string()),
            Column::new("price", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "bids",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("item", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("price", build::int()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: Some(bids_source_watermark),
            physical: Vec::from([
                Column::new("item", build::string()),
                Column::new("price", build::int()),
                Column::new("ts", build::timestamp(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_item: Exchange(distribution=[hash[item]])
/// ```
fn exchange_by_item() -> Node {
    Node {
        name: "exchange_by_item",
        uid: "d65538ede6ec3bfb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("item", build::string()),
            Column::new("price", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// tumble_10s_by_item: WindowAgg(window=[TUMBLE(ts, 10s)], groupBy=[item], select=[item, SUM(price) AS
///     total])
/// ```
fn tumble_10s_by_item() -> Node {
    Node {
        name: "tumble_10s_by_item",
        uid: "0b4f42bdbf0f5622",
        state_fingerprint: Some("f90aad66edb23d49"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("item", build::string()),
            Column::new("total", build::int()),
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
                    column: 2,
                    local: false,
                },
            }),
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// filter_total: Calc(select=[item, total, window_time AS rt], where=[(total > 5)])
/// ```
fn filter_total() -> Node {
    Node {
        name: "filter_total",
        uid: "55ba765bc936091c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("item", build::string()),
            Column::new("total", build::int()),
            Column::new("rt", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Calc(filter_total_kernel),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "bc3ca56dde62c67c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("item", build::string()),
            Column::new("total", build::int()),
            Column::new("rt", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// tumble_20s_all: WindowAgg(window=[TUMBLE(rt, 20s)], groupBy=[], select=[COUNT(DISTINCT item) AS
///     $agg0, SUM(total) AS $agg1, MAX(total) AS $agg2])
/// ```
fn tumble_20s_all() -> Node {
    Node {
        name: "tumble_20s_all",
        uid: "7bd99267084a3883",
        state_fingerprint: Some("2554e70f025683ec"),
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
            Column::new("$agg2", build::int()),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 20000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 2,
                    local: false,
                },
            }),
            keys: Vec::new(),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(0),
                    distinct: true,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_ws_we_items_and_2: Calc(select=[window_start AS ws, window_end AS we, $agg0 AS items,
///     CAST($agg1 AS BIGINT) AS total, $agg2 AS top])
/// ```
fn project_ws_we_items_and_2() -> Node {
    Node {
        name: "project_ws_we_items_and_2",
        uid: "cf61d8e7c1a5a0ed",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("ws", build::not_null(build::timestamp(3))),
            Column::new("we", build::not_null(build::timestamp(3))),
            Column::new("items", build::not_null(build::bigint())),
            Column::new("total", build::bigint()),
            Column::new("top", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_ws_we_items_and_2_kernel),
    }
}

/// ```text
/// tops_sink: Sink(table=[tops], fields=[ws, we, items, total, top])
/// ```
fn tops_sink() -> Node {
    Node {
        name: "tops_sink",
        uid: "4018e26403f840ca",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("ws", build::timestamp(3)),
            Column::new("we", build::timestamp(3)),
            Column::new("items", build::bigint()),
            Column::new("total", build::bigint()),
            Column::new("top", build::int()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("tops"),
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

struct BidsSourceRow<'a>(RowRef<'a>);

impl BidsSourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(2, 3)
    }
}

struct Tumble10sByItemRow<'a>(RowRef<'a>);

impl Tumble10sByItemRow<'_> {
    #[inline]
    fn total(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

struct Tumble20sAllRow<'a>(RowRef<'a>);

impl Tumble20sAllRow<'_> {
    #[inline]
    fn _agg1(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

/// ```text
/// Watermark of table bids
/// ```
/// cascade_over_view_and_with.sql:1:61
/// ```sql
/// WATERMARK FOR ts AS ts
/// ```
fn bids_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = BidsSourceRow(raw);
        watermarks.push(row.ts());
    }
    Ok(())
}

/// ```text
/// filter_total: Calc(select=[item, total, window_time AS rt], where=[(total > 5)])
/// ```
/// cascade_over_view_and_with.sql:7:48
/// ```sql
/// total > 5
/// ```
fn filter_total_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = Tumble10sByItemRow(raw);
        if strict1(row.total(), |a| compare::greater(a, 5i32)) != Some(true) {
            continue;
        }
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.copy_fixed(1, raw, 1);
        output.copy_fixed(2, raw, 4);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_ws_we_items_and_2: Calc(select=[window_start AS ws, window_end AS we, $agg0 AS items,
///     CAST($agg1 AS BIGINT) AS total, $agg2 AS top])
/// ```
/// cascade_over_view_and_with.sql:8:1
/// ```sql
/// SELECT window_start, window_end, COUNT(DISTINCT item), SUM(total), MAX(total)
/// FROM TABLE(TUMBLE(TABLE expensive, DESCRIPTOR(rt), INTERVAL '20' SECONDS))
/// GROUP BY window_start, window_end
/// ```
fn project_ws_we_items_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = Tumble20sAllRow(raw);
        let total_value = strict1(row._agg1(), cast::number::integer_to_bigint);
        output.begin(kind);
        output.copy_fixed(0, raw, 3);
        output.copy_fixed(1, raw, 4);
        output.copy_fixed(2, raw, 0);
        output.put_i64(3, total_value);
        output.copy_fixed(4, raw, 2);
        output.finish();
    }
    Ok(())
}
