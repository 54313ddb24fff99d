//! Previews: what is shown, and that nothing is left behind. From files, from a real Kafka, and by a session cluster.

mod support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::broker::{Broker, FIRST_MS};
use support::millstream;
use support::script::{Script, eventually};

/// The first build of a machine compiles the runtime.
const LINE_MAX: Duration = Duration::from_secs(400);

const ORDERS: &str = "
CREATE TABLE orders (id INT, item STRING, price DECIMAL(6, 2)) WITH ('connector' = 'filesystem',
  'path' = 'orders.json', 'format' = 'json');
CREATE TABLE totals (name STRING, n BIGINT, PRIMARY KEY (name) NOT ENFORCED) WITH ('connector' = 'jdbc',
  'url' = 'jdbc:postgresql://127.0.0.1:1/nowhere', 'table-name' = 'totals', 'password' = 'hunter2');
CREATE TABLE copies (id INT, item STRING) WITH ('connector' = 'filesystem', 'path' = 'copies', 'format' = 'json');
";

/// A script with its input beside it.
fn script(statement: &str) -> Script {
    let script = Script::new(&format!("{ORDERS}{statement}"), &[]);
    let rows = "{\"id\":1,\"item\":\"tea\",\"price\":2.5}\n{\"id\":2,\"item\":\"tab\\there\",\"price\":null}\n\
                {\"id\":3,\"item\":\"tea\",\"price\":7}\n";
    std::fs::write(script.folder().join("orders.json"), rows).expect("the folder is ours");
    script
}

fn preview(script: &Script, arguments: &[&str]) -> Command {
    let mut command = millstream(&["preview"]);
    command.arg(script.folder().join("job.sql")).args(arguments);
    command
}

/// Rows and what was said about them.
fn shown(script: &Script, arguments: &[&str]) -> (Vec<String>, String) {
    let (rows, log) = support::succeed(&mut preview(script, arguments));
    (rows.lines().map(str::to_owned).collect(), log)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

#[test]
fn tables_and_statements_of_files() {
    let script = script(
        "EXECUTE STATEMENT SET BEGIN
           INSERT INTO totals SELECT item, COUNT(*) FROM orders GROUP BY item;
           INSERT INTO copies SELECT id, UPPER(item) FROM orders WHERE price > 2;
         END;",
    );
    let (rows, log) = shown(&script, &["--table", "orders"]);
    assert_eq!(
        rows,
        ["+I\t1\ttea\t2.50", "+I\t2\ttab\\there\t\\N", "+I\t3\ttea\t7.00"]
    );
    assert!(log.contains("3 rows; the sources have ended"), "{log}");
    let (rows, log) = shown(&script, &["--table", "orders", "--max-rows", "2"]);
    assert_eq!(rows.len(), 2);
    assert!(log.contains("2 rows; there may be more (--max-rows)"), "{log}");

    // What the sink would get, both halves of updates, although there is no such database.
    let (rows, _) = shown(&script, &["--into", "totals", "--json"]);
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| serde_json::from_str(row).expect("JSON"))
        .collect();
    let row = |op: &str, name: &str, n: i64| json!({"op": op, "row": {"name": name, "n": n}});
    let changes = [row("+I", "tea", 1), row("-U", "tea", 1), row("+U", "tea", 2)];
    let of_tea: Vec<&Value> = rows.iter().filter(|row| row["row"]["name"] == "tea").collect();
    assert!(
        of_tea == changes.iter().collect::<Vec<_>>() || of_tea == [&row("+I", "tea", 2)],
        "{rows:?}"
    );
    let (rows, _) = shown(&script, &["--into", "copies"]);
    assert_eq!(rows, ["+I\t1\tTEA", "+I\t3\tTEA"]);
    assert_eq!(
        names(script.folder()),
        ["job.sql", "orders.json"],
        "nothing is left behind"
    );

    let output = preview(&script, &[]).output().expect("millstream can be started");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(log.contains("E2045") && log.contains("totals, copies"), "{log}");
}

/// A preview that goes on until it is told to stop.
struct Following {
    child: Child,
    rows: Receiver<String>,
}

impl Following {
    fn start(mut command: Command) -> Following {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("millstream can be started");
        let (sender, rows) = channel();
        let stdout = child.stdout.take().expect("it is piped");
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                if sender.send(line.expect("output is UTF-8")).is_err() {
                    break;
                }
            }
        });
        Following { child, rows }
    }

    fn row(&mut self) -> String {
        match self.rows.recv_timeout(LINE_MAX) {
            Ok(row) => row,
            Err(_) => {
                let _ = self.child.kill();
                let mut log = String::new();
                let stderr = self.child.stderr.as_mut().expect("it is piped");
                stderr.read_to_string(&mut log).expect("text");
                panic!("no row:\n{log}")
            }
        }
    }

    fn interrupt(&mut self) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").arg("-INT").arg(pid).status();
        assert!(status.expect("kill can be run").success());
        self.child.wait().expect("it ends");
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Jobs that read this topic: their command line names no topic, but their environment is that of the test.
fn jobs_of(marker: &str) -> usize {
    let is_job = |process: &std::fs::DirEntry| {
        let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
        let command = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        let has = |bytes: &[u8], text: &str| String::from_utf8_lossy(bytes).contains(text);
        has(&environment, marker) && has(&command, "--session")
    };
    let processes = std::fs::read_dir("/proc").expect("processes are listed");
    processes.filter_map(Result::ok).filter(is_job).count()
}

