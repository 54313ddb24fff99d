//! Connections to Kafka: options of tables, and a client's configuration.
//!
//! In: a connection. Out: `properties.*` as the connector reads them. Invariant: a table that names brokers of its own
//! gets nothing.

use rdkafka::ClientConfig;
use serde_json::Value;

use super::{Connection, Options, set_blank};
use crate::refusal::Refusal;

const SERVERS: &str = "properties.bootstrap.servers";

/// Key of the connection, key of the client.
const PROPERTIES: [(&str, &str); 8] = [
    ("security_protocol", "security.protocol"),
    ("ssl_ca_cert", "ssl.ca.pem"),
    ("ssl_client_cert", "ssl.certificate.pem"),
    ("ssl_client_key", "ssl.key.pem"),
    ("sasl_mechanism", "sasl.mechanism"),
    ("sasl_plain_username", "sasl.username"),
    ("sasl_plain_password", "sasl.password"),
    ("bootstrap_servers", "bootstrap.servers"),
];

/// Whether names in certificates are compared: an empty text means that they are not.
const HOST_CHECK: (&str, &str) = (
    "ssl_endpoint_identification_algorithm",
    "ssl.endpoint.identification.algorithm",
);

pub(super) fn fill(connection: &Connection, options: &mut Options) -> Result<(), Refusal> {
    let servers = connection.required("bootstrap_servers")?;
    let given = options.get(SERVERS).map_or("", |given| given.trim());
    if !given.is_empty() && given != servers {
        return Ok(());
    }
    for (key, property) in PROPERTIES {
        set_blank(options, &format!("properties.{property}"), connection.text(key));
    }
    if let Some(check) = connection.parameters.get(HOST_CHECK.0).and_then(Value::as_str) {
        options
            .entry(format!("properties.{}", HOST_CHECK.1))
            .or_insert_with(|| check.to_owned());
    }
    Ok(())
}

/// What a client of ours connects with.
pub fn client(connection: &Connection) -> Result<ClientConfig, Refusal> {
    connection.required("bootstrap_servers")?;
    let mut config = ClientConfig::new();
    for (key, property) in PROPERTIES {
        if let Some(value) = connection.text(key) {
            config.set(property, value);
        }
    }
    if let Some(check) = connection.parameters.get(HOST_CHECK.0).and_then(Value::as_str) {
        config.set(HOST_CHECK.1, if check.is_empty() { "none" } else { check });
    }
    config.set("socket.connection.setup.timeout.ms", "5000");
    Ok(config)
}
