//! Databases of a PostgreSQL connection.
//!
//! In: a service or integration. Out: the names its server answers. Invariant: the server is asked each time, with a
//! short timeout; what it says comes back without credentials.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};
use openssl::x509::X509;
use postgres_openssl::MakeTlsConnector;
use serde::Serialize;
use tokio_postgres::NoTls;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::integration::IntegrationPath;
use super::path::ServicePath;
use super::{Answer, Api};
use crate::connection::{Connection, Kind, postgresql};
use crate::refusal::Refusal;

const TIMEOUT: Duration = Duration::from_secs(5);
const QUERY: &str =
    "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname";

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(of_service))
        .routes(routes!(of_integration))
}

#[derive(Serialize, ToSchema)]
struct Databases {
    databases: Vec<Database>,
}

#[derive(Serialize, ToSchema)]
struct Database {
    database_name: String,
}

/// Databases of a PostgreSQL service
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/db", tag = "connections",
    params(ServicePath), responses((status = 200, body = Databases)))]
async fn of_service(State(api): State<Api>, Path(path): Path<ServicePath>) -> Answer<Databases> {
    let connection = service_connection(&api, &path, Kind::PostgreSql)?;
    list(connection).await
}

/// Databases that an integration leads to
#[utoipa::path(get, path = "/v1/project/{project}/integration/{integration_id}/db", tag = "connections",
    params(IntegrationPath), responses((status = 200, body = Databases)))]
async fn of_integration(State(api): State<Api>, Path(path): Path<IntegrationPath>) -> Answer<Databases> {
    let connection = integration_connection(&api, &path, Kind::PostgreSql)?;
    list(connection).await
}

/// The connection of a service of this kind.
pub(super) fn service_connection(api: &Api, path: &ServicePath, kind: Kind) -> Result<Connection, Refusal> {
    path.check(api)?;
    let service = api.manager.catalogue.read(|tables| path.find(tables))?;
    let connection = Connection::of_service(&service).filter(|connection| connection.kind == kind);
    connection.ok_or_else(|| {
        Refusal::invalid(format!(
            "Service {} is of type '{}'",
            service.name, service.service_type
        ))
    })
}

/// The connection that an integration leads to, if it is of this kind.
pub(super) fn integration_connection(
    api: &Api,
    path: &IntegrationPath,
    kind: Kind,
) -> Result<Connection, Refusal> {
    api.check_project(&path.project)?;
    let connection = api.manager.catalogue.read(|tables| {
        let integration = path.find(tables)?;
        Connection::of_integration(tables, &integration)
    })?;
    if connection.kind == kind {
        return Ok(connection);
    }
    let message = format!(
        "Integration {} leads to {}",
        path.integration_id, connection.shown
    );
    Err(Refusal::invalid(message))
}

/// What is outside does not answer: nothing that asking again at once would cure.
pub(super) fn unreachable(connection: &Connection, error: impl std::fmt::Display) -> Refusal {
    Refusal::new(424, format!("{} cannot be asked: {error}", connection.shown))
}

async fn list(connection: Connection) -> Answer<Databases> {
    let asked = tokio::time::timeout(TIMEOUT, ask(&connection)).await;
    let names = asked.map_err(|_| unreachable(&connection, "it does not answer"))??;
    let databases = names
        .into_iter()
        .map(|database_name| Database { database_name })
        .collect();
    Ok(Json(Databases { databases }))
}

async fn ask(connection: &Connection) -> Result<Vec<String>, Refusal> {
    let config = postgresql::client(connection)?;
    let is_plain = matches!(
        connection.text("ssl_mode").as_deref(),
        None | Some("disable" | "allow" | "prefer")
    );
    let failed = |error: tokio_postgres::Error| unreachable(connection, told(&error));
    let client = if is_plain {
        let (client, task) = config.connect(NoTls).await.map_err(failed)?;
        tokio::spawn(task);
        client
    } else {
        let tls = tls(connection)?;
        let (client, task) = config.connect(tls).await.map_err(failed)?;
        tokio::spawn(task);
        client
    };
    let rows = client.query(QUERY, &[]).await.map_err(failed)?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// What the server says, else what went wrong on the way.
fn told(error: &tokio_postgres::Error) -> String {
    let on_the_way =
        || std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    error
        .as_db_error()
        .map_or_else(on_the_way, |error| error.message().to_owned())
}

fn tls(connection: &Connection) -> Result<MakeTlsConnector, Refusal> {
    let wrong = |what: &str| {
        Refusal::invalid(format!(
            "{}: '{what}' is not what it should be in PEM",
            connection.shown
        ))
    };
    let mut builder = SslConnector::builder(SslMethod::tls()).map_err(anyhow::Error::from)?;
    let mode = connection.text("ssl_mode");
    if mode.as_deref() == Some("require") {
        builder.set_verify(SslVerifyMode::NONE);
    }
    if let Some(text) = connection.text("ssl_root_cert") {
        let certificates = X509::stack_from_pem(text.as_bytes()).map_err(|_| wrong("ssl_root_cert"))?;
        for certificate in certificates {
            builder
                .cert_store_mut()
                .add_cert(certificate)
                .map_err(|_| wrong("ssl_root_cert"))?;
        }
    }
    let mut tls = MakeTlsConnector::new(builder.build());
    let checks_host = mode.as_deref() == Some("verify-full");
    tls.set_callback(move |configuration, _| {
        configuration.set_verify_hostname(checks_host);
        Ok(())
    });
    Ok(tls)
}
