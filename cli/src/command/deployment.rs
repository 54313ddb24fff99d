//! `millstream deployment`: starting, watching, stopping.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::deploy_plan::{plan, tell_origin, tell_state};
use crate::client::find::{id, list};
use crate::client::output::{field, fields, moment, table, text};
use crate::client::wait::{self, Goal};
use crate::client::{Client, Connection, is_status};
use crate::failure::Failure;

#[derive(Args)]
#[command(
    after_help = "DEPLOYMENT is an id or its beginning; without it, the application's newest deployment is \
    meant.\n\nExit code 3: the deployment did not get where it should.\n\nExamples:\n  \
    millstream deployment list orders --watch\n  \
    millstream deployment create orders --parallelism 4 --starting-savepoint latest\n  \
    millstream deployment get orders\n  \
    millstream deployment stop orders            savepoint, then end: FINISHED\n  \
    millstream deployment cancel orders          end without savepoint: CANCELED\n  \
    millstream deployment delete orders 1f0c     its savepoints stay"
)]
pub(super) struct DeploymentArguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the deployments of an application, or of all
    #[command(visible_alias = "ls")]
    List {
        application: Option<String>,
        /// Again whenever something changes
        #[arg(long, short)]
        watch: bool,
    },
    /// Shows a deployment: status, why it waits or has failed, restarts, what became of its state
    Get {
        application: String,
        deployment: Option<String>,
        /// Again whenever something changes, until it has ended
        #[arg(long, short)]
        watch: bool,
    },
    /// Builds and starts a version
    Create {
        application: String,
        #[command(flatten)]
        parameters: Parameters,
        /// Answers at once instead of waiting until it runs
        #[arg(long)]
        no_wait: bool,
    },
    /// Takes a savepoint and ends: FINISHED
    Stop(End),
    /// Ends without a savepoint: CANCELED
    Cancel {
        #[command(flatten)]
        end: End,
        /// Waits for no word of workers that are not heard of: you know that their jobs are dead
        #[arg(long)]
        force: bool,
    },
    /// Deletes the record of an ended deployment
    #[command(visible_alias = "rm")]
    Delete {
        application: String,
        deployment: Option<String>,
    },
}

#[derive(Args)]
struct End {
    application: String,
    deployment: Option<String>,
    /// Answers at once instead of waiting for the end
    #[arg(long)]
    no_wait: bool,
}

#[derive(Args)]
struct Parameters {
    /// Number or id; the newest unless given
    #[arg(long)]
    version: Option<String>,
    /// Threads that run the job; each takes a task slot
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=128))]
    parallelism: Option<u16>,
    /// Where to begin: id or URL of a savepoint or checkpoint, or `latest` for the newest of the application. Unless
    /// given its setting `restore` decides
    #[arg(long, value_name = "SAVEPOINT")]
    starting_savepoint: Option<String>,
    /// A failed job stays failed
    #[arg(long)]
    no_restart: bool,
    /// Confirms that what the version does not take over is dropped: state (restore policy `approve`), and rows that
    /// were decided on and are in no table yet
    #[arg(long)]
    approve: bool,
}

impl Parameters {
    /// The body of `POST …/deployment`.
    fn body(&self, version: &str) -> Value {
        let mut body = Map::new();
        body.insert("version_id".to_owned(), version.into());
        if let Some(parallelism) = self.parallelism {
            body.insert("parallelism".to_owned(), parallelism.into());
        }
        body.insert("restart_enabled".to_owned(), (!self.no_restart).into());
        match self.starting_savepoint.as_deref() {
            Some("latest") => body.insert("restore".to_owned(), "latest".into()),
            Some(given) => body.insert("starting_savepoint".to_owned(), given.into()),
            None => None,
        };
        if self.approve {
            body.insert("approve_state_loss".to_owned(), true.into());
        }
        Value::Object(body)
    }
}

