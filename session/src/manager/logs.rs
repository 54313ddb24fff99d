//! Log lines of jobs and of the manager about them, as many as fit, in memory and in files.
//!
//! In: lines with their time. Out: those that a query asks for, also after a restart. Invariant: bounded in bytes and
//! in age; the oldest go first; numbers rise and are never given twice, so that a reader can go on where it stopped.

use std::collections::{BTreeMap, VecDeque};

use super::log_files::{LogFiles, Stored};

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
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    pub(super) incarnation: &'a str,
    pub(super) number: u64,
}

#[derive(Default)]
pub(super) struct Logs {
    lines: VecDeque<LogEntry>,
    bytes: usize,
    last: u64,
    files: Option<LogFiles>,
    /// By starts of workers' processes: their last line that the files had at the start.
    stored: BTreeMap<String, u64>,
}

impl Logs {
    /// With the lines that an earlier process has left in the folder. Without files there are no lines from before, and
    /// none are kept: that is told, and no reason not to run.
    pub(super) fn open(folder: &std::path::Path) -> Logs {
        let mut logs = Logs::default();
        match LogFiles::open(folder) {
            Ok((files, stored)) => {
                for one in stored {
                    logs.take_back(one);
                }
                logs.files = Some(files);
            }
            Err(error) => eprintln!("log lines are kept in memory only: {error:#}"),
        }
        logs
    }

    fn take_back(&mut self, stored: Stored) {
        self.last = self.last.max(stored.number);
        if let Some(incarnation) = stored.incarnation {
            let last = self.stored.entry(incarnation).or_default();
            *last = stored.origin_number.max(*last);
        }
        self.add(LogEntry {
            number: stored.number,
            time_us: stored.time_us,
            host: stored.host,
            deployment: stored.deployment,
            line: stored.line,
        });
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
        origin: Option<Origin<'_>>,
    ) {
        self.last += 1;
        let entry = LogEntry {
            number: self.last,
            time_us,
            host: host.to_owned(),
            deployment: deployment.to_owned(),
            line,
        };
        if let Some(files) = &mut self.files
            && let Err(error) = files.append(&entry, origin)
        {
            eprintln!("log lines are kept in memory only: {error:#}");
            self.files = None;
        }
        self.add(entry);
    }

    /// After the lines of a call: they are the system's then, and outlive this process.
    pub(super) fn flush(&mut self) {
        let oldest = self.lines.front().map_or(self.last, |entry| entry.number);
        if let Some(files) = &mut self.files
            && let Err(error) = files.flush(oldest)
        {
            eprintln!("log lines are kept in memory only: {error:#}");
            self.files = None;
        }
    }

    fn add(&mut self, entry: LogEntry) {
        // A worker whose clock is ahead must not drive out what others said.
        let newest_us = entry.time_us.min(jiff::Timestamp::now().as_microsecond());
        self.bytes += entry.line.len() + LINE_BYTES;
        self.lines.push_back(entry);
        while let Some(oldest) = self.lines.front()
            && (self.bytes > BYTES_MAX || newest_us.saturating_sub(oldest.time_us) > AGE_MAX_US)
        {
            self.bytes -= oldest.line.len() + LINE_BYTES;
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
        assert_eq!(logs.lines.back().expect("the newest stay").number, 100);
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
        let mut logs = Logs::open(&path);
        for number in 1..=3 {
            let origin = Origin {
                incarnation: "w1",
                number: number + 10,
            };
            logs.push(7, "h", "a", format!("line {number}\u{0}\n\"é\""), Some(origin));
        }
        logs.flush();
        drop(logs);
        let mut logs = Logs::open(&path);
        let all = LogQuery {
            limit: 1_000,
            ..query(None, false)
        };
        let lines = |logs: &Logs| logs.find(&all, |_| true);
        assert_eq!(lines(&logs)[2].line, "line 3\u{0}\n\"é\"");
        assert_eq!((logs.stored_up_to("w1"), logs.stored_up_to("w2")), (13, 0));
        push(&mut logs, 8, "a", "after");
        assert_eq!(lines(&logs)[3].number, 4, "numbers go on");
        for number in 0..200 {
            push(&mut logs, number, "a", &"x".repeat(100_000));
            logs.flush();
        }
        let shown = lines(&logs);
        drop(logs);
        let files = std::fs::read_dir(&path).expect("a folder");
        let bytes: u64 = files
            .map(|file| file.expect("a file").metadata().expect("it is there").len())
            .sum();
        assert!(bytes < 2 * BYTES_MAX as u64, "{bytes}");
        let read_back = lines(&Logs::open(&path));
        assert_eq!(read_back, shown);
    }

    #[test]
    fn broken_files_are_passed_over_and_no_folder_is_no_reason_not_to_run() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("logs");
        let mut logs = Logs::open(&path);
        push(&mut logs, 1, "a", "whole");
        logs.flush();
        drop(logs);
        let file = std::fs::read_dir(&path)
            .expect("a folder")
            .next()
            .expect("one file");
        let file = file.expect("readable").path();
        let mut bytes = std::fs::read(&file).expect("it is read");
        bytes.extend(b"{\"number\": 2, \"li\xff");
        std::fs::write(&file, bytes).expect("it is written");
        std::fs::write(path.join("notes.txt"), "not ours").expect("it is written");
        let mut logs = Logs::open(&path);
        push(&mut logs, 2, "a", "next");
        logs.flush();
        drop(logs);
        let all = query(None, false);
        let lines: Vec<String> = Logs::open(&path)
            .find(&all, |_| true)
            .into_iter()
            .map(|entry| entry.line)
            .collect();
        assert_eq!(lines, ["whole", "next"]);
        assert!(path.join("notes.txt").exists());
        let file = folder.path().join("a file");
        std::fs::write(&file, "").expect("it is written");
        let mut logs = Logs::open(&file);
        push(&mut logs, 1, "a", "in memory");
        logs.flush();
        assert_eq!(logs.find(&all, |_| true).len(), 1);
    }
}
