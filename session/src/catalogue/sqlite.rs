//! The catalogue in one SQLite file.
//!
//! In: changes. Out: rows. Invariant: a change is on disk when `apply` returns (WAL, synchronous FULL), and one
//! process at a time has the file open. A change that found no room is not on disk; one whose
//! disk fails while it is committed may be there after a crash.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result};
use rusqlite::{Connection, ErrorCode, params};

use super::change::{Change, NotStored};

/// For a predecessor that is just ending; one that stays is told at once.
const IN_USE_MAX: Duration = Duration::from_millis(500);

pub struct SqliteStore {
    /// Held by one thread at a time, which may wait for the disk.
    connection: Arc<Mutex<Connection>>,
}

impl SqliteStore {
    pub fn open(path: &Path) -> Result<SqliteStore> {
        // Records hold credentials of integrations; the files that SQLite adds get the rights of this one.
        let mut file = OpenOptions::new();
        file.create(true).truncate(false).write(true).mode(0o600);
        file.open(path)
            .with_context(|| format!("creating {}", path.display()))?;
        let connection = Connection::open(path).with_context(|| format!("opening {}", path.display()))?;
        SqliteStore::prepared(connection)
            .with_context(|| format!("{} is used by another manager, or damaged", path.display()))
    }

    /// For tests that do not open it again.
    #[cfg(test)]
    pub(super) fn in_memory() -> Result<SqliteStore> {
        SqliteStore::prepared(Connection::open_in_memory()?)
    }

    fn prepared(connection: Connection) -> Result<SqliteStore> {
        connection.busy_timeout(IN_USE_MAX)?;
        // EXCLUSIVE: a second manager on the same file would overwrite what this one decides.
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             BEGIN EXCLUSIVE;
             CREATE TABLE IF NOT EXISTS records (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
               PRIMARY KEY (kind, id)) WITHOUT ROWID;
             COMMIT;",
        )?;
        Ok(SqliteStore {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    #[cfg(test)]
    pub(super) fn limit_pages(&self, pages: u32) {
        let connection = self.connection.lock().expect("nobody panics while holding it");
        let limit = format!("PRAGMA max_page_count = {pages}");
        connection.execute_batch(&limit).expect("SQLite knows it");
    }

    pub(super) fn load(&mut self) -> Result<Vec<(String, String, String)>> {
        let connection = self.connection.lock().expect("nobody panics while holding it");
        let mut statement = connection.prepare("SELECT kind, id, body FROM records ORDER BY kind, id")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// In a thread that may wait for the disk.
    pub(super) async fn apply(&mut self, changes: Vec<Change>) -> Result<Vec<Change>> {
        let connection = Arc::clone(&self.connection);
        let storing = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().expect("nobody panics while holding it");
            write(&mut connection, &changes).map_err(not_stored)?;
            Ok(changes)
        });
        storing.await?
    }
}

fn write(connection: &mut Connection, changes: &[Change]) -> rusqlite::Result<()> {
    // Rolled back where it is not committed, also after an error.
    let transaction = connection.transaction()?;
    for change in changes {
        match &change.body {
            Some(body) => transaction.prepare_cached(
                "INSERT INTO records VALUES (?1, ?2, ?3) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            )?
            .execute(params![change.kind, change.id, body])?,
            None => transaction
                .prepare_cached("DELETE FROM records WHERE kind = ?1 AND id = ?2")?
                .execute(params![change.kind, change.id])?,
        };
    }
    transaction.commit()
}

/// A damaged file does not get better by waiting; whatever else it is may pass.
fn not_stored(error: rusqlite::Error) -> anyhow::Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => error.into(),
        _ => NotStored(error.to_string()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_reads_the_file() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("catalogue.sqlite");
        let _store = SqliteStore::open(&path).expect("it opens");
        for file in std::fs::read_dir(folder.path()).expect("it is there") {
            let file = file.expect("it is there");
            let mode = file.metadata().expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.path().display());
        }
    }

    #[test]
    fn a_file_in_use_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("catalogue.sqlite");
        let _first = SqliteStore::open(&path).expect("it opens");
        let begun = std::time::Instant::now();
        let error = SqliteStore::open(&path).err().expect("it is in use").to_string();
        assert!(error.contains("is used by another manager"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(3), "nobody waits for it");
    }
}
