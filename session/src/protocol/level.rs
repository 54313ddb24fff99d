//! Levels of what jobs say, Flink's words for them, and how a job marks its lines.
//!
//! In: lines of a job's standard error. Out: levels. Invariant: a line without a mark is not of the job itself (a
//! library, a row of a `print` table) and is information.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Begins a marked line; the letter of its level follows.
const MARK: u8 = 1;

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// What goes on all the time: each checkpoint.
    #[serde(alias = "debug")]
    Debug,
    #[default]
    #[serde(alias = "info")]
    Info,
    /// Something is not as it should be, and the job goes on.
    #[serde(alias = "warn", alias = "warning", alias = "WARNING")]
    Warn,
    /// The job ends by it.
    #[serde(alias = "error")]
    Error,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }

    /// The level of a line of a job's standard error, and the line without its mark.
    pub fn of_line(line: &[u8]) -> (Level, &[u8]) {
        match line {
            [MARK, b'D', rest @ ..] => (Level::Debug, rest),
            [MARK, b'I', rest @ ..] => (Level::Info, rest),
            [MARK, b'W', rest @ ..] => (Level::Warn, rest),
            [MARK, b'E', rest @ ..] => (Level::Error, rest),
            _ => (Level::Info, line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_from_lines_and_from_requests() {
        assert_eq!(Level::of_line(b"\x01Wslow"), (Level::Warn, &b"slow"[..]));
        assert_eq!(Level::of_line(b"\x01X"), (Level::Info, &b"\x01X"[..]));
        assert_eq!(Level::of_line(b"+I[1]"), (Level::Info, &b"+I[1]"[..]));
        assert!(Level::Debug < Level::Info && Level::Warn < Level::Error);
        for (text, level) in [("\"warn\"", Level::Warn), ("\"ERROR\"", Level::Error)] {
            assert_eq!(serde_json::from_str::<Level>(text).expect(text), level);
        }
        let written = serde_json::to_string(&Level::Debug).expect("plain data");
        assert_eq!(written, format!("\"{}\"", Level::Debug.name()));
    }
}
