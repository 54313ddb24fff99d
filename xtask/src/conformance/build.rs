//! Generated jobs → one program, by rustc against the runtime as developers build it. In: modules by name. Out: the
//! executable, and the modules that rustc refuses with its words. One bad module does not sink the others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{CrateType, Message};
use session::build::sdk::clean_command;

/// The parts of the program that are the same for all jobs.
const PARTS: [(&str, &str); 3] = [
    ("main.rs", include_str!("../../../templates/conformance/main.rs")),
    ("sink.rs", include_str!("../../../templates/conformance/sink.rs")),
    (
        "values.rs",
        include_str!("../../../templates/conformance/values.rs"),
    ),
];

/// Passes of rustc that find errors one after the other.
const ATTEMPTS_MAX: usize = 8;

/// The compiled runtime.
pub(super) struct Libraries {
    root: PathBuf,
    /// Compiled crates that the program names.
    crates: BTreeMap<String, PathBuf>,
    dependencies: PathBuf,
}

impl Libraries {
    /// Builds the runtime as `cargo build` does.
    pub(super) fn build(root: &Path) -> Result<Libraries> {
        let mut command = clean_command("cargo", root);
        command.args([
            "build",
            "--package",
            "runtime",
            "--message-format",
            "json-render-diagnostics",
        ]);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("running cargo")?;
        let output = std::io::BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut crates = BTreeMap::new();
        for message in Message::parse_stream(output) {
            let Message::CompilerArtifact(artifact) = message? else {
                continue;
            };
            let is_library = artifact
                .target
                .crate_types
                .iter()
                .any(|t| matches!(t, CrateType::Lib | CrateType::RLib));
            let rlib = artifact
                .filenames
                .iter()
                .find(|file| file.extension() == Some("rlib"));
            if let Some(file) = rlib.filter(|_| is_library) {
                let name = artifact.target.name.replace('-', "_");
                if ["runtime", "sql", "serde_json"].contains(&name.as_str()) {
                    crates.insert(name, file.clone().into_std_path_buf());
                }
            }
        }
        if !child.wait()?.success() {
            bail!("building the runtime failed (see above)");
        }
        let serde_json = crates.get("serde_json").context("the runtime uses serde_json")?;
        let dependencies = serde_json
            .parent()
            .context("libraries lie in a folder")?
            .to_owned();
        Ok(Libraries {
            root: root.to_owned(),
            crates,
            dependencies,
        })
    }
}

/// A program of many jobs.
pub(super) struct Program {
    pub(super) executable: PathBuf,
    /// What rustc says against the modules left out.
    pub(super) refused: BTreeMap<String, String>,
}

/// Compiles modules (generated jobs by name) into `folder/program`.
pub(super) fn build(
    libraries: &Libraries,
    folder: &Path,
    modules: &BTreeMap<String, String>,
) -> Result<Program> {
    std::fs::create_dir_all(folder)?;
    for (name, text) in PARTS {
        std::fs::write(folder.join(name), text)?;
    }
    let mut good: BTreeMap<&str, &str> = modules
        .iter()
        .map(|(name, rust)| (name.as_str(), rust.as_str()))
        .collect();
    let mut refused = BTreeMap::new();
    for _ in 0..ATTEMPTS_MAX {
        write_modules(folder, &good)?;
        let Some(errors) = rustc(libraries, folder)? else {
            let executable = folder.join("program");
            return Ok(Program { executable, refused });
        };
        let bad = by_module(&errors, &good);
        if bad.is_empty() {
            bail!("rustc refuses the program of conformance jobs:\n{errors}");
        }
        for (name, message) in bad {
            good.remove(name.as_str());
            refused.insert(name, message);
        }
    }
    bail!("rustc finds errors in other modules each time")
}

fn write_modules(folder: &Path, modules: &BTreeMap<&str, &str>) -> Result<()> {
    let jobs = folder.join("jobs");
    if jobs.is_dir() {
        std::fs::remove_dir_all(&jobs)?;
    }
    std::fs::create_dir(&jobs)?;
    let mut index = String::from("//! The jobs by name.\n\nuse runtime::job::Job;\n\n");
    let mut list = String::from("\npub const JOBS: &[(&str, fn() -> Job)] = &[\n");
    for (name, rust) in modules {
        std::fs::write(jobs.join(format!("{name}.rs")), rust)?;
        index += &format!("mod {name};\n");
        list += &format!("    (\"{name}\", {name}::job),\n");
    }
    std::fs::write(jobs.join("mod.rs"), index + &list + "];\n")?;
    Ok(())
}

/// The errors, or none when the program is compiled.
fn rustc(libraries: &Libraries, folder: &Path) -> Result<Option<String>> {
    let mut command = clean_command("rustc", &libraries.root);
    command.env("RUST_MIN_STACK", "67108864");
    command
        .arg(folder.join("main.rs"))
        .arg("-o")
        .arg(folder.join("program"));
    command.args([
        "--crate-name",
        "conformance",
        "--crate-type",
        "bin",
        "--edition",
        "2024",
    ]);
    command.args(["--cap-lints", "allow", "--error-format", "short"]);
    command.args(["-C", "opt-level=0", "-C", "debuginfo=0", "-C", "strip=debuginfo"]);
    command
        .arg("-C")
        .arg(format!("incremental={}", folder.join("incremental").display()));
    command
        .arg("-L")
        .arg(format!("dependency={}", libraries.dependencies.display()));
    for (name, file) in &libraries.crates {
        command.arg("--extern").arg(format!("{name}={}", file.display()));
    }
    let output = command.output().context("running rustc")?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((!output.status.success()).then_some(errors))
}

/// The first error of each module: lines like `…/jobs/expr_1.rs:3:4: error[E0308]: mismatched types`.
fn by_module(errors: &str, modules: &BTreeMap<&str, &str>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in errors.lines().filter(|line| line.contains(": error")) {
        let Some((path, message)) = line.split_once(".rs:") else {
            continue;
        };
        let name = path.rsplit('/').next().unwrap_or_default();
        if modules.contains_key(name) {
            found
                .entry(name.to_owned())
                .or_insert_with(|| format!("rustc: {message}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_attributed_to_modules() {
        let modules = BTreeMap::from([("expr_1", ""), ("expr_2", "")]);
        let errors = "a/jobs/expr_2.rs:3:4: error[E0308]: mismatched types\n\
                      a/jobs/expr_2.rs:9:4: error[E0282]: more\nerror: aborting\nmain.rs:1:1: error: x\n";
        let found = by_module(errors, &modules);
        assert_eq!(found.len(), 1);
        assert_eq!(found["expr_2"], "rustc: 3:4: error[E0308]: mismatched types");
    }
}
