//! The wish of the operator to end: Ctrl-C, SIGTERM.
//!
//! In: signals. Out: a change that all who wait for it see. Invariant: the first signal ends in order, the second at
//! once.

use std::process::exit;

use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// As shells count a process that a signal has ended.
const INTERRUPTED: i32 = 130;

pub(super) fn ended() -> Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        for is_first in [true, false] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if is_first {
                // Nobody may be waiting yet.
                let _ = sender.send(true);
            } else {
                exit(INTERRUPTED);
            }
        }
    });
    Ok(receiver)
}
