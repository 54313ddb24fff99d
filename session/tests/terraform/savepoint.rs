//! Savepoints of applications: listed, read, deleted, also when the application is gone.

use serde_json::json;
use session::model::{Application, Savepoint, SavepointKind};
use session::refusal::Refusal;

use crate::support::{FLINK, PROJECT, Server, text};

const ID: &str = "0b6f8c1e-0000-4000-8000-000000000001";

/// An application with a savepoint and a checkpoint, of which nothing lies anywhere.
fn with_savepoint(server: &Server) -> String {
    let application = text(&server.post(FLINK, r#"{"name": "app"}"#)["id"]);
    let record = |id: &str, kind: SavepointKind, epoch: u64| Savepoint {
        id: id.to_owned(),
        deployment_id: "d".to_owned(),
        application_id: application.clone(),
        service: "dev/flink-demo".to_owned(),
        kind,
        epoch,
        url: format!("file:///nowhere/savepoints/d/{id}/savepoint-1/manifest.json"),
        triggered_at: format!("2026-01-01T00:00:{epoch:02}.000000Z"),
        duration_ms: 1,
        size_bytes: 2,
        full_size_bytes: 3,
        is_discarded: false,
    };
    let records = [
        record(ID, SavepointKind::Savepoint, 1),
        record("d/7-1-a", SavepointKind::Checkpoint, 7),
    ];
    let catalogue = &server.manager.catalogue;
    let stored: Result<(), Refusal> = server.runtime.block_on(catalogue.change(|transaction| {
        records.into_iter().for_each(|one| transaction.put(one));
        Ok(())
    }));
    stored.expect("it is stored");
    application
}

#[test]
fn savepoints_are_listed_read_and_deleted() {
    let server = Server::start();
    let application = with_savepoint(&server);
    let path = format!("{FLINK}/{application}/savepoint");
    let listed = server.get(&path)["savepoints"].clone();
    assert_eq!(
        (&listed[0]["id"], &listed[1]["id"]),
        (&json!("d/7-1-a"), &json!(ID))
    );
    let one = format!("{path}/{ID}");
    assert_eq!(server.get(&one)["kind"], "savepoint");
    assert_eq!(server.get(&format!("{path}/d%2F7-1-a"))["kind"], "checkpoint");
    let refused = server
        .call("DELETE", &format!("{path}/d%2F7-1-a"), None)
        .refused(409);
    assert!(refused.contains("is a checkpoint"), "{refused}");
    assert_eq!(server.delete(&one)["id"], ID);
    assert_eq!(
        server.call("DELETE", &one, None).refused(404),
        format!("Savepoint not found: {ID}")
    );
    assert_eq!(server.get(&path)["savepoints"].as_array().map(Vec::len), Some(1));
}

#[test]
fn savepoints_belong_to_their_application_and_session_cluster() {
    let server = Server::start();
    let application = with_savepoint(&server);
    let other = text(&server.post(FLINK, r#"{"name": "other"}"#)["id"]);
    server.post(
        &format!("{PROJECT}/service"),
        r#"{"service_name": "second", "service_type": "flink"}"#,
    );
    let elsewhere = format!("{PROJECT}/service/second/flink");
    for path in [
        format!("{FLINK}/{other}/savepoint/{ID}"),
        format!("{elsewhere}/application/{application}/savepoint/{ID}"),
        format!("{elsewhere}/application/{application}/savepoint"),
        format!("{FLINK}/{application}/savepoint/d"),
    ] {
        assert_eq!(server.call("GET", &path, None).status, 404, "{path}");
    }
    assert_eq!(
        server
            .call("DELETE", &format!("{FLINK}/{other}/savepoint/{ID}"), None)
            .status,
        404
    );
    assert_eq!(
        server.get(&format!("{elsewhere}/savepoint"))["savepoints"],
        json!([])
    );
}

#[test]
fn savepoints_outlive_their_application() {
    let server = Server::start();
    let application = with_savepoint(&server);
    server.delete(&format!("{FLINK}/{application}"));
    let gone: Option<()> = server
        .manager
        .catalogue
        .read(|tables| tables.get::<Application>(&application).map(drop));
    assert!(gone.is_none());
    let cluster = format!("{PROJECT}/service/flink-demo/flink/savepoint");
    assert_eq!(
        server.get(&cluster)["savepoints"][1]["application_id"],
        application
    );
    let path = format!("{FLINK}/{application}/savepoint");
    assert_eq!(server.get(&path)["savepoints"].as_array().map(Vec::len), Some(2));
    server.delete(&format!("{path}/{ID}"));
    assert_eq!(server.call("GET", &format!("{path}/{ID}"), None).status, 404);
}
