//! What is said of checkpoints that go well.
//!
//! In: completed checkpoints. Out: a line, now and then. Invariant: the first, the last, and slow ones are told; of the
//! others one a minute, which counts those that went unmentioned, so that rows and errors are not drowned.

use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_secs(60);
const SLOW: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct CheckpointLog {
    told_at: Option<Instant>,
    untold: u64,
}

impl CheckpointLog {
    /// `is_last`: before the job ends.
    pub(super) fn completed(
        &mut self,
        now: Instant,
        epoch: u64,
        taken: Duration,
        bytes: u64,
        is_last: bool,
    ) -> Option<String> {
        let is_quiet = self.told_at.is_some_and(|told_at| now < told_at + PAUSE);
        if is_quiet && !is_last && taken < SLOW {
            self.untold += 1;
            return None;
        }
        self.told_at = Some(now);
        let others = match std::mem::take(&mut self.untold) {
            0 => String::new(),
            count => format!("; {count} more since the line before"),
        };
        let (taken_ms, size) = (taken.as_millis(), size_text(bytes));
        Some(format!(
            "checkpoint {epoch} completed in {taken_ms} ms, {size}{others}"
        ))
    }
}

/// Bytes for people: three digits at most.
fn size_text(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if value < 1_000.0 {
            return if unit == "bytes" {
                format!("{bytes} bytes")
            } else {
                format!("{value:.1} {unit}")
            };
        }
        value /= 1_000.0;
    }
    format!("{value:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_checkpoints_few_are_told() {
        let start = Instant::now();
        let mut log = CheckpointLog::default();
        let quick = Duration::from_millis(3);
        let mut told = Vec::new();
        for second in 0..150 {
            let taken = if second == 90 { SLOW } else { quick };
            let now = start + Duration::from_secs(second);
            told.extend(log.completed(now, second + 1, taken, 0, second == 149));
        }
        let size = size_text(0);
        let expected = [
            format!("checkpoint 1 completed in 3 ms, {size}"),
            format!("checkpoint 61 completed in 3 ms, {size}; 59 more since the line before"),
            format!("checkpoint 91 completed in 10000 ms, {size}; 29 more since the line before"),
            format!("checkpoint 150 completed in 3 ms, {size}; 58 more since the line before"),
        ];
        assert_eq!(told, expected);
    }
}
