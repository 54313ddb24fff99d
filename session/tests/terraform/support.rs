//! An API of a test's own, and requests as the provider makes them.
//!
//! In: method, path, body. Out: status and JSON. Invariant: the server ends with its value.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use session::api::{self, Settings};
use session::catalogue::sqlite::SqliteStore;
use session::catalogue::{Catalogue, Store};
use session::manager::Manager;
use tokio::sync::oneshot;

pub(crate) const PROJECT: &str = "/v1/project/dev";
pub(crate) const FLINK: &str = "/v1/project/dev/service/flink-demo/flink/application";

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) manager: Manager,
    token: String,
    /// Tells the server to end.
    _end: oneshot::Sender<()>,
    pub(crate) runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Server {
    /// With the session cluster `flink-demo`.
    pub(crate) fn start() -> Server {
        Self::start_with(Settings::default())
    }

    pub(crate) fn start_with(settings: Settings) -> Server {
        let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (end, ended) = oneshot::channel::<()>();
        let (manager, token, address) = runtime.block_on(async {
            let store = SqliteStore::open(&folder.path().join("catalogue.sqlite")).expect("it opens");
            let catalogue = Catalogue::open(Store::Sqlite(store)).await.expect("it loads");
            // Nothing is built, so deployments stay INITIALIZING: what the provider does then is the same.
            let settings_of_manager = session::manager::Settings {
                builds_max: 0,
                ..session::manager::Settings::in_folder(folder.path().to_owned())
            };
            let manager = Manager::new(catalogue, settings_of_manager);
            let created = api::create_cluster(&manager.catalogue, "dev", "flink-demo").await;
            created.expect("the session cluster is created");
            let token = api::create_token(&manager.catalogue, "me@example.org", "", None).await;
            let (token, _) = token.expect("a token is made");
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("a free port");
            let address = listener.local_addr().expect("it is bound");
            let router = api::router(manager.clone(), settings, axum::Router::new());
            let scheduler = manager.clone();
            tokio::spawn(async move { panic!("the scheduler ended: {}", scheduler.run().await) });
            tokio::spawn(async move {
                let ended = async {
                    let _ = ended.await;
                };
                api::serve(listener, None, router, ended)
                    .await
                    .expect("it serves");
            });
            (manager, token, address)
        });
        Server {
            address,
            manager,
            token,
            _end: end,
            runtime,
            _folder: folder,
        }
    }

    /// A request with the headers that the provider sends.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&str>) -> Response {
        let authorization = format!("Authorization: aivenv1 {}\r\n", self.token);
        let headers = format!("{authorization}Content-Type: application/json\r\n");
        self.send(
            method,
            &format!("{path}?limit=999"),
            &headers,
            body.unwrap_or_default(),
        )
    }

    /// A request with headers of the test.
    pub(crate) fn send(&self, method: &str, target: &str, headers: &str, body: &str) -> Response {
        let answer = self.answer(method, target, headers, body);
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).expect("it begins with a status");
        // Figures for Prometheus are the one answer that is no JSON.
        let is_text = head.contains("content-type: text/plain");
        assert!(
            is_text || head.contains("content-type: application/json"),
            "{method} {target}: {answer}"
        );
        let body = match is_text {
            true => body.into(),
            false => serde_json::from_str(body).expect("every other answer is JSON"),
        };
        Response {
            status: status.parse().expect("a number"),
            body,
        }
    }

    /// All of the answer to HEAD.
    pub(crate) fn head(&self, path: &str) -> String {
        let headers = format!("Authorization: aivenv1 {}\r\n", self.token);
        self.answer("HEAD", path, &headers, "")
    }

    fn answer(&self, method: &str, target: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a time can be set");
        let length = body.len();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n\
             {body}",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("the server reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the server answers");
        answer
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.call("GET", path, None).ok()
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Value {
        self.call("POST", path, Some(body)).ok()
    }

    pub(crate) fn put(&self, path: &str, body: &str) -> Value {
        self.call("PUT", path, Some(body)).ok()
    }

    pub(crate) fn delete(&self, path: &str) -> Value {
        self.call("DELETE", path, None).ok()
    }

    /// A Kafka service that nobody listens at, and its integration.
    pub(crate) fn kafka_integration(&self) -> String {
        let connection = json!({"bootstrap_servers": "127.0.0.1:1"});
        let service =
            json!({"service_name": "kafka-demo", "service_type": "kafka", "connection": connection});
        self.post(&format!("{PROJECT}/service"), &service.to_string());
        let body =
            r#"{"dest_service":"flink-demo","integration_type":"flink","source_service":"kafka-demo"}"#;
        let answer = self.post(&format!("{PROJECT}/integration"), body);
        text(&answer["service_integration"]["service_integration_id"])
    }
}

impl Response {
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        assert_eq!(self.body.get("error"), None, "a key that avn takes for a failure");
        self.body
    }

    /// The message of a refusal, whose `errors` the provider shows too unless they hold the message.
    pub(crate) fn refused(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        let message = text(&self.body["message"]);
        assert!(
            !message.is_empty() && self.body["errors"].is_array(),
            "{}",
            self.body
        );
        message
    }
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is text"))
        .to_owned()
}
