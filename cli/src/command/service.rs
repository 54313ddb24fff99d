//! `millstream service`: session clusters, and the Kafka clusters and databases that they may use.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use crate::client::find::list;
use crate::client::output::{field, fields, moment, table, text};
use crate::client::{Client, Connection};

#[derive(Args)]
#[command(
    after_help = "A service of type flink is a session cluster: a name space with task slots and a \
    configuration of its own. Services of\nthe types kafka, pg and opensearch are connections that an operator \
    registers; integrations make them usable.\nPasswords are better given as @FILE than on the command line.\n\n\
    Examples:\n  \
    millstream service add kafka-demo --type kafka --bootstrap-servers localhost:9092\n  \
    millstream service add kafka-prod --type kafka --bootstrap-servers kafka:9093 \\\n      \
    --security-protocol SASL_SSL --sasl-mechanism SCRAM-SHA-256 --username jobs --password @kafka.password\n  \
    millstream service add pg-demo --type pg --host localhost --database orders --username jobs \\\n      \
    --password @pg.password\n  \
    millstream service create analytics --set number_of_task_slots=4 --set restart_strategy=fixed-delay\n  \
    millstream service list\n  \
    millstream service get analytics\n  \
    millstream service update analytics --set number_of_task_slots=8\n  \
    millstream service delete analytics"
)]
pub(super) struct ServiceArguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the services of the project
    #[command(visible_alias = "ls")]
    List,
    /// Shows a service
    Get {
        /// The session cluster unless given
        name: Option<String>,
    },
    /// Makes a session cluster
    Create {
        name: String,
        /// A key of user_config
        #[arg(long = "set", value_name = "KEY=VALUE")]
        set: Vec<String>,
    },
    /// Registers a connection and integrates it with the session cluster
    Add(Box<Add>),
    /// Changes keys of user_config
    Update {
        name: String,
        #[arg(long = "set", value_name = "KEY=VALUE", required = true)]
        set: Vec<String>,
    },
    /// Deletes a session cluster without applications, or forgets a connection
    #[command(visible_alias = "rm")]
    Delete { name: String },
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Kafka,
    Pg,
    Opensearch,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Kafka => "kafka",
            Kind::Pg => "pg",
            Kind::Opensearch => "opensearch",
        }
    }
}

#[derive(Args)]
struct Add {
    name: String,
    #[arg(long = "type", value_enum)]
    kind: Kind,
    /// Registers only; `millstream integration create` integrates later
    #[arg(long)]
    no_integration: bool,
    #[command(flatten)]
    address: Address,
}

