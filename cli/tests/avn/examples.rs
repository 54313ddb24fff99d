//! The examples of Aiven's documentation that SQL of today can express. In: nothing. Out: applications with messages
//! for their sources and what their sinks must hold. Invariant: texts are as documented, but for names of topics.

use serde_json::json;

/// E1.
pub(crate) const CPU_IN: &str = "CREATE TABLE CPU_IN (
    hostname STRING,
    cpu STRING,
    usage DOUBLE,
    occurred_at BIGINT,
    time_ltz AS TO_TIMESTAMP_LTZ(occurred_at, 3),
    WATERMARK FOR time_ltz AS time_ltz - INTERVAL '10' SECOND
)
WITH (
    'connector' = 'kafka',
    'properties.bootstrap.servers' = '',
    'topic' = 'cpu_load_stats_real',
    'value.format' = 'json',
    'scan.startup.mode' = 'earliest-offset'
)";
/// Of the options of a Kafka table in the examples.
pub(crate) fn kafka(topic: &str) -> String {
    format!(
        "WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '', 'topic' = '{topic}',
        'value.format' = 'json', 'scan.startup.mode' = 'earliest-offset')"
    )
}

/// An application: its tables and statement, the messages of two halves, what is in the sink's topic after each.
pub(crate) struct Example {
    pub(crate) name: &'static str,
    pub(crate) source: String,
    pub(crate) sink: String,
    pub(crate) statement: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) messages: [Vec<String>; 2],
    /// Of the values in the sink's topic.
    pub(crate) expected: [Vec<&'static str>; 2],
}

pub(crate) fn readings(of: &[(i64, &str, &str, f64)]) -> Vec<String> {
    let reading = |(at, hostname, cpu, usage): &(i64, &str, &str, f64)| {
        let reading = json!({"hostname": hostname, "cpu": cpu, "usage": usage, "occurred_at": at});
        reading.to_string()
    };
    of.iter().map(reading).collect()
}

/// 12:30:00 of a day, in milliseconds.
pub(crate) const NOON: i64 = 1_633_955_400_000;

pub(crate) fn examples() -> Vec<Example> {
    vec![
        filtering(),
        cpu_agg(),
        varchar_source(),
        pizza(),
        iot(),
        alerts(),
        metadata(),
    ]
}

