//! `aiven_flink_application_deployment`, and a statement that is changed.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use session::catalogue::Transaction;
use session::model::{Deployment, Status};
use session::refusal::Refusal;

use crate::application::{STATEMENT, application, version, version_body};
use crate::support::{FLINK, PROJECT, Server, text};

/// As the provider writes it.
fn create(server: &Server, application: &str, version: &str) -> String {
    let body = json!({"parallelism": 1, "restart_enabled": true, "version_id": version});
    let created = server.post(&format!("{FLINK}/{application}/deployment"), &body.to_string());
    text(&created["id"])
}

/// The provider's loop: GET until 404, else cancel, and DELETE only when cancel fails. The statuses it sees.
fn destroy(server: &Server, path: &str) -> Vec<String> {
    let started = Instant::now();
    let mut seen = Vec::new();
    loop {
        assert!(
            started.elapsed() < Duration::from_secs(15),
            "it goes round and round: {seen:?}"
        );
        let found = server.call("GET", path, None);
        seen.push(format!("GET {}", found.status));
        if found.status == 404 {
            return seen;
        }
        let cancelled = server.call("POST", &format!("{path}/cancel"), None);
        seen.push(format!("cancel {}", cancelled.status));
        if cancelled.status >= 300 {
            let deleted = server.call("DELETE", path, None);
            seen.push(format!("DELETE {}", deleted.status));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn set_status(server: &Server, deployment: &str, status: Status) {
    let change = |transaction: &mut Transaction<'_>| {
        let updated = transaction.update(deployment, |deployment: &mut Deployment| {
            deployment.status = status
        });
        updated.expect("the deployment exists");
        Ok::<_, Refusal>(())
    };
    let stored = server.runtime.block_on(server.manager.catalogue.change(change));
    stored.expect("it is stored");
}

#[test]
fn deployment_is_created_read_and_destroyed() {
    let server = Server::start();
    let application = application(&server, "app1");
    let version = text(&version(&server, &application, STATEMENT)["id"]);
    let id = create(&server, &application, &version);
    let path = format!("{FLINK}/{application}/deployment/{id}");
    let found = server.get(&path);
    let expected = json!([id, version, 1, true, null, null]);
    let keys = [
        "id",
        "version_id",
        "parallelism",
        "restart_enabled",
        "starting_savepoint",
        "last_savepoint",
    ];
    assert_eq!(Value::from_iter(keys.map(|key| found[key].clone())), expected);
    assert!(text(&found["created_at"]).ends_with('Z'));
    let listed = server.get(&format!("{FLINK}/{application}/deployment"));
    assert_eq!(listed["deployments"][0]["id"], json!(id));
    assert_eq!(
        server.get(&format!("{FLINK}/{application}"))["current_deployment"]["id"],
        json!(id)
    );
    let used = server.call(
        "DELETE",
        &format!("{FLINK}/{application}/version/{version}"),
        None,
    );
    assert!(used.refused(409).starts_with("Version 1 is used by deployment"));
    let not_yet = server.call("DELETE", &format!("{FLINK}/{application}"), None);
    assert_eq!(
        not_yet.refused(417),
        "Application deletion forbidden because it has 1 deployment(s)."
    );
    let active = server.call("DELETE", &format!("{PROJECT}/service/flink-demo"), None);
    assert!(active.refused(409).contains("has 1 active deployment(s)"));
    let seen = destroy(&server, &path);
    assert_eq!(
        seen[..5],
        ["GET 200", "cancel 200", "GET 200", "cancel 409", "DELETE 200"]
    );
    for (path, status) in [
        (format!("{FLINK}/{application}/version/{version}"), 200),
        (format!("{FLINK}/{application}"), 200),
    ] {
        assert_eq!(server.call("DELETE", &path, None).status, status, "{path}");
    }
}

#[test]
fn parallelism_is_the_requests_the_statements_or_the_session_clusters() {
    let server = Server::start();
    let cluster = format!("{PROJECT}/service/flink-demo");
    server.put(&cluster, r#"{"user_config": {"parallelism_default": 3}}"#);
    let with_set = format!("SET 'parallelism.default' = '5'; {STATEMENT}");
    let cases = [
        (STATEMENT, json!({}), 3),
        (with_set.as_str(), json!({}), 5),
        (
            with_set.as_str(),
            json!({"parallelism": 1, "restart_enabled": true}),
            1,
        ),
    ];
    for (number, (statement, mut body, expected)) in cases.into_iter().enumerate() {
        let application = application(&server, &format!("app{number}"));
        body["version_id"] = version(&server, &application, statement)["id"].clone();
        let created = server.post(&format!("{FLINK}/{application}/deployment"), &body.to_string());
        assert_eq!(created["parallelism"], expected, "{statement} {body}");
    }
}

#[test]
fn connections_outlive_the_deployments_that_use_them() {
    let server = Server::start();
    let integration = server.kafka_integration();
    let application = application(&server, "app1");
    let body = version_body(STATEMENT, Some(&integration));
    let version = text(&server.post(&format!("{FLINK}/{application}/version"), &body)["id"]);
    let id = create(&server, &application, &version);
    let kafka = format!("{PROJECT}/service/kafka-demo");
    let used = server.call("DELETE", &kafka, None);
    let expected =
        format!("Service kafka-demo is used by deployment {id} of application app1: stop or cancel it first");
    assert_eq!(used.refused(409), expected);
    let of_integration = format!("/v1/project/dev/integration/{integration}");
    let used = server.call("DELETE", &of_integration, None).refused(409);
    let expected = format!("Integration {integration} is used by deployment {id} of application app1");
    assert!(used.starts_with(&expected), "{used}");
    destroy(&server, &format!("{FLINK}/{application}/deployment/{id}"));
    for path in [of_integration, kafka] {
        assert_eq!(server.call("DELETE", &path, None).status, 200, "{path}");
    }
}

#[test]
fn a_deployment_in_any_status_that_lasts_is_destroyed() {
    let server = Server::start();
    let application = application(&server, "app1");
    let version = text(&version(&server, &application, STATEMENT)["id"]);
    for status in [
        Status::Created,
        Status::Failed,
        Status::Finished,
        Status::Canceled,
        Status::Suspended,
    ] {
        let id = create(&server, &application, &version);
        set_status(&server, &id, status);
        let path = format!("{FLINK}/{application}/deployment/{id}");
        assert_eq!(server.get(&path)["status"], status.name());
        if status.is_ended() {
            for action in ["cancel", "stop", "savepoint"] {
                let message = server
                    .call("POST", &format!("{path}/{action}"), None)
                    .refused(409);
                assert!(message.contains(status.name()), "{message}");
            }
        }
        destroy(&server, &path);
    }
}

#[test]
fn a_changed_statement_replaces_version_and_deployment() {
    let server = Server::start();
    let application = application(&server, "app1");
    let old = text(&version(&server, &application, STATEMENT)["id"]);
    let deployment = create(&server, &application, &old);
    destroy(&server, &format!("{FLINK}/{application}/deployment/{deployment}"));
    server.delete(&format!("{FLINK}/{application}/version/{old}"));
    let changed = STATEMENT.replace("Luigis", "Marios");
    let new = version(&server, &application, &changed);
    assert_eq!((&new["version"], &new["statement"]), (&json!(2), &json!(changed)));
    let next = create(&server, &application, &text(&new["id"]));
    // With create_before_destroy a version goes while another one is deployed.
    let unused = version(&server, &application, STATEMENT);
    assert_eq!(unused["version"], 3);
    server.delete(&format!("{FLINK}/{application}/version/{}", text(&unused["id"])));
    server.get(&format!("{FLINK}/{application}/deployment/{next}"));
}

#[test]
fn mistakes_are_named_and_nothing_is_created() {
    let server = Server::start();
    let application = application(&server, "app1");
    let version = text(&version(&server, &application, STATEMENT)["id"]);
    let path = format!("{FLINK}/{application}/deployment");
    for (body, status, expected) in [
        (json!({}), 400, "Invalid body: missing field `version_id`"),
        (
            json!({"version_id": version, "parallelism": 129}),
            400,
            "parallelism: expected a number from 1 to 128",
        ),
        (
            json!({"version_id": version, "parallelism": "2"}),
            400,
            "Invalid 'parallelism': invalid type: string",
        ),
        (
            json!({"version_id": "7"}),
            404,
            "Application version not found: 7",
        ),
        (
            json!({"version_id": version, "starting_savepoint": "x"}),
            400,
            "starting_savepoint: there is no savepoint 'x'",
        ),
    ] {
        let message = server
            .call("POST", &path, Some(&body.to_string()))
            .refused(status);
        assert!(message.starts_with(expected), "{message}");
    }
    assert_eq!(server.get(&path)["deployments"], json!([]));
    server.put(&format!("{PROJECT}/service/flink-demo"), r#"{"powered": false}"#);
    let off = server.call("POST", &path, Some(&json!({"version_id": version}).to_string()));
    assert_eq!(off.refused(409), "Service flink-demo is powered off");
}

#[test]
fn a_cluster_is_destroyed_with_its_history() {
    let server = Server::start();
    let application = application(&server, "app1");
    let version = text(&version(&server, &application, STATEMENT)["id"]);
    let id = create(&server, &application, &version);
    server
        .call(
            "POST",
            &format!("{FLINK}/{application}/deployment/{id}/cancel"),
            None,
        )
        .ok();
    // The provider looks at every deployment: all must be CANCELED.
    let listed = server.get(&format!("{FLINK}/{application}/deployment"));
    assert_eq!(listed["deployments"][0]["status"], "CANCELED");
    server.delete(&format!("{PROJECT}/service/flink-demo"));
    assert_eq!(
        server
            .call("GET", &format!("{PROJECT}/service/flink-demo"), None)
            .status,
        404
    );
    let body = r#"{"service_name": "flink-demo", "service_type": "flink", "plan": "business-4"}"#;
    server.post(&format!("{PROJECT}/service"), body);
    assert_eq!(
        server.get(FLINK)["applications"],
        json!([]),
        "a new cluster begins empty"
    );
}

#[test]
fn jobs_are_shown_in_flinks_words() {
    let server = Server::start();
    let application = application(&server, "app1");
    let version = text(&version(&server, &application, STATEMENT)["id"]);
    create(&server, &application, &version);
    let of_cluster = format!("{PROJECT}/service/flink-demo/flink/proxy/v1");
    for base in ["", of_cluster.as_str()] {
        assert_eq!(server.get(&format!("{base}/overview"))["slots-total"], 0);
        assert!(server.get(&format!("{base}/jobs/overview"))["jobs"].is_array());
        assert!(server.get(&format!("{base}/taskmanagers"))["taskmanagers"].is_array());
        assert_eq!(server.call("GET", &format!("{base}/jobs/00"), None).status, 404);
    }
}
