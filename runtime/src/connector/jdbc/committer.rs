//! Applying an epoch's changes in one transaction, once.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};
use tokio_postgres::{Client, Statement, Transaction};

use super::change::{Action, Change};
use super::client::Database;
use super::{client, external, quoted, quoted_table};
use crate::connector::Committer;
use crate::connector::options::JobEnvironment;
use crate::connector::registry::SinkRequest;
use crate::error::JobError;

/// Statements sent before their answers are awaited.
const IN_FLIGHT_MAX: usize = 512;
/// Waits before another attempt double from here.
const BACKOFF: Duration = Duration::from_millis(200);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// How long an unreachable database is waited for, unless `connection.max-retry-timeout` says otherwise.
const RETRY_MAX: Duration = Duration::from_secs(60);

const CREATE_COMMITS: &str = "CREATE TABLE IF NOT EXISTS millstream_commits (\
    job_id text NOT NULL, sink text NOT NULL, checkpoint_id text NOT NULL, \
    committed_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (job_id, sink))";
/// The row must be there before it can be locked: an instance and its successor may both be the first to commit.
const CLAIM_COMMIT: &str = "INSERT INTO millstream_commits (job_id, sink, checkpoint_id) VALUES ($1, $2, '') \
    ON CONFLICT (job_id, sink) DO NOTHING";
const READ_COMMIT: &str =
    "SELECT checkpoint_id FROM millstream_commits WHERE job_id = $1 AND sink = $2 FOR UPDATE";
const WRITE_COMMIT: &str = "INSERT INTO millstream_commits (job_id, sink, checkpoint_id) VALUES ($1, $2, $3) \
    ON CONFLICT (job_id, sink) DO UPDATE SET checkpoint_id = EXCLUDED.checkpoint_id, committed_at = now()";

pub(super) struct JdbcCommitter {
    runtime: Runtime,
    database: Database,
    table: String,
    job_id: String,
    put: String,
    delete: Option<String>,
    retry_max: Duration,
    connection: Option<Connection>,
}

struct Connection {
    client: Client,
    put: Statement,
    delete: Option<Statement>,
}

/// A value in PostgreSQL's text form: the server parses it by the type the statement expects.
#[derive(Debug)]
struct AsText<'a>(&'a Option<String>);

impl ToSql for AsText<'_> {
    fn to_sql(
        &self,
        _ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            None => Ok(IsNull::Yes),
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }

    fn encode_format(&self, _ty: &Type) -> Format {
        Format::Text
    }

    tokio_postgres::types::to_sql_checked!();
}

impl JdbcCommitter {
    pub(super) fn new(
        request: &SinkRequest<'_>,
        environment: &JobEnvironment,
    ) -> Result<JdbcCommitter, JobError> {
        let options = &request.options;
        let columns: Vec<String> = request.columns.iter().map(|column| quoted(column.name)).collect();
        let key: Vec<String> = request
            .spec
            .primary_key
            .iter()
            .map(|i| columns[*i].clone())
            .collect();
        let table = quoted_table(options.required("table-name")?);
        let mut committer = JdbcCommitter {
            runtime: client::runtime()?,
            database: Database::new(options)?,
            put: put_statement(&table, &columns, &key),
            delete: (!key.is_empty()).then(|| delete_statement(&table, &key)),
            table: options.table.clone(),
            job_id: environment.job_id.clone(),
            retry_max: options
                .duration("connection.max-retry-timeout")?
                .unwrap_or(RETRY_MAX),
            connection: None,
        };
        // A wrong password or a missing table is an error at start, not at the first checkpoint.
        committer.persist(Self::connect)?;
        Ok(committer)
    }

    fn connect(&mut self) -> Result<(), tokio_postgres::Error> {
        let is_open = |connection: &Connection| !connection.client.is_closed();
        if !self.connection.as_ref().is_some_and(is_open) {
            let opening = Connection::open(&self.database, &self.put, self.delete.as_deref());
            self.connection = Some(self.runtime.block_on(opening)?);
        }
        Ok(())
    }

    /// Attempts until it succeeds, the database refuses, or it has been away for too long.
    fn persist(
        &mut self,
        mut attempt: impl FnMut(&mut Self) -> Result<(), tokio_postgres::Error>,
    ) -> Result<(), JobError> {
        let started = Instant::now();
        let mut wait = BACKOFF;
        loop {
            let Err(error) = attempt(self) else {
                return Ok(());
            };
            self.connection = None;
            let message = format!("table {}: {}", self.table, self.database.describe(&error));
            if !may_pass(&error) || started.elapsed() + wait > self.retry_max {
                return Err(external(message));
            }
            eprintln!("{message}; trying again in {} ms", wait.as_millis());
            std::thread::sleep(wait);
            wait = (wait * 2).min(BACKOFF_MAX);
        }
    }

    fn apply(&mut self, checkpoint_id: &str, changes: &[Change]) -> Result<(), tokio_postgres::Error> {
        self.connect()?;
        let Self {
            runtime,
            connection,
            job_id,
            table,
            ..
        } = self;
        let open = connection.as_mut().expect("just connected");
        runtime.block_on(async {
            let transaction = open.client.transaction().await?;
            let mut found = transaction.query_opt(READ_COMMIT, &[job_id, table]).await?;
            if found.is_none() {
                transaction.execute(CLAIM_COMMIT, &[job_id, table]).await?;
                found = transaction.query_opt(READ_COMMIT, &[job_id, table]).await?;
            }
            if found.is_some_and(|row| is_passed(checkpoint_id, &row.get::<_, String>(0))) {
                return transaction.rollback().await;
            }
            execute(&transaction, &open.put, open.delete.as_ref(), changes).await?;
            transaction
                .execute(WRITE_COMMIT, &[job_id, table, &checkpoint_id])
                .await?;
            transaction.commit().await
        })
    }
}

