//! Lines of jobs on their way to the manager.
//!
//! In: lines. Out: those not yet acknowledged, numbered. Invariant: bounded; what must go goes from the front, and the
//! numbers show the gap.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::protocol::worker::LogLine;

const BYTES_MAX: usize = 2 << 20;
/// Of one line; a job that writes no line end must not fill the memory.
pub(super) const LINE_BYTES_MAX: usize = 16 << 10;
/// What a line takes beside its text.
const LINE_BYTES: usize = 96;
/// Lines of one call.
const CALL_LINES_MAX: usize = 2_000;

#[derive(Default)]
pub(super) struct Lines {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    lines: VecDeque<LogLine>,
    bytes: usize,
    /// Number of the line before the first.
    before: u64,
}

impl Lines {
    pub(super) fn push(&self, deployment: &str, line: String) {
        let mut inner = self.inner.lock().expect("nobody panics while holding it");
        inner.bytes += line.len() + LINE_BYTES;
        inner.lines.push_back(LogLine {
            deployment: deployment.to_owned(),
            time_us: jiff::Timestamp::now().as_microsecond(),
            line,
        });
        while inner.bytes > BYTES_MAX {
            inner.pop();
        }
    }

    /// Number of the first line, and the lines.
    pub(super) fn unsent(&self) -> (u64, Vec<LogLine>) {
        let inner = self.inner.lock().expect("nobody panics while holding it");
        (
            inner.before + 1,
            inner.lines.iter().take(CALL_LINES_MAX).cloned().collect(),
        )
    }

    /// The manager has these.
    pub(super) fn forget(&self, from: u64, count: usize) {
        let mut inner = self.inner.lock().expect("nobody panics while holding it");
        while inner.before + 1 < from + count as u64 && !inner.lines.is_empty() {
            inner.pop();
        }
    }
}

impl Inner {
    fn pop(&mut self) {
        if let Some(line) = self.lines.pop_front() {
            self.bytes -= line.line.len() + LINE_BYTES;
            self.before += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledged_lines_go_and_later_ones_keep_their_numbers() {
        let lines = Lines::default();
        for text in ["a", "b", "c"] {
            lines.push("d", text.to_owned());
        }
        let (from, sent) = lines.unsent();
        assert_eq!((from, sent.len()), (1, 3));
        lines.push("d", "e".to_owned());
        lines.forget(from, sent.len());
        let (from, sent) = lines.unsent();
        assert_eq!((from, sent[0].line.as_str(), sent.len()), (4, "e", 1));
        lines.forget(1, 3);
        assert_eq!(lines.unsent().0, 4, "an old acknowledgement changes nothing");
        for _ in 0..1_000 {
            lines.push("d", "x".repeat(LINE_BYTES_MAX));
        }
        let inner = lines.inner.lock().expect("nobody panicked");
        assert!(inner.bytes <= BYTES_MAX && inner.before > 800);
    }
}
