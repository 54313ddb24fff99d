//! One generated crate → one executable, by rustc itself: the crate has one file to compile and its dependencies are
//! compiled already, so cargo would only add its own start.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::Profile;
use super::sdk::{Libraries, clean_command};

/// The whole `main.rs` of a job; the generated module stands beside it.
const MAIN: &str = include_str!("../../../templates/app/main.rs");

/// Writes the crate into `target` and compiles it to `target/job`.
pub fn compile(rust: &str, profile: Profile, key: &str, libraries: &Libraries, target: &Path) -> Result<()> {
    std::fs::write(target.join("main.rs"), MAIN)?;
    std::fs::write(target.join("job.rs"), rust)?;
    // The tool chain is chosen by the folder rustup is called in; paths in the output are remapped below.
    let mut command = clean_command("rustc", &libraries.root);
    command.env("RUST_MIN_STACK", "67108864");
    command
        .arg(target.join("main.rs"))
        .arg("-o")
        .arg(target.join("job"));
    command.args([
        "--crate-name",
        "job",
        "--crate-type",
        "bin",
        "--edition",
        "2024",
        "--cap-lints",
        "allow",
    ]);
    command.args([
        "-C",
        &format!("opt-level={}", profile.opt_level()),
        "-C",
        "debuginfo=0",
        "-C",
        "strip=debuginfo",
    ]);
    // The number of units decides the bytes; fixed, so that machines with other core counts give the same.
    command.args(["-C", "codegen-units=4", "-C", &format!("metadata={key}")]);
    command
        .arg("--remap-path-prefix")
        .arg(format!("{}=/job", target.display()));
    command
        .arg("-L")
        .arg(format!("dependency={}", libraries.folder.display()));
    for (name, file) in &libraries.crates {
        command.arg("--extern").arg(format!("{name}={}", file.display()));
    }
    let output = command.output().context("running rustc")?;
    if !output.status.success() {
        let kept = std::env::temp_dir().join(format!("millstream-job-{key}.rs"));
        std::fs::write(&kept, rust)?;
        bail!(
            "the generated crate does not compile; this is a defect of Millstream. Source: {}\n{}",
            kept.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
