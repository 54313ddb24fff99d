//! Figures of jobs, workers and threads, what a job says of itself, and what all of that costs.

use super::*;
use crate::protocol::job::{Metrics, OperatorMetrics};
use crate::protocol::worker::{AttemptState, Event, Heartbeat, NumberedEvent, State};

/// A call of a worker that runs these deployments in their first attempt.
fn heartbeat(worker: &str, deployments: &[&str]) -> Heartbeat {
    let attempts = deployments.iter().map(|deployment| AttemptState {
        deployment: (*deployment).to_owned(),
        attempt: 1,
        state: State::Running,
        process_id: None,
        cpu_ms: 20,
        memory_bytes: 1_000,
        metrics: Some(Metrics {
            uptime_ms: 5,
            rows_read: 8,
            operators: vec![OperatorMetrics {
                name: "totals".to_owned(),
                uid: "uid of totals".to_owned(),
                rows_in: 8,
                rows_out: 6,
                watermark_ms: Some(7),
                state_bytes: Some(9),
            }],
            ..Metrics::default()
        }),
        commands_seen: 0,
        events: Vec::new(),
    });
    Heartbeat {
        worker: worker.to_owned(),
        incarnation: format!("{worker} 1"),
        sequence: 1,
        host: format!("host of {worker}"),
        slots: 4,
        memory_bytes: 1 << 20,
        attempts: attempts.collect(),
        logs: Vec::new(),
        seen: 0,
        hold_ms: 0,
        is_leaving: false,
    }
}

async fn with_worker(folder: &std::path::Path) -> Manager {
    let manager = manager(folder).await;
    let placed: Result<(), Refusal> = manager
        .catalogue
        .change(|transaction| {
            transaction.update::<Deployment, _>("d1", |deployment| {
                deployment.worker = Some("w".to_owned());
                deployment.incarnation = Some("w 1".to_owned());
            });
            Ok(())
        })
        .await;
    placed.expect("it is stored");
    let answered = manager.heartbeat(heartbeat("w", &["d1"])).await;
    answered.expect("the manager answers");
    manager
}

fn wanted(names: &str, aggregates: &str, members: &str) -> Wanted {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Wanted {
        names: given(names),
        aggregates: given(aggregates),
        members: given(members),
    }
}

#[tokio::test]
async fn figures_of_jobs_workers_and_threads_are_aggregated() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manager = with_worker(folder.path()).await;
    let flink = Flink::new(&manager, Scope::All);
    let jobs = |wanted: &Wanted| flink.jobs_metrics(wanted).expect("right");
    let restarts = json!([{"id": "numRestarts", "min": 0.0, "max": 0.0, "avg": 0.0, "sum": 0.0}]);
    assert_eq!(jobs(&wanted("numRestarts", "", "")), restarts);
    let read = json!([{"id": "numRecordsIn", "sum": 8.0}]);
    assert_eq!(
        jobs(&wanted("numRecordsIn", "sum", "")),
        read,
        "one of two has it"
    );
    assert_eq!(jobs(&wanted("numRecordsIn", "sum", FAILED)), json!([]));
    let workers = flink.task_managers_metrics(&wanted("Status.JVM.Memory.NonHeap.Used", "max", ""));
    let expected = json!([{"id": "Status.JVM.Memory.NonHeap.Used", "max": 1_000.0}]);
    assert_eq!(workers.expect("right"), expected);
    let worker = flink.task_manager_metrics("w", &wanted("Status.JVM.CPU.Time", "", ""));
    let expected = json!([{"id": "Status.JVM.CPU.Time", "value": "20000000"}]);
    assert_eq!(worker.expect("it is there"), expected);
    let unknown = flink.task_manager_metrics("v", &Wanted::default());
    assert_eq!(unknown.expect_err("nobody").status, 404);
    let cluster = flink.job_manager_metrics(&wanted("taskSlotsTotal,numRunningJobs", "", ""));
    let expected = json!([{"id": "taskSlotsTotal", "value": "4"}, {"id": "numRunningJobs", "value": "1"}]);
    assert_eq!(cluster, expected);
    assert_eq!(flink.task_managers()["taskmanagers"][0]["freeSlots"], 2);
}

#[tokio::test]
async fn a_vertex_says_where_it_runs_and_nothing_that_nobody_measures() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manager = with_worker(folder.path()).await;
    let flink = Flink::new(&manager, Scope::All);
    let job = flink.job(RUNNING).expect("it runs");
    let vertex = job["vertices"][1]["id"].as_str().expect("an id");
    assert_eq!(job["vertices"][1]["metrics"]["read-records"], 8);
    let of_threads = flink.subtasks_metrics(RUNNING, vertex, &wanted("numRecordsIn,stateSize", "", ""));
    let expected = json!([{"id": "numRecordsIn", "sum": 8.0}, {"id": "stateSize", "sum": 9.0}]);
    assert_eq!(of_threads.expect("a vertex"), expected, "two threads, one sum");
    let places = flink.vertex_task_managers(RUNNING, vertex).expect("a vertex");
    let place = &places["taskmanagers"][0];
    assert_eq!(
        (&place["taskmanager-id"], &place["endpoint"]),
        (&json!("w"), &json!("host of w"))
    );
    assert_eq!(place["status-counts"]["RUNNING"], 2);
    let pressure = flink.back_pressure(RUNNING, vertex).expect("a vertex");
    assert_eq!(pressure, json!({"status": "deprecated"}));
    let watermarks = flink.watermarks(RUNNING, vertex).expect("a vertex");
    assert_eq!(
        watermarks,
        json!([{"id": "0.currentInputWatermark", "value": "7"}])
    );
    let source = job["vertices"][0]["id"].as_str().expect("an id");
    assert_eq!(flink.watermarks(RUNNING, source).expect("a vertex"), json!([]));
    assert_eq!(
        flink.back_pressure(RUNNING, "0").expect_err("no vertex").status,
        404
    );
}

