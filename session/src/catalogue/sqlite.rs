//! The catalogue in one SQLite file.
//!
//! In: changes. Out: rows. Invariant: a change is on disk when `apply` returns (WAL, synchronous FULL), and one
//! process at a time has the file open.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use rusqlite::{Connection, params};

use super::change::Change;

pub struct SqliteStore {
    connection: Connection,
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
        // EXCLUSIVE: a second manager on the same file would overwrite what this one decides.
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             BEGIN EXCLUSIVE;
             CREATE TABLE IF NOT EXISTS records (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
               PRIMARY KEY (kind, id)) WITHOUT ROWID;
             COMMIT;",
        )?;
        Ok(SqliteStore { connection })
    }

    pub(super) fn load(&mut self) -> Result<Vec<(String, String, String)>> {
        let mut statement = self
            .connection
            .prepare("SELECT kind, id, body FROM records ORDER BY kind, id")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn apply(&mut self, changes: &[Change]) -> Result<()> {
        let transaction = self.connection.transaction()?;
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
        Ok(transaction.commit()?)
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
        let error = SqliteStore::open(&path).err().expect("it is in use").to_string();
        assert!(error.contains("is used by another manager"), "{error}");
    }
}
