//! Flink's shapes over a catalogue with one job that runs and one that failed.

mod figures;

use serde_json::json;

use super::*;
use crate::catalogue::sqlite::SqliteStore;
use crate::catalogue::{Catalogue, Store};
use crate::manager::Settings;
use crate::model::deployment::{Artifact, FailedCheckpoint, Restart};
use crate::model::program::ProgramOperator;
use crate::model::{Application, Deployment, Program, Savepoint, SavepointKind, Status};

const RUNNING: &str = "00000000000000000000000000000001";
const FAILED: &str = "00000000000000000000000000000002";
const STARTED: &str = "2026-01-01T00:00:10.000000Z";
const STARTED_MS: i64 = 1_767_225_610_000;

fn application(service: &str) -> Application {
    serde_json::from_value(json!({
        "id": service, "project": "dev", "service": service, "name": "orders", "created_at": STARTED,
        "created_by": "a@example.org", "updated_at": STARTED, "updated_by": "a@example.org", "last_version": 1,
    }))
    .expect("an application")
}

fn deployment(id: &str, service: &str, job: Option<&str>, status: Status) -> Deployment {
    let mut deployment: Deployment = serde_json::from_value(json!({
        "id": id, "application_id": service, "version_id": "v", "parallelism": 2, "restart_enabled": true,
        "starting_savepoint": null, "restore_from": null, "last_savepoint": null, "status": status,
        "created_at": "2026-01-01T00:00:00.000000Z", "created_by": "a@example.org", "status_since": STARTED,
        "error_msg": null, "job_id": job, "artifact": null, "attempt": 1, "worker": null, "started_at": STARTED,
        "ended_at": null,
    }))
    .expect("a deployment");
    deployment.artifact = Some(Artifact {
        sha256: "00".repeat(32),
        size_bytes: 1,
    });
    deployment
}

fn operator(name: &str, description: &str, inputs: &[usize]) -> ProgramOperator {
    ProgramOperator {
        name: name.to_owned(),
        uid: format!("uid of {name}"),
        state_fingerprint: None,
        description: format!("{name}: {description}"),
        inputs: inputs.to_vec(),
    }
}

fn program(deployment: &str) -> Program {
    Program {
        deployment_id: deployment.to_owned(),
        name: "orders by customer".to_owned(),
        tables: Vec::new(),
        config: [("table.local-time-zone".to_owned(), "UTC".to_owned())].into(),
        operators: vec![
            operator("orders_source", "Source(table=[orders])", &[]),
            operator(
                "exchange_by_customer",
                "Exchange(distribution=[hash[customer]])",
                &[0],
            ),
            operator("totals", "GroupAgg(groupBy=[customer])", &[1]),
            operator("totals_sink", "Sink(table=[totals])", &[2]),
        ],
        plan: String::new(),
    }
}

fn savepoint(epoch: u64, kind: SavepointKind) -> Savepoint {
    Savepoint {
        id: format!("{epoch}"),
        deployment_id: "d1".to_owned(),
        application_id: "millstream".to_owned(),
        service: "dev/millstream".to_owned(),
        kind,
        epoch,
        url: format!("file:///checkpoints/{epoch}"),
        triggered_at: format!("2026-01-01T00:01:{epoch:02}.000000Z"),
        duration_ms: 10 * epoch,
        size_bytes: 100,
        full_size_bytes: 1_000,
        is_discarded: false,
    }
}

async fn manager(folder: &std::path::Path) -> Manager {
    let store = SqliteStore::open(&folder.join("catalogue.sqlite")).expect("it opens");
    let catalogue = Catalogue::open(Store::Sqlite(store)).await.expect("it loads");
    let stored: anyhow::Result<()> = catalogue
        .change(|transaction| {
            transaction.put(application("millstream"));
            transaction.put(application("other"));
            transaction.put(deployment("d0", "millstream", None, Status::Initializing));
            transaction.put(deployment("d1", "millstream", Some(RUNNING), Status::Running));
            transaction.put(program("d1"));
            transaction.put(savepoint(3, SavepointKind::Checkpoint));
            transaction.put(savepoint(4, SavepointKind::Savepoint));
            let mut failed = deployment("d2", "other", Some(FAILED), Status::Failed);
            failed.error_msg = Some("no topic 'orders'\nasked for it 3 times".to_owned());
            failed.ended_at = Some(STARTED.to_owned());
            failed.restarts.push(Restart {
                at: "2026-01-01T00:00:05.000000Z".to_owned(),
                attempt: 1,
                reason: "killed".to_owned(),
                is_failure: true,
            });
            transaction.put(failed);
            Ok(())
        })
        .await;
    stored.expect("it is stored");
    Manager::new(catalogue, Settings::in_folder(folder.to_owned()))
}

