//! What a deployment would do, asked before anything is stopped for it.
//!
//! In: the request for a deployment. Out: the session cluster's plan, shown, and whether to go on. Invariant: a plan is
//! complete: its version is built, or cannot be, or something else is in its way already.

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use session::build::progress::shown;

use crate::client::Client;
use crate::client::find::{id, list, short_id};
use crate::client::output::{field, table, text};
use crate::client::progress::Progress;

pub(super) struct Plan(Value);

/// What the user agrees to.
pub(super) struct Wish {
    /// The loss of state.
    pub(super) is_approved: bool,
    /// To deploy what may not run.
    pub(super) is_forced: bool,
}

/// Asks until the version is built.
pub(super) fn plan(client: &Client, application: &Value, version: &Value, request: &Value) -> Result<Plan> {
    let path = client.of_flink(&["application", id(application), "deployment", "plan"]);
    let mut progress = Progress::begin();
    loop {
        let plan = client.post(&path, request)?;
        // A build that would be for nothing is not waited for.
        if plan["build"] != "building" || !list(&plan, "missing_topics").is_empty() {
            return Ok(Plan(plan));
        }
        progress.show(&building(version, &plan, progress.elapsed()));
    }
}

/// `version 3 is being built, 20 s: building the runtime …`.
fn building(version: &Value, plan: &Value, elapsed: Duration) -> String {
    let message = match text(&plan["build_message"]) {
        message if message.is_empty() => message,
        message => format!(": {message}"),
    };
    let number = text(&version["version"]);
    format!("version {number} is being built, {}{message}", shown(elapsed))
}

impl Plan {
    /// Nothing is there to continue from.
    pub(super) fn is_from_nothing(&self) -> bool {
        self.0["restore_from"].is_null() && list(&self.0, "state_plan").is_empty()
    }

    pub(super) fn show(&self, client: &Client) {
        tell_state(client, &self.0["state_plan"]);
        for reason in list(&self.0, "unreachable") {
            eprintln!("warning: {}", text(&reason));
        }
    }

    /// Why the deployment should not be started. `runs`: something has to be stopped for it.
    pub(super) fn refusal(&self, wish: &Wish, policy: &str, runs: bool) -> Option<String> {
        let missing: Vec<String> = list(&self.0, "missing_topics").iter().map(text).collect();
        if !missing.is_empty() {
            return Some(missing.join("\n       "));
        }
        if let Some(message) = self.0["build_error"].as_str() {
            return Some(message.to_owned());
        }
        let lost: Vec<String> = list(&self.0, "lost_state").iter().map(text).collect();
        if !lost.is_empty() {
            let lost = lost.join(", ");
            let what =
                format!("the version does not take over all state: {lost} would begin anew or be dropped");
            match (policy, wish.is_approved) {
                ("reject", _) => {
                    return Some(format!("{what}; the application's restore policy is 'reject'"));
                }
                (_, false) => {
                    return Some(format!(
                        "{what}; --approve agrees to that, --from-scratch begins anew"
                    ));
                }
                (_, true) => {}
            }
        }
        let unreachable: Vec<String> = list(&self.0, "unreachable").iter().map(text).collect();
        if runs && !wish.is_forced && !unreachable.is_empty() {
            return Some(format!(
                "{}; the new deployment might not run. --force deploys anyway: workers may reach what the manager \
                 does not",
                unreachable.join("\n       ")
            ));
        }
        // Where nothing runs, waiting harms nobody.
        let waits_for = self.0["waits_for"].as_str().filter(|_| runs)?;
        Some(format!("the new deployment would not run: it {waits_for}"))
    }
}

/// A line for each operator with state.
pub(super) fn tell_state(client: &Client, state_plan: &Value) {
    let operators = state_plan.as_array().map_or(&[][..], Vec::as_slice);
    if !client.json && !operators.is_empty() {
        eprint!(
            "{}",
            table(
                operators,
                &[("OPERATOR", &field("name")), ("STATE", &field("state"))]
            )
        );
    }
}

/// Where the deployment begins.
pub(super) fn tell_origin(client: &Client, deployment: &Value) {
    if !client.json {
        eprintln!(
            "deployment {} starts from {}",
            short_id(deployment),
            origin(deployment)
        );
    }
}

fn origin(deployment: &Value) -> String {
    match deployment["restore_from"].as_str() {
        Some(url) if url.contains("/checkpoints/") => format!("the checkpoint {url}"),
        Some(url) => format!("the savepoint {url}"),
        None => "scratch".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_stopped_for_what_will_not_run_or_loses_state() {
        let lost = json!({"lost_state": ["sum"], "build": "built"});
        let no_room = json!({"lost_state": [], "waits_for": "waits for 11 slots", "build": "built"});
        let broken = json!({"lost_state": [], "build": "failed", "build_error": "building failed"});
        let wrong = json!({"build": "building", "missing_topics": ["table t: topic 'x' does not exist"]});
        let silent = json!({"build": "built", "unreachable": ["service 'k' cannot be asked"]});
        for (plan, is_approved, policy, runs, expected) in [
            (&wrong, true, "allow", true, Some("topic 'x'")),
            (&wrong, true, "allow", false, Some("topic 'x'")),
            (&silent, true, "allow", true, Some("--force")),
            (&silent, true, "allow", false, None),
            (&lost, false, "allow", true, Some("--approve")),
            (&lost, false, "approve", false, Some("sum")),
            (&lost, true, "allow", true, None),
            (&lost, true, "reject", true, Some("'reject'")),
            (&no_room, true, "allow", true, Some("waits for 11 slots")),
            (&no_room, true, "allow", false, None),
            (&broken, true, "allow", false, Some("building failed")),
        ] {
            let wish = Wish {
                is_approved,
                is_forced: false,
            };
            let refusal = Plan(plan.clone()).refusal(&wish, policy, runs);
            match expected {
                Some(part) => assert!(
                    refusal.as_deref().is_some_and(|why| why.contains(part)),
                    "{refusal:?}"
                ),
                None => assert_eq!(refusal, None),
            }
        }
    }

    #[test]
    fn who_insists_deploys_where_no_broker_can_be_asked() {
        let plan = Plan(json!({"build": "built", "unreachable": ["service 'k' cannot be asked"]}));
        let wish = Wish {
            is_approved: false,
            is_forced: true,
        };
        assert_eq!(plan.refusal(&wish, "allow", true), None);
    }

    #[test]
    fn a_build_says_what_it_is_at_and_how_long() {
        let version = json!({"version": 3});
        for (message, expected) in [
            (json!(null), "version 3 is being built, 1 min 5 s"),
            (
                json!("building the runtime"),
                "version 3 is being built, 1 min 5 s: building the runtime",
            ),
        ] {
            let plan = json!({"build": "building", "build_message": message});
            assert_eq!(building(&version, &plan, Duration::from_secs(65)), expected);
        }
    }

    #[test]
    fn where_it_starts_is_said() {
        for (url, expected) in [
            (
                json!("file:///s/d/checkpoints/9/manifest.json"),
                "the checkpoint file:///s/d/checkpoints/9/manifest.json",
            ),
            (
                json!("file:///s/1/manifest.json"),
                "the savepoint file:///s/1/manifest.json",
            ),
            (json!(null), "scratch"),
        ] {
            assert_eq!(origin(&json!({ "restore_from": url })), expected);
        }
    }
}
