//! `aiven_service_integration`.

use serde_json::json;

use crate::support::{PROJECT, Server, text};

const BODY: &str =
    r#"{"dest_service":"flink-demo","integration_type":"flink","source_service":"kafka-demo"}"#;

#[test]
fn create_wait_refresh_import_destroy() {
    let server = Server::start();
    // The services are not looked up: kafka-demo does not exist.
    let created = server.post(&format!("{PROJECT}/integration"), BODY);
    let id = text(&created["service_integration"]["service_integration_id"]);
    let path = format!("{PROJECT}/integration/{id}");
    for _ in 0..11 {
        let found = server.get(&path)["service_integration"].clone();
        for (key, expected) in [
            ("service_integration_id", json!(id)),
            ("integration_type", json!("flink")),
            ("active", json!(true)),
            ("source_project", json!("dev")),
            ("dest_project", json!("dev")),
            ("source_service", json!("kafka-demo")),
            ("dest_service", json!("flink-demo")),
        ] {
            assert_eq!(found[key], expected, "{key}");
        }
    }
    let again = server.call("POST", &format!("{PROJECT}/integration"), Some(BODY));
    assert!(again.refused(409).ends_with("already exists"));
    server.delete(&path);
    let gone = server.call("GET", &path, None).refused(404);
    assert_eq!(gone, format!("Integration not found: {id}"));
    assert_eq!(server.call("DELETE", &path, None).status, 404);
}

#[test]
fn integrations_of_a_service_are_listed_and_mistakes_named() {
    let server = Server::start();
    let id = server.kafka_integration();
    for service in ["kafka-demo", "flink-demo"] {
        let listed = server.get(&format!("{PROJECT}/service/{service}/integration"));
        assert_eq!(
            listed["service_integrations"][0]["service_integration_id"],
            json!(id)
        );
    }
    for (body, expected) in [
        (r#"{"integration_type": "flink"}"#, "Invalid 'source_service'"),
        (
            r#"{"integration_type": "kafka_connect"}"#,
            "Invalid 'integration_type': expected one of flink,",
        ),
        (
            r#"{"integration_type": 1}"#,
            "Invalid 'integration_type': invalid type: integer `1`",
        ),
        ("[]", "Invalid body: "),
        ("{", "The body is not JSON"),
    ] {
        let message = server
            .call("POST", &format!("{PROJECT}/integration"), Some(body))
            .refused(400);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn endpoints_keep_their_secrets() {
    let server = Server::start();
    let path = format!("{PROJECT}/integration_endpoint");
    let body = json!({
        "endpoint_name": "outside", "endpoint_type": "external_kafka",
        "user_config": {"bootstrap_servers": "k:9093", "security_protocol": "SASL_SSL", "sasl_mechanism": "PLAIN",
                        "sasl_plain_username": "u", "sasl_plain_password": "hunter2"},
    });
    let created = server.post(&path, &body.to_string());
    let id = text(&created["endpoint_id"]);
    let integration = json!({"integration_type": "flink_external_kafka", "source_endpoint_id": id,
                             "dest_service": "flink-demo"});
    let integration = server.post(&format!("{PROJECT}/integration"), &integration.to_string());
    let of = |list: &str| server.get(&format!("{PROJECT}/{list}")).to_string();
    for shown in [
        created.to_string(),
        of("integration_endpoint"),
        of("integration"),
        integration.to_string(),
    ] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let one = format!("{path}/{id}");
    assert_eq!(
        server.get(&one)["user_config"]["sasl_plain_password"],
        json!("<redacted>")
    );
    server.put(&one, r#"{"user_config": {"sasl_plain_username": "v"}}"#);
    assert_eq!(
        server.get(&one)["user_config"]["bootstrap_servers"],
        json!("k:9093")
    );
    assert_eq!(server.call("POST", &path, Some(&body.to_string())).status, 409);
    assert!(
        server
            .call("DELETE", &one, None)
            .refused(409)
            .contains("is used by integration")
    );
    let message = server.call(
        "PUT",
        &one,
        Some(r#"{"user_config": {"security_protocol": "hunter2"}}"#),
    );
    assert_eq!(
        message.refused(400),
        "Invalid 'user_config.security_protocol': expected one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"
    );
}
