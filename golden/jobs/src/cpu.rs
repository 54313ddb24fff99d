//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 f7d84f7c0f83a1e401583bc69affd72f970b42c58c603faaf7edf0f8e8942034

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput,
    WindowAggSpec, WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{compare, temporal, text};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_cpu_avg,cpu_high",
        nodes: Vec::from([
            cpu_source(),
            filter_cpu(),
            exchange_by_hostname(),
            tumble_30s_by_hostname(),
            project_window_start_window_end_hostname_and_1(),
            cpu_avg_sink(),
            filter_cpu_usage(),
            exchange_by_host(),
            group_by_host(),
            cpu_high_sink(),
        ]),
    }
}

/// ```text
/// cpu_source: Source(table=[cpu], fields=[hostname, cpu, usage, time_ltz, host])
/// ```
fn cpu_source() -> Node {
    Node {
        name: "cpu_source",
        uid: "e52123ff1b4c8479",
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("hostname", build::string()),
            Column::new("cpu", build::string()),
            Column::new("usage", build::double()),
            Column::new("time_ltz", build::timestamp_ltz(3)),
            Column::new("host", build::string()),
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
                    column: Column::new("time_ltz", build::timestamp_ltz(3)),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: Some(cpu_source_compute),
            watermark: Some(cpu_source_watermark),
            physical: Vec::from([
                Column::new("hostname", build::string()),
                Column::new("cpu", build::string()),
                Column::new("usage", build::double()),
                Column::new("time_ltz", build::timestamp_ltz(3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_cpu: Calc(select=[hostname, usage, time_ltz], where=[(cpu = 'cpu0')])
/// ```
fn filter_cpu() -> Node {
    Node {
        name: "filter_cpu",
        uid: "b66860ecf6f45653",
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("hostname", build::string()),
            Column::new("usage", build::double()),
            Column::new("time_ltz", build::timestamp_ltz(3)),
        ]),
        operator: OperatorSpec::Calc(filter_cpu_kernel),
    }
}

/// ```text
/// exchange_by_hostname: Exchange(distribution=[hash[hostname]])
/// ```
fn exchange_by_hostname() -> Node {
    Node {
        name: "exchange_by_hostname",
        uid: "d7ff43164019f149",
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("hostname", build::string()),
            Column::new("usage", build::double()),
            Column::new("time_ltz", build::timestamp_ltz(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// tumble_30s_by_hostname: WindowAgg(window=[TUMBLE(time_ltz, 30s)], groupBy=[hostname],
///     select=[hostname, AVG(usage) AS $agg0])
/// ```
fn tumble_30s_by_hostname() -> Node {
    Node {
        name: "tumble_30s_by_hostname",
        uid: "0f9a01b4371efe30",
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("hostname", build::string()),
            Column::new("$agg0", build::double()),
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
                    column: 2,
                    local: true,
                },
            }),
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(1),
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
/// project_window_start_window_end_hostname_and_1: Calc(select=[window_start, window_end, hostname,
///     $agg0 AS EXPR$3])
/// ```
fn project_window_start_window_end_hostname_and_1() -> Node {
    Node {
        name: "project_window_start_window_end_hostname_and_1",
        uid: "9e8cd3183ee0b12f",
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("hostname", build::string()),
            Column::new("EXPR$3", build::double()),
        ]),
        operator: OperatorSpec::Calc(
            project_window_start_window_end_hostname_and_1_kernel,
        ),
    }
}

/// ```text
/// cpu_avg_sink: Sink(table=[cpu_avg], fields=[window_start, window_end, hostname, EXPR$3])
/// ```
fn cpu_avg_sink() -> Node {
    Node {
        name: "cpu_avg_sink",
        uid: "e4eab6dcfc06eb8a",
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("window_end", build::timestamp(3)),
            Column::new("hostname", build::string()),
            Column::new("average", build::double()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("cpu_avg"),
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
/// filter_cpu_usage: Calc(select=[host], where=[((usage > 80.0:DOUBLE) AND (cpu <> 'total'))])
/// ```
fn filter_cpu_usage() -> Node {
    Node {
        name: "filter_cpu_usage",
        uid: "51ddff6d902d43e2",
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([Column::new("host", build::string())]),
        operator: OperatorSpec::Calc(filter_cpu_usage_kernel),
    }
}

/// ```text
/// exchange_by_host: Exchange(distribution=[hash[host]])
/// ```
fn exchange_by_host() -> Node {
    Node {
        name: "exchange_by_host",
        uid: "f19d4e6ab18ed0b7",
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([Column::new("host", build::string())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_host: GroupAgg(groupBy=[host], select=[host, COUNT(*) AS $agg0])
/// ```
fn group_by_host() -> Node {
    Node {
        name: "group_by_host",
        uid: "db66b15a3417a860",
        inputs: Vec::from([NodeId(7)]),
        columns: Vec::from([
            Column::new("host", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
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
            ]),
            input_retracts: false,
            emit_update_before: false,
        }),
    }
}

/// ```text
/// cpu_high_sink: Sink(table=[cpu_high], fields=[host, EXPR$1])
/// ```
fn cpu_high_sink() -> Node {
    Node {
        name: "cpu_high_sink",
        uid: "bf8ca9995fb1a4a6",
        inputs: Vec::from([NodeId(8)]),
        columns: Vec::from([
            Column::new("hostname", build::not_null(build::string())),
            Column::new("times", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("cpu_high"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::from([0]),
            input_updates: true,
        }),
    }
}

struct CpuSourceRow<'a>(RowRef<'a>);

impl<'a> CpuSourceRow<'a> {
    #[inline]
    fn cpu(&self) -> Option<&'a str> {
        self.0.text(1)
    }
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

impl<'a> CpuSourceReadRow<'a> {
    #[inline]
    fn hostname(&self) -> Option<&'a str> {
        self.0.text(0)
    }
}

/// ```text
/// cpu_source: Source(table=[cpu], fields=[hostname, cpu, usage, time_ltz, host])
/// ```
/// cpu.sql:27:25
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
        let host_value = strict1(row.hostname(), text::upper);
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.copy_fixed(2, raw, 2);
        output.copy_fixed(3, raw, 3);
        output.put_text(4, host_value.as_deref());
        output.finish();
    }
    Ok(())
}

/// ```text
/// Watermark of table cpu
/// ```
/// cpu.sql:8:3
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
/// filter_cpu: Calc(select=[hostname, usage, time_ltz], where=[(cpu = 'cpu0')])
/// ```
/// cpu.sql:28:7
/// ```sql
/// cpu = 'cpu0'
/// ```
fn filter_cpu_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = CpuSourceRow(raw);
        if strict1(row.cpu(), |a| compare::equal(a, "cpu0")) != Some(true) {
            continue;
        }
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.copy_fixed(1, raw, 2);
        output.copy_fixed(2, raw, 3);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_window_start_window_end_hostname_and_1: Calc(select=[window_start, window_end, hostname,
///     $agg0 AS EXPR$3])
/// ```
/// cpu.sql:26:1
/// ```sql
/// SELECT window_start, window_end, hostname, AVG(usage)
/// FROM TABLE(TUMBLE(TABLE cpu, DESCRIPTOR(time_ltz), INTERVAL '30' SECOND))
/// WHERE cpu = 'cpu0'
/// GROUP BY window_start, window_end, hostname
/// ```
fn project_window_start_window_end_hostname_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 2);
        output.copy_fixed(1, raw, 3);
        output.copy_variable(2, raw, 0);
        output.copy_fixed(3, raw, 1);
        output.finish();
    }
    Ok(())
}

/// ```text
/// filter_cpu_usage: Calc(select=[host], where=[((usage > 80.0:DOUBLE) AND (cpu <> 'total'))])
/// ```
/// cpu.sql:34:7
/// ```sql
/// usage > 80 AND cpu <> 'total'
/// ```
fn filter_cpu_usage_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = CpuSourceRow(raw);
        if strict1(row.usage(), |a| compare::greater(a, 80.0)) != Some(true) {
            continue;
        }
        if strict1(row.cpu(), |a| compare::not_equal(a, "total")) != Some(true) {
            continue;
        }
        output.begin(kind);
        output.copy_variable(0, raw, 4);
        output.finish();
    }
    Ok(())
}
