//! The catalogue: everything the manager knows, in memory, and every change of it on durable storage first.
//!
//! In: changes by the API, the scheduler and workers, one at a time. Out: records, and a wake-up for whoever waits for
//! changes. Invariant: what can be read here is stored; a manager that lost its lease can store nothing; what storage
//! has no room for is refused, and later changes are none the worse for it.

pub mod change;
pub mod lease;
pub mod postgres;
pub mod sqlite;
pub mod store;
pub mod table;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use anyhow::Result;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

pub use change::{Change, NotStored};
pub use lease::{Lease, Moment};
pub use store::Store;
pub use table::{Record, Table, Tables, Transaction};

/// Shared by all tasks of a manager.
#[derive(Clone)]
pub struct Catalogue {
    inner: Arc<Inner>,
}

struct Inner {
    tables: RwLock<Tables>,
    /// Held while a change is decided and stored: changes are made one at a time.
    store: Arc<Mutex<Store>>,
    /// Counts changes.
    version: watch::Sender<u64>,
    lease: Lease,
    /// Storage has refused the last change.
    is_refusing: AtomicBool,
}

impl Inner {
    async fn store(
        self: Arc<Self>,
        mut store: OwnedMutexGuard<Store>,
        (changes, lines): (Vec<Change>, Vec<String>),
    ) -> Result<()> {
        let stored = store.apply(changes).await;
        self.tell(&stored);
        let changes = stored?;
        let mut tables = self.tables.write().expect("no reader panics while it looks");
        for change in changes {
            tables.apply(change);
        }
        drop(tables);
        for line in lines {
            eprintln!("{line}");
        }
        self.version.send_modify(|version| *version += 1);
        Ok(())
    }

    /// Tells the operator once that storage takes nothing, and once that it does again.
    fn tell<T>(&self, stored: &Result<T>) {
        let error = stored
            .as_ref()
            .err()
            .and_then(|error| error.downcast_ref::<NotStored>());
        let was_refusing = self.is_refusing.swap(error.is_some(), Ordering::Relaxed);
        match error {
            Some(error) if !was_refusing => eprintln!("{error}; the manager goes on without changes"),
            None if was_refusing && stored.is_ok() => eprintln!("the catalogue takes changes again"),
            _ => {}
        }
    }
}

impl Catalogue {
    /// Everything that is stored, read into memory.
    pub async fn open(store: Store) -> Result<Catalogue> {
        let lease = store.lease();
        Self::open_under(store, lease).await
    }

    /// With a lease that the caller renews.
    pub(crate) async fn open_under(mut store: Store, lease: Lease) -> Result<Catalogue> {
        let mut tables = Tables::default();
        for (kind, id, body) in store.load().await? {
            tables.load(&kind, &id, &body)?;
        }
        let inner = Inner {
            tables: RwLock::new(tables),
            store: Arc::new(Mutex::new(store)),
            version: watch::Sender::new(0),
            lease,
            is_refusing: AtomicBool::new(false),
        };
        Ok(Catalogue {
            inner: Arc::new(inner),
        })
    }

    /// An empty one for tests, which is gone with its value.
    #[cfg(test)]
    pub(crate) async fn in_memory(lease: Lease) -> Catalogue {
        let store = sqlite::SqliteStore::in_memory().expect("memory is there");
        let opened = Self::open_under(Store::Sqlite(store), lease).await;
        opened.expect("nothing is stored that could be damaged")
    }

    /// No page is added to the storage from now on.
    #[cfg(test)]
    pub(crate) async fn fill_up(&self) {
        self.limit_pages(1).await;
    }

    #[cfg(test)]
    pub(crate) async fn make_room(&self) {
        self.limit_pages(u32::MAX).await;
    }

    #[cfg(test)]
    async fn limit_pages(&self, pages: u32) {
        match &*self.inner.store.lock().await {
            Store::Sqlite(store) => store.limit_pages(pages),
            Store::Postgres(_) => panic!("tests of a full disk use a file"),
        }
    }

    /// Looks at the present records; must be short.
    pub fn read<T>(&self, look: impl FnOnce(&Tables) -> T) -> T {
        look(&self.inner.tables.read().expect("no reader panics while it looks"))
    }

