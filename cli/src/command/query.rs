//! `millstream query`: interactive queries of a session cluster, by themselves.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::version::{Integrations, body};
use crate::client::find::{id, list};
use crate::client::output::{field, fields, moment, table, text};
use crate::client::{Client, Connection};

#[derive(Args)]
#[command(
    after_help = "`millstream preview PATH --url URL` makes a query, shows its rows as they appear and ends it. Here \
    are its parts:\na query that goes on without anybody looking, until its time or its rows are over. Queries belong \
    to an application\nor, without --application, to the session cluster.\n\nExit code 2: the SQL has errors.\n\n\
    Examples:\n  \
    millstream query create app/ --table orders --max-rows 1000\n  \
    millstream query list --watch\n  \
    millstream query get 1f0c --offset 100        its rows from the 101st on\n  \
    millstream query cancel 1f0c                  its rows can be read for some minutes more\n  \
    millstream query delete 1f0c --application orders"
)]
pub(super) struct QueryArguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Owner {
    /// Queries of this application, by its name or id, instead of those without one
    #[arg(long, value_name = "APPLICATION")]
    application: Option<String>,
}

#[derive(Args)]
struct One {
    /// Id or its beginning
    query: String,
    #[command(flatten)]
    owner: Owner,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the queries, the oldest first
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        owner: Owner,
        /// Again whenever something changes
        #[arg(long, short)]
        watch: bool,
    },
    /// Shows a query and a page of its rows
    Get {
        #[command(flatten)]
        one: One,
        /// Index of the first row, from 0
        #[arg(long, default_value_t = 0)]
        offset: usize,
        /// Rows of the page
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=10_000))]
        limit: u16,
        /// Again whenever something changes, until it has ended
        #[arg(long, short)]
        watch: bool,
    },
    /// Makes a query of what is at PATH and answers its id
    Create(Box<Create>),
    /// Ends a query; its rows stay for some minutes
    Cancel(One),
    /// Ends a query and forgets its rows
    #[command(visible_alias = "rm")]
    Delete(One),
}

#[derive(Args)]
struct Create {
    /// Folder of an application or a .sql script
    path: PathBuf,
    #[command(flatten)]
    owner: Owner,
    /// Look at this table or view instead of the statement
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Where to begin in Kafka topics: earliest, latest, a time or milliseconds since 1970
    #[arg(long, value_name = "PLACE")]
    from: Option<String>,
    /// Ends after this many rows
    #[arg(long, value_name = "N")]
    max_rows: Option<u64>,
    /// Ends after this many seconds at the latest
    #[arg(long, value_name = "SECONDS")]
    job_ttl: Option<u64>,
    #[command(flatten)]
    integrations: Integrations,
}

