//! The examples of Aiven's documentation that need PostgreSQL, in a server outside that an integration names.
//!
//! In: a database, tables whose connection options are left blank. Out: rows in the database. Invariant: what `avn`
//! creates reaches the server with the integration's credentials, which nobody sees again.

use serde_json::{Value, json};
use xtask::services::postgres::{self, Address};
use xtask::services::process::Daemon;

use super::examples::{CPU_IN, NOON, kafka, readings};
use super::support::script::eventually;
use super::{World, create, deploy, end, id, support};

const PASSWORD: &str = "hunter2-of-the-database";

/// With the tables that must be there before a deployment begins.
const TABLES: &str = "
CREATE TABLE cpu_load_stats_agg_pg (time_ltz TIMESTAMP(3) PRIMARY KEY, nr_cpus_over_threshold INT);
CREATE TABLE students (student_id INT, student_name VARCHAR);
CREATE TABLE cpu_thresholds (hostname VARCHAR, allowed_top INT);
INSERT INTO cpu_thresholds VALUES ('doc', 20), ('grumpy', 30), ('sleepy', 40), ('bashful', 60), ('happy', 70),
  ('sneezy', 80), ('dopey', 90);
";

struct Database {
    _daemon: Daemon,
    address: Address,
    _folder: tempfile::TempDir,
}

impl Database {
    fn start() -> Database {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (daemon, address) = postgres::start(folder.path()).expect("PostgreSQL starts");
        support::postgres(&address, TABLES);
        Database {
            _daemon: daemon,
            address,
            _folder: folder,
        }
    }

    fn await_rows(&self, sql: &str, expected: &[&str]) {
        let mut found: Vec<String> = Vec::new();
        let rows = || support::postgres(&self.address, sql).into_iter();
        let text = |value: Option<String>| value.unwrap_or_else(|| "NULL".to_owned());
        let shown = || rows().map(|row| row.into_iter().map(text).collect::<Vec<_>>().join(" "));
        eventually(&format!("{sql}: {expected:?}"), || {
            found = shown().collect();
            found.len() >= expected.len() && found == expected
        });
    }
}

/// Of a table in PostgreSQL as Aiven's guides write them.
fn jdbc(table: &str) -> String {
    format!("WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://', 'table-name' = '{table}')")
}

/// An application with one table in Kafka, which is read, and one in PostgreSQL, which is written.
struct Example {
    name: &'static str,
    source: String,
    sink: String,
    statement: &'static str,
    topic: &'static str,
    messages: [Vec<String>; 2],
    rows: &'static str,
    /// What `rows` answers after each half.
    expected: [&'static [&'static str]; 2],
}

/// E10 and E11 without the lookup join: windows over windows, a result that is updated, BIGINT into an INT column,
/// `usage` and `USAGE` as two names.
fn combined() -> Example {
    Example {
        name: "simple_filter_pg_agg",
        source: CPU_IN.replace("cpu_load_stats_real", "cpu_load_stats_pg"),
        sink: format!(
            "CREATE TABLE CPU_OUT_AGG_PG (time_ltz TIMESTAMP(3), nr_cpus_over_threshold BIGINT,
            PRIMARY KEY(time_ltz) NOT ENFORCED) {}",
            jdbc("public.cpu_load_stats_agg_pg")
        ),
        statement: "INSERT INTO CPU_OUT_AGG_PG
WITH WINDOWING AS (
    SELECT window_start, window_end, hostname, cpu, AVG(usage) USAGE
    FROM TABLE(TUMBLE(TABLE CPU_IN, DESCRIPTOR(time_ltz), INTERVAL '30' SECONDS))
    GROUP BY window_start, window_end, hostname, cpu
)
SELECT window_start, COUNT(*) FROM WINDOWING WHERE USAGE > 15 GROUP BY window_start",
        topic: "cpu_load_stats_pg",
        messages: [
            readings(&[
                (NOON, "doc", "cpu1", 10.0),
                (NOON + 1_000, "doc", "cpu1", 40.0),
                (NOON + 2_000, "doc", "cpu2", 40.0),
                (NOON + 3_000, "happy", "cpu1", 15.0),
                (NOON + 41_000, "happy", "cpu1", 90.0),
            ]),
            readings(&[
                (NOON + 42_000, "doc", "cpu1", 1.0),
                (NOON + 90_000, "doc", "cpu1", 1.0),
            ]),
        ],
        rows: "SELECT * FROM cpu_load_stats_agg_pg ORDER BY time_ltz",
        expected: [
            &["2021-10-11 12:30:00 2"],
            &["2021-10-11 12:30:00 2", "2021-10-11 12:30:30 1"],
        ],
    }
}

