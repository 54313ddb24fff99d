//! Log lines of jobs and of the manager about them, as many as fit.
//!
//! In: lines with their time. Out: those that a query asks for. Invariant: bounded in bytes; the oldest go first;
//! numbers rise and are never given twice, so that a reader can go on where it stopped.

use std::collections::VecDeque;

/// Enough for the latest hours of a quiet cluster, small beside a job.
const BYTES_MAX: usize = 8 << 20;
/// What a line takes beside its text.
const LINE_BYTES: usize = 128;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// To continue after.
    pub number: u64,
    /// Microseconds since 1970.
    pub time_us: i64,
    /// Host of the worker.
    pub host: String,
    pub deployment: String,
    pub line: String,
}

#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// Of this deployment only.
    pub deployment: Option<String>,
    /// Lines after (ascending) or before (descending) this number.
    pub offset: Option<u64>,
    pub limit: usize,
    /// The newest first.
    pub is_descending: bool,
}

#[derive(Default)]
pub(super) struct Logs {
    lines: VecDeque<LogEntry>,
    bytes: usize,
    last: u64,
}

impl Logs {
    pub(super) fn push(&mut self, time_us: i64, host: &str, deployment: &str, line: String) {
        self.last += 1;
        self.bytes += line.len() + LINE_BYTES;
        self.lines.push_back(LogEntry {
            number: self.last,
            time_us,
            host: host.to_owned(),
            deployment: deployment.to_owned(),
            line,
        });
        while self.bytes > BYTES_MAX
            && let Some(oldest) = self.lines.pop_front()
        {
            self.bytes -= oldest.line.len() + LINE_BYTES;
        }
    }

    pub(super) fn find(&self, query: &LogQuery, is_wanted: impl Fn(&str) -> bool) -> Vec<LogEntry> {
        let wanted = |entry: &&LogEntry| match &query.deployment {
            Some(deployment) => entry.deployment == *deployment && is_wanted(deployment),
            None => is_wanted(&entry.deployment),
        };
        let after = |number: u64| match (query.offset, query.is_descending) {
            (None, _) => true,
            (Some(offset), false) => number > offset,
            (Some(offset), true) => number < offset,
        };
        let lines = self
            .lines
            .iter()
            .filter(|entry| after(entry.number))
            .filter(wanted);
        match query.is_descending {
            true => lines.rev().take(query.limit).cloned().collect(),
            false => lines.take(query.limit).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(offset: Option<u64>, is_descending: bool) -> LogQuery {
        LogQuery {
            deployment: None,
            offset,
            limit: 2,
            is_descending,
        }
    }

    #[test]
    fn readers_go_on_where_they_stopped() {
        let mut logs = Logs::default();
        for number in 1..=5 {
            logs.push(
                number,
                "h",
                if number == 3 { "b" } else { "a" },
                number.to_string(),
            );
        }
        let texts = |query: &LogQuery| {
            let found = logs.find(query, |deployment| deployment == "a");
            found.into_iter().map(|entry| entry.line).collect::<Vec<_>>()
        };
        assert_eq!(texts(&query(None, false)), ["1", "2"]);
        assert_eq!(texts(&query(Some(2), false)), ["4", "5"]);
        assert_eq!(texts(&query(None, true)), ["5", "4"]);
        assert_eq!(texts(&query(Some(4), true)), ["2", "1"]);
        let of_other = LogQuery {
            deployment: Some("b".to_owned()),
            ..query(None, false)
        };
        assert!(
            texts(&of_other).is_empty(),
            "a deployment of another service stays hidden"
        );
    }

    #[test]
    fn the_oldest_lines_go_first() {
        let mut logs = Logs::default();
        for number in 0..100 {
            logs.push(number, "h", "a", "x".repeat(BYTES_MAX / 10));
        }
        assert!(logs.bytes <= BYTES_MAX && logs.lines.len() < 10);
        assert_eq!(logs.lines.back().expect("the newest stay").number, 100);
    }
}