pub(super) fn run(arguments: QueryArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    match arguments.command {
        Command::List { owner, watch } => {
            let place = place(&client, &owner)?;
            let look = || Ok((client.get(&place.path(&client, &[]))?, false));
            client.watch(watch, look, |answer| queries(&list(answer, "queries")))?;
        }
        Command::Get {
            one,
            offset,
            limit,
            watch,
        } => {
            let (place, query) = find(&client, &one)?;
            let path = format!("{}?offset={offset}&limit={limit}", place.path(&client, &[&query]));
            let look = || {
                let answer = client.get(&path)?;
                let is_over = !answer["end_reason"].is_null();
                Ok((answer, is_over))
            };
            client.watch(watch, look, details)?;
        }
        Command::Create(arguments) => return create(&client, &arguments),
        Command::Cancel(one) => {
            let (place, query) = find(&client, &one)?;
            let answer = client.patch(&place.path(&client, &[&query, "cancel_job"]))?;
            client.done(&answer, || format!("query {query}: {}", text(&answer["details"])));
        }
        Command::Delete(one) => {
            let (place, query) = find(&client, &one)?;
            let answer = client.delete(&place.path(&client, &[&query]))?;
            client.done(&answer, || format!("query {query} deleted"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What queries belong to.
struct Place {
    application: Option<String>,
}

impl Place {
    fn path(&self, client: &Client, rest: &[&str]) -> String {
        let of_application = match &self.application {
            Some(id) => vec!["application", id],
            None => vec![],
        };
        client.of_flink(&[&of_application, &["query"][..], rest].concat())
    }
}

fn place(client: &Client, owner: &Owner) -> Result<Place> {
    let application = match &owner.application {
        Some(name) => Some(id(&client.application(name)?).to_owned()),
        None => None,
    };
    Ok(Place { application })
}

fn find(client: &Client, one: &One) -> Result<(Place, String)> {
    let place = place(client, &one.owner)?;
    let all = list(&client.get(&place.path(client, &[]))?, "queries");
    let ids: Vec<String> = all.iter().map(|query| text(&query["query_id"])).collect();
    let found: Vec<&String> = ids.iter().filter(|id| id.starts_with(&one.query)).collect();
    match found[..] {
        [id] => Ok((place, id.clone())),
        [] => bail!(
            "there is no query '{}'; `millstream query list` shows those there are",
            one.query
        ),
        _ => bail!("several queries begin with '{}'; give more of the id", one.query),
    }
}

fn create(client: &Client, arguments: &Create) -> Result<ExitCode> {
    let application = session::build::application::Application::read(&arguments.path)?;
    let mut body = body(client, &application, &arguments.integrations)?;
    for (key, value) in [
        ("table", arguments.table.as_ref().map(|table| json!(table))),
        ("from", arguments.from.as_ref().map(|from| json!(from))),
        ("max_rows", arguments.max_rows.map(|rows| json!(rows))),
        ("job_ttl", arguments.job_ttl.map(|seconds| json!(seconds))),
    ] {
        if let Some(value) = value {
            body[key] = value;
        }
    }
    let place = place(client, &arguments.owner)?;
    let answer = client.post(&place.path(client, &[]), &body)?;
    client.show(&answer, |answer| format!("{}\n", text(&answer["query_id"])));
    Ok(ExitCode::SUCCESS)
}

fn queries(queries: &[Value]) -> String {
    table(
        queries,
        &[
            ("ID", &field("query_id")),
            ("STATUS", &field("status")),
            ("ROWS", &field("row_count")),
            ("CREATED (UTC)", &|query| moment(&query["create_time"])),
            ("ENDS (UTC)", &|query| moment(&query["job_expire_time"])),
            ("", &field("error_msg")),
        ],
    )
}

fn details(query: &Value) -> String {
    let mut shown = fields(&[
        ("id", text(&query["query_id"])),
        ("status", text(&query["status"])),
        ("ended", text(&query["end_reason"])),
        ("message", text(&query["error_msg"])),
        ("rows", text(&query["row_count"])),
        ("rows skipped", text(&query["rows_skipped"])),
        ("ends", moment(&query["job_expire_time"])),
    ]);
    let columns = list(query, "columns");
    let rows = list(query, "rows");
    if rows.is_empty() {
        return shown;
    }
    let index = field("index");
    let kind = field("kind");
    type Cell = Box<dyn Fn(&Value) -> String>;
    let cells: Vec<(String, Cell)> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cell: Cell = Box::new(move |row: &Value| text(&row["data"][at]));
            (text(&column["name"]), cell)
        })
        .collect();
    let mut shown_columns: Vec<(&str, &dyn Fn(&Value) -> String)> = vec![("INDEX", &index), ("OP", &kind)];
    shown_columns.extend(cells.iter().map(|(name, cell)| (name.as_str(), &**cell)));
    shown.push('\n');
    shown.push_str(&table(&rows, &shown_columns));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_below_what_is_known_of_the_query() {
        let query = json!({
            "query_id": "q", "status": "FINISHED", "end_reason": "max_rows", "row_count": 2, "rows_skipped": 0,
            "job_expire_time": "2026-01-01T00:00:00.000000Z",
            "columns": [{"name": "id"}, {"name": "name"}],
            "rows": [{"index": 0, "kind": "+I", "data": [1, "a"]}, {"index": 1, "kind": "-D", "data": [1, null]}],
        });
        let shown = details(&query);
        let lines: Vec<&str> = shown.lines().collect();
        let head = lines
            .iter()
            .position(|line| line.starts_with("INDEX"))
            .expect("a table");
        assert_eq!(
            lines[head].split_whitespace().collect::<Vec<_>>(),
            ["INDEX", "OP", "id", "name"]
        );
        assert_eq!(
            lines[head + 1].split_whitespace().collect::<Vec<_>>(),
            ["0", "+I", "1", "a"]
        );
        assert!(!details(&json!({"query_id": "q"})).contains("INDEX"));
    }
}
