//! SIGTERM and SIGINT: the first takes a final checkpoint and ends the job, the second ends it at once.
//!
//! In: signals. Out: calls of the control. Invariant: the handler does nothing but count.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::dataflow::Control;
use crate::error::JobError;
use crate::log;

static RECEIVED: AtomicUsize = AtomicUsize::new(0);

/// How often the count is looked at: nobody notices the delay.
const WATCH_INTERVAL: Duration = Duration::from_millis(50);

/// Time for the threads to end by themselves after the second signal.
const END_MAX: Duration = Duration::from_secs(2);

extern "C" fn count(_signal: libc::c_int) {
    RECEIVED.fetch_add(1, Ordering::Relaxed);
}

/// Installs the handlers and a thread that passes on what they count.
pub(super) fn watch(control: Control) -> Result<(), JobError> {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        let handler = count as extern "C" fn(libc::c_int);
        // SAFETY: the handler only changes an atomic, which is allowed at any point of the program.
        let previous = unsafe { libc::signal(signal, handler as libc::sighandler_t) };
        if previous == libc::SIG_ERR {
            return Err(JobError::external(
                "operating system",
                std::io::Error::last_os_error(),
            ));
        }
    }
    let watcher = move || {
        let mut seen = 0;
        while seen < 2 {
            std::thread::sleep(WATCH_INTERVAL);
            let received = RECEIVED.load(Ordering::Relaxed);
            if received > 0 && seen == 0 {
                log::info(format_args!("stopping after a final checkpoint"));
                control.stop();
            }
            if received > 1 {
                control.kill();
            }
            seen = received;
        }
        // Whatever waits for an outside system must not keep a user waiting; ending here is as safe as a crash.
        std::thread::sleep(END_MAX);
        log::error(format_args!("error: ended without a final checkpoint"));
        std::process::exit(1);
    };
    let builder = std::thread::Builder::new().name("signals".to_owned());
    builder
        .spawn(watcher)
        .map(drop)
        .map_err(|error| JobError::external("operating system", error))
}
