//! A table in PostgreSQL whose primary key is not the key of the query: `sink_upsert_materializer` under kills.
//!
//! In: visits of shops by customers. Out: per shop one of the customers whose last shop it is. Invariant: a shop is
//! there exactly if somebody is in it, and with that customer's latest number of visits.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::servers::{Servers, kill_process};
use super::support::cluster::Cluster;
use super::support::script::eventually;

const CUSTOMERS: usize = 40;
const ROUNDS: usize = 4;
const VISITS: usize = 300;

/// Customers walk through the shops in the order of their names, some faster than others; shops are shared and left.
fn visits(round: usize) -> Vec<(usize, String)> {
    let visits = (round * VISITS)..((round + 1) * VISITS);
    let visit = |number: usize| {
        let customer = number * 17 % CUSTOMERS;
        let speed = 1 + customer % 5;
        let passed = number / CUSTOMERS * speed / 2;
        (customer, format!("s{:03}", customer / 2 + passed))
    };
    visits.map(visit).collect()
}

/// By shop: who is there, and how often they have been anywhere.
fn expected(visits: &[(usize, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let mut customers: BTreeMap<usize, (String, usize)> = BTreeMap::new();
    for (customer, shop) in visits {
        let (last, count) = customers.entry(*customer).or_default();
        *last = shop.max(last).clone();
        *count += 1;
    }
    let mut shops: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (customer, (shop, count)) in customers {
        shops
            .entry(shop)
            .or_default()
            .insert(format!("{customer} {count}"));
    }
    shops
}

/// Why the table is not what it has to be, if it is not.
fn mistake(rows: &[String], shops: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let found = rows.iter().map(|row| row.split_once(' ').expect("three columns"));
    let found: BTreeMap<&str, &str> = found.collect();
    let superfluous = found.keys().find(|shop| !shops.contains_key(**shop));
    let lacking = shops.keys().find(|shop| !found.contains_key(shop.as_str()));
    let wrong = found
        .iter()
        .find(|(shop, row)| shops.get(**shop).is_some_and(|there| !there.contains(**row)));
    match (superfluous, lacking, wrong) {
        (Some(shop), ..) => Some(format!("nobody is in {shop} any more")),
        (_, Some(shop), _) => Some(format!("{shop} is missing: {:?}", shops[shop])),
        (.., Some((shop, row))) => Some(format!("{shop} has {row}, not one of {:?}", shops[*shop])),
        _ => None,
    }
}

#[test]
fn a_table_with_another_key_holds_the_last_rows_after_kills() {
    let servers = Servers::get();
    let cluster = Cluster::start(&[]);
    let api = cluster.api();
    servers.broker.topic("visits", 1);
    servers.rows("CREATE TABLE shops (shop text PRIMARY KEY, customer bigint, visits bigint)");
    let source = format!(
        "CREATE TABLE visits (customer BIGINT, shop STRING) WITH ({})",
        servers.source_topic("visits", "json")
    );
    let sink = format!(
        "CREATE TABLE shops (shop STRING, customer BIGINT, visits BIGINT, PRIMARY KEY (shop) NOT ENFORCED)
         WITH ({}, 'sink.buffer-flush.max-rows' = '7')",
        servers.jdbc("shops")
    );
    let statement = "SET 'execution.checkpointing.interval' = '200 ms';
        SET 'restart-strategy.type' = 'fixed-delay'; SET 'restart-strategy.fixed-delay.attempts' = '100';
        SET 'restart-strategy.fixed-delay.delay' = '50 ms';
        INSERT INTO shops SELECT MAX(shop), customer, COUNT(*) FROM visits GROUP BY customer";
    let application = api.application("shops", &json!({}));
    let version = application.version(&[&source], &[&sink], statement);
    let id = application.deploy(&version, &json!({"parallelism": 2}));
    let running = application.await_status(&id, "RUNNING");
    let job = api.get(&format!(
        "/jobs/{}",
        super::support::api::text(&running, "job_id")
    ));
    assert!(
        job.to_string().contains("SinkUpsertMaterializer"),
        "the plan has one: {job:#}"
    );

    let mut sent: Vec<(usize, String)> = Vec::new();
    for round in 0..ROUNDS {
        let more = visits(round);
        let (before, after) = more.split_at(VISITS / 2);
        send(&servers, before);
        // In the middle of things: rows read and not written, written and not applied.
        application.await_deployment(&id, "it has a process", |_| cluster.job_of(&id).is_some());
        cluster.job_of(&id).into_iter().for_each(kill_process);
        send(&servers, after);
        sent.extend(more);
        let shops = expected(&sent);
        let rows = || servers.rows("SELECT shop, customer, visits FROM shops");
        eventually("the table is as it has to be", || {
            mistake(&rows(), &shops).is_none()
        });
    }
    let shops = expected(&sent);
    let shared = shops.values().filter(|there| there.len() > 1).count();
    assert!(
        shared > 0 && shared < shops.len(),
        "some shops are shared, some are not"
    );
    application.ask(&id, "stop");
    let stopped = application.await_status(&id, "FINISHED");
    assert!(
        stopped["restarts"]
            .as_array()
            .is_some_and(|all| all.len() >= ROUNDS),
        "{stopped:#}"
    );
    let rows = servers.rows("SELECT shop, customer, visits FROM shops");
    assert_eq!(mistake(&rows, &shops), None);
}

fn send(servers: &Servers, visits: &[(usize, String)]) {
    let texts = visits
        .iter()
        .map(|(customer, shop)| json!({"customer": customer, "shop": shop}));
    let texts: Vec<String> = texts.map(|visit: Value| visit.to_string()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    servers.broker.send("visits", 0, &texts);
}
