//! The session cluster's API from the command line's side.
//!
//! In: where it is and who asks (options, environment), requests. Out: JSON, or what the server said against it.
//! Invariant: the token appears in no message.

mod events;
pub(crate) mod find;
pub(crate) mod interrupt;
pub(crate) mod output;
pub(crate) mod progress;
pub(crate) mod wait;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use reqwest::Method;
use serde_json::Value;

/// Longest wait for a connection; an answer may take longer.
const CONNECT_MAX: Duration = Duration::from_secs(10);
const ANSWER_MAX: Duration = Duration::from_secs(120);
/// How long one who waits asks a session cluster that is away.
const AWAY_MAX: Duration = Duration::from_secs(60);
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Where the session cluster is. Options win over the environment.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session cluster")]
pub(crate) struct Connection {
    /// Address of the manager [env: MILLSTREAM_URL, AIVEN_WEB_URL] [default: http://127.0.0.1:8080]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Access token [env: MILLSTREAM_TOKEN, AIVEN_AUTH_TOKEN, AIVEN_TOKEN]
    #[arg(long, global = true, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// Project [env: MILLSTREAM_PROJECT, AIVEN_PROJECT] [default: dev]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) project: Option<String>,
    /// The session cluster, a service of type flink [env: MILLSTREAM_SERVICE] [default: millstream]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Certificate authority of the manager, PEM [env: MILLSTREAM_CA_CERT, AIVEN_CA_CERT]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_cert: Option<PathBuf>,
    /// The API's JSON instead of tables
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

const TOKENS: [&str; 3] = ["MILLSTREAM_TOKEN", "AIVEN_AUTH_TOKEN", "AIVEN_TOKEN"];

/// Addresses are also written as `host:port`.
fn with_scheme(url: &str) -> String {
    match url.contains("://") {
        true => url.to_owned(),
        false => format!("http://{url}"),
    }
}

/// The first of the variables that is set and not empty.
fn environment(names: &[&str]) -> Option<String> {
    names
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

impl Connection {
    pub(crate) fn client(&self) -> Result<Client> {
        let or = |given: &Option<String>, names: &[&str], default: &str| {
            let given = given.clone().or_else(|| environment(names));
            given.unwrap_or_else(|| default.to_owned())
        };
        let url = or(
            &self.url,
            &["MILLSTREAM_URL", "AIVEN_WEB_URL"],
            "http://127.0.0.1:8080",
        );
        let given = self.token.clone().map(|text| ("--token", text));
        let of_environment = || {
            TOKENS
                .iter()
                .find_map(|name| Some((*name, environment(&[*name])?)))
        };
        let token = given.or_else(of_environment);
        let token = token.map(|(origin, text)| Token { origin, text });
        let ca = self.ca_cert.clone();
        let ca = ca.or_else(|| environment(&["MILLSTREAM_CA_CERT", "AIVEN_CA_CERT"]).map(PathBuf::from));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Client {
            url: with_scheme(url.trim_end_matches('/')),
            token,
            project: or(&self.project, &["MILLSTREAM_PROJECT", "AIVEN_PROJECT"], "dev"),
            service: or(&self.service, &["MILLSTREAM_SERVICE"], "millstream"),
            json: self.json,
            http: http(ca.as_deref())?,
            runtime,
        })
    }
}

fn http(ca: Option<&std::path::Path>) -> Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_MAX)
        .timeout(ANSWER_MAX)
        .user_agent(concat!("millstream/", env!("CARGO_PKG_VERSION")));
    if let Some(file) = ca {
        let pem = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem)
            .with_context(|| format!("{} holds no certificates", file.display()))?;
        builder = builder.tls_certs_only(certificates);
    }
    Ok(builder.build()?)
}

struct Token {
    text: String,
    /// The option or variable that it came from.
    origin: &'static str,
}

/// One user at one session cluster.
pub(crate) struct Client {
    url: String,
    token: Option<Token>,
    pub(crate) project: String,
    pub(crate) service: String,
    /// Print what the API answers instead of tables.
    pub(crate) json: bool,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

/// The server's no.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) message: String,
    /// What it says beyond the message.
    pub(crate) errors: Vec<String>,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        self.errors.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for ApiError {}

impl ApiError {
    /// From the body of an answer that is not 2xx.
    fn new(status: u16, body: &[u8]) -> ApiError {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let message = match body["message"].as_str() {
            Some(message) => message.to_owned(),
            None => format!("the server answered {status} without a message"),
        };
        let errors = body["errors"].as_array().into_iter().flatten();
        let errors = errors.filter_map(|error| error.as_str().or_else(|| error["message"].as_str()));
        ApiError {
            status,
            errors: errors
                .filter(|error| *error != message)
                .map(str::to_owned)
                .collect(),
            message,
        }
    }
}

impl Client {
    /// `/v1/project/{project}/…` with the segments encoded.
    pub(crate) fn of_project(&self, segments: &[&str]) -> String {
        path(&[&["project", &self.project], segments].concat())
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// `/v1/project/{project}/service/{service}/…`.
    pub(crate) fn of_service(&self, segments: &[&str]) -> String {
        self.of_project(&[&["service", &self.service], segments].concat())
    }

    /// `/v1/project/{project}/service/{service}/flink/…`.
    pub(crate) fn of_flink(&self, segments: &[&str]) -> String {
        self.of_service(&[&["flink"], segments].concat())
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        self.call(Method::GET, path, None)
    }

    /// For one who waits: a session cluster that is away for a moment, or whose manager changes, is asked again.
    pub(crate) fn get_patiently(&self, path: &str) -> Result<Value> {
        patiently(|| self.get(path))
    }

    /// The same for a question that is asked by POST.
    pub(crate) fn post_patiently(&self, path: &str, body: &Value) -> Result<Value> {
        patiently(|| self.post(path, body))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::POST, path, Some(body))
    }