#[tokio::test]
async fn jobs_are_listed_with_flinks_names() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manager = manager(folder.path()).await;
    let all = Flink::new(&manager, Scope::All);
    let expected =
        json!({"jobs": [{"id": RUNNING, "status": "RUNNING"}, {"id": FAILED, "status": "FAILED"}]});
    assert_eq!(all.jobs(), expected, "what has not been started is no job yet");
    let of_one = Flink::new(&manager, Scope::Service("dev/other".to_owned()));
    assert_eq!(
        of_one.jobs(),
        json!({"jobs": [{"id": FAILED, "status": "FAILED"}]})
    );
    let overview = all.overview();
    assert_eq!(
        (&overview["jobs-running"], &overview["jobs-failed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(overview["slots-total"], 0, "no worker has called");
    let jobs = all.jobs_overview();
    let failed = &jobs["jobs"][1];
    assert_eq!(
        (&failed["duration"], &failed["end-time"]),
        (&json!(10_000), &json!(STARTED_MS))
    );
    let running = &jobs["jobs"][0];
    assert_eq!(running["name"], "orders by customer");
    assert_eq!(
        (&running["tasks"]["total"], &running["tasks"]["running"]),
        (&json!(6), &json!(6))
    );
    assert_eq!(of_one.job(RUNNING).expect_err("it is elsewhere").status, 404);
}

#[tokio::test]
async fn the_plan_has_a_node_for_each_operator_and_exchanges_are_edges() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manager = manager(folder.path()).await;
    let flink = Flink::new(&manager, Scope::All);
    let job = flink.job(RUNNING).expect("it runs");
    let nodes = job["plan"]["nodes"].as_array().expect("a list");
    let edge = |node: usize| {
        (
            &nodes[node]["inputs"][0]["id"],
            &nodes[node]["inputs"][0]["ship_strategy"],
        )
    };
    assert_eq!(nodes.len(), 3);
    assert_eq!(edge(0), (&nodes[1]["id"], &json!("FORWARD")));
    assert_eq!(edge(1), (&nodes[2]["id"], &json!("HASH")));
    assert!(nodes[2].get("inputs").is_none(), "a source has no inputs");
    let vertex = &job["vertices"][1];
    assert_eq!(
        (&vertex["name"], &vertex["status"]),
        (&json!("totals"), &json!("RUNNING"))
    );
    assert_eq!(
        vertex["metrics"]["read-records-complete"], false,
        "nothing is known of it yet"
    );
    assert_eq!(job["timestamps"]["RUNNING"], STARTED_MS);
    let id = vertex["id"].as_str().expect("an id");
    assert!(
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{id}"
    );
    let details = flink.vertex(RUNNING, id).expect("a vertex of the job");
    assert_eq!(details["subtasks"].as_array().map(Vec::len), Some(2));
    assert_eq!(flink.vertex(RUNNING, "0").expect_err("no vertex").status, 404);
}

#[tokio::test]
async fn what_is_hidden_is_not_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manager = manager(folder.path()).await;
    let hidden = Scope::Except(["dev/other".to_owned()].into());
    let flink = Flink::new(&manager, hidden);
    assert_eq!(
        flink.jobs(),
        json!({"jobs": [{"id": RUNNING, "status": "RUNNING"}]})
    );
    assert_eq!(flink.job(FAILED).expect_err("it is hidden").status, 404);
    assert_eq!(flink.overview()["jobs-failed"], 0);
    assert!(!flink.prometheus().contains(FAILED));
}

