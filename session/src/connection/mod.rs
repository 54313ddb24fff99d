//! What an integration leads to, and the connection options of a table that follow from it.
//!
//! In: integrations with the services and endpoints they name, options as written in a table. Out: options with what
//! was left blank filled in. Invariant: credentials of an integration go only to the address of that integration; a
//! table that names an address of its own keeps its options as they are.

pub mod kafka;
pub mod postgresql;
pub mod topics;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::catalogue::Tables;
use crate::model::{Endpoint, Integration, Service};
use crate::refusal::Refusal;

/// Options of a table by key.
pub type Options = BTreeMap<String, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Kafka,
    PostgreSql,
    OpenSearch,
}

/// A service or endpoint that jobs connect to.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    pub kind: Kind,
    /// `service 'kafka-demo'`, for messages.
    pub shown: String,
    /// Address and credentials, by the keys of Aiven's endpoints.
    pub parameters: Map<String, Value>,
    /// Of the integration itself.
    pub user_config: Map<String, Value>,
}

impl Kind {
    pub fn of_service(service_type: &str) -> Option<Kind> {
        match service_type {
            "kafka" => Some(Kind::Kafka),
            "pg" => Some(Kind::PostgreSql),
            "opensearch" => Some(Kind::OpenSearch),
            _ => None,
        }
    }

    pub fn of_endpoint(endpoint_type: &str) -> Option<Kind> {
        match endpoint_type {
            "external_kafka" => Some(Kind::Kafka),
            "external_postgresql" => Some(Kind::PostgreSql),
            "external_opensearch" => Some(Kind::OpenSearch),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Kafka => "Kafka",
            Kind::PostgreSql => "PostgreSQL",
            Kind::OpenSearch => "OpenSearch",
        }
    }

    fn connectors(self) -> &'static [&'static str] {
        match self {
            Kind::Kafka => &["kafka", "upsert-kafka"],
            Kind::PostgreSql => &["jdbc", "postgres-cdc"],
            Kind::OpenSearch => &["opensearch", "elasticsearch-7"],
        }
    }
}

impl Connection {
    pub fn of_service(service: &Service) -> Option<Connection> {
        Some(Connection {
            kind: Kind::of_service(&service.service_type)?,
            shown: format!("service '{}'", service.name),
            parameters: service.connection.clone(),
            user_config: Map::new(),
        })
    }

    pub fn of_endpoint(endpoint: &Endpoint) -> Option<Connection> {
        Some(Connection {
            kind: Kind::of_endpoint(&endpoint.endpoint_type)?,
            shown: format!("integration endpoint '{}'", endpoint.name),
            parameters: endpoint.user_config.clone(),
            user_config: Map::new(),
        })
    }

    /// What an integration leads to.
    pub fn of_integration(records: &Tables, integration: &Integration) -> Result<Connection, Refusal> {
        let not_found = |what: &str, name: &str| {
            let id = &integration.id;
            Refusal::invalid(format!(
                "integration {id} leads to the {what} '{name}', which is not registered"
            ))
        };
        let found = match (&integration.source_service, &integration.source_endpoint_id) {
            (Some(name), _) => {
                let service = records.get::<Service>(&Service::key(&integration.project, name));
                Connection::of_service(service.ok_or_else(|| not_found("service", name))?)
            }
            (None, Some(id)) => {
                let endpoint = records.get::<Endpoint>(id);
                Connection::of_endpoint(endpoint.ok_or_else(|| not_found("endpoint", id))?)
            }
            (None, None) => None,
        };
        let mut connection = found.ok_or_else(|| {
            let (id, kind) = (&integration.id, &integration.integration_type);
            Refusal::invalid(format!(
                "integration {id} of type '{kind}' leads to nothing that a table can be in"
            ))
        })?;
        connection.user_config.clone_from(&integration.user_config);
        Ok(connection)
    }

