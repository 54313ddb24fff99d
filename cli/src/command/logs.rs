//! `millstream logs`: what jobs have said.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value, json};

use crate::client::find::{id, list};
use crate::client::output::{moment, text};
use crate::client::{Client, Connection};
use crate::standard_output::print_line;

const FOLLOW_INTERVAL: Duration = Duration::from_secs(1);

#[derive(Args)]
#[command(after_help = "Rows of `print` tables are among the lines.\n\nExamples:\n  \
    millstream logs                     the newest lines of all jobs\n  \
    millstream logs orders --follow     of the newest deployment of an application, and on")]
pub(super) struct LogsArguments {
    #[command(flatten)]
    connection: Connection,
    /// Only this application's newest deployment
    application: Option<String>,
    /// Id of the deployment or its beginning
    deployment: Option<String>,
    /// Lines to begin with
    #[arg(long, short = 'n', default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
    /// Goes on with new lines
    #[arg(long, short)]
    follow: bool,
}

pub(super) fn run(arguments: LogsArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    let mut filter = Map::new();
    if let Some(application) = &arguments.application {
        let application = client.application(application)?;
        let deployment = client.deployment(&application, arguments.deployment.as_deref())?;
        filter.insert("deployment_id".to_owned(), id(&deployment).into());
    }
    let mut first = filter.clone();
    first.insert("limit".to_owned(), arguments.limit.into());
    first.insert("sort_order".to_owned(), "desc".into());
    let answer = look(&client, first)?;
    let mut lines = list(&answer, "logs");
    lines.reverse();
    show(&client, &lines);
    if lines.is_empty() && !client.json {
        say_if_off(&client)?;
    }
    if arguments.follow {
        follow(&client, &filter, text(&answer["first_log_offset"]))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A session cluster may be set to keep no lines.
fn say_if_off(client: &Client) -> Result<()> {
    let answer = client.get(&client.of_project(&["service", &client.service]))?;
    if answer["service"]["user_config"]["service_log"] == json!(false) {
        eprintln!("{} keeps no lines: its service_log is false", client.service);
    }
    Ok(())
}

/// Shows what comes after `offset`, until the process is ended.
fn follow(client: &Client, filter: &Map<String, Value>, mut offset: String) -> Result<()> {
    loop {
        std::thread::sleep(FOLLOW_INTERVAL);
        let mut next = filter.clone();
        next.insert("sort_order".to_owned(), "asc".into());
        next.insert("limit".to_owned(), json!(500));
        if !offset.is_empty() {
            next.insert("offset".to_owned(), offset.clone().into());
        }
        let answer = look(client, next)?;
        show(client, &list(&answer, "logs"));
        offset = text(&answer["offset"]);
    }
}

fn look(client: &Client, body: Map<String, Value>) -> Result<Value> {
    client.post(&client.of_service(&["logs"]), &Value::Object(body))
}

fn show(client: &Client, lines: &[Value]) {
    for line in lines {
        match client.json {
            true => print_line(&line.to_string()),
            false => print_line(&format!(
                "{} {}: {}",
                moment(&line["time"]),
                text(&line["unit"]),
                text(&line["msg"])
            )),
        }
    }
}
