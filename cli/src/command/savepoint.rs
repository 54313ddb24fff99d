//! `millstream savepoint`: what deployments can start from.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::deployment::path;
use crate::client::find::{id, list};
use crate::client::output::{confirm, field, moment, size, table, text};
use crate::client::{Client, Connection};

#[derive(Args)]
#[command(
    after_help = "Savepoints are asked for and never collected by themselves; checkpoints are periodic, the \
    newest are kept.\n`millstream deployment create --starting-savepoint` takes the location of either.\n\n\
    Examples:\n  \
    millstream savepoint list                    of all applications, deleted ones too\n  \
    millstream savepoint list orders\n  \
    millstream savepoint list orders --checkpoints --watch\n  \
    millstream savepoint create orders           the job goes on\n  \
    millstream savepoint delete orders 1f0c      asks first; --yes does not"
)]
pub(super) struct SavepointArguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the savepoints of an application or of all, deleted ones too, the newest first
    #[command(visible_alias = "ls")]
    List {
        /// Name or id
        application: Option<String>,
        /// Checkpoints too
        #[arg(long)]
        checkpoints: bool,
        /// Again whenever something changes
        #[arg(long, short)]
        watch: bool,
    },
    /// Takes a savepoint of a running deployment
    Create {
        application: String,
        /// Id or its beginning; the newest unless given
        deployment: Option<String>,
    },
    /// Deletes a savepoint and its files; refused while a deployment runs that was started from it
    #[command(
        visible_alias = "rm",
        after_help = "Exit code 1: refused, or not confirmed.\n\nExamples:\n  \
        millstream savepoint delete orders 1f0c\n  \
        millstream savepoint delete orders 1f0c6f3e-4f5b-4a3e-9d52-0f8c4c0f7a11 --yes"
    )]
    Delete {
        /// Name or id; the id also of an application that is deleted
        application: String,
        /// Id or its beginning, or the location
        savepoint: String,
        /// Does not ask first
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) fn run(arguments: SavepointArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    match arguments.command {
        Command::List {
            application,
            checkpoints,
            watch,
        } => {
            let path = match application {
                Some(name) => {
                    let application = client.application(&name)?;
                    client.of_flink(&["application", id(&application), "savepoint"])
                }
                None => client.of_flink(&["savepoint"]),
            };
            let look = || {
                let mut found = list(&client.get(&path)?, "savepoints");
                found.retain(|savepoint| checkpoints || savepoint["kind"] == "savepoint");
                // Of collected checkpoints only the history is left.
                found.retain(|savepoint| savepoint["is_discarded"] != true);
                found.sort_by_key(|savepoint| std::cmp::Reverse(text(&savepoint["triggered_at"])));
                Ok((Value::Array(found), false))
            };
            client.watch(watch, look, |found| {
                savepoints(found.as_array().map_or(&[], Vec::as_slice))
            })?;
        }
        Command::Create {
            application,
            deployment,
        } => {
            let application = client.application(&application)?;
            let deployment = client.deployment(&application, deployment.as_deref())?;
            let answer = client.post_empty(&path(&client, &application, &deployment, &["savepoint"]))?;
            return crate::client::wait::saved(&client, &application, &answer);
        }
        Command::Delete {
            application,
            savepoint,
            yes,
        } => delete(&client, &application, &savepoint, yes)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn delete(client: &Client, application: &str, wanted: &str, yes: bool) -> Result<()> {
    let savepoint = client.savepoint(application, wanted)?;
    let of_application = text(&savepoint["application_id"]);
    let question = format!(
        "Delete savepoint {} of {} ({}) at {}? Nothing can start from it again",
        id(&savepoint),
        moment(&savepoint["triggered_at"]),
        size(&savepoint["full_size_bytes"]),
        text(&savepoint["url"])
    );
    confirm(&question, yes)?;
    let segments = ["application", &of_application, "savepoint", id(&savepoint)];
    let answer = client.delete(&client.of_flink(&segments))?;
    client.done(&answer, || format!("savepoint {} deleted", id(&savepoint)));
    Ok(())
}

fn savepoints(savepoints: &[Value]) -> String {
    table(
        savepoints,
        &[
            ("ID", &field("id")),
            ("KIND", &field("kind")),
            ("TRIGGERED (UTC)", &|savepoint| moment(&savepoint["triggered_at"])),
            ("DURATION", &|savepoint| {
                format!("{} ms", text(&savepoint["duration_ms"]))
            }),
            ("SIZE", &|savepoint| size(&savepoint["full_size_bytes"])),
            ("APPLICATION", &field("application_id")),
            ("LOCATION", &field("url")),
        ],
    )
}
