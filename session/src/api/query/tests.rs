//! Requests as clients send them, events as they read them.

use axum::body::to_bytes;

use super::*;
use crate::protocol::worker::{AttemptState, Event, Heartbeat, NumberedEvent, State as Attempt};
use crate::query::registry::{NewQuery, Queries as Registry, Scope, Seat};

fn scope() -> Scope {
    Scope {
        project: "p".to_owned(),
        service: "s".to_owned(),
        application_id: Some("a".to_owned()),
    }
}

fn body(text: Value) -> QueryBody {
    serde_json::from_value(text).expect("a body")
}

fn request(text: Value) -> Result<QueryRequest, String> {
    body(text).request(scope()).map_err(|refusal| refusal.message)
}

#[test]
fn what_clients_leave_out_has_defaults() {
    // As the Go client writes fields that were not set.
    let empty = json!({"job_ttl": 0, "max_rows": 0, "statement": "SELECT 1", "sinks": null,
        "sources": [{"create_table": "CREATE TABLE t (a INT) WITH ('x.password' = 'p')", "integration_id": ""}]});
    let request = request(empty).expect("right");
    assert_eq!(request.bounds, Bounds::default());
    assert_eq!(request.start, Start::Earliest);
    assert_eq!(request.preview, Preview::Statement { sink: None });
    assert_eq!(request.text.sources[0].integration_id, None);
    assert!(request.text.sources[0].create_table.contains("'p'"));
    let shown = request.shown.to_string();
    assert!(!shown.contains("'p'") && shown.contains("x.password"), "{shown}");
    assert_eq!(request.shown["max_rows"], query::MAX_ROWS_DEFAULT);
}

#[test]
fn bounds_and_places_are_checked() {
    let table = request(json!({"table": "t", "max_rows": 10_000, "job_ttl": 30, "from": "1700000000000"}));
    let table = table.expect("right");
    assert_eq!(table.preview, Preview::Table("t".to_owned()));
    assert_eq!(table.start, Start::TimestampMs(1_700_000_000_000));
    assert_eq!((table.bounds.max_rows, table.bounds.ttl.as_secs()), (10_000, 30));
    for (wrong, message) in [
        (
            json!({"max_rows": 10_001}),
            "Invalid 'max_rows': expected at most 10000",
        ),
        (
            json!({"job_ttl": 90_000}),
            "Invalid 'job_ttl': expected at most 86400 seconds",
        ),
        (
            json!({"from": "soon"}),
            "Invalid 'from': expected earliest, latest",
        ),
    ] {
        let found = request(wrong).expect_err("refused");
        assert!(found.starts_with(message), "{found}");
    }
}

fn running(registry: &Registry) -> String {
    let query = NewQuery {
        scope: scope(),
        query_type: "table",
        columns: Vec::new(),
        bounds: Bounds::default(),
        parameters: json!({}),
    };
    let id = registry.create(query, Timestamp::now()).expect("there is room");
    let seat = Seat {
        worker: "w".to_owned(),
        incarnation: "1".to_owned(),
    };
    registry.assign(&id, seat, "hash".to_owned(), json!({}));
    id
}

fn report(registry: &Registry, id: &str, state: Attempt, rows: &[(&str, i64)]) {
    let row = |(kind, value): &(&str, i64)| Row {
        kind: (*kind).to_owned(),
        data: vec![json!(value)],
    };
    let rows = rows.iter().map(row).collect();
    let heartbeat = Heartbeat {
        worker: "w".to_owned(),
        incarnation: "1".to_owned(),
        sequence: 1,
        host: "h".to_owned(),
        slots: 1,
        memory_bytes: 0,
        attempts: vec![AttemptState {
            deployment: id.to_owned(),
            attempt: 1,
            state,
            process_id: None,
            memory_bytes: 0,
            cpu_ms: 0,
            metrics: None,
            commands_seen: 0,
            events: vec![NumberedEvent {
                number: 1,
                event: Event::Rows { first: 0, rows },
            }],
        }],
        logs: Vec::new(),
        seen: 0,
        hold_ms: 0,
        is_leaving: false,
    };
    registry.hear(&heartbeat, &[], Timestamp::now());
}

async fn followed(registry: &Registry, id: &str, offset: usize) -> String {
    let view = registry.view(id).expect("it is kept");
    let response = stream::response(registry.clone(), view, offset, false);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("it ends");
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[tokio::test]
async fn events_come_as_rows_do_and_end_with_the_reason() {
    let registry = Registry::default();
    let id = running(&registry);
    let (reader, follower_id) = (registry.clone(), id.clone());
    let following = tokio::spawn(async move { followed(&reader, &follower_id, 0).await });
    tokio::task::yield_now().await;
    report(&registry, &id, Attempt::Running, &[("+I", 7)]);
    tokio::task::yield_now().await;
    let finished = Attempt::Finished { savepoint: None };
    report(&registry, &id, finished, &[("+I", 7), ("-U", 7), ("+U", 8)]);
    let expected = "\
event: columns
data: []

event: row
data: {\"index\":0,\"kind\":\"+I\",\"data\":[7]}
id: 0

event: row
data: {\"index\":1,\"kind\":\"-U\",\"data\":[7]}
id: 1

event: row
data: {\"index\":2,\"kind\":\"+U\",\"data\":[8]}
id: 2

event: end
data: {\"reason\":\"finished\",\"row_count\":3,\"rows_skipped\":0}

";
    assert_eq!(following.await.expect("it ends"), expected);
    let rest = followed(&registry, &id, 2).await;
    assert!(
        rest.contains("\"index\":2") && !rest.contains("\"index\":1"),
        "{rest}"
    );
}

#[tokio::test]
async fn a_caller_that_goes_away_may_end_its_query() {
    let registry = Registry::default();
    for (cancel_on_close, end) in [(false, None), (true, Some(End::Canceled))] {
        let id = running(&registry);
        let view = registry.view(&id).expect("it is kept");
        drop(stream::response(registry.clone(), view, 0, cancel_on_close));
        assert_eq!(registry.view(&id).expect("it is kept").end, end);
        registry.delete(&id);
    }
}

#[test]
fn answers_tell_how_it_stands() {
    let registry = Registry::default();
    let id = running(&registry);
    let status = || {
        let answer = QueryAnswer::new(registry.view(&id).expect("it is kept"));
        (answer.status, answer.end_reason, answer.error_msg)
    };
    assert_eq!(status(), ("INITIALIZING", None, None));
    report(&registry, &id, Attempt::Running, &[]);
    assert_eq!(status(), ("RUNNING", None, None));
    let message = "no topic".to_owned();
    report(&registry, &id, Attempt::Failed { message }, &[]);
    assert_eq!(status(), ("FAILED", Some("failed"), Some("no topic".to_owned())));
}
