//! `aiven_flink_application` and `_version`.

use serde_json::{Value, json};

use crate::support::{FLINK, Server, text};

const SOURCE: &str = "CREATE TABLE kafka_pizza (shop STRING, name STRING)\n WITH ('connector' = 'kafka',\n  \
    'properties.bootstrap.servers' = '', 'scan.startup.mode' = 'earliest-offset', 'topic' = 'source_topic',\n  \
    'value.format' = 'json', 'properties.sasl.password' = 'ü')\n\n";
const SINK: &str = "\tCREATE TABLE kafka_known_pizza (shop STRING, name STRING) WITH ('connector' = 'kafka', \
    'properties.bootstrap.servers' = '', 'scan.startup.mode' = 'earliest-offset', 'topic' = 'sink_topic', \
    'value.format' = 'json');";
pub(crate) const STATEMENT: &str = "\n    INSERT INTO kafka_known_pizza\n    SELECT * FROM kafka_pizza\n    \
    WHERE shop LIKE '%Luigis 🍕%';\n  ";

/// As the provider writes it: keys in this order, without `integration_id` where there is none.
pub(crate) fn version_body(statement: &str, integration: Option<&str>) -> String {
    let table = |text: &str| match integration {
        Some(id) => json!({"create_table": text, "integration_id": id}),
        None => json!({ "create_table": text }),
    };
    json!({"statement": statement, "sinks": [table(SINK)], "sources": [table(SOURCE)]}).to_string()
}

pub(crate) fn application(server: &Server, name: &str) -> String {
    let created = server.post(FLINK, &json!({ "name": name }).to_string());
    text(&created["id"])
}

pub(crate) fn version(server: &Server, application: &str, statement: &str) -> Value {
    server.post(
        &format!("{FLINK}/{application}/version"),
        &version_body(statement, None),
    )
}

