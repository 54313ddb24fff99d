//! `cargo xtask bless [filter]`: makes the corpus say what the compiler and the jobs say now.
//!
//! First plans, diagnostics and generated Rust are written; then the test `rows`, which links that Rust, writes
//! rows. Nothing is written when a case has a problem or a diagnostic would be shown by no case any more. Read
//! the difference before you commit it: blessing proves nothing.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, anyhow, bail};

pub fn bless(root: &Path, filter: &str) -> Result<()> {
    let (changes, problems) = tests::golden::changes(root, filter).map_err(|problem| anyhow!(problem))?;
    if !problems.is_empty() {
        bail!("nothing is written:\n{}", problems.join("\n"));
    }
    tests::golden::write(&changes)?;
    for (path, text) in &changes {
        let done = if text.is_some() { "wrote" } else { "removed" };
        println!("{done} {}", path.strip_prefix(root).unwrap_or(path).display());
    }
    println!("{} files changed; now rows", changes.len());
    let status = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--package", "tests", "--test", "rows"])
        .current_dir(root)
        .env("CORPUS_BLESS", "1")
        .env("CORPUS_FILTER", filter)
        .status()?;
    if !status.success() {
        bail!("the rows of some cases are not right");
    }
    let stat = Command::new("git")
        .args(["diff", "--stat", "--", "golden"])
        .current_dir(root)
        .output()?;
    print!("{}", String::from_utf8_lossy(&stat.stdout));
    println!("read the difference: git diff golden");
    Ok(())
}
