//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 9207f9444ef191034bb1761875052051db4e0d57be6a9a3040b51adba693108b

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{arithmetic, cast, compare, temporal, text};
use sql::function::null::{coalesce, strict1, strict2, strict_all};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            exchange_by_k(),
            hop_5s_15s_by_k(),
            project_k_w_dur_and_2(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[k, v, ts])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::int()),
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
                    column: Column::new("v", build::int()),
                    from: ReadFrom::Physical(1),
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
        uid: "6474cac87cf02820",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::int()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// hop_5s_15s_by_k: WindowAgg(window=[HOP(ts, 5s, 15s)], groupBy=[k], select=[k, SUM(v) AS $agg0,
///     COUNT(*) AS $agg1, MAX(v) AS $agg2])
/// ```
fn hop_5s_15s_by_k() -> Node {
    Node {
        name: "hop_5s_15s_by_k",
        uid: "cc26d80f6c917ffd",
        state_fingerprint: Some("7cc8f4234306a6cb"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("$agg0", build::int()),
            Column::new("$agg1", build::not_null(build::bigint())),
            Column::new("$agg2", build::int()),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Hop {
                    slide_ms: 5000,
                    size_ms: 15000,
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
                    ty: build::int(),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_k_w_dur_and_2: Calc(select=[COALESCE(k, 'none') AS k, ((DATE_FORMAT(window_start,
///     'yyyyMMdd-HHmmss') || '/') || DATE_FORMAT(window_time, 'ss.SSS')) AS w,
///     CAST(TIMESTAMPDIFF('SECOND', window_start, window_end) AS BIGINT) AS dur, (CAST($agg0 AS DOUBLE)
///     / CAST($agg1 AS DOUBLE)) AS r, CASE WHEN ($agg2 > 10) THEN 'hot' ELSE 'cold' END AS fl])
/// ```
fn project_k_w_dur_and_2() -> Node {
    Node {
        name: "project_k_w_dur_and_2",
        uid: "695a2cbc8611e462",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("k", build::not_null(build::string())),
            Column::new("w", build::not_null(build::string())),
            Column::new("dur", build::not_null(build::bigint())),
            Column::new("r", build::double()),
            Column::new("fl", build::not_null(build::varchar(4))),
        ]),
        operator: OperatorSpec::Calc(project_k_w_dur_and_2_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[k, w, dur, r, fl])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "fc181b8b97ddbc19",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("w", build::string()),
            Column::new("dur", build::bigint()),
            Column::new("r", build::double()),
            Column::new("fl", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
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
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(2, 3)
    }
}

struct Hop5s15sByKRow<'a>(RowRef<'a>);

impl<'a> Hop5s15sByKRow<'a> {
    #[inline]
    fn k(&self) -> Option<&'a str> {
        self.0.text(0)
    }
    #[inline]
    fn _agg0(&self) -> Option<i32> {
        self.0.i32(1)
    }
    #[inline]
    fn _agg1(&self) -> Option<i64> {
        self.0.i64(2)
    }
    #[inline]
    fn _agg2(&self) -> Option<i32> {
        self.0.i32(3)
    }
    #[inline]
    fn window_start(&self) -> Option<Timestamp> {
        self.0.timestamp(4, 3)
    }
    #[inline]
    fn window_end(&self) -> Option<Timestamp> {
        self.0.timestamp(5, 3)
    }
    #[inline]
    fn window_time(&self) -> Option<Timestamp> {
        self.0.timestamp(6, 3)
    }
}

/// ```text
/// Watermark of table t
/// ```
/// bounds_in_expressions.sql:1:51
/// ```sql
/// WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
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
                    |a| temporal::interval::timestamp_minus_millis(a, 2000i64),
                ),
            );
    }
    Ok(())
}

/// ```text
/// project_k_w_dur_and_2: Calc(select=[COALESCE(k, 'none') AS k, ((DATE_FORMAT(window_start,
///     'yyyyMMdd-HHmmss') || '/') || DATE_FORMAT(window_time, 'ss.SSS')) AS w,
///     CAST(TIMESTAMPDIFF('SECOND', window_start, window_end) AS BIGINT) AS dur, (CAST($agg0 AS DOUBLE)
///     / CAST($agg1 AS DOUBLE)) AS r, CASE WHEN ($agg2 > 10) THEN 'hot' ELSE 'cold' END AS fl])
/// ```
/// bounds_in_expressions.sql:3:15
/// ```sql
/// SELECT COALESCE(k, 'none'), DATE_FORMAT(window_start, 'yyyyMMdd-HHmmss') || '/' ||
///     DATE_FORMAT(window_time, 'ss.SSS'), TIMESTAMPDIFF(SECOND, window_start, window_end), SUM(v) /
///     CAST(COUNT(*) AS DOUBLE), CASE WHEN MAX(v) > 10 THEN 'hot' ELSE 'cold' END
/// FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND)) GROUP BY k,
///     window_start, window_end, window_time
/// ```
fn project_k_w_dur_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = Hop5s15sByKRow(raw);
        let k_value = coalesce(row.k(), || Some("none"));
        let v1 = strict1(
                row.window_start(),
                |a| temporal::convert::format_timestamp(a, "yyyyMMdd-HHmmss"),
            )
            .transpose()?;
        let v2 = strict_all(&[v1.as_deref(), Some("/")], text::concat);
        let v3 = strict1(
                row.window_time(),
                |a| temporal::convert::format_timestamp(a, "ss.SSS"),
            )
            .transpose()?;
        let w_value = strict_all(&[v2.as_deref(), v3.as_deref()], text::concat);
        let dur_value = strict1(
            strict2(
                row.window_start(),
                row.window_end(),
                |a, b| temporal::difference::timestamps("SECOND", a, b),
            ),
            cast::number::integer_to_bigint,
        );
        let r_value = strict2(
            strict1(row._agg0(), cast::number::integer_to_double),
            strict1(row._agg1(), cast::number::integer_to_double),
            arithmetic::divide_double,
        );
        let fl_value = if strict1(row._agg2(), |a| compare::greater(a, 10i32))
            == Some(true)
        {
            Some("hot")
        } else {
            Some("cold")
        };
        output.begin(kind);
        output.put_text(0, k_value);
        output.put_text(1, w_value.as_deref());
        output.put_i64(2, dur_value);
        output.put_f64(3, r_value);
        output.put_text(4, fl_value);
        output.finish();
    }
    Ok(())
}
