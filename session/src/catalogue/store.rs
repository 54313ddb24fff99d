//! Where the catalogue is kept: an embedded database, or PostgreSQL for managers that stand by for each other.

use anyhow::Result;

use super::sqlite::SqliteStore;

/// A record that is new, different or gone.
pub struct Change {
    pub kind: &'static str,
    pub id: String,
    /// JSON; `None` removes the record.
    pub body: Option<String>,
    /// The record itself, for the tables in memory.
    pub(super) record: Option<super::table::AnyRecord>,
}

pub enum Store {
    Sqlite(SqliteStore),
}

impl Store {
    /// All records: kind, id, body.
    pub async fn load(&mut self) -> Result<Vec<(String, String, String)>> {
        match self {
            Store::Sqlite(store) => store.load(),
        }
    }

    /// All changes or none.
    pub async fn apply(&mut self, changes: &[Change]) -> Result<()> {
        match self {
            Store::Sqlite(store) => store.apply(changes),
        }
    }
}