    /// Decides on a change and stores it. An error of `decide` changes nothing; an error of the store (`E` from
    /// `anyhow`) changes nothing in memory and ends up with the caller. With `NotStored` a later change may succeed.
    pub async fn change<T, E>(
        &self,
        decide: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<anyhow::Error>,
    {
        let store = Arc::clone(&self.inner.store).lock_owned().await;
        let (answer, changes) = {
            let tables = self.inner.tables.read().expect("no reader panics while it looks");
            let mut transaction = Transaction::new(&tables);
            let answer = decide(&mut transaction)?;
            (answer, transaction.into_changes())
        };
        if changes.0.is_empty() {
            return Ok(answer);
        }
        // A task of its own: who asked may go away between storage and memory, which must not differ then.
        let stored = tokio::spawn(Arc::clone(&self.inner).store(store, changes)).await;
        let stored = stored.map_err(anyhow::Error::from).and_then(|stored| stored);
        stored.map_err(E::from)?;
        Ok(answer)
    }

    /// Keeps the storage this manager's own; ends when it no longer is.
    pub async fn keep(&self) -> anyhow::Error {
        let Some(renewal) = self.inner.store.lock().await.renewal() else {
            return std::future::pending().await;
        };
        loop {
            tokio::time::sleep(renewal).await;
            match self.inner.store.lock().await.apply(Vec::new()).await {
                // Nobody else can get it either; it runs out by itself, and begins anew.
                Err(error) if !error.is::<NotStored>() => return error,
                _ => {}
            }
        }
    }

    /// Whether this manager may act, as far as it knows.
    pub fn lease(&self) -> &Lease {
        &self.inner.lease
    }

    /// Wakes its holder after changes.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.version.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Token;

    fn token(sha256: &str) -> Token {
        Token {
            sha256: sha256.to_owned(),
            prefix: "abc".to_owned(),
            user_email: "a@example.org".to_owned(),
            description: String::new(),
            created_at: crate::model::now(),
            expires_at: None,
        }
    }

    #[tokio::test]
    async fn changes_are_seen_whole_or_not_at_all_and_survive_reopening() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("catalogue.sqlite");
        let open = || async {
            let store = Store::Sqlite(sqlite::SqliteStore::open(&path).expect("it opens"));
            Catalogue::open(store).await.expect("it loads")
        };
        let catalogue = open().await;
        let mut changes = catalogue.changes();
        let stored: Result<()> = catalogue
            .change(|transaction| {
                transaction.put(token("1"));
                transaction.put(token("2"));
                Ok(())
            })
            .await;
        stored.expect("it is stored");
        assert!(changes.has_changed().expect("the catalogue lives"));
        changes.mark_unchanged();
        let refused: Result<()> = catalogue
            .change(|transaction| {
                transaction.delete::<Token>("1");
                anyhow::bail!("no")
            })
            .await;
        assert!(refused.is_err() && !changes.has_changed().expect("the catalogue lives"));
        let removed: Result<bool> = catalogue
            .change(|transaction| {
                transaction.delete::<Token>("2");
                Ok(transaction.get::<Token>("2").is_none())
            })
            .await;
        assert!(
            removed.expect("it is stored"),
            "a transaction sees its own changes"
        );
        drop(catalogue);
        let ids: Vec<String> = open()
            .await
            .read(|tables| tables.all::<Token>().map(|t| t.sha256.clone()).collect());
        assert_eq!(ids, ["1"]);
    }

    #[tokio::test]
    async fn a_full_disk_refuses_changes_until_there_is_room() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("catalogue.sqlite");
        let open = || async {
            let store = Store::Sqlite(sqlite::SqliteStore::open(&path).expect("it opens"));
            Catalogue::open(store).await.expect("it loads")
        };
        let large = |sha256: &str| Token {
            description: "x".repeat(100_000),
            ..token(sha256)
        };
        let ids = |catalogue: &Catalogue| {
            catalogue.read(|tables| {
                tables
                    .all::<Token>()
                    .map(|t| t.sha256.clone())
                    .collect::<Vec<_>>()
            })
        };
        let catalogue = open().await;
        let put = async |small: &str, sha256: &str| -> Result<()> {
            catalogue
                .change(|transaction| {
                    transaction.put(token(small));
                    transaction.put(large(sha256));
                    Ok(())
                })
                .await
        };
        put("1", "2").await.expect("there is room");
        let changes = catalogue.changes();
        catalogue.fill_up().await;
        for _ in 0..2 {
            let error = put("3", "4").await.expect_err("there is none");
            assert!(error.is::<NotStored>(), "{error:#}");
        }
        assert_eq!(ids(&catalogue), ["1", "2"], "not even what would have had room");
        assert!(!changes.has_changed().expect("the catalogue lives"));
        catalogue.make_room().await;
        put("5", "6").await.expect("there is room again");
        assert_eq!(ids(&catalogue), ["1", "2", "5", "6"]);
        drop(catalogue);
        assert_eq!(
            ids(&open().await),
            ["1", "2", "5", "6"],
            "the disk says what memory said"
        );
    }
}
