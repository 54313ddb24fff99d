//! How to go back when nothing runs after a deployment was replaced.
//!
//! In: the replaced deployment as it has ended. Out: the command that starts it again from where it ended. Invariant:
//! the command needs nothing but what is in the session cluster: its version, parallelism and savepoint.

use serde_json::Value;

use crate::client::output::text;

pub(super) struct WayBack {
    application: String,
    command: String,
}

impl WayBack {
    /// `ended`: the deployment that was replaced.
    pub(super) fn new(application: &Value, ended: &Value) -> WayBack {
        let application = text(&application["name"]);
        let version = match ended["version"].as_u64() {
            Some(number) if number > 0 => number.to_string(),
            _ => text(&ended["version_id"]),
        };
        // Without a savepoint its newest checkpoint is the newest there is.
        let from = match text(&ended["last_savepoint"]) {
            none if none.is_empty() || ended["status"] != "FINISHED" => "latest".to_owned(),
            savepoint => savepoint,
        };
        let mut command = format!(
            "millstream deployment create {application} --version {version} --starting-savepoint {from}"
        );
        if let Some(parallelism) = ended["parallelism"].as_u64() {
            command.push_str(&format!(" --parallelism {parallelism}"));
        }
        if ended["restart_enabled"] == false {
            command.push_str(" --no-restart");
        }
        WayBack { application, command }
    }

    /// One line.
    pub(super) fn told(&self) -> String {
        let WayBack { application, command } = self;
        format!("nothing of {application} runs now; back to what ran before: {command}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_command_names_version_state_and_parallelism() {
        let create = "millstream deployment create orders --version";
        for (ended, expected) in [
            (
                json!({"version": 3, "parallelism": 2, "status": "FINISHED", "restart_enabled": true,
                    "last_savepoint": "file:///s/1/manifest.json"}),
                format!("{create} 3 --starting-savepoint file:///s/1/manifest.json --parallelism 2"),
            ),
            (
                json!({"version": 3, "parallelism": 1, "status": "CANCELED", "restart_enabled": false,
                    "last_savepoint": "file:///an/older/one"}),
                format!("{create} 3 --starting-savepoint latest --parallelism 1 --no-restart"),
            ),
            (
                json!({"version": null, "version_id": "v-id", "status": "CANCELED", "last_savepoint": null}),
                format!("{create} v-id --starting-savepoint latest"),
            ),
        ] {
            let told = WayBack::new(&json!({"name": "orders"}), &ended).told();
            let expected = format!("nothing of orders runs now; back to what ran before: {expected}");
            assert_eq!(told, expected);
        }
    }
}
