//! The options of one table at start: the WITH clause, overridden by the deployment, secrets resolved.
//!
//! Getters answer typed values or an error that names the table and the option. No error and no `Debug`
//! output ever holds the value of a secret.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use sql::setting::{number_and_unit, parse_duration};

use super::ending::Ending;
use super::filesystem::FilesAccess;
use crate::error::JobError;

/// Option names to values. `Debug` and errors never show the value of a secret (see [`sql::option`]).
#[derive(Clone, Default)]
pub struct Options {
    pub table: String,
    pub values: BTreeMap<String, String>,
}

/// An option that a connector or format understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// `*` stands for any rest: `properties.*`.
    pub name: String,
    pub required: bool,
}

impl Known {
    pub fn required(name: impl Into<String>) -> Self {
        Known {
            name: name.into(),
            required: true,
        }
    }

    pub fn optional(name: impl Into<String>) -> Self {
        Known {
            name: name.into(),
            required: false,
        }
    }

    fn matches(&self, key: &str) -> bool {
        match self.name.split_once('*') {
            Some((start, end)) => {
                key.len() > start.len() + end.len() && key.starts_with(start) && key.ends_with(end)
            }
            None => self.name == key,
        }
    }
}

/// Options that every table may have.
const COMMON: [&str; 5] = [
    "connector",
    "property-version",
    "scan.parallelism",
    "sink.parallelism",
    "scan.watermark.*",
];

/// The value of an option as anybody may read it.
pub fn shown<'a>(key: &str, value: &'a str) -> &'a str {
    if sql::option::is_secret(key, value) {
        HIDDEN
    } else {
        value
    }
}

/// Stands where a secret was.
const HIDDEN: &str = "******";

impl Options {
    pub fn new<K: Into<String>, V: Into<String>>(
        table: impl Into<String>,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Options {
            table: table.into(),
            values: values.into_iter().map(|(k, v)| (k.into(), v.into())).collect(),
        }
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// An error about one option. `message` must not hold the value of a secret.
    pub fn error(&self, option: &str, message: impl Into<String>) -> JobError {
        JobError::Option {
            table: self.table.clone(),
            option: option.to_owned(),
            message: message.into(),
        }
    }

    /// A connector without partitions cannot take PARTITIONED BY.
    pub fn no_partitions(&self) -> JobError {
        let connector = self.get("connector").unwrap_or_default();
        self.error("connector", format!("'{connector}' has no partitions"))
    }

    pub fn required(&self, key: &str) -> Result<&str, JobError> {
        self.get(key).ok_or_else(|| self.error(key, "is required"))
    }

    /// The value as `parse` understands it; `expected` says what that is.
    pub fn parsed<T>(
        &self,
        key: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, JobError> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        match parse(text.trim()) {
            Some(value) => Ok(Some(value)),
            None if shown(key, text) == HIDDEN => Err(self.error(key, format!("expected {expected}"))),
            None => Err(self.error(key, format!("expected {expected}, found '{text}'"))),
        }
    }

    pub fn boolean(&self, key: &str, default: bool) -> Result<bool, JobError> {
        let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        Ok(self.parsed(key, "true or false", parse)?.unwrap_or(default))
    }

    pub fn integer(&self, key: &str) -> Result<Option<i64>, JobError> {
        self.parsed(key, "an integer", |text| text.parse().ok())
    }

    /// `10 s`, `500ms`, `1 min`; a bare number is milliseconds.
    pub fn duration(&self, key: &str) -> Result<Option<Duration>, JobError> {
        self.parsed(key, "a duration such as '10 s'", parse_duration)
    }

    /// `128MB`, `64 kb`; a bare number is bytes.
    pub fn memory_size_bytes(&self, key: &str) -> Result<Option<u64>, JobError> {
        self.parsed(key, "a size such as '128MB'", parse_size_bytes)
    }

    /// One of the named values.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)], default: T) -> Result<T, JobError> {
        let names: Vec<&str> = choices.iter().map(|c| c.0).collect();
        let find = |text: &str| {
            let found = choices.iter().find(|c| c.0.eq_ignore_ascii_case(text));
            found.map(|c| c.1)
        };
        let found = self.parsed(key, &format!("one of {}", names.join(", ")), find)?;
        Ok(found.unwrap_or(default))
    }

