//! `millstream logs`: what jobs have said.
//!
//! In: whose lines, from which level on. Out: lines. Invariant: following, no line is shown twice and none is left out
//! without a word, also when another manager takes over.

use std::collections::{HashMap, VecDeque};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use crate::client::find::{id, list};
use crate::client::output::{moment, text};
use crate::client::{Client, Connection};
use crate::standard_output::print_line;

const FOLLOW_INTERVAL: Duration = Duration::from_secs(1);
/// The most that the API answers at once.
const PAGE_LINES: usize = 500;
/// A worker's call has no more lines: as many may come once more from a manager that takes over.
const REMEMBERED: usize = 2_000;

#[derive(Args)]
#[command(
    after_help = "Rows of `print` tables are among the lines. Every line has one of Flink's levels; those of each \
    checkpoint are DEBUG\nand not shown unless asked for.\n\nExamples:\n  \
    millstream logs                         the newest lines of all jobs\n  \
    millstream logs orders --follow         of the newest deployment of an application, and on\n  \
    millstream logs orders --level warn     what is not as it should be\n  \
    millstream logs orders --level debug    all, each checkpoint too"
)]
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
    /// Lines of this level and those above it
    #[arg(long, value_enum, default_value = "info", ignore_case = true)]
    level: Level,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }
}

