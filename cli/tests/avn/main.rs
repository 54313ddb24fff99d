//! Aiven's own client against `millstream dev`, with real Kafka and PostgreSQL. In: the examples of Aiven's
//! documentation. Out: rows in topics. Invariant: what we can express goes from creation through a stop with savepoint
//! to a restart from it and loses or repeats no row; what we cannot is refused by name and place.

mod cluster;
mod database;
mod examples;
mod missing;
#[path = "../support/mod.rs"]
mod support;

use cluster::{Client, Cluster};
use examples::{Example, examples, filtering};
use missing::missing;
use serde_json::{Value, json};
use support::broker::Broker;
use support::script::eventually;

struct World<'a> {
    avn: &'a Client<'a>,
    broker: &'a Broker,
    integration: &'a str,
}

fn id(record: &Value) -> &str {
    record["id"].as_str().expect("records have ids")
}

/// All that one cluster and one broker can serve: starting them costs more than most of these.
#[test]
fn avn_does_what_it_does_at_aiven() {
    let broker = Broker::start();
    let cluster = Cluster::start(4);
    let avn = Client::new(&cluster);
    let servers = ["--bootstrap-servers", &broker.servers];
    cluster.millstream(
        &[
            &[
                "service",
                "add",
                "kafka-demo",
                "--type",
                "kafka",
                "--no-integration",
            ][..],
            &servers,
        ]
        .concat(),
    );
    projects_and_user(&avn);
    services(&avn);
    let integration = integrate(&avn);
    let world = World {
        avn: &avn,
        broker: &broker,
        integration: &integration,
    };
    for example in examples() {
        from_creation_to_restart(&world, &example);
    }
    database::everything_with_a_database(&world);
    every_other_subcommand(&world);
    what_cannot_be_expressed_is_refused(&world);
    logs_and_metrics(&avn);
    our_own_client(&cluster);
}

fn projects_and_user(avn: &Client<'_>) {
    for arguments in [&["project", "list"][..], &["project", "list", "--verbose"]] {
        let table = avn.run_without_project(arguments).expect("a table");
        assert!(
            table.contains("DEFAULT_CLOUD") && table.contains("dev"),
            "{table}"
        );
    }
    let table = avn.text(&["project", "details"]);
    assert!(table.contains("dev"), "{table}");
    let table = avn.run_without_project(&["user", "info"]);
    let table = table.expect("a table");
    assert!(table.contains("active") && table.contains("token"), "{table}");
    let token = ["user", "access-token", "create", "--description", "of a pipeline"];
    let table = avn.run_without_project(&token).expect("a table");
    assert!(
        table.contains("FULL_TOKEN") && table.contains("of a pipeline"),
        "{table}"
    );
    let table = avn.run_without_project(&["user", "access-token", "list"]);
    assert!(table.expect("a table").contains("of a pipeline"));
}

fn services(avn: &Client<'_>) {
    let listed = avn.json(&["service", "list", "--json"]);
    let names: Vec<&str> = listed
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|service| service["service_name"].as_str())
        .collect();
    assert_eq!(names, ["kafka-demo", "millstream"]);
    let service = avn.json(&["service", "get", "millstream", "--json"]);
    assert_eq!(
        (&service["service_type"], &service["state"]),
        (&json!("flink"), &json!("RUNNING"))
    );
    let table = avn.text(&["service", "get", "millstream"]);
    assert!(
        table.contains("millstream") && table.contains("RUNNING"),
        "{table}"
    );
}

fn integrate(avn: &Client<'_>) -> String {
    let ends = ["--source-service", "kafka-demo", "--dest-service", "millstream"];
    avn.text(
        &[
            &["service", "integration-create"][..],
            &ends,
            &["--integration-type", "flink"],
        ]
        .concat(),
    );
    let listed = avn.json(&["service", "integration-list", "millstream", "--json"]);
    let integration = &listed[0];
    assert_eq!(
        (&integration["source_service"], &integration["active"]),
        (&json!("kafka-demo"), &json!(true))
    );
    let id = integration["service_integration_id"].as_str();
    id.expect("integrations have ids").to_owned()
}

