//! `millstream preview`.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use compiler::Preview;
use session::build::application::Application;
use session::query::{self, Bounds, End, Start, local};

use super::INVALID;
use super::compile::{MessageFormat, show};
use super::preview_rows::{Format, RowWriter};
use crate::client::Connection;

#[derive(Args)]
#[command(
    after_help = "Nothing is written and nothing is left behind: no sink is touched, no offset committed, no \
    consumer group joined,\nno checkpoint taken. Rows come with their changelog kind (op): +I insertion, -U and +U \
    the row before and after an\nupdate, -D deletion. On a terminal they are a table; otherwise lines with tabs \
    between values (\\N is NULL), or JSON\nlines: {\"op\": …, \"row\": {…}}.\n\nExamples:\n  \
    millstream preview app/                                 what the statement would write\n  \
    millstream preview app/ --table orders                  the first 100 rows of a table\n  \
    millstream preview app/ --table orders --from latest    what arrives from now on\n  \
    millstream preview query.sql --max-rows 1000 --json"
)]
pub(super) struct PreviewArguments {
    /// Folder of an application or a .sql script
    path: PathBuf,
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
    connection: Connection,
}

pub(super) fn run(arguments: PreviewArguments) -> Result<ExitCode> {
    let application = Application::read(&arguments.path)?;
    let preview = match arguments.table {
        Some(table) => Preview::Table(table),
        None => Preview::Statement { sink: arguments.into },
    };
    let compiled = match compiler::compile_preview(&application.sources, &preview) {
        Ok(compiled) => compiled,
        Err(diagnostics) => {
            show(&diagnostics, &application.sources, MessageFormat::Human);
            return Ok(ExitCode::from(INVALID));
        }
    };
    show(
        &compiled.compiled.warnings,
        &application.sources,
        MessageFormat::Human,
    );
    let format = match (arguments.connection.json, std::io::stdout().is_terminal()) {
        (true, _) => Format::Json,
        (false, true) => Format::Table,
        (false, false) => Format::Tabs,
    };
    let mut writer = RowWriter::new(std::io::stdout().lock(), format, &compiled.columns);
    let bounds = Bounds {
        max_rows: arguments.max_rows,
        ttl: arguments.ttl,
    };
    let outcome = local::run(
        &application,
        &compiled,
        arguments.set,
        arguments.from,
        bounds,
        |rows| Ok(writer.write(rows)?),
    );
    let outcome = match outcome {
        // Whoever reads has seen enough.
        Err(error) if is_closed_pipe(&error) => return Ok(ExitCode::SUCCESS),
        outcome => outcome?,
    };
    writer.end()?;
    eprintln!("{}", summary(&outcome, bounds));
    Ok(ExitCode::SUCCESS)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn summary(outcome: &local::Outcome, bounds: Bounds) -> String {
    let rows = match outcome.rows {
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    };
    let why = match &outcome.end {
        End::Finished => "; the sources have ended".to_owned(),
        End::MaxRows => "; there may be more (--max-rows)".to_owned(),
        End::MaxBytes => "; there is more than fits into an answer".to_owned(),
        End::TimeToLive => format!("; {:?} are over (--ttl)", bounds.ttl),
        End::Canceled => "; canceled".to_owned(),
        End::Failed(message) => format!("; {message}"),
    };
    let skipped = match outcome.rows_skipped {
        0 => String::new(),
        count => format!("; {count} malformed records skipped"),
    };
    format!("{rows}{why}{skipped}")
}