#[test]
fn application_is_created_renamed_found_by_name_and_destroyed() {
    let server = Server::start();
    let id = application(&server, "app1");
    let path = format!("{FLINK}/{id}");
    let found = server.get(&path);
    assert_eq!((&found["id"], &found["name"]), (&json!(id), &json!("app1")));
    for key in ["created_at", "updated_at"] {
        assert!(text(&found[key]).ends_with('Z'), "{found}");
    }
    assert_eq!(found["created_by"], "me@example.org");
    assert_eq!(
        server
            .call("POST", FLINK, Some(r#"{"name":"app1"}"#))
            .refused(409),
        "Application app1 already exists"
    );
    server.put(&path, r#"{"name":"app2"}"#);
    assert_eq!(server.get(&path)["name"], "app2");
    assert_eq!(server.get(FLINK)["applications"][0]["name"], "app2");
    let deleted = server.delete(&path);
    assert_eq!(deleted["id"], json!(id), "DELETE answers with a body");
    assert_eq!(server.call("DELETE", &path, None).status, 404);
    assert_eq!(server.call("GET", &path, None).status, 404);
}

#[test]
fn versions_come_back_byte_for_byte_and_numbers_only_rise() {
    let server = Server::start();
    let integration = server.kafka_integration();
    let id = application(&server, "app1");
    let path = format!("{FLINK}/{id}/version");
    let created = server.post(&path, &version_body(STATEMENT, Some(&integration)));
    let one = format!("{path}/{}", text(&created["id"]));
    for _refresh in 0..2 {
        let found = server.get(&one);
        assert_eq!(found["version"], 1);
        assert_eq!(found["statement"], STATEMENT);
        for (list, create_table) in [("sources", SOURCE), ("sinks", SINK)] {
            let expected = json!([create_table, integration]);
            let table = &found[list][0];
            assert_eq!(json!([table["create_table"], table["integration_id"]]), expected);
        }
        assert_eq!(
            found["sources"][0]["options"]["properties.sasl.password"],
            "<redacted>"
        );
    }
    // A statement is changed: the old version goes before the new one comes.
    server.delete(&one);
    assert_eq!(server.call("GET", &one, None).status, 404);
    assert_eq!(
        server.call("DELETE", &one, None).status,
        404,
        "an error for the provider, not a success"
    );
    let next = server.post(
        &path,
        &version_body("INSERT INTO kafka_known_pizza SELECT * FROM kafka_pizza", None),
    );
    assert_eq!(next["version"], 2);
    assert_eq!(next["sources"][0].get("integration_id"), None);
    assert_eq!(
        server.get(&format!("{FLINK}/{id}"))["application_versions"][0]["version"],
        2
    );
}

#[test]
fn versions_that_do_not_compile_are_refused_with_a_place() {
    let server = Server::start();
    let integration = server.kafka_integration();
    let id = application(&server, "app1");
    let path = format!("{FLINK}/{id}/version");
    let refused = |body: &str| server.call("POST", &path, Some(body)).refused(400);
    let message = refused(&version_body(
        "INSERT INTO kafka_known_pizza SELECT x, 1 FROM kafka_pizza",
        None,
    ));
    assert!(
        message.starts_with("statement, line 1, character 38: "),
        "{message}"
    );
    assert!(
        refused(r#"{"statement":"SELECT 1"}"#)
            .starts_with("statement, line 1, character 1: expected an INSERT")
    );
    assert_eq!(refused("{}"), "Invalid body: missing field `statement`");
    assert!(refused(r#"{"statement": 5}"#).starts_with("Invalid 'statement': invalid type: integer `5`"));
    // The provider asks again for 30 seconds when it reads this.
    let unknown = "0d9cbd4d-55f5-4ab4-9b4c-e4c4d1e4f5a2";
    let message = refused(&version_body(STATEMENT, Some(unknown)));
    assert_eq!(message, format!("Integration not found: {unknown}"));
    let jdbc = "CREATE TABLE s (a INT) WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://', 'table-name' = 't')";
    let tables = json!([{"create_table": jdbc, "integration_id": integration}]);
    let body = json!({"statement": "INSERT INTO s VALUES (1)", "sinks": tables});
    let message = refused(&body.to_string());
    assert!(
        message.starts_with("table 's' has the connector 'jdbc', but its integration leads to Kafka"),
        "{message}"
    );
    assert_eq!(
        server.get(&format!("{FLINK}/{id}"))["application_versions"],
        json!([]),
        "nothing was created"
    );
}

#[test]
fn validation_tells_text_by_text() {
    let server = Server::start();
    let id = application(&server, "app1");
    let path = format!("{FLINK}/{id}/version/validate");
    let body = json!({
        "sources": [{"create_table": SOURCE}, {"create_table": "CREATE TABLE x (a INT, a INT)"}],
        "sinks": [{"create_table": SINK, "integration_id": null}],
    });
    let answer = server.post(&path, &body.to_string());
    assert_eq!(answer["sources"][0]["table_name"], "kafka_pizza");
    assert_eq!(answer["sources"][0].get("message"), None);
    assert_eq!(
        answer["sources"][0]["columns"][0],
        json!({"name": "shop", "data_type": "STRING", "nullable": true})
    );
    assert_eq!(answer["sources"][1]["message"], "column 'a' is declared twice");
    let place =
        json!({"line_number": 1, "character_number": 24, "end_line_number": 1, "end_character_number": 24});
    assert_eq!(answer["sources"][1]["position"], place);
    assert_eq!(answer.get("statement_error"), None);
    let body = version_body("INSERT INTO nowhere SELECT * FROM kafka_pizza", None);
    let answer = server.post(&path, &body);
    assert!(text(&answer["statement_error"]["message"]).contains("nowhere"));
    assert_eq!(answer["statement_error"]["position"]["character_number"], 13);
}

#[test]
fn an_application_may_come_with_its_first_version() {
    let server = Server::start();
    let first: Value = serde_json::from_str(&version_body(STATEMENT, None)).expect("JSON");
    let created = server.post(
        FLINK,
        &json!({"name": "a", "application_version": first}).to_string(),
    );
    assert_eq!(created["application_versions"][0]["statement"], STATEMENT);
    let wrong = json!({"name": "b", "application_version": {"statement": "INSERT"}});
    assert_eq!(server.call("POST", FLINK, Some(&wrong.to_string())).status, 400);
    assert_eq!(
        server.get(FLINK)["applications"].as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn nothing_of_another_application_is_found() {
    let server = Server::start();
    let (a, b) = (application(&server, "a"), application(&server, "b"));
    let version = text(&version(&server, &a, STATEMENT)["id"]);
    assert_eq!(
        server
            .call("GET", &format!("{FLINK}/{b}/version/{version}"), None)
            .status,
        404
    );
    assert_eq!(
        server
            .call("DELETE", &format!("{FLINK}/{b}/version/{version}"), None)
            .status,
        404
    );
    server.get(&format!("{FLINK}/{a}/version/{version}"));
}
