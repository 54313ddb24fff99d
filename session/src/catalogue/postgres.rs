//! The catalogue in PostgreSQL, for managers that stand by for each other.
//!
//! In: changes. Out: rows. Invariant: one manager at a time holds the lease, and every transaction checks that it still
//! does: whoever lost it can store nothing. A server that is away is waited for; what was to be stored then is stored
//! once, however often it was tried. While it is away the lease runs out, and with it the right to lead workers.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use openssl::ssl::{SslConnector, SslMethod};
use postgres_openssl::MakeTlsConnector;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};

use super::change::{Change, NotStored};
use super::lease::{Lease, Moment};

/// Without renewal the lease is free after so long.
const LEASE: Duration = Duration::from_secs(10);
/// Renewals, and looks of those who stand by.
const ROUND: Duration = Duration::from_secs(3);
const RETRY: Duration = Duration::from_millis(500);
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// A server that does not answer for so long is asked anew.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// Two managers may come at the same time; the lock makes them one after the other.
const TABLES: &str = "
SELECT pg_advisory_lock(7022011);
CREATE TABLE IF NOT EXISTS millstream_records (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS millstream_lease (id INT PRIMARY KEY, term BIGINT NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL);
INSERT INTO millstream_lease VALUES (1, 0, now()) ON CONFLICT DO NOTHING;
SELECT pg_advisory_unlock(7022011);";
const ACQUIRE: &str =
    "UPDATE millstream_lease SET term = term + 1, expires_at = now() + $1::float8 * interval '1 s'
  WHERE id = 1 AND expires_at <= now() RETURNING term";
/// Locks the row until the transaction ends, so that nobody can take the lease over in between.
const RENEW: &str = "UPDATE millstream_lease SET expires_at = now() + $1::float8 * interval '1 s'
  WHERE id = 1 AND term = $2";

pub struct PostgresStore {
    config: Config,
    tls: MakeTlsConnector,
    client: Option<Client>,
    term: i64,
    lease: Lease,
}

/// Another manager has taken over.
#[derive(Debug)]
struct LeaseLost;

impl std::fmt::Display for LeaseLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("another manager has taken over")
    }
}

impl std::error::Error for LeaseLost {}

impl PostgresStore {
    /// Waits until the lease is free. `url`: `postgres://user:password@host:port/database?sslmode=…`.
    pub async fn open(url: &str, on_wait: impl FnOnce()) -> Result<PostgresStore> {
        let mut config: Config = url.parse().context("the catalogue's address")?;
        config
            .application_name("millstream-manager")
            .connect_timeout(CONNECT_MAX);
        let mut store = PostgresStore {
            config,
            tls: MakeTlsConnector::new(SslConnector::builder(SslMethod::tls())?.build()),
            client: None,
            term: 0,
            lease: Lease::of(LEASE),
        };
        store
            .connected()
            .await?
            .batch_execute(TABLES)
            .await
            .context("preparing the catalogue")?;
        let mut on_wait = Some(on_wait);
        loop {
            let asked = Moment::now();
            match store.acquire().await {
                Ok(Some(term)) => {
                    store.term = term;
                    store.lease.renew(asked);
                    return Ok(store);
                }
                Ok(None) => {}
                // One that stands by outlives a server that is away.
                Err(error) => eprintln!("catalogue: {error:#}"),
            }
            if let Some(tell) = on_wait.take() {
                tell();
            }
            tokio::time::sleep(ROUND).await;
        }
    }

    pub(super) fn lease(&self) -> Lease {
        self.lease.clone()
    }

    async fn acquire(&mut self) -> Result<Option<i64>> {
        let client = self.connected().await?;
        let rows = tokio::time::timeout(ANSWER_MAX, client.query(ACQUIRE, &[&LEASE.as_secs_f64()])).await;
        let rows = self.checked(rows.context("no answer").and_then(|rows| Ok(rows?)))?;
        Ok(rows.first().map(|row| row.get(0)))
    }

    async fn connected(&mut self) -> Result<&mut Client> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            let (client, connection) = self
                .config
                .connect(self.tls.clone())
                .await
                .context("connecting to PostgreSQL")?;
            // Its error is the error of the next question.
            tokio::spawn(connection);
            self.client = Some(client);
        }
        Ok(self.client.as_mut().expect("it has just been made"))
    }

    /// After an error the connection is of no use.
    fn checked<T>(&mut self, result: Result<T>) -> Result<T> {
        if result.is_err() {
            self.client = None;
        }
        result
    }

    pub(super) async fn load(&mut self) -> Result<Vec<(String, String, String)>> {
        let client = self.connected().await?;
        let rows = client
            .query(
                "SELECT kind, id, body FROM millstream_records ORDER BY kind, id",
                &[],
            )
            .await?;
        Ok(rows
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect())
    }

    /// Tries until it is done, the server refuses it for want of something, or another manager has taken over.
    pub(super) async fn apply(&mut self, changes: &[Change]) -> Result<()> {
        loop {
            let asked = Moment::now();
            let tried = tokio::time::timeout(ANSWER_MAX, self.try_apply(changes)).await;
            match self.checked(tried.context("no answer").and_then(|done| done)) {
                Err(error) if let Some(reason) = lack(&error) => bail!(NotStored(reason)),
                Err(error) if !error.is::<LeaseLost>() => {
                    eprintln!("catalogue: {error:#}; it is tried again");
                    tokio::time::sleep(RETRY).await;
                }
                Ok(()) => {
                    self.lease.renew(asked);
                    return Ok(());
                }
                lost => return lost,
            }
        }
    }

    async fn try_apply(&mut self, changes: &[Change]) -> Result<()> {
        let term = self.term;
        let transaction = self.connected().await?.transaction().await?;
        if transaction.execute(RENEW, &[&LEASE.as_secs_f64(), &term]).await? == 0 {
            bail!(LeaseLost);
        }
        for change in changes {
            match &change.body {
                Some(body) => {
                    let text = "INSERT INTO millstream_records VALUES ($1, $2, $3)
                        ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body";
                    transaction
                        .execute(text, &[&change.kind, &change.id, body])
                        .await?
                }
                None => {
                    let text = "DELETE FROM millstream_records WHERE kind = $1 AND id = $2";
                    transaction.execute(text, &[&change.kind, &change.id]).await?
                }
            };
        }
        Ok(transaction.commit().await?)
    }
}

/// What the server lacks to store a change, which trying again would not give it: room, memory, the right to write.
fn lack(error: &anyhow::Error) -> Option<String> {
    let error = error.downcast_ref::<tokio_postgres::Error>()?.as_db_error()?;
    let code = error.code().code();
    let is_lack = code.starts_with("53") || code.starts_with("54") || code == "25006";
    // A server with too many connections takes one later.
    let is_lack = is_lack && *error.code() != SqlState::TOO_MANY_CONNECTIONS;
    is_lack.then(|| format!("PostgreSQL: {} ({code})", error.message()))
}

/// How often the lease is to be renewed.
pub(super) fn renewal() -> Duration {
    ROUND
}
