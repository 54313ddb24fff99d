//! A line that says that something still goes on.
//!
//! In: what to say, again and again. Out: one rewritten line on a terminal, else a line every ten seconds. Invariant:
//! what is printed afterwards begins on a line of its own.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Where nothing can be rewritten.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

pub(crate) struct Progress {
    is_terminal: bool,
    begun: Instant,
    told: Option<Instant>,
}

impl Progress {
    pub(crate) fn begin() -> Progress {
        Progress {
            is_terminal: std::io::stderr().is_terminal(),
            begun: Instant::now(),
            told: None,
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    pub(crate) fn show(&mut self, line: &str) {
        let now = Instant::now();
        if self.is_terminal {
            eprint!("\r\x1b[2K{line}");
            // A line that does not appear harms nobody.
            let _ = std::io::stderr().flush();
        } else if is_due(self.told, now) {
            eprintln!("{line}");
        } else {
            return;
        }
        self.told = Some(now);
    }
}

fn is_due(told: Option<Instant>, now: Instant) -> bool {
    told.is_none_or(|told| now.duration_since(told) >= LINE_INTERVAL)
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_terminal && self.told.is_some() {
            eprintln!();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_at_once_and_then_now_and_then() {
        let begun = Instant::now();
        assert!(is_due(None, begun));
        assert!(!is_due(Some(begun), begun + Duration::from_secs(9)));
        assert!(is_due(Some(begun), begun + LINE_INTERVAL));
    }
}
