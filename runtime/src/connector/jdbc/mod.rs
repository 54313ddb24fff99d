//! The `jdbc` connector for PostgreSQL.
//!
//! Sink: changes of an epoch are staged in the checkpoint (per primary key only the last one) and applied after it has
//! been committed, in one transaction that also writes the checkpoint's id to the table `millstream_commits`. Applied
//! again after a restore, the id says that nothing is to be done. Source: a bounded scan.

mod change;
mod client;
mod committer;
mod progress;
mod sink;
mod source;
mod target;
mod text;
mod tls;
mod url;

pub(super) use sink::open_sink;
pub(super) use source::open_source;

use super::options::{Known, Options};
use crate::error::JobError;

const CONNECTOR: &str = "jdbc";

const OPTIONS: [&str; 26] = [
    "driver",
    "compatible-mode",
    "username",
    "password",
    "connection.max-retry-timeout",
    "scan.partition.column",
    "scan.partition.num",
    "scan.partition.lower-bound",
    "scan.partition.upper-bound",
    "scan.fetch-size",
    "scan.auto-commit",
    "lookup.cache",
    "lookup.cache.max-rows",
    "lookup.cache.ttl",
    "lookup.cache.caching-missing-key",
    "lookup.partial-cache.max-rows",
    "lookup.partial-cache.expire-after-write",
    "lookup.partial-cache.expire-after-access",
    "lookup.partial-cache.cache-missing-key",
    "lookup.max-retries",
    "filter.handling.policy",
    "sink.buffer-flush.max-rows",
    "sink.buffer-flush.interval",
    "sink.max-retries",
    "sink.parallelism",
    "scan.parallelism",
];

/// Files that an address names; one that cannot be read names none, and is refused where it is used.
pub(super) fn files_of(url: &str) -> Vec<String> {
    let parameters = url::parse(url).map_or_else(|_| Vec::new(), |address| address.parameters);
    parameters
        .into_iter()
        .filter(|(name, value)| sql::option::names_file_of_postgresql(name, value))
        .map(|(_, value)| value)
        .collect()
}

fn check(options: &Options) -> Result<(), JobError> {
    let mut known: Vec<Known> = OPTIONS.map(Known::optional).into();
    known.extend([Known::required("url"), Known::required("table-name")]);
    options.check(&known)
}

/// `schema.table` → `"schema"."table"`.
fn quoted_table(name: &str) -> String {
    name.split('.').map(quoted).collect::<Vec<_>>().join(".")
}

fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

fn external(error: impl ToString) -> JobError {
    JobError::external("postgresql", error)
}
