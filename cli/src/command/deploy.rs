//! `millstream deploy`: from files to a running deployment.
//!
//! In: an application on disk. Out: application, version and deployment in the session cluster. Invariant: what runs is
//! stopped only when the new version is valid and built, has room, and takes over all state unless told otherwise; the
//! same files twice change nothing.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use session::build::application::Application;

use super::INVALID;
use super::deploy_plan::{Plan, Wish, plan, tell_origin};
use super::deployment::{end_deployment, start};
use super::version::{Integrations, body, check_deployable, compiled, create};
use super::way_back::WayBack;
use crate::client::find::{id, list, short_id};
use crate::client::interrupt::Interrupt;
use crate::client::output::text;
use crate::client::wait::{self, NOT_RUNNING};
use crate::client::{Client, Connection, is_status};
use crate::failure::Failure;

#[derive(Args)]
#[command(
    after_help = "What it does: compiles the application here; makes the application if there is none of that name, \
    and a version\nunless the newest one has the same texts; has the version built, looks for task slots and asks \
    what becomes of state,\nall before it touches what runs; stops that with a savepoint (--replace says otherwise); \
    starts the version from there\nand waits until it runs. If nothing runs it continues from the newest savepoint \
    or checkpoint of the application,\nwhether its last deployment was stopped, was canceled or has failed. What \
    runs already with the same texts and\nparallelism is left alone.\n\nExit codes: 0 it runs; 2 the files have \
    errors, nothing was changed; 3 it does not run or would lose state, the message\nsays why; 1 anything \
    else.\n\nExamples:\n  \
    millstream deploy app/\n  \
    millstream deploy orders.sql --integration orders=kafka-demo --parallelism 4\n  \
    millstream deploy app/ --approve                         drops state that the version does not take over\n  \
    millstream deploy app/ --replace cancel --from-scratch   begins anew"
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
    /// Threads that run the job; each takes a task slot. Else `parallelism.default` of application.toml or of the SQL,
    /// else what the running or the last deployment has, else the session cluster's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=128))]
    parallelism: Option<u16>,
    /// What becomes of a deployment that runs
    #[arg(long, value_enum, default_value = "stop")]
    replace: Replace,
    /// Where to begin: id or URL of a savepoint or checkpoint, or `latest`, the newest there is, which must be there.
    /// Unless given: the newest, if there is any
    #[arg(long, value_name = "SAVEPOINT", conflicts_with = "from_scratch")]
    from: Option<String>,
    /// Begins anew instead of continuing from the newest savepoint or checkpoint
    #[arg(long)]
    from_scratch: bool,
    /// A failed job stays failed
    #[arg(long)]
    no_restart: bool,
    /// Confirms that what the version does not take over is dropped: state, and rows that
    /// were decided on and are in no table yet
    #[arg(long)]
    approve: bool,
    /// Deploys although the same version runs already, or although the manager cannot ask a broker
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
    /// Is canceled without a savepoint; the new one starts from its newest checkpoint
    Cancel,
    /// Stays; the command fails
    Never,
}

const PARALLELISM: &str = "parallelism.default";

/// A version, and whether this command has made it.
struct Made {
    application: Value,
    version: Value,
    is_new: bool,
}

pub(super) fn run(arguments: DeployArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    let files = Application::read(&arguments.path)?;
    check_deployable(&files, &arguments.integrations)?;
    let compiled = compiled(&arguments.path, &arguments.integrations)?;
    let texts = body(&client, &files, &arguments.integrations)?;
    let interrupt = Interrupt::watch("interrupted; nothing that runs was changed");
    let name = arguments.name.clone().unwrap_or_else(|| files.name.clone());
    let known = client.applications()?.into_iter().find(|one| one["name"] == name);
    let deployments = known.as_ref().map(|known| client.deployments(known));
    let deployments = deployments.transpose()?.unwrap_or_default();
    let running = deployments.iter().find(|one| !wait::is_ended(one)).cloned();
    let is_set = compiled.config.iter().any(|(key, _)| key == PARALLELISM);
    let last = running.as_ref().or(deployments.first()).filter(|_| !is_set);
    let parallelism = parallelism(&arguments, &files, last)?;
    if let (None, Some(number), Some(last)) = (arguments.parallelism, parallelism, last) {
        tell_parallelism(&name, number, last);
    }
    if let Some(running) = &running {
        check_replaceable(&name, running, arguments.replace)?;
    }
    let made = make_version(&client, &name, known, &texts, &files)?;
    if let Some(running) = &running {
        let is_same = running["version_id"] == made.version["id"]
            && parallelism.is_none_or(|wanted| running["parallelism"] == json!(wanted));
        let is_elsewhere = arguments.from.is_some() || arguments.from_scratch;
        let restarts = running["restart_enabled"] == json!(!arguments.no_restart);
        if is_same && !restarts {
            eprintln!(
                "{name}: version {} runs already, with restart_enabled {}; it is deployed anew with {}",
                text(&made.version["version"]),
                text(&running["restart_enabled"]),
                !arguments.no_restart
            );
        }
        if is_same && restarts && !is_elsewhere && !arguments.force {
            eprintln!("{name}: version {} runs already", text(&made.version["version"]));
            return finish(&client, &made.application, running, None, arguments.no_wait);
        }
        if arguments.replace == Replace::Never {
            bail!(
                "deployment {} is {}; without --replace never it would be stopped with a savepoint",
                id(running),
                text(&running["status"])
            );
        }
    }
    let request = request(&arguments, &made.version, parallelism);
    interrupt.say(format!(
        "interrupted; the session cluster goes on building version {}, and nothing that runs was changed",
        text(&made.version["version"])
    ));
    let plan = plan(&client, &made.application, &made.version, &request)?;
    plan.show(&client);
    check_plan(&arguments, &made, running.as_ref(), &plan)?;
    let back = match &running {
        Some(running) => Some(replace(&client, &made, running, &arguments, &interrupt)?),
        None => None,
    };
    deploy(&client, &made, &request, back.as_ref(), &arguments, &interrupt)
}

