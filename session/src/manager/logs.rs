//! Log lines of jobs and of the manager about them, as many as fit.
//!
//! In: lines with their time, those of an earlier process. Out: those that a query asks for, those that files do not
//! have yet. Invariant: bounded in bytes and in age; the oldest go first; numbers rise and are never given twice, so
//! that a reader can go on where it stopped; nothing here waits for a disk.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::Deserialize;

/// Enough for the latest hours of a quiet cluster, small beside a job.
const BYTES_MAX: usize = 8 << 20;
/// What a line takes beside its text.
const LINE_BYTES: usize = 128;
/// Older lines go, however few there are.
const AGE_MAX_US: i64 = 7 * 86_400 * 1_000_000;

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

/// Where a line comes from: the start of a worker's process, and the line's number there.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) incarnation: Arc<str>,
    pub(super) number: u64,
}

#[derive(Clone)]
pub(super) struct Line {
    pub(super) entry: LogEntry,
    pub(super) origin: Option<Origin>,
}

/// A line as files have it.
#[derive(Deserialize)]
pub(super) struct Stored {
    pub(super) number: u64,
    pub(super) time_us: i64,
    pub(super) host: String,
    pub(super) deployment: String,
    pub(super) line: String,
    pub(super) incarnation: Option<String>,
    #[serde(default)]
    pub(super) origin_number: u64,
}

/// What files do not have yet.
pub(super) struct Unwritten {
    pub(super) lines: Vec<Line>,
    /// Of the oldest line that is still shown.
    pub(super) oldest: u64,
}

#[derive(Default)]
pub(super) struct Logs {
    lines: VecDeque<Line>,
    bytes: usize,
    last: u64,
    /// Up to this number lines have been given away to be written.
    written: u64,
    /// By starts of workers' processes: their last line that the files had at the start.
    stored: BTreeMap<String, u64>,
}

impl Logs {
    /// With the lines that an earlier process has left.
    pub(super) fn with(stored: Vec<Stored>) -> Logs {
        let mut logs = Logs::default();
        for one in stored {
            logs.take_back(one);
        }
        logs.written = logs.last;
        logs
    }

    fn take_back(&mut self, stored: Stored) {
        self.last = self.last.max(stored.number);
        if let Some(incarnation) = stored.incarnation {
            let last = self.stored.entry(incarnation).or_default();
            *last = stored.origin_number.max(*last);
        }
        let entry = LogEntry {
            number: stored.number,
            time_us: stored.time_us,
            host: stored.host,
            deployment: stored.deployment,
            line: stored.line,
        };
        self.add(Line { entry, origin: None });
    }

    /// The last line of a worker's process that an earlier manager took in.
    pub(super) fn stored_up_to(&self, incarnation: &str) -> u64 {
        self.stored.get(incarnation).copied().unwrap_or(0)
    }

    pub(super) fn push(
        &mut self,
        time_us: i64,
        host: &str,
        deployment: &str,
        line: String,
        origin: Option<Origin>,
    ) {
        self.last += 1;
        let entry = LogEntry {
            number: self.last,
            time_us,
            host: host.to_owned(),
            deployment: deployment.to_owned(),
            line,
        };
        self.add(Line { entry, origin });
    }

    /// Each line is given away once.
    pub(super) fn unwritten(&mut self) -> Unwritten {
        let begin = self
            .lines
            .partition_point(|line| line.entry.number <= self.written);
        self.written = self.last;
        Unwritten {
            lines: self.lines.range(begin..).cloned().collect(),
            oldest: self.lines.front().map_or(self.last, |line| line.entry.number),
        }
    }

