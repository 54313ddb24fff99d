//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 c5e2de241ab19aa7c2825bd11c4c11cb8f932787df542c9a5abd85af054691d2

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, ValuesSpec, WindowAggInput,
    WindowAggSpec, WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError, Timestamp, Value};
use sql::function::{cast, compare, temporal, text};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_cities,hot,busy,log,log,log",
        nodes: Vec::from([
            account_source(),
            filter_balance(),
            exchange_by_city(),
            group_by_city(),
            cities_sink(),
            bid_source(),
            project_auction_ts(),
            exchange_by_auction(),
            hop_2s_10s_by_auction(),
            project_auction_bids_window_start_and_1(),
            exchange_to_one(),
            window_all(),
            project_window_end_expr_1_expr_2(),
            hot_sink(),
            project_proc(),
            exchange_to_one_2(),
            tumble_1min_all(),
            project_window_start_expr_1(),
            busy_sink(),
            filter_offset(),
            project_auction_topic(),
            values(),
            project_auction_channel(),
            union(),
            log_sink(),
            project_auction_expr_1(),
            log_sink_2(),
            project_auction_expr_1_2(),
            exchange_by_auction_expr_1(),
            distinct_auction_expr_1(),
            log_sink_3(),
        ]),
    }
}

/// ```text
/// account_source: Source(table=[account], fields=[city, balance])
/// ```
fn account_source() -> Node {
    Node {
        name: "account_source",
        uid: "4793249d772ef8d2",
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("city", build::string()),
            Column::new("balance", build::decimal(12, 2)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "account",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("city", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("balance", build::decimal(12, 2)),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::not_null(build::bigint())),
                Column::new("city", build::string()),
                Column::new("balance", build::decimal(12, 2)),
            ]),
            primary_key: Vec::from([0]),
        }),
    }
}

/// ```text
/// filter_balance: Calc(select=[city, balance], where=[(balance > 0)])
/// ```
fn filter_balance() -> Node {
    Node {
        name: "filter_balance",
        uid: "fc9e2d562ea51143",
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("city", build::string()),
            Column::new("balance", build::decimal(12, 2)),
        ]),
        operator: OperatorSpec::Calc(filter_balance_kernel),
    }
}

/// ```text
/// exchange_by_city: Exchange(distribution=[hash[city]])
/// ```
fn exchange_by_city() -> Node {
    Node {
        name: "exchange_by_city",
        uid: "2394770b5f05e518",
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("city", build::string()),
            Column::new("balance", build::decimal(12, 2)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_city: GroupAgg(groupBy=[city], select=[city, COUNT(*) AS $agg0, MAX(balance) AS $agg1])
/// ```
fn group_by_city() -> Node {
    Node {
        name: "group_by_city",
        uid: "a0c6f7c7df15e746",
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("city", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::decimal(12, 2)),
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
                    ty: build::decimal(12, 2),
                },
            ]),
            input_retracts: true,
            emit_update_before: false,
        }),
    }
}