pub(super) fn run(arguments: LogsArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    let mut filter = Map::new();
    filter.insert("level".to_owned(), arguments.level.name().into());
    if let Some(application) = &arguments.application {
        let application = client.application(application)?;
        let deployment = client.deployment(&application, arguments.deployment.as_deref())?;
        filter.insert("deployment_id".to_owned(), id(&deployment).into());
    }
    let mut first = filter.clone();
    first.insert("limit".to_owned(), arguments.limit.into());
    first.insert("sort_order".to_owned(), "desc".into());
    let answer = client.post(&path(&client), &Value::Object(first))?;
    let mut lines = list(&answer, "logs");
    lines.reverse();
    let mut shown = Shown::new(&answer);
    shown.show(&client, &lines);
    if !client.json {
        let hidden = answer["hidden"].as_u64().unwrap_or(0);
        tell_hidden(arguments.level, hidden);
        if lines.is_empty() && hidden == 0 {
            say_if_off(&client)?;
        }
    }
    if arguments.follow {
        follow(&client, &filter, shown, text(&answer["first_log_offset"]))?;
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

fn path(client: &Client) -> String {
    client.of_service(&["logs"])
}

/// Nobody asked for what is left out by default, so nobody knows of it.
fn tell_hidden(level: Level, hidden: u64) {
    if level == Level::Info && hidden > 0 {
        eprintln!("({hidden} lines of level DEBUG, of checkpoints, are not shown: --level debug)");
    }
}

/// Shows what comes after `offset`, until the process is ended.
fn follow(client: &Client, filter: &Map<String, Value>, mut shown: Shown, mut offset: String) -> Result<()> {
    let mut is_page_full = false;
    loop {
        if !is_page_full {
            std::thread::sleep(FOLLOW_INTERVAL);
        }
        let mut next = filter.clone();
        next.insert("sort_order".to_owned(), "asc".into());
        next.insert("limit".to_owned(), json!(PAGE_LINES));
        if !offset.is_empty() {
            next.insert("offset".to_owned(), offset.clone().into());
        }
        let answer = client.post_patiently(&path(client), &Value::Object(next))?;
        let mut lines = list(&answer, "logs");
        is_page_full = lines.len() == PAGE_LINES;
        if shown.is_of_another_manager(&answer) {
            eprintln!("(another manager has taken over; it has none of the lines from before)");
        }
        lines.retain(|line| !shown.is_told_again(line));
        shown.show(client, &lines);
        offset = text(&answer["offset"]);
    }
}

/// The last lines that were shown, and whose they were.
struct Shown {
    epoch: String,
    order: VecDeque<Mark>,
    /// What was shown of managers before this one, and how often: workers may tell that manager the same, on whichever
    /// page.
    of_before: HashMap<Mark, usize>,
}

/// What makes a line that line, whoever tells of it.
type Mark = (String, String, String);

fn mark(line: &Value) -> Mark {
    (
        text(&line["time"]),
        text(&line["deployment_id"]),
        text(&line["msg"]),
    )
}

impl Shown {
    fn new(answer: &Value) -> Shown {
        Shown {
            epoch: text(&answer["epoch"]),
            order: VecDeque::new(),
            of_before: HashMap::new(),
        }
    }

    fn is_of_another_manager(&mut self, answer: &Value) -> bool {
        let epoch = text(&answer["epoch"]);
        let before = std::mem::replace(&mut self.epoch, epoch);
        let is_another = before != self.epoch;
        if is_another {
            self.of_before.clear();
            for mark in &self.order {
                *self.of_before.entry(mark.clone()).or_default() += 1;
            }
        }
        is_another
    }

    /// A line of before that another manager has, too: each is passed over as often as it was shown.
    fn is_told_again(&mut self, line: &Value) -> bool {
        match self.of_before.get_mut(&mark(line)) {
            Some(times) if *times > 0 => {
                *times -= 1;
                true
            }
            _ => false,
        }
    }

    fn show(&mut self, client: &Client, lines: &[Value]) {
        for line in lines {
            print_line(&match client.json {
                true => line.to_string(),
                false => shown_line(line),
            });
            self.order.push_back(mark(line));
            if self.order.len() > REMEMBERED {
                self.order.pop_front();
            }
        }
    }
}

/// `2026-11-22 19:41:10 INFO  orders: +I[1]`.
fn shown_line(line: &Value) -> String {
    format!(
        "{} {:<5} {}: {}",
        moment(&line["time"]),
        text(&line["level"]),
        text(&line["unit"]),
        text(&line["msg"])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_manager_tells_again_is_known() {
        let line =
            |time: &str, msg: &str| json!({"time": time, "deployment_id": "d", "msg": msg, "level": "WARN"});
        let mut shown = Shown::new(&json!({"epoch": "a"}));
        let client = Connection {
            json: true,
            ..Connection::default()
        };
        let client = client.client().expect("a client");
        let one = line("2026-11-22T19:41:10.000001Z", "one");
        shown.show(&client, std::slice::from_ref(&one));
        assert!(!shown.is_of_another_manager(&json!({"epoch": "a"})));
        assert!(!shown.is_told_again(&one), "the same manager tells of each once");
        let many: Vec<Value> = (0..PAGE_LINES * 3).map(|at| line(&at.to_string(), "x")).collect();
        shown.show(&client, &many);
        assert!(shown.is_of_another_manager(&json!({"epoch": "b"})));
        for page in many.chunks(PAGE_LINES) {
            assert!(!shown.is_of_another_manager(&json!({"epoch": "b"})));
            assert!(page.iter().all(|line| shown.is_told_again(line)));
        }
        assert!(
            shown.is_told_again(&one) && !shown.is_told_again(&one),
            "as often as it was shown"
        );
        assert!(!shown.is_told_again(&line("2026-11-22T19:41:10.000002Z", "one")));
        let many: Vec<Value> = (0..REMEMBERED).map(|at| line(&at.to_string(), "y")).collect();
        shown.show(&client, &many);
        assert!(shown.is_of_another_manager(&json!({"epoch": "c"})));
        assert!(!shown.is_told_again(&one), "it is too long ago");
        assert_eq!(
            (shown.order.len(), shown.of_before.len()),
            (REMEMBERED, REMEMBERED)
        );
        assert_eq!(
            shown_line(&line("2026-11-22T19:41:10.000001Z", "one")),
            "2026-11-22 19:41:10 WARN  : one"
        );
    }
}
