//! The examples of Aiven's documentation that need what is not there yet. In: nothing. Out: texts and the words that a
//! refusal must name. Invariant: each lacks one thing only.

use super::examples::{CPU_IN, kafka};

/// A table or statement that is not possible yet, and what the answer must name.
pub(crate) struct Missing {
    pub(crate) source: String,
    pub(crate) sink: String,
    pub(crate) statement: &'static str,
    pub(crate) named: &'static [&'static str],
}

pub(crate) fn missing() -> Vec<Missing> {
    let sink = |columns: &str| format!("CREATE TABLE target ({columns}) {}", kafka("target"));
    let source = |columns: &str| format!("CREATE TABLE origin ({columns}) {}", kafka("origin"));
    let cpu_in = CPU_IN.replace("    WATERMARK", "    proctime AS PROCTIME(),\n    WATERMARK");
    vec![
        // E8: a lookup join.
        Missing {
            source: cpu_in,
            sink: sink("hostname STRING"),
            statement: "INSERT INTO target SELECT CPU.hostname FROM CPU_IN CPU
                INNER JOIN CPU_IN FOR SYSTEM_TIME AS OF proctime AS ST ON CPU.hostname = ST.hostname",
            named: &["FOR SYSTEM_TIME AS OF"],
        },
        // E25: UNNEST.
        Missing {
            source: source("id INT, pizzas ARRAY<ROW(pizzaName VARCHAR, additionalToppings ARRAY <VARCHAR>)>"),
            sink: sink("id INT, topping VARCHAR"),
            statement: "INSERT INTO target SELECT id, c.topping FROM origin CROSS JOIN UNNEST(pizzas) b
                CROSS JOIN UNNEST(b.additionalToppings) AS c(topping)",
            named: &["UNNEST"],
        },
        // E15: Avro.
        Missing {
            source: source("cpu VARCHAR").replace("'json'", "'avro'"),
            sink: sink("cpu VARCHAR"),
            statement: "INSERT INTO target SELECT cpu FROM origin",
            named: &["avro"],
        },
        // E18: Confluent Avro.
        Missing {
            source: source("id INT").replace("'json'", "'avro-confluent'"),
            sink: sink("id INT"),
            statement: "INSERT INTO target SELECT id FROM origin",
            named: &["avro-confluent"],
        },
        // E21: OpenSearch.
        Missing {
            source: source("cpu VARCHAR"),
            sink: "CREATE TABLE target (cpu VARCHAR) WITH ('connector' = 'elasticsearch-7', 'hosts' = '',
                'index' = 'metrics')"
                .to_owned(),
            statement: "INSERT INTO target SELECT cpu FROM origin",
            named: &["elasticsearch-7"],
        },
        // E24: Slack.
        Missing {
            source: source("m STRING"),
            sink: "CREATE TABLE target (channel_id STRING, message STRING) WITH ('connector' = 'slack', 'token' = 't')"
                .to_owned(),
            statement: "INSERT INTO target SELECT 'c', m FROM origin",
            named: &["slack"],
        },
        // E20: PostgreSQL's changes.
        Missing {
            source: "CREATE TABLE origin (a INT) WITH ('connector' = 'postgres-cdc', 'hostname' = 'h')".to_owned(),
            sink: sink("a INT"),
            statement: "INSERT INTO target SELECT a FROM origin",
            named: &["postgres-cdc"],
        },
    ]
}
