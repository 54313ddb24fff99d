//! `millstream app`: applications of the session cluster.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use crate::client::find::{id, list};
use crate::client::output::{field, fields, moment, table, text};
use crate::client::{Client, Connection};

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    millstream app list\n  \
    millstream app create orders --restore latest      new deployments continue from the last one's state\n  \
    millstream app get orders\n  \
    millstream app update orders --name orders_v2\n  \
    millstream app delete orders_v2 --with-deployments\n\n\
    `millstream deploy` makes an application, a version and a deployment in one step.")]
pub(super) struct AppArguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the applications
    #[command(visible_alias = "ls")]
    List,
    /// Shows an application with its versions and its current deployment
    Get {
        /// Name or id
        application: String,
    },
    /// Makes an application without a version
    Create {
        name: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Changes the name or the settings
    Update {
        /// Name or id
        application: String,
        /// The new name
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Deletes an application with its versions
    #[command(visible_alias = "rm")]
    Delete {
        /// Name or id
        application: String,
        /// Deletes its ended deployments first; what runs must be stopped or canceled before
        #[arg(long)]
        with_deployments: bool,
    },
}

#[derive(Args)]
pub(super) struct Settings {
    /// What a deployment without a starting savepoint begins with: `none`, or `latest`: the newest savepoint or
    /// checkpoint of the previous deployment
    #[arg(long, value_name = "MODE", value_parser = ["none", "latest"])]
    restore: Option<String>,
    /// What happens when a restore would not take over all state: `allow`, `approve` (must be confirmed), `reject`
    #[arg(long, value_name = "POLICY", value_parser = ["allow", "approve", "reject"])]
    restore_policy: Option<String>,
}

impl Settings {
    /// The body of a request.
    fn body(&self, name: Option<&str>) -> Value {
        let pairs = [
            ("name", name),
            ("restore", self.restore.as_deref()),
            ("restore_policy", self.restore_policy.as_deref()),
        ];
        let given = pairs
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?.into())));
        Value::Object(given.collect::<Map<String, Value>>())
    }
}

pub(super) fn run(arguments: AppArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    match arguments.command {
        Command::List => {
            let answer = client.get(&client.of_flink(&["application"]))?;
            client.show(&answer, |answer| applications(&list(answer, "applications")));
        }
        Command::Get { application } => client.show(&client.application(&application)?, details),
        Command::Create { name, settings } => {
            let body = settings.body(Some(&name));
            let answer = client.post(&client.of_flink(&["application"]), &body)?;
            client.done(&answer, || format!("application {name} created: {}", id(&answer)));
        }
        Command::Update {
            application,
            name,
            settings,
        } => {
            let found = client.application(&application)?;
            // The API's update names the application in any case.
            let name = name.unwrap_or_else(|| text(&found["name"]));
            let path = client.of_flink(&["application", id(&found)]);
            let answer = client.put(&path, &settings.body(Some(&name)))?;
            client.done(&answer, || format!("application {name} updated"));
        }
        Command::Delete {
            application,
            with_deployments,
        } => delete(&client, &application, with_deployments)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn delete(client: &Client, name: &str, with_deployments: bool) -> Result<()> {
    let application = client.application(name)?;
    if with_deployments {
        for deployment in client.deployments(&application)? {
            let segments = ["application", id(&application), "deployment", id(&deployment)];
            client.delete(&client.of_flink(&segments))?;
        }
    }
    let savepoints = list(
        &client.get(&client.of_flink(&["application", id(&application), "savepoint"]))?,
        "savepoints",
    );
    let answer = client.delete(&client.of_flink(&["application", id(&application)]))?;
    client.done(&answer, || {
        format!("application {name} deleted{}", kept(&savepoints))
    });
    Ok(())
}

/// Another application may start from them; whoever needs them no more deletes them.
fn kept(savepoints: &[Value]) -> String {
    let is_kept = |one: &&Value| one["kind"] == "savepoint" && one["is_discarded"] != true;
    match savepoints.iter().filter(is_kept).count() {
        0 => String::new(),
        count => format!("; {count} savepoint(s) stay: see `millstream savepoint list`"),
    }
}

fn applications(applications: &[Value]) -> String {
    table(
        applications,
        &[
            ("NAME", &field("name")),
            ("ID", &field("id")),
            ("UPDATED (UTC)", &|application| moment(&application["updated_at"])),
            ("BY", &field("updated_by")),
        ],
    )
}

fn details(application: &Value) -> String {
    let current = &application["current_deployment"];
    let mut shown = fields(&[
        ("name", text(&application["name"])),
        ("id", text(&application["id"])),
        ("restore", text(&application["restore"])),
        ("restore policy", text(&application["restore_policy"])),
        ("created", moment(&application["created_at"])),
        ("created by", text(&application["created_by"])),
        ("deployment", text(&current["id"])),
        ("status", text(&current["status"])),
        ("error", text(&current["error_msg"])),
    ]);
    let mut versions = list(application, "application_versions");
    versions.sort_by_key(|version| std::cmp::Reverse(version["version"].as_u64()));
    if !versions.is_empty() {
        shown.push('\n');
        shown.push_str(&super::version::versions(&versions));
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn savepoints_that_outlive_their_application_are_counted() {
        let checkpoint = json!({"kind": "checkpoint", "is_discarded": false});
        let discarded = json!({"kind": "savepoint", "is_discarded": true});
        let savepoint = json!({"kind": "savepoint", "is_discarded": false});
        assert_eq!(kept(&[checkpoint, discarded.clone()]), "");
        let text = kept(&[savepoint, discarded]);
        assert_eq!(text, "; 1 savepoint(s) stay: see `millstream savepoint list`");
    }
}
