//! Connections to PostgreSQL, from `jdbc:postgresql://host:port/database?…` and the options.

use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::{Client, Config, NoTls};

use super::external;
use crate::connector::options::Options;
use crate::error::JobError;

const CONNECT_MAX: Duration = Duration::from_secs(10);
const DEFAULT_PORT: u16 = 5432;

/// The connection parameters that the table's options describe.
pub(super) fn config(options: &Options) -> Result<Config, JobError> {
    let url = options.required("url")?;
    let refuse = |message: &str| options.error("url", message);
    let Some(rest) = url.strip_prefix("jdbc:postgresql://") else {
        return Err(refuse(
            "expected jdbc:postgresql://host:port/database; only PostgreSQL is supported",
        ));
    };
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let (address, database) = place
        .split_once('/')
        .ok_or_else(|| refuse("the database is missing"))?;
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) => (
            host,
            port.parse().map_err(|_| refuse("the port is not a number"))?,
        ),
        None => (address, DEFAULT_PORT),
    };
    let mut config = Config::new();
    config
        .host(host)
        .port(port)
        .dbname(database)
        .connect_timeout(CONNECT_MAX)
        .application_name("millstream");
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("user", user)) => drop(config.user(user)),
            Some(("password", password)) => drop(config.password(password)),
            Some(("sslmode", "disable" | "prefer" | "allow")) => {}
            Some(("sslmode", mode)) => {
                return Err(refuse(&format!(
                    "sslmode={mode} is not supported yet: connections are not encrypted"
                )));
            }
            _ => {}
        }
    }
    if let Some(user) = options.get("username") {
        config.user(user);
    }
    if let Some(password) = options.get("password") {
        config.password(password);
    }
    Ok(config)
}

/// A runtime for one thread that talks to the database and does nothing else.
pub(super) fn runtime() -> Result<Runtime, JobError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(external)
}

/// Connects; the connection's own task runs on the current runtime.
pub(super) async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    // Text of TIMESTAMP WITH TIME ZONE and of floats must not depend on the server's settings.
    client
        .batch_execute("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 1")
        .await?;
    Ok(client)
}

/// PostgreSQL's own message instead of the driver's "db error".
pub(super) fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => match db.detail() {
            Some(detail) => format!("{} ({}): {detail}", db.message(), db.code().code()),
            None => format!("{} ({})", db.message(), db.code().code()),
        },
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_jdbc() {
        let options = Options::new(
            "t",
            [("url", "jdbc:postgresql://h:5433/db?user=u&sslmode=disable")],
        );
        let config = config(&options).expect("valid");
        assert_eq!(config.get_ports(), [5433]);
        assert_eq!(config.get_dbname(), Some("db"));
        assert_eq!(config.get_user(), Some("u"));
    }

    #[test]
    fn other_databases_and_encryption_are_refused() {
        for url in [
            "jdbc:mysql://h/db",
            "jdbc:postgresql://h/db?sslmode=require",
            "jdbc:postgresql://h",
        ] {
            assert!(config(&Options::new("t", [("url", url)])).is_err(), "{url}");
        }
    }
}
