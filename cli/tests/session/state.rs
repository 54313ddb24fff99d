//! What becomes of state when a statement is changed: `restore: latest` as Terraform goes about it, and the policies.
//!
//! In: an application whose statement changes while messages come in. Out: counts. Invariant: a count that goes on is
//! that of all messages since the beginning; state that would be lost is told by operator before anything starts.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::servers::Servers;
use super::support::api::{Application, list, text};
use super::support::cluster::Cluster;
use super::support::script::eventually;

const COUNTS_MAX: Duration = Duration::from_secs(60);
const SETTINGS: &str = "SET 'execution.checkpointing.interval' = '300 ms';\n";

/// Orders by item, into a table of counts.
struct Shop<'a> {
    servers: &'a Servers,
    application: Application<'a>,
    orders: String,
    counts: String,
    name: &'static str,
}

impl<'a> Shop<'a> {
    fn open(servers: &'a Servers, application: Application<'a>, name: &'static str) -> Shop<'a> {
        servers.broker.topic(name, 2);
        servers.rows(&format!("CREATE TABLE {name} (item text PRIMARY KEY, n bigint)"));
        Shop {
            orders: format!(
                "CREATE TABLE orders (item STRING) WITH ({})",
                servers.source_topic(name, "raw")
            ),
            counts: format!(
                "CREATE TABLE counts (item STRING, n BIGINT, PRIMARY KEY (item) NOT ENFORCED) WITH ({})",
                servers.jdbc(name)
            ),
            servers,
            application,
            name,
        }
    }

    fn version(&self, query: &str) -> String {
        let statement = format!("{SETTINGS}INSERT INTO counts {query}");
        self.application
            .version(&[&self.orders], &[&self.counts], &statement)
    }

    /// Built and running: a build takes longer than anybody waits for a row.
    fn deploy(&self, version: &str, parameters: &Value) -> String {
        let id = self.application.deploy(version, parameters);
        self.application.await_status(&id, "RUNNING");
        id
    }

    /// So many of each item, over both partitions.
    fn order(&self, tea: usize, coffee: usize) {
        self.servers.broker.send(self.name, 0, &vec!["tea"; tea]);
        self.servers.broker.send(self.name, 1, &vec!["coffee"; coffee]);
    }

    fn await_counts(&self, expected: &[&str]) {
        self.await_counts_of("TRUE", expected);
    }

    fn await_counts_of(&self, condition: &str, expected: &[&str]) {
        let rows = || {
            let table = self.name;
            self.servers
                .rows(&format!("SELECT item, n FROM {table} WHERE {condition}"))
        };
        let started = Instant::now();
        while rows() != expected {
            let deployments = || self.application.api.get(&self.application.path("/deployment"));
            let is_late = started.elapsed() > COUNTS_MAX;
            assert!(!is_late, "{:?}, not {expected:?}\n{:#}", rows(), deployments());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A checkpoint that was begun after everything that is in the table had been counted.
    fn await_checkpoint(&self) {
        let newest = || {
            let savepoints = self.application.savepoints();
            savepoints
                .iter()
                .filter_map(|one| one["epoch"].as_u64())
                .max()
                .unwrap_or(0)
        };
        let before = newest();
        eventually("a further checkpoint", || newest() > before + 1);
    }

    /// As Terraform does: cancel until that is refused, then delete; it waits for 404.
    fn destroy(&self, deployment: &str) {
        let path = |rest: &str| self.application.path(&format!("/deployment/{deployment}{rest}"));
        eventually("the deployment is gone", || {
            let api = self.application.api;
            if api.send("GET", &path(""), &Value::Null).0 == 404 {
                return true;
            }
            if api.send("POST", &path("/cancel"), &json!({})).0 != 200 {
                api.send("DELETE", &path(""), &Value::Null);
            }
            false
        });
    }
}

const COUNT: &str = "SELECT item, COUNT(*) FROM orders GROUP BY item";
/// The same aggregation; what stands behind it is new.
const COUNT_TENFOLD: &str = "SELECT UPPER(item), n * 10 FROM
    (SELECT item, COUNT(*) AS n FROM orders GROUP BY item) WHERE item <> 'water'";
/// Another key, so another aggregation.
const COUNT_BY_LENGTH: &str = "SELECT CAST(CHAR_LENGTH(item) AS STRING), COUNT(*) FROM orders
    GROUP BY CHAR_LENGTH(item)";

/// Of a deployment: operators by name, and what becomes of their state.
fn fates(deployment: &Value) -> Vec<(String, String)> {
    let plan = list(deployment, "state_plan").iter();
    let mut fates: Vec<(String, String)> = plan
        .map(|one| owned((text(one, "name"), text(one, "state"))))
        .collect();
    fates.sort();
    fates
}

fn owned((name, state): (&str, &str)) -> (String, String) {
    (name.to_owned(), state.to_owned())
}

#[test]
fn a_changed_statement_keeps_its_state_through_terraform() {
    let servers = Servers::get();
    let cluster = Cluster::start(&[]);
    let api = cluster.api();
    let settings = json!({"restore": "latest", "restore_policy": "reject"});
    let shop = Shop::open(&servers, api.application("shop", &settings), "shop");
    let first = shop.version(COUNT);
    let deployment = shop.deploy(&first, &json!({}));
    shop.order(3, 2);
    shop.await_counts(&["coffee 2", "tea 3"]);
    shop.await_checkpoint();
    // What comes after the last checkpoint is read again, and counted once.
    shop.order(1, 0);
    shop.destroy(&deployment);
    shop.order(0, 5);

    // Another statement and other threads: the counts go on. Whether the first had written `tea 4` is open.
    let second = shop.version(COUNT_TENFOLD);
    let deployment = shop.deploy(&second, &json!({"parallelism": 3}));
    shop.await_counts_of("item = UPPER(item)", &["COFFEE 70", "TEA 40"]);
    let shown = shop.application.await_status(&deployment, "RUNNING");
    assert!(
        text(&shown, "restore_from").contains("/checkpoints/"),
        "{shown:#}"
    );
    let expected = [
        ("group_by_item", "reused"),
        ("materialize_by_expr_0", "reset"),
        ("orders_source", "reused"),
    ];
    assert_eq!(
        fates(&shown),
        expected.map(owned),
        "a new operator has nothing to lose"
    );
    shop.await_checkpoint();
    shop.destroy(&deployment);

    // Back to the first statement, fewer threads. What it has no operator for is lost, which the policy must allow.
    let lenient = json!({"restore_policy": "allow"});
    api.call("PUT", &shop.application.path(""), &lenient);
    let deployment = shop.deploy(&first, &json!({"parallelism": 1}));
    shop.order(1, 1);
    shop.await_counts(&["COFFEE 70", "TEA 40", "coffee 8", "tea 5"]);
    // A stop leaves a savepoint, which is what the next one begins with.
    shop.application.ask(&deployment, "stop");
    let stopped = shop.application.await_status(&deployment, "FINISHED");
    let deployment = shop.deploy(&first, &json!({"parallelism": 2}));
    let shown = shop.application.await_status(&deployment, "RUNNING");
    assert_eq!(shown["restore_from"], stopped["last_savepoint"]);
    shop.order(1, 1);
    shop.await_counts(&["COFFEE 70", "TEA 40", "coffee 9", "tea 6"]);
    shop.application.ask(&deployment, "cancel");
    shop.application.await_status(&deployment, "CANCELED");
}

/// Names what is lost, what to do about it, and what becomes of each operator.
fn check_refusal(answer: &Value, what_to_do: &str) {
    let message = text(answer, "message");
    assert!(
        message.contains(what_to_do) && message.contains("group_by_item"),
        "{message}"
    );
    let told = list(answer, "errors").iter().map(|error| text(error, "message"));
    let told: Vec<&str> = told.collect();
    let expected = [
        ("orders_source (", "): Reused"),
        ("group_by_f0 (", "): Reset"),
        ("materialize_by_expr_0 (", "): Reset"),
        ("group_by_item (", "): Dropped"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for ((name, fate), line) in expected.iter().zip(&told) {
        assert!(line.starts_with(name) && line.ends_with(fate), "{told:#?}");
    }
}

#[test]
fn policies_decide_about_state_that_would_be_lost() {
    let servers = Servers::get();
    let cluster = Cluster::start(&[]);
    let api = cluster.api();
    let settings = json!({"restore": "latest", "restore_policy": "reject"});
    let shop = Shop::open(&servers, api.application("policies", &settings), "policies");
    let deployment = shop.deploy(&shop.version(COUNT), &json!({}));
    shop.order(3, 2);
    shop.await_counts(&["coffee 2", "tea 3"]);
    shop.application.ask(&deployment, "stop");
    shop.application.await_status(&deployment, "FINISHED");
    let other = shop.version(COUNT_BY_LENGTH);

    let with_policy = |policy: &str| {
        api.call(
            "PUT",
            &shop.application.path(""),
            &json!({ "restore_policy": policy }),
        );
    };
    let approved = json!({"approve_state_loss": true});
    let refused = |parameters: &Value, what_to_do: &str| {
        let (status, answer) = shop.application.try_deploy(&other, parameters);
        assert_eq!(status, 409, "{answer:#}");
        check_refusal(&answer, what_to_do);
    };
    refused(&json!({}), "'reject'");
    refused(&approved, "'reject'");
    with_policy("approve");
    refused(&json!({}), "approve_state_loss");
    let (_, deployments) = api.send("GET", &shop.application.path("/deployment"), &Value::Null);
    assert_eq!(
        list(&deployments, "deployments").len(),
        1,
        "what is refused leaves nothing"
    );

    let deployment = shop.deploy(&other, &approved);
    let shown = shop.application.await_status(&deployment, "RUNNING");
    let expected = [
        ("group_by_f0", "reset"),
        ("group_by_item", "dropped"),
        ("materialize_by_expr_0", "reset"),
        ("orders_source", "reused"),
    ];
    assert_eq!(fates(&shown), expected.map(owned));
    // The source goes on where it was, the counts begin anew.
    shop.order(1, 1);
    shop.await_counts(&["3 1", "6 1", "coffee 2", "tea 3"]);
    shop.application.ask(&deployment, "stop");
    shop.application.await_status(&deployment, "FINISHED");

    // Nobody is asked, and the state of the first statement is gone.
    with_policy("allow");
    let deployment = shop.deploy(&shop.version(COUNT), &json!({}));
    shop.order(1, 0);
    shop.await_counts(&["3 1", "6 1", "coffee 2", "tea 1"]);
    shop.application.ask(&deployment, "cancel");
    shop.application.await_status(&deployment, "CANCELED");
}
