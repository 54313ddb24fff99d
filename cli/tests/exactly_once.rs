//! The CPU-load example on real Kafka, PostgreSQL and S3, killed again and again: every result exactly once.

mod support;

use std::collections::{BTreeMap, HashMap};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use xtask::services::{Addresses, Kind, Services};

const MESSAGES: u64 = 200_000;
const KILLS: u32 = 20;
const FIRST_MS: i64 = 1_633_956_780_000;
const HOSTS: [&str; 5] = ["doc", "dopey", "grumpy", "sleepy", "happy"];
const WINDOW_MS: i64 = 30_000;

/// Message number `i`. Loads are multiples of a quarter, so that sums do not depend on the order of addition.
struct Reading {
    host: &'static str,
    cpu: u64,
    usage: f64,
    at_ms: i64,
}

impl Reading {
    fn number(i: u64) -> Reading {
        let mixed = i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        Reading {
            host: HOSTS[(mixed % 5) as usize],
            cpu: mixed / 5 % 4,
            usage: (mixed / 20 % 400) as f64 / 4.0,
            at_ms: FIRST_MS + i as i64 * 5,
        }
    }

    fn json(&self) -> String {
        format!(
            "{{\"hostname\":\"{}\",\"cpu\":\"cpu{}\",\"usage\":{:.2},\"occurred_at\":{}}}",
            self.host, self.cpu, self.usage, self.at_ms
        )
    }
}

/// Pseudo-random but the same in every run: which moments are hit depends on the machine anyway.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

fn job(addresses: &Addresses, checkpoints: &str, parallelism: u32, more: &[&str]) -> Command {
    let application = support::repository().join("examples/cpu_load_kafka");
    let application = application.to_str().expect("the path is UTF-8");
    let parallelism = parallelism.to_string();
    let mut command = support::millstream(&[
        "run",
        application,
        "--checkpoints",
        checkpoints,
        "--parallelism",
        &parallelism,
    ]);
    command.args(more);
    let kafka = addresses.kafka.as_ref().expect("Kafka runs");
    let postgres = addresses.postgres.as_ref().expect("PostgreSQL runs");
    command.env("KAFKA_BOOTSTRAP_SERVERS", &kafka.bootstrap_servers);
    command
        .env("POSTGRES_JDBC_URL", &postgres.jdbc_url)
        .env("POSTGRES_USER", &postgres.user);
    command.envs(addresses.s3.as_ref().expect("S3 runs").environment());
    command
}

/// Sends all messages, evenly over the time that the kills take.
fn produce(bootstrap_servers: &str, last_kill: &AtomicBool) {
    let mut config = support::kafka(bootstrap_servers);
    let producer: BaseProducer = config.set("linger.ms", "5").create().expect("a producer");
    let pause = Duration::from_millis(10);
    for i in 0..MESSAGES {
        let json = Reading::number(i).json();
        let key = Reading::number(i).host;
        loop {
            let record = BaseRecord::to("cpu_load_stats_real").key(key).payload(&json);
            match producer.send(record) {
                Ok(()) => break,
                Err(_) => producer.poll(pause),
            };
        }
        if i % 50 == 0 && !last_kill.load(Ordering::Relaxed) {
            producer.poll(pause);
            std::thread::sleep(pause);
        }
    }
    producer
        .flush(Duration::from_secs(30))
        .expect("all messages are delivered");
}

