//! Applying an epoch's changes in one transaction, once.
//!
//! In: staged changes, each writer's behind the names of what they are for. Out: rows in PostgreSQL. Invariant: changes
//! go to the table and the columns for which they were made, also those of a run with another declaration; the
//! checkpoint's id in the same transaction says that they are there.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};
use tokio_postgres::{Client, GenericClient, Statement, Transaction};

use super::change::{Action, Change, read_all};
use super::client::Database;
use super::target::Target;
use super::{CONNECTOR, client, external};
use crate::connector::options::JobEnvironment;
use crate::connector::registry::SinkRequest;
use crate::connector::staged::{Taker, give_up, malformed};
use crate::connector::{Committer, RestoredOutput};
use crate::error::JobError;
use crate::log;

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
    target: Target,
    may_lose_output: bool,
    retry_max: Duration,
    connection: Option<Connection>,
}

struct Connection {
    client: Client,
    statements: Statements,
}

/// Of the sink's own target.
struct Statements {
    put: Statement,
    delete: Option<Statement>,
}

/// Changes for one target, in their order.
#[derive(Debug)]
struct Group {
    target: Target,
    changes: Vec<Change>,
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
        target: Target,
    ) -> Result<JdbcCommitter, JobError> {
        let options = &request.options;
        let mut committer = JdbcCommitter {
            runtime: client::runtime()?,
            database: Database::new(options)?,
            target,
            may_lose_output: environment.may_lose_output,
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

    fn taker(&self, is_applied: bool) -> Taker<'_> {
        Taker {
            connector: CONNECTOR,
            table: &self.table,
            is_applied,
            may_lose_output: self.may_lose_output,
        }
    }

    fn connect(&mut self) -> Result<(), tokio_postgres::Error> {
        let is_open = |connection: &Connection| !connection.client.is_closed();
        if !self.connection.as_ref().is_some_and(is_open) {
            let opening = Connection::open(&self.database, &self.target);
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
            log::warn(format_args!("{message}; trying again in {} ms", wait.as_millis()));
            std::thread::sleep(wait);
            wait = (wait * 2).min(BACKOFF_MAX);
        }
    }

    /// Applies the changes unless they are there already. The answer is why they do not fit the table any more, if so.
    fn apply(
        &mut self,
        checkpoint_id: &str,
        groups: &[Group],
    ) -> Result<Option<String>, tokio_postgres::Error> {
        self.connect()?;
        let Self {
            runtime,
            connection,
            job_id,
            table,
            target,
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
                return transaction.rollback().await.map(|()| None);
            }
            if let Some(misfit) = groups.iter().find_map(|group| group.target.misfit(target)) {
                return transaction.rollback().await.map(|()| Some(misfit));
            }
            for group in groups {
                let foreign = match group.target == *target {
                    true => None,
                    false => Some(Statements::prepare(&transaction, &group.target).await?),
                };
                let statements = foreign.as_ref().unwrap_or(&open.statements);
                execute(&transaction, statements, &group.changes).await?;
            }
            transaction
                .execute(WRITE_COMMIT, &[job_id, table, &checkpoint_id])
                .await?;
            transaction.commit().await.map(|()| None)
        })
    }
}

impl Connection {
    async fn open(database: &Database, target: &Target) -> Result<Connection, tokio_postgres::Error> {
        let client = database.connect().await?;
        // Jobs that start at the same moment may all find no table; one of them makes it.
        if let Err(error) = client.batch_execute(CREATE_COMMITS).await
            && !error.code().is_some_and(is_made_already)
        {
            return Err(error);
        }
        let statements = Statements::prepare(&client, target).await?;
        Ok(Connection { client, statements })
    }
}

impl Statements {
    async fn prepare(
        client: &impl GenericClient,
        target: &Target,
    ) -> Result<Statements, tokio_postgres::Error> {
        let put = client.prepare(&target.put_statement()).await?;
        let delete = match target.delete_statement() {
            Some(delete) => Some(client.prepare(&delete).await?),
            None => None,
        };
        Ok(Statements { put, delete })
    }
}

fn is_made_already(code: &SqlState) -> bool {
    [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE].contains(code)
}

