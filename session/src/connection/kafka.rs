//! Connections to Kafka: options of tables, and a client's configuration.
//!
//! In: a connection. Out: `properties.*` as the connector reads them. Invariant: a table that names brokers of its own
//! gets nothing; how the credentials of an integration are protected on their way, no table decides.

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

/// What a connection must hold for a table to have something to give away.
const CREDENTIALS: [&str; 2] = ["sasl_plain_password", "ssl_client_key"];
/// A user's own; they go where the integration leads, protected as it says.
const OWN: [&str; 3] = ["sasl.username", "sasl.password", "sasl.jaas.config"];

/// Whether the table gets what is the integration's.
fn is_filled(connection: &Connection, options: &Options) -> bool {
    let given = options.get(SERVERS).map_or("", |given| given.trim());
    given.is_empty() || Some(given) == connection.text("bootstrap_servers").as_deref()
}

/// Whether the table's job is at the integration's brokers as the integration's own user.
pub(super) fn is_as_integration(connection: &Connection, options: &Options) -> bool {
    let has_own = |property: &&str| options.contains_key(&format!("properties.{property}"));
    is_filled(connection, options) && !OWN.iter().any(has_own)
}

/// Refuses a table that would send the integration's credentials less protected, or to whom the integration does not
/// trust.
pub(super) fn check(connection: &Connection, table: &str, options: &Options) -> Result<(), Refusal> {
    let has_credentials = CREDENTIALS.iter().any(|key| connection.text(key).is_some());
    if !has_credentials || !is_filled(connection, options) {
        return Ok(());
    }
    for (option, value) in options {
        let Some(property) = option.strip_prefix("properties.") else {
            continue;
        };
        if decides_on_protection(property) && !is_as_given(connection, property, value) {
            return Err(super::differs(connection, table, option));
        }
    }
    Ok(())
}

fn decides_on_protection(property: &str) -> bool {
    let prefixes = ["security.", "sasl.", "ssl.", "https."];
    let is_any = prefixes.iter().any(|prefix| property.starts_with(prefix));
    (is_any || property == "enable.ssl.certificate.verification") && !OWN.contains(&property)
}

fn is_as_given(connection: &Connection, property: &str, value: &str) -> bool {
    // Here an empty text is a choice.
    if property == HOST_CHECK.1 {
        let check = connection.parameters.get(HOST_CHECK.0).and_then(Value::as_str);
        return value.trim() == check.unwrap_or("https");
    }
    let key = PROPERTIES.iter().find(|(_, name)| *name == property);
    let given = key.and_then(|(key, _)| connection.text(key));
    match value.trim() {
        "" => key.is_some(),
        value => given.as_deref() == Some(value),
    }
}

pub(super) fn fill(connection: &Connection, options: &mut Options) -> Result<(), Refusal> {
    connection.required("bootstrap_servers")?;
    if !is_filled(connection, options) {
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
