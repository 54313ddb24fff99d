//! Every case that is run gives the rows it says: row by row and in batches, on one thread and on three, straight and
//! with a crash after each of its checkpoints, restored at the same and at another parallelism.
//!
//! `CORPUS_FILTER` selects cases by a part of their names; `CORPUS_BLESS` writes what the straight run gives.

mod connectors;
mod input;
mod variants;

use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use golden_jobs::{GOLDEN, Golden};
use tests::case::{self, Case};
use tests::golden::module_path;

/// Cases at a time; most of a job's time is waiting.
const THREADS: usize = 4;

#[test]
fn jobs_give_the_rows_that_the_cases_say() {
    let root = case::root();
    let filter = std::env::var("CORPUS_FILTER").unwrap_or_default();
    let is_blessing = std::env::var_os("CORPUS_BLESS").is_some();
    let cases = case::read_all(&root, &filter).expect("the corpus can be read");
    let cases: Vec<Case> = cases.into_iter().filter(Case::runs).collect();
    let next = AtomicUsize::new(0);
    let problems = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(problem) = check(&root, case, is_blessing) {
                        let mut problems = problems.lock().expect("no panic under the lock");
                        problems.push(format!("{}: {problem}", case.name));
                    }
                }
            });
        }
    });
    let mut problems = problems.into_inner().expect("no panic under the lock");
    problems.sort();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

fn check(root: &Path, case: &Case, is_blessing: bool) -> Result<(), String> {
    let golden = linked(root, case)?;
    let straight = variants::straight(case, golden)?;
    let blessed = straight.written_to(case);
    if blessed != *case {
        if !is_blessing {
            return Err(format!("expected\n{}found\n{}", rows(case), rows(&blessed)));
        }
        std::fs::write(&case.path, blessed.text()).map_err(|error| error.to_string())?;
        // Past the capture of the test's output: bless tells what it changed.
        let _ = writeln!(std::io::stdout(), "wrote rows of {}", case.name);
    }
    variants::all_agree(case, golden, &straight)
}

/// The job of the case as it was linked, if that is the text on disk.
fn linked(root: &Path, case: &Case) -> Result<&'static Golden, String> {
    let golden = GOLDEN.iter().find(|(name, ..)| *name == case.name);
    let on_disk = std::fs::read_to_string(module_path(root, &case.name)).unwrap_or_default();
    golden
        .filter(|(.., text)| *text == on_disk)
        .ok_or_else(|| "its Rust is not the linked one: rebuild after `cargo xtask bless`".to_owned())
}

/// The fences that rows are compared with.
fn rows(case: &Case) -> String {
    let is_given = |kind: &str| matches!(kind, "output" | "failure" | "metrics");
    let fences = case.fences().filter(|fence| is_given(&fence.kind));
    fences
        .map(|fence| format!("{} {}\n{}", fence.kind, fence.arguments.join(" "), fence.text))
        .collect()
}
