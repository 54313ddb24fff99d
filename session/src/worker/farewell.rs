//! The end of a worker that was told to end.
//!
//! In: a worker with its jobs. Out: jobs that have taken a last checkpoint, a manager that knows and starts them
//! elsewhere. Invariant: bounded, whoever does not answer; nothing runs when it is over.

use std::time::{Duration, Instant};

use super::{Exchange, Worker};

/// For last checkpoints. After it jobs are ended; they are restored from the checkpoint before.
const CHECKPOINTS_MAX: Duration = Duration::from_secs(10);
/// For jobs that do not end by themselves.
const END_MAX: Duration = Duration::from_secs(6);
/// For a manager that does not answer, when all jobs have ended.
const TELL_MAX: Duration = Duration::from_secs(3);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(30);

impl Worker {
    pub(super) async fn farewell(mut self) {
        self.is_leaving = true;
        for attempt in self.attempts.values() {
            attempt.leave();
        }
        if !self.tell_until_ended(CHECKPOINTS_MAX).await {
            eprintln!("worker: not every job has taken a last checkpoint in time");
            for attempt in self.attempts.values() {
                attempt.end();
            }
            self.tell_until_ended(END_MAX).await;
        }
    }

    /// Tells the manager what ends until all has ended and it knows; false if that takes longer than `time_max`.
    async fn tell_until_ended(&mut self, time_max: Duration) -> bool {
        let started = Instant::now();
        let mut ended_at = None;
        loop {
            if self.attempts.values().all(|attempt| attempt.has_ended()) {
                ended_at.get_or_insert_with(Instant::now);
            }
            let call = tokio::time::timeout(TELL_MAX, self.exchange(false));
            let is_heard = matches!(call.await, Ok(Exchange::Heard));
            match ended_at {
                Some(_) if is_heard => return true,
                Some(at) if at.elapsed() > TELL_MAX => {
                    eprintln!("worker: the manager does not know that this worker has ended");
                    return true;
                }
                None if started.elapsed() > time_max => return false,
                _ => tokio::time::sleep(LOOK_AGAIN_AFTER).await,
            }
        }
    }
}
