//! `millstream version`: the immutable versions of an application.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use compiler::Compiled;
use serde_json::{Map, Value, json};

use session::build::application::Application;
use session::build::texts::{TableText, TextsError, texts};
use session::build::{deployable, deployment};

use super::compile::{MessageFormat, show};
use crate::client::find::{id, list};
use crate::client::output::{field, fields, moment, table, text};
use crate::client::{Client, Connection};
use crate::failure::Failure;

#[derive(Args)]
#[command(
    after_help = "PATH is a folder (tables/*.sql, statement.sql, application.toml) or one .sql script. Tables \
    that the statement writes\nare sinks, the others are sources; every text goes to the API byte for byte. \
    application.toml may change options\n([tables.NAME]), set keys ([config]) and name integrations \
    ([integrations]).\n\nExit code 2: the SQL has errors.\n\nExamples:\n  \
    millstream version validate orders app/                 errors with their places, nothing is made\n  \
    millstream version create orders app/ --integration bids=kafka-demo\n  \
    millstream version list orders\n  \
    millstream version get orders 3\n  \
    millstream version delete orders 2"
)]
pub(super) struct VersionArguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the versions of an application
    #[command(visible_alias = "ls")]
    List { application: String },
    /// Shows the texts of a version
    Get {
        application: String,
        /// Number or id; the newest unless given
        version: Option<String>,
    },
    /// Makes a version of what is at PATH
    Create {
        application: String,
        path: PathBuf,
        #[command(flatten)]
        integrations: Integrations,
    },
    /// Says what is wrong with what is at PATH
    Validate {
        application: String,
        path: PathBuf,
        #[command(flatten)]
        integrations: Integrations,
    },
    /// Deletes a version that no deployment uses
    #[command(visible_alias = "rm")]
    Delete {
        application: String,
        /// Number or id
        version: String,
    },
}

/// An option that a deployment has to give.
const MISSING_OPTION: &str = "E2039";

#[derive(Args)]
pub(super) struct Integrations {
    /// Addresses and credentials of this table come from an integration, given by its id or by the name of the
    /// service or endpoint; wins over application.toml
    #[arg(long = "integration", value_name = "TABLE=NAME")]
    integrations: Vec<String>,
}

impl Integrations {
    pub(super) fn is_empty(&self) -> bool {
        self.integrations.is_empty()
    }
}

