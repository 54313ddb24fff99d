//! Waiting for a deployment with its progress shown.
//!
//! In: a deployment and where it should get. Out: the deployment as it is then. Invariant: it ends when the goal is
//! reached or cannot be reached any more; what the manager says about the wait is shown when it changes.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use super::Client;
use super::find::id;
use super::output::text;
use crate::failure::Failure;
use crate::standard_output::print_line;

/// Exit code for a deployment that did not get where it should.
pub(crate) const NOT_RUNNING: u8 = 3;
const LOOK_INTERVAL: Duration = Duration::from_millis(200);
/// A job that starts and fails at once shows RUNNING for a moment.
const STEADY: Duration = Duration::from_millis(600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    Running,
    Finished,
    Canceled,
}

impl Goal {
    fn is_reached(self, deployment: &Value) -> bool {
        match (self, status(deployment)) {
            // A bounded job may have ended before anybody looked.
            (Goal::Running, "RUNNING" | "FINISHED") => true,
            (Goal::Finished, "FINISHED") => true,
            (Goal::Canceled, "CANCELED") => true,
            _ => false,
        }
    }
}

fn status(deployment: &Value) -> &str {
    deployment["status"].as_str().unwrap_or_default()
}

/// Nothing of it runs or will run.
pub(crate) fn is_ended(deployment: &Value) -> bool {
    matches!(
        status(deployment),
        "FAILED" | "CANCELED" | "FINISHED" | "SUSPENDED"
    )
}

/// Follows the deployment until it runs or has ended.
pub(crate) fn wait(client: &Client, application: &Value, deployment: &Value) -> Result<Value> {
    let path = client.of_flink(&["application", id(application), "deployment", id(deployment)]);
    let mut shown = String::new();
    let mut running_since: Option<Instant> = None;
    loop {
        let deployment = client.get_patiently(&path)?;
        let line = line(&deployment);
        if line != shown {
            eprintln!("{line}");
            shown = line;
        }
        running_since = match status(&deployment) {
            "RUNNING" => Some(running_since.unwrap_or_else(Instant::now)),
            _ => None,
        };
        // A wait for the end that finds the job running again: the savepoint failed, and the job goes on.
        let is_steady = running_since.is_some_and(|since| since.elapsed() >= STEADY);
        if is_ended(&deployment) || is_steady {
            return Ok(deployment);
        }
        std::thread::sleep(LOOK_INTERVAL);
    }
}

/// Follows a savepoint that was asked for: the exit code of a command.
pub(crate) fn saved(client: &Client, application: &Value, deployment: &Value) -> Result<ExitCode> {
    let path = client.of_flink(&["application", id(application), "deployment", id(deployment)]);
    let before = text(&deployment["last_savepoint"]);
    loop {
        let deployment = client.get_patiently(&path)?;
        if status(&deployment) == "SAVING" {
            std::thread::sleep(LOOK_INTERVAL);
            continue;
        }
        let savepoint = text(&deployment["last_savepoint"]);
        if savepoint.is_empty() || savepoint == before {
            let message = format!("no savepoint was taken: {}", line(&deployment));
            return Err(Failure::new(NOT_RUNNING, message).into());
        }
        client.show(&deployment, |_| format!("{savepoint}\n"));
        return Ok(ExitCode::SUCCESS);
    }
}

/// `deployment 1234abcd: CREATED, waits for 2 task slots`.
fn line(deployment: &Value) -> String {
    let short: String = id(deployment).chars().take(8).collect();
    let message = text(&deployment["error_msg"]);
    let message = if message.is_empty() {
        message
    } else {
        format!(": {message}")
    };
    format!("deployment {short} {}{message}", status(deployment))
}

/// Waits and says how it went: the exit code of a command.
pub(crate) fn report(
    client: &Client,
    application: &Value,
    deployment: &Value,
    goal: Goal,
) -> Result<ExitCode> {
    let deployment = wait(client, application, deployment)?;
    let savepoint = text(&deployment["last_savepoint"]);
    match client.json {
        true => client.show(&deployment, |_| String::new()),
        false if !savepoint.is_empty() && goal == Goal::Finished => print_line(&savepoint),
        false => {}
    }
    match goal.is_reached(&deployment) {
        true => Ok(ExitCode::SUCCESS),
        false => missed(client, &deployment),
    }
}

/// It did not get where it should. People have seen its last line already.
pub(crate) fn missed(client: &Client, deployment: &Value) -> Result<ExitCode> {
    match client.json {
        true => Err(Failure::new(NOT_RUNNING, line(deployment)).into()),
        false => Ok(ExitCode::from(NOT_RUNNING)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn goals_are_reached_by_their_statuses() {
        let reached = |goal: Goal, status: &str| goal.is_reached(&json!({ "status": status }));
        for (goal, status) in [
            (Goal::Running, "RUNNING"),
            (Goal::Running, "FINISHED"),
            (Goal::Finished, "FINISHED"),
            (Goal::Canceled, "CANCELED"),
        ] {
            assert!(reached(goal, status), "{goal:?} {status}");
        }
        for (goal, status) in [
            (Goal::Running, "FAILED"),
            (Goal::Finished, "CANCELED"),
            (Goal::Running, "CREATED"),
        ] {
            assert!(!reached(goal, status), "{goal:?} {status}");
        }
    }

    #[test]
    fn a_line_says_status_and_why() {
        let deployment =
            json!({"id": "12345678-abcd", "status": "CREATED", "error_msg": "waits for 2 task slots"});
        assert_eq!(
            line(&deployment),
            "deployment 12345678 CREATED: waits for 2 task slots"
        );
    }
}