#[tokio::test]
async fn failed_checkpoints_are_counted_and_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manager = manager(folder.path()).await;
    let failed = |epoch: u64, at: &str| FailedCheckpoint {
        attempt: 1,
        epoch,
        reason: format!("checkpoint {epoch} expired before completing"),
        triggered_at: at.to_owned(),
        duration_ms: 600,
    };
    let stored: Result<(), Refusal> = manager
        .catalogue
        .change(|transaction| {
            transaction.update::<Deployment, _>("d1", |deployment| {
                deployment.failed_checkpoints = vec![
                    failed(5, "2030-01-01T00:00:01Z"),
                    failed(6, "2030-01-01T00:00:02Z"),
                ];
                deployment.failed_checkpoints_total = 2;
            });
            Ok(())
        })
        .await;
    stored.expect("it is stored");
    let flink = Flink::new(&manager, Scope::All);
    let checkpoints = flink.job_checkpoints(RUNNING).expect("it runs");
    let counts = json!({"restored": 0, "total": 6, "in_progress": 0, "completed": 4, "failed": 2});
    assert_eq!(checkpoints["counts"], counts);
    let latest = &checkpoints["latest"]["failed"];
    assert_eq!(
        (&latest["id"], &latest["className"], &latest["status"]),
        (&json!(6), &json!("failed"), &json!("FAILED"))
    );
    assert_eq!(
        latest["failure_message"],
        "checkpoint 6 expired before completing"
    );
    assert_eq!(latest["failure_timestamp"], 1_893_456_002_600_i64);
    let history = checkpoints["history"].as_array().expect("a list");
    let ids: Vec<&Value> = history.iter().map(|one| &one["id"]).collect();
    assert_eq!(
        ids[..2],
        [&json!(6), &json!(5)],
        "the newest first, whatever became of it"
    );
    assert_eq!(
        checkpoints["summary"]["end_to_end_duration"]["max"], 40,
        "completed ones only"
    );
    let figures = flink.job_metrics(
        RUNNING,
        Some("numberOfFailedCheckpoints,totalNumberOfCheckpoints"),
    );
    let expected = json!([{"id": "numberOfFailedCheckpoints", "value": "2"}, {"id": "totalNumberOfCheckpoints", "value": "6"}]);
    assert_eq!(figures.expect("it runs"), expected);
}

#[tokio::test]
async fn checkpoints_exceptions_and_metrics_are_those_of_the_catalogue() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manager = manager(folder.path()).await;
    let flink = Flink::new(&manager, Scope::All);
    let checkpoints = flink.job_checkpoints(RUNNING).expect("it runs");
    assert_eq!(
        checkpoints["counts"]["completed"], 4,
        "numbers go on where old ones are gone"
    );
    assert_eq!(checkpoints["latest"]["completed"]["id"], 3);
    assert_eq!(
        checkpoints["latest"]["savepoint"]["external_path"],
        "file:///checkpoints/4"
    );
    assert_eq!(
        checkpoints["history"][0]["is_savepoint"], true,
        "the newest comes first"
    );
    let exceptions = flink.job_exceptions(FAILED).expect("it failed");
    let entries = &exceptions["exceptionHistory"]["entries"];
    assert_eq!(entries[0]["exceptionName"], "no topic 'orders'");
    assert_eq!(entries[1]["stacktrace"], "killed");
    let metric = |name: &str| flink.job_metrics(RUNNING, Some(name)).expect("it runs");
    let expected =
        json!([{"id": "lastCheckpointDuration", "value": "30"}, {"id": "numRestarts", "value": "0"}]);
    assert_eq!(metric("lastCheckpointDuration,unknown,numRestarts"), expected);
    let names = flink.job_metrics(RUNNING, None).expect("it runs");
    assert!(
        names
            .as_array()
            .is_some_and(|names| names.contains(&json!({"id": "lastCheckpointSize"})))
    );
    let config = flink.job_config(RUNNING).expect("it runs");
    assert_eq!(
        config["execution-config"]["user-config"]["table.local-time-zone"],
        "UTC"
    );
    let text = flink.prometheus();
    assert!(!text.contains(FAILED), "what has ended has no figures: {text}");
    let ended = "millstream_deployments{service=\"dev/other\",status=\"FAILED\"} 1\n";
    assert!(text.contains(ended), "it is counted: {text}");
    let labels = format!(
        "{{job_id=\"{RUNNING}\",job_name=\"orders by customer\",service=\"dev/millstream\",deployment_id=\"d1\"}}"
    );
    let line = format!("flink_jobmanager_job_lastCheckpointSize{labels} 100\n");
    assert!(text.contains(&line), "{text}");
}