/// How something outside is reached.
#[derive(Args, Default)]
pub(super) struct Address {
    /// Kafka: HOST:PORT,…
    #[arg(long, value_name = "SERVERS")]
    bootstrap_servers: Option<String>,
    /// Kafka
    #[arg(long, value_name = "PROTOCOL", ignore_case = true,
        value_parser = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])]
    security_protocol: Option<String>,
    /// Kafka
    #[arg(long, value_name = "MECHANISM", ignore_case = true,
        value_parser = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])]
    sasl_mechanism: Option<String>,
    /// PostgreSQL, OpenSearch
    #[arg(long)]
    host: Option<String>,
    /// PostgreSQL, OpenSearch
    #[arg(long)]
    port: Option<u16>,
    /// PostgreSQL: where a table names none
    #[arg(long)]
    database: Option<String>,
    /// PostgreSQL
    #[arg(long, value_name = "MODE",
        value_parser = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])]
    ssl_mode: Option<String>,
    #[arg(long)]
    username: Option<String>,
    /// The password, or @FILE
    #[arg(long)]
    password: Option<String>,
    /// Certificate authority, PEM
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Certificate of the client, PEM
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// Key of the client, PEM
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Address {
    /// As the API names them for Kafka.
    pub(super) fn of_kafka(&self) -> Result<Map<String, Value>> {
        let servers = self.bootstrap_servers.clone();
        let servers =
            servers.context("--bootstrap-servers says where the Kafka cluster is; it is missing")?;
        let protocol = match (
            &self.security_protocol,
            &self.sasl_mechanism,
            &self.username,
            &self.ca,
        ) {
            (Some(protocol), ..) => protocol.clone(),
            (None, None, None, None) => "PLAINTEXT".to_owned(),
            (None, None, None, Some(_)) => "SSL".to_owned(),
            (None, _, _, Some(_)) => "SASL_SSL".to_owned(),
            (None, _, _, None) => {
                bail!("--security-protocol must be given where a user is: SASL_SSL or SASL_PLAINTEXT")
            }
        };
        let is_sasl = protocol.to_ascii_uppercase().starts_with("SASL");
        let mechanism = self
            .sasl_mechanism
            .clone()
            .or_else(|| is_sasl.then(|| "PLAIN".to_owned()));
        given([
            ("bootstrap_servers", Some(servers)),
            ("security_protocol", Some(protocol.to_ascii_uppercase())),
            (
                "sasl_mechanism",
                mechanism.map(|mechanism| mechanism.to_ascii_uppercase()),
            ),
            ("sasl_plain_username", self.username.clone()),
            ("sasl_plain_password", secret(self.password.as_deref())?),
            ("ssl_ca_cert", pem(self.ca.as_ref())?),
            ("ssl_client_cert", pem(self.cert.as_ref())?),
            ("ssl_client_key", pem(self.key.as_ref())?),
        ])
    }

    /// As the API names them for PostgreSQL and OpenSearch.
    pub(super) fn of_host(&self) -> Result<Map<String, Value>> {
        let host = self
            .host
            .clone()
            .context("--host says where the server is; it is missing")?;
        let mut address = given([
            ("host", Some(host)),
            ("default_database", self.database.clone()),
            ("ssl_mode", self.ssl_mode.clone()),
            ("username", self.username.clone()),
            ("password", secret(self.password.as_deref())?),
            ("ssl_root_cert", pem(self.ca.as_ref())?),
            ("ssl_client_certificate", pem(self.cert.as_ref())?),
            ("ssl_client_key", pem(self.key.as_ref())?),
        ])?;
        if let Some(port) = self.port {
            address.insert("port".to_owned(), port.into());
        }
        Ok(address)
    }
}

fn given<const N: usize>(pairs: [(&str, Option<String>); N]) -> Result<Map<String, Value>> {
    let given = pairs
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?.into())));
    Ok(given.collect())
}

/// `@FILE` is the content of the file without the end of its line.
fn secret(given: Option<&str>) -> Result<Option<String>> {
    let Some(given) = given else { return Ok(None) };
    match given.strip_prefix('@') {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("reading {file}"))?;
            Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
        None => Ok(Some(given.to_owned())),
    }
}

fn pem(file: Option<&PathBuf>) -> Result<Option<String>> {
    let Some(file) = file else { return Ok(None) };
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    Ok(Some(text))
}

/// `KEY=VALUE` pairs; values that are whole numbers, booleans, lists or objects of JSON are taken as such. What has a
/// point is a version (1.20) rather than a number.
pub(super) fn pairs(set: &[String]) -> Result<Map<String, Value>> {
    let pairs = set.iter().map(|pair| {
        let (key, value) = pair
            .split_once('=')
            .with_context(|| format!("--set {pair}: expected KEY=VALUE"))?;
        let parsed = serde_json::from_str(value).ok();
        let value = parsed
            .filter(|parsed: &Value| !parsed.is_f64())
            .unwrap_or_else(|| value.into());
        Ok((key.trim().to_owned(), value))
    });
    pairs.collect()
}

