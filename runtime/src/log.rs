//! What a job says about itself on standard error, each message with a level of Flink's.
//!
//! In: messages. Out: lines. Invariant: run by hand a job writes plain text; for a worker every line begins with a mark
//! of its level, which the worker takes off. Nobody who no longer listens stops a job.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// What goes on all the time: each checkpoint.
    Debug,
    Info,
    /// Something is not as it should be, and the job goes on.
    Warn,
    /// The job ends by it.
    Error,
}

impl Level {
    /// After the control character that begins a marked line: no text of ours does, and hardly any row.
    fn letter(self) -> char {
        match self {
            Level::Debug => 'D',
            Level::Info => 'I',
            Level::Warn => 'W',
            Level::Error => 'E',
        }
    }
}

const MARK: char = '\u{1}';

static IS_MARKED: AtomicBool = AtomicBool::new(false);

/// From now on lines are for a worker; panics are errors like others.
pub(crate) fn mark_levels() {
    IS_MARKED.store(true, Ordering::Relaxed);
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = Backtrace::capture();
        let thread = std::thread::current();
        error(format_args!(
            "thread '{}' {panic}",
            thread.name().unwrap_or("without a name")
        ));
        if backtrace.status() == BacktraceStatus::Captured {
            error(format_args!("{backtrace}"));
        }
    }));
}

pub(crate) fn debug(message: fmt::Arguments<'_>) {
    say(Level::Debug, message);
}

pub(crate) fn info(message: fmt::Arguments<'_>) {
    say(Level::Info, message);
}

pub(crate) fn warn(message: fmt::Arguments<'_>) {
    say(Level::Warn, message);
}

pub(crate) fn error(message: fmt::Arguments<'_>) {
    say(Level::Error, message);
}

fn say(level: Level, message: fmt::Arguments<'_>) {
    let is_marked = IS_MARKED.load(Ordering::Relaxed);
    let text = lines(level, &message.to_string(), is_marked);
    // One write: lines of several threads do not run into each other. A reader that is gone is no reason to end.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

fn lines(level: Level, message: &str, is_marked: bool) -> String {
    if !is_marked {
        return format!("{message}\n");
    }
    let lines = message.lines();
    lines
        .map(|line| format!("{MARK}{}{line}\n", level.letter()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_sees_the_level_of_every_line() {
        assert_eq!(lines(Level::Warn, "a\nb", false), "a\nb\n");
        assert_eq!(lines(Level::Warn, "a\nb", true), "\u{1}Wa\n\u{1}Wb\n");
        let letters = [Level::Debug, Level::Info, Level::Warn, Level::Error].map(Level::letter);
        assert_eq!(letters, ['D', 'I', 'W', 'E']);
    }
}
