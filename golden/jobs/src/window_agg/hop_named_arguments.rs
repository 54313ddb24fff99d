//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 5d4936a38cc413e42e29c865a0742a32671e7eda59a2978c756d8dd604e489c6

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{cast, compare, like, temporal};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_stats",
        nodes: Vec::from([
            visits_source(),
            project_user_id_f1_f2_and_1(),
            exchange_to_one(),
            hop_30min_1h_all(),
            filter_agg3(),
            stats_sink(),
        ]),
    }
}

/// ```text
/// visits_source: Source(table=[visits], fields=[user_id, page, ts])
/// ```
fn visits_source() -> Node {
    Node {
        name: "visits_source",
        uid: "b2bf1f4ed80a8795",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("page", build::string()),
            Column::new("ts", build::timestamp_ltz(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "visits",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("user_id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("page", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("ms", build::bigint()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: Some(visits_source_compute),
            watermark: Some(visits_source_watermark),
            physical: Vec::from([
                Column::new("user_id", build::int()),
                Column::new("page", build::string()),
                Column::new("ms", build::bigint()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_user_id_f1_f2_and_1: Calc(select=[user_id, (page = 'home') AS $f1, (page LIKE 'shop%') AS
///     $f2, ts])
/// ```
fn project_user_id_f1_f2_and_1() -> Node {
    Node {
        name: "project_user_id_f1_f2_and_1",
        uid: "832f5d4789ff77d0",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("$f1", build::boolean()),
            Column::new("$f2", build::boolean()),
            Column::new("ts", build::timestamp_ltz(3)),
        ]),
        operator: OperatorSpec::Calc(project_user_id_f1_f2_and_1_kernel),
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "f75037a373c45ce7",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("$f1", build::boolean()),
            Column::new("$f2", build::boolean()),
            Column::new("ts", build::timestamp_ltz(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// hop_30min_1h_all: WindowAgg(window=[HOP(ts, 30min, 1h)], groupBy=[], select=[COUNT(DISTINCT user_id)
///     AS $agg0, COUNT(*) FILTER (WHERE $f1) AS $agg1, COUNT(DISTINCT user_id) FILTER (WHERE $f2) AS
///     $agg2, COUNT(*) AS $agg3])
/// ```
fn hop_30min_1h_all() -> Node {
    Node {
        name: "hop_30min_1h_all",
        uid: "c5537761d57e56cb",
        state_fingerprint: Some("2f330ec2809e9d33"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::not_null(build::bigint())),
            Column::new("$agg2", build::not_null(build::bigint())),
            Column::new("$agg3", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp_ltz(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Hop {
                    slide_ms: 1800000,
                    size_ms: 3600000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 3,
                    local: true,
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
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: Some(1),
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(0),
                    distinct: true,
                    filter: Some(2),
                    ty: build::not_null(build::bigint()),
                },
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
/// filter_agg3: Calc(select=[CAST(window_start AS TIMESTAMP_LTZ(3)) AS ws, CAST(window_end AS
///     TIMESTAMP_LTZ(3)) AS we, $agg0 AS visitors, $agg1 AS homes, $agg2 AS shoppers], where=[($agg3 >
///     1:BIGINT)])
/// ```
fn filter_agg3() -> Node {
    Node {
        name: "filter_agg3",
        uid: "e6c03a55c415a928",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("ws", build::not_null(build::timestamp_ltz(3))),
            Column::new("we", build::not_null(build::timestamp_ltz(3))),
            Column::new("visitors", build::not_null(build::bigint())),
            Column::new("homes", build::not_null(build::bigint())),
            Column::new("shoppers", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(filter_agg3_kernel),
    }
}

/// ```text
/// stats_sink: Sink(table=[stats], fields=[ws, we, visitors, homes, shoppers])
/// ```
fn stats_sink() -> Node {
    Node {
        name: "stats_sink",
        uid: "1c30942d964b63aa",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("ws", build::timestamp_ltz(3)),
            Column::new("we", build::timestamp_ltz(3)),
            Column::new("visitors", build::bigint()),
            Column::new("homes", build::bigint()),
            Column::new("shoppers", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("stats"),
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

struct VisitsSourceRow<'a>(RowRef<'a>);

impl<'a> VisitsSourceRow<'a> {
    #[inline]
    fn page(&self) -> Option<&'a str> {
        self.0.text(1)
    }
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(2, 3)
    }
}

struct VisitsSourceReadRow<'a>(RowRef<'a>);

impl VisitsSourceReadRow<'_> {
    #[inline]
    fn ms(&self) -> Option<i64> {
        self.0.i64(2)
    }
}

struct Hop30min1hAllRow<'a>(RowRef<'a>);

impl Hop30min1hAllRow<'_> {
    #[inline]
    fn _agg3(&self) -> Option<i64> {
        self.0.i64(3)
    }
    #[inline]
    fn window_start(&self) -> Option<Timestamp> {
        self.0.timestamp(4, 3)
    }
    #[inline]
    fn window_end(&self) -> Option<Timestamp> {
        self.0.timestamp(5, 3)
    }
}

/// ```text
/// visits_source: Source(table=[visits], fields=[user_id, page, ts])
/// ```
/// hop_named_arguments.sql:6:30
/// ```sql
/// visits
/// ```
fn visits_source_compute(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = VisitsSourceReadRow(raw);
        let ts_value = strict1(
                row.ms(),
                |a| temporal::convert::integer_to_timestamp_ltz(a, 3i32),
            )
            .transpose()?
            .flatten();
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.put_timestamp(2, ts_value, 3);
        output.finish();
    }
    Ok(())
}

/// ```text
/// Watermark of table visits
/// ```
/// hop_named_arguments.sql:1:90
/// ```sql
/// WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
/// ```
fn visits_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = VisitsSourceRow(raw);
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
/// project_user_id_f1_f2_and_1: Calc(select=[user_id, (page = 'home') AS $f1, (page LIKE 'shop%') AS
///     $f2, ts])
/// ```
/// hop_named_arguments.sql:5:1
/// ```sql
/// SELECT window_start, window_end, COUNT(DISTINCT user_id), COUNT(*) FILTER (WHERE page = 'home'),
///     COUNT(DISTINCT user_id) FILTER (WHERE page LIKE 'shop%')
/// FROM TABLE(HOP(DATA => TABLE visits, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '30' MINUTES, SIZE
///     => INTERVAL '1' HOUR))
/// GROUP BY window_start, window_end HAVING COUNT(*) > 1
/// ```
fn project_user_id_f1_f2_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = VisitsSourceRow(raw);
        let _f1_value = strict1(row.page(), |a| compare::equal(a, "home"));
        let _f2_value = strict1(row.page(), |a| like::like(a, "shop%"));
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_boolean(1, _f1_value);
        output.put_boolean(2, _f2_value);
        output.copy_fixed(3, raw, 2);
        output.finish();
    }
    Ok(())
}

/// ```text
/// filter_agg3: Calc(select=[CAST(window_start AS TIMESTAMP_LTZ(3)) AS ws, CAST(window_end AS
///     TIMESTAMP_LTZ(3)) AS we, $agg0 AS visitors, $agg1 AS homes, $agg2 AS shoppers], where=[($agg3 >
///     1:BIGINT)])
/// ```
/// hop_named_arguments.sql:7:42
/// ```sql
/// COUNT(*) > 1
/// ```
fn filter_agg3_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = Hop30min1hAllRow(raw);
        if strict1(row._agg3(), |a| compare::greater(a, 1i64)) != Some(true) {
            continue;
        }
        let ws_value = strict1(
            row.window_start(),
            |a| cast::temporal::timestamp_to_timestamp_ltz(session, a, 3),
        );
        let we_value = strict1(
            row.window_end(),
            |a| cast::temporal::timestamp_to_timestamp_ltz(session, a, 3),
        );
        output.begin(kind);
        output.put_timestamp(0, ws_value, 3);
        output.put_timestamp(1, we_value, 3);
        output.copy_fixed(2, raw, 0);
        output.copy_fixed(3, raw, 1);
        output.copy_fixed(4, raw, 2);
        output.finish();
    }
    Ok(())
}
