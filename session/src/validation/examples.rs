//! Shapes of statements that users of Aiven for Apache Flink have: what is taken, and what is told of the others.

use super::tests::{told, version};

/// Options of a Kafka table as Aiven's guides write them, also on sinks.
fn kafka(topic: &str) -> String {
    format!(
        "WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '', 'topic' = '{topic}', \
         'value.format' = 'json', 'scan.startup.mode' = 'earliest-offset')"
    )
}

fn table(name: &str, columns: &str) -> String {
    format!("CREATE TABLE {name} ({columns}) {}", kafka(name))
}

const LOAD: &str = "hostname STRING, cpu STRING, usage DOUBLE, occurred_at BIGINT, \
    time_ltz AS TO_TIMESTAMP_LTZ(occurred_at, 3), WATERMARK FOR time_ltz AS time_ltz - INTERVAL '10' SECOND";
const LOAD_WITH_PROCTIME: &str = "hostname STRING, cpu STRING, usage DOUBLE, occurred_at BIGINT, \
    proctime AS PROCTIME(), time_ltz AS TO_TIMESTAMP_LTZ(occurred_at, 3), \
    WATERMARK FOR time_ltz AS time_ltz - INTERVAL '10' SECOND";
const FILTERED: &str = "time_ltz TIMESTAMP(3), hostname STRING, cpu STRING, usage DOUBLE";
const AVERAGES: &str = "window_start TIMESTAMP(3), window_end TIMESTAMP(3), hostname STRING, cpu STRING, \
    usage_avg DOUBLE, usage_max DOUBLE";
const THRESHOLDS: &str = "CREATE TABLE thresholds (hostname STRING, allowed_top INT, \
    PRIMARY KEY (hostname) NOT ENFORCED) \
    WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://', 'table-name' = 'public.cpu_thresholds')";

#[test]
fn statements_of_aivens_guides_are_taken() {
    let cases = [
        (
            table("cpu_in", LOAD),
            table("cpu_out", FILTERED),
            "INSERT INTO cpu_out SELECT time_ltz, hostname, cpu, usage FROM cpu_in WHERE usage > 80",
        ),
        (
            table("cpu_in", LOAD),
            table("cpu_agg", AVERAGES),
            "INSERT INTO cpu_agg SELECT window_start, window_end, hostname, cpu, AVG(usage), MAX(usage) \
             FROM TABLE(TUMBLE(TABLE cpu_in, DESCRIPTOR(time_ltz), INTERVAL '30' SECONDS)) \
             GROUP BY window_start, window_end, hostname, cpu",
        ),
        (
            table("pizza", "shop STRING, name STRING"),
            table("known", "shop STRING, name STRING"),
            "\n    INSERT INTO known\n    SELECT * FROM pizza\n    WHERE shop LIKE '%Luigi%'\n  ",
        ),
        (
            table(
                "iot",
                "time_ltz TIMESTAMP(3), hostname STRING, cpu STRING, usage DOUBLE",
            ),
            table(
                "high",
                "time_ltz TIMESTAMP(3), hostname STRING, cpu STRING, usage DOUBLE",
            ),
            "INSERT INTO high SELECT * FROM iot WHERE usage > 85;",
        ),
        (
            table("cpus", "`node` INT, `cpu` FLOAT, `occurred_at` TIMESTAMP_LTZ(3)"),
            table(
                "alerts",
                "`node` INT, `cpu` FLOAT, `occurred_at` TIMESTAMP_LTZ(3)",
            ),
            "INSERT INTO alerts SELECT * FROM cpus WHERE `cpu` > 70",
        ),
        (
            table(
                "stamped",
                "a INT, `at` TIMESTAMP(3) METADATA FROM 'timestamp', WATERMARK FOR `at` AS `at` - INTERVAL '5' SECOND",
            ),
            table("copy", "a INT"),
            "INSERT INTO copy SELECT a FROM stamped",
        ),
    ];
    for (source, sink, statement) in cases {
        assert_eq!(
            told(&version(&[&source], &[&sink], statement)),
            [""; 0],
            "{statement}"
        );
        assert_eq!(
            told(&version(&[&sink], &[&source], statement)),
            [""; 0],
            "lists swapped: {statement}"
        );
    }
}

#[test]
fn what_is_missing_is_named_with_its_place() {
    let cpu_in = table("cpu_in", LOAD_WITH_PROCTIME);
    let cpu_out = table(
        "cpu_out",
        "time_ltz TIMESTAMP(3), hostname STRING, allowed_top INT",
    );
    let pizzas = table(
        "orders",
        "id INT, pizzas ARRAY<ROW(name VARCHAR, toppings ARRAY<VARCHAR>)>",
    );
    let avro = cpu_out.replace("'json'", "'avro'");
    let search = "CREATE TABLE cpu_out (time_ltz STRING) \
                  WITH ('connector' = 'elasticsearch-7', 'hosts' = '', 'index' = 'cpu')";
    let slack = "CREATE TABLE cpu_out (channel_id STRING, message STRING) \
                 WITH ('connector' = 'slack', 'token' = 'hunter2')";
    let lookup = "INSERT INTO cpu_out SELECT time_ltz, c.hostname, allowed_top FROM cpu_in c \
                  INNER JOIN thresholds FOR SYSTEM_TIME AS OF proctime AS t ON c.hostname = t.hostname";
    let unnest = "INSERT INTO cpu_out SELECT CAST(NULL AS TIMESTAMP(3)), b.name, id FROM orders \
                  CROSS JOIN UNNEST(pizzas) AS b(name, toppings)";
    let plain = "INSERT INTO cpu_out SELECT hostname FROM cpu_in";
    let cases: [(&[&str], &str, &str, &str); 5] = [
        (
            &[&cpu_in, THRESHOLDS],
            &cpu_out,
            lookup,
            "statement, line 1, character 87: not supported by this version: FOR SYSTEM_TIME AS OF",
        ),
        (
            &[&pizzas],
            &cpu_out,
            unnest,
            "statement, line 1, character 90: not supported by this version: UNNEST",
        ),
        (
            &[&cpu_in],
            &avro,
            plain,
            "sinks[0].create_table, line 1, character 184: the format 'avro' is not supported",
        ),
        (
            &[&cpu_in],
            search,
            plain,
            "sinks[0].create_table, line 1, character 60: the connector 'elasticsearch-7' is not supported",
        ),
        (
            &[&cpu_in],
            slack,
            plain,
            "sinks[0].create_table, line 1, character 78: the connector 'slack' is not supported",
        ),
    ];
    for (sources, sink, statement, expected) in cases {
        let told = told(&version(sources, &[sink], statement));
        assert!(
            told.len() == 1 && told[0].starts_with(expected),
            "{told:#?}\n{expected}"
        );
        assert!(!told[0].contains("hunter2"), "{told:#?}");
    }
}
