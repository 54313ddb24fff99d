//! Restart strategies, with jobs that really fail: a message that no cast can read, a killed process.
//!
//! In: configurations of session clusters and of statements. Out: how often a job comes back, after how long, and why
//! it failed, as the API says. Invariant: no attempt begins before its delay is over.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::servers::{Servers, kill_process};
use super::support::api::{Api, Application, list, text};
use super::support::cluster::Cluster;

/// How much later than its delay an attempt may begin on a busy machine. Delays that grow without bound are longer.
const LATE_MAX: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// The first build of a machine compiles the runtime.
const WATCH_MAX: Duration = Duration::from_secs(300);

struct Case {
    name: &'static str,
    /// Session cluster with this `user_config`.
    cluster: Value,
    /// `SET` before the statement.
    settings: &'static [(&'static str, &'static str)],
    /// Of each restart.
    delays_ms: &'static [u64],
    /// In the last message; `None`: it goes on for ever, so it is cancelled.
    end: Option<&'static str>,
    restart_enabled: bool,
}

const TYPE: &str = "restart-strategy.type";

fn case(
    name: &'static str,
    cluster: Value,
    settings: &'static [(&'static str, &'static str)],
    delays_ms: &'static [u64],
    end: Option<&'static str>,
) -> Case {
    Case {
        name,
        cluster,
        settings,
        delays_ms,
        end,
        restart_enabled: true,
    }
}

/// What the session cluster says.
fn cluster_cases() -> Vec<Case> {
    vec![
        case(
            "cluster-none",
            json!({"restart_strategy": "none"}),
            &[],
            &[],
            Some("(the restart strategy is 'none')"),
        ),
        case(
            "cluster-fixed",
            json!({"restart_strategy": "fixed-delay", "restart_strategy_max_failures": 2,
                   "restart_strategy_delay_sec": 1}),
            &[],
            &[1_000, 1_000],
            Some("(the restart strategy allows 2 restarts)"),
        ),
        case(
            "cluster-rate",
            json!({"restart_strategy": "failure-rate", "restart_strategy_max_failures": 2,
                   "restart_strategy_failure_rate_interval_min": 1, "restart_strategy_delay_sec": 1}),
            &[],
            &[1_000, 1_000],
            Some("(the restart strategy allows 2 failures in 60 s)"),
        ),
        // Flink's defaults: 1 s, half as much again each time, a tenth more or less.
        case(
            "cluster-exponential",
            json!({"restart_strategy": "exponential-delay"}),
            &[],
            &[900, 1_350],
            None,
        ),
    ]
}

/// What the statement or the deployment says, whatever the session cluster says.
fn own_cases() -> Vec<Case> {
    vec![
        case(
            "statement-none",
            json!({"restart_strategy": "fixed-delay", "restart_strategy_max_failures": 100}),
            &[(TYPE, "none")],
            &[],
            Some("(the restart strategy is 'none')"),
        ),
        case(
            "statement-fixed",
            json!({"restart_strategy": "none"}),
            &[
                (TYPE, "fixed-delay"),
                ("restart-strategy.fixed-delay.attempts", "3"),
                ("restart-strategy.fixed-delay.delay", "300 ms"),
            ],
            &[300, 300, 300],
            Some("(the restart strategy allows 3 restarts)"),
        ),
        case(
            "statement-exponential",
            json!({}),
            &[
                (TYPE, "exponential-delay"),
                ("restart-strategy.exponential-delay.initial-backoff", "300 ms"),
                ("restart-strategy.exponential-delay.backoff-multiplier", "8"),
                ("restart-strategy.exponential-delay.max-backoff", "3 s"),
                ("restart-strategy.exponential-delay.jitter-factor", "0"),
            ],
            &[300, 2_400, 3_000],
            None,
        ),
        Case {
            restart_enabled: false,
            ..case(
                "deployment-off",
                json!({"restart_strategy": "exponential-delay"}),
                &[],
                &[],
                Some("(restarts are off for this deployment)"),
            )
        },
    ]
}

/// What a deployment was seen doing: when each attempt was first seen, and its last state.
struct Seen {
    attempts: Vec<(u64, Timestamp)>,
    last: Value,
}

/// Looks until it has ended or has begun this attempt.
fn watch(application: &Application<'_>, id: &str, last_attempt: u64) -> Seen {
    let started = Instant::now();
    let mut attempts: Vec<(u64, Timestamp)> = Vec::new();
    loop {
        let last = application.deployment(id);
        let attempt = last["attempt"].as_u64().expect("attempts are counted");
        if attempts.last().is_none_or(|(newest, _)| *newest < attempt) {
            attempts.push((attempt, Timestamp::now()));
        }
        if last["status"] == "FAILED" || attempt >= last_attempt {
            return Seen { attempts, last };
        }
        assert!(started.elapsed() < WATCH_MAX, "{last:#}");
        std::thread::sleep(LOOK_EVERY);
    }
}

fn statement(settings: &[(&str, &str)]) -> String {
    let set = settings
        .iter()
        .map(|(key, value)| format!("SET '{key}' = '{value}';\n"));
    format!(
        "{}INSERT INTO accepted SELECT CAST(reading AS BIGINT) FROM readings",
        set.collect::<String>()
    )
}

const ACCEPTED: &str = "CREATE TABLE accepted (n BIGINT) WITH ('connector' = 'blackhole')";

