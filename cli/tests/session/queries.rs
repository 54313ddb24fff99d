//! Interactive queries of a session cluster over Kafka.
//!
//! In: a topic, requests. Out: rows. Invariant: a query ends at its bounds, its process with it, and the broker knows
//! nothing of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::api::{Application, list, text};
use super::support::broker::{Broker, FIRST_MS};
use super::support::cluster::Cluster;
use super::support::script::eventually;

/// One query.
struct Query<'a> {
    application: &'a Application<'a>,
    id: String,
}

impl<'a> Query<'a> {
    fn start(application: &'a Application<'a>, source: &str, bounds: &Value) -> Query<'a> {
        let mut body = bounds.clone();
        body["statement"] = "SELECT id FROM bids".into();
        body["sources"] = json!([{ "create_table": source }]);
        let created = application.api.call("POST", &application.path("/query"), &body);
        let id = text(&created, "query_id").to_owned();
        Query { application, id }
    }

    fn path(&self, rest: &str) -> String {
        self.application.path(&format!("/query/{}{rest}", self.id))
    }

    fn shown(&self) -> Value {
        let shown = self.application.api.get(&self.path(""));
        assert!(shown["error_msg"].is_null(), "{shown:#}");
        shown
    }

    fn await_end(&self, reason: &str) -> Value {
        let mut shown = Value::Null;
        eventually(&format!("the query ends: {reason}"), || {
            shown = self.shown();
            shown["end_reason"].is_string()
        });
        assert_eq!(shown["end_reason"], reason, "{shown:#}");
        shown
    }

    fn await_rows(&self, count: usize) -> Vec<i64> {
        let mut found = Vec::new();
        eventually(&format!("{count} rows"), || {
            found = ids(&self.shown());
            found.len() >= count
        });
        found
    }
}

/// Rows come in the order of each partition.
fn ids(shown: &Value) -> Vec<i64> {
    let rows = list(shown, "rows").iter();
    let mut ids: Vec<i64> = rows
        .map(|row| row["data"][0].as_i64().expect("a number"))
        .collect();
    ids.sort_unstable();
    ids
}

#[test]
fn queries_end_at_their_bounds_and_leave_no_trace() {
    // Of its own: what others do there would be seen.
    let broker = Broker::start();
    let cluster = Cluster::start(&[]);
    let api = cluster.api();
    cluster.await_workers(1);
    broker.topic("bids", 2);
    // The second of each partition is a second later than the first.
    broker.send("bids", 0, &["{\"id\":1}", "{\"id\":2}", "{\"id\":3}"]);
    broker.send("bids", 1, &["{\"id\":11}", "{\"id\":12}"]);
    let source = format!(
        "CREATE TABLE bids (id INT) WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '{}',
         'topic' = 'bids', 'format' = 'json', 'properties.group.id' = 'billing')",
        broker.servers
    );
    let application = api.application("bids", &json!({}));
    let query = |bounds: &Value| Query::start(&application, &source, bounds);
    let job = |query: &Query<'_>| {
        cluster
            .job_of(&query.id)
            .or_else(|| cluster.jobs().first().copied())
    };

    let bounded = query(&json!({"max_rows": 3}));
    let shown = bounded.await_end("max_rows");
    assert_eq!(
        (list(&shown, "rows").len(), &shown["row_count"]),
        (3, &json!(3)),
        "{shown:#}"
    );
    eventually("its process ends", || cluster.jobs().is_empty());

    // From a time on, as milliseconds and as text; later messages come too.
    let from = query(&json!({"from": (FIRST_MS + 500).to_string()}));
    assert_eq!(from.await_rows(3), [2, 3, 12]);
    let same = query(&json!({"from": "2023-11-14T22:13:21.5Z"}));
    assert_eq!(same.await_rows(1), [3]);
    let process = job(&from).expect("it has a process");
    assert_eq!(cluster.jobs().len(), 2);
    broker.send("bids", 1, &["{\"id\":13}"]);
    assert_eq!(from.await_rows(4), [2, 3, 12, 13]);
    let cancelled = api.call("PATCH", &from.path("/cancel_job"), &Value::Null);
    assert_eq!(cancelled["canceled"], true);
    let same_cancelled = api.call("PATCH", &same.path("/cancel_job"), &Value::Null);
    assert_eq!(same_cancelled["canceled"], true);
    eventually("the processes end", || cluster.jobs().is_empty());
    assert!(!xtask::services::process::is_alive(process.cast_signed()));
    assert_eq!(
        ids(&from.await_end("canceled")),
        [2, 3, 12, 13],
        "rows can still be read"
    );

    let begun = Instant::now();
    let short = query(&json!({"from": "latest", "job_ttl": 1}));
    let shown = short.await_end("job_ttl");
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(list(&shown, "rows").len(), 0, "{shown:#}");
    eventually("its process ends", || cluster.jobs().is_empty());

    assert_eq!(
        broker.groups(),
        Vec::<String>::new(),
        "no group was joined and no offset committed"
    );
}
