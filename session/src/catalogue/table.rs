//! The records in memory, typed, and transactions over them.
//!
//! In: stored text, changes. Out: records by id, in the order of their ids. Invariant: a record in memory is what its
//! stored text says.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::change::{AnyRecord, Change};
use crate::model::{
    Application, Deployment, Endpoint, Integration, Program, Remnant, Savepoint, Service, Token, Version,
};

/// All records of one kind, by id.
pub type Table<T> = BTreeMap<String, Arc<T>>;

/// A kind of record.
pub trait Record: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    const KIND: &'static str;
    fn id(&self) -> String;
    fn table(tables: &Tables) -> &Table<Self>;
    fn table_mut(tables: &mut Tables) -> &mut Table<Self>;
}

macro_rules! records {
    ($($field:ident: $record:ty, $kind:literal, $id:expr;)*) => {
        #[derive(Default)]
        pub struct Tables {
            $($field: Table<$record>,)*
        }

        $(impl Record for $record {
            const KIND: &'static str = $kind;

            fn id(&self) -> String {
                let id: fn(&Self) -> String = $id;
                id(self)
            }

            fn table(tables: &Tables) -> &Table<Self> {
                &tables.$field
            }

            fn table_mut(tables: &mut Tables) -> &mut Table<Self> {
                &mut tables.$field
            }
        })*

        impl Tables {
            /// Takes over a stored record.
            pub(super) fn load(&mut self, kind: &str, id: &str, body: &str) -> Result<()> {
                match kind {
                    $($kind => self.insert::<$record>(id, body),)*
                    _ => bail!("the catalogue holds a record of the unknown kind '{kind}': it was written by a newer version"),
                }
            }

            pub(super) fn apply(&mut self, change: Change) {
                match change.kind {
                    $($kind => self.replace::<$record>(change),)*
                    kind => unreachable!("'{kind}' is no kind of record"),
                }
            }
        }
    };
}

records! {
    services: Service, "service", |service| Service::key(&service.project, &service.name);
    integrations: Integration, "integration", |integration| integration.id.clone();
    endpoints: Endpoint, "endpoint", |endpoint| endpoint.id.clone();
    applications: Application, "application", |application| application.id.clone();
    versions: Version, "version", |version| version.id.clone();
    deployments: Deployment, "deployment", |deployment| deployment.id.clone();
    programs: Program, "program", |program| program.deployment_id.clone();
    remnants: Remnant, "remnant", |remnant| remnant.deployment_id.clone();
    savepoints: Savepoint, "savepoint", |savepoint| savepoint.id.clone();
    tokens: Token, "token", |token| token.sha256.clone();
}

impl Tables {
    pub fn get<T: Record>(&self, id: &str) -> Option<&Arc<T>> {
        #[cfg(test)]
        looks::count();
        T::table(self).get(id)
    }

    /// In the order of ids.
    pub fn all<T: Record>(&self) -> impl Iterator<Item = &Arc<T>> {
        let records = T::table(self).values();
        #[cfg(test)]
        let records = records.inspect(|_| looks::count());
        records
    }

    fn insert<T: Record>(&mut self, id: &str, body: &str) -> Result<()> {
        let record: T = serde_json::from_str(body).with_context(|| format!("reading {} {id}", T::KIND))?;
        T::table_mut(self).insert(id.to_owned(), Arc::new(record));
        Ok(())
    }

    fn replace<T: Record>(&mut self, change: Change) {
        let table = T::table_mut(self);
        match change.record {
            Some(record) => {
                let record = record
                    .downcast::<T>()
                    .expect("a change carries a record of its kind");
                table.insert(change.id, record);
            }
            None => drop(table.remove(&change.id)),
        }
    }
}

/// Changes that are made together. Reads see the changes made so far.
pub struct Transaction<'a> {
    tables: &'a Tables,
    changes: BTreeMap<(&'static str, String), Option<(AnyRecord, String)>>,
    lines: Vec<String>,
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(tables: &'a Tables) -> Self {
        Transaction {
            tables,
            changes: BTreeMap::new(),
            lines: Vec::new(),
        }
    }

    /// The records as they were before this transaction.
    pub fn tables(&self) -> &Tables {
        self.tables
    }

    pub fn get<T: Record>(&self, id: &str) -> Option<Arc<T>> {
        match self.changes.get(&(T::KIND, id.to_owned())) {
            Some(changed) => changed.as_ref().map(|(record, _)| typed(record)),
            None => self.tables.get(id).cloned(),
        }
    }

    /// In the order of ids.
    pub fn all<T: Record>(&self) -> Vec<Arc<T>> {
        let mut all: Table<T> = T::table(self.tables).clone();
        for ((kind, id), record) in &self.changes {
            if *kind != T::KIND {
                continue;
            }
            match record {
                Some((record, _)) => drop(all.insert(id.clone(), typed(record))),
                None => drop(all.remove(id)),
            }
        }
        all.into_values().collect()
    }

    /// Adds the record or replaces the one with its id.
    pub fn put<T: Record>(&mut self, record: T) {
        let body = serde_json::to_string(&record).expect("records are plain data");
        self.changes
            .insert((T::KIND, record.id()), Some((Arc::new(record), body)));
    }

    /// Changes a record in place; `None` if there is none.
    pub fn update<T: Record, R>(&mut self, id: &str, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut record = T::clone(&*self.get::<T>(id)?);
        let answer = change(&mut record);
        self.put(record);
        Some(answer)
    }

    pub fn delete<T: Record>(&mut self, id: &str) {
        self.changes.insert((T::KIND, id.to_owned()), None);
    }

    /// A line for the operator about the changes, which is printed when they are stored and not before: what has no
    /// room is decided again and again.
    pub fn tell(&mut self, line: String) {
        self.lines.push(line);
    }

    /// The changes, and what the operator is told of them.
    pub(super) fn into_changes(self) -> (Vec<Change>, Vec<String>) {
        let changes = self.changes.into_iter();
        let changes = changes
            .map(|((kind, id), record)| {
                let (record, body) = record.unzip();
                Change {
                    kind,
                    id,
                    body,
                    record,
                }
            })
            .collect();
        (changes, self.lines)
    }
}

fn typed<T: Record>(record: &AnyRecord) -> Arc<T> {
    Arc::clone(record)
        .downcast::<T>()
        .expect("records are kept by kind")
}

/// How often records are looked at: what tests hold to be linear is counted, not timed.
#[cfg(test)]
pub(crate) mod looks {
    use std::cell::Cell;

    thread_local! {
        static LOOKS: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        LOOKS.with(|looks| looks.set(looks.get() + 1));
    }

    /// Of this thread, while `work` is done.
    pub(crate) fn during(work: impl FnOnce()) -> u64 {
        let before = LOOKS.with(Cell::get);
        work();
        LOOKS.with(Cell::get) - before
    }
}
