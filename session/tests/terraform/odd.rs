//! Odd requests: every one gets a status of the caller's mistake and a sentence that names the field.

use serde_json::json;

use crate::support::{FLINK, PROJECT, Server, text};

/// A case a line: method, path, status, body, how the message begins, with ` | ` between. `FLINK` in a path stands for
/// the applications of the session cluster, `PROJECT` for the project.
fn check(server: &Server, cases: &str) {
    for case in cases.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let parts: Vec<&str> = case.split(" | ").collect();
        let [method, path, status, body, message] = parts[..] else {
            panic!("five parts: {case}");
        };
        let path = path.replace("FLINK", FLINK).replace("PROJECT", PROJECT);
        let status = status.parse().expect("a number");
        check_one(server, method, &path, body, status, message);
    }
}

fn check_one(server: &Server, method: &str, path: &str, body: &str, status: u16, message: &str) {
    let shown: String = body.chars().take(80).collect();
    let answer = server.call(method, path, Some(body));
    assert_eq!(answer.status, status, "{method} {path} {shown}: {}", answer.body);
    if status != 200 {
        let found = answer.refused(status);
        assert!(found.starts_with(message), "{method} {path} {shown}: {found}");
    }
}

#[test]
fn bodies_that_are_no_objects_or_have_wrong_fields() {
    let server = Server::start();
    check(
        &server,
        r#"
        POST | FLINK | 400 | {} | Invalid body: missing field `name`
        POST | FLINK | 400 | {"name": null} | Invalid 'name': invalid type: null, expected a string
        POST | FLINK | 400 | {"name": 1} | Invalid 'name': invalid type: integer `1`
        POST | FLINK | 400 | {"name": ""} | Invalid 'name': expected 1 to 128 characters
        POST | FLINK | 400 | {"name": " "} | Invalid 'name': expected 1 to 128 characters
        POST | FLINK | 400 | {"name": "a\u0000b"} | Invalid 'name': expected no control characters
        POST | FLINK | 400 | [] | Invalid body: expected an object
        POST | FLINK | 400 | ["name", null, null, null] | Invalid body: expected an object
        POST | FLINK | 400 | null | Invalid body: expected an object
        POST | FLINK | 400 | "name" | Invalid body: expected an object
        POST | FLINK | 400 | {"name": "\ud800"} | The body is not JSON
        POST | FLINK | 400 | {"name": "a"} { | The body is not JSON: trailing characters
        POST | FLINK | 400 | {"name": "a", "restore": "now"} | Invalid 'restore': unknown variant `now`
        POST | FLINK | 400 | {"name": "a", "application_version": {}} | Invalid body: missing field `statement`
        POST | FLINK | 200 | {"name": "a", "unknown": [1], "restore": null, "application_version": null} | -
        POST | FLINK | 409 | {"name": "a"} | Application a already exists
        "#,
    );
    let long = format!(r#"{{"name": "{}"}}"#, "x".repeat(129));
    let nested = "[".repeat(100_000);
    let too_large = format!(r#"{{"name": "x", "more": "{}"}}"#, "x".repeat(2 << 20));
    for (body, status, message) in [
        (
            long,
            400,
            "Invalid 'name': expected 1 to 128 characters, found 129",
        ),
        (nested, 400, "The body is not JSON: recursion limit exceeded"),
        (too_large, 413, "The body is larger than 2 MiB"),
    ] {
        check_one(&server, "POST", FLINK, &body, status, message);
    }
}

#[test]
fn paths_that_lead_nowhere() {
    let server = Server::start();
    let application = text(&server.post(FLINK, r#"{"name": "app"}"#)["id"]);
    check(
        &server,
        &r#"
        GET | FLINK/%ff | 400 | - | The path is not UTF-8
        GET | /taskmanagers/%c3%28 | 400 | - | The path is not UTF-8
        GET | FLINK/% | 404 | - | Application not found: %
        GET | FLINK/%zz | 404 | - | Application not found: %zz
        GET | FLINK/%2e%2e | 404 | - | Application not found: ..
        GET | FLINK/ID/ | 404 | - | There is no GET
        GET | FLINK/ | 404 | - | There is no GET
        GET | /v1//project/dev/service | 404 | - | There is no GET
        GET | //v1/project/dev/service/flink-demo/flink/application/ID | 200 | - | -
        GET | /v1/project/%64ev/service/flink%2Ddemo/flink/application/ID | 200 | - | -
        OPTIONS | FLINK/ID | 405 | - | /v1/project/dev/service/flink-demo
        POST | FLINK/ID | 405 | {} | /v1/project/dev/service/flink-demo
        PATCH | /jobs/0 | 405 | {} | /jobs/0 does not take PATCH
        "#
        .replace("ID", &application),
    );
    let shouted = format!("{FLINK}/{}", application.to_uppercase());
    check_one(&server, "GET", &shouted, "", 404, "Application not found");
}

/// A version with these settings in front of its statement.
fn version(settings: &str) -> String {
    json!({
        "statement": format!("{settings}INSERT INTO t SELECT id FROM s"),
        "sources": [{"create_table": "CREATE TABLE s (id INT) WITH ('connector' = 'datagen')"}],
        "sinks": [{"create_table": "CREATE TABLE t (id INT) WITH ('connector' = 'blackhole')"}],
    })
    .to_string()
}

#[test]
fn versions_with_settings_that_nobody_can_follow() {
    let server = Server::start();
    let application = text(&server.post(FLINK, r#"{"name": "app"}"#)["id"]);
    let path = format!("{FLINK}/{application}/version");
    let slip = version("SET 'restart-strategy.fixed-delay.atempts' = '7';\n");
    for (body, message) in [
        (
            version("SET 'restart-strategy.type' = 'sometimes';\n"),
            "statement: 'restart-strategy.type': expected none, ",
        ),
        (
            version("SET 'restart-strategy.exponential-delay.jitter-factor' = '7';\n"),
            "statement: 'restart-strategy.exponential-delay.jitter-factor'",
        ),
        (
            slip.clone(),
            "statement: 'restart-strategy.fixed-delay.atempts': there is no such key; did you mean \
             'restart-strategy.fixed-delay.attempts'?",
        ),
    ] {
        check_one(&server, "POST", &path, &body, 400, message);
    }
    let validation = server.post(&format!("{path}/validate"), &slip);
    let told = validation["statement_error"]["message"]
        .as_str()
        .expect("a message");
    assert!(told.contains("did you mean"), "{told}");
    server.post(
        &path,
        &version("SET 'restart-strategy.type' = 'exponential-delay';\n"),
    );
    check(
        &server,
        &r#"
        POST | PATH | 400 | {"statement": "", "sources": [null]} | Invalid 'sources[0]': invalid type: null, expected an object
        POST | PATH | 400 | {"statement": "", "sources": {}} | Invalid 'sources': invalid type: object, expected a list
        POST | PATH | 400 | {"statement": ";"} | statement, line 1, character 1: expected an INSERT
        "#
        .replace("PATH", &path),
    );
}

#[test]
fn deployments_with_wrong_fields() {
    let server = Server::start();
    let application = text(&server.post(FLINK, r#"{"name": "app"}"#)["id"]);
    let version = text(&server.post(&format!("{FLINK}/{application}/version"), &version(""))["id"]);
    let path = format!("{FLINK}/{application}/deployment");
    let cases = r#"
        "version_id": null | Invalid 'version_id': invalid type: null
        "parallelism": 0 | parallelism: expected a number from 1 to 128, found 0
        "parallelism": 129 | parallelism: expected a number from 1 to 128, found 129
        "parallelism": -1 | Invalid 'parallelism': invalid value: integer `-1`, expected a whole number
        "parallelism": "1" | Invalid 'parallelism': invalid type: string "1", expected a whole number
        "parallelism": 1.5 | Invalid 'parallelism': invalid type: floating point `1.5`
        "restart_enabled": "yes" | Invalid 'restart_enabled': invalid type: string "yes"
        "starting_savepoint": "nope" | starting_savepoint: there is no savepoint 'nope'
        "starting_savepoint": "file:///no/where" | starting_savepoint: file:///no/where cannot be read
        "starting_savepoint": "gopher://x/y" | starting_savepoint: gopher://x/y: expected file:///PATH or s3://BUCKET/PREFIX
        "#;
    for case in cases.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (field, message) = case.split_once(" | ").expect("two parts");
        let body = match field.starts_with("\"version_id") {
            true => format!("{{{field}}}"),
            false => format!("{{\"version_id\": \"{version}\", {field}}}"),
        };
        check_one(&server, "POST", &path, &body, 400, message);
    }
    let long = json!({ "version_id": version, "starting_savepoint": "x".repeat(2_049) }).to_string();
    check_one(
        &server,
        "POST",
        &path,
        &long,
        400,
        "starting_savepoint: longer than 2048",
    );
}

#[test]
fn services_with_wrong_fields() {
    let server = Server::start();
    check(
        &server,
        r#"
        POST | PROJECT/service | 400 | {"service_name": "../x", "service_type": "flink"} | Invalid 'service_name'
        PUT | PROJECT/service/flink-demo | 400 | {"plan": " "} | Invalid 'plan'
        PUT | PROJECT/service/flink-demo | 400 | {"maintenance": {"dow": "someday"}} | Invalid 'maintenance.dow': expected one of
        PUT | PROJECT/service/flink-demo | 400 | {"maintenance": {"tme": "10:00:00"}} | Invalid 'maintenance.tme': expected dow
        PUT | PROJECT/service/flink-demo | 400 | {"tech_emails": ["a@b"]} | Invalid 'tech_emails[0]': expected an object
        PUT | PROJECT/service/flink-demo | 200 | {"tech_emails": [{"email": "a@b"}]} | -
        PUT | PROJECT/service/flink-demo | 400 | {"maintenance": {"time": "99"}} | Invalid 'maintenance.time': expected a time
        PUT | PROJECT/service/flink-demo | 200 | {"maintenance": {"dow": "monday", "time": "10:00:00"}} | -
        PUT | PROJECT/service/flink-demo/tags | 400 | {"tags": {"a": 5}} | Invalid 'tags.a': expected text, found 5
        PUT | PROJECT/service/flink-demo/tags | 200 | {"tags": {"a": "b"}} | -
        POST | PROJECT/service/flink-demo/logs | 400 | {"limit": -1} | Invalid 'limit'
        POST | PROJECT/service/flink-demo/logs | 400 | {"offset": -1} | Invalid 'offset': expected the offset of an
        POST | PROJECT/service/flink-demo/logs | 400 | {"offset": {}} | Invalid 'offset': expected the offset of an
        POST | PROJECT/service/flink-demo/metrics | 400 | {"period": 5} | Invalid 'period': invalid type: integer `5`, expected text
        POST | /v1/access_token | 400 | {"max_age_seconds": -5} | Invalid 'max_age_seconds'
        POST | /v1/access_token | 400 | {"extend_when_used": true} | Invalid 'extend_when_used'
        PUT | /v1/access_token/nothing | 404 | {"description": "x"} | Token not found
        "#,
    );
}

#[test]
fn connections_and_topics_with_wrong_fields() {
    let server = Server::start();
    server.kafka_integration();
    let kafka = |connection: &str| {
        format!(r#"{{"service_name": "k", "service_type": "kafka", "connection": {connection}}}"#)
    };
    let services = format!("{PROJECT}/service");
    for (body, message) in [
        (
            kafka(r#"{"bootstrap_servers": 5}"#),
            "Invalid 'connection.bootstrap_servers': expected text",
        ),
        (
            kafka(r#"{"servers": "k:1"}"#),
            "Invalid 'connection.servers': expected one of bootstrap_servers, ",
        ),
        (
            r#"{"service_name": "p", "service_type": "pg", "connection": {"host": "h", "port": "x"}}"#
                .to_owned(),
            "Invalid 'connection.port': expected a number from 1 to 65535",
        ),
    ] {
        check_one(&server, "POST", &services, &body, 400, message);
    }
    check(
        &server,
        &r#"
        POST | TOPIC | 400 | {"topic_name": "a b"} | Invalid 'topic_name': expected 1 to 249
        POST | TOPIC | 400 | {"topic_name": "a", "partitions": 0} | Invalid 'partitions': expected a number from 1
        POST | TOPIC | 400 | {"topic_name": "a", "replication": -1} | Invalid 'replication'
        PUT | TOPIC/a | 400 | {"partitions": 0} | Invalid 'partitions'
        GET | PROJECT/service/flink-demo/topic | 400 | - | Service flink-demo is of type 'flink'
        "#
        .replace("TOPIC", "PROJECT/service/kafka-demo/topic"),
    );
}

/// Type of the service, an integration that comes with it, the status of the answer, how its message begins.
const INTEGRATIONS: [(&str, &str, u16, &str); 8] = [
    (
        "flink",
        "5",
        400,
        "Invalid 'service_integrations[0]': invalid type: integer `5`",
    ),
    (
        "flink",
        "{}",
        400,
        "Invalid 'service_integrations[0]': missing field `integration_type`",
    ),
    (
        "flink",
        r#"{"integration_type": "flnk", "source_service": "kafka-demo"}"#,
        400,
        "Invalid 'service_integrations[0].integration_type': expected one of flink, flink_external_kafka, \
             flink_external_postgresql, logs, metrics, found 'flnk'; this version has no other; did you mean 'flink'?",
    ),
    (
        "flink",
        r#"{"integration_type": "flink"}"#,
        400,
        "Invalid 'service_integrations[0].source_service': integration type 'flink' needs it",
    ),
    (
        "flink",
        r#"{"integration_type": "flink", "source_service": "kafka-demo", "dest_service": "other"}"#,
        400,
        "Invalid 'service_integrations[0].dest_service': expected 'n', the service that is created, found 'other'",
    ),
    (
        "kafka",
        r#"{"integration_type": "flink", "source_service": "kafka-demo"}"#,
        400,
        "Invalid 'service_integrations[0].integration_type': 'flink' leads to a session cluster",
    ),
    (
        "flink",
        r#"{"integration_type": "flink_external_kafka", "source_endpoint_id": "x"}"#,
        404,
        "Integration endpoint not found: x",
    ),
    (
        "flink",
        r#"{"integration_type": "flink", "source_service_name": "kafka-demo"}"#,
        200,
        "",
    ),
];

#[test]
fn integrations_that_come_with_a_service_are_looked_at_like_others() {
    let server = Server::start();
    server.kafka_integration();
    let path = format!("{PROJECT}/service");
    let body = |service_type: &str, integration: &str| {
        format!(
            r#"{{"service_name": "n", "service_type": "{service_type}", "service_integrations": [{integration}]}}"#
        )
    };
    for (service_type, integration, status, message) in INTEGRATIONS {
        // Whatever is refused leaves no service behind: the last one is created.
        check_one(
            &server,
            "POST",
            &path,
            &body(service_type, integration),
            status,
            message,
        );
    }
    let listed = server.get(&format!("{path}/n/integration"));
    let integrations = listed["service_integrations"].as_array().expect("a list");
    assert_eq!(integrations.len(), 1);
    assert_eq!(integrations[0]["source_service"], "kafka-demo");
    assert_eq!(integrations[0]["dest_service"], "n");
}

#[test]
fn heads_have_no_bodies_and_tokens_are_described() {
    let server = Server::start();
    let created = server.post(
        "/v1/access_token",
        r#"{"description": "first", "extend_when_used": false, "max_age_seconds": 3600}"#,
    );
    assert_eq!(created["max_age_seconds"], 3_600);
    let path = format!("/v1/access_token/{}", text(&created["token_prefix"]));
    assert_eq!(
        server.put(&path, r#"{"description": "second"}"#)["description"],
        "second"
    );
    let listed = server.get("/v1/access_token");
    let described = listed["tokens"].as_array().expect("a list").iter();
    assert_eq!(
        described.filter(|token| token["description"] == "second").count(),
        1
    );
    for (path, status) in [(FLINK, "200"), ("/nothing", "404")] {
        let head = server.head(path);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        assert!(head.ends_with("\r\n\r\n"), "{head}");
    }
}