const TOPICS: &str = "
CREATE TABLE bids (id INT, name STRING) WITH ('connector' = 'kafka', 'topic' = 'bids', 'format' = 'json',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'properties.group.id' = 'billing');
CREATE TABLE names (name STRING) WITH ('connector' = 'kafka', 'topic' = 'names', 'format' = 'json',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'names');
SET 'execution.checkpointing.interval' = '100 ms';
INSERT INTO names SELECT UPPER(name) FROM bids;
";

#[test]
fn topics_are_read_without_a_trace() {
    let broker = Broker::start();
    broker.topic("bids", 2);
    broker.topic("names", 1);
    broker.send(
        "bids",
        0,
        &["{\"id\":1,\"name\":\"a\"}", "{\"id\":2,\"name\":\"b\"}"],
    );
    let script = Script::new(TOPICS, &[]);
    let marker = format!("preview-{}", std::process::id());
    let command = |arguments: &[&str]| {
        let mut command = preview(&script, arguments);
        command
            .env("KAFKA_BOOTSTRAP_SERVERS", &broker.servers)
            .env("MILLSTREAM_TEST", &marker);
        command
    };
    let mut all = Following::start(command(&[]));
    assert_eq!(
        [all.row(), all.row()],
        ["+I\tA", "+I\tB"],
        "group-offsets are not asked for"
    );
    let mut rest = Following::start(command(&[
        "--from",
        &(FIRST_MS + 500).to_string(),
        "--table",
        "bids",
    ]));
    assert_eq!(rest.row(), "+I\t2\tb");
    broker.send("bids", 1, &["{\"id\":3,\"name\":\"c\"}"]);
    assert_eq!(
        (all.row(), rest.row()),
        ("+I\tC".to_owned(), "+I\t3\tc".to_owned())
    );
    assert_eq!(jobs_of(&marker), 2);
    all.interrupt();
    eventually("the job ends with its preview", || jobs_of(&marker) == 1);
    rest.child.kill().expect("it runs");
    eventually("the job ends with its preview", || jobs_of(&marker) == 0);
    assert_eq!(broker.groups(), Vec::<String>::new());
    assert!(
        broker.messages("names", |_| ()).is_empty(),
        "the sink is untouched"
    );
    let started = Instant::now();
    let (rows, log) = support::succeed(&mut command(&["--from", "latest", "--ttl", "1 s"]));
    assert!(
        rows.is_empty() && log.contains("0 rows; 1s are over (--ttl)"),
        "{rows}{log}"
    );
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(names(script.folder()), ["job.sql"], "nothing is left behind");
}

/// `millstream dev`.
struct Cluster {
    child: Child,
    folder: tempfile::TempDir,
    url: String,
}

const TOKEN: &str = "token-of-a-test";

impl Cluster {
    fn start() -> Cluster {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = xtask::services::process::free_port().expect("there are free ports");
        let listen = format!("127.0.0.1:{port}");
        let mut command = millstream(&["dev", "--listen", &listen, "--token", TOKEN, "--data"]);
        command
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().expect("millstream can be started");
        eventually("the cluster listens", || {
            xtask::services::process::port_is_open(port)
        });
        Cluster {
            child,
            folder,
            url: format!("http://{listen}"),
        }
    }

