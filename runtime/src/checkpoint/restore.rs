//! What a job takes over from a checkpoint.
//!
//! In: a manifest, the job's operators. Out: state in the operators' tables. Invariant: no state is dropped
//! silently: what no operator claims is an error unless the configuration allows it.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::Manifest;
use super::part::sections;
use super::store::CheckpointStore;
use crate::error::JobError;
use crate::operator::Operator;
use crate::state::key::KeyGroupRange;

/// State and positions of the checkpoint that nothing in the job claims, by uid.
pub(crate) fn unclaimed(manifest: &Manifest, uids: &BTreeSet<&str>) -> Vec<String> {
    let named = |name: &str, uid: &str| format!("{name} ({uid})");
    let operators = manifest.operators.iter();
    let lost = operators.filter(|operator| !uids.contains(operator.uid.as_str()));
    let lost = lost.map(|operator| named(&operator.name, &operator.uid));
    let sources = manifest.sources.iter().filter(|(uid, splits)| {
        let has_position = splits.iter().any(|split| !split.position.is_null());
        has_position && !uids.contains(uid.as_str())
    });
    lost.chain(sources.map(|(uid, _)| named("source", uid))).collect()
}

/// Fails if the job would lose state, with the operators concerned.
pub(crate) fn check(
    manifest: &Manifest,
    uids: &BTreeSet<&str>,
    ignore: bool,
) -> Result<Vec<String>, JobError> {
    let lost = unclaimed(manifest, uids);
    if lost.is_empty() || ignore {
        return Ok(lost);
    }
    Err(JobError::Checkpoint(format!(
        "checkpoint {} has state of operators that are not in this job: {}; to drop it set \
         'execution.state-recovery.ignore-unclaimed-state' to 'true', or begin anew with --from-scratch",
        manifest.id,
        lost.join(", ")
    )))
}

/// Fills the tables of one thread's operators (by uid) with its key groups.
pub(crate) fn fill(
    store: &CheckpointStore,
    manifest: &Manifest,
    operators: &mut BTreeMap<&str, &mut Box<dyn Operator>>,
    own: KeyGroupRange,
) -> Result<(), JobError> {
    for part in &manifest.parts {
        let (first, end) = part.key_groups;
        if end <= own.start || own.end <= first {
            continue;
        }
        let bytes = store.get(&part.path)?;
        for section in sections(&bytes)? {
            // Parts may also hold state that an earlier job dropped: the manifest does not name it any more.
            let is_named = manifest
                .operators
                .iter()
                .any(|operator| operator.uid == section.uid);
            let Some(operator) = operators.get_mut(section.uid).filter(|_| is_named) else {
                continue;
            };
            let mut tables = operator.state();
            let table = tables.get_mut(section.table).ok_or_else(|| {
                let message = format!("operator {} has no table {}", section.uid, section.table);
                JobError::Checkpoint(message)
            })?;
            table.restore(section.records, own)?;
        }
    }
    for operator in operators.values_mut() {
        operator.on_restored()?;
    }
    Ok(())
}
