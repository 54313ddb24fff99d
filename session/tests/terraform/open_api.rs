//! Headers, tokens, odd paths, and the description of the API.

use std::collections::BTreeSet;

use serde_json::json;
use session::api::Settings;

use crate::support::{FLINK, PROJECT, Server};

#[test]
fn odd_requests_are_understood() {
    let server = Server::start();
    let bearer = format!("Authorization: Bearer {}\r\n", server.token());
    let octets = format!("{bearer}Content-Type: application/octet-stream\r\n");
    for (target, headers) in [
        ("//v1/project/dev/service?limit=999", &bearer),
        ("/v1/project/dev/service", &octets),
        ("/v1/project/dev/service/flink%2Ddemo", &bearer),
    ] {
        server.send("GET", target, headers, "").ok();
    }
    // avn sends JSON under this type too when it has nothing to say.
    let created = server
        .send("POST", FLINK, &octets, r#"{"name": "app", "unknown": [1]}"#)
        .ok();
    assert_eq!(created["name"], "app");
    for (method, path) in [
        ("GET", format!("{PROJECT}/nothing")),
        ("POST", format!("{FLINK}/a/deployment/b/explode")),
        ("GET", format!("{FLINK}/a/version/")),
        ("GET", "/nothing".to_owned()),
    ] {
        assert_eq!(server.call(method, &path, None).status, 404, "{method} {path}");
    }
    assert_eq!(server.call("PATCH", FLINK, None).status, 405);
    assert_eq!(server.get("/")["description"], "/openapi.json");
}

#[test]
fn tokens_are_asked_for() {
    let server = Server::start();
    let path = "/v1/project";
    for headers in [
        "",
        "Authorization: aivenv1 wrong\r\n",
        "Authorization: Basic eDp5\r\n",
    ] {
        assert_eq!(server.send("GET", path, headers, "").status, 401, "{headers}");
    }
    let created = server.post("/v1/access_token", r#"{"description": "second"}"#);
    let token = created["token"].as_str().expect("it is shown once");
    let headers = format!("Authorization: aivenv1 {token}\r\n");
    assert_eq!(
        server.send("GET", "/v1/me", &headers, "").ok()["user"]["user"],
        "me@example.org"
    );
    let listed = server.get("/v1/access_token");
    assert!(
        !listed.to_string().contains(token),
        "only its first characters are kept"
    );
    server.delete(&format!("/v1/access_token/{token}"));
    assert_eq!(server.send("GET", path, &headers, "").status, 401);
    assert_eq!(server.call("POST", "/v1/userauth", Some("{}")).status, 403);
}

#[test]
fn callers_on_this_machine_need_no_token_where_the_operator_says_so() {
    let settings = Settings {
        trusts_loopback: true,
        ..Settings::default()
    };
    let server = Server::start_with(settings);
    server.send("GET", "/v1/project", "", "").ok();
    assert_eq!(
        server
            .send("GET", "/v1/project", "Authorization: aivenv1 wrong\r\n", "")
            .status,
        401
    );
}

#[test]
fn the_filter_of_a_cluster_holds_for_its_jobs() {
    let server = Server::start();
    let service = format!("{PROJECT}/service/flink-demo");
    server.put(
        &service,
        r#"{"user_config": {"ip_filter": [{"network": "10.0.0.0/8", "description": "office"}]}}"#,
    );
    assert_eq!(
        server.call("GET", FLINK, None).refused(403),
        "The ip_filter of service flink-demo does not let 127.0.0.1 in"
    );
    server.put(&service, r#"{"user_config": {"ip_filter": ["127.0.0.0/8"]}}"#);
    server.get(FLINK);
}

/// A route's path with the session cluster of the tests in it.
fn example(path: &str) -> String {
    path.replace("{project}", "dev")
        .replace("{service}", "flink-demo")
        .replace(['{', '}'], "")
}

#[test]
fn the_filter_of_a_cluster_holds_on_every_route_but_those_that_change_it() {
    let server = Server::start();
    let service = format!("{PROJECT}/service/flink-demo");
    server.put(&service, r#"{"user_config": {"ip_filter": ["10.0.0.0/8"]}}"#);
    let description = serde_json::to_value(session::api::description()).expect("plain data");
    let mut refused = 0;
    let paths = description["paths"].as_object().expect("paths");
    for (path, methods) in paths {
        // The service itself stays last, since deleting it works.
        let is_management = path.ends_with("/service/{service}") || path.ends_with("/service/{service}/tags");
        // Flink's paths stand at the root and below /v1.
        let below = path.strip_prefix("/v1");
        let is_of_flink = below.is_none_or(|below| paths.contains_key(below));
        let is_filtered = !is_management && (path.contains("{service}") || is_of_flink);
        for method in methods.as_object().expect("methods").keys() {
            if !is_filtered && (method == "delete" || path == "/v1/userauth") {
                continue;
            }
            let answer = server.call(&method.to_uppercase(), &example(path), Some("{}"));
            assert_eq!(
                answer.status == 403,
                is_filtered,
                "{method} {path}: {}",
                answer.body
            );
            refused += usize::from(is_filtered);
        }
    }
    assert!(refused > 40, "{refused}");
    server.post(
        &format!("{PROJECT}/service"),
        r#"{"service_name": "open", "service_type": "flink"}"#,
    );
    assert_eq!(
        server.get("/jobs"),
        json!({"jobs": []}),
        "one of the clusters lets the caller in, and its jobs are shown"
    );
}

#[test]
fn every_route_is_described() {
    let server = Server::start();
    let described = server.send("GET", "/openapi.json", "", "").ok();
    let generated = serde_json::to_value(session::api::description()).expect("plain data");
    assert_eq!(described, generated);
    let paths = described["paths"].as_object().expect("paths");
    assert!(paths.len() > 35, "{}", paths.len());
    let mut ids = BTreeSet::new();
    for (path, methods) in paths {
        let example = example(path);
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            assert!(ids.insert(id), "{method} {path}: another operation has this id");
            let parameters = operation["parameters"].as_array().expect("a list");
            let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
            assert_eq!(in_path.count(), path.matches('{').count(), "{method} {path}");
            assert!(
                operation["summary"].is_string() && operation["responses"].is_object(),
                "{method} {path}"
            );
            let answer = server.call(&method.to_uppercase(), &example, Some("{}"));
            let message = answer.body["message"].as_str().unwrap_or_default();
            let needs_body = message.starts_with("Invalid body: missing field");
            let is_required = operation["requestBody"]["required"] == true;
            assert_eq!(needs_body, is_required, "{method} {path}: {message}");
            let is_routed = !answer.body["message"]
                .as_str()
                .is_some_and(|message| message.starts_with("There is no "));
            assert!(
                is_routed && answer.status < 500 && answer.status != 405,
                "{method} {path}: {}",
                answer.body
            );
        }
    }
}

#[test]
fn what_avn_asks_first_is_answered() {
    let server = Server::start();
    assert_eq!(server.get("/v1/project")["projects"][0]["project_name"], "dev");
    let account = server.get("/v1/project/dev")["project"]["account_id"].clone();
    let versions = server.get(&format!(
        "/v1/account/{}/service_versions",
        account.as_str().expect("text")
    ));
    assert_eq!(
        versions["service_versions"][0]["aiven_end_of_life_time"],
        json!(null)
    );
    assert!(server.get(&format!("{PROJECT}/vpcs"))["vpcs"].is_array());
    let schema = server.get(&format!("{PROJECT}/service-types/flink"))["user_config_schema"].clone();
    assert_eq!(schema["properties"]["number_of_task_slots"]["type"], "integer");
    let types = server.get(&format!("{PROJECT}/service_types"))["service_types"].clone();
    assert!(types["kafka"]["description"].is_string());
    let logs = server.post(
        &format!("{PROJECT}/service/flink-demo/logs"),
        r#"{"limit": 100, "offset": "5"}"#,
    );
    let expected = json!({
        "logs": [], "first_log_offset": "5", "offset": "5", "hidden": 0, "epoch": logs["epoch"],
    });
    assert_eq!(logs, expected);
    let metrics = server.post(
        &format!("{PROJECT}/service/flink-demo/metrics"),
        r#"{"period": "hour"}"#,
    );
    assert_eq!(metrics["metrics"]["cpu_usage"]["data"]["cols"][0]["type"], "date");
    let wrong = server.call(
        "POST",
        &format!("{PROJECT}/service/flink-demo/metrics"),
        Some(r#"{"period": "x"}"#),
    );
    assert!(
        wrong
            .refused(400)
            .starts_with("Invalid 'period': unknown variant `x`")
    );
    let overview = server.get(&format!("{PROJECT}/service/flink-demo/flink/overview"));
    assert_eq!(
        (&overview["taskmanagers"], &overview["slots-total"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(
        server.get(&format!("{PROJECT}/service/flink-demo/flink/job"))["jobs"],
        json!([])
    );
}

#[test]
fn lists_may_be_limited() {
    let server = Server::start();
    for name in ["a", "b", "c"] {
        server.post(FLINK, &json!({ "name": name }).to_string());
    }
    let headers = format!("Authorization: aivenv1 {}\r\n", server.token());
    let list = |query: &str| server.send("GET", &format!("{FLINK}?{query}"), &headers, "");
    let count = |query: &str| list(query).ok()["applications"].as_array().map(Vec::len);
    assert_eq!(count("limit=2"), Some(2));
    assert_eq!(count("include_secrets=true&limit=999"), Some(3));
    assert_eq!(count(""), Some(3));
    assert_eq!(
        list("limit=few").refused(400),
        "Invalid 'limit': expected a number from 1"
    );
}

#[test]
fn flinks_paths_are_served_beside_ours() {
    let server = Server::start();
    assert_eq!(server.get("/jobs"), json!({"jobs": []}));
    assert_eq!(server.get("/jobs/overview"), json!({"jobs": []}));
    assert_eq!(server.get("/taskmanagers"), json!({"taskmanagers": []}));
    assert_eq!(server.get("/overview")["flink-version"], "2.2.1");
    assert_eq!(server.get("/config")["features"]["web-submit"], false);
    // As Flink's own clients ask.
    assert_eq!(server.get("/v1/jobs/overview"), json!({"jobs": []}));
    assert_eq!(server.get("/jobs/metrics"), json!([]));
    assert_eq!(server.get("/taskmanagers/metrics"), json!([]));
    assert_eq!(
        server.get("/jobmanager/metrics")[0]["id"],
        "numRegisteredTaskManagers"
    );
    let keys = server.get("/jobmanager/config");
    assert_eq!(keys[0]["key"], "execution.checkpointing.dir");
    let figures = server.call("GET", "/metrics", None).ok();
    let figures = figures.as_str().expect("text");
    assert!(
        figures.contains("\nflink_jobmanager_numRunningJobs 0\n"),
        "{figures}"
    );
    for path in [
        "/jobs/0",
        "/jobs/0/checkpoints",
        "/jobs/0/vertices/0",
        "/jobs/0/status",
        "/jobs/0/accumulators",
        "/jobs/0/jobmanager/config",
        "/jobs/0/checkpoints/config",
        "/jobs/0/checkpoints/details/1",
        "/jobs/0/vertices/0/subtasks/metrics",
        "/jobs/0/vertices/0/taskmanagers",
        "/jobs/0/vertices/0/backpressure",
        "/jobs/0/vertices/0/watermarks",
        "/jobs/0/vertices/0/accumulators",
        "/v1/jobs/0",
        "/v1/project/dev/service/flink-demo/flink/proxy/jobs/0",
        "/v1/project/dev/service/flink-demo/flink/proxy/v1/jobs/0",
        "/taskmanagers/0",
        "/taskmanagers/0/metrics",
    ] {
        assert!(
            server.call("GET", path, None).refused(404).contains("not found"),
            "{path}"
        );
    }
}