/// E1, E2, E3.
pub(crate) fn filtering() -> Example {
    Example {
        name: "filtering",
        source: CPU_IN.to_owned(),
        sink: format!(
            "CREATE TABLE CPU_OUT_FILTER (time_ltz TIMESTAMP(3), hostname STRING, cpu STRING, usage DOUBLE) {}",
            kafka("cpu_load_stats_real_filter")
        ),
        statement: "INSERT INTO CPU_OUT_FILTER
            SELECT time_ltz, hostname, cpu, usage FROM CPU_IN WHERE usage > 80",
        from: "cpu_load_stats_real",
        to: "cpu_load_stats_real_filter",
        messages: [
            readings(&[(NOON, "dopey", "cpu4", 98.33), (NOON + 1, "doc", "cpu1", 80.0)]),
            readings(&[(NOON + 2, "happy", "cpu2", 80.5)]),
        ],
        expected: [
            vec![r#"{"time_ltz":"2021-10-11 12:30:00","hostname":"dopey","cpu":"cpu4","usage":98.33}"#],
            vec![r#"{"time_ltz":"2021-10-11 12:30:00.002","hostname":"happy","cpu":"cpu2","usage":80.5}"#],
        ],
    }
}

/// E1, E4, E5: the window of the first half is closed by the second.
pub(crate) fn cpu_agg() -> Example {
    let sink = format!(
        "CREATE TABLE CPU_OUT_AGG (window_start TIMESTAMP(3), window_end TIMESTAMP(3), hostname STRING, cpu STRING,
        usage_avg DOUBLE, usage_max DOUBLE) {}",
        kafka("cpu_agg_stats")
    );
    Example {
        name: "cpu_agg",
        source: CPU_IN.replace("cpu_load_stats_real", "cpu_load_stats_agg"),
        sink,
        statement: "INSERT INTO CPU_OUT_AGG
            SELECT window_start, window_end, hostname, cpu, AVG(usage), MAX(usage)
            FROM TABLE(TUMBLE(TABLE CPU_IN, DESCRIPTOR(time_ltz), INTERVAL '30' SECONDS))
            GROUP BY window_start, window_end, hostname, cpu",
        from: "cpu_load_stats_agg",
        to: "cpu_agg_stats",
        messages: [
            readings(&[
                (NOON, "doc", "cpu1", 10.0),
                (NOON + 1_000, "doc", "cpu1", 20.0),
                (NOON + 41_000, "doc", "cpu1", 50.0),
            ]),
            readings(&[
                (NOON + 42_000, "doc", "cpu1", 70.0),
                (NOON + 90_000, "doc", "cpu1", 1.0),
            ]),
        ],
        expected: [
            vec![
                r#"{"window_start":"2021-10-11 12:30:00","window_end":"2021-10-11 12:30:30","hostname":"doc","cpu":"cpu1","usage_avg":15.0,"usage_max":20.0}"#,
            ],
            vec![
                r#"{"window_start":"2021-10-11 12:30:30","window_end":"2021-10-11 12:31:00","hostname":"doc","cpu":"cpu1","usage_avg":60.0,"usage_max":70.0}"#,
            ],
        ],
    }
}

/// E14: the source of E1 with VARCHAR.
pub(crate) fn varchar_source() -> Example {
    let source = CPU_IN
        .replace("CPU_IN", "metrics_in")
        .replace("STRING", "VARCHAR")
        .replace("cpu_load_stats_real", "metric-topic");
    Example {
        name: "metrics",
        source,
        sink: format!(
            "CREATE TABLE metrics_out (hostname VARCHAR, usage DOUBLE) {}",
            kafka("metric-out")
        ),
        statement: "INSERT INTO metrics_out SELECT hostname, usage FROM metrics_in",
        from: "metric-topic",
        to: "metric-out",
        messages: [
            readings(&[(NOON, "doc", "cpu1", 1.5)]),
            readings(&[(NOON, "grumpy", "cpu1", 2.5)]),
        ],
        expected: [
            vec![r#"{"hostname":"doc","usage":1.5}"#],
            vec![r#"{"hostname":"grumpy","usage":2.5}"#],
        ],
    }
}

/// E26: blanks around the statement, LIKE, SELECT *.
pub(crate) fn pizza() -> Example {
    Example {
        name: "pizza",
        source: format!(
            "CREATE TABLE kafka_pizza (shop STRING, name STRING) {}",
            kafka("source_topic")
        ),
        sink: format!(
            "CREATE TABLE kafka_known_pizza (shop STRING, name STRING) {}",
            kafka("sink_topic")
        ),
        statement: "\n    INSERT INTO kafka_known_pizza\n    SELECT *\n    FROM kafka_pizza\n    WHERE shop LIKE '%Luigis Pizza%'\n  ",
        from: "source_topic",
        to: "sink_topic",
        messages: [
            vec![
                r#"{"shop":"The Luigis Pizza","name":"Diavola"}"#.to_owned(),
                r#"{"shop":"Marios Pizza","name":"Hawaii"}"#.to_owned(),
            ],
            vec![r#"{"shop":"Luigis Pizza","name":"Margherita"}"#.to_owned()],
        ],
        expected: [
            vec![r#"{"shop":"The Luigis Pizza","name":"Diavola"}"#],
            vec![r#"{"shop":"Luigis Pizza","name":"Margherita"}"#],
        ],
    }
}

/// E27: a timestamp as JSON text.
pub(crate) fn iot() -> Example {
    let columns = "(time_ltz TIMESTAMP(3), hostname STRING, cpu STRING, usage DOUBLE)";
    let message = |second: u32, usage: u32| {
        format!(
            r#"{{"time_ltz":"2021-10-11 12:30:0{second}","hostname":"doc","cpu":"cpu1","usage":{usage}}}"#
        )
    };
    Example {
        name: "iot",
        source: format!(
            "CREATE TABLE iot_measurements_table {columns} {}",
            kafka("iot_measurements")
        ),
        sink: format!(
            "CREATE TABLE cpu_high_usage_table {columns} {}",
            kafka("cpu_high_usage")
        ),
        statement: "INSERT INTO cpu_high_usage_table SELECT * FROM iot_measurements_table WHERE usage > 85",
        from: "iot_measurements",
        to: "cpu_high_usage",
        messages: [vec![message(0, 85), message(1, 86)], vec![message(2, 99)]],
        expected: [
            vec![r#"{"time_ltz":"2021-10-11 12:30:01","hostname":"doc","cpu":"cpu1","usage":86.0}"#],
            vec![r#"{"time_ltz":"2021-10-11 12:30:02","hostname":"doc","cpu":"cpu1","usage":99.0}"#],
        ],
    }
}

/// E28: quoted names, TIMESTAMP_LTZ as JSON text.
pub(crate) fn alerts() -> Example {
    let columns = |cpu: &str| format!("(node INT, occurred_at TIMESTAMP_LTZ(3), {cpu} FLOAT)");
    let message = |node: u32, cpu: u32| {
        format!(r#"{{"node":{node},"occurred_at":"2021-10-11 12:30:00Z","cpu":{cpu}}}"#)
    };
    Example {
        name: "alerts",
        source: format!("CREATE TABLE KCpuIn {} {}", columns("cpu"), kafka("cpu_in")),
        sink: format!("CREATE TABLE KAlert {} {}", columns("cpu_in_mb"), kafka("alert")),
        statement: "INSERT INTO KAlert SELECT * FROM KCpuIn WHERE `cpu` > 70",
        from: "cpu_in",
        to: "alert",
        messages: [vec![message(1, 70), message(2, 71)], vec![message(3, 72)]],
        expected: [
            vec![r#"{"node":2,"occurred_at":"2021-10-11 12:30:00Z","cpu_in_mb":71.0}"#],
            vec![r#"{"node":3,"occurred_at":"2021-10-11 12:30:00Z","cpu_in_mb":72.0}"#],
        ],
    }
}

/// E29: the timestamp of the Kafka message as event time.
pub(crate) fn metadata() -> Example {
    Example {
        name: "metadata",
        source: format!(
            "CREATE TABLE readings (cpu INT, `occurred_at` TIMESTAMP(3) METADATA FROM 'timestamp',
            WATERMARK FOR occurred_at AS occurred_at - INTERVAL '5' SECOND) {}",
            kafka("readings")
        ),
        sink: format!(
            "CREATE TABLE stamped (cpu INT, occurred_at TIMESTAMP(3)) {}",
            kafka("stamped")
        ),
        statement: "INSERT INTO stamped SELECT cpu, occurred_at FROM readings",
        from: "readings",
        to: "stamped",
        // `Broker::send` stamps the first message of each call with 2023-11-14 22:13:20.
        messages: [vec![r#"{"cpu":1}"#.to_owned()], vec![r#"{"cpu":2}"#.to_owned()]],
        expected: [
            vec![r#"{"cpu":1,"occurred_at":"2023-11-14 22:13:20"}"#],
            vec![r#"{"cpu":2,"occurred_at":"2023-11-14 22:13:20"}"#],
        ],
    }
}
