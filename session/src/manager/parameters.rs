//! What a job is told at start.
//!
//! In: a deployment, its program, its session cluster. Out: the JSON that a job reads as its first line, with secrets.
//! Invariant: made anew for every attempt, so that a changed password of an integration reaches the next one.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Settings, strategy};
use crate::model::{Deployment, Program};

pub(super) fn parameters(
    settings: &Settings,
    deployment: &Deployment,
    program: &Program,
    user_config: &Map<String, Value>,
    options: &BTreeMap<String, BTreeMap<String, String>>,
) -> Value {
    let mut config = strategy::job_config(user_config, &program.config);
    // The request decides; the statement's wish is for programs that run without a session cluster.
    config.insert(
        "parallelism.default".to_owned(),
        deployment.parallelism.to_string(),
    );
    let mut parameters = json!({
        "name": program.name,
        "job_id": deployment.id,
        "attempt": deployment.attempt,
        "parallelism": deployment.parallelism,
        "config": config,
        "tables": options,
        "resolves_references": false,
        "files": settings.files,
        "checkpoints": settings.checkpoints_url(),
    });
    if deployment.is_fence {
        parameters["fences"] = json!(true);
        return parameters;
    }
    if deployment.restore_from.is_some() || !deployment.predecessors.is_empty() {
        // Of several places the job finds the newest: it can ask the sinks, too.
        match deployment.predecessors.is_empty() {
            true => parameters["restore_from"] = json!(deployment.restore_from),
            false => parameters["predecessors"] = json!(deployment.predecessors),
        }
        if deployment.must_restore && !deployment.predecessors.is_empty() {
            parameters["must_restore"] = json!(true);
        }
        // The policy has had its say before the deployment was stored.
        parameters["allow_dropped_state"] = json!(true);
        if deployment.may_lose_output {
            parameters["allow_lost_output"] = json!(true);
        }
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_dropped_only_where_the_caller_agreed_and_state_where_the_policy_did() {
        let program = Program {
            deployment_id: "d".to_owned(),
            name: "n".to_owned(),
            tables: Vec::new(),
            config: BTreeMap::new(),
            operators: Vec::new(),
            plan: String::new(),
        };
        let mut deployment = Deployment::new("d", "a", "v", "u", String::new());
        deployment.restore_from = Some("file:///c".to_owned());
        for (may_lose_output, expected) in [(false, Value::Null), (true, json!(true))] {
            deployment.may_lose_output = may_lose_output;
            let settings = Settings::in_folder("/data".into());
            let told = parameters(&settings, &deployment, &program, &Map::new(), &BTreeMap::new());
            assert_eq!(told["allow_dropped_state"], json!(true));
            assert_eq!(told["allow_lost_output"], expected);
            assert_eq!(
                told["must_restore"],
                Value::Null,
                "what is named must be there anyway"
            );
        }
        deployment.predecessors = vec!["file:///c/".to_owned()];
        deployment.must_restore = true;
        let settings = Settings::in_folder("/data".into());
        let told = parameters(&settings, &deployment, &program, &Map::new(), &BTreeMap::new());
        assert_eq!(told["must_restore"], json!(true));
    }
}