pub(super) fn run(arguments: ServiceArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    match arguments.command {
        Command::List => {
            let answer = client.get(&client.of_project(&["service"]))?;
            client.show(&answer, |answer| services(&list(answer, "services")));
        }
        Command::Get { name } => {
            let name = name.as_deref().unwrap_or(&client.service);
            let answer = client.get(&client.of_project(&["service", name]))?;
            client.show(&answer["service"], details);
        }
        Command::Create { name, set } => {
            let body = json!({ "service_name": name, "service_type": "flink", "plan": "business-4", "user_config":
                pairs(&set)? });
            let answer = client.post(&client.of_project(&["service"]), &body)?;
            client.done(&answer, || format!("session cluster {name} created"));
        }
        Command::Add(add) => register(&client, &add)?,
        Command::Update { name, set } => {
            let path = client.of_project(&["service", &name]);
            let answer = client.put(&path, &json!({ "user_config": pairs(&set)? }))?;
            client.done(&answer, || format!("service {name} updated"));
        }
        Command::Delete { name } => {
            let answer = client.delete(&client.of_project(&["service", &name]))?;
            client.done(&answer, || format!("service {name} deleted"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn register(client: &Client, add: &Add) -> Result<()> {
    let address = match add.kind {
        Kind::Kafka => add.address.of_kafka()?,
        Kind::Pg | Kind::Opensearch => add.address.of_host()?,
    };
    let body = json!({
        "service_name": add.name,
        "service_type": add.kind.name(),
        "plan": "external",
        "user_config": {},
        "connection": address,
    });
    let mut answer = client.post(&client.of_project(&["service"]), &body)?;
    if !add.no_integration {
        let body = json!({
            "integration_type": "flink",
            "source_service": add.name,
            "dest_service": client.service,
        });
        let integration = client.post(&client.of_project(&["integration"]), &body)?;
        answer["service_integration"] = integration["service_integration"].clone();
    }
    client.done(&answer, || {
        match text(&answer["service_integration"]["service_integration_id"]) {
            id if id.is_empty() => format!("{} registered", add.name),
            id => format!(
                "{} registered and integrated with {}: {id}",
                add.name, client.service
            ),
        }
    });
    Ok(())
}

fn services(services: &[Value]) -> String {
    table(
        services,
        &[
            ("NAME", &field("service_name")),
            ("TYPE", &field("service_type")),
            ("STATE", &field("state")),
            ("PLAN", &field("plan")),
            ("CREATED (UTC)", &|service| moment(&service["create_time"])),
        ],
    )
}

fn details(service: &Value) -> String {
    let mut shown = fields(&[
        ("name", text(&service["service_name"])),
        ("type", text(&service["service_type"])),
        ("state", text(&service["state"])),
        ("plan", text(&service["plan"])),
        ("uri", text(&service["service_uri"])),
        ("created", moment(&service["create_time"])),
        ("updated", moment(&service["update_time"])),
    ]);
    let config = service["user_config"].as_object().cloned().unwrap_or_default();
    if !config.is_empty() {
        let lines: Vec<(&str, String)> = config
            .iter()
            .map(|(key, value)| (key.as_str(), text(value)))
            .collect();
        shown.push_str("\nConfiguration\n");
        shown.push_str(&fields(&lines));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_follow_from_what_is_given() {
        let address = |username: Option<&str>, ca: Option<PathBuf>| Address {
            bootstrap_servers: Some("k:1".to_owned()),
            username: username.map(str::to_owned),
            ca,
            ..Address::default()
        };
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let ca = || Some(file.path().to_owned());
        let protocol = |address: Address| address.of_kafka().map(|given| text(&given["security_protocol"]));
        assert_eq!(protocol(address(None, None)).expect("enough"), "PLAINTEXT");
        assert_eq!(protocol(address(None, ca())).expect("enough"), "SSL");
        assert_eq!(protocol(address(Some("u"), ca())).expect("enough"), "SASL_SSL");
        let error = protocol(address(Some("u"), None)).expect_err("a password in clear must be wanted");
        assert!(error.to_string().contains("--security-protocol"), "{error}");
    }

    #[test]
    fn values_are_json_where_they_can_be() {
        let set = ["a=1", "b=true", "c=fixed-delay", "d=[\"x\"]", "e=1.20"].map(str::to_owned);
        let expected = json!({"a": 1, "b": true, "c": "fixed-delay", "d": ["x"], "e": "1.20"});
        assert_eq!(Value::Object(pairs(&set).expect("pairs")), expected);
        assert!(pairs(&["a".to_owned()]).is_err());
    }
}
