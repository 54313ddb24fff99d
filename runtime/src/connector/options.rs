//! The options of one table at start: the WITH clause, overridden by the deployment, secrets resolved.

use std::collections::BTreeMap;

/// Option names to values. `Debug` and errors never show the value of a secret (see `is_secret`).
#[derive(Clone, Default)]
pub struct Options {
    pub table: String,
    pub values: BTreeMap<String, String>,
}

impl Options {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }
}

/// What connectors and formats know of the job around them.
#[derive(Clone)]
pub struct JobEnvironment {
    /// Stable identity of the deployment: names transactions, tokens, temporary files.
    pub job_id: String,
    /// `table.local-time-zone`.
    pub time_zone: String,
    pub parallelism: usize,
    /// All other configuration keys (`SET`, `application.toml`, `--set`).
    pub config: BTreeMap<String, String>,
}
