//! `aiven_flink`, `aiven_kafka`, `aiven_pg`.

use serde_json::{Value, json};

use crate::support::{FLINK, PROJECT, Server, text};

/// As the provider writes it.
fn creation(name: &str, service_type: &str, user_config: &Value) -> String {
    json!({
        "cloud": "local-1", "plan": "business-4", "project_vpc_id": null, "service_integrations": [],
        "service_name": name, "service_type": service_type, "static_ips": [], "tech_emails": [],
        "termination_protection": false, "user_config": user_config,
    })
    .to_string()
}

/// What the provider reads after every change and at every refresh.
fn read(server: &Server, name: &str, service_type: &str) -> Value {
    let path = format!("{PROJECT}/service/{name}");
    let headers = format!("Authorization: aivenv1 {}\r\n", server.token());
    let target = format!("{path}?include_secrets=true&limit=999");
    let service = server.send("GET", &target, &headers, "").ok()["service"].clone();
    let plan = format!("{PROJECT}/service-types/{service_type}/plans/business-4");
    assert_eq!(server.call("GET", &plan, None).status, 404);
    assert!(server.get(&format!("{PROJECT}/static-ips"))["static_ips"].is_array());
    assert!(server.get(&format!("{path}/tags"))["tags"].is_object());
    service
}

fn check_shape(service: &Value, name: &str, service_type: &str) {
    assert_eq!(
        (&service["service_name"], &service["service_type"]),
        (&json!(name), &json!(service_type))
    );
    assert_eq!(
        (&service["plan"], &service["cloud_name"]),
        (&json!("business-4"), &json!("local-1"))
    );
    assert_eq!(service["state"], "RUNNING");
    // The provider panics without these.
    assert!(service["connection_info"].is_object() && service["maintenance"]["updates"].is_array());
    for key in ["dow", "time", "enabled"] {
        assert!(service["maintenance"].get(key).is_some(), "{service}");
    }
    // avn fails without these.
    assert!(text(&service["create_time"]).ends_with('Z') && text(&service["update_time"]).ends_with('Z'));
    let parameters = service["service_uri_params"].as_object().expect("a map");
    assert!(parameters.values().all(Value::is_string), "{parameters:?}");
    if service_type == "pg" {
        assert!(
            !service["backups"].as_array().expect("a list").is_empty(),
            "the provider waits for one"
        );
    }
}

#[test]
fn services_of_all_types_are_created_read_and_deleted() {
    let server = Server::start();
    let slots = json!({"flink_version": "1.20", "number_of_task_slots": 2});
    for (name, service_type, user_config) in [
        ("flink-tf", "flink", &slots),
        ("kafka-tf", "kafka", &json!({"kafka_version": "3.8"})),
        ("pg-tf", "pg", &json!({"pg_version": "16"})),
    ] {
        let body = creation(name, service_type, user_config);
        assert!(server.post(&format!("{PROJECT}/service"), &body)["service"].is_object());
        for _ in 0..5 {
            assert_eq!(
                server.get(&format!("{PROJECT}/service/{name}"))["service"]["state"],
                "RUNNING"
            );
        }
        server.put(
            &format!("{PROJECT}/service/{name}/tags"),
            r#"{"tags":{"team":"a"}}"#,
        );
        let service = read(&server, name, service_type);
        check_shape(&service, name, service_type);
        assert_eq!(&service["user_config"], user_config);
        assert_eq!(service["tags"], json!({"team": "a"}));
        // A create that timed out left the service behind: the next apply is told so.
        let again = server.call("POST", &format!("{PROJECT}/service"), Some(&body));
        assert_eq!(again.refused(409), format!("Service {name} already exists"));
        if service_type == "flink" {
            assert_eq!(
                server.get(&format!("{PROJECT}/service/{name}/flink/application"))["applications"],
                json!([])
            );
        }
        server.delete(&format!("{PROJECT}/service/{name}"));
        let gone = server
            .call("GET", &format!("{PROJECT}/service/{name}"), None)
            .refused(404);
        assert!(!gone.contains("does not exist"), "clients would ask for minutes");
    }
}

