//! The subcommands. Each is thin: it reads arguments, calls the library, prints.

mod app;
mod build;
mod compile;
mod deploy;
mod deploy_plan;
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
mod query;
mod run;
mod savepoint;
mod service;
mod version;
mod way_back;
mod worker;

use std::process::ExitCode;

use crate::standard_output::print;
use anyhow::Result;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use build::BuildArguments;

/// Exit code for problems in the user's SQL or arguments, as compilers have it.
pub(crate) const INVALID: u8 = 2;

#[derive(Parser)]
#[command(
    name = "millstream",
    version,
    // The width of the texts below and of all commands'.
    term_width = 120,
    about = "Streaming SQL, compiled: Flink SQL in, one native executable out",
    after_help = "Examples:\n  \
        millstream run examples/cpu_load              compile and run an application\n  \
        millstream run query.sql --parallelism 2      the same for one script\n  \
        millstream preview app/ --table orders        rows of a table\n  \
        millstream explain query.sql --stage rust     the code that would be built\n  \
        millstream build query.sql --out artifacts    executable and manifest, by content\n  \
        millstream dev                                a session cluster on this machine\n  \
        millstream deploy examples/cpu_load           an application into a session cluster\n\n\
        Exit codes: 0 done; 1 refused, failed or not reachable; 2 the SQL or the arguments are wrong; 3 a deployment \
        did\nnot get where it should."
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
    /// Savepoints, and checkpoints on request
    Savepoint(savepoint::SavepointArguments),
    /// Interactive queries that go on by themselves; `preview` shows rows as they appear
    Query(query::QueryArguments),
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
    /// From the command line of this process; ends it where there is nothing to do or nothing to understand.
    pub fn from_command_line() -> Arguments {
        let matches = command_line().try_get_matches();
        let arguments = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
        arguments.unwrap_or_else(|error| {
            if error.use_stderr() && crate::failure::wants_json() {
                let text = error.render().to_string();
                let message = text.lines().next().unwrap_or_default();
                crate::failure::tell(message.trim_start_matches("error: "), &[]);
                std::process::exit(INVALID.into());
            }
            error.exit()
        })
    }

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
            Command::Query(arguments) => query::run(arguments),
            Command::Logs(arguments) => logs::run(arguments),
            Command::Metrics(arguments) => metrics::run(arguments),
            Command::Service(arguments) => service::run(arguments),
            Command::Integration(arguments) => integration::run(arguments),
            Command::Endpoint(arguments) => endpoint::run(arguments),
            Command::Completions { shell } => {
                let mut command = command_line();
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut command, "millstream", &mut script);
                print(&String::from_utf8(script)?);
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// All there is to say, with examples below every subcommand: those of its group that show it.
fn command_line() -> clap::Command {
    let mut all = Arguments::command();
    for group in all.get_subcommands_mut() {
        let help = group
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let group_name = group.get_name().to_owned();
        for one in group.get_subcommands_mut() {
            let begin = format!("  millstream {group_name} {}", one.get_name());
            let shown = examples(&help, &begin);
            if one.get_after_help().is_none() && !shown.is_empty() {
                *one = std::mem::take(one).after_help(format!("Examples:\n{shown}"));
            }
        }
    }
    all
}

/// The lines of a help text that begin so, each with what goes on after a backslash.
fn examples(help: &str, begin: &str) -> String {
    let mut lines = help.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let is_it = line
            .strip_prefix(begin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        if is_it {
            found.push(line);
            let mut last = line;
            while last.ends_with('\\')
                && let Some(next) = lines.next()
            {
                found.push(next);
                last = next;
            }
        }
    }
    found.join("\n")
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
        command_line().debug_assert();
    }

    /// Groups first, then their subcommands, with the words that call them.
    fn commands() -> Vec<(Vec<String>, clap::Command)> {
        let mut found = Vec::new();
        let mut all = command_line();
        // So that options of groups stand in the help of their subcommands too.
        all.build();
        for group in all.get_subcommands().filter(|one| one.get_name() != "help") {
            let words = vec!["millstream".to_owned(), group.get_name().to_owned()];
            found.push((words.clone(), group.clone()));
            for one in group.get_subcommands().filter(|one| one.get_name() != "help") {
                let words = [words.clone(), vec![one.get_name().to_owned()]].concat();
                found.push((words, one.clone()));
            }
        }
        found
    }

    /// The calls of a help text, a line each, without what is said about them.
    fn calls(help: &str) -> Vec<String> {
        let help = help.replace("\\\n", "");
        let lines = help.lines().filter_map(|line| line.strip_prefix("  millstream "));
        lines
            .map(|line| {
                let words: Vec<&str> = line
                    .split("   ")
                    .next()
                    .unwrap_or(line)
                    .split_whitespace()
                    .collect();
                format!("millstream {}", words.join(" "))
            })
            .collect()
    }

    /// What stands in quotes is one word.
    fn words_of(call: &str) -> Vec<&str> {
        let parts = call.split('"').enumerate();
        let words = parts.flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        });
        words.collect()
    }

    #[test]
    fn every_command_has_an_example_and_every_example_is_understood() {
        for (words, command) in commands() {
            let path = words.join(" ");
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            let calls = calls(&help);
            assert!(
                path == "millstream completions" || calls.iter().any(|call| call.starts_with(&path)),
                "{path}: {help}"
            );
            for call in calls {
                let understood = command_line().try_get_matches_from(words_of(&call));
                assert!(
                    understood.is_ok(),
                    "{call}: {}",
                    understood.expect_err("it is not")
                );
            }
        }
    }

    #[test]
    fn clients_of_the_api_take_its_address_and_answer_json() {
        for (words, mut command) in commands() {
            let group = words[1].as_str();
            let is_client = [
                "app",
                "version",
                "deployment",
                "savepoint",
                "query",
                "logs",
                "metrics",
                "service",
                "integration",
                "endpoint",
                "deploy",
            ];
            if !is_client.contains(&group) {
                continue;
            }
            let help = command.render_long_help().to_string();
            for option in ["--url", "--token", "--project", "--json"] {
                assert!(help.contains(option), "{}: {option}", words.join(" "));
            }
        }
    }

    #[test]
    fn completions_know_every_command() {
        let mut script = Vec::new();
        clap_complete::generate(
            clap_complete::Shell::Bash,
            &mut command_line(),
            "millstream",
            &mut script,
        );
        let script = String::from_utf8(script).expect("a script is text");
        for (words, _) in commands() {
            let function = words.join("__subcmd__");
            assert!(
                script.contains(&function) || script.contains(&words.join("__")),
                "{function}"
            );
        }
    }
}
