//! `cargo xtask`: the developer's commands.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of Millstream")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds applications into artifacts, as `millstream build` does
    BuildApp(cli::command::BuildArguments),
    /// What a commit must pass before its tests: formatting, the laws of the house, clippy
    Check,
    /// Writes the pages of docs/ that are made from the code
    Docs,
    /// Measures: compile latency, cached start, events per CPU-second
    Bench {
        #[command(subcommand)]
        suite: BenchSuite,
    },
    /// Runs cases taken from Flink's own tests through the compiler, rustc and the runtime
    Conformance(xtask::conformance::Arguments),
    /// Checks the laws of the house: sizes, docs, dependency direction, names, dead files
    Tidy,
    /// Rewrites the corpus and its generated Rust with what the compiler and the jobs say now
    Bless {
        /// Part of the names of the cases, such as `calc/`; all cases by default
        #[arg(default_value = "")]
        filter: String,
    },
    /// Runs cases (.md) and scripts (.sql) on Apache Flink, fetched on first use; exit code 1 when a case differs
    Oracle {
        /// Scripts are run as they are; rows of cases are compared with Flink's
        paths: Vec<PathBuf>,
        /// Every case of the corpus that has rows
        #[arg(long)]
        all: bool,
        /// Writes into each case that agrees which Flink does
        #[arg(long)]
        record: bool,
    },
    /// Starts, stops and shows the real services that tests and examples use
    Services {
        #[command(subcommand)]
        action: ServicesAction,
    },
}

#[derive(Subcommand)]
enum BenchSuite {
    /// A few minutes, no services: what a change must not make worse
    Smoke {
        /// Runs of each measurement; the best counts, since other work on the machine only adds
        #[arg(long, default_value_t = 3)]
        runs: u32,
    },
    /// How long somebody waits for the first row of a preview, here and by a session cluster
    Preview {
        #[arg(long, default_value = "target/release/millstream")]
        binary: PathBuf,
        #[arg(long, default_value_t = 3)]
        runs: u32,
    },
}

#[derive(Subcommand)]
enum ServicesAction {
    /// Fetches Kafka, PostgreSQL and an S3 server (once), starts them on loopback and prints their addresses
    Up,
    /// Stops what `up` started
    Down,
    /// Says what runs; exit code 1 when something does not
    Status,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    let root = root();
    match command {
        Command::Bench {
            suite: BenchSuite::Smoke { runs },
        } => xtask::bench::smoke(runs)?,
        Command::Bench {
            suite: BenchSuite::Preview { binary, runs },
        } => xtask::bench::preview(&root.join(binary), runs)?,
        Command::BuildApp(arguments) => return arguments.run(),
        Command::Check => return check(&root),
        Command::Conformance(arguments) => {
            let code = match xtask::conformance::conformance(&root, &arguments)? {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            };
            return Ok(code);
        }
        Command::Docs => {
            for page in xtask::docs::write(&root)? {
                println!("{}", page.display());
            }
        }
        Command::Tidy => return tidy(&root),
        Command::Bless { filter } => xtask::bless::bless(&root, &filter)?,
        Command::Oracle { paths, all, record } => {
            if !xtask::oracle::run(&root, &paths, all, record)? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Services {
            action: ServicesAction::Up,
        } => xtask::services::up(&root)?,
        Command::Services {
            action: ServicesAction::Down,
        } => xtask::services::down(&root)?,
        Command::Services {
            action: ServicesAction::Status,
        } => {
            if !xtask::services::status(&root)? {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn check(root: &Path) -> Result<ExitCode> {
    let cargo = |arguments: &[&str]| {
        std::process::Command::new("cargo")
            .args(arguments)
            .current_dir(root)
            .status()
    };
    if !cargo(&["fmt", "--all", "--check"])?.success() {
        eprintln!("format with: cargo fmt --all");
        return Ok(ExitCode::FAILURE);
    }
    let laws = tidy(root)?;
    if laws != ExitCode::SUCCESS {
        return Ok(laws);
    }
    let lint = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ];
    Ok(if cargo(&lint)?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tidy(root: &Path) -> Result<ExitCode> {
    let findings = xtask::tidy::check(root)?;
    for finding in &findings {
        println!("{}:{}: {}", finding.file, finding.line, finding.message);
    }
    eprintln!("{} findings", findings.len());
    Ok(if findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the workspace")
        .to_owned()
}
