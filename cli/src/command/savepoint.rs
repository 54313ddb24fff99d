//! `millstream savepoint`: what deployments can start from.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::deployment::path;
use crate::client::Connection;
use crate::client::find::{id, list};
use crate::client::output::{field, moment, size, table, text};

#[derive(Args)]
#[command(
    after_help = "Savepoints are asked for and never collected by themselves; checkpoints are periodic, the \
    newest are kept.\n`millstream deployment create --starting-savepoint` takes the location of either.\n\n\
    Examples:\n  \
    millstream savepoint list orders\n  \
    millstream savepoint list orders --checkpoints\n  \
    millstream savepoint create orders           the job goes on"
)]
pub(super) struct SavepointArguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the savepoints of an application, the newest first
    #[command(visible_alias = "ls")]
    List {
        application: String,
        /// Checkpoints too
        #[arg(long)]
        checkpoints: bool,
    },
    /// Takes a savepoint of a running deployment
    Create {
        application: String,
        /// Id or its beginning; the newest unless given
        deployment: Option<String>,
    },
}

pub(super) fn run(arguments: SavepointArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    match arguments.command {
        Command::List {
            application,
            checkpoints,
        } => {
            let application = client.application(&application)?;
            let answer = client.get(&client.of_flink(&["application", id(&application), "savepoint"]))?;
            let mut found = list(&answer, "savepoints");
            found.retain(|savepoint| checkpoints || savepoint["kind"] == "savepoint");
            // Of collected checkpoints only the history is left.
            found.retain(|savepoint| savepoint["is_discarded"] != true);
            found.sort_by_key(|savepoint| std::cmp::Reverse(text(&savepoint["triggered_at"])));
            client.show(&Value::Array(found), |found| {
                savepoints(found.as_array().map_or(&[], Vec::as_slice))
            });
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
    }
    Ok(ExitCode::SUCCESS)
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
            ("LOCATION", &field("url")),
        ],
    )
}
