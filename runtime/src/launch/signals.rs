//! SIGTERM and SIGINT: the first takes a final checkpoint and ends the job, the second ends it at once.
//!
//! In: signals. Out: calls of the control. Invariant: the handler does nothing but count, and wake the thread that
//! looks at the count.
#![allow(unsafe_code)]

use std::io::Read as _;
use std::os::fd::IntoRawFd as _;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::time::Duration;

use crate::dataflow::Control;
use crate::error::JobError;
use crate::log;

static RECEIVED: AtomicUsize = AtomicUsize::new(0);

/// Where the handler writes to; open as long as the process lives.
static PIPE: AtomicI32 = AtomicI32::new(-1);

/// Time for the threads to end by themselves after the second signal.
const END_MAX: Duration = Duration::from_secs(2);

extern "C" fn count(_signal: libc::c_int) {
    RECEIVED.fetch_add(1, Ordering::Relaxed);
    // SAFETY: one byte of a constant is written, by a call that is allowed in a handler. In a pipe that is full there
    // is something to read already.
    unsafe { libc::write(PIPE.load(Ordering::Relaxed), c"".as_ptr().cast(), 1) };
}

/// Installs the handlers and a thread that passes on what they count.
pub(super) fn watch(control: Control) -> Result<(), JobError> {
    let failed = |error| JobError::external("operating system", error);
    let (mut reader, writer) = std::io::pipe().map_err(failed)?;
    PIPE.store(writer.into_raw_fd(), Ordering::Relaxed);
    for signal in [libc::SIGTERM, libc::SIGINT] {
        let handler = count as extern "C" fn(libc::c_int);
        // SAFETY: the handler only changes an atomic and writes to a pipe, which is allowed at any point.
        let previous = unsafe { libc::signal(signal, handler as libc::sighandler_t) };
        if previous == libc::SIG_ERR {
            return Err(failed(std::io::Error::last_os_error()));
        }
    }
    let watcher = move || {
        let mut seen = 0;
        while seen < 2 {
            // A read that was interrupted is only an early look.
            let _ = reader.read(&mut [0]);
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
