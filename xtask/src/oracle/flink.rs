//! Apache Flink in an embedded cluster: fetched once, with a small runner of ours compiled against it.
//!
//! In: tasks (statements and input lines). Out: an answer per task. All tasks run in one virtual machine, one after
//! another, since its start costs more than most tasks. Invariant: tasks do not see each other's tables or rows.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::services::fetch;

pub(super) const VERSION: &str = "2.2.1";
/// Parts statements in the runner's file; no SQL text holds it.
const SEPARATOR: &str = "\u{1e}";
const SOURCES: [&str; 3] = ["Oracle.java", "Values.java", "Cells.java"];
/// Packages of java.base that Flink reflects on.
const OPENED: [&str; 12] = [
    "java.lang",
    "java.lang.reflect",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "java.util.concurrent.locks",
    "java.net",
    "java.io",
    "java.nio",
    "java.text",
    "java.time",
    "sun.nio.ch",
];

/// What Flink is to run.
#[derive(Default)]
pub(super) struct Task {
    pub statements: Vec<String>,
    /// Lines that sources with the connector `values` deliver, by table.
    pub inputs: BTreeMap<String, String>,
}

/// What Flink said.
#[derive(Default)]
pub(super) struct Answer {
    /// Lines of changes by sink with the connector `values`; of queries under the empty name.
    pub outputs: BTreeMap<String, String>,
    /// What the connector `print` printed.
    pub printed: String,
    pub explained: String,
    /// Messages of the error that ended the task, causes last.
    pub error: Option<String>,
}

/// Runs the tasks in order.
pub(super) fn run(root: &Path, tasks: &[Task]) -> Result<Vec<Answer>> {
    let libraries = libraries()?;
    let classes = classes(root, &libraries)?;
    let folder = tempfile::tempdir()?;
    let folders: Vec<PathBuf> = (0..tasks.len())
        .map(|i| folder.path().join(format!("{i:05}")))
        .collect();
    for (task, folder) in tasks.iter().zip(&folders) {
        std::fs::create_dir(folder)?;
        std::fs::write(folder.join("statements"), task.statements.join(SEPARATOR))?;
        for (table, lines) in &task.inputs {
            std::fs::write(folder.join(format!("input_{table}")), lines)?;
        }
    }
    let mut command = Command::new(fetch::program("java", "default-jdk-headless")?);
    // The first compiler alone: a virtual machine that lives for seconds never earns the second one's work.
    command.args(["-Xmx1500m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
    command.args(["-Duser.timezone=UTC", "-Dlog4j2.level=OFF"]);
    for package in OPENED {
        command.arg(format!("--add-opens=java.base/{package}=ALL-UNNAMED"));
    }
    command.arg("-cp").arg(class_path(&libraries, &classes)?);
    command
        .args(["oracle.Oracle"])
        .arg(folder.path())
        .current_dir(root);
    fetch::run(
        &format!("running {} scripts on Apache Flink {VERSION}", tasks.len()),
        &mut command,
    )?;
    folders.iter().map(|folder| answer(folder)).collect()
}

fn answer(folder: &Path) -> Result<Answer> {
    let mut answer = Answer::default();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path)?;
        match name.as_str() {
            "printed" => answer.printed = text,
            "explained" => answer.explained = text,
            "error" => answer.error = Some(text),
            name => {
                if let Some(table) = name.strip_prefix("output_") {
                    answer.outputs.insert(table.to_owned(), text);
                }
            }
        }
    }
    Ok(answer)
}

/// The folder with Flink's jars, fetched on first use.
fn libraries() -> Result<PathBuf> {
    let folder = fetch::cache("services")?.join(format!("flink-{VERSION}"));
    session::build::cache::once(&folder, |target| {
        let python = fetch::program("python3", "python3-pip")?;
        let mut download = Command::new(&python);
        download.args(["-m", "pip", "download", "--quiet", "--no-deps"]);
        download
            .arg(format!("apache-flink-libraries=={VERSION}"))
            .arg("--dest")
            .arg(target);
        fetch::run(
            &format!("fetching Apache Flink {VERSION} (310 MB)"),
            &mut download,
        )?;
        let wheel = single(target, "whl")?;
        let mut unpack = Command::new(&python);
        unpack.args(["-m", "zipfile", "-e"]).arg(&wheel).arg(target);
        fetch::run("unpacking it", &mut unpack)?;
        Ok(std::fs::remove_file(wheel)?)
    })
    .context("Apache Flink could not be fetched")?;
    Ok(folder.join("pyflink/lib"))
}

fn single(folder: &Path, extension: &str) -> Result<PathBuf> {
    let mut found = files(folder, extension)?;
    match (found.pop(), found.pop()) {
        (Some(file), None) => Ok(file),
        _ => bail!("expected one .{extension} file in {}", folder.display()),
    }
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// All jars but that of the Scala API, which costs a second of every start.
fn class_path(libraries: &Path, classes: &Path) -> Result<String> {
    let mut parts = vec![classes.display().to_string()];
    for jar in files(libraries, "jar")? {
        let jar = jar.display().to_string();
        if !jar.contains("flink-scala") {
            parts.push(jar);
        }
    }
    Ok(parts.join(":"))
}

/// The runner's classes, compiled when its text has changed.
fn classes(root: &Path, libraries: &Path) -> Result<PathBuf> {
    let sources: Vec<PathBuf> = SOURCES
        .iter()
        .map(|name| root.join("xtask/oracle").join(name))
        .collect();
    let mut hasher = DefaultHasher::new();
    VERSION.hash(&mut hasher);
    for source in &sources {
        std::fs::read(source)?.hash(&mut hasher);
    }
    let folder = fetch::cache("services")?.join(format!("flink-{VERSION}-runner-{:016x}", hasher.finish()));
    session::build::cache::once(&folder, |target| {
        let mut command = Command::new(fetch::program("javac", "default-jdk-headless")?);
        command
            .args(["-nowarn", "-proc:none", "-cp"])
            .arg(class_path(libraries, target)?);
        command.arg("-d").arg(target).args(&sources);
        fetch::run("compiling the runner", &mut command)?;
        // Flink finds connectors by this file.
        let services = target.join("META-INF/services");
        std::fs::create_dir_all(&services)?;
        let file = services.join("org.apache.flink.table.factories.Factory");
        Ok(std::fs::write(file, "oracle.Values\n")?)
    })?;
    Ok(folder)
}
