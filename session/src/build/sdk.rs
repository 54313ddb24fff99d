//! The compiled runtime that jobs link: built once per version of its sources, kept in the cache.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{CrateType, Message};

use super::cache;
use super::progress::Building;

/// Where the sources of `sql` and `runtime` are.
pub struct Sdk {
    root: PathBuf,
}

/// Compiled crates by name (`runtime`, `sql`), and the folder with all they depend on.
pub struct Libraries {
    pub crates: BTreeMap<String, PathBuf>,
    pub folder: PathBuf,
    pub root: PathBuf,
}

/// What decides the bytes of the compiled runtime, relative to the root.
const INPUTS: [&str; 7] = [
    "sql/src",
    "sql/Cargo.toml",
    "runtime/src",
    "runtime/Cargo.toml",
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
];

impl Sdk {
    /// The checkout this program was built from; `MILLSTREAM_HOME` names another one.
    pub fn find() -> Result<Sdk> {
        let root = match std::env::var_os("MILLSTREAM_HOME") {
            Some(folder) => PathBuf::from(folder),
            None => Path::new(env!("CARGO_MANIFEST_DIR"))
                .parent()
                .expect("session lies in the workspace")
                .to_owned(),
        };
        if !root.join("runtime/Cargo.toml").is_file() {
            bail!(
                "no runtime sources in {}; set MILLSTREAM_HOME to a checkout of Millstream",
                root.display()
            );
        }
        Ok(Sdk { root })
    }

    /// Hash of everything the runtime is built from.
    pub fn build_id(&self) -> Result<String> {
        let mut files = Vec::new();
        for input in INPUTS {
            collect_files(&self.root.join(input), &mut files)?;
        }
        files.sort();
        let mut parts = Vec::new();
        for file in &files {
            let relative = file.strip_prefix(&self.root).expect("inputs lie below the root");
            parts.push(relative.to_string_lossy().into_owned().into_bytes());
            parts.push(std::fs::read(file).with_context(|| format!("reading {}", file.display()))?);
        }
        Ok(cache::hash(parts.iter().map(Vec::as_slice)))
    }

    /// One line: `rustc 1.95.0 (…)`. The pinned tool chain's, whatever folder the user is in. Asking rustc takes a
    /// process, so the answer is kept beside the compiled runtime.
    pub fn rustc_version(&self) -> Result<String> {
        let toolchain = std::fs::read(self.root.join("rust-toolchain.toml"))?;
        let file = cache::folder("rustc")?.join(cache::hash([toolchain.as_slice()]));
        if let Ok(version) = std::fs::read_to_string(&file) {
            return Ok(version);
        }
        let output = self
            .command("rustc")
            .arg("--version")
            .output()
            .context("running rustc")?;
        if !output.status.success() {
            bail!(
                "rustc --version failed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        std::fs::write(&file, &version)?;
        Ok(version)
    }

    /// A tool of the pinned tool chain, with nothing of the user's environment that could change its output.
    fn command(&self, program: &str) -> Command {
        clean_command(program, &self.root)
    }

    /// The compiled runtime; built now if this is the first time.
    pub fn libraries(&self, build_id: &str) -> Result<Libraries> {
        let runtimes = cache::folder("runtime")?;
        let folder = runtimes.join(build_id);
        if !folder.is_dir() {
            // Cargo's own lock ends before its output is copied, and a build of another version replaces that.
            let lock = std::fs::File::create(cache::folder("target")?.join("millstream.lock"))?;
            lock.lock().context("waiting for another build of the runtime")?;
            let building = Building::begin();
            cache::trim(&runtimes, u64::MAX, |_| false)?;
            cache::once(&folder, |target| {
                self.build_libraries(build_id, target, &building)
            })?;
        }
        let named = ["runtime", "sql"].map(|name| (name.to_owned(), folder.join(format!("lib{name}.rlib"))));
        Ok(Libraries {
            crates: BTreeMap::from(named),
            folder: folder.join("deps"),
            root: self.root.clone(),
        })
    }

    fn build_libraries(&self, build_id: &str, target: &Path, building: &Building) -> Result<()> {
        eprintln!("building the runtime (once per version, three to five minutes) …");
        let mut command = self.command("cargo");
        // OpenSSL writes the time of its build into itself unless it is told one.
        command.env("SOURCE_DATE_EPOCH", "0");
        // The crates name this variable, so cargo compiles them again when it changes. By itself it takes what another
        // checkout left in the shared folder for its own: it only compares times of files.
        command.env("MILLSTREAM_BUILD_ID", build_id);
        command.args([
            "build",
            "--release",
            "--locked",
            "--package",
            "runtime",
            "--message-format",
            "json-render-diagnostics",
        ]);
        command.arg("--target-dir").arg(cache::folder("target")?);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("running cargo")?;
        let output = std::io::BufReader::new(child.stdout.take().expect("stdout is piped"));
        let dependencies = target.join("deps");
        std::fs::create_dir_all(&dependencies)?;
        for message in Message::parse_stream(output) {
            let Message::CompilerArtifact(artifact) = message? else {
                continue;
            };
            building.crate_compiled();
            let is_library = artifact
                .target
                .crate_types
                .iter()
                .any(|t| matches!(t, CrateType::Lib | CrateType::RLib));
            let is_macro = artifact.target.crate_types.contains(&CrateType::ProcMacro);
            for file in artifact
                .filenames
                .iter()
                .filter(|file| is_library && file.extension() == Some("rlib") || is_macro)
            {
                let name = file.file_name().context("an artifact has a name")?;
                std::fs::copy(file, dependencies.join(name))?;
                if ["runtime", "sql"].contains(&artifact.target.name.as_str()) {
                    std::fs::copy(file, target.join(format!("lib{}.rlib", artifact.target.name)))?;
                }
            }
        }
        if !child.wait()?.success() {
            bail!("building the runtime failed (see above)");
        }
        Ok(())
    }
}

/// A command of the tool chain that `root` pins, in a cleared environment: inherited CARGO_ and RUST variables would
/// change fingerprints and bytes, and build scripts get to see no secret.
pub fn clean_command(program: &str, root: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(root);
    for name in [
        "PATH",
        "HOME",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "RUSTUP_TOOLCHAIN",
        "TMPDIR",
        "SSL_CERT_FILE",
    ] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

fn collect_files(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            collect_files(&entry?.path(), files)?;
        }
    } else {
        files.push(path.to_owned());
    }
    Ok(())
}