    pub(crate) fn post_empty(&self, path: &str) -> Result<Value> {
        self.call(Method::POST, path, None)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::PUT, path, Some(body))
    }

    pub(crate) fn patch(&self, path: &str) -> Result<Value> {
        self.call(Method::PATCH, path, None)
    }

    pub(crate) fn delete(&self, path: &str) -> Result<Value> {
        self.call(Method::DELETE, path, None)
    }

    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let bytes = self.runtime.block_on(self.answer(method, path, body))?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).with_context(|| format!("{} does not answer with JSON", self.url))
    }

    async fn answer(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Vec<u8>> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            let body = serde_json::to_vec(body).expect("JSON values can be written");
            request = request.header("Content-Type", "application/json").body(body);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Err(self.unreachable(&error)),
        };
        let status = answer.status();
        let bytes = answer
            .bytes()
            .await
            .with_context(|| format!("reading the answer of {}", self.url))?;
        if !status.is_success() {
            bail!(self.refusal(status.as_u16(), &bytes));
        }
        Ok(bytes.to_vec())
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.header("Authorization", format!("Bearer {}", token.text)),
            None => request,
        }
    }

    /// A token that is not known may be one that somebody forgot in the environment.
    fn refusal(&self, status: u16, body: &[u8]) -> ApiError {
        let mut refused = ApiError::new(status, body);
        if let (401, Some(token)) = (status, &self.token) {
            refused
                .message
                .push_str(&format!(": the one of {}", token.origin));
        }
        refused
    }

    /// Sentences instead of the layers of a network library.
    fn unreachable(&self, error: &reqwest::Error) -> anyhow::Error {
        let mut cause: &dyn std::error::Error = error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        let hint = if error.is_connect() {
            "; is it running? `millstream dev` starts one, --url or MILLSTREAM_URL names another"
        } else {
            ""
        };
        anyhow::anyhow!("no answer from {}: {cause}{hint}", self.url)
    }
}

/// `/v1/…`; everything but unreserved characters is encoded.
fn path(segments: &[&str]) -> String {
    let mut path = "/v1".to_owned();
    for segment in segments {
        path.push('/');
        for byte in segment.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => path.push(byte.into()),
                byte => path.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    path
}

fn patiently(ask: impl Fn() -> Result<Value>) -> Result<Value> {
    let mut away_since: Option<Instant> = None;
    loop {
        match ask() {
            Err(error) if may_pass(&error) => {
                let since = *away_since.get_or_insert_with(|| {
                    eprintln!("{error:#}; it is asked again");
                    Instant::now()
                });
                if since.elapsed() > AWAY_MAX {
                    return Err(error);
                }
                std::thread::sleep(ASK_AGAIN_AFTER);
            }
            result => return result,
        }
    }
}

/// No answer, or one that is not about the request.
fn may_pass(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<ApiError>()
        .is_none_or(|refused| refused.status >= 500)
}

/// What the server answered, if it was a no of this status.
pub(crate) fn is_status(error: &anyhow::Error, status: u16) -> bool {
    let refused = error.downcast_ref::<ApiError>();
    refused.is_some_and(|refused| refused.status == status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_encoded() {
        assert_eq!(path(&["service", "a b/ü"]), "/v1/service/a%20b%2F%C3%BC");
    }

    #[test]
    fn a_refusal_shows_its_message_once_and_what_there_is_besides() {
        let cases = [
            (
                r#"{"message":"no","errors":[{"message":"no","status":400}]}"#,
                "no",
            ),
            (
                r#"{"message":"no","errors":["a",{"message":"b"}]}"#,
                "no\n  a\n  b",
            ),
            ("<html>", "the server answered 502 without a message"),
        ];
        for (body, expected) in cases {
            assert_eq!(ApiError::new(502, body.as_bytes()).to_string(), expected);
        }
    }

    #[test]
    fn addresses_may_lack_a_scheme_and_a_refused_token_is_named() {
        let connection = Connection {
            url: Some("localhost:9200/".to_owned()),
            token: Some("very-secret".to_owned()),
            ..Connection::default()
        };
        let client = connection.client().expect("a client");
        assert_eq!(client.url(), "http://localhost:9200");
        let refused = |status| {
            client
                .refusal(status, br#"{"message":"Invalid token"}"#)
                .to_string()
        };
        assert_eq!(refused(401), "Invalid token: the one of --token");
        assert_eq!(refused(403), "Invalid token");
    }

    #[test]
    fn nobody_there_is_said_with_what_to_do() {
        let connection = Connection {
            url: Some("http://127.0.0.1:1/".to_owned()),
            token: Some("very-secret".to_owned()),
            ..Connection::default()
        };
        let client = connection.client().expect("a client");
        let error = client
            .get("/v1/project")
            .expect_err("port 1 is closed")
            .to_string();
        assert!(
            error.starts_with("no answer from http://127.0.0.1:1: "),
            "{error}"
        );
        assert!(
            error.contains("millstream dev") && !error.contains("very-secret"),
            "{error}"
        );
    }
}
