//! How far the build of the runtime is, for those who wait for it.
//!
//! In: crates as they are compiled. Out: a sentence. Invariant: there is one only while a build is under way; a process
//! builds the runtime once at a time.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

static RUNTIME: Mutex<Option<Progress>> = Mutex::new(None);

#[derive(Clone, Copy)]
struct Progress {
    since: Instant,
    crates: usize,
}

/// A build that is under way until this is dropped.
pub(super) struct Building(());

impl Building {
    pub(super) fn begin() -> Building {
        *runtime() = Some(Progress {
            since: Instant::now(),
            crates: 0,
        });
        Building(())
    }

    pub(super) fn crate_compiled(&self) {
        if let Some(progress) = runtime().as_mut() {
            progress.crates += 1;
        }
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        *runtime() = None;
    }
}

fn runtime() -> MutexGuard<'static, Option<Progress>> {
    RUNTIME.lock().expect("nobody panics while holding it")
}

/// What this process builds besides versions; `None`: nothing.
pub fn text() -> Option<String> {
    let progress = (*runtime())?;
    Some(sentence(progress.since.elapsed(), progress.crates))
}

fn sentence(elapsed: Duration, crates: usize) -> String {
    let crates = match crates {
        0 => String::new(),
        count => format!("{count} crates compiled, "),
    };
    format!(
        "building the runtime, once per version of Millstream, three to five minutes: {crates}{}",
        shown(elapsed)
    )
}

/// `2 min 5 s`.
pub fn shown(elapsed: Duration) -> String {
    match (elapsed.as_secs() / 60, elapsed.as_secs() % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_told_while_it_goes_on() {
        assert_eq!(text(), None);
        let building = Building::begin();
        building.crate_compiled();
        building.crate_compiled();
        let told = text().expect("a build");
        assert!(told.contains(": 2 crates compiled, "), "{told}");
        drop(building);
        assert_eq!(text(), None);
    }

    #[test]
    fn times_are_short() {
        assert_eq!(shown(Duration::from_millis(9_900)), "9 s");
        assert_eq!(shown(Duration::from_secs(125)), "2 min 5 s");
    }
}