/// E19 as a sink without a key: every row once, although nothing in the table tells rows apart.
fn students() -> Example {
    let messages = |ids: std::ops::Range<u32>| {
        let message = |id: u32| format!(r#"{{"id":{id},"name":"student {}"}}"#, id % 2);
        ids.map(message).collect()
    };
    Example {
        name: "students",
        source: format!(
            "CREATE TABLE students (id INT, name STRING) {}",
            kafka("students")
        ),
        sink: format!(
            "CREATE TABLE students_tbl (student_id INT, student_name VARCHAR) {}",
            jdbc("public.students")
        ),
        statement: "INSERT INTO students_tbl SELECT id, name FROM students",
        topic: "students",
        messages: [messages(1..3), messages(3..4)],
        rows: "SELECT * FROM students ORDER BY student_id",
        expected: [
            &["1 student 1", "2 student 0"],
            &["1 student 1", "2 student 0", "3 student 1"],
        ],
    }
}

/// All that the documentation does with PostgreSQL and that can be expressed.
pub(crate) fn everything_with_a_database(world: &World<'_>) {
    let database = Database::start();
    let integration = integrate(world, &database.address);
    for example in [combined(), students()] {
        from_creation_to_restart(world, &database, &integration, &example);
    }
    thresholds(world, &integration);
}

/// An endpoint with the server's address, typed from the schema of endpoints, and an integration of it.
fn integrate(world: &World<'_>, address: &Address) -> String {
    let avn = world.avn;
    let pairs = [
        format!("host={}", address.host),
        format!("port={}", address.port),
        format!("username={}", address.user),
        format!("password={PASSWORD}"),
        format!("default_database={}", address.database),
        "ssl_mode=disable".to_owned(),
    ];
    let config: Vec<&str> = pairs.iter().flat_map(|pair| ["-c", pair]).collect();
    let names = ["-d", "pg-outside", "-t", "external_postgresql"];
    avn.text(&[&["service", "integration-endpoint-create"][..], &names, &config].concat());
    let listed = avn.json(&["service", "integration-endpoint-list", "--json"]);
    assert!(!listed.to_string().contains(PASSWORD), "{listed}");
    let endpoints = listed.as_array().expect("a list");
    let endpoint = endpoints.iter().find(|one| one["endpoint_name"] == "pg-outside");
    let endpoint = endpoint.expect("it was made")["endpoint_id"].as_str();
    let endpoint = endpoint.expect("endpoints have ids");
    let ends = [
        "-S",
        endpoint,
        "-d",
        "millstream",
        "-t",
        "flink_external_postgresql",
    ];
    avn.text(&[&["service", "integration-create"][..], &ends].concat());
    let listed = avn.json(&["service", "integration-list", "millstream", "--json"]);
    let integrations = listed.as_array().expect("a list");
    let ours = integrations
        .iter()
        .find(|one| one["source_endpoint_id"] == endpoint);
    let ours = ours.expect("it was made");
    assert_eq!(
        (&ours["integration_type"], &ours["active"]),
        (&json!("flink_external_postgresql"), &json!(true))
    );
    let id = ours["service_integration_id"].as_str();
    id.expect("integrations have ids").to_owned()
}

fn from_creation_to_restart(world: &World<'_>, database: &Database, integration: &str, example: &Example) {
    world.broker.topic(example.topic, 1);
    let body = json!({
        "sources": [{"create_table": example.source, "integration_id": world.integration}],
        "sinks": [{"create_table": example.sink, "integration_id": integration}],
        "statement": example.statement,
    });
    let (application, version) = create(world, example.name, &body);
    check_texts(&version, &body);
    let send = |half: usize| {
        let messages: Vec<&str> = example.messages[half].iter().map(String::as_str).collect();
        world.broker.send(example.topic, 0, &messages);
    };
    let deployment = deploy(world, &application, &version, None);
    send(0);
    database.await_rows(example.rows, example.expected[0]);
    let stopped = end(
        world,
        &application,
        &deployment,
        "stop-application-deployment",
        "FINISHED",
    );
    let savepoint = stopped["last_savepoint"].as_str();
    let savepoint = savepoint.expect("a stop leaves a savepoint");
    send(1);
    let deployment = deploy(world, &application, &version, Some(savepoint));
    database.await_rows(example.rows, example.expected[1]);
    end(
        world,
        &application,
        &deployment,
        "cancel-application-deployments",
        "CANCELED",
    );
    database.await_rows(example.rows, example.expected[1]);
}

fn check_texts(version: &Value, body: &Value) {
    assert_eq!(version["statement"], body["statement"]);
    for list in ["sources", "sinks"] {
        for key in ["create_table", "integration_id"] {
            assert_eq!(version[list][0][key], body[list][0][key]);
        }
    }
    assert!(
        !version.to_string().contains(PASSWORD),
        "credentials of integrations stay inside"
    );
}

/// E7 as it stands, read to its end: the deployment finishes by itself and is there again whenever it is wanted.
fn thresholds(world: &World<'_>, integration: &str) {
    world.broker.topic("thresholds", 1);
    let source = format!(
        "CREATE TABLE CPU_THRESHOLDS (hostname STRING, allowed_top INT, PRIMARY KEY(hostname) NOT ENFORCED) {}",
        jdbc("public.cpu_thresholds")
    );
    let sink = format!(
        "CREATE TABLE HIGH_THRESHOLDS (hostname STRING, allowed_top INT) {}",
        kafka("thresholds")
    );
    let body = json!({
        "sources": [{"create_table": source, "integration_id": integration}],
        "sinks": [{"create_table": sink, "integration_id": world.integration}],
        "statement": "INSERT INTO HIGH_THRESHOLDS SELECT * FROM CPU_THRESHOLDS WHERE allowed_top >= 80",
    });
    let (application, version) = create(world, "thresholds", &body);
    let high = [
        r#"{"hostname":"dopey","allowed_top":90}"#,
        r#"{"hostname":"sneezy","allowed_top":80}"#,
    ];
    for time in 1..=2 {
        let request = json!({ "version_id": id(&version) }).to_string();
        let arguments = ["--application-id", id(&application), &request];
        let deployment = world.avn.flink("create-application-deployment", &arguments);
        world
            .avn
            .await_status(id(&application), id(&deployment), "FINISHED");
        let mut found: Vec<String> = support::read_committed(&world.broker.servers, "thresholds")
            .into_iter()
            .filter_map(|(_, value)| value)
            .collect();
        found.sort();
        let expected: Vec<&str> = high.iter().flat_map(|row| vec![*row; time]).collect();
        assert_eq!(found, expected, "run {time}");
    }
}
