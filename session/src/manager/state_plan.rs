//! What becomes of the state of a savepoint or checkpoint when a version restores it, known before anything starts.
//!
//! In: the text of its manifest, the operators of the version. Out: the fate of every operator with state. Invariant:
//! the job comes to the same answer when it restores (`runtime::checkpoint::restore`): what is `Reset` or `Dropped`
//! here although the manifest has state of it, it refuses unless the deployment allows dropped state.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use crate::model::deployment::{OperatorPlan, StateFate};
use crate::model::program::ProgramOperator;

/// What counts here of a manifest.
#[derive(Deserialize)]
struct Manifest {
    operators: Vec<Stateful>,
    /// Splits by uid of the source.
    sources: BTreeMap<String, Vec<Split>>,
    /// Output for sinks' tables, by their names.
    #[serde(default)]
    staged: BTreeMap<String, serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Stateful {
    uid: String,
    name: String,
    /// Manifests of old versions do not have it.
    #[serde(default)]
    state_fingerprint: Option<String>,
}

#[derive(Deserialize)]
struct Split {
    position: serde_json::Value,
}

/// The operators of the version in the order of its plan, then what none of them takes over.
pub fn state_plan(
    manifest: &str,
    operators: &[ProgramOperator],
) -> Result<Vec<OperatorPlan>, serde_json::Error> {
    let manifest: Manifest = serde_json::from_str(manifest)?;
    let mut plan: Vec<OperatorPlan> = operators
        .iter()
        .filter_map(|operator| {
            let fate = fate(operator, &manifest)?;
            Some(planned(&operator.name, &operator.uid, fate))
        })
        .collect();
    let claimed: BTreeSet<&str> = operators.iter().map(|operator| operator.uid.as_str()).collect();
    let dropped = manifest.operators.iter().map(|state| (&state.name, &state.uid));
    let dropped = dropped.filter(|(_, uid)| !claimed.contains(uid.as_str()));
    plan.extend(dropped.map(|(name, uid)| planned(name, uid, StateFate::Dropped)));
    let sources = manifest.sources.iter();
    let positions = sources.filter(|(uid, splits)| !claimed.contains(uid.as_str()) && has_position(splits));
    plan.extend(positions.map(|(uid, _)| planned("source", uid, StateFate::Dropped)));
    Ok(plan)
}

/// What counts here of the manifests that a job of these operators writes.
pub(super) fn would_write(operators: &[ProgramOperator]) -> String {
    let stateful = operators.iter().filter(|one| one.state_fingerprint.is_some());
    let stateful = stateful
        .map(|one| json!({"uid": one.uid, "name": one.name, "state_fingerprint": one.state_fingerprint}));
    let sources = operators.iter().filter(|one| is_source(one));
    let sources = sources.map(|one| (one.uid.clone(), json!([{"position": 0}])));
    json!({
        "operators": stateful.collect::<Vec<_>>(),
        "sources": sources.collect::<BTreeMap<_, _>>(),
    })
    .to_string()
}

/// The tables for which the manifest holds output.
pub(super) fn staged(manifest: &str) -> Result<Vec<String>, serde_json::Error> {
    let manifest: Manifest = serde_json::from_str(manifest)?;
    Ok(manifest.staged.into_keys().collect())
}

/// Names of the operators whose state in the manifest the version does not take over.
pub fn lost(manifest: &str, plan: &[OperatorPlan]) -> Result<Vec<String>, serde_json::Error> {
    let manifest: Manifest = serde_json::from_str(manifest)?;
    let had_state = |uid: &str| manifest.operators.iter().any(|state| state.uid == uid);
    let lost = plan.iter().filter(|one| match one.state {
        StateFate::Dropped => true,
        // An operator that is new had nothing to lose.
        StateFate::Reset => had_state(&one.uid),
        StateFate::Reused | StateFate::Migrated => false,
    });
    Ok(lost.map(|one| one.name.clone()).collect())
}

fn planned(name: &str, uid: &str, state: StateFate) -> OperatorPlan {
    OperatorPlan {
        name: name.to_owned(),
        uid: uid.to_owned(),
        state,
    }
}

/// `None` where an operator neither has nor had state. That of a source is how far it has read.
fn fate(operator: &ProgramOperator, manifest: &Manifest) -> Option<StateFate> {
    if is_source(operator) {
        let is_known = manifest.sources.contains_key(&operator.uid);
        return Some(if is_known {
            StateFate::Reused
        } else {
            StateFate::Reset
        });
    }
    let written = manifest.operators.iter().find(|state| state.uid == operator.uid);
    match (written, &operator.state_fingerprint) {
        (None, None) => None,
        (None, Some(_)) => Some(StateFate::Reset),
        (Some(written), wanted) => {
            let is_same = written.state_fingerprint.is_none() || &written.state_fingerprint == wanted;
            Some(if is_same {
                StateFate::Reused
            } else {
                StateFate::Reset
            })
        }
    }
}

/// Descriptions begin with the operator's name.
fn is_source(operator: &ProgramOperator) -> bool {
    let line = operator.description.strip_prefix(&operator.name);
    line.is_some_and(|line| line.starts_with(": Source("))
}

fn has_position(splits: &[Split]) -> bool {
    splits.iter().any(|split| !split.position.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"{
        "format": 1, "self_contained": true, "id": "savepoint-1", "epoch": 3,
        "sources": {
            "s1": [{"id": "orders/0", "position": 17}],
            "s2": [{"id": "gone/0", "position": 4}],
            "v": [{"id": "values", "position": null}]
        },
        "operators": [
            {"uid": "same", "name": "group_by_a", "state_fingerprint": "f1", "tables": 1},
            {"uid": "changed", "name": "group_by_b", "state_fingerprint": "f2", "tables": 1},
            {"uid": "old", "name": "group_by_c", "tables": 1},
            {"uid": "removed", "name": "group_by_d", "state_fingerprint": "f4", "tables": 1}
        ]}"#;

    fn operator(uid: &str, description: &str, fingerprint: Option<&str>) -> ProgramOperator {
        ProgramOperator {
            name: format!("name of {uid}"),
            uid: uid.to_owned(),
            state_fingerprint: fingerprint.map(str::to_owned),
            description: format!("name of {uid}: {description}"),
            inputs: Vec::new(),
        }
    }

    #[test]
    fn every_operator_has_its_fate() {
        let operators = [
            operator("s1", "Source(table=[orders])", None),
            operator("s3", "Source(table=[more])", None),
            operator("c", "Calc(select=[a])", None),
            operator("same", "GroupAgg(a)", Some("f1")),
            operator("changed", "GroupAgg(b)", Some("f9")),
            operator("old", "GroupAgg(c)", Some("f3")),
            operator("new", "GroupAgg(e)", Some("f5")),
        ];
        let plan = state_plan(MANIFEST, &operators).expect("a manifest");
        let fates: Vec<(&str, StateFate)> = plan.iter().map(|one| (one.uid.as_str(), one.state)).collect();
        assert_eq!(
            fates,
            [
                ("s1", StateFate::Reused),
                ("s3", StateFate::Reset),
                ("same", StateFate::Reused),
                ("changed", StateFate::Reset),
                ("old", StateFate::Reused),
                ("new", StateFate::Reset),
                ("removed", StateFate::Dropped),
                ("s2", StateFate::Dropped),
            ]
        );
        assert_eq!(plan[6].name, "group_by_d");
        let lost = lost(MANIFEST, &plan).expect("a manifest");
        assert_eq!(lost, ["name of changed", "group_by_d", "source"]);
    }

    #[test]
    fn what_a_running_version_will_leave_is_known_before_its_first_checkpoint() {
        let before = [
            operator("s1", "Source(table=[orders])", None),
            operator("c", "Calc(select=[a])", None),
            operator("sum", "GroupAgg(a)", Some("f1")),
        ];
        let manifest = would_write(&before);
        let plan = state_plan(&manifest, &before).expect("a manifest");
        assert!(plan.iter().all(|one| one.state == StateFate::Reused), "{plan:?}");
        assert_eq!(lost(&manifest, &plan).expect("a manifest"), Vec::<String>::new());
        let after = [operator("sum", "GroupAgg(a)", Some("f2"))];
        let plan = state_plan(&manifest, &after).expect("a manifest");
        assert_eq!(
            lost(&manifest, &plan).expect("a manifest"),
            ["name of sum", "source"]
        );
    }

    #[test]
    fn what_is_no_manifest_is_an_error() {
        assert!(state_plan("{}", &[]).is_err());
    }
}