#[tokio::test]
async fn a_job_shows_its_state_its_settings_and_each_checkpoint() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manager = manager(folder.path()).await;
    let stored: Result<(), Refusal> = manager
        .catalogue
        .change(|transaction| {
            transaction.update::<Program, _>("d1", |program| {
                for (key, value) in [
                    ("execution.checkpointing.interval", "2 s"),
                    ("restart-strategy.type", "none"),
                    ("my.password", "hunter2"),
                ] {
                    program.config.insert(key.to_owned(), value.to_owned());
                }
            });
            Ok(())
        })
        .await;
    stored.expect("it is stored");
    let flink = Flink::new(&manager, Scope::All);
    assert_eq!(
        flink.job_status(FAILED).expect("it is one"),
        json!({"status": "FAILED"})
    );
    let config = flink.job_checkpoints_config(RUNNING).expect("it runs");
    assert_eq!(
        (&config["interval"], &config["timeout"], &config["mode"]),
        (&json!(2_000), &json!(600_000), &json!("exactly_once"))
    );
    let settings = flink.job_cluster_config(RUNNING).expect("it runs");
    let has = |key: &str, value: &str| {
        let line = json!({ "key": key, "value": value });
        settings.as_array().is_some_and(|lines| lines.contains(&line))
    };
    assert!(has("parallelism.default", "2") && has("my.password", "<redacted>"));
    assert!(
        !settings.to_string().contains("failure-rate"),
        "its session cluster's strategy is not its own: {settings}"
    );
    let shown = flink.job_config(RUNNING).expect("it runs");
    assert_eq!(
        shown["execution-config"]["user-config"]["my.password"],
        "<redacted>"
    );
    let checkpoint = flink.job_checkpoint(RUNNING, "3").expect("it is known");
    assert_eq!(checkpoint["status"], "COMPLETED");
    for number in ["5", "three"] {
        assert_eq!(
            flink.job_checkpoint(RUNNING, number).expect_err("unknown").status,
            404
        );
    }
    let none = flink.job_accumulators(RUNNING).expect("it runs");
    assert_eq!(none["user-task-accumulators"], json!([]));
}

/// How many records are looked at where there are so many deployments with three checkpoints each, on as many workers.
async fn looks(count: usize, work: impl FnOnce(&Flink<'_>)) -> u64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manager = manager(folder.path()).await;
    let stored: Result<(), Refusal> = manager
        .catalogue
        .change(|transaction| {
            for number in 0..count {
                let id = format!("n{number}");
                transaction.put(deployment(&id, "millstream", Some(&id), Status::Running));
                transaction.put(program(&id));
                for epoch in 0..3 {
                    transaction.put(Savepoint {
                        id: format!("{id}/{epoch}"),
                        deployment_id: id.clone(),
                        ..savepoint(epoch, SavepointKind::Checkpoint)
                    });
                }
            }
            Ok(())
        })
        .await;
    stored.expect("it is stored");
    for number in 0..count {
        let heartbeat = heartbeat(&format!("w{number}"), &[]);
        manager.heartbeat(heartbeat).await.expect("it answers");
    }
    crate::catalogue::table::looks::during(|| work(&Flink::new(&manager, Scope::All)))
}

#[tokio::test]
async fn twice_the_deployments_cost_twice_the_looks() {
    type Work = fn(&Flink<'_>);
    let works: [(&str, Work); 5] = [
        ("prometheus", |flink| drop(flink.prometheus())),
        ("overview", |flink| drop(flink.overview())),
        ("jobs", |flink| drop(flink.jobs_overview())),
        ("job", |flink| drop(flink.job("n7").expect("it runs"))),
        ("workers", |flink| drop(flink.task_managers())),
    ];
    for (name, work) in works {
        let (few, many) = (looks(20, work).await, looks(40, work).await);
        assert!(
            few > 20 && many <= 2 * few,
            "{name}: {few} looks for 20, {many} for 40"
        );
    }
}

#[tokio::test]
async fn what_each_attempt_restored_is_counted_and_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manager = with_worker(folder.path()).await;
    let restored = |flink: &Flink<'_>| {
        let checkpoints = flink.job_checkpoints(RUNNING).expect("it runs");
        let latest = &checkpoints["latest"]["restored"];
        let count = checkpoints["counts"]["restored"].clone();
        (count, latest["id"].clone(), latest["is_savepoint"].clone())
    };
    let flink = Flink::new(&manager, Scope::All);
    assert_eq!(restored(&flink), (json!(0), Value::Null, Value::Null));
    // The catalogue knows the first; the second was committed by a job that could not tell of it any more.
    let unknown = "file:///s/d1/checkpoints/9-2-a/manifest.json";
    for (attempt, url, count, epoch) in [
        (1, "file:///checkpoints/3", 1, 3),
        (2, unknown, 2, 9),
        (2, unknown, 2, 9),
    ] {
        let placed: Result<(), Refusal> = manager
            .catalogue
            .change(|transaction| {
                transaction.update::<Deployment, _>("d1", |deployment| deployment.attempt = attempt);
                Ok(())
            })
            .await;
        placed.expect("it is stored");
        let mut call = heartbeat("w", &["d1"]);
        call.sequence = u64::from(attempt) + 1;
        call.attempts[0].attempt = attempt;
        call.attempts[0].events = vec![NumberedEvent {
            number: u64::from(attempt),
            event: Event::Restored {
                url: Some(url.to_owned()),
            },
        }];
        manager.heartbeat(call).await.expect("the manager answers");
        assert_eq!(restored(&flink), (json!(count), json!(epoch), json!(false)));
    }
}