#[test]
fn a_poisoned_job_comes_back_as_its_strategy_says() {
    let servers = Servers::get();
    servers.broker.topic("poisoned", 1);
    servers.broker.send("poisoned", 0, &["17", "4", "poison"]);
    let source = format!(
        "CREATE TABLE readings (reading STRING) WITH ({})",
        servers.source_topic("poisoned", "raw")
    );
    let cluster = Cluster::start(&["--slots", "10"]);
    std::thread::scope(|scope| {
        for case in cluster_cases().into_iter().chain(own_cases()) {
            let (api, source) = (cluster.api(), &source);
            scope.spawn(move || follow(&api, source, &case));
        }
    });
}

/// All of a case, in a session cluster of its own.
fn follow(api: &Api, source: &str, case: &Case) {
    api.create_service(case.name, &case.cluster);
    let api = api.of(case.name);
    let application = api.application("poisoned", &json!({}));
    let version = application.version(&[source], &[ACCEPTED], &statement(case.settings));
    let id = application.deploy(&version, &json!({ "restart_enabled": case.restart_enabled }));
    let restarts = case.delays_ms.len() as u64;
    let last_attempt = case.end.map_or(restarts + 1, |_| u64::MAX);
    let seen = watch(&application, &id, last_attempt);
    check(&api, case, &seen);
    if case.end.is_none() {
        application.ask(&id, "cancel");
        let cancelled = application.await_status(&id, "CANCELED");
        assert_eq!(
            cancelled["restarts"]
                .as_array()
                .map(|all| all.len() >= case.delays_ms.len()),
            Some(true)
        );
    }
}

fn check(api: &Api, case: &Case, seen: &Seen) {
    let (name, last) = (case.name, &seen.last);
    let failures = list(last, "restarts");
    let restarts = case.delays_ms.len();
    let expected = restarts + usize::from(case.end.is_some());
    assert_eq!(failures.len(), expected, "{name}: {last:#}");
    for failure in failures {
        let reason = text(failure, "reason");
        assert!(
            reason.contains("'poison'"),
            "{name}: the reason names the value: {reason}"
        );
        assert_eq!(failure["is_failure"], true, "{name}");
    }
    if let Some(end) = case.end {
        let message = text(last, "error_msg");
        let reason = text(&failures[restarts], "reason");
        assert_eq!(message, format!("{reason} {end}"), "{name}");
        assert_eq!(last["attempt"], expected, "{name}: no further attempt");
    }
    for (failure, delay_ms) in failures.iter().zip(case.delays_ms) {
        let at: Timestamp = text(failure, "at").parse().expect("a moment");
        let next = failure["attempt"].as_u64().expect("a number") + 1;
        let begun = seen.attempts.iter().find(|(attempt, _)| *attempt == next);
        let (_, begun) = begun.unwrap_or_else(|| panic!("{name}: attempt {next} was not seen"));
        let waited = begun.duration_since(at).unsigned_abs();
        let delay = Duration::from_millis(*delay_ms);
        assert!(
            waited >= delay && waited < delay + LATE_MAX,
            "{name}: attempt {next} after {waited:?}, not {delay:?}"
        );
    }
    // As tools for Flink see it: each failure once, the newest first.
    let shown = api.get(&format!("/jobs/{}/exceptions", text(last, "job_id")));
    let entries = list(&shown["exceptionHistory"], "entries");
    assert!(entries.len() >= failures.len(), "{name}: {shown:#}");
    assert!(
        text(&entries[0], "stacktrace").contains("'poison'"),
        "{name}: {shown:#}"
    );
}

/// Failures that are far enough apart never end a job; too many at once do. And a process that was killed is a failure.
#[test]
fn a_killed_job_comes_back_while_its_rate_of_failures_is_low() {
    const INTERVAL: Duration = Duration::from_secs(8);
    let cluster = Cluster::start(&[]);
    let api = cluster.api();
    let application = api.application("killed", &json!({}));
    let source =
        "CREATE TABLE readings (reading STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '1',
        'fields.reading.kind' = 'sequence', 'fields.reading.start' = '1', 'fields.reading.end' = '1000000')";
    let settings = [
        (TYPE, "failure-rate"),
        ("restart-strategy.failure-rate.max-failures-per-interval", "1"),
        ("restart-strategy.failure-rate.failure-rate-interval", "8 s"),
        ("restart-strategy.failure-rate.delay", "100 ms"),
    ];
    let version = application.version(&[source], &[ACCEPTED], &statement(&settings));
    let id = application.deploy(&version, &json!({}));
    let kill = |attempt: u64| {
        application.await_deployment(&id, "it has a process", |deployment| {
            deployment["attempt"] == attempt && cluster.job_of(&id).is_some()
        });
        cluster.job_of(&id).into_iter().for_each(kill_process);
        Instant::now()
    };
    let killed = kill(1);
    application.await_deployment(&id, "it runs again", |deployment| {
        deployment["attempt"] == 2 && deployment["status"] == "RUNNING"
    });
    // Until that failure no longer counts: this time is what is being tested.
    std::thread::sleep((INTERVAL + Duration::from_millis(500)).saturating_sub(killed.elapsed()));
    kill(2);
    kill(3);
    let failed = application.await_status(&id, "FAILED");
    let message = text(&failed, "error_msg");
    assert!(
        message.starts_with("the job process was ended by signal 9 (SIGKILL)")
            && message.ends_with("(the restart strategy allows 1 failures in 8 s)"),
        "{message}"
    );
    assert_eq!(list(&failed, "restarts").len(), 3, "{failed:#}");
    assert_eq!(cluster.job_of(&id), None, "nothing of it runs any more");
}