fn from_creation_to_restart(world: &World<'_>, example: &Example) {
    world.broker.topic(example.from, 1);
    world.broker.topic(example.to, 1);
    let (application, version) = create(world, example.name, &texts(world, example));
    check_texts(world, example, &version);
    let deployment = deploy(world, &application, &version, None);
    send(world, example, 0);
    await_rows(world, example, example.expected[0].clone());
    let stopped = end(
        world,
        &application,
        &deployment,
        "stop-application-deployment",
        "FINISHED",
    );
    let savepoint = stopped["last_savepoint"]
        .as_str()
        .expect("a stop leaves a savepoint");
    send(world, example, 1);
    let deployment = deploy(world, &application, &version, Some(savepoint));
    await_rows(world, example, example.expected.concat());
    end(
        world,
        &application,
        &deployment,
        "cancel-application-deployments",
        "CANCELED",
    );
    assert_eq!(
        rows(world, example),
        example.expected.concat(),
        "{}: nothing twice",
        example.name
    );
}

fn texts(world: &World<'_>, example: &Example) -> Value {
    let table = |text: &str| json!([{ "create_table": text, "integration_id": world.integration }]);
    json!({
        "sources": table(&example.source),
        "sinks": table(&example.sink),
        "statement": example.statement,
    })
}

/// An application and its version. Texts go in a file, as users give long ones, and come byte for byte.
fn create(world: &World<'_>, name: &str, texts: &Value) -> (Value, Value) {
    let body = json!({ "name": name }).to_string();
    let application = world.avn.flink("create-application", &[&body]);
    let file = world.avn.file(texts);
    let arguments = ["--application-id", id(&application), &file];
    let version = world.avn.flink("create-application-version", &arguments);
    (application, version)
}

/// Ends a deployment in one of the two ways.
fn end(world: &World<'_>, application: &Value, deployment: &Value, subcommand: &str, status: &str) -> Value {
    let ids = [
        "--application-id",
        id(application),
        "--deployment-id",
        id(deployment),
    ];
    world.avn.flink(subcommand, &ids);
    world.avn.await_status(id(application), id(deployment), status)
}

fn check_texts(world: &World<'_>, example: &Example, version: &Value) {
    assert_eq!(version["statement"], example.statement);
    for (list, text) in [("sources", &example.source), ("sinks", &example.sink)] {
        let table = &version[list][0];
        assert_eq!(table["create_table"], **text);
        assert_eq!(table["integration_id"], world.integration);
    }
    let shown = version.to_string();
    assert!(
        !shown.contains(&world.broker.servers),
        "addresses of integrations stay inside"
    );
}

fn deploy(world: &World<'_>, application: &Value, version: &Value, savepoint: Option<&str>) -> Value {
    let mut body = json!({ "version_id": id(version), "parallelism": 1, "restart_enabled": true });
    if let Some(savepoint) = savepoint {
        body["starting_savepoint"] = savepoint.into();
    }
    let arguments = ["--application-id", id(application), &body.to_string()];
    let deployment = world.avn.flink("create-application-deployment", &arguments);
    world
        .avn
        .await_status(id(application), id(&deployment), "RUNNING")
}

fn send(world: &World<'_>, example: &Example, half: usize) {
    let messages: Vec<&str> = example.messages[half].iter().map(String::as_str).collect();
    world.broker.send(example.from, 0, &messages);
}

fn rows(world: &World<'_>, example: &Example) -> Vec<String> {
    let messages = support::read_committed(&world.broker.servers, example.to);
    messages.into_iter().filter_map(|(_, value)| value).collect()
}