/// The body of `POST …/deployment`, and of `POST …/deployment/plan`.
fn request(arguments: &DeployArguments, version: &Value, parallelism: Option<u16>) -> Value {
    let mut request = json!({
        "version_id": id(version),
        "restart_enabled": !arguments.no_restart,
        "approve_state_loss": arguments.approve,
    });
    if let Some(parallelism) = parallelism {
        request["parallelism"] = json!(parallelism);
    }
    match (&arguments.from, arguments.from_scratch) {
        (_, true) => request["restore"] = json!("none"),
        (Some(from), _) if from != "latest" => request["starting_savepoint"] = json!(from),
        _ => request["restore"] = json!("latest"),
    }
    request
}

/// Somebody else may be stopping it, or it may be in a moment in which it cannot be stopped.
fn check_replaceable(name: &str, running: &Value, replace: Replace) -> Result<()> {
    let status = text(&running["status"]);
    let is_possible = match replace {
        Replace::Stop => ["RUNNING", "RESTARTING", "CREATED", "INITIALIZING"].contains(&status.as_str()),
        Replace::Cancel => !["CANCELLING_REQUESTED", "CANCELLING", "FAILING"].contains(&status.as_str()),
        Replace::Never => true,
    };
    if is_possible {
        return Ok(());
    }
    bail!(
        "deployment {} is {status}: another deploy, stop or savepoint is at work, or it waits for a worker. Nothing \
         was changed; deploy again when `millstream deployment get {name} --watch` shows that it is over",
        short_id(running)
    )
}

