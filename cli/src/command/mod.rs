//! The subcommands. Each is thin: it reads arguments, calls the library, prints.

mod app;
mod build;
mod compile;
mod deploy;
mod deployment;
mod dev;
mod endpoint;
mod explain;
mod integration;
mod logs;
mod manager;
mod metrics;
mod preview;
mod preview_rows;
mod run;
mod savepoint;
mod service;
mod version;
mod worker;

use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory as _, Parser, Subcommand};

pub use build::BuildArguments;

/// Exit code for problems in the user's SQL or arguments, as compilers have it.
const INVALID: u8 = 2;

#[derive(Parser)]
#[command(
    name = "millstream",
    version,
    about = "Streaming SQL, compiled: Flink SQL in, one native executable out",
    after_help = "Examples:\n  \
        millstream run examples/cpu_load              compile and run an application\n  \
        millstream run query.sql --parallelism 2      the same for one script\n  \
        millstream preview app/ --table orders        rows of a table\n  \
        millstream explain query.sql --stage rust     the code that would be built\n  \
        millstream build query.sql --out artifacts    executable and manifest, by content"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compiles (or takes from the cache) and runs an application in this process
    Run(run::RunArguments),
    /// Shows rows of a table, or what the statement would write, without touching a sink
    Preview(preview::PreviewArguments),
    /// Builds artifacts: an executable and its manifest for each application
    Build(BuildArguments),
    /// Prints a stage of the compilation
    Explain(explain::ExplainArguments),
    /// Starts a session cluster in this process: manager and worker
    Dev(dev::DevArguments),
    /// Starts the manager of a session cluster
    Manager(manager::ManagerArguments),
    /// Starts a worker of a session cluster
    Worker(worker::WorkerArguments),
    /// Brings an application into a session cluster and waits until it runs
    Deploy(deploy::DeployArguments),
    /// Applications of a session cluster
    #[command(visible_alias = "application")]
    App(app::AppArguments),
    /// Versions of an application
    Version(version::VersionArguments),
    /// Deployments of an application: start, watch, stop, cancel
    Deployment(deployment::DeploymentArguments),
    /// Savepoints and checkpoints
    Savepoint(savepoint::SavepointArguments),
    /// What jobs have said
    Logs(logs::LogsArguments),
    /// What jobs use and do, over time
    Metrics(metrics::MetricsArguments),
    /// Session clusters, and the Kafka clusters and databases they may use
    Service(service::ServiceArguments),
    /// What a session cluster may use
    Integration(integration::IntegrationArguments),
    /// Kafka clusters and databases outside, with credentials
    Endpoint(endpoint::EndpointArguments),
    /// Prints a completion script for a shell
    Completions { shell: clap_complete::Shell },
}

impl Arguments {
    pub fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Run(arguments) => run::run(arguments),
            Command::Preview(arguments) => preview::run(arguments),
            Command::Build(arguments) => arguments.run(),
            Command::Explain(arguments) => explain::run(arguments),
            Command::Dev(arguments) => dev::run(arguments),
            Command::Manager(arguments) => manager::run(arguments),
            Command::Worker(arguments) => worker::run(arguments),
            Command::Deploy(arguments) => deploy::run(arguments),
            Command::App(arguments) => app::run(arguments),
            Command::Version(arguments) => version::run(arguments),
            Command::Deployment(arguments) => deployment::run(arguments),
            Command::Savepoint(arguments) => savepoint::run(arguments),
            Command::Logs(arguments) => logs::run(arguments),
            Command::Metrics(arguments) => metrics::run(arguments),
            Command::Service(arguments) => service::run(arguments),
            Command::Integration(arguments) => integration::run(arguments),
            Command::Endpoint(arguments) => endpoint::run(arguments),
            Command::Completions { shell } => {
                let mut command = Arguments::command();
                clap_complete::generate(shell, &mut command, "millstream", &mut std::io::stdout());
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// `KEY=VALUE` of a command line.
fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }
}
