//! What the job's configuration says about the dataflow.
//!
//! In: configuration keys, as Flink names them. Out: typed settings. Invariant: a key that is present is
//! understood or an error that names it; an absent key has Flink's default unless said otherwise here.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use sql::setting::{parse_duration, parse_time_zone};

use crate::error::JobError;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    /// `pipeline.auto-watermark-interval`
    pub(crate) watermark_interval: Duration,
    /// `table.exec.source.idle-timeout`; zero, the default, is none.
    pub(crate) idle_timeout: Option<Duration>,
    /// `execution.checkpointing.interval`
    pub(crate) checkpoint_interval: Option<Duration>,
    /// `execution.checkpointing.min-pause`
    pub(crate) checkpoint_min_pause: Duration,
    /// `execution.checkpointing.timeout`
    pub(crate) checkpoint_timeout: Duration,
    /// `execution.checkpointing.tolerable-failed-checkpoints`
    pub(crate) tolerable_failures: u32,
    /// `execution.checkpointing.num-retained`
    pub(crate) retained: usize,
    /// `execution.state-recovery.ignore-unclaimed-state`
    pub(crate) ignore_unclaimed_state: bool,
    /// `table.exec.sink.not-null-enforcer`
    pub(crate) not_null: NotNull,
    /// `table.exec.sink.nested-constraint-enforcer`
    pub(crate) nested_constraints: NestedConstraints,
    /// `table.exec.sink.type-length-enforcer`
    pub(crate) type_length: TypeLength,
    /// `table.local-time-zone`
    pub(crate) time_zone: TimeZone,
}

/// What happens when a sink's NOT NULL column gets NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotNull {
    Error,
    Drop,
}

impl NotNull {
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "ERROR" => Some(NotNull::Error),
            "DROP" => Some(NotNull::Drop),
            _ => None,
        }
    }
}

/// What happens to values that do not have the length of a sink's column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeLength {
    Ignore,
    TrimPad,
    Error,
}

impl TypeLength {
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "IGNORE" => Some(TypeLength::Ignore),
            "TRIM_PAD" => Some(TypeLength::TrimPad),
            "ERROR" => Some(TypeLength::Error),
            _ => None,
        }
    }
}

/// How deep NOT NULL is looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NestedConstraints {
    Ignore,
    Rows,
    RowsAndCollections,
}

impl NestedConstraints {
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "IGNORE" => Some(NestedConstraints::Ignore),
            "ROWS" => Some(NestedConstraints::Rows),
            "ROWS_AND_COLLECTIONS" => Some(NestedConstraints::RowsAndCollections),
            _ => None,
        }
    }
}

/// Checkpoints of a job that has a place for them but no interval: losing a minute of work at most is what
/// people expect; Flink would take none at all.
const CHECKPOINT_INTERVAL_DEFAULT: Duration = Duration::from_secs(60);

impl Settings {
    pub(crate) fn new(config: &BTreeMap<String, String>, has_storage: bool) -> Result<Self, JobError> {
        let reader = Reader { config };
        let interval = reader.duration("execution.checkpointing.interval")?;
        let default_interval = has_storage.then_some(CHECKPOINT_INTERVAL_DEFAULT);
        Ok(Settings {
            watermark_interval: reader
                .duration("pipeline.auto-watermark-interval")?
                .unwrap_or(Duration::from_millis(200)),
            idle_timeout: reader
                .duration("table.exec.source.idle-timeout")?
                .filter(|timeout| !timeout.is_zero()),
            checkpoint_interval: interval
                .or(default_interval)
                .filter(|interval| !interval.is_zero()),
            checkpoint_min_pause: reader
                .duration("execution.checkpointing.min-pause")?
                .unwrap_or(Duration::ZERO),
            checkpoint_timeout: reader
                .duration("execution.checkpointing.timeout")?
                .unwrap_or(Duration::from_secs(600)),
            tolerable_failures: reader
                .number("execution.checkpointing.tolerable-failed-checkpoints")?
                .unwrap_or(0),
            retained: reader
                .number("execution.checkpointing.num-retained")?
                .map_or(1, |count| (count as usize).max(1)),
            ignore_unclaimed_state: reader
                .boolean("execution.state-recovery.ignore-unclaimed-state")?
                .unwrap_or(false),
            not_null: reader
                .get(
                    "table.exec.sink.not-null-enforcer",
                    "ERROR or DROP",
                    NotNull::parse,
                )?
                .unwrap_or(NotNull::Error),
            nested_constraints: reader
                .get(
                    "table.exec.sink.nested-constraint-enforcer",
                    "IGNORE, ROWS or ROWS_AND_COLLECTIONS",
                    NestedConstraints::parse,
                )?
                .unwrap_or(NestedConstraints::Ignore),
            type_length: reader
                .get(
                    "table.exec.sink.type-length-enforcer",
                    "IGNORE, TRIM_PAD or ERROR",
                    TypeLength::parse,
                )?
                .unwrap_or(TypeLength::Ignore),
            time_zone: reader
                .get(
                    "table.local-time-zone",
                    "a time zone such as 'Europe/Vienna'",
                    parse_time_zone,
                )?
                .unwrap_or(TimeZone::UTC),
        })
    }
}

struct Reader<'a> {
    config: &'a BTreeMap<String, String>,
}

impl Reader<'_> {
    fn get<T>(
        &self,
        key: &str,
        what: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, JobError> {
        let Some(text) = self.config.get(key) else {
            return Ok(None);
        };
        let message = || format!("configuration: '{key}': expected {what}, found '{text}'");
        parse(text.trim())
            .map(Some)
            .ok_or_else(|| JobError::Configuration(message()))
    }

    fn duration(&self, key: &str) -> Result<Option<Duration>, JobError> {
        self.get(key, "a duration such as '10 s'", parse_duration)
    }

    fn number(&self, key: &str) -> Result<Option<u32>, JobError> {
        self.get(key, "a number", |text| text.parse().ok())
    }

    fn boolean(&self, key: &str) -> Result<Option<bool>, JobError> {
        self.get(key, "true or false", |text| {
            text.to_ascii_lowercase().parse().ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_not_understood_is_named() {
        let config = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        let settings = Settings::new(&config("execution.checkpointing.interval", "5 s"), false);
        let interval = settings.expect("the interval is right").checkpoint_interval;
        assert_eq!(interval, Some(Duration::from_secs(5)));
        let error = Settings::new(&config("execution.checkpointing.num-retained", "many"), true);
        let expected =
            "configuration: 'execution.checkpointing.num-retained': expected a number, found 'many'";
        assert_eq!(error.expect_err("not a number").to_string(), expected);
    }
}
