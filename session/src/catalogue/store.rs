//! Where the catalogue is kept: an embedded database, or PostgreSQL for managers that stand by for each other.

use anyhow::Result;

use super::change::Change;
use super::lease::Lease;
use super::postgres::{self, PostgresStore};
use super::sqlite::SqliteStore;

pub enum Store {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl Store {
    /// All records: kind, id, body.
    pub async fn load(&mut self) -> Result<Vec<(String, String, String)>> {
        match self {
            Store::Sqlite(store) => store.load(),
            Store::Postgres(store) => store.load().await,
        }
    }

    /// All changes or none. They come back.
    pub async fn apply(&mut self, changes: Vec<Change>) -> Result<Vec<Change>> {
        match self {
            Store::Sqlite(store) => store.apply(changes).await,
            Store::Postgres(store) => store.apply(&changes).await.map(|()| changes),
        }
    }

    /// That of the manager that has opened it.
    pub fn lease(&self) -> Lease {
        match self {
            Store::Sqlite(_) => Lease::default(),
            Store::Postgres(store) => store.lease(),
        }
    }

    /// How often storage must hear of the manager to stay its own; a file belongs to the process that has it open.
    pub fn renewal(&self) -> Option<std::time::Duration> {
        match self {
            Store::Sqlite(_) => None,
            Store::Postgres(_) => Some(postgres::renewal()),
        }
    }
}
