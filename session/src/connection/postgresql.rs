//! Connections to PostgreSQL: options of tables, and a client's configuration.
//!
//! In: a connection. Out: `url`, `username`, `password` of the connector `jdbc`. Invariant: a table whose URL names a
//! host gets nothing; how the credentials of an integration are protected on their way, no table decides.

use super::{Connection, Options, set_blank};
use crate::refusal::Refusal;

const PREFIX: &str = "jdbc:postgresql:";
const DEFAULT_PORT: &str = "5432";
/// Of a server that names none.
const DEFAULT_DATABASE: &str = "postgres";

/// A URL as a table gives it: `jdbc:postgresql://[host[:port]]/[database][?parameters]`.
struct Url<'a> {
    authority: &'a str,
    database: &'a str,
    parameters: Vec<&'a str>,
}

impl<'a> Url<'a> {
    fn read(text: &'a str) -> Option<Url<'a>> {
        let text = text.trim();
        let rest = if text.is_empty() {
            ""
        } else {
            text.strip_prefix(PREFIX)?
        };
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = path.split_once('/').unwrap_or((path, ""));
        let parameters = parameters.split('&').filter(|one| !one.is_empty());
        Some(Url {
            authority,
            database,
            parameters: parameters.collect(),
        })
    }
}

/// Parameters that say how the server is recognized and the client recognized by it. Certificates travel in the
/// address: workers have no files of the session cluster.
fn protection(connection: &Connection) -> Vec<(&'static str, String)> {
    let certificate = connection.text("ssl_client_certificate");
    let key = connection
        .text("ssl_client_key")
        .filter(|_| certificate.is_some());
    let certificate = certificate.filter(|_| key.is_some());
    let pem = |text: Option<String>| text.map(|text| encoded(&text));
    let all = [
        ("sslmode", connection.text("ssl_mode")),
        ("sslrootcert", pem(connection.text("ssl_root_cert"))),
        ("sslcert", pem(certificate)),
        ("sslkey", pem(key)),
    ];
    let given = all.into_iter().filter_map(|(name, value)| Some((name, value?)));
    given.collect()
}

/// Refuses a table that would send the integration's credentials less protected, or to whom the integration does not
/// trust.
pub(super) fn check(connection: &Connection, table: &str, options: &Options) -> Result<(), Refusal> {
    let given = options.get("url").map_or("", String::as_str);
    let Some(url) = Url::read(given).filter(|url| url.authority.is_empty()) else {
        return Ok(());
    };
    let credentials = ["password", "ssl_client_key"];
    if credentials.iter().all(|key| connection.text(key).is_none()) {
        return Ok(());
    }
    let expected = protection(connection);
    for parameter in url.parameters {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let lower_case = name.to_ascii_lowercase();
        let decides = ["ssl", "gss", "channel"]
            .iter()
            .any(|start| lower_case.starts_with(start));
        if decides
            && !expected
                .iter()
                .any(|(known, given)| *known == name && given == value)
        {
            return Err(super::differs(
                connection,
                table,
                &format!("{name} of the option url"),
            ));
        }
    }
    Ok(())
}

pub(super) fn fill(connection: &Connection, options: &mut Options) -> Result<(), Refusal> {
    let given = options.get("url").cloned().unwrap_or_default();
    let Some(url) = Url::read(&given).filter(|url| url.authority.is_empty()) else {
        return Ok(());
    };
    let address = format!(
        "{}:{}",
        connection.required("host")?,
        connection.text("port").unwrap_or_else(|| DEFAULT_PORT.to_owned())
    );
    let database = if url.database.is_empty() {
        database(connection)
    } else {
        url.database.to_owned()
    };
    let mut parameters: Vec<String> = url.parameters.iter().map(|one| (*one).to_owned()).collect();
    let mut add = |name: &str, value: Option<String>| {
        let is_given = url
            .parameters
            .iter()
            .any(|one| one.split('=').next() == Some(name));
        parameters.extend(value.filter(|_| !is_given).map(|value| format!("{name}={value}")));
    };
    for (name, value) in protection(connection) {
        add(name, Some(value));
    }
    let string_type = connection.user_config.get("stringtype");
    add(
        "stringtype",
        string_type.and_then(|value| Some(value.as_str()?.to_owned())),
    );
    let question = if parameters.is_empty() { "" } else { "?" };
    let filled = format!("{PREFIX}//{address}/{database}{question}{}", parameters.join("&"));
    options.insert("url".to_owned(), filled);
    set_blank(options, "username", connection.text("username"));
    set_blank(options, "password", connection.text("password"));
    Ok(())
}

/// As a parameter of a URL.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn database(connection: &Connection) -> String {
    connection
        .text("default_database")
        .unwrap_or_else(|| DEFAULT_DATABASE.to_owned())
}

/// What a client of ours connects with.
pub fn client(connection: &Connection) -> Result<tokio_postgres::Config, Refusal> {
    let mut config = tokio_postgres::Config::new();
    config.host(connection.required("host")?);
    let port = connection.text("port").unwrap_or_else(|| DEFAULT_PORT.to_owned());
    let port = port.parse().map_err(|_| {
        Refusal::invalid(format!(
            "{}: 'port' must be a number from 1 to 65535",
            connection.shown
        ))
    })?;
    config.port(port).dbname(database(connection));
    config.user(
        connection
            .text("username")
            .unwrap_or_else(|| DEFAULT_DATABASE.to_owned()),
    );
    if let Some(password) = connection.text("password") {
        config.password(password);
    }
    Ok(config)
}
