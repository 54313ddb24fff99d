//! What Ctrl-C leaves behind.
//!
//! In: what goes on at the moment. Out: on an interrupt, that sentence on standard error and the end of this process.
//! Invariant: nobody is left to guess whether the session cluster goes on with something.

use std::sync::{Arc, Mutex};

/// As shells count a process that SIGINT has ended.
const INTERRUPTED: i32 = 130;

/// The sentence that an interrupt shows.
pub(crate) struct Interrupt(Arc<Mutex<String>>);

impl Interrupt {
    /// From now on; without it an interrupt ends the process in silence.
    pub(crate) fn watch(sentence: &str) -> Interrupt {
        let shown = Arc::new(Mutex::new(sentence.to_owned()));
        let watched = Arc::clone(&shown);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            // Where no handler can be installed an interrupt ends the process as it does elsewhere.
            let heard = runtime.and_then(|runtime| runtime.block_on(tokio::signal::ctrl_c()));
            if heard.is_ok() {
                eprintln!("\n{}", sentence_of(&watched));
                std::process::exit(INTERRUPTED);
            }
        });
        Interrupt(shown)
    }

    pub(crate) fn say(&self, sentence: String) {
        *self.0.lock().expect("nobody panics while holding it") = sentence;
    }
}

fn sentence_of(shown: &Mutex<String>) -> String {
    shown.lock().expect("nobody panics while holding it").clone()
}