    /// All options are known and the required ones are there.
    pub fn check(&self, known: &[Known]) -> Result<(), JobError> {
        let common: Vec<Known> = COMMON.iter().map(|name| Known::optional(*name)).collect();
        for key in self.values.keys() {
            let all = || known.iter().chain(&common);
            if !all().any(|k| k.matches(key)) {
                return Err(self.error(key, unknown_message(key, all())));
            }
        }
        match known
            .iter()
            .find(|k| k.required && !self.values.contains_key(&k.name))
        {
            Some(missing) => Err(self.error(&missing.name, "is required")),
            None => Ok(()),
        }
    }
}

fn unknown_message<'a>(key: &str, known: impl Iterator<Item = &'a Known>) -> String {
    let nearest = known
        .map(|k| (edit_distance(key, &k.name), k.name.as_str()))
        .min();
    match nearest {
        Some((distance, name)) if distance <= key.len().max(3) / 3 => {
            format!("unknown option; did you mean '{name}'?")
        }
        _ => "unknown option".to_owned(),
    }
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

fn parse_size_bytes(text: &str) -> Option<u64> {
    let (count, unit) = number_and_unit(text)?;
    let shift = match unit.as_str() {
        "" | "b" | "bytes" => 0,
        "k" | "kb" | "kibibytes" => 10,
        "m" | "mb" | "mebibytes" => 20,
        "g" | "gb" | "gibibytes" => 30,
        "t" | "tb" | "tebibytes" => 40,
        _ => return None,
    };
    count.checked_mul(1 << shift)
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self
            .values
            .iter()
            .map(|(key, value)| (key.as_str(), shown(key, value)));
        write!(f, "{} ", self.table)?;
        f.debug_map().entries(entries).finish()
    }
}

/// What connectors and formats know of the job around them.
#[derive(Clone, Default)]
pub struct JobEnvironment {
    /// Stable identity of the deployment: names transactions, tokens, temporary files.
    pub job_id: String,
    /// Identity of the checkpoint storage; empty without one. Two jobs of the same name have different storage.
    pub storage_id: String,
    pub ending: Ending,
    /// `table.local-time-zone`.
    pub time_zone: String,
    pub parallelism: usize,
    /// Files that tables may be; `None`: all.
    pub files: Option<FilesAccess>,
    /// Output that a predecessor staged may be dropped where it cannot be made visible.
    pub may_lose_output: bool,
    /// All other configuration keys (`SET`, `application.toml`, `--set`).
    pub config: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_and_missing_options_are_named() {
        let options = Options::new("t", [("connector", "x"), ("formatt", "json")]);
        let known = [Known::required("format"), Known::optional("properties.*")];
        assert_eq!(
            options.check(&known).expect_err("unknown").to_string(),
            "table t: option 'formatt': unknown option; did you mean 'format'?"
        );
        let options = Options::new("t", [("properties.a", "1")]);
        assert_eq!(
            options.check(&known).expect_err("missing").to_string(),
            "table t: option 'format': is required"
        );
        let options = Options::new("t", [("properties.a", "1"), ("format", "json")]);
        assert!(options.check(&known).is_ok());
    }

    #[test]
    fn secrets_are_not_shown() {
        let options = Options::new(
            "t",
            [
                ("password", "hunter2"),
                ("url", "u"),
                ("url-1", "jdbc:postgresql://h/d?user=u&password=hunter2"),
                ("url-2", "postgres://u:hunter2@h/d"),
                ("properties.sasl.jaas.config", "hunter2"),
                ("properties.ssl.keystore.key", "hunter2"),
                ("any", "-----BEGIN PRIVATE KEY----- hunter2"),
            ],
        );
        let shown = format!("{options:?}");
        assert!(!shown.contains("hunter2") && shown.contains("\"u\""), "{shown}");
        let error = options.integer("password").expect_err("no integer").to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn sizes() {
        assert_eq!(parse_size_bytes("128MB"), Some(128 << 20));
        assert_eq!(parse_size_bytes("1 zb"), None);
    }
}