/// The version of these texts.
fn make_version(
    client: &Client,
    name: &str,
    known: Option<Value>,
    texts: &Value,
    files: &Application,
) -> Result<Made> {
    let Some(known) = known else {
        // Both or nothing.
        let body = json!({"name": name, "application_version": texts});
        let application = match client.post(&client.of_flink(&["application"]), &body) {
            Ok(application) => application,
            Err(error) if is_status(&error, 400) => {
                return Err(Failure::with_code(INVALID, &error).into());
            }
            Err(error) => return Err(error),
        };
        eprintln!("{name}: application created");
        let version = client.version(&application, None)?;
        return Ok(Made {
            application,
            version,
            is_new: true,
        });
    };
    let application = client.get(&client.of_flink(&["application", id(&known)]))?;
    if let Some(version) = unchanged_version(&application, texts) {
        return Ok(Made {
            application,
            version,
            is_new: false,
        });
    }
    let version = create(client, id(&application), texts, files)?;
    Ok(Made {
        application,
        version,
        is_new: true,
    })
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

/// `None`: the session cluster decides.
fn parallelism(
    arguments: &DeployArguments,
    files: &Application,
    last: Option<&Value>,
) -> Result<Option<u16>> {
    if let Some(given) = arguments.parallelism {
        return Ok(Some(given));
    }
    if let Some(of_file) = files.settings.config.get(PARALLELISM) {
        let text = of_file.to_string();
        return match text.parse() {
            Ok(parallelism) if (1..=128).contains(&parallelism) => Ok(Some(parallelism)),
            _ => bail!("application.toml: {PARALLELISM}: expected a number from 1 to 128, found '{text}'"),
        };
    }
    let present = last.and_then(|last| last["parallelism"].as_u64());
    Ok(present.and_then(|present| u16::try_from(present).ok()))
}

/// Of one that has ended nobody sees it.
fn tell_parallelism(name: &str, parallelism: u16, last: &Value) {
    if wait::is_ended(last) && last["parallelism"] == json!(parallelism) {
        eprintln!("{name}: parallelism {parallelism}, as its last deployment; --parallelism changes it");
    }
}

/// Whether something may be stopped and started.
fn check_plan(arguments: &DeployArguments, made: &Made, running: Option<&Value>, plan: &Plan) -> Result<()> {
    if arguments.from.as_deref() == Some("latest") && plan.is_from_nothing() {
        bail!("--from latest: the application has no savepoint and no checkpoint");
    }
    let policy = text(&made.application["restore_policy"]);
    let runs = running.is_some_and(|one| matches!(one["status"].as_str(), Some("RUNNING" | "RESTARTING")));
    let wish = Wish {
        is_approved: arguments.approve,
        is_forced: arguments.force,
    };
    let why = plan.refusal(&wish, &policy, runs);
    let Some(why) = why else {
        return Ok(());
    };
    let number = text(&made.version["version"]);
    let rest = match running {
        Some(running) => format!("deployment {} goes on as it was", short_id(running)),
        None => "nothing was started".to_owned(),
    };
    let message = format!("{why}\nversion {number} is not deployed; {rest}");
    Err(Failure::new(NOT_RUNNING, message).into())
}

/// Makes room for the new deployment; the answer is how to go back.
fn replace(
    client: &Client,
    made: &Made,
    running: &Value,
    arguments: &DeployArguments,
    interrupt: &Interrupt,
) -> Result<WayBack> {
    // What does not run has nothing to save.
    let has_begun = !matches!(running["status"].as_str(), Some("INITIALIZING" | "CREATED"));
    let how = match arguments.replace == Replace::Stop && has_begun {
        true => "stop",
        false => "cancel",
    };
    interrupt.say(format!(
        "interrupted; the {how} of deployment {} goes on, and nothing is started after it; `millstream deploy {}` \
         continues from where it ends",
        short_id(running),
        arguments.path.display()
    ));
    if let Err(error) = end_deployment(client, &made.application, running, how) {
        if !is_status(&error, 409) {
            return Err(error);
        }
        forget(client, made);
        bail!("{error}: another deploy, stop or cancel was quicker. Nothing was changed");
    }
    let ended = wait::wait(client, &made.application, running)?;
    if wait::is_ended(&ended) {
        return Ok(WayBack::new(&made.application, &ended));
    }
    let message = "the deployment that runs could not be stopped; it goes on, and nothing was replaced";
    Err(Failure::new(NOT_RUNNING, message).into())
}

/// A version that was made for nothing.
fn forget(client: &Client, made: &Made) {
    if made.is_new {
        let segments = ["application", id(&made.application), "version", id(&made.version)];
        // It may stay: the next deploy of these texts uses it.
        let _ = client.delete(&client.of_flink(&segments));
    }
}

fn deploy(
    client: &Client,
    made: &Made,
    request: &Value,
    back: Option<&WayBack>,
    arguments: &DeployArguments,
    interrupt: &Interrupt,
) -> Result<ExitCode> {
    let name = text(&made.application["name"]);
    eprintln!("{name}: deploys version {}", text(&made.version["version"]));
    let deployment = match start(client, &made.application, request) {
        Ok(deployment) => deployment,
        Err(error) if is_status(&error, 409) && back.is_none() => {
            forget(client, made);
            return Err(error.context("another deploy may have been quicker"));
        }
        Err(error) => {
            let Some(back) = back else {
                return Err(error.context("the deployment is refused"));
            };
            let message = format!("the deployment is refused: {error:#}\n{}", back.told());
            return Err(Failure::new(NOT_RUNNING, message).into());
        }
    };
    interrupt.say(format!(
        "interrupted; deployment {} goes on in the session cluster: `millstream deployment get {name} --watch` shows \
         it, `millstream deployment cancel {name}` ends it",
        short_id(&deployment)
    ));
    tell_origin(client, &deployment);
    finish(client, &made.application, &deployment, back, arguments.no_wait)
}

fn finish(
    client: &Client,
    application: &Value,
    deployment: &Value,
    back: Option<&WayBack>,
    no_wait: bool,
) -> Result<ExitCode> {
    let answer = |deployment: &Value| json!({"application": application["name"], "deployment": deployment});
    if no_wait {
        client.done(&answer(deployment), || {
            format!("deployment {} created", id(deployment))
        });
        return Ok(ExitCode::SUCCESS);
    }
    let deployment = wait::wait(client, application, deployment)?;
    let failed = deployment["status"] != "RUNNING" && deployment["status"] != "FINISHED";
    let name = text(&application["name"]);
    client.done(&answer(&deployment), || match failed {
        true => format!("`millstream logs {name}` shows what the job said"),
        false => next_steps(&name),
    });
    if failed && let Some(back) = back {
        eprintln!("{}", back.told());
    }
    match failed {
        true => wait::missed(client, &deployment),
        false => Ok(ExitCode::SUCCESS),
    }
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