fn await_rows(world: &World<'_>, example: &Example, expected: Vec<&str>) {
    let mut found = Vec::new();
    eventually(&format!("{}: {expected:#?}", example.name), || {
        found = rows(world, example);
        found.len() >= expected.len()
    });
    assert_eq!(found, expected, "{}", example.name);
}

/// Those that `from_creation_to_restart` has no use for.
fn every_other_subcommand(world: &World<'_>) {
    let avn = world.avn;
    let listed = avn.flink("list-applications", &[]);
    let listed = listed["applications"]
        .as_array()
        .or(listed.as_array())
        .expect("a list")
        .clone();
    let filtering = listed
        .iter()
        .find(|application| application["name"] == "filtering");
    let filtering = id(filtering.expect("it was made"));
    let of_application = ["--application-id", filtering];
    let renamed = avn.flink(
        "update-application",
        &[&of_application[..], &[r#"{"name":"filtered"}"#]].concat(),
    );
    assert_eq!(renamed["name"], "filtered");
    let application = avn.flink("get-application", &of_application);
    let version = &application["application_versions"][0];
    assert_eq!(
        (&application["name"], &version["version"]),
        (&json!("filtered"), &json!(1))
    );
    let of_version = [&of_application[..], &["--application-version-id", id(version)]].concat();
    assert_eq!(avn.flink("get-application-version", &of_version), *version);
    validation(world, &of_application);
    let refusal = avn.refusal("delete-application", &of_application);
    assert!(
        refusal.contains("Application deletion forbidden because it has 2 deployment(s)."),
        "{refusal}"
    );
    let listed = avn.flink("list-application-deployments", &of_application);
    let deployments = listed["deployments"]
        .as_array()
        .or(listed.as_array())
        .expect("a list");
    assert_eq!(deployments.len(), 2);
    for deployment in deployments {
        let of_deployment = [&of_application[..], &["--deployment-id", id(deployment)]].concat();
        let refusal = avn.refusal("cancel-application-deployments", &of_deployment);
        assert!(
            refusal.contains("cannot be cancelled"),
            "what has ended cannot be cancelled: {refusal}"
        );
        avn.flink("delete-application-deployment", &of_deployment);
    }
    avn.flink("delete-application-version", &of_version);
    avn.flink("delete-application", &of_application);
    let refusal = avn.refusal("get-application", &of_application);
    assert!(refusal.to_lowercase().contains("not found"), "{refusal}");
}

fn validation(world: &World<'_>, of_application: &[&str]) {
    let file = world.avn.file(&texts(world, &filtering()));
    let valid = [of_application, &[&file]].concat();
    let answer = world.avn.flink("validate-application-version", &valid);
    assert_eq!(answer["sources"][0]["table_name"], "CPU_IN");
    assert_eq!(
        answer.get("statement_error").filter(|error| !error.is_null()),
        None
    );
    let wrong = Example {
        statement: "INSERT INTO CPU_OUT_FILTER\nSELECT time_ltz, host, cpu, usage FROM CPU_IN",
        ..filtering()
    };
    let file = world.avn.file(&texts(world, &wrong));
    let invalid = [of_application, &[&file]].concat();
    let error = world.avn.flink("validate-application-version", &invalid)["statement_error"].clone();
    let message = error["message"].as_str().expect("a message");
    assert!(message.contains("host"), "{message}");
    let place = (
        &error["position"]["line_number"],
        &error["position"]["character_number"],
    );
    assert_eq!(place, (&json!(2), &json!(18)));
}

fn what_cannot_be_expressed_is_refused(world: &World<'_>) {
    let application = world.avn.flink("create-application", &[r#"{"name":"missing"}"#]);
    let of_application = ["--application-id", id(&application)];
    for case in missing() {
        let table = |text: &str| match text.contains("'kafka'") {
            true => json!([{ "create_table": text, "integration_id": world.integration }]),
            false => json!([{ "create_table": text }]),
        };
        let body = json!({
            "sources": table(&case.source),
            "sinks": table(&case.sink),
            "statement": case.statement,
        });
        let file = world.avn.file(&body);
        let arguments = [&of_application[..], &[&file]].concat();
        let findings = world.avn.flink("validate-application-version", &arguments);
        let (message, position) = finding(&findings);
        for named in case.named {
            assert!(message.contains(named), "'{named}' is named: {message}");
        }
        assert!(
            position["line_number"].is_number(),
            "{named:?} has a place: {findings:#}",
            named = case.named
        );
        let refusal = world.avn.refusal("create-application-version", &arguments);
        assert!(refusal.contains(case.named[0]), "{refusal}");
    }
    world.avn.flink("delete-application", &of_application);
}

/// The first thing that is said against texts.
fn finding(answer: &Value) -> (String, Value) {
    let tables = ["sources", "sinks"]
        .into_iter()
        .flat_map(|list| answer[list].as_array().cloned().unwrap_or_default());
    let all = tables.chain([answer["statement_error"].clone()]);
    let found = all.into_iter().find(|entry| entry["message"].is_string());
    let found = found.unwrap_or_else(|| panic!("nothing is said: {answer:#}"));
    (
        found["message"].as_str().expect("text").to_owned(),
        found["position"].clone(),
    )
}

fn logs_and_metrics(avn: &Client<'_>) {
    let logs = avn.text(&["service", "logs", "millstream"]);
    assert!(!logs.trim().is_empty(), "jobs have said something");
    let metrics = avn.json(&["service", "metrics", "millstream", "--period", "hour"]);
    assert!(metrics.get("cpu_usage").is_some(), "{metrics}");
}

/// From files to a deployment, twice the same, with other parameters, with mistakes.
fn our_own_client(cluster: &Cluster) {
    let example = support::repository().join("examples/cpu_load_live");
    let path = example.to_str().expect("a path in UTF-8");
    let first = cluster.json(&["deploy", path])["deployment"].clone();
    assert_eq!(first["status"], "RUNNING");
    let again = cluster.json(&["deploy", path])["deployment"].clone();
    assert_eq!(id(&again), id(&first), "the same files change nothing");
    let wider = cluster.json(&["deploy", path, "--parallelism", "2"])["deployment"].clone();
    assert_eq!(
        (&wider["status"], &wider["parallelism"]),
        (&json!("RUNNING"), &json!(2))
    );
    let replaced = cluster.json(&["deployment", "get", "cpu_load_live", id(&first)]);
    assert_eq!(replaced["status"], "FINISHED");
    assert_eq!(
        wider["restore_from"], replaced["last_savepoint"],
        "it continues from the other's state"
    );
    let versions = cluster.json(&["version", "list", "cpu_load_live"]);
    assert_eq!(
        versions.as_array().map(Vec::len),
        Some(1),
        "the same texts are one version"
    );
    let savepoint = cluster.millstream(&["deployment", "stop", "cpu_load_live"]);
    assert!(
        savepoint.starts_with("file://"),
        "a stop prints where its savepoint is: {savepoint}"
    );
    let table = cluster.millstream(&["deployment", "list", "cpu_load_live"]);
    assert_eq!(table.matches("FINISHED").count(), 2, "{table}");
    let code = |arguments: &[&str]| {
        let output = cluster
            .command(arguments)
            .output()
            .expect("millstream can be started");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (status, message) = code(&["app", "get", "cpu_load_dead"]);
    assert!(
        status == Some(1) && message.contains("there is no application 'cpu_load_dead'"),
        "{message}"
    );
    let wrong = cluster
        .script("CREATE TABLE t (a INT) WITH ('connector' = 'datagen'); INSERT INTO s SELECT b FROM t;");
    let (status, message) = code(&["deploy", &wrong]);
    assert!(
        status == Some(2) && message.contains("error[E") && message.contains(":1:") && message.contains('^'),
        "{message}"
    );
}
