//! Standard output, whose reader may have seen enough.
//!
//! In: text. Out: the same, at once. Invariant: a closed pipe (`| head -1`) is no error: a command ends with it, a
//! server goes on; any other failure to write is told.

use std::io::{ErrorKind, Write as _};
use std::process::exit;

/// Ends the process when nobody reads any more, as all it does is to be read.
pub(crate) fn print(text: &str) {
    match write(text) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => exit(0),
        Err(error) => {
            eprintln!("error: writing to standard output: {error}");
            exit(1);
        }
    }
}

/// The same with a line end.
pub(crate) fn print_line(text: &str) {
    print(&format!("{text}\n"));
}

/// Of a server, which has more to do than to be read.
pub(crate) fn announce(text: &str) {
    match write(&format!("{text}\n")) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("writing to standard output: {error}");
        }
        _ => {}
    }
}

fn write(text: &str) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes())?;
    output.flush()
}
