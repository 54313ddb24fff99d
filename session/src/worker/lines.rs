//! Lines of jobs on their way to the manager.
//!
//! In: lines. Out: those not yet acknowledged, numbered. Invariant: bounded; what must go is of the job that takes
//! most, its oldest lines first, and its next line says how many are lost before it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use crate::protocol::Level;
use crate::protocol::worker::LogLine;

const BYTES_MAX: usize = 2 << 20;
/// Of one line; a job that writes no line end must not fill the memory.
pub(super) const LINE_BYTES_MAX: usize = 16 << 10;
/// What a line takes beside its text.
const LINE_BYTES: usize = 160;
/// Lines of one call.
pub(super) const CALL_LINES_MAX: usize = 2_000;

#[derive(Default)]
pub(super) struct Lines {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// By their numbers.
    lines: BTreeMap<u64, LogLine>,
    bytes: usize,
    last: u64,
    shares: BTreeMap<String, Share>,
}

/// What is kept of one deployment.
#[derive(Default)]
struct Share {
    numbers: VecDeque<u64>,
    bytes: usize,
    /// Lines that had to go, and after which there is no line yet that says so.
    lost: u64,
}

impl Lines {
    pub(super) fn push(&self, deployment: &str, level: Level, line: String) {
        let mut inner = self.inner.lock().expect("nobody panics while holding it");
        let bytes = line.len() + LINE_BYTES;
        inner.last += 1;
        let number = inner.last;
        inner.bytes += bytes;
        let share = inner.shares.entry(deployment.to_owned()).or_default();
        share.bytes += bytes;
        share.numbers.push_back(number);
        let line = LogLine {
            number,
            deployment: deployment.to_owned(),
            time_us: jiff::Timestamp::now().as_microsecond(),
            level,
            line,
            lost_before: std::mem::take(&mut share.lost),
        };
        inner.lines.insert(number, line);
        while inner.bytes > BYTES_MAX {
            inner.lose();
        }
    }

    /// The first of them.
    pub(super) fn unsent(&self) -> Vec<LogLine> {
        let inner = self.inner.lock().expect("nobody panics while holding it");
        inner.lines.values().take(CALL_LINES_MAX).cloned().collect()
    }

    /// The manager has these.
    pub(super) fn forget(&self, sent: &[LogLine]) {
        let mut inner = self.inner.lock().expect("nobody panics while holding it");
        for line in sent {
            inner.remove(line.number);
        }
        let shares = &mut inner.shares;
        shares.retain(|_, share| share.lost > 0 || !share.numbers.is_empty());
    }
}

impl Inner {
    fn remove(&mut self, number: u64) -> Option<LogLine> {
        let line = self.lines.remove(&number)?;
        let bytes = line.line.len() + LINE_BYTES;
        self.bytes -= bytes;
        let share = self.shares.get_mut(&line.deployment).expect("it has a line");
        share.bytes -= bytes;
        // Lines go in the order of their numbers, from the front.
        let at = share.numbers.binary_search(&number).expect("its line was there");
        share.numbers.remove(at);
        Some(line)
    }

    /// The oldest line of the deployment that takes most.
    fn lose(&mut self) {
        let largest = self.shares.values().max_by_key(|share| share.bytes);
        let Some(number) = largest.and_then(|share| share.numbers.front().copied()) else {
            return;
        };
        let lost = self.remove(number).expect("its number is known");
        let count = lost.lost_before + 1;
        let share = self.shares.get_mut(&lost.deployment).expect("it had a line");
        match share.numbers.front().and_then(|next| self.lines.get_mut(next)) {
            Some(next) => next.lost_before += count,
            None => share.lost += count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(lines: &Lines, deployment: &str, text: &str) {
        lines.push(deployment, Level::Info, text.to_owned());
    }

    #[test]
    fn acknowledged_lines_go_and_later_ones_keep_their_numbers() {
        let lines = Lines::default();
        for text in ["a", "b", "c"] {
            push(&lines, "d", text);
        }
        let sent = lines.unsent();
        assert_eq!((sent[0].number, sent.len()), (1, 3));
        push(&lines, "d", "e");
        lines.forget(&sent);
        let next = lines.unsent();
        assert_eq!((next[0].number, next[0].line.as_str(), next.len()), (4, "e", 1));
        assert_eq!(next[0].lost_before, 0);
        lines.forget(&sent);
        assert_eq!(lines.unsent(), next, "an old acknowledgement changes nothing");
        lines.forget(&next);
        let inner = lines.inner.lock().expect("nobody panicked");
        assert_eq!((inner.bytes, inner.shares.len()), (0, 0));
    }

    #[test]
    fn a_loud_job_loses_its_own_lines_only() {
        let lines = Lines::default();
        push(&lines, "quiet", "a");
        for _ in 0..1_000 {
            push(&lines, "loud", &"x".repeat(LINE_BYTES_MAX));
        }
        push(&lines, "quiet", "b");
        let unsent = lines.unsent();
        assert!(lines.inner.lock().expect("nobody panicked").bytes <= BYTES_MAX);
        let lost = |deployment: &str| {
            let of_deployment = unsent.iter().filter(|line| line.deployment == deployment);
            of_deployment.map(|line| line.lost_before).collect::<Vec<_>>()
        };
        assert_eq!(lost("quiet"), [0, 0]);
        let loud = lost("loud");
        assert_eq!(loud[0] + loud.len() as u64, 1_000);
        assert!(loud[1..].iter().all(|lost| *lost == 0));
        let numbers: Vec<u64> = unsent.iter().map(|line| line.number).collect();
        assert_eq!(
            (numbers[0], numbers[1]),
            (1, loud[0] + 2),
            "lost lines are counted"
        );
        assert!(numbers.is_sorted());
    }
}
