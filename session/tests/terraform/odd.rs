//! Odd requests: every one gets a status of the caller's mistake and a sentence that names the field.

use serde_json::json;

use crate::support::{FLINK, PROJECT, Server, text};

/// Method, path, body, status, and how the message begins.
type Case<'a> = (&'a str, String, &'a str, u16, &'a str);

fn check(server: &Server, cases: &[Case<'_>]) {
    for (method, path, body, status, message) in cases {
        let shown: String = body.chars().take(80).collect();
        let answer = server.call(method, path, Some(body));
        assert_eq!(answer.status, *status, "{method} {path} {shown}: {}", answer.body);
        if *status != 200 {
            let found = answer.refused(*status);
            assert!(found.starts_with(message), "{method} {path} {shown}: {found}");
        }
    }
}

#[test]
fn bodies_that_are_no_objects_or_have_wrong_fields() {
    let server = Server::start();
    let long = format!(r#"{{"name": "{}"}}"#, "x".repeat(129));
    let nested = "[".repeat(100_000);
    let too_large = format!(r#"{{"name": "x", "more": "{}"}}"#, "x".repeat(2 << 20));
    let cases: [(&str, u16, &str); 18] = [
        ("{}", 400, "Invalid body: missing field `name`"),
        (
            r#"{"name": null}"#,
            400,
            "Invalid 'name': invalid type: null, expected a string",
        ),
        (r#"{"name": 1}"#, 400, "Invalid 'name': invalid type: integer `1`"),
        (
            r#"{"name": ""}"#,
            400,
            "Invalid 'name': expected 1 to 128 characters",
        ),
        (
            r#"{"name": " "}"#,
            400,
            "Invalid 'name': expected 1 to 128 characters",
        ),
        (
            r#"{"name": "a\u0000b"}"#,
            400,
            "Invalid 'name': expected no control characters",
        ),
        (
            &long,
            400,
            "Invalid 'name': expected 1 to 128 characters, found 129",
        ),
        ("[]", 400, "Invalid body: expected an object"),
        (
            r#"["name", null, null, null]"#,
            400,
            "Invalid body: expected an object",
        ),
        ("null", 400, "Invalid body: expected an object"),
        ("\"name\"", 400, "Invalid body: expected an object"),
        (r#"{"name": "\ud800"}"#, 400, "The body is not JSON"),
        (
            r#"{"name": "a"} {"#,
            400,
            "The body is not JSON: trailing characters",
        ),
        (&nested, 400, "The body is not JSON: recursion limit exceeded"),
        (&too_large, 413, "The body is larger than 2 MiB"),
        (
            r#"{"name": "a", "restore": "now"}"#,
            400,
            "Invalid 'restore': unknown variant `now`",
        ),
        (
            r#"{"name": "a", "application_version": {}}"#,
            400,
            "Invalid body: missing field `statement`",
        ),
        (
            r#"{"name": "a", "unknown": [1], "restore": null, "application_version": null}"#,
            200,
            "",
        ),
    ];
    let cases: Vec<Case<'_>> = cases
        .into_iter()
        .map(|(body, status, message)| ("POST", FLINK.to_owned(), body, status, message))
        .collect();
    check(&server, &cases);
}

#[test]
fn paths_that_lead_nowhere() {
    let server = Server::start();
    let application = text(&server.post(FLINK, r#"{"name": "app"}"#)["id"]);
    let at = |rest: &str| format!("{FLINK}/{rest}");
    let cases = [
        ("GET", at("%ff"), "", 400, "The path is not UTF-8"),
        (
            "GET",
            "/taskmanagers/%c3%28".to_owned(),
            "",
            400,
            "The path is not UTF-8",
        ),
        ("GET", at("%"), "", 404, "Application not found: %"),
        ("GET", at("%zz"), "", 404, "Application not found: %zz"),
        ("GET", at("%2e%2e"), "", 404, "Application not found: .."),
        (
            "GET",
            at(&application.to_uppercase()),
            "",
            404,
            "Application not found",
        ),
        ("GET", at(""), "", 404, "There is no GET"),
        (
            "GET",
            format!("/v1//project/dev{}", &FLINK[15..]),
            "",
            404,
            "There is no GET",
        ),
        ("GET", format!("///{}/{application}", &FLINK[1..]), "", 200, ""),
        ("GET", at(&application.replace('-', "%2D")), "", 200, ""),
        (
            "OPTIONS",
            at(&application),
            "",
            405,
            "/v1/project/dev/service/flink-demo",
        ),
        (
            "POST",
            at(&application),
            "{}",
            405,
            "/v1/project/dev/service/flink-demo",
        ),
        (
            "PATCH",
            "/jobs/0".to_owned(),
            "",
            405,
            "/jobs/0 does not take PATCH",
        ),
    ];
    check(&server, &cases);
}

#[test]
fn versions_with_settings_that_nobody_can_follow() {
    let server = Server::start();
    let application = text(&server.post(FLINK, r#"{"name": "app"}"#)["id"]);
    let path = format!("{FLINK}/{application}/version");
    let body = |settings: &str| {
        json!({
            "statement": format!("{settings}INSERT INTO t SELECT id FROM s"),
            "sources": [{"create_table": "CREATE TABLE s (id INT) WITH ('connector' = 'datagen')"}],
            "sinks": [{"create_table": "CREATE TABLE t (id INT) WITH ('connector' = 'blackhole')"}],
        })
        .to_string()
    };
    let kind = body("SET 'restart-strategy.type' = 'sometimes';\n");
    let jitter = body("SET 'restart-strategy.exponential-delay.jitter-factor' = '7';\n");
    let slip = body("SET 'restart-strategy.fixed-delay.atempts' = '7';\n");
    let right = body("SET 'restart-strategy.type' = 'exponential-delay';\n");
    let unknown = "statement: 'restart-strategy.fixed-delay.atempts': there is no such key; did you mean \
                   'restart-strategy.fixed-delay.attempts'?";
    let cases = [
        (
            "POST",
            path.clone(),
            kind.as_str(),
            400,
            "statement: 'restart-strategy.type': expected none, ",
        ),
        (
            "POST",
            path.clone(),
            &jitter,
            400,
            "statement: 'restart-strategy.exponential-delay.jitter-factor'",
        ),
        ("POST", path.clone(), &slip, 400, unknown),
        ("POST", path.clone(), &right, 200, ""),
        (
            "POST",
            path.clone(),
            r#"{"statement": "", "sources": [null]}"#,
            400,
            "Invalid 'sources[0]': invalid type: null, expected an object",
        ),
        (
            "POST",
            path.clone(),
            r#"{"statement": "", "sources": {}}"#,
            400,
            "Invalid 'sources': invalid type: object, expected a list",
        ),
        (
            "POST",
            path.clone(),
            r#"{"statement": ";"}"#,
            400,
            "statement, line 1, character 1: expected an INSERT",
        ),
    ];
    check(&server, &cases);
    let validation = server.post(&format!("{path}/validate"), &slip);
    let told = validation["statement_error"]["message"]
        .as_str()
        .expect("a message");
    assert!(told.contains("did you mean"), "{told}");
}

#[test]
fn deployments_with_wrong_fields() {
    let server = Server::start();
    let application = text(&server.post(FLINK, r#"{"name": "app"}"#)["id"]);
    let body = json!({
        "statement": "INSERT INTO t SELECT id FROM s",
        "sources": [{"create_table": "CREATE TABLE s (id INT) WITH ('connector' = 'datagen')"}],
        "sinks": [{"create_table": "CREATE TABLE t (id INT) WITH ('connector' = 'blackhole')"}],
    });
    let version = text(&server.post(&format!("{FLINK}/{application}/version"), &body.to_string())["id"]);
    let with = |field: &str, value: serde_json::Value| {
        let mut body = json!({ "version_id": version });
        body[field] = value;
        body.to_string()
    };
    for (field, value, message) in [
        (
            "version_id",
            json!(null),
            "Invalid 'version_id': invalid type: null",
        ),
        (
            "parallelism",
            json!(0),
            "parallelism: expected a number from 1 to 128, found 0",
        ),
        (
            "parallelism",
            json!(129),
            "parallelism: expected a number from 1 to 128, found 129",
        ),
        (
            "parallelism",
            json!(-1),
            "Invalid 'parallelism': invalid value: integer `-1`, expected a whole number",
        ),
        (
            "parallelism",
            json!("1"),
            "Invalid 'parallelism': invalid type: string \"1\", expected a whole number",
        ),
        (
            "parallelism",
            json!(1.5),
            "Invalid 'parallelism': invalid type: floating point `1.5`",
        ),
        (
            "restart_enabled",
            json!("yes"),
            "Invalid 'restart_enabled': invalid type: string \"yes\"",
        ),
        (
            "starting_savepoint",
            json!("nope"),
            "starting_savepoint: there is no savepoint 'nope'",
        ),
        (
            "starting_savepoint",
            json!("file:///no/where"),
            "starting_savepoint: file:///no/where cannot be read",
        ),
        (
            "starting_savepoint",
            json!("gopher://x/y"),
            "starting_savepoint: gopher://x/y cannot be read",
        ),
        (
            "starting_savepoint",
            json!("x".repeat(2_049)),
            "starting_savepoint: longer than 2048",
        ),
    ] {
        let body = with(field, value);
        let path = format!("{FLINK}/{application}/deployment");
        check(&server, &[("POST", path, &body, 400, message)]);
    }
}

#[test]
fn services_and_topics_with_wrong_fields() {
    let server = Server::start();
    server.kafka_integration();
    let services = format!("{PROJECT}/service");
    let kafka = |rest: &str| format!("{services}/kafka-demo{rest}");
    let flink = |rest: &str| format!("{services}/flink-demo{rest}");
    let cases = [
        (
            "POST",
            services.clone(),
            r#"{"service_name": "../x", "service_type": "flink"}"#,
            400,
            "Invalid 'service_name'",
        ),
        (
            "POST",
            services.clone(),
            r#"{"service_name": "k", "service_type": "kafka", "connection": {"bootstrap_servers": 5}}"#,
            400,
            "Invalid 'connection.bootstrap_servers': expected text",
        ),
        (
            "POST",
            services.clone(),
            r#"{"service_name": "k", "service_type": "kafka", "connection": {"servers": "k:1"}}"#,
            400,
            "Invalid 'connection.servers': expected one of bootstrap_servers, ",
        ),
        (
            "POST",
            services.clone(),
            r#"{"service_name": "p", "service_type": "pg", "connection": {"host": "h", "port": "x"}}"#,
            400,
            "Invalid 'connection.port': expected a number from 1 to 65535",
        ),
        ("PUT", flink(""), r#"{"plan": " "}"#, 400, "Invalid 'plan'"),
        (
            "PUT",
            flink(""),
            r#"{"maintenance": {"dow": "someday"}}"#,
            400,
            "Invalid 'maintenance.dow': expected one of",
        ),
        (
            "PUT",
            flink(""),
            r#"{"maintenance": {"time": "99"}}"#,
            400,
            "Invalid 'maintenance.time': expected a time",
        ),
        (
            "PUT",
            flink(""),
            r#"{"maintenance": {"dow": "monday", "time": "10:00:00"}}"#,
            200,
            "",
        ),
        (
            "PUT",
            flink("/tags"),
            r#"{"tags": {"a": 5}}"#,
            400,
            "Invalid 'tags.a': expected text, found 5",
        ),
        ("PUT", flink("/tags"), r#"{"tags": {"a": "b"}}"#, 200, ""),
        (
            "POST",
            kafka("/topic"),
            r#"{"topic_name": "a b"}"#,
            400,
            "Invalid 'topic_name': expected 1 to 249",
        ),
        (
            "POST",
            kafka("/topic"),
            r#"{"topic_name": "a", "partitions": 0}"#,
            400,
            "Invalid 'partitions': expected a number from 1",
        ),
        (
            "POST",
            kafka("/topic"),
            r#"{"topic_name": "a", "replication": -1}"#,
            400,
            "Invalid 'replication'",
        ),
        (
            "PUT",
            kafka("/topic/a"),
            r#"{"partitions": 0}"#,
            400,
            "Invalid 'partitions'",
        ),
        (
            "GET",
            flink("/topic"),
            "",
            400,
            "Service flink-demo is of type 'flink'",
        ),
        ("POST", flink("/logs"), r#"{"limit": -1}"#, 400, "Invalid 'limit'"),
        (
            "POST",
            flink("/logs"),
            r#"{"offset": -1}"#,
            400,
            "Invalid 'offset': expected the offset of an earlier answer",
        ),
        (
            "POST",
            flink("/logs"),
            r#"{"offset": {}}"#,
            400,
            "Invalid 'offset': expected the offset of an earlier answer",
        ),
        (
            "POST",
            flink("/metrics"),
            r#"{"period": 5}"#,
            400,
            "Invalid 'period': invalid type: integer `5`, expected text",
        ),
        (
            "POST",
            "/v1/access_token".to_owned(),
            r#"{"max_age_seconds": -5}"#,
            400,
            "Invalid 'max_age_seconds'",
        ),
        (
            "PUT",
            "/v1/access_token/nothing".to_owned(),
            r#"{"description": "x"}"#,
            404,
            "Token not found",
        ),
    ];
    check(&server, &cases);
}

#[test]
fn heads_have_no_bodies_and_tokens_are_described() {
    let server = Server::start();
    let created = server.post("/v1/access_token", r#"{"description": "first"}"#);
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
