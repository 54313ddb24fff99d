//! Getting what a service needs: programs from Debian's packages, libraries from package registries.
//!
//! What may be installed without asking (the user is root) is installed, and said; otherwise the one line to type
//! is the error.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Where downloads are kept: outside the checkout, so that fresh clones share them.
pub fn cache(name: &str) -> Result<PathBuf> {
    let base = match std::env::var_os("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(std::env::var_os("HOME").context("HOME is not set")?).join(".cache"),
    };
    let folder = base.join("millstream").join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    Ok(folder)
}

pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The program, installed from Debian's package if it is missing and that is allowed.
pub fn program(name: &str, package: &str) -> Result<PathBuf> {
    if let Some(found) = find_program(name) {
        return Ok(found);
    }
    install(package)?;
    find_program(name).with_context(|| format!("{name} is not on PATH after installing {package}"))
}

/// Installs a Debian package, or says what to type.
pub fn install(package: &str) -> Result<()> {
    let line = format!("apt-get install -y --no-install-recommends {package}");
    if !is_root() || find_program("apt-get").is_none() {
        bail!("{package} is missing. Install it with:\n\n    sudo {line}\n");
    }
    run(
        "updating Debian's package list",
        Command::new("apt-get").args(["-qq", "update"]),
    )?;
    let mut command = Command::new("apt-get");
    command.args(["-qq", "install", "-y", "--no-install-recommends", package]);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    run(&format!("installing {package}"), &mut command)
}

pub fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|out| out.stdout.starts_with(b"0\n"))
}

/// Runs a command that may take long: says what it does, a dot every two seconds, and its output when it fails.
pub fn run(what: &str, command: &mut Command) -> Result<()> {
    eprint!("{what} ");
    let log = std::env::temp_dir().join(format!(
        "millstream-{}-{:?}.log",
        std::process::id(),
        Instant::now()
    ));
    let file = std::fs::File::create(&log)?;
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
        .with_context(|| format!("{what}: {command:?}"))?;
    let mut dots = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if started.elapsed() > Duration::from_secs(2 * (dots + 1)) {
            eprint!(".");
            dots += 1;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let output = std::fs::read_to_string(&log).unwrap_or_default();
    let _ = std::fs::remove_file(&log);
    if !status.success() {
        eprintln!("failed");
        bail!("{what}: {command:?} ended with {status}\n{output}");
    }
    eprintln!("done in {:.1} s", started.elapsed().as_secs_f32());
    Ok(())
}