#[test]
fn updates_merge() {
    let server = Server::start();
    let config = json!({"flink_version": "1.20", "number_of_task_slots": 2});
    server.post(
        &format!("{PROJECT}/service"),
        &creation("flink-tf", "flink", &config),
    );
    let path = format!("{PROJECT}/service/flink-tf");
    // Without flink_version, without `enabled`: as the provider sends it.
    let update = json!({
        "cloud": "local-1", "maintenance": {"dow": "monday", "time": "10:00:00"}, "plan": "business-8",
        "powered": true, "project_vpc_id": null, "tech_emails": [], "termination_protection": false,
        "user_config": {"number_of_task_slots": 4},
    });
    server.put(&path, &update.to_string());
    let service = read(&server, "flink-tf", "flink");
    assert_eq!(
        service["user_config"],
        json!({"flink_version": "1.20", "number_of_task_slots": 4})
    );
    let maintenance = json!({"dow": "monday", "time": "10:00:00", "enabled": true, "updates": []});
    assert_eq!(service["maintenance"], maintenance);
    assert_eq!(service["plan"], "business-8");
    for (config, field) in [
        (
            json!({"number_of_task_slots": 0}),
            "user_config.number_of_task_slots",
        ),
        (
            json!({"number_of_task_slots": "many"}),
            "user_config.number_of_task_slots",
        ),
        (json!({"flink_version": "1.19"}), "user_config.flink_version"),
        (json!({"ip_filter": ["300.0.0.0/8"]}), "user_config.ip_filter"),
    ] {
        let body = json!({ "user_config": config }).to_string();
        let message = server.call("PUT", &path, Some(&body)).refused(400);
        assert!(message.starts_with(&format!("Invalid '{field}'")), "{message}");
    }
}

#[test]
fn what_is_kept_without_an_effect_is_told() {
    let server = Server::start();
    let config = json!({"number_of_task_slots": 2, "pekko_ask_timeout_s": 10});
    let created = server.post(
        &format!("{PROJECT}/service"),
        &creation("flink-tf", "flink", &config),
    );
    assert_eq!(
        created["notices"],
        json!([
            "'user_config.pekko_ask_timeout_s' is kept without an effect: processes of a session cluster call each \
             other over HTTP, not Pekko"
        ])
    );
    assert_eq!(read(&server, "flink-tf", "flink")["user_config"], config);
    let path = format!("{PROJECT}/service/flink-tf");
    let updated = server.put(&path, r#"{"user_config": {"number_of_task_slots": 3}}"#);
    assert_eq!(
        updated.get("notices"),
        None,
        "what is not named is not told again"
    );
    let logs =
        json!({"integration_type": "logs", "source_service": "flink-tf", "dest_service": "opensearch"});
    let made = server.post(&format!("{PROJECT}/integration"), &logs.to_string());
    assert_eq!(
        made["notices"],
        json!(["integrations of the type 'logs' are kept without an effect: nothing is forwarded by them"])
    );
}

#[test]
fn connections_keep_their_secrets() {
    let server = Server::start();
    let connection =
        json!({"host": "db", "port": 5433, "username": "u", "password": "hunter2", "ssl_mode": "require"});
    let body = json!({"service_name": "pg-demo", "service_type": "pg", "connection": connection});
    let created = server.post(&format!("{PROJECT}/service"), &body.to_string());
    let service = read(&server, "pg-demo", "pg");
    assert_eq!(
        service["service_uri_params"],
        json!({"host": "db", "port": "5433"})
    );
    assert_eq!(
        service["connection_info"]["pg_params"],
        json!([{"host": "db", "port": "5433", "user": "u", "sslmode": "require"}]),
        "the provider reads texts"
    );
    assert_eq!(service["connection"]["password"], "<redacted>");
    server.put(
        &format!("{PROJECT}/service/pg-demo"),
        r#"{"connection": {"password": "hunter3"}}"#,
    );
    let list = server.get(&format!("{PROJECT}/service")).to_string();
    for shown in [created.to_string(), service.to_string(), list] {
        assert!(!shown.contains("hunter"), "{shown}");
    }
}

#[test]
fn protected_services_and_wrong_names_are_told() {
    let server = Server::start();
    let protect = r#"{"termination_protection": true}"#;
    server.put(&format!("{PROJECT}/service/flink-demo"), protect);
    let refused = server.call("DELETE", &format!("{PROJECT}/service/flink-demo"), None);
    assert!(refused.refused(403).contains("is protected"));
    for (body, expected) in [
        (
            json!({"service_name": "a b", "service_type": "flink"}),
            "Invalid 'service_name'",
        ),
        (
            json!({"service_name": "a", "service_type": "mysql"}),
            "Invalid 'service_type'",
        ),
        (
            json!({"service_name": "a"}),
            "Invalid body: missing field `service_type`",
        ),
    ] {
        let message = server
            .call("POST", &format!("{PROJECT}/service"), Some(&body.to_string()))
            .refused(400);
        assert!(message.starts_with(expected), "{message}");
    }
    assert_eq!(
        server.call("GET", "/v1/project/other/service", None).refused(404),
        "Project other does not exist"
    );
    server.kafka_integration();
    let message = server
        .call("GET", &FLINK.replace("flink-demo", "kafka-demo"), None)
        .refused(400);
    assert_eq!(message, "Service kafka-demo is of type 'kafka', not 'flink'");
}