    /// `millstream …` against this cluster.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = millstream(arguments);
        command.args(["--url", &self.url, "--token", TOKEN]);
        command
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        // An error says that another test was quicker.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = format!("{}/v1/project/dev/service/millstream/flink{path}", self.url);
        support::block_on(async {
            let method = method.parse().expect("a method");
            let request = reqwest::Client::new().request(method, url);
            let request = request.header("Authorization", format!("aivenv1 {TOKEN}"));
            let answer = request.body(body.to_string()).send().await.expect("it answers");
            let status = answer.status().as_u16();
            (status, answer.text().await.expect("text"))
        })
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, text) = self.send(method, path, body);
        assert_eq!(status, 200, "{method} {path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Processes that the worker has started.
    fn jobs(&self) -> usize {
        let parent = format!("PPid:\t{}\n", self.child.id());
        let is_child = |process: &std::fs::DirEntry| {
            let status = std::fs::read_to_string(process.path().join("status")).unwrap_or_default();
            status.contains(&parent)
        };
        let processes = std::fs::read_dir("/proc").expect("processes are listed");
        processes.filter_map(Result::ok).filter(is_child).count()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const TICKS: &str = "CREATE TABLE ticks (n BIGINT, half AS n / 2) WITH ('connector' = 'datagen', \
    'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000', 'rows-per-second' = '20')";
const SECRET: &str = "CREATE TABLE target (n BIGINT) WITH ('connector' = 'jdbc', 'table-name' = 't', \
    'url' = 'jdbc:postgresql://127.0.0.1:1/nowhere', 'password' = 'hunter2')";
const STATEMENT: &str = "INSERT INTO target SELECT n * 10 FROM ticks";

#[test]
fn a_session_cluster_runs_previews() {
    let cluster = Cluster::start();
    let application = cluster.call("POST", "/application", &json!({"name": "ticks"}));
    let queries = format!(
        "/application/{}/query",
        application["id"].as_str().expect("an id")
    );
    let request = json!({"statement": STATEMENT, "sources": [{"create_table": TICKS}],
        "sinks": [{"create_table": SECRET}], "max_rows": 1000, "job_ttl": 0});
    let created = cluster.call("POST", &queries, &request);
    let query = format!("{queries}/{}", created["query_id"].as_str().expect("an id"));
    let mut found = Value::Null;
    let started = Instant::now();
    while found["row_count"].as_u64().unwrap_or(0) < 30 {
        assert!(started.elapsed() < LINE_MAX, "{found}");
        std::thread::sleep(Duration::from_millis(100));
        found = cluster.call("GET", &format!("{query}?offset=10&limit=2"), &json!(null));
        assert!(found["error_msg"].is_null(), "{found}");
    }
    let row = |index: u64| json!({"index": index, "kind": "+I", "data": [(index + 1) * 10]});
    assert_eq!(found["rows"], json!([row(10), row(11)]));
    assert_eq!(found["status"], "RUNNING");
    assert_eq!(
        found["columns"],
        json!([{"name": "n", "data_type": "BIGINT", "nullable": true}])
    );
    let listed = cluster.call("GET", &queries, &json!(null))["queries"][0].clone();
    assert_eq!(listed["query_params"]["statement"], STATEMENT);
    assert!(
        !listed.to_string().contains("hunter2") && listed["rows"].is_null(),
        "{listed}"
    );

    assert_eq!(cluster.jobs(), 1);
    let cancel = format!("{query}/cancel_job");
    assert_eq!(cluster.call("PATCH", &cancel, &json!(null))["canceled"], true);
    eventually("the process ends", || cluster.jobs() == 0);
    assert_eq!(cluster.call("PATCH", &cancel, &json!(null))["canceled"], false);
    let (_, events) = cluster.send("GET", &format!("{query}/events?offset=29"), &json!(null));
    assert!(events.starts_with("event: columns\n"), "{events}");
    assert!(
        events.contains("id: 29\n") && !events.contains("id: 28\n"),
        "{events}"
    );
    assert!(
        events.contains("event: end\ndata: {\"reason\":\"canceled\""),
        "{events}"
    );
    cluster.call("DELETE", &query, &json!(null));
    assert_eq!(cluster.send("GET", &query, &json!(null)).0, 404);
    let (status, refusal) = cluster.send(
        "POST",
        &queries,
        &json!({"statement": "SELECT x FROM ticks",
        "sources": [{"create_table": TICKS}]}),
    );
    assert_eq!(status, 400);
    assert!(refusal.contains("statement, line 1, character 8"), "{refusal}");
    by_the_command_line(&cluster);
    let left = names(&cluster.folder.path().join("worker/jobs"));
    assert!(left.is_empty(), "{left:?}");
}

fn by_the_command_line(cluster: &Cluster) {
    let script = Script::new(&format!("{TICKS};\n{SECRET};\n{STATEMENT};\n"), &[]);
    let path = script.folder().join("ticks.sql");
    std::fs::rename(script.folder().join("job.sql"), &path).expect("the folder is ours");
    let path = path.to_str().expect("a path");
    let (rows, log) = support::succeed(&mut cluster.command(&["preview", path, "--max-rows", "3"]));
    assert_eq!(rows, "+I\t10\n+I\t20\n+I\t30\n");
    assert!(log.contains("3 rows; there may be more"), "{log}");
    // The session cluster need not know the application; of a query without one nothing is left either.
    let sql = format!("{TICKS};\n{STATEMENT};").replace("INSERT INTO target ", "");
    let (rows, _) = support::succeed(&mut cluster.command(&["preview", "--sql", &sql, "--max-rows", "2"]));
    assert_eq!(rows, "+I\t10\n+I\t20\n");
    let listed = cluster.call("GET", "/query", &json!(null));
    assert_eq!(listed["queries"][0]["end_reason"], "max_rows");
    assert_eq!(listed["queries"].as_array().map(Vec::len), Some(1), "{listed}");
    let applications = cluster.call("GET", "/application", &json!(null));
    assert_eq!(applications["applications"].as_array().map(Vec::len), Some(1));
    let arguments = [
        "preview",
        path,
        "--table",
        "ticks",
        "--json",
        "--max-rows",
        "10000",
    ];
    let mut following = Following::start(cluster.command(&arguments));
    assert_eq!(following.row(), r#"{"op":"+I","row":{"n":1,"half":0}}"#);
    assert_eq!(cluster.jobs(), 1);
    following.interrupt();
    eventually("nobody looks any more, so the query ends", || cluster.jobs() == 0);
}
