//! Lines of jobs on their way to the manager.
//!
//! In: lines. Out: those not yet acknowledged, numbered. Invariant: bounded; what must go goes from the front, and the
//! next line of the same deployment says how many are lost before it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use crate::protocol::worker::LogLine;

const BYTES_MAX: usize = 2 << 20;
/// Of one line; a job that writes no line end must not fill the memory.
pub(super) const LINE_BYTES_MAX: usize = 16 << 10;
/// What a line takes beside its text.
const LINE_BYTES: usize = 96;
/// Lines of one call.
pub(super) const CALL_LINES_MAX: usize = 2_000;

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
    /// By deployment: lines that had to go, and after which there is no line yet that says so.
    lost: BTreeMap<String, u64>,
}

impl Lines {
    pub(super) fn push(&self, deployment: &str, line: String) {
        let mut inner = self.inner.lock().expect("nobody panics while holding it");
        inner.bytes += line.len() + LINE_BYTES;
        let lost_before = inner.lost.remove(deployment).unwrap_or(0);
        inner.lines.push_back(LogLine {
            deployment: deployment.to_owned(),
            time_us: jiff::Timestamp::now().as_microsecond(),
            line,
            lost_before,
        });
        while inner.bytes > BYTES_MAX {
            inner.lose();
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
    fn pop(&mut self) -> Option<LogLine> {
        let line = self.lines.pop_front()?;
        self.bytes -= line.line.len() + LINE_BYTES;
        self.before += 1;
        Some(line)
    }

    fn lose(&mut self) {
        let Some(lost) = self.pop() else { return };
        let count = lost.lost_before + 1;
        let mut later = self.lines.iter_mut();
        match later.find(|line| line.deployment == lost.deployment) {
            Some(next) => next.lost_before += count,
            None => *self.lost.entry(lost.deployment).or_default() += count,
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
        assert_eq!(sent[0].lost_before, 0);
        lines.forget(1, 3);
        assert_eq!(lines.unsent().0, 4, "an old acknowledgement changes nothing");
    }

    #[test]
    fn what_is_lost_is_counted_by_deployment() {
        let lines = Lines::default();
        lines.push("quiet", "a".to_owned());
        for _ in 0..1_000 {
            lines.push("loud", "x".repeat(LINE_BYTES_MAX));
        }
        lines.push("quiet", "b".to_owned());
        let (from, unsent) = lines.unsent();
        assert!(lines.inner.lock().expect("nobody panicked").bytes <= BYTES_MAX);
        let lost = |deployment: &str| {
            let of_deployment = unsent.iter().filter(|line| line.deployment == deployment);
            of_deployment.map(|line| line.lost_before).collect::<Vec<_>>()
        };
        assert_eq!(lost("quiet"), [1]);
        let loud = lost("loud");
        assert_eq!(loud[0] + loud.len() as u64, 1_000);
        assert!(loud[1..].iter().all(|lost| *lost == 0));
        assert_eq!(from, loud[0] + 2, "numbers count what is lost, too");
    }
}
