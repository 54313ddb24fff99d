//! The lines of one deployment that are kept.
//!
//! In: lines in the order of their numbers. Out: stretches of them, in either direction. Invariant: what goes is the
//! oldest, and is counted: who reads past it sees how many lines are not there.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{LogEntry, Origin};
use crate::protocol::Level;

/// What a line takes beside its text, roughly.
const LINE_BYTES: usize = 120;
/// The same in a file.
const STORED_LINE_BYTES: usize = 240;

pub(super) struct Line {
    pub(super) number: u64,
    pub(super) time_us: i64,
    pub(super) level: Level,
    pub(super) origin: Option<Origin>,
    pub(super) host: Arc<str>,
    pub(super) text: Box<str>,
}

impl Line {
    fn bytes(&self) -> usize {
        self.text.len() + LINE_BYTES
    }

    /// What it takes in a file, roughly.
    fn stored_bytes(&self) -> u64 {
        let escapes = self.text.bytes().map(|byte| match byte {
            b'"' | b'\\' => 1,
            0..0x20 => 5,
            _ => 0,
        });
        (self.text.len() + escapes.sum::<usize>() + STORED_LINE_BYTES) as u64
    }

    fn entry(&self, deployment: &str) -> LogEntry {
        LogEntry {
            number: self.number,
            time_us: self.time_us,
            level: self.level,
            host: self.host.to_string(),
            deployment: deployment.to_owned(),
            line: self.text.to_string(),
        }
    }
}

/// Lines that are no longer there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Dropped {
    pub(super) lines: u64,
    /// Of the last of them.
    pub(super) number: u64,
    pub(super) time_us: i64,
}

impl Dropped {
    pub(super) fn add(&mut self, other: Dropped) {
        self.lines += other.lines;
        if other.number > self.number {
            (self.number, self.time_us) = (other.number, other.time_us);
        }
    }
}

#[derive(Default)]
pub(super) struct Ring {
    lines: VecDeque<Line>,
    bytes: usize,
    dropped: Dropped,
}

/// What a reader comes across.
pub(super) enum Seen<'a> {
    Line(&'a Line),
    Gap(Dropped),
}

impl Seen<'_> {
    pub(super) fn number(&self) -> u64 {
        match self {
            Seen::Line(line) => line.number,
            Seen::Gap(dropped) => dropped.number,
        }
    }

    pub(super) fn time_us(&self) -> i64 {
        match self {
            Seen::Line(line) => line.time_us,
            Seen::Gap(dropped) => dropped.time_us,
        }
    }

    /// What is missing is told whatever level is asked for.
    pub(super) fn is_shown(&self, level: Level) -> bool {
        match self {
            Seen::Line(line) => line.level >= level,
            Seen::Gap(_) => true,
        }
    }

    pub(super) fn entry(&self, deployment: &str) -> LogEntry {
        let Dropped {
            lines,
            number,
            time_us,
        } = match self {
            Seen::Line(line) => return line.entry(deployment),
            Seen::Gap(dropped) => dropped,
        };
        let lines = match lines {
            1 => "1 line".to_owned(),
            lines => format!("{lines} lines"),
        };
        LogEntry {
            number: *number,
            time_us: *time_us,
            level: Level::Warn,
            host: String::new(),
            deployment: deployment.to_owned(),
            line: format!("… {lines} dropped: more than is kept of one deployment"),
        }
    }
}

impl Ring {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn newest_us(&self) -> Option<i64> {
        self.lines.back().map(|line| line.time_us)
    }

    /// Number of the oldest line that is there.
    pub(super) fn first(&self) -> Option<u64> {
        self.lines.front().map(|line| line.number)
    }

    pub(super) fn add(&mut self, line: Line) {
        self.bytes += line.bytes();
        self.lines.push_back(line);
    }

    pub(super) fn were_dropped(&mut self, dropped: Dropped) {
        self.dropped.add(dropped);
    }

    /// Drops the oldest lines until no more than this is left; the bytes that were freed.
    pub(super) fn shrink_to(&mut self, bytes_max: usize) -> usize {
        let before = self.bytes;
        while self.bytes > bytes_max {
            self.drop_oldest();
        }
        before - self.bytes
    }

    /// Drops the lines of before this moment; the bytes that were freed.
    pub(super) fn forget_before(&mut self, time_us: i64) -> usize {
        let before = self.bytes;
        while self.lines.front().is_some_and(|line| line.time_us < time_us) {
            self.drop_oldest();
        }
        before - self.bytes
    }

    fn drop_oldest(&mut self) {
        if let Some(line) = self.lines.pop_front() {
            self.bytes -= line.bytes();
            self.dropped.add(Dropped {
                lines: 1,
                number: line.number,
                time_us: line.time_us,
            });
        }
    }

    /// What the lines with numbers in this stretch take in files.
    pub(super) fn stored_bytes(&self, from: u64, before: u64) -> u64 {
        let at = |number: u64| self.lines.partition_point(|line| line.number < number);
        let lines = self.lines.range(at(from)..at(before));
        lines.map(Line::stored_bytes).sum()
    }

    /// Lines as files get them.
    pub(super) fn written_after<'a>(
        &'a self,
        number: u64,
        deployment: &'a str,
    ) -> impl Iterator<Item = (LogEntry, Option<Origin>)> + 'a {
        let from = self.lines.partition_point(|line| line.number <= number);
        let lines = self.lines.range(from..);
        lines.map(move |line| (line.entry(deployment), line.origin.clone()))
    }

    /// What comes after this number, the oldest first.
    pub(super) fn after(&self, number: u64) -> impl Iterator<Item = Seen<'_>> {
        let from = self.lines.partition_point(|line| line.number <= number);
        let gap = Some(self.dropped).filter(|gap| gap.lines > 0 && gap.number > number);
        let lines = self.lines.range(from..).map(Seen::Line);
        gap.map(Seen::Gap).into_iter().chain(lines)
    }

    /// What came before this number, the newest first.
    pub(super) fn before(&self, number: u64) -> impl Iterator<Item = Seen<'_>> {
        let to = self.lines.partition_point(|line| line.number < number);
        let gap = Some(self.dropped).filter(|gap| gap.lines > 0 && gap.number < number);
        let lines = self.lines.range(..to).rev().map(Seen::Line);
        lines.chain(gap.map(Seen::Gap))
    }
}