pub(super) fn run(arguments: VersionArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    match arguments.command {
        Command::List { application } => {
            let mut found = list(&client.application(&application)?, "application_versions");
            found.sort_by_key(|version| std::cmp::Reverse(version["version"].as_u64()));
            client.show(&Value::Array(found), |found| {
                versions(found.as_array().map_or(&[], Vec::as_slice))
            });
        }
        Command::Get { application, version } => {
            let application = client.application(&application)?;
            let version = client.version(&application, version.as_deref())?;
            client.show(&version, details);
        }
        Command::Create {
            application,
            path,
            integrations,
        } => {
            let found = client.application(&application)?;
            compiled(&path, &integrations)?;
            let files = Application::read(&path)?;
            let body = body(&client, &files, &integrations)?;
            let answer = create(&client, id(&found), &body, &files)?;
            let number = text(&answer["version"]);
            client.done(&answer, || {
                format!("version {number} of {application} created: {}", id(&answer))
            });
        }
        Command::Validate {
            application,
            path,
            integrations,
        } => {
            let found = client.application(&application)?;
            if !client.json {
                compiled(&path, &integrations)?;
            }
            let files = Application::read(&path)?;
            let body = body(&client, &files, &integrations)?;
            validate(&client, id(&found), &body, &files)?;
        }
        Command::Delete { application, version } => {
            let application = client.application(&application)?;
            let version = client.version(&application, Some(&version))?;
            let path = client.of_flink(&["application", id(&application), "version", id(&version)]);
            let answer = client.delete(&path)?;
            client.done(&answer, || {
                format!("version {} deleted", text(&version["version"]))
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What the SQL at the path compiles to; its errors are as `explain` shows them.
pub(super) fn compiled(path: &Path, integrations: &Integrations) -> Result<Compiled> {
    let mut application = Application::read(path)?;
    application.settle_plan(&[]);
    check_settings(&application)?;
    let is_connected = !application.settings.integrations.is_empty() || !integrations.integrations.is_empty();
    match compiler::compile(&application.sources) {
        Ok(compiled) => {
            let mut warnings = compiled.warnings.clone();
            // What is missing here the integration fills in.
            warnings.retain(|warning| !(is_connected && warning.code == MISSING_OPTION));
            show(&warnings, &application.sources, MessageFormat::Human);
            Ok(compiled)
        }
        Err(diagnostics) => Err(Failure::of_sql(&diagnostics, &application.sources).into()),
    }
}

/// Refuses keys of `application.toml` whose values are wrong.
fn check_settings(application: &Application) -> Result<()> {
    wrong(deployment::wrong_settings(application))
}

/// Refuses what cannot run in a session cluster.
pub(super) fn check_deployable(application: &Application, integrations: &Integrations) -> Result<()> {
    let pairs = integrations.integrations.iter();
    let integrated = pairs.filter_map(|pair| Some(pair.split_once('=')?.0.to_owned()));
    wrong(deployable::obstacles(application, &integrated.collect())?)
}

fn wrong(messages: Vec<String>) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let found = messages.into_iter().map(|message| {
        let data = json!({ "message": message });
        (format!("error: {message}"), data)
    });
    Err(Failure::of_texts(found.collect()).into())
}

/// The body of `POST …/version`.
pub(super) fn body(client: &Client, application: &Application, integrations: &Integrations) -> Result<Value> {
    check_settings(application)?;
    for warning in deployment::unknown_settings(application, &[]) {
        eprintln!("warning: {warning}");
    }
    let mut texts = match texts(application) {
        Ok(texts) => texts,
        Err(TextsError::Sql(diagnostics)) => {
            return Err(Failure::of_sql(&diagnostics, &application.sources).into());
        }
        Err(TextsError::Settings(error)) => return Err(error),
    };
    for pair in &integrations.integrations {
        let (table, name) = pair
            .split_once('=')
            .with_context(|| format!("--integration {pair}: expected TABLE=NAME"))?;
        let mut tables = texts.sources.iter_mut().chain(&mut texts.sinks);
        let found = tables.find(|text| text.name == table);
        found
            .with_context(|| format!("--integration {pair}: there is no table '{table}'"))?
            .integration = Some(name.to_owned());
    }
    Ok(json!({
        "sources": tables(client, &texts.sources)?,
        "sinks": tables(client, &texts.sinks)?,
        "statement": texts.statement,
    }))
}

fn tables(client: &Client, tables: &[TableText]) -> Result<Vec<Value>> {
    let tables = tables.iter().map(|table| {
        let mut body = Map::new();
        body.insert("create_table".to_owned(), table.create_table.clone().into());
        if let Some(name) = &table.integration {
            let integration = client
                .integration(name)
                .with_context(|| format!("table {}", table.name))?;
            body.insert(
                "integration_id".to_owned(),
                integration["service_integration_id"].clone(),
            );
        }
        Ok(Value::Object(body))
    });
    tables.collect()
}

/// Makes the version; what is wrong with its texts has places.
pub(super) fn create(client: &Client, application: &str, body: &Value, files: &Application) -> Result<Value> {
    match client.post(&client.of_flink(&["application", application, "version"]), body) {
        Ok(version) => Ok(version),
        Err(error) if crate::client::is_status(&error, 400) => {
            let path = client.of_flink(&["application", application, "version", "validate"]);
            let findings = client
                .post(&path, body)
                .map_or_else(|_| Vec::new(), |found| mistakes(&found, lines_in_front(files)));
            if findings.is_empty() {
                return Err(error);
            }
            Err(Failure::of_texts(findings).into())
        }
        Err(error) => Err(error),
    }
}

/// Lines of SET that stand in front of the file's own in the text of the statement.
fn lines_in_front(files: &Application) -> u64 {
    let lines = files.settings.config.iter().map(|(key, value)| {
        let text = format!("{key}{value}");
        1 + text.matches('\n').count() as u64
    });
    lines.sum()
}

fn validate(client: &Client, application: &str, body: &Value, files: &Application) -> Result<()> {
    let path = client.of_flink(&["application", application, "version", "validate"]);
    let answer = client.post(&path, body)?;
    let found = mistakes(&answer, lines_in_front(files));
    if client.json {
        client.show(&answer, |_| String::new());
    }
    if !found.is_empty() {
        return Err(Failure::of_texts(found).into());
    }
    if !client.json {
        eprintln!("valid");
    }
    Ok(())
}

/// What `validate` has found: `error in the statement, line 3, character 8: …`.
/// `in_front`: lines of the statement's text that the user has not written. Each for people and as data.
fn mistakes(answer: &Value, in_front: u64) -> Vec<(String, Value)> {
    let data = |what: &str, message: &str, position: &Value| {
        let mut data = json!({"file": what, "message": message});
        if position["line_number"].is_number() {
            data["start"] =
                json!({"line": position["line_number"], "character": position["character_number"]});
        }
        data
    };
    let place = |position: &Value| match (&position["line_number"], &position["character_number"]) {
        (Value::Number(line), Value::Number(character)) => format!(", line {line}, character {character}"),
        _ => String::new(),
    };
    let mut found = Vec::new();
    for (list_name, what) in [("sources", "source table"), ("sinks", "sink table")] {
        for (number, table) in list(answer, list_name).iter().enumerate() {
            if let Some(message) = table["message"].as_str() {
                let name = match text(&table["table_name"]) {
                    name if name.is_empty() => (number + 1).to_string(),
                    name => name,
                };
                let position = &table["position"];
                found.push((
                    format!("error in {what} {name}{}: {message}", place(position)),
                    data(&format!("{what} {name}"), message, position),
                ));
            }
        }
    }
    let mut error = answer["statement_error"].clone();
    if let Some(line) = error["position"]["line_number"]
        .as_u64()
        .filter(|line| *line > in_front)
    {
        error["position"]["line_number"] = (line - in_front).into();
    }
    if let Some(message) = error["message"].as_str() {
        let position = &error["position"];
        found.push((
            format!("error in the statement{}: {message}", place(position)),
            data("statement", message, position),
        ));
    }
    found
}

pub(super) fn versions(versions: &[Value]) -> String {
    let names = |list_name: &'static str| {
        move |version: &Value| {
            let tables = list(version, list_name);
            let names: Vec<String> = tables.iter().map(|table| text(&table["table_name"])).collect();
            names.join(", ")
        }
    };
    table(
        versions,
        &[
            ("VERSION", &field("version")),
            ("ID", &field("id")),
            ("CREATED (UTC)", &|version| moment(&version["created_at"])),
            ("SOURCES", &names("sources")),
            ("SINKS", &names("sinks")),
        ],
    )
}

fn details(version: &Value) -> String {
    let mut shown = fields(&[
        ("version", text(&version["version"])),
        ("id", text(&version["id"])),
        ("created", moment(&version["created_at"])),
        ("created by", text(&version["created_by"])),
    ]);
    for (list_name, what) in [("sources", "source"), ("sinks", "sink")] {
        for table in list(version, list_name) {
            let integration = match text(&table["integration_id"]) {
                integration if integration.is_empty() => String::new(),
                integration => format!(" (integration {integration})"),
            };
            let create_table = text(&table["create_table"]);
            shown.push_str(&format!(
                "\n-- {what}{integration}\n{};\n",
                create_table.trim_end_matches(['\n', ';'])
            ));
        }
    }
    let statement = text(&version["statement"]);
    shown.push_str(&format!("\n-- statement\n{}\n", statement.trim_end()));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_have_their_places() {
        let answer = json!({
            "sources": [{"table_name": "a", "message": null}, {"message": "bad type", "position": {"line_number": 2,
                "character_number": 7}}],
            "sinks": [],
            "statement_error": {"message": "no column x", "position": {"line_number": 5, "character_number": 2}},
        });
        let (texts, data): (Vec<String>, Vec<Value>) = mistakes(&answer, 2).into_iter().unzip();
        let expected =
            json!({"file": "statement", "message": "no column x", "start": {"line": 3, "character": 2}});
        assert_eq!(data[1], expected);
        assert_eq!(
            texts,
            [
                "error in source table 2, line 2, character 7: bad type",
                "error in the statement, line 3, character 2: no column x"
            ]
        );
    }
}
