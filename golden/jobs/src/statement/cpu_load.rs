//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 b53ee01d6f17a0403e39a610d2505658a78dd028b016ce4ad995307ba19af48b

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{cast, compare, temporal};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_high,agg",
        nodes: Vec::from([
            cpu_source(),
            filter_usage(),
            high_sink(),
            exchange_by_hostname_cpu(),
            tumble_30s_by_hostname_cpu(),
            project_window_start_window_end_hostname_and_3(),
            agg_sink(),
        ]),
    }
}

/// ```text
/// cpu_source: Source(table=[cpu], fields=[hostname, cpu, usage, time_ltz])
/// ```
fn cpu_source() -> Node {
    Node {
        name: "cpu_source",
        uid: "e52123ff1b4c8479",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("hostname", build::string()),
            Column::new("cpu", build::string()),
            Column::new("usage", build::double()),
            Column::new("time_ltz", build::timestamp_ltz(3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "cpu",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("hostname", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("cpu", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("usage", build::double()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("occurred_at", build::bigint()),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: Some(cpu_source_compute),
            watermark: Some(cpu_source_watermark),
            physical: Vec::from([
                Column::new("hostname", build::string()),
                Column::new("cpu", build::string()),
                Column::new("usage", build::double()),
                Column::new("occurred_at", build::bigint()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_usage: Calc(select=[CAST(time_ltz AS TIMESTAMP(3)) AS time_ltz, hostname, cpu, usage],
///     where=[(usage > 80.0:DOUBLE)])
/// ```
fn filter_usage() -> Node {
    Node {
        name: "filter_usage",
        uid: "756906bcaa1f8b48",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("time_ltz", build::timestamp(3)),
            Column::new("hostname", build::string()),
            Column::new("cpu", build::string()),
            Column::new("usage", build::double()),
        ]),
        operator: OperatorSpec::Calc(filter_usage_kernel),
    }
}

/// ```text
/// high_sink: Sink(table=[high], fields=[time_ltz, hostname, cpu, usage])
/// ```
fn high_sink() -> Node {
    Node {
        name: "high_sink",
        uid: "eac544c78fa06afc",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("time_ltz", build::timestamp(3)),
            Column::new("hostname", build::string()),
            Column::new("cpu", build::string()),
            Column::new("usage", build::double()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("high"),
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

/// ```text
/// exchange_by_hostname_cpu: Exchange(distribution=[hash[hostname, cpu]])
/// ```
fn exchange_by_hostname_cpu() -> Node {
    Node {
        name: "exchange_by_hostname_cpu",
        uid: "17b9859847972adf",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("hostname", build::string()),
            Column::new("cpu", build::string()),
            Column::new("usage", build::double()),
            Column::new("time_ltz", build::timestamp_ltz(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// tumble_30s_by_hostname_cpu: WindowAgg(window=[TUMBLE(time_ltz, 30s)], groupBy=[hostname, cpu],
///     select=[hostname, cpu, AVG(usage) AS $agg0, MAX(usage) AS $agg1])
/// ```
fn tumble_30s_by_hostname_cpu() -> Node {
    Node {
        name: "tumble_30s_by_hostname_cpu",
        uid: "288bbc8efbe03eee",
        state_fingerprint: Some("c05402b0e8cb9be7"),
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("hostname", build::string()),
            Column::new("cpu", build::string()),
            Column::new("$agg0", build::double()),
            Column::new("$agg1", build::double()),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp_ltz(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 30000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 3,
                    local: true,
                },
            }),
            keys: Vec::from([0, 1]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::double(),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::double(),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_window_start_window_end_hostname_and_3: Calc(select=[window_start, window_end, hostname,
///     cpu, $agg0 AS EXPR$4, $agg1 AS EXPR$5])
/// ```
fn project_window_start_window_end_hostname_and_3() -> Node {
    Node {
        name: "project_window_start_window_end_hostname_and_3",
        uid: "6c35dd88970a40c2",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("hostname", build::string()),
            Column::new("cpu", build::string()),
            Column::new("EXPR$4", build::double()),
            Column::new("EXPR$5", build::double()),
        ]),
        operator: OperatorSpec::Calc(
            project_window_start_window_end_hostname_and_3_kernel,
        ),
    }
}

/// ```text
/// agg_sink: Sink(table=[agg], fields=[window_start, window_end, hostname, cpu, EXPR$4, EXPR$5])
/// ```
fn agg_sink() -> Node {
    Node {
        name: "agg_sink",
        uid: "fc5f83a3ef5ee2ae",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("window_end", build::timestamp(3)),
            Column::new("hostname", build::string()),
            Column::new("cpu", build::string()),
            Column::new("usage_avg", build::double()),
            Column::new("usage_max", build::double()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("agg"),
            write: Vec::from([
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

struct CpuSourceRow<'a>(RowRef<'a>);

impl CpuSourceRow<'_> {
    #[inline]
    fn usage(&self) -> Option<f64> {
        self.0.f64(2)
    }
    #[inline]
    fn time_ltz(&self) -> Option<Timestamp> {
        self.0.timestamp(3, 3)
    }
}

struct CpuSourceReadRow<'a>(RowRef<'a>);

impl CpuSourceReadRow<'_> {
    #[inline]
    fn occurred_at(&self) -> Option<i64> {
        self.0.i64(3)
    }
}

/// ```text
/// cpu_source: Source(table=[cpu], fields=[hostname, cpu, usage, time_ltz])
/// ```
/// cpu_load.sql:6:61
/// ```sql
/// cpu
/// ```
fn cpu_source_compute(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = CpuSourceReadRow(raw);
        let time_ltz_value = strict1(
                row.occurred_at(),
                |a| temporal::convert::integer_to_timestamp_ltz(a, 3i32),
            )
            .transpose()?
            .flatten();
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.copy_fixed(2, raw, 2);
        output.put_timestamp(3, time_ltz_value, 3);
        output.finish();
    }
    Ok(())
}

/// ```text
/// Watermark of table cpu
/// ```
/// cpu_load.sql:1:130
/// ```sql
/// WATERMARK FOR time_ltz AS time_ltz - INTERVAL '10' SECOND
/// ```
fn cpu_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = CpuSourceRow(raw);
        watermarks
            .push(
                strict1(
                    row.time_ltz(),
                    |a| temporal::interval::timestamp_minus_millis(a, 10000i64),
                ),
            );
    }
    Ok(())
}

/// ```text
/// filter_usage: Calc(select=[CAST(time_ltz AS TIMESTAMP(3)) AS time_ltz, hostname, cpu, usage],
///     where=[(usage > 80.0:DOUBLE)])
/// ```
/// cpu_load.sql:6:71
/// ```sql
/// usage > 80
/// ```
fn filter_usage_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = CpuSourceRow(raw);
        if strict1(row.usage(), |a| compare::greater(a, 80.0)) != Some(true) {
            continue;
        }
        let time_ltz_value = strict1(
            row.time_ltz(),
            |a| cast::temporal::timestamp_ltz_to_timestamp(session, a, 3),
        );
        output.begin(kind);
        output.put_timestamp(0, time_ltz_value, 3);
        output.copy_variable(1, raw, 0);
        output.copy_variable(2, raw, 1);
        output.copy_fixed(3, raw, 2);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_window_start_window_end_hostname_and_3: Calc(select=[window_start, window_end, hostname,
///     cpu, $agg0 AS EXPR$4, $agg1 AS EXPR$5])
/// ```
/// cpu_load.sql:7:17
/// ```sql
/// SELECT window_start, window_end, hostname, cpu, AVG(usage), MAX(usage) FROM TABLE(TUMBLE(TABLE cpu,
///     DESCRIPTOR(time_ltz), INTERVAL '30' SECONDS)) GROUP BY window_start, window_end, hostname, cpu
/// ```
fn project_window_start_window_end_hostname_and_3_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 4);
        output.copy_fixed(1, raw, 5);
        output.copy_variable(2, raw, 0);
        output.copy_variable(3, raw, 1);
        output.copy_fixed(4, raw, 2);
        output.copy_fixed(5, raw, 3);
        output.finish();
    }
    Ok(())
}
