//! `millstream preview`.

use std::io::{IsTerminal as _, StdoutLock};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use compiler::Preview;
use compiler::base::Diagnostic;
use compiler::compile::{AnswerColumn, CompiledPreview};
use serde_json::Value;
use session::build::application::Application;
use session::model::application::Column;
use session::query::local::{self, Outcome};
use session::query::{self, Bounds, End, Start};

use super::INVALID;
use super::compile::{MessageFormat, show};
use super::preview_rows::{Format, RowWriter};
use super::version::{Integrations, body};
use crate::client::Connection;
use crate::client::find::id;
use crate::client::output::text;

#[derive(Args)]
#[command(
    after_help = "Nothing is written and nothing is left behind: no sink is touched, no offset committed, no \
    consumer group joined,\nno checkpoint taken. Rows come with their changelog kind (op): +I insertion, -U and +U \
    the row before and after an\nupdate, -D deletion. On a terminal they are a table; otherwise lines with tabs \
    between values (\\N is NULL), or JSON\nlines: {\"op\": …, \"row\": {…}}.\n\nExamples:\n  \
    millstream preview app/                                 what the statement would write\n  \
    millstream preview app/ --table orders                  the first 100 rows of a table\n  \
    millstream preview app/ --table orders --from latest    what arrives from now on\n  \
    millstream preview query.sql --max-rows 1000 --json\n  \
    millstream preview --sql \"CREATE TABLE … ; SELECT …\"     SQL that is in no file\n  \
    millstream preview app/ --url http://127.0.0.1:8080     run by a session cluster; the application need not be \
    there\n\nAn application whose tables come from integrations is run by the session cluster that has them, with or \
    without --url."
)]
pub(super) struct PreviewArguments {
    /// Folder of an application or a .sql script
    #[arg(required_unless_present = "sql", conflicts_with = "sql")]
    path: Option<PathBuf>,
    /// SQL instead of a file: tables and a statement
    #[arg(long, value_name = "TEXT")]
    sql: Option<String>,
    /// Show this table or view instead of the statement
    #[arg(long, value_name = "NAME", conflicts_with = "into")]
    table: Option<String>,
    /// Of several statements the one that writes to this table
    #[arg(long, value_name = "SINK")]
    into: Option<String>,
    /// Where to begin in Kafka topics: earliest, latest, a time (2026-01-31T12:00:00Z) or milliseconds since 1970
    #[arg(long, value_name = "PLACE", default_value_t)]
    from: Start,
    /// Ends after this many rows
    #[arg(long, value_name = "N", default_value_t = query::MAX_ROWS_DEFAULT,
        value_parser = clap::value_parser!(u64).range(1..=query::MAX_ROWS_MAX))]
    max_rows: u64,
    /// Ends after this time at the latest
    #[arg(long, value_name = "TIME", default_value = "5 min", value_parser = query::time_to_live)]
    ttl: Duration,
    /// A configuration key as in SET, or an option of a table: tables.TABLE.OPTION=VALUE
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = super::key_value)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    integrations: Integrations,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: PreviewArguments) -> Result<ExitCode> {
    let application = match (&arguments.path, &arguments.sql) {
        (Some(path), _) => Application::read(path)?,
        (None, sql) => Application::of_text(sql.as_deref().unwrap_or_default(), std::env::current_dir()?),
    };
    let seen = match runs_in_cluster(&arguments, &application) {
        true => there(&arguments, &application),
        false => here(&arguments, &application),
    };
    match seen {
        // Whoever reads has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
        Ok(None) => Ok(ExitCode::from(INVALID)),
        Ok(Some(outcome)) => {
            eprintln!("{}", summary(&outcome, arguments.ttl));
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Addresses and credentials of integrations are the session cluster's alone. Whoever sets options by hand gives these
/// as well.
fn runs_in_cluster(arguments: &PreviewArguments, application: &Application) -> bool {
    let needs_integrations =
        !application.settings.integrations.is_empty() || !arguments.integrations.is_empty();
    arguments.connection.url.is_some() || needs_integrations && arguments.set.is_empty()
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

impl PreviewArguments {
    fn compiled(&self, application: &Application) -> Result<CompiledPreview, Vec<Diagnostic>> {
        let preview = match &self.table {
            Some(table) => Preview::Table(table.clone()),
            None => Preview::Statement {
                sink: self.into.clone(),
            },
        };
        compiler::compile_preview(&application.sources, &preview)
    }

    fn writer(&self, columns: &[AnswerColumn]) -> RowWriter<StdoutLock<'static>> {
        let stdout = std::io::stdout();
        let format = match (self.connection.json, stdout.is_terminal()) {
            (true, _) => Format::Json,
            (false, true) => Format::Table,
            (false, false) => Format::Tabs,
        };
        RowWriter::new(stdout.lock(), format, columns)
    }
}

/// Compiled, built and run by this process. `None`: the SQL has errors, which have been shown.
fn here(arguments: &PreviewArguments, application: &Application) -> Result<Option<Outcome>> {
    let compiled = match arguments.compiled(application) {
        Ok(compiled) => compiled,
        Err(diagnostics) => {
            show(&diagnostics, &application.sources, MessageFormat::Human);
            return Ok(None);
        }
    };
    let warnings = &compiled.compiled.warnings;
    show(warnings, &application.sources, MessageFormat::Human);
    let mut writer = arguments.writer(&compiled.columns);
    let bounds = Bounds {
        max_rows: arguments.max_rows,
        ttl: arguments.ttl,
    };
    let set = arguments.set.clone();
    let outcome = local::run(application, &compiled, set, arguments.from, bounds, |rows| {
        Ok(writer.write(rows)?)
    })?;
    writer.end()?;
    Ok(Some(outcome))
}

/// Run by a session cluster, in which the application may have other versions, or not be at all: then the query is
/// the session cluster's.
fn there(arguments: &PreviewArguments, application: &Application) -> Result<Option<Outcome>> {
    if !arguments.set.is_empty() {
        bail!("--set is for previews without --url");
    }
    if let Err(diagnostics) = arguments.compiled(application) {
        show(&diagnostics, &application.sources, MessageFormat::Human);
        return Ok(None);
    }
    let client = arguments.connection.client()?;
    if arguments.connection.url.is_none() {
        eprintln!(
            "tables of {} come from integrations: the session cluster at {} runs the query (--url names another)",
            application.name,
            client.url()
        );
    }
    let mut body = body(&client, application, &arguments.integrations)?;
    body["max_rows"] = arguments.max_rows.into();
    body["job_ttl"] = arguments.ttl.as_secs().max(1).into();
    body["from"] = arguments.from.to_string().into();
    if let Some(table) = &arguments.table {
        body["table"] = table.as_str().into();
    }
    if let Some(sink) = &arguments.into {
        body["sink"] = sink.as_str().into();
    }
    let known = client.applications()?;
    let known = known.iter().find(|one| text(&one["name"]) == application.name);
    let of_query = |segments: &[&str]| match known {
        Some(known) => client.of_flink(&[&["application", id(known), "query"], segments].concat()),
        None => client.of_flink(&[&["query"], segments].concat()),
    };
    let created = client.post(&of_query(&[]), &body)?;
    let query = text(&created["query_id"]);
    let events = format!("{}?cancel_on_close=true", of_query(&[&query, "events"]));
    let mut writer = None;
    let mut outcome = None;
    client.follow(&events, arguments.ttl + PATIENCE, |name, data| {
        match (name, &mut writer) {
            ("columns", _) => writer = Some(arguments.writer(&columns(data)?)),
            ("row", Some(writer)) => writer.write(&[serde_json::from_value(data)?])?,
            ("end", _) => outcome = Some(ended(&data)?),
            _ => {}
        }
        Ok(outcome.is_none())
    })?;
    writer.map_or(Ok(()), RowWriter::end)?;
    Ok(Some(
        outcome.context("the server has ended the query without a reason")?,
    ))
}

/// For building, beyond the time to live.
const PATIENCE: Duration = Duration::from_secs(60);

fn columns(data: Value) -> Result<Vec<AnswerColumn>> {
    let columns: Vec<Column> = serde_json::from_value(data)?;
    let column = |column: Column| AnswerColumn {
        name: column.name,
        data_type: column.data_type,
        nullable: column.nullable,
    };
    Ok(columns.into_iter().map(column).collect())
}

fn ended(data: &Value) -> Result<Outcome> {
    let reason = text(&data["reason"]);
    let end = match reason.as_str() {
        "failed" => bail!("{}", text(&data["message"])),
        "finished" => End::Finished,
        "max_rows" => End::MaxRows,
        "max_bytes" => End::MaxBytes,
        "job_ttl" => End::TimeToLive,
        _ => End::Canceled,
    };
    let number = |key: &str| data[key].as_u64().unwrap_or_default();
    Ok(Outcome {
        rows: number("row_count"),
        rows_skipped: number("rows_skipped"),
        end,
    })
}

fn summary(outcome: &Outcome, ttl: Duration) -> String {
    let rows = match outcome.rows {
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    };
    let why = match &outcome.end {
        End::Finished => "; the sources have ended".to_owned(),
        End::MaxRows => "; there may be more (--max-rows)".to_owned(),
        End::MaxBytes => "; there is more than fits into an answer".to_owned(),
        End::TimeToLive => format!("; {ttl:?} are over (--ttl)"),
        End::Canceled => "; canceled".to_owned(),
        End::Failed(message) => format!("; {message}"),
    };
    let skipped = match outcome.rows_skipped {
        0 => String::new(),
        count => format!("; {count} malformed records skipped"),
    };
    format!("{rows}{why}{skipped}")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: PreviewArguments,
    }

    #[test]
    fn integrations_are_those_of_a_session_cluster() {
        let integrated = Some(("bids".to_owned(), "kafka-demo".to_owned()));
        let cases: [(_, &[&str], bool); 6] = [
            (None, &[], false),
            (None, &["--url", "http://127.0.0.1:1"], true),
            (None, &["--integration", "bids=kafka-demo"], true),
            (integrated.clone(), &[], true),
            (integrated.clone(), &["--url", "http://127.0.0.1:1"], true),
            (integrated, &["--set", "tables.bids.topic=b"], false),
        ];
        for (integration, options, expected) in cases {
            let line = [&["preview", "app"], options].concat();
            let arguments = Line::try_parse_from(line).expect("a preview").arguments;
            let mut application = Application::of_text("", PathBuf::from("."));
            application.settings.integrations.extend(integration);
            assert_eq!(runs_in_cluster(&arguments, &application), expected, "{options:?}");
        }
    }
}