    /// A parameter as text; numbers too.
    pub fn text(&self, key: &str) -> Option<String> {
        let text = match self.parameters.get(key)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    pub fn required(&self, key: &str) -> Result<String, Refusal> {
        self.text(key).ok_or_else(|| {
            Refusal::invalid(format!(
                "{} has no '{key}': register how it is reached (millstream service add, or 'connection' of the API)",
                self.shown
            ))
        })
    }

    /// Whether a table with this connector can be there.
    pub fn check_connector(&self, table: &str, connector: &str) -> Result<(), Refusal> {
        let expected = self.kind.connectors();
        if expected.contains(&connector) {
            return Ok(());
        }
        Err(Refusal::invalid(format!(
            "table '{table}' has the connector '{connector}', but its integration leads to {} ({}): expected {}",
            self.kind.name(),
            self.shown,
            or_list(expected)
        )))
    }

    /// Whether the table leaves to the integration what is the integration's to decide.
    pub fn check_options(&self, table: &str, options: &Options) -> Result<(), Refusal> {
        match self.kind {
            Kind::Kafka => kafka::check(self, table, options),
            Kind::PostgreSql => postgresql::check(self, table, options),
            Kind::OpenSearch => Ok(()),
        }
    }

    /// The options with what was left blank.
    pub fn filled(&self, table: &str, options: &Options) -> Result<Options, Refusal> {
        let connector = options.get("connector").map_or("", String::as_str);
        self.check_connector(table, connector)?;
        self.check_options(table, options)?;
        let mut filled = options.clone();
        match (self.kind, connector) {
            (Kind::Kafka, _) => kafka::fill(self, &mut filled)?,
            (Kind::PostgreSql, "jdbc") => postgresql::fill(self, &mut filled)?,
            _ => {
                let message = format!(
                    "the connector '{connector}' of table '{table}' is not supported by this version"
                );
                return Err(Refusal::invalid(message));
            }
        }
        Ok(filled)
    }
}

/// The value may be a secret.
fn differs(connection: &Connection, table: &str, what: &str) -> Refusal {
    Refusal::invalid(format!(
        "'{what}' of table '{table}' is not what its integration gives: credentials of {} are sent only as the \
         integration says; leave it out",
        connection.shown
    ))
}

/// `'a' or 'b'`.
fn or_list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    quoted.join(" or ")
}

/// A table of a job: its name, its options as written, its integration.
pub struct TableOptions<'a> {
    pub name: &'a str,
    pub options: &'a Options,
    pub integration_id: Option<&'a str>,
}

/// The options that a job is started with, by table, secrets included.
pub fn filled_options<'a>(
    records: &Tables,
    tables: impl IntoIterator<Item = TableOptions<'a>>,
) -> Result<BTreeMap<String, Options>, Refusal> {
    let filled = |table: TableOptions<'_>| {
        let options = match table.integration_id {
            Some(id) => connection(records, id)?.filled(table.name, table.options)?,
            None => table.options.clone(),
        };
        Ok((table.name.to_owned(), options))
    };
    tables.into_iter().map(filled).collect()
}

fn connection(records: &Tables, integration_id: &str) -> Result<Connection, Refusal> {
    Connection::of_integration(records, integration(records, integration_id)?)
}

/// The integration that a table names.
pub fn integration<'a>(records: &'a Tables, id: &str) -> Result<&'a Integration, Refusal> {
    let found = records.get::<Integration>(id).map(|found| &**found);
    // Clients know this text and ask again for a while: an integration may have been created a moment ago.
    found.ok_or_else(|| Refusal::invalid(format!("Integration not found: {id}")))
}

/// Sets an option that is missing or blank.
fn set_blank(options: &mut Options, key: &str, value: Option<String>) {
    let is_blank = options.get(key).is_none_or(|value| value.trim().is_empty());
    if let Some(value) = value.filter(|_| is_blank) {
        options.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests;