    fn add(&mut self, line: Line) {
        // A worker whose clock is ahead must not drive out what others said.
        let newest_us = line.entry.time_us.min(jiff::Timestamp::now().as_microsecond());
        self.bytes += size_bytes(&line);
        self.lines.push_back(line);
        while let Some(oldest) = self.lines.front()
            && (self.bytes > BYTES_MAX || newest_us.saturating_sub(oldest.entry.time_us) > AGE_MAX_US)
        {
            self.bytes -= size_bytes(oldest);
            self.lines.pop_front();
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
            .map(|line| &line.entry)
            .filter(|entry| after(entry.number))
            .filter(wanted);
        match query.is_descending {
            true => lines.rev().take(query.limit).cloned().collect(),
            false => lines.take(query.limit).cloned().collect(),
        }
    }
}

fn size_bytes(line: &Line) -> usize {
    line.entry.line.len() + LINE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manager::log_files::LogFiles;

    /// Lines with their files, as the manager keeps them.
    struct Kept {
        logs: Logs,
        files: LogFiles,
    }

    impl Kept {
        fn open(folder: &std::path::Path) -> Kept {
            let (files, stored) = LogFiles::open(folder).expect("the folder can be made");
            let logs = Logs::with(stored);
            Kept { logs, files }
        }

        fn flush(&mut self) {
            self.files.write(&self.logs.unwritten());
        }

        fn lines(&self) -> Vec<LogEntry> {
            let all = LogQuery {
                limit: 1_000,
                ..query(None, false)
            };
            self.logs.find(&all, |_| true)
        }
    }

    fn query(offset: Option<u64>, is_descending: bool) -> LogQuery {
        LogQuery {
            deployment: None,
            offset,
            limit: 2,
            is_descending,
        }
    }

    fn push(logs: &mut Logs, time_us: i64, deployment: &str, line: &str) {
        logs.push(time_us, "h", deployment, line.to_owned(), None);
    }

    #[test]
    fn readers_go_on_where_they_stopped() {
        let mut logs = Logs::default();
        for number in 1..=5 {
            push(
                &mut logs,
                number,
                if number == 3 { "b" } else { "a" },
                &number.to_string(),
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
            push(&mut logs, number, "a", &"x".repeat(BYTES_MAX / 10));
        }
        assert!(logs.bytes <= BYTES_MAX && logs.lines.len() < 10);
        assert_eq!(logs.lines.back().expect("the newest stay").entry.number, 100);
        push(&mut logs, 99 + AGE_MAX_US + 1, "a", "a week later");
        assert_eq!(logs.lines.len(), 1);
        assert_eq!(logs.bytes, "a week later".len() + LINE_BYTES);
        let now_us = jiff::Timestamp::now().as_microsecond();
        push(&mut logs, now_us, "a", "now");
        push(
            &mut logs,
            now_us + 2 * AGE_MAX_US,
            "a",
            "of a clock that is ahead",
        );
        assert_eq!(logs.lines.len(), 2);
    }

    #[test]
    fn lines_outlive_the_process_and_the_disk_holds_no_more_than_memory() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("logs");
        let mut kept = Kept::open(&path);
        for number in 1..=3 {
            let origin = Origin {
                incarnation: "w1".into(),
                number: number + 10,
            };
            let line = format!("line {number}\u{0}\n\"é\"");
            kept.logs.push(7, "h", "a", line, Some(origin));
        }
        kept.flush();
        drop(kept);
        let mut kept = Kept::open(&path);
        assert_eq!(kept.lines()[2].line, "line 3\u{0}\n\"é\"");
        let stored = |incarnation: &str| kept.logs.stored_up_to(incarnation);
        assert_eq!((stored("w1"), stored("w2")), (13, 0));
        assert!(
            kept.logs.unwritten().lines.is_empty(),
            "the files have them already"
        );
        push(&mut kept.logs, 8, "a", "after");
        assert_eq!(kept.lines()[3].number, 4, "numbers go on");
        for number in 0..200 {
            push(&mut kept.logs, number, "a", &"x".repeat(100_000));
            kept.flush();
        }
        let shown = kept.lines();
        drop(kept);
        let files = std::fs::read_dir(&path).expect("a folder");
        let bytes: u64 = files
            .map(|file| file.expect("a file").metadata().expect("it is there").len())
            .sum();
        assert!(bytes < 2 * BYTES_MAX as u64, "{bytes}");
        assert_eq!(Kept::open(&path).lines(), shown);
    }

    #[test]
    fn broken_files_are_passed_over() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("logs");
        let mut kept = Kept::open(&path);
        push(&mut kept.logs, 1, "a", "whole");
        kept.flush();
        drop(kept);
        let file = std::fs::read_dir(&path)
            .expect("a folder")
            .next()
            .expect("one file");
        let file = file.expect("readable").path();
        let mut bytes = std::fs::read(&file).expect("it is read");
        bytes.extend(b"{\"number\": 2, \"li\xff");
        std::fs::write(&file, bytes).expect("it is written");
        std::fs::write(path.join("notes.txt"), "not ours").expect("it is written");
        let mut kept = Kept::open(&path);
        push(&mut kept.logs, 2, "a", "next");
        kept.flush();
        drop(kept);
        let lines: Vec<String> = Kept::open(&path)
            .lines()
            .into_iter()
            .map(|entry| entry.line)
            .collect();
        assert_eq!(lines, ["whole", "next"]);
        assert!(path.join("notes.txt").exists());
        let file = folder.path().join("a file");
        std::fs::write(&file, "").expect("it is written");
        assert!(LogFiles::open(&file).is_err());
    }

    #[test]
    fn a_disk_that_fails_costs_lines_of_the_files_until_it_works_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("logs");
        let mut kept = Kept::open(&path);
        kept.files.try_again_after = std::time::Duration::from_millis(50);
        std::fs::remove_dir(&path).expect("it is empty");
        for line in ["one", "two"] {
            push(&mut kept.logs, 1, "a", line);
            kept.flush();
        }
        std::fs::create_dir(&path).expect("the disk is back");
        std::thread::sleep(std::time::Duration::from_millis(60));
        push(&mut kept.logs, 1, "a", "three");
        kept.flush();
        assert_eq!(kept.lines().len(), 3, "memory has them all");
        let numbers: Vec<u64> = Kept::open(&path)
            .lines()
            .iter()
            .map(|entry| entry.number)
            .collect();
        assert_eq!(numbers, [3]);
    }
}
