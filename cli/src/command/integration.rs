//! `millstream integration`: what the session cluster may use.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::service::pairs;
use crate::client::Connection;
use crate::client::find::list;
use crate::client::output::{field, fields, table, text};

#[derive(Args)]
#[command(
    after_help = "A table that names an integration gets addresses and credentials from it; they never come \
    back from the API.\n\nExamples:\n  \
    millstream integration create --source kafka-demo\n  \
    millstream integration create --endpoint kafka-elsewhere --type flink_external_kafka\n  \
    millstream integration list\n  \
    millstream integration get kafka-demo\n  \
    millstream integration update pg-elsewhere --set stringtype=unspecified\n  \
    millstream integration delete kafka-demo"
)]
pub(super) struct IntegrationArguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the integrations of the session cluster
    #[command(visible_alias = "ls")]
    List,
    /// Shows an integration
    Get {
        /// Id, or the name of the service or endpoint at the other end
        integration: String,
    },
    /// Integrates a service or an endpoint with the session cluster
    #[command(group = clap::ArgGroup::new("from").required(true))]
    Create {
        /// Name of a service
        #[arg(long, value_name = "SERVICE", group = "from")]
        source: Option<String>,
        /// Name or id of an integration endpoint
        #[arg(long, value_name = "ENDPOINT", group = "from")]
        endpoint: Option<String>,
        /// `flink` for services; for endpoints it follows from their type
        #[arg(long = "type", value_name = "TYPE")]
        integration_type: Option<String>,
        /// A key of user_config
        #[arg(long = "set", value_name = "KEY=VALUE")]
        set: Vec<String>,
    },
    /// Changes keys of user_config
    Update {
        integration: String,
        #[arg(long = "set", value_name = "KEY=VALUE", required = true)]
        set: Vec<String>,
    },
    /// Ends an integration
    #[command(visible_alias = "rm")]
    Delete { integration: String },
}

pub(super) fn run(arguments: IntegrationArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    let by_id = |wanted: &str| -> Result<String> {
        let found = client.integration(wanted)?;
        Ok(client.of_project(&["integration", &text(&found["service_integration_id"])]))
    };
    match arguments.command {
        Command::List => {
            let answer = client.get(&client.of_service(&["integration"]))?;
            client.show(&answer, |answer| {
                integrations(&list(answer, "service_integrations"))
            });
        }
        Command::Get { integration } => {
            let answer = client.get(&by_id(&integration)?)?;
            client.show(&answer["service_integration"], details);
        }
        Command::Create {
            source,
            endpoint,
            integration_type,
            set,
        } => {
            let mut body = Map::new();
            let mut kind = "flink".to_owned();
            if let Some(source) = source {
                body.insert("source_service".to_owned(), source.into());
            }
            if let Some(endpoint) = endpoint {
                let endpoint = client.endpoint(&endpoint)?;
                kind = format!("flink_{}", text(&endpoint["endpoint_type"]));
                body.insert("source_endpoint_id".to_owned(), endpoint["endpoint_id"].clone());
            }
            body.insert("dest_service".to_owned(), client.service.clone().into());
            body.insert(
                "integration_type".to_owned(),
                integration_type.unwrap_or(kind).into(),
            );
            let set = pairs(&set)?;
            if !set.is_empty() {
                body.insert("user_config".to_owned(), set.into());
            }
            let answer = client.post(&client.of_project(&["integration"]), &body.into())?;
            let created = &answer["service_integration"];
            client.done(created, || {
                format!("integration {} created", text(&created["service_integration_id"]))
            });
            client.notices(&answer);
        }
        Command::Update { integration, set } => {
            let body = serde_json::json!({ "user_config": pairs(&set)? });
            let answer = client.put(&by_id(&integration)?, &body)?;
            client.done(&answer, || format!("integration {integration} updated"));
        }
        Command::Delete { integration } => {
            let answer = client.delete(&by_id(&integration)?)?;
            client.done(&answer, || format!("integration {integration} deleted"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The service or endpoint at one end.
fn end(integration: &Value, which: &str) -> String {
    let service = text(&integration[&format!("{which}_service")]);
    if !service.is_empty() {
        return service;
    }
    match text(&integration[&format!("{which}_endpoint")]) {
        name if name.is_empty() => text(&integration[&format!("{which}_endpoint_id")]),
        name => name,
    }
}

fn integrations(integrations: &[Value]) -> String {
    table(
        integrations,
        &[
            ("ID", &field("service_integration_id")),
            ("TYPE", &field("integration_type")),
            ("FROM", &|integration| end(integration, "source")),
            ("TO", &|integration| end(integration, "dest")),
            ("ACTIVE", &field("active")),
        ],
    )
}

fn details(integration: &Value) -> String {
    let config = integration["user_config"]
        .as_object()
        .filter(|config| !config.is_empty());
    fields(&[
        ("id", text(&integration["service_integration_id"])),
        ("type", text(&integration["integration_type"])),
        ("from", end(integration, "source")),
        ("to", end(integration, "dest")),
        ("active", text(&integration["active"])),
        (
            "configuration",
            config.map_or_else(String::new, |config| Value::Object(config.clone()).to_string()),
        ),
    ])
}