#[test]
fn every_result_exactly_once_under_kills() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let services = Services::start(&Kind::ALL, folder.path()).expect("services start");
    let addresses = &services.addresses;
    let kafka = addresses
        .kafka
        .as_ref()
        .expect("Kafka runs")
        .bootstrap_servers
        .clone();
    let postgres = addresses.postgres.as_ref().expect("PostgreSQL runs");
    support::create_topics(
        &kafka,
        &[
            ("cpu_load_stats_real", 4),
            ("cpu_load_high", 2),
            ("cpu_load_30s", 2),
        ],
    );
    support::postgres(
        postgres,
        "CREATE TABLE cpu_load_count (hostname text PRIMARY KEY, readings bigint)",
    );
    let checkpoints = format!(
        "s3://{}/checkpoints",
        addresses.s3.as_ref().expect("S3 runs").bucket
    );

    let last_kill = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let producer = scope.spawn(|| produce(&kafka, &last_kill));
        let mut random = Random(std::process::id().into());
        // The first start builds; it must not be killed while it does.
        let application = support::repository().join("examples/cpu_load_kafka");
        support::succeed(
            support::millstream(&["build"])
                .arg(application)
                .arg("--out")
                .arg(folder.path()),
        );
        for kill in 0..KILLS {
            let mut command = job(addresses, &checkpoints, 1 + kill % 2, &[]);
            let child = command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("millstream starts");
            std::thread::sleep(Duration::from_millis(500 + random.below(2_500)));
            support::kill(child);
        }
        last_kill.store(true, Ordering::Relaxed);
        producer.join().expect("the producer ends");
    });

    let bound = [
        "--set",
        "tables.cpu_load_stats_real.scan.bounded.mode=latest-offset",
    ];
    let started = Instant::now();
    let (_, log) = support::succeed(&mut job(addresses, &checkpoints, 2, &bound));
    assert!(
        log.contains("restored"),
        "the last run continues from a checkpoint:\n{log}"
    );
    eprintln!("the last run took {:.1} s", started.elapsed().as_secs_f32());
    check_high(&kafka);
    check_windows(&kafka);
    check_counts(postgres);
}

fn values(bootstrap_servers: &str, topic: &str) -> Vec<serde_json::Value> {
    let messages = support::read_committed(bootstrap_servers, topic);
    let parse = |(_, value): (Option<String>, Option<String>)| {
        serde_json::from_str(&value.expect("every message has a value")).expect("values are JSON")
    };
    messages.into_iter().map(parse).collect()
}

fn check_high(kafka: &str) {
    let mut found: HashMap<i64, u32> = HashMap::new();
    for message in values(kafka, "cpu_load_high") {
        let at = message["occurred_at"].as_i64().expect("a number");
        let i = u64::try_from((at - FIRST_MS) / 5).expect("after the first");
        let expected: serde_json::Value = serde_json::from_str(&Reading::number(i).json()).expect("JSON");
        assert_eq!(message, expected);
        *found.entry(at).or_default() += 1;
    }
    let expected: Vec<i64> = (0..MESSAGES)
        .map(Reading::number)
        .filter(|r| r.usage > 80.0)
        .map(|r| r.at_ms)
        .collect();
    let missing = expected.iter().filter(|at| !found.contains_key(at)).count();
    let twice = found.values().filter(|count| **count > 1).count();
    assert_eq!(
        (missing, twice, found.len()),
        (0, 0, expected.len()),
        "missing, twice, all"
    );
}

fn check_windows(kafka: &str) {
    let mut expected: BTreeMap<(i64, &str, u64), (f64, u32, f64)> = BTreeMap::new();
    for reading in (0..MESSAGES).map(Reading::number) {
        let start = reading.at_ms.div_euclid(WINDOW_MS) * WINDOW_MS;
        let entry = expected
            .entry((start, reading.host, reading.cpu))
            .or_insert((0.0, 0, 0.0));
        *entry = (entry.0 + reading.usage, entry.1 + 1, entry.2.max(reading.usage));
    }
    let mut expected: Vec<String> = expected
        .into_iter()
        .map(|((start, host, cpu), (sum, count, highest))| {
            format!(
                "{} {host} cpu{cpu} {} {highest}",
                clock(start),
                sum / f64::from(count)
            )
        })
        .collect();
    let mut found: Vec<String> = values(kafka, "cpu_load_30s")
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().expect("text").to_owned();
            let number = |name: &str| row[name].as_f64().expect("a number");
            let (start, host, cpu) = (text("window_start"), text("hostname"), text("cpu"));
            format!("{start} {host} {cpu} {} {}", number("average"), number("highest"))
        })
        .collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

/// The time as the JSON format writes it; all windows lie on one day.
fn clock(ms: i64) -> String {
    let seconds = ms / 1_000 % 86_400;
    format!(
        "2021-10-11 {:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn check_counts(postgres: &xtask::services::postgres::Address) {
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for reading in (0..MESSAGES).map(Reading::number) {
        *expected.entry(reading.host.to_owned()).or_default() += 1;
    }
    let rows = support::postgres(
        postgres,
        "SELECT hostname, readings FROM cpu_load_count ORDER BY hostname",
    );
    let found: BTreeMap<String, u64> = rows
        .into_iter()
        .map(|row| {
            (
                row[0].clone().expect("a name"),
                row[1].clone().expect("a count").parse().expect("a number"),
            )
        })
        .collect();
    assert_eq!(found, expected);
}
