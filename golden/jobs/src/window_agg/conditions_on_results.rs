//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 7be3b78298493aece14aed1689b892dad1d0dbc0f92128a503222383029421f7

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{compare, temporal};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            clicks_source(),
            filter_amount(),
            exchange_by_user_id(),
            tumble_5s_by_user_id(),
            filter_user_id_n(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// clicks_source: Source(table=[clicks], fields=[user_id, amount, ts])
/// ```
fn clicks_source() -> Node {
    Node {
        name: "clicks_source",
        uid: "2d678f0f5b9df8e3",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("amount", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "clicks",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("user_id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("amount", build::int()),
                    from: ReadFrom::Physical(1),
                },
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
/// filter_amount: Calc(select=[user_id, ts], where=[(amount > 0)])
/// ```
fn filter_amount() -> Node {
    Node {
        name: "filter_amount",
        uid: "8b92e2b9a8805e81",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Calc(filter_amount_kernel),
    }
}

/// ```text
/// exchange_by_user_id: Exchange(distribution=[hash[user_id]])
/// ```
fn exchange_by_user_id() -> Node {
    Node {
        name: "exchange_by_user_id",
        uid: "f92dc2be9e807394",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// tumble_5s_by_user_id: WindowAgg(window=[TUMBLE(ts, 5s)], groupBy=[user_id], select=[user_id,
///     COUNT(*) AS n])
/// ```
fn tumble_5s_by_user_id() -> Node {
    Node {
        name: "tumble_5s_by_user_id",
        uid: "eea80ccc493ab0d8",
        state_fingerprint: Some("60c61304aee4c211"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("n", build::not_null(build::bigint())),
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
/// filter_user_id_n: Calc(select=[user_id, n], where=[((n > 1:BIGINT) AND (user_id < 3))])
/// ```
fn filter_user_id_n() -> Node {
    Node {
        name: "filter_user_id_n",
        uid: "db6b1538d5e39463",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("n", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(filter_user_id_n_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[user_id, n])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "994514f7ed992701",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("user_id", build::int()),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct ClicksSourceRow<'a>(RowRef<'a>);

impl ClicksSourceRow<'_> {
    #[inline]
    fn amount(&self) -> Option<i32> {
        self.0.i32(1)
    }
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(2, 3)
    }
}

struct Tumble5sByUserIdRow<'a>(RowRef<'a>);

impl Tumble5sByUserIdRow<'_> {
    #[inline]
    fn user_id(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn n(&self) -> Option<i64> {
        self.0.i64(1)
    }
}

/// ```text
/// Watermark of table clicks
/// ```
/// conditions_on_results.sql:1:64
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
/// filter_amount: Calc(select=[user_id, ts], where=[(amount > 0)])
/// ```
/// conditions_on_results.sql:7:9
/// ```sql
/// amount > 0
/// ```
fn filter_amount_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ClicksSourceRow(raw);
        if strict1(row.amount(), |a| compare::greater(a, 0i32)) != Some(true) {
            continue;
        }
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 2);
        output.finish();
    }
    Ok(())
}

/// ```text
/// filter_user_id_n: Calc(select=[user_id, n], where=[((n > 1:BIGINT) AND (user_id < 3))])
/// ```
/// conditions_on_results.sql:7:70
/// ```sql
/// COUNT(*) > 1)
/// WHERE user_id < 3
/// ```
fn filter_user_id_n_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = Tumble5sByUserIdRow(raw);
        if strict1(row.n(), |a| compare::greater(a, 1i64)) != Some(true) {
            continue;
        }
        if strict1(row.user_id(), |a| compare::less(a, 3i32)) != Some(true) {
            continue;
        }
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_fixed(1, raw, 1);
        output.finish();
    }
    Ok(())
}
