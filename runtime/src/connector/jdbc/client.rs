//! Connections to PostgreSQL, from the address (see [`url`]) and the options.

use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::config::{ChannelBinding, TargetSessionAttrs};
use tokio_postgres::{Client, Config};

use super::external;
use super::tls::Tls;
use super::url::{self, Address};
use crate::connector::options::Options;
use crate::error::JobError;

const CONNECT_MAX: Duration = Duration::from_secs(10);

/// Where a database is and how to get in.
#[derive(Clone)]
pub(super) struct Database {
    config: Config,
    tls: Tls,
}

impl Database {
    /// The database that the table's options describe.
    pub(super) fn new(options: &Options) -> Result<Database, JobError> {
        let refuse = |message: String| options.error("url", message);
        let address = url::parse(options.required("url")?).map_err(refuse)?;
        let tls = Tls::new(&address).map_err(refuse)?;
        let mut config = config(&address).map_err(refuse)?;
        config.ssl_mode(tls.mode);
        if let Some(user) = options.get("username") {
            config.user(user);
        }
        if let Some(password) = options.get("password") {
            config.password(password);
        }
        Ok(Database { config, tls })
    }

    /// Connects; the connection's own task runs on the current runtime.
    pub(super) async fn connect(&self) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = self.config.connect(self.tls.connector.clone()).await?;
        tokio::spawn(connection);
        // Text of TIMESTAMP WITH TIME ZONE and of floats must not depend on the server's settings.
        client
            .batch_execute("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 1")
            .await?;
        Ok(client)
    }

    /// PostgreSQL's own message instead of the driver's "db error", and why a certificate was not accepted.
    pub(super) fn describe(&self, error: &tokio_postgres::Error) -> String {
        if let Some(doubt) = self.tls.take_doubt() {
            return format!("the server's certificate is not accepted: {doubt}");
        }
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
}

/// Parameters that only tune pgjdbc (fetch sizes, prepared statements, loggers) have no effect here. Values go out as
/// text whose type the server derives: what `stringtype=unspecified` asks for.
fn config(address: &Address) -> Result<Config, String> {
    let mut config = Config::new();
    config.connect_timeout(CONNECT_MAX).application_name("millstream");
    for (host, port) in &address.hosts {
        config.host(host).port(*port);
    }
    if let Some(database) = &address.database {
        config.dbname(database);
    }
    for (name, value) in &address.parameters {
        match name.as_str() {
            "user" => drop(config.user(value)),
            "password" => drop(config.password(value)),
            "ApplicationName" | "application_name" => drop(config.application_name(value)),
            "options" => drop(config.options(value)),
            // A blank in startup options would begin another one.
            "currentSchema" => {
                let schema = value.replace('\\', "\\\\").replace(' ', "\\ ");
                config.options(format!("-c search_path={schema}"));
            }
            "connectTimeout" | "connect_timeout" => match value.parse() {
                Ok(seconds) if seconds > 0 => drop(config.connect_timeout(Duration::from_secs(seconds))),
                Ok(_) => {}
                Err(_) => return Err(format!("'{name}' is not a number of seconds")),
            },
            "channelBinding" | "channel_binding" => drop(config.channel_binding(match value.as_str() {
                "disable" => ChannelBinding::Disable,
                "require" => ChannelBinding::Require,
                _ => ChannelBinding::Prefer,
            })),
            "targetServerType" | "target_session_attrs"
                if matches!(value.as_str(), "primary" | "master" | "read-write") =>
            {
                config.target_session_attrs(TargetSessionAttrs::ReadWrite);
            }
            "stringtype" if !matches!(value.as_str(), "unspecified" | "varchar") => {
                return Err("'stringtype' is unspecified or varchar".to_owned());
            }
            _ => {}
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn database(url: &str) -> Result<Database, JobError> {
        Database::new(&Options::new("t", [("url", url), ("username", "named")]))
    }

    #[test]
    fn parameters_reach_the_driver_and_options_win() {
        let url = "jdbc:postgresql://a:1,b:2/db?user=u&password=p&stringtype=unspecified&currentSchema=my%20s&\
                   ApplicationName=x&targetServerType=primary&prepareThreshold=0";
        let config = database(url).expect("valid").config;
        assert_eq!(config.get_ports(), [1, 2]);
        assert_eq!(config.get_dbname(), Some("db"));
        assert_eq!(config.get_user(), Some("named"));
        assert_eq!(config.get_password(), Some(&b"p"[..]));
        assert_eq!(config.get_options(), Some("-c search_path=my\\ s"));
        assert_eq!(config.get_application_name(), Some("x"));
        assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
    }

    #[test]
    fn what_cannot_be_honoured_is_refused() {
        for url in [
            "jdbc:mysql://h/db",
            "jdbc:postgresql://h",
            "jdbc:postgresql://h/db?sslmode=sometimes",
            "jdbc:postgresql://h/db?stringtype=text",
            "jdbc:postgresql://h/db?connectTimeout=soon",
        ] {
            assert!(database(url).is_err(), "{url}");
        }
    }
}
