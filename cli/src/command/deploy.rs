//! `millstream deploy`: from files to a running deployment.
//!
//! In: an application on disk. Out: application, version and deployment in the session cluster. Invariant: nothing
//! that runs is stopped before the new version is accepted; the same files twice change nothing.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use session::build::application::Application;

use super::INVALID;
use super::deployment::{Parameters, end_deployment, latest_savepoint, start};
use super::version::{Integrations, body, create};
use crate::client::find::{id, list};
use crate::client::output::text;
use crate::client::wait::{self, Goal, NOT_RUNNING};
use crate::client::{Client, Connection};

#[derive(Args)]
#[command(
    after_help = "What it does: makes the application if there is none of that name; makes a version unless the \
    newest one has the\nsame texts; if a deployment runs, stops it with a savepoint (--replace says otherwise); starts \
    the version from that\nsavepoint and waits until it runs. What runs already with the same texts and parallelism is \
    left alone.\n\nExit codes: 0 it runs; 2 the SQL has errors, nothing was changed; 3 it does not run, the \
    message says why;\n1 anything else.\n\nExamples:\n  \
    millstream deploy app/\n  \
    millstream deploy orders.sql --integration orders=kafka-demo --parallelism 4\n  \
    millstream deploy app/ --replace cancel --from none     begin anew\n  \
    millstream deploy app/ --from latest                    from the newest savepoint, after a stop or a failure"
)]
pub(super) struct DeployArguments {
    #[command(flatten)]
    connection: Connection,
    /// Folder of an application or a .sql script
    path: PathBuf,
    /// Name of the application; the folder's or script's unless given
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    integrations: Integrations,
    /// Threads that run the job; each takes a task slot. Else `parallelism.default` of application.toml, else what the
    /// running deployment has, else 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=128))]
    parallelism: Option<u16>,
    /// What becomes of a deployment that runs
    #[arg(long, value_enum, default_value = "stop")]
    replace: Replace,
    /// Where to begin: a savepoint's URL, `latest` (the newest savepoint of the application) or `none`. Unless given:
    /// the savepoint of the deployment that was replaced, else what the application's setting `restore` says
    #[arg(long, value_name = "SAVEPOINT")]
    from: Option<String>,
    /// A failed job stays failed
    #[arg(long)]
    no_restart: bool,
    /// Confirms that what the version does not take over is dropped: state (restore policy `approve`), and rows that
    /// were decided on and are in no table yet
    #[arg(long)]
    approve: bool,
    /// Deploys although the same version runs already
    #[arg(long)]
    force: bool,
    /// Answers at once instead of waiting until it runs
    #[arg(long)]
    no_wait: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Replace {
    /// Is stopped with a savepoint, from which the new one starts
    Stop,
    /// Is canceled without a savepoint
    Cancel,
    /// Stays; the command fails
    Never,
}

const PARALLELISM: &str = "parallelism.default";

pub(super) fn run(arguments: DeployArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    let files = Application::read(&arguments.path)?;
    let Some(texts) = body(&client, &files, &arguments.integrations)? else {
        return Ok(ExitCode::from(INVALID));
    };
    let name = arguments.name.clone().unwrap_or_else(|| files.name.clone());
    let application = create_or_find(&client, &name)?;
    let version = match unchanged_version(&application, &texts) {
        Some(version) => version,
        None => match create(&client, id(&application), &texts)? {
            Ok(version) => version,
            Err(()) => return Ok(ExitCode::from(INVALID)),
        },
    };
    let running = client
        .deployments(&application)?
        .into_iter()
        .find(|deployment| !wait::is_ended(deployment));
    let parallelism = parallelism(&arguments, &files, running.as_ref())?;
    if let Some(running) = &running {
        let is_same = running["version_id"] == version["id"] && running["parallelism"] == json!(parallelism);
        if is_same && !arguments.force {
            eprintln!("{name}: version {} runs already", text(&version["version"]));
            return finish(&client, &application, running, arguments.no_wait);
        }
    }
    let replaced = match replace(&client, &application, running.as_ref(), arguments.replace)? {
        Replaced::Ended(savepoint) => savepoint,
        Replaced::Not(code) => return Ok(code),
    };
    let savepoint = starting_savepoint(&client, &application, arguments.from.as_deref(), replaced)?;
    let parameters = Parameters {
        version: None,
        parallelism: Some(parallelism),
        starting_savepoint: None,
        no_restart: arguments.no_restart,
        approve: arguments.approve,
    };
    eprintln!("{name}: deploys version {}", text(&version["version"]));
    let deployment = start(&client, &application, &parameters.body(id(&version), savepoint))?;
    finish(&client, &application, &deployment, arguments.no_wait)
}

/// The application of that name with its versions.
fn create_or_find(client: &Client, name: &str) -> Result<Value> {
    let found = client
        .applications()?
        .into_iter()
        .find(|application| application["name"] == name);
    let application = match found {
        Some(found) => found,
        None => {
            let made = client.post(&client.of_flink(&["application"]), &json!({ "name": name }))?;
            eprintln!("{name}: application created");
            made
        }
    };
    client.get(&client.of_flink(&["application", id(&application)]))
}

/// The newest version, if it has the same texts.
fn unchanged_version(application: &Value, texts: &Value) -> Option<Value> {
    let versions = list(application, "application_versions");
    let newest = versions
        .into_iter()
        .max_by_key(|version| version["version"].as_u64())?;
    let of_tables = |holder: &Value, list_name: &str| {
        let tables = list(holder, list_name);
        let text = |table: &Value| (text(&table["create_table"]), text(&table["integration_id"]));
        let mut texts: Vec<(String, String)> = tables.iter().map(text).collect();
        texts.sort();
        texts
    };
    let is_same = newest["statement"] == texts["statement"]
        && ["sources", "sinks"]
            .iter()
            .all(|name| of_tables(&newest, name) == of_tables(texts, name));
    is_same.then_some(newest)
}

fn parallelism(arguments: &DeployArguments, files: &Application, running: Option<&Value>) -> Result<u16> {
    if let Some(given) = arguments.parallelism {
        return Ok(given);
    }
    if let Some(of_file) = files.settings.config.get(PARALLELISM) {
        let text = of_file.to_string();
        return match text.parse() {
            Ok(parallelism) if (1..=128).contains(&parallelism) => Ok(parallelism),
            _ => bail!("application.toml: {PARALLELISM}: expected a number from 1 to 128, found '{text}'"),
        };
    }
    let present = running.and_then(|running| running["parallelism"].as_u64());
    Ok(present
        .and_then(|present| u16::try_from(present).ok())
        .unwrap_or(1))
}

enum Replaced {
    /// With the savepoint, if one was taken.
    Ended(Option<String>),
    Not(ExitCode),
}

/// Makes room for the new deployment.
fn replace(
    client: &Client,
    application: &Value,
    running: Option<&Value>,
    replace: Replace,
) -> Result<Replaced> {
    let Some(running) = running else {
        return Ok(Replaced::Ended(None));
    };
    let (how, goal) = match replace {
        // What does not run has nothing to save.
        Replace::Stop if matches!(running["status"].as_str(), Some("INITIALIZING" | "CREATED")) => {
            ("cancel", Goal::Canceled)
        }
        Replace::Stop => ("stop", Goal::Finished),
        Replace::Cancel => ("cancel", Goal::Canceled),
        Replace::Never => bail!(
            "deployment {} is {}; without --replace never it would be stopped with a savepoint",
            id(running),
            text(&running["status"])
        ),
    };
    end_deployment(client, application, running, how)?;
    let ended = wait::wait(client, application, running)?;
    if !wait::is_ended(&ended) {
        eprintln!("error: the deployment that runs could not be stopped; nothing was replaced");
        return Ok(Replaced::Not(ExitCode::from(NOT_RUNNING)));
    }
    let savepoint = ended["last_savepoint"]
        .as_str()
        .filter(|_| goal == Goal::Finished);
    Ok(Replaced::Ended(savepoint.map(str::to_owned)))
}

fn starting_savepoint(
    client: &Client,
    application: &Value,
    from: Option<&str>,
    replaced: Option<String>,
) -> Result<Option<String>> {
    match from {
        None => Ok(replaced),
        Some("none") => Ok(None),
        Some("latest") => match latest_savepoint(client, application)? {
            Some(savepoint) => Ok(Some(savepoint)),
            None => bail!("--from latest: the application has no savepoint"),
        },
        Some(savepoint) => Ok(Some(savepoint.to_owned())),
    }
}

fn finish(client: &Client, application: &Value, deployment: &Value, no_wait: bool) -> Result<ExitCode> {
    if no_wait {
        client.done(deployment, || format!("deployment {} created", id(deployment)));
        return Ok(ExitCode::SUCCESS);
    }
    let deployment = wait::wait(client, application, deployment)?;
    let failed = deployment["status"] != "RUNNING" && deployment["status"] != "FINISHED";
    let mut answer = Map::new();
    answer.insert("application".to_owned(), application["name"].clone());
    answer.insert("deployment".to_owned(), deployment.clone());
    let name = text(&application["name"]);
    client.done(&Value::Object(answer), || match failed {
        true => format!("`millstream logs {name}` shows what the job said"),
        false => next_steps(&name),
    });
    Ok(if failed {
        ExitCode::from(NOT_RUNNING)
    } else {
        ExitCode::SUCCESS
    })
}

fn next_steps(name: &str) -> String {
    format!("next: millstream deployment get {name} --watch, millstream logs {name} --follow")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_with_the_same_texts_is_used_again() {
        let texts = json!({"sources": [{"create_table": "b"}, {"create_table": "a", "integration_id": "i"}],
            "sinks": [], "statement": "s"});
        let version = |number: u32, statement: &str| {
            json!({"version": number, "statement": statement, "sinks": [], "sources": [
                {"create_table": "a", "integration_id": "i", "table_id": "x"},
                {"create_table": "b", "integration_id": null}]})
        };
        let found = |versions: Vec<Value>| {
            let application = json!({ "application_versions": versions });
            unchanged_version(&application, &texts).map(|version| version["version"].clone())
        };
        assert_eq!(found(vec![version(2, "s"), version(1, "t")]), Some(json!(2)));
        assert_eq!(
            found(vec![version(1, "s"), version(2, "t")]),
            None,
            "only the newest counts"
        );
        assert_eq!(found(vec![]), None);
    }
}