/// ```text
/// cities_sink: Sink(table=[cities], fields=[city, EXPR$1, EXPR$2])
/// ```
fn cities_sink() -> Node {
    Node {
        name: "cities_sink",
        uid: "10b1ba169825c42a",
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("city", build::not_null(build::string())),
            Column::new("accounts", build::bigint()),
            Column::new("richest", build::decimal(12, 2)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("cities"),
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

/// ```text
/// bid_source: Source(table=[bid], fields=[auction, price, channel, topic, offset, ts, proc])
/// ```
fn bid_source() -> Node {
    Node {
        name: "bid_source",
        uid: "57977366057d8c12",
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("price", build::decimal(23, 3)),
            Column::new("channel", build::varchar(20)),
            Column::new("topic", build::string()),
            Column::new("offset", build::bigint()),
            Column::new("ts", build::timestamp(3)),
            Column::new("proc", build::not_null(build::timestamp_ltz(3))),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "bid",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("auction", build::not_null(build::bigint())),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("price", build::decimal(23, 3)),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("channel", build::varchar(20)),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("topic", build::string()),
                    from: ReadFrom::Metadata("topic"),
                },
                ReadColumn {
                    column: Column::new("offset", build::bigint()),
                    from: ReadFrom::Metadata("offset"),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: Some(bid_source_compute),
            watermark: Some(bid_source_watermark),
            physical: Vec::from([
                Column::new("auction", build::not_null(build::bigint())),
                Column::new("price", build::decimal(23, 3)),
                Column::new("channel", build::varchar(20)),
                Column::new("ts", build::timestamp(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_auction_ts: Calc(select=[auction, ts])
/// ```
fn project_auction_ts() -> Node {
    Node {
        name: "project_auction_ts",
        uid: "26bd52e6af7c8d93",
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Calc(project_auction_ts_kernel),
    }
}

/// ```text
/// exchange_by_auction: Exchange(distribution=[hash[auction]])
/// ```
fn exchange_by_auction() -> Node {
    Node {
        name: "exchange_by_auction",
        uid: "8773783b780a3c91",
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// hop_2s_10s_by_auction: WindowAgg(window=[HOP(ts, 2s, 10s)], groupBy=[auction], select=[auction,
///     COUNT(*) AS bids])
/// ```
fn hop_2s_10s_by_auction() -> Node {
    Node {
        name: "hop_2s_10s_by_auction",
        uid: "14357f3760fdcbee",
        inputs: Vec::from([NodeId(7)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("bids", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Hop {
                    slide_ms: 2000,
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
/// project_auction_bids_window_start_and_1: Calc(select=[auction, bids, window_start, window_end])
/// ```
fn project_auction_bids_window_start_and_1() -> Node {
    Node {
        name: "project_auction_bids_window_start_and_1",
        uid: "575732ca20ab65f9",
        inputs: Vec::from([NodeId(8)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("bids", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Calc(project_auction_bids_window_start_and_1_kernel),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "a6f1fad46d5fb4f3",
        inputs: Vec::from([NodeId(9)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("bids", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// window_all: WindowAgg(window=[start=window_start, end=window_end], groupBy=[],
///     select=[COUNT(DISTINCT auction) AS $agg0, SUM(bids) AS $agg1])
/// ```
fn window_all() -> Node {
    Node {
        name: "window_all",
        uid: "2a7debe1a6db5280",
        inputs: Vec::from([NodeId(10)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Attached {
                start: 2,
                end: 3,
                local: false,
            },
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
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_window_end_expr_1_expr_2: Calc(select=[window_end, $agg0 AS EXPR$1, $agg1 AS EXPR$2])
/// ```
fn project_window_end_expr_1_expr_2() -> Node {
    Node {
        name: "project_window_end_expr_1_expr_2",
        uid: "36299814df6da176",
        inputs: Vec::from([NodeId(11)]),
        columns: Vec::from([
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("EXPR$1", build::not_null(build::bigint())),
            Column::new("EXPR$2", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(project_window_end_expr_1_expr_2_kernel),
    }
}

/// ```text
/// hot_sink: Sink(table=[hot], fields=[window_end, EXPR$1, EXPR$2])
/// ```
fn hot_sink() -> Node {
    Node {
        name: "hot_sink",
        uid: "695d17220c7f4ab4",
        inputs: Vec::from([NodeId(12)]),
        columns: Vec::from([
            Column::new("window_end", build::timestamp(3)),
            Column::new("auctions", build::bigint()),
            Column::new("bids", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("hot"),
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

/// ```text
/// project_proc: Calc(select=[proc])
/// ```
fn project_proc() -> Node {
    Node {
        name: "project_proc",
        uid: "42385ba89ad382f3",
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("proc", build::not_null(build::timestamp_ltz(3))),
        ]),
        operator: OperatorSpec::Calc(project_proc_kernel),
    }
}

/// ```text
/// exchange_to_one_2: Exchange(distribution=[single])
/// ```
fn exchange_to_one_2() -> Node {
    Node {
        name: "exchange_to_one_2",
        uid: "c4afdc06bd64604f",
        inputs: Vec::from([NodeId(14)]),
        columns: Vec::from([
            Column::new("proc", build::not_null(build::timestamp_ltz(3))),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// tumble_1min_all: WindowAgg(window=[TUMBLE(proc, 1min)], groupBy=[], select=[COUNT(*) AS $agg0])
/// ```
fn tumble_1min_all() -> Node {
    Node {
        name: "tumble_1min_all",
        uid: "76af0007686856c5",
        inputs: Vec::from([NodeId(15)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp_ltz(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 60000,
                    offset_ms: 0,
                },
                time: WindowTime::Proctime,
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
/// project_window_start_expr_1: Calc(select=[window_start, $agg0 AS EXPR$1])
/// ```
fn project_window_start_expr_1() -> Node {
    Node {
        name: "project_window_start_expr_1",
        uid: "ceec235d8612603b",
        inputs: Vec::from([NodeId(16)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("EXPR$1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(project_window_start_expr_1_kernel),
    }
}

/// ```text
/// busy_sink: Sink(table=[busy], fields=[window_start, EXPR$1])
/// ```
fn busy_sink() -> Node {
    Node {
        name: "busy_sink",
        uid: "f55ef591ef2536c4",
        inputs: Vec::from([NodeId(17)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("bids", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("busy"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

/// ```text
/// filter_offset: Calc(select=[auction, channel], where=[(offset > 10:BIGINT)])
/// ```
fn filter_offset() -> Node {
    Node {
        name: "filter_offset",
        uid: "9fdbad0fbf8e57ed",
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("channel", build::string()),
        ]),
        operator: OperatorSpec::Calc(filter_offset_kernel),
    }
}

/// ```text
/// project_auction_topic: Calc(select=[auction, topic])
/// ```
fn project_auction_topic() -> Node {
    Node {
        name: "project_auction_topic",
        uid: "767c07967eaf4aeb",
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("topic", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_auction_topic_kernel),
    }
}

/// ```text
/// values: Values(rows=[2], fields=[EXPR$0, EXPR$1])
/// ```
fn values() -> Node {
    Node {
        name: "values",
        uid: "53e5f3a7e8db516d",
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("EXPR$0", build::not_null(build::int())),
            Column::new("EXPR$1", build::char(5)),
        ]),
        operator: OperatorSpec::Values(ValuesSpec {
            rows: Vec::from([
                Vec::from([Value::Int(1i32), Value::Text("start".to_owned())]),
                Vec::from([Value::Int(2i32), Value::Null]),
            ]),
        }),
    }
}

/// ```text
/// project_auction_channel: Calc(select=[CAST(EXPR$0 AS BIGINT) AS auction, EXPR$1 AS channel])
/// ```
fn project_auction_channel() -> Node {
    Node {
        name: "project_auction_channel",
        uid: "acfddf21a4281b42",
        inputs: Vec::from([NodeId(21)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("channel", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_auction_channel_kernel),
    }
}

/// ```text
/// union: Union(fields=[auction, channel])
/// ```
fn union() -> Node {
    Node {
        name: "union",
        uid: "52ec5a6d89a06626",
        inputs: Vec::from([NodeId(19), NodeId(20), NodeId(22)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("channel", build::string()),
        ]),
        operator: OperatorSpec::Union,
    }
}

/// ```text
/// log_sink: Sink(table=[log], fields=[auction, channel])
/// ```
fn log_sink() -> Node {
    Node {
        name: "log_sink",
        uid: "862040328f7094f7",
        inputs: Vec::from([NodeId(23)]),
        columns: Vec::from([
            Column::new("auction", build::bigint()),
            Column::new("what", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("log"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

/// ```text
/// project_auction_expr_1: Calc(select=[auction, CASE WHEN (price > 1) THEN UPPER(channel) END AS
///     EXPR$1])
/// ```
fn project_auction_expr_1() -> Node {
    Node {
        name: "project_auction_expr_1",
        uid: "d09039b713089138",
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("EXPR$1", build::varchar(20)),
        ]),
        operator: OperatorSpec::Calc(project_auction_expr_1_kernel),
    }
}

/// ```text
/// log_sink_2: Sink(table=[log], fields=[auction, EXPR$1])
/// ```
fn log_sink_2() -> Node {
    Node {
        name: "log_sink_2",
        uid: "f5e527dd6e072bf6",
        inputs: Vec::from([NodeId(25)]),
        columns: Vec::from([
            Column::new("auction", build::bigint()),
            Column::new("what", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("log"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

/// ```text
/// project_auction_expr_1_2: Calc(select=[auction, UPPER(channel) AS EXPR$1])
/// ```
fn project_auction_expr_1_2() -> Node {
    Node {
        name: "project_auction_expr_1_2",
        uid: "d898859fdd7f288c",
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("EXPR$1", build::varchar(20)),
        ]),
        operator: OperatorSpec::Calc(project_auction_expr_1_2_kernel),
    }
}

/// ```text
/// exchange_by_auction_expr_1: Exchange(distribution=[hash[auction, EXPR$1]])
/// ```
fn exchange_by_auction_expr_1() -> Node {
    Node {
        name: "exchange_by_auction_expr_1",
        uid: "3c4be40d00383b36",
        inputs: Vec::from([NodeId(27)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("EXPR$1", build::varchar(20)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// distinct_auction_expr_1: GroupAgg(groupBy=[auction, EXPR$1], select=[auction, EXPR$1])
/// ```
fn distinct_auction_expr_1() -> Node {
    Node {
        name: "distinct_auction_expr_1",
        uid: "b75a98339faf5769",
        inputs: Vec::from([NodeId(28)]),
        columns: Vec::from([
            Column::new("auction", build::not_null(build::bigint())),
            Column::new("EXPR$1", build::varchar(20)),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0, 1]),
            aggregates: Vec::new(),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// log_sink_3: Sink(table=[log], fields=[auction, EXPR$1])
/// ```
fn log_sink_3() -> Node {
    Node {
        name: "log_sink_3",
        uid: "5726807d2e1ae35b",
        inputs: Vec::from([NodeId(29)]),
        columns: Vec::from([
            Column::new("auction", build::bigint()),
            Column::new("what", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("log"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct AccountSourceRow<'a>(RowRef<'a>);

impl AccountSourceRow<'_> {
    #[inline]
    fn balance(&self) -> Option<Decimal> {
        self.0.decimal(1, 12, 2)
    }
}

struct BidSourceRow<'a>(RowRef<'a>);

impl<'a> BidSourceRow<'a> {
    #[inline]
    fn price(&self) -> Option<Decimal> {
        self.0.decimal(1, 23, 3)
    }
    #[inline]
    fn channel(&self) -> Option<&'a str> {
        self.0.text(2)
    }
    #[inline]
    fn offset(&self) -> Option<i64> {
        self.0.i64(4)
    }
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(5, 3)
    }
}

struct ValuesRow<'a>(RowRef<'a>);

impl ValuesRow<'_> {
    #[inline]
    fn expr_0(&self) -> Option<i32> {
        self.0.i32(0)
    }
}

/// ```text
/// filter_balance: Calc(select=[city, balance], where=[(balance > 0)])
/// ```
/// shapes.sql:36:56
/// ```sql
/// balance > 0
/// ```
fn filter_balance_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = AccountSourceRow(raw);
        if strict1(
            row.balance(),
            |a| compare::greater(a, Decimal { unscaled: 0, scale: 0 }),
        ) != Some(true)
        {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}

/// ```text
/// bid_source: Source(table=[bid], fields=[auction, price, channel, topic, offset, ts, proc])
/// ```
/// shapes.sql:31:22
/// ```sql
/// bid
/// ```
fn bid_source_compute(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.copy_variable(2, raw, 2);
        output.copy_variable(3, raw, 3);
        output.copy_fixed(4, raw, 4);
        output.copy_fixed(5, raw, 5);
        output.put_timestamp(6, Some(session.now.truncate(3)), 3);
        output.finish();
    }
    Ok(())
}

/// ```text
/// Watermark of table bid
/// ```
/// shapes.sql:10:3
/// ```sql
/// WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
/// ```
fn bid_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = BidSourceRow(raw);
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
/// project_auction_ts: Calc(select=[auction, ts])
/// ```
/// shapes.sql:30:1
/// ```sql
/// SELECT window_start, window_end, window_time, auction, COUNT(*) AS bids
/// FROM TABLE(HOP(TABLE bid, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
/// GROUP BY window_start, window_end, window_time, auction
/// ```
fn project_auction_ts_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 5);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_auction_bids_window_start_and_1: Calc(select=[auction, bids, window_start, window_end])
/// ```
/// shapes.sql:39:1
/// ```sql
/// SELECT window_end, COUNT(DISTINCT auction), SUM(bids) FROM per_auction GROUP BY window_start,
///     window_end
/// ```
fn project_auction_bids_window_start_and_1_kernel(
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

/// ```text
/// project_window_end_expr_1_expr_2: Calc(select=[window_end, $agg0 AS EXPR$1, $agg1 AS EXPR$2])
/// ```
/// shapes.sql:39:1
/// ```sql
/// SELECT window_end, COUNT(DISTINCT auction), SUM(bids) FROM per_auction GROUP BY window_start,
///     window_end
/// ```
fn project_window_end_expr_1_expr_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 3);
        output.copy_fixed(1, raw, 0);
        output.copy_fixed(2, raw, 1);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_proc: Calc(select=[proc])
/// ```
/// shapes.sql:42:1
/// ```sql
/// SELECT window_start, COUNT(*)
/// FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(proc), INTERVAL '1' MINUTE))
/// GROUP BY window_start, window_end
/// ```
fn project_proc_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 6);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_window_start_expr_1: Calc(select=[window_start, $agg0 AS EXPR$1])
/// ```
/// shapes.sql:42:1
/// ```sql
/// SELECT window_start, COUNT(*)
/// FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(proc), INTERVAL '1' MINUTE))
/// GROUP BY window_start, window_end
/// ```
fn project_window_start_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.copy_fixed(1, raw, 0);
        output.finish();
    }
    Ok(())
}

/// ```text
/// filter_offset: Calc(select=[auction, channel], where=[(offset > 10:BIGINT)])
/// ```
/// shapes.sql:47:40
/// ```sql
/// `offset` > 10
/// ```
fn filter_offset_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = BidSourceRow(raw);
        if strict1(row.offset(), |a| compare::greater(a, 10i64)) != Some(true) {
            continue;
        }
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_variable(1, raw, 2);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_auction_topic: Calc(select=[auction, topic])
/// ```
/// shapes.sql:49:1
/// ```sql
/// SELECT auction, topic FROM bid
/// ```
fn project_auction_topic_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_variable(1, raw, 3);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_auction_channel: Calc(select=[CAST(EXPR$0 AS BIGINT) AS auction, EXPR$1 AS channel])
/// ```
/// shapes.sql:47:1
/// ```sql
/// SELECT auction, channel FROM bid WHERE `offset` > 10
/// UNION ALL
/// SELECT auction, topic FROM bid
/// UNION ALL
/// SELECT * FROM (VALUES (1, 'start'), (2, NULL)) AS v (auction, what
/// ```
fn project_auction_channel_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ValuesRow(raw);
        let auction_value = strict1(row.expr_0(), cast::number::integer_to_bigint);
        output.begin(kind);
        output.put_i64(0, auction_value);
        output.copy_variable(1, raw, 1);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_auction_expr_1: Calc(select=[auction, CASE WHEN (price > 1) THEN UPPER(channel) END AS
///     EXPR$1])
/// ```
/// shapes.sql:53:17
/// ```sql
/// SELECT auction, CASE WHEN price > 1 THEN UPPER(channel) END FROM bid
/// ```
fn project_auction_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = BidSourceRow(raw);
        let expr_1_value = if strict1(
            row.price(),
            |a| compare::greater(a, Decimal { unscaled: 1, scale: 0 }),
        ) == Some(true)
        {
            strict1(row.channel(), text::upper)
        } else {
            None::<String>
        };
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, expr_1_value.as_deref());
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_auction_expr_1_2: Calc(select=[auction, UPPER(channel) AS EXPR$1])
/// ```
/// shapes.sql:54:17
/// ```sql
/// SELECT DISTINCT auction, UPPER(channel) FROM bid
/// ```
fn project_auction_expr_1_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = BidSourceRow(raw);
        let expr_1_value = strict1(row.channel(), text::upper);
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, expr_1_value.as_deref());
        output.finish();
    }
    Ok(())
}
