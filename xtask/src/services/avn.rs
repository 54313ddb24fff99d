//! Aiven's command line client, unmodified, from PyPI.
//!
//! In: nothing. Out: a command that runs it. Invariant: it is fetched once, and knows no configuration of the user's.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::fetch;

const VERSION: &str = "4.18.0";

/// `avn` with its libraries.
pub struct Avn {
    python: PathBuf,
    libraries: PathBuf,
}

impl Avn {
    /// Fetches it unless it is there.
    pub fn find() -> Result<Avn> {
        let python = fetch::program("python3", "python3")?;
        let folder = fetch::cache("services")?.join(format!("aiven-client-{VERSION}"));
        session::build::cache::once(&folder, |target| install(&python, target))
            .context("aiven-client could not be fetched")?;
        Ok(Avn {
            python,
            libraries: folder,
        })
    }

    /// `avn`; `config` is a folder for what it keeps.
    pub fn command(&self, config: &Path) -> Command {
        let mut command = Command::new(&self.python);
        command.args(["-m", "aiven.client"]);
        command
            .env("PYTHONPATH", &self.libraries)
            .env("AIVEN_CONFIG_DIR", config);
        command
    }
}

fn install(python: &Path, target: &Path) -> Result<()> {
    let has_pip = Command::new(python).args(["-m", "pip", "--version"]).output();
    if !has_pip.is_ok_and(|output| output.status.success()) {
        fetch::install("python3-pip")?;
    }
    let mut command = Command::new(python);
    command.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--target",
    ]);
    command.arg(target).arg(format!("aiven-client=={VERSION}"));
    fetch::run(&format!("fetching aiven-client {VERSION}"), &mut command)
}
