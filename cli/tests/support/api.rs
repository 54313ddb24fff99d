//! The API of a session cluster, asked directly: many questions a second, each word of the answers.
//!
//! In: methods, paths, bodies. Out: status codes and JSON. Invariant: what is not said to be refused must succeed.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longest wait for a status: the first build of a machine compiles the runtime.
const STATUS_MAX: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// Requests to one session cluster.
pub(crate) struct Api {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    /// Of the manager.
    url: String,
    token: String,
    /// Name of the session cluster.
    service: String,
}

/// An application of a session cluster.
pub(crate) struct Application<'a> {
    pub(crate) api: &'a Api,
    pub(crate) id: String,
}

pub(crate) fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    let found = record[key].as_str();
    found.unwrap_or_else(|| panic!("no text '{key}' in {record}"))
}

pub(crate) fn list<'a>(record: &'a Value, key: &str) -> &'a [Value] {
    let found = record[key].as_array();
    found.unwrap_or_else(|| panic!("no list '{key}' in {record}"))
}

impl Api {
    pub(crate) fn new(url: String, token: &str) -> Api {
        // An error says that another test was quicker.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Api {
            runtime: runtime.expect("a runtime can be made"),
            client: reqwest::Client::new(),
            url,
            token: token.to_owned(),
            service: "millstream".to_owned(),
        }
    }

    /// The same manager, another session cluster.
    pub(crate) fn of(&self, service: &str) -> Api {
        Api {
            service: service.to_owned(),
            ..Api::new(self.url.clone(), &self.token)
        }
    }

    /// A path that begins with `/v1` or below the root of Flink's API is taken as it is; others are below the session
    /// cluster's `/flink`.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let is_whole = path.starts_with("/v1/") || path.starts_with("/jobs") || path == "/overview";
        let url = match is_whole {
            true => format!("{}{path}", self.url),
            false => format!("{}/v1/project/dev/service/{}/flink{path}", self.url, self.service),
        };
        let request = self
            .client
            .request(method.parse().expect("a method"), url)
            .header("Authorization", format!("aivenv1 {}", self.token))
            .header("Content-Type", "application/json");
        let request = match body.is_null() {
            true => request,
            false => request.body(body.to_string()),
        };
        self.runtime.block_on(async {
            let answer = request.send().await.expect("the manager answers");
            let status = answer.status().as_u16();
            let text = answer.text().await.expect("text");
            (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
        })
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.send(method, path, body);
        assert_eq!(status, 200, "{method} {path} {body}: {answer}");
        answer
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.call("GET", path, &Value::Null)
    }

    /// A session cluster with a configuration of its own.
    pub(crate) fn create_service(&self, name: &str, user_config: &Value) {
        let body = json!({"service_name": name, "service_type": "flink", "plan": "local", "user_config": user_config});
        self.call("POST", "/v1/project/dev/service", &body);
    }

    /// `settings`: more of what an application has.
    pub(crate) fn application(&self, name: &str, settings: &Value) -> Application<'_> {
        let mut body = settings.clone();
        body["name"] = name.into();
        let created = self.call("POST", "/application", &body);
        Application {
            api: self,
            id: text(&created, "id").to_owned(),
        }
    }
}

impl Application<'_> {
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/application/{}{rest}", self.id)
    }

    /// The id of a new version.
    pub(crate) fn version(&self, sources: &[&str], sinks: &[&str], statement: &str) -> String {
        let tables = |texts: &[&str]| {
            let tables = texts.iter().map(|text| json!({ "create_table": text }));
            tables.collect::<Vec<_>>()
        };
        let body = json!({"sources": tables(sources), "sinks": tables(sinks), "statement": statement});
        let created = self.api.call("POST", &self.path("/version"), &body);
        text(&created, "id").to_owned()
    }

    /// `parameters`: more of what a deployment has.
    pub(crate) fn try_deploy(&self, version: &str, parameters: &Value) -> (u16, Value) {
        let mut body = parameters.clone();
        body["version_id"] = version.into();
        self.api.send("POST", &self.path("/deployment"), &body)
    }

    /// The id of a new deployment.
    pub(crate) fn deploy(&self, version: &str, parameters: &Value) -> String {
        let (status, created) = self.try_deploy(version, parameters);
        assert_eq!(status, 200, "{created}");
        text(&created, "id").to_owned()
    }

    pub(crate) fn deployment(&self, id: &str) -> Value {
        self.api.get(&self.path(&format!("/deployment/{id}")))
    }

    /// `stop`, `cancel`, `savepoint`.
    pub(crate) fn ask(&self, id: &str, what: &str) -> Value {
        let path = self.path(&format!("/deployment/{id}/{what}"));
        self.api.call("POST", &path, &Value::Null)
    }

    pub(crate) fn await_deployment(&self, id: &str, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let deployment = self.deployment(id);
            if is_it(&deployment) {
                return deployment;
            }
            assert!(started.elapsed() < STATUS_MAX, "in vain: {what}: {deployment:#}");
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Ends the wait early when it has ended in another way.
    pub(crate) fn await_status(&self, id: &str, expected: &str) -> Value {
        let ends = ["FAILED", "FINISHED", "CANCELED"];
        let deployment = self.await_deployment(id, expected, |deployment| {
            deployment["status"] == expected || ends.iter().any(|end| deployment["status"] == *end)
        });
        assert_eq!(deployment["status"], expected, "{deployment:#}");
        deployment
    }

    /// The checkpoints and savepoints, the newest first.
    pub(crate) fn savepoints(&self) -> Vec<Value> {
        list(&self.api.get(&self.path("/savepoint")), "savepoints").to_vec()
    }
}