/// Statements go out in order without waiting for each other's answer.
async fn execute(
    transaction: &Transaction<'_>,
    statements: &Statements,
    changes: &[Change],
) -> Result<(), tokio_postgres::Error> {
    for some in changes.chunks(IN_FLIGHT_MAX) {
        try_join_all(some.iter().map(|change| async move {
            let statement = match change.action {
                Action::Put => &statements.put,
                Action::Delete => statements
                    .delete
                    .as_ref()
                    .expect("deletions come only with a primary key"),
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
        let groups = groups(&self.taker(false), &staged)?;
        if groups.is_empty() {
            return Ok(());
        }
        let targets = groups.iter().map(|group| &group.target);
        let foreign = targets.clone().find(|target| **target != self.target).cloned();
        // Where another run's declaration does not fit the table any more, no later attempt will succeed.
        let mut misfit = None;
        self.persist(|committer| match committer.apply(checkpoint_id, &groups) {
            Ok(found) => {
                misfit = found;
                Ok(())
            }
            Err(error) if foreign.is_some() && is_misfit(&error) => {
                misfit = Some(committer.database.describe(&error));
                Ok(())
            }
            Err(error) => Err(error),
        })?;
        let (Some(target), Some(misfit)) = (foreign, misfit) else {
            return Ok(());
        };
        let what = format!(
            "checkpoint {checkpoint_id} holds output for columns {} of {}, which an earlier version staged for table \
             {} and which does not fit any more: {misfit}",
            target.columns.join(", "),
            target.table,
            self.table
        );
        give_up(self.may_lose_output, &what)
    }

    fn recover(
        &mut self,
        restored: Option<RestoredOutput<'_>>,
        staged: Vec<Vec<u8>>,
    ) -> Result<(), JobError> {
        let Some(restored) = restored else { return Ok(()) };
        if restored.is_applied {
            // Applied where the table was then. All that can be left is another connector's.
            return groups(&self.taker(true), &staged).map(drop);
        }
        self.commit(restored.epoch, restored.checkpoint_id, staged)
    }
}

/// What writers staged, by what it is for.
fn groups(taker: &Taker<'_>, staged: &[Vec<u8>]) -> Result<Vec<Group>, JobError> {
    let mut groups: Vec<Group> = Vec::new();
    for (target, body) in taker.take::<Target>(staged)? {
        let changes = read_all(body).ok_or_else(malformed)?;
        match groups.iter_mut().find(|group| group.target == target) {
            Some(group) => group.changes.extend(changes),
            None => groups.push(Group { target, changes }),
        }
    }
    Ok(groups)
}

/// The database knows no such table or column, or its rows cannot be such.
fn is_misfit(error: &tokio_postgres::Error) -> bool {
    let class_is = |code: &SqlState| {
        ["22", "23", "42"]
            .iter()
            .any(|class| code.code().starts_with(class))
    };
    error.code().is_some_and(class_is)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::staged::wrap;

    fn target(columns: &[&str]) -> Target {
        Target {
            table: "t".to_owned(),
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            key: Vec::new(),
            types: Vec::new(),
        }
    }

    #[test]
    fn changes_stay_with_the_names_they_were_made_for() {
        let staged = |columns: &[&str], value: &str| {
            let change = Change {
                action: Action::Put,
                values: columns.iter().map(|_| Some(value.to_owned())).collect(),
            };
            let mut body = Vec::new();
            change.write(&mut body);
            wrap(CONNECTOR, false, &target(columns), &body)
        };
        let all = [
            staged(&["a", "b"], "1"),
            Vec::new(),
            staged(&["b", "a"], "2"),
            staged(&["a", "b"], "3"),
        ];
        let taker = Taker {
            connector: CONNECTOR,
            table: "t",
            is_applied: false,
            may_lose_output: false,
        };
        let groups = groups(&taker, &all).expect("well formed");
        let found: Vec<(Target, usize)> = groups
            .into_iter()
            .map(|group| (group.target, group.changes.len()))
            .collect();
        assert_eq!(found, [(target(&["a", "b"]), 2), (target(&["b", "a"]), 1)]);
    }

    #[test]
    fn epochs_of_the_same_storage_are_applied_once_and_in_order() {
        assert!(is_passed("7-1-a", "7-2-a") && is_passed("6-1-a", "7-1-a"));
        assert!(!is_passed("8-1-a", "7-1-a") && !is_passed("1-1-b", "7-1-a"));
        assert!(!is_passed("1-1-a", ""), "claimed, nothing applied yet");
    }
}
