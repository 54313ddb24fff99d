//! `aiven_kafka_topic` against a real broker, and databases of a real PostgreSQL server.

use serde_json::{Value, json};
use xtask::services::{Kind, Services};

use crate::support::{PROJECT, Server};

const TOPIC: &str = "/v1/project/dev/service/kafka-demo/topic";
const SEVERAL: &str = "/v2/project/dev/service/kafka-demo/topic";

fn register(server: &Server, name: &str, service_type: &str, connection: &Value) {
    let body = json!({"service_name": name, "service_type": service_type, "connection": connection});
    server.post(&format!("{PROJECT}/service"), &body.to_string());
}

fn names(server: &Server) -> Vec<String> {
    let listed = server.get(TOPIC);
    let topics = listed["topics"].as_array().expect("a list");
    topics
        .iter()
        .map(|topic| topic["topic_name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn topics_are_planned_created_refreshed_changed_and_deleted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let services = Services::start(&[Kind::Kafka], folder.path()).expect("Kafka starts");
    let servers = &services
        .addresses
        .kafka
        .as_ref()
        .expect("it was started")
        .bootstrap_servers;
    let server = Server::start();
    register(
        &server,
        "kafka-demo",
        "kafka",
        &json!({ "bootstrap_servers": servers }),
    );
    assert!(names(&server).is_empty(), "plan");
    let body = r#"{"config":{"cleanup_policy":"compact","retention_ms":86400000},"partitions":2,"replication":1,
        "topic_name":"in"}"#;
    server.post(TOPIC, body);
    assert_eq!(
        server.call("POST", TOPIC, Some(body)).refused(409),
        "Topic 'in' already exists"
    );
    assert_eq!(names(&server), ["in"]);
    let refresh = || server.post(SEVERAL, r#"{"topic_names":["in", "gone"]}"#)["topics"].clone();
    let topics = refresh();
    assert_eq!(topics.as_array().map(Vec::len), Some(1));
    let setting = |value: Value| json!({"value": value, "source": "topic_config", "synonyms": []});
    assert_eq!(
        (&topics[0]["topic_name"], &topics[0]["replication"]),
        (&json!("in"), &json!(1))
    );
    assert_eq!(topics[0]["partitions"].as_array().map(Vec::len), Some(2));
    assert_eq!(topics[0]["config"]["retention_ms"], setting(json!(86_400_000)));
    assert_eq!(topics[0]["config"]["cleanup_policy"], setting(json!("compact")));
    assert_eq!(topics[0]["config"]["segment_bytes"]["source"], "default_config");
    let update = r#"{"config":{"retention_ms":3600000},"partitions":3,"replication":1}"#;
    server.put(&format!("{TOPIC}/in"), update);
    let topic = refresh()[0].clone();
    assert_eq!(topic["partitions"].as_array().map(Vec::len), Some(3));
    assert_eq!(topic["config"]["retention_ms"], setting(json!(3_600_000)));
    assert_eq!(
        topic["config"]["cleanup_policy"],
        setting(json!("compact")),
        "what is not named stays"
    );
    check_mistakes(&server);
    server.delete(&format!("{TOPIC}/in"));
    assert!(names(&server).is_empty());
    assert_eq!(
        server.call("DELETE", &format!("{TOPIC}/in"), None).refused(404),
        "Topic not found: in"
    );
}

fn check_mistakes(server: &Server) {
    let fewer = server.call("PUT", &format!("{TOPIC}/in"), Some(r#"{"partitions": 1}"#));
    assert_eq!(
        fewer.refused(400),
        "Invalid 'partitions': topic in has 3, which cannot become 1"
    );
    for body in [
        r#"{"topic_name": "a b"}"#,
        r#"{"topic_name": "x", "replication": 3}"#,
        r#"{"topic_name": "x", "partitions": 0}"#,
        r#"{"topic_name": "x", "config": {"no_such_setting": 1}}"#,
    ] {
        let refused = server.call("POST", TOPIC, Some(body));
        assert_eq!(refused.status, 400, "{body}: {}", refused.body);
    }
    assert_eq!(names(server), ["in"]);
    let integration =
        r#"{"dest_service":"flink-demo","integration_type":"flink","source_service":"kafka-demo"}"#;
    let created = server.post(&format!("{PROJECT}/integration"), integration);
    let id = created["service_integration"]["service_integration_id"]
        .as_str()
        .expect("an id");
    let listed = server.get(&format!("{PROJECT}/integration/{id}/topic"));
    assert_eq!(listed["topics"][0]["cleanup_policy"], "compact");
    let wrong = server.call("GET", &format!("{PROJECT}/integration/{id}/db"), None);
    assert!(wrong.refused(400).contains("leads to service 'kafka-demo'"));
}

#[test]
fn databases_are_listed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let services = Services::start(&[Kind::Postgres], folder.path()).expect("PostgreSQL starts");
    let address = services.addresses.postgres.as_ref().expect("it was started");
    let server = Server::start();
    let connection = json!({"host": address.host, "port": address.port, "username": address.user,
                            "default_database": address.database});
    register(&server, "pg-demo", "pg", &connection);
    let listed = server.get(&format!("{PROJECT}/service/pg-demo/db"));
    let databases = listed["databases"].as_array().expect("a list");
    assert!(
        databases.contains(&json!({"database_name": address.database})),
        "{listed}"
    );
}

#[test]
fn what_does_not_answer_is_no_reason_to_ask_again_at_once() {
    let server = Server::start();
    server.kafka_integration();
    let message = server.call("GET", TOPIC, None).refused(424);
    assert!(
        message.starts_with("service 'kafka-demo' cannot be asked: "),
        "{message}"
    );
    register(
        &server,
        "pg-demo",
        "pg",
        &json!({"host": "127.0.0.1", "port": 1, "password": "hunter2"}),
    );
    let message = server
        .call("GET", &format!("{PROJECT}/service/pg-demo/db"), None)
        .refused(424);
    assert!(
        message.starts_with("service 'pg-demo' cannot be asked") && !message.contains("hunter2"),
        "{message}"
    );
    register(&server, "kafka-tf", "kafka", &json!({}));
    let message = server
        .call("GET", &TOPIC.replace("kafka-demo", "kafka-tf"), None)
        .refused(400);
    assert!(
        message.starts_with("service 'kafka-tf' has no 'bootstrap_servers'"),
        "{message}"
    );
}
