//! `millstream endpoint`: Kafka clusters and databases outside, with their credentials.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use super::service::{Address, pairs};
use crate::client::Connection;
use crate::client::find::list;
use crate::client::output::{field, fields, table, text};

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    millstream endpoint create kafka-elsewhere --type external_kafka --bootstrap-servers kafka:9093 \\\n      \
    --security-protocol SASL_SSL --username jobs --password @kafka.password --ca ca.pem\n  \
    millstream endpoint create pg-elsewhere --type external_postgresql --host db --username jobs \\\n      \
    --password @pg.password\n  \
    millstream integration create --endpoint kafka-elsewhere\n  \
    millstream endpoint list\n  \
    millstream endpoint get kafka-elsewhere\n  \
    millstream endpoint update kafka-elsewhere --set bootstrap_servers=kafka:9094\n  \
    millstream endpoint delete kafka-elsewhere")]
pub(super) struct EndpointArguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the integration endpoints of the project
    #[command(visible_alias = "ls")]
    List,
    /// Shows an integration endpoint; secrets never come back
    Get {
        /// Name or id
        endpoint: String,
    },
    /// Registers an integration endpoint
    Create(Box<Create>),
    /// Changes keys of user_config; the others stay
    Update {
        endpoint: String,
        #[arg(long = "set", value_name = "KEY=VALUE", required = true)]
        set: Vec<String>,
    },
    /// Deletes an integration endpoint without integrations
    #[command(visible_alias = "rm")]
    Delete { endpoint: String },
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    ExternalKafka,
    #[value(name = "external_postgresql")]
    ExternalPostgreSql,
}

#[derive(Args)]
struct Create {
    name: String,
    #[arg(long = "type", value_enum)]
    kind: Kind,
    #[command(flatten)]
    address: Address,
}

pub(super) fn run(arguments: EndpointArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    let by_id = |wanted: &str| -> Result<String> {
        let found = client.endpoint(wanted)?;
        Ok(client.of_project(&["integration_endpoint", &text(&found["endpoint_id"])]))
    };
    match arguments.command {
        Command::List => {
            let answer = client.get(&client.of_project(&["integration_endpoint"]))?;
            client.show(&answer, |answer| {
                endpoints(&list(answer, "service_integration_endpoints"))
            });
        }
        Command::Get { endpoint } => {
            let found = client.endpoint(&endpoint)?;
            client.show(&found, details);
        }
        Command::Create(create) => {
            let (kind, config) = match create.kind {
                Kind::ExternalKafka => ("external_kafka", create.address.of_kafka()?),
                Kind::ExternalPostgreSql => ("external_postgresql", create.address.of_host()?),
            };
            let body = json!({ "endpoint_name": create.name, "endpoint_type": kind, "user_config": config });
            let answer = client.post(&client.of_project(&["integration_endpoint"]), &body)?;
            client.done(&answer, || {
                format!("integration endpoint {} created", create.name)
            });
        }
        Command::Update { endpoint, set } => {
            let path = by_id(&endpoint)?;
            let set = pairs(&set)?;
            if set.is_empty() {
                bail!("--set is empty: nothing to change");
            }
            let answer = client.put(&path, &json!({ "user_config": set }))?;
            client.done(&answer, || format!("integration endpoint {endpoint} updated"));
        }
        Command::Delete { endpoint } => {
            let answer = client.delete(&by_id(&endpoint)?)?;
            client.done(&answer, || format!("integration endpoint {endpoint} deleted"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn endpoints(endpoints: &[Value]) -> String {
    table(
        endpoints,
        &[
            ("NAME", &field("endpoint_name")),
            ("TYPE", &field("endpoint_type")),
            ("ID", &field("endpoint_id")),
        ],
    )
}

fn details(endpoint: &Value) -> String {
    let config: Map<String, Value> = endpoint["user_config"].as_object().cloned().unwrap_or_default();
    let mut lines = vec![
        ("name", text(&endpoint["endpoint_name"])),
        ("type", text(&endpoint["endpoint_type"])),
        ("id", text(&endpoint["endpoint_id"])),
    ];
    lines.extend(config.iter().map(|(key, value)| (key.as_str(), text(value))));
    fields(&lines)
}