pub(super) fn run(arguments: DeploymentArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    match arguments.command {
        Command::List { application, watch } => show_list(&client, application.as_deref(), watch)?,
        Command::Get {
            application,
            deployment,
            watch,
        } => show_one(&client, &application, deployment.as_deref(), watch)?,
        Command::Create {
            application,
            parameters,
            no_wait,
        } => return create(&client, &application, &parameters, no_wait),
        Command::Stop(end) => return finish(&client, &end, "stop", None, Goal::Finished),
        Command::Cancel { end, force } => {
            let body = force.then(|| json!({"force": true}));
            return finish(&client, &end, "cancel", body, Goal::Canceled);
        }
        Command::Delete {
            application,
            deployment,
        } => {
            let application = client.application(&application)?;
            let deployment = client.deployment(&application, deployment.as_deref())?;
            let answer = client.delete(&path(&client, &application, &deployment, &[]))?;
            client.done(&answer, || format!("deployment {} deleted", id(&deployment)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn path(client: &Client, application: &Value, deployment: &Value, rest: &[&str]) -> String {
    let segments = ["application", id(application), "deployment", id(deployment)];
    client.of_flink(&[&segments, rest].concat())
}

fn show_list(client: &Client, application: Option<&str>, watch: bool) -> Result<()> {
    // Names that are not there are told with those that are.
    let application = application.map(|name| client.application(name)).transpose()?;
    let look = || {
        let mut all = list(&client.get(&client.of_flink(&["deployment"]))?, "deployments");
        all.retain(|one| {
            let wanted = application.as_ref();
            wanted.is_none_or(|application| one["application_id"] == application["id"])
        });
        for deployment in &mut all {
            deployment["application"] = deployment["application_name"].clone();
        }
        Ok((json!({ "deployments": all }), false))
    };
    client.watch(watch, look, |answer| deployments(&list(answer, "deployments")))
}

fn deployments(deployments: &[Value]) -> String {
    table(
        deployments,
        &[
            ("APPLICATION", &field("application")),
            ("ID", &field("id")),
            ("VERSION", &field("version")),
            ("PARALLELISM", &field("parallelism")),
            ("STATUS", &field("status")),
            ("CREATED (UTC)", &|deployment| moment(&deployment["created_at"])),
            ("", &|deployment| first_line(&deployment["error_msg"])),
        ],
    )
}

fn first_line(value: &Value) -> String {
    text(value).lines().next().unwrap_or_default().to_owned()
}

fn show_one(client: &Client, application: &str, wanted: Option<&str>, watch: bool) -> Result<()> {
    let application = client.application(application)?;
    let deployment = client.deployment(&application, wanted)?;
    let look = || {
        let deployment = client.get(&path(client, &application, &deployment, &[]))?;
        let is_over = wait::is_ended(&deployment);
        Ok((deployment, is_over))
    };
    client.watch(watch, look, details)
}

fn details(deployment: &Value) -> String {
    let mut shown = fields(&[
        ("id", text(&deployment["id"])),
        ("status", text(&deployment["status"])),
        ("message", text(&deployment["error_msg"])),
        ("version", text(&deployment["version"])),
        ("parallelism", text(&deployment["parallelism"])),
        ("restart enabled", text(&deployment["restart_enabled"])),
        ("job", text(&deployment["job_id"])),
        ("created", moment(&deployment["created_at"])),
        ("created by", text(&deployment["created_by"])),
        ("started from", text(&deployment["restore_from"])),
        ("last savepoint", text(&deployment["last_savepoint"])),
    ]);
    let plan = list(deployment, "state_plan");
    if !plan.is_empty() {
        shown.push_str("\nState at the restore\n");
        shown.push_str(&table(
            &plan,
            &[("OPERATOR", &field("name")), ("STATE", &field("state"))],
        ));
    }
    let restarts = list(deployment, "restarts");
    if !restarts.is_empty() {
        shown.push_str("\nRestarts\n");
        let at = |restart: &Value| moment(&restart["at"]);
        shown.push_str(&table(
            &restarts,
            &[
                ("AT (UTC)", &at),
                ("ATTEMPT", &field("attempt")),
                ("REASON", &field("reason")),
            ],
        ));
    }
    shown
}

fn create(client: &Client, name: &str, parameters: &Parameters, no_wait: bool) -> Result<ExitCode> {
    let application = client.application(name)?;
    let version = client.version(&application, parameters.version.as_deref())?;
    let body = parameters.body(id(&version));
    if body["restore"] == "latest" && plan(client, &application, &version, &body)?.is_from_nothing() {
        bail!(
            "application {name} has no savepoint and no checkpoint; `millstream deployment stop` takes a savepoint"
        );
    }
    let deployment = match start(client, &application, &body) {
        Ok(deployment) => deployment,
        Err(error) if is_status(&error, 409) => {
            return Err(Failure::with_code(wait::NOT_RUNNING, &error).into());
        }
        Err(error) => return Err(error),
    };
    tell_state(client, &deployment["state_plan"]);
    tell_origin(client, &deployment);
    if no_wait {
        client.done(&deployment, || format!("deployment {} created", id(&deployment)));
        return Ok(ExitCode::SUCCESS);
    }
    wait::report(client, &application, &deployment, Goal::Running)
}

pub(super) fn start(client: &Client, application: &Value, body: &Value) -> Result<Value> {
    client.post(
        &client.of_flink(&["application", id(application), "deployment"]),
        body,
    )
}

fn finish(client: &Client, end: &End, how: &str, body: Option<Value>, goal: Goal) -> Result<ExitCode> {
    let application = client.application(&end.application)?;
    let deployment = client.deployment(&application, end.deployment.as_deref())?;
    let deployment = match body {
        Some(body) => client.post(&path(client, &application, &deployment, &[how]), &body)?,
        None => end_deployment(client, &application, &deployment, how)?,
    };
    if end.no_wait {
        client.done(&deployment, || {
            format!("{how} of deployment {} requested", id(&deployment))
        });
        return Ok(ExitCode::SUCCESS);
    }
    wait::report(client, &application, &deployment, goal)
}

/// `how`: `stop` or `cancel`.
pub(super) fn end_deployment(
    client: &Client,
    application: &Value,
    deployment: &Value,
    how: &str,
) -> Result<Value> {
    if wait::is_ended(deployment) {
        bail!(
            "deployment {} has ended already: {}",
            id(deployment),
            text(&deployment["status"])
        );
    }
    client.post_empty(&path(client, application, deployment, &[how]))
}