impl Connection {
    async fn open(
        database: &Database,
        put: &str,
        delete: Option<&str>,
    ) -> Result<Connection, tokio_postgres::Error> {
        let client = database.connect().await?;
        // Jobs that start at the same moment may all find no table; one of them makes it.
        if let Err(error) = client.batch_execute(CREATE_COMMITS).await
            && !error.code().is_some_and(is_made_already)
        {
            return Err(error);
        }
        let put = client.prepare(put).await?;
        let delete = match delete {
            Some(delete) => Some(client.prepare(delete).await?),
            None => None,
        };
        Ok(Connection { client, put, delete })
    }
}

fn is_made_already(code: &SqlState) -> bool {
    [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE].contains(code)
}

/// Statements go out in order without waiting for each other's answer.
async fn execute(
    transaction: &Transaction<'_>,
    put: &Statement,
    delete: Option<&Statement>,
    changes: &[Change],
) -> Result<(), tokio_postgres::Error> {
    for some in changes.chunks(IN_FLIGHT_MAX) {
        try_join_all(some.iter().map(|change| async move {
            let statement = match change.action {
                Action::Put => put,
                Action::Delete => delete.expect("deletions come only with a primary key"),
            };
            transaction
                .execute_raw(statement, change.values.iter().map(AsText))
                .await
        }))
        .await?;
    }
    Ok(())
}

impl Committer for JdbcCommitter {
    fn commit(&mut self, _epoch: u64, checkpoint_id: &str, staged: Vec<Vec<u8>>) -> Result<(), JobError> {
        let mut changes = Vec::new();
        for bytes in &staged {
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let malformed =
                    || JobError::Checkpoint("staged changes of a jdbc sink are malformed".to_owned());
                changes.push(Change::read(&mut rest).ok_or_else(malformed)?);
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        self.persist(|committer| committer.apply(checkpoint_id, &changes))
    }
}

/// Is it worth trying again? A connection that failed comes back; of what the database itself says, only that it
/// starts or shuts down, has no room for another connection, or gave up a transaction for another one's sake.
fn may_pass(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(db) => ["08", "40", "53", "57"]
            .iter()
            .any(|class| db.code().code().starts_with(class)),
        None => {
            let source = std::error::Error::source(error);
            error.is_closed() || source.is_some_and(|source| source.is::<std::io::Error>())
        }
    }
}

/// Has the table got this checkpoint's output, or that of a later one? Ids are `epoch-generation-storage`; those of
/// another storage say nothing. A replaced instance of the job that wakes up late finds its epoch passed.
fn is_passed(checkpoint_id: &str, applied: &str) -> bool {
    let parts = |id: &str| {
        let (epoch, rest) = id.split_once('-')?;
        Some((epoch.parse::<u64>().ok()?, rest.rsplit('-').next()?.to_owned()))
    };
    match (parts(checkpoint_id), parts(applied)) {
        (Some((epoch, storage)), Some((done, of))) => storage == of && epoch <= done,
        _ => checkpoint_id == applied,
    }
}

fn put_statement(table: &str, columns: &[String], key: &[String]) -> String {
    let places: Vec<String> = (1..=columns.len()).map(|i| format!("${i}")).collect();
    let insert = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        columns.join(", "),
        places.join(", ")
    );
    if key.is_empty() {
        return insert;
    }
    let sets = columns.iter().filter(|column| !key.contains(column));
    let sets: Vec<String> = sets
        .map(|column| format!("{column} = EXCLUDED.{column}"))
        .collect();
    let action = if sets.is_empty() {
        "NOTHING".to_owned()
    } else {
        format!("UPDATE SET {}", sets.join(", "))
    };
    format!("{insert} ON CONFLICT ({}) DO {action}", key.join(", "))
}

fn delete_statement(table: &str, key: &[String]) -> String {
    let conditions: Vec<String> = key
        .iter()
        .enumerate()
        .map(|(i, column)| format!("{column} = ${}", i + 1))
        .collect();
    format!("DELETE FROM {table} WHERE {}", conditions.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_of_the_same_storage_are_applied_once_and_in_order() {
        assert!(is_passed("7-1-a", "7-2-a") && is_passed("6-1-a", "7-1-a"));
        assert!(!is_passed("8-1-a", "7-1-a") && !is_passed("1-1-b", "7-1-a"));
        assert!(!is_passed("1-1-a", ""), "claimed, nothing applied yet");
    }

    #[test]
    fn statements_of_a_keyed_and_an_append_table() {
        let columns = ["\"a\"".to_owned(), "\"b\"".to_owned()];
        assert_eq!(
            put_statement("\"t\"", &columns, &[]),
            "INSERT INTO \"t\" (\"a\", \"b\") VALUES ($1, $2)"
        );
        assert_eq!(
            put_statement("\"t\"", &columns, &columns[..1]),
            "INSERT INTO \"t\" (\"a\", \"b\") VALUES ($1, $2) ON CONFLICT (\"a\") DO UPDATE SET \"b\" = EXCLUDED.\"b\""
        );
        assert_eq!(
            put_statement("\"t\"", &columns[..1], &columns[..1]),
            "INSERT INTO \"t\" (\"a\") VALUES ($1) ON CONFLICT (\"a\") DO NOTHING"
        );
        assert_eq!(
            delete_statement("\"t\"", &columns[..1]),
            "DELETE FROM \"t\" WHERE \"a\" = $1"
        );
    }
}
