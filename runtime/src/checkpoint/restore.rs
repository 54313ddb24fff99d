//! What a job takes over from a checkpoint.
//!
//! In: a manifest, the job's operators. Out: state in the operators' tables. Invariant: no state is dropped
//! silently: what no operator claims, or claims in another form, is an error unless the deployment allows it.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::Manifest;
use super::part::sections;
use super::store::CheckpointStore;
use crate::error::JobError;
use crate::job::Node;
use crate::log;
use crate::operator::Operator;
use crate::state::key::KeyGroupRange;

/// A checkpoint or savepoint that a job starts from.
pub(crate) struct Restored {
    pub(crate) manifest: Manifest,
    /// What the manifest's paths are relative to.
    pub(crate) store: CheckpointStore,
    /// Of the manifest.
    pub(crate) url: String,
    /// Uids of operators whose state is there in another form: they start without.
    pub(crate) reset: BTreeSet<String>,
}

/// State that the job would not take over.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Lost {
    /// State and positions that nothing in the job claims.
    unclaimed: Vec<String>,
    /// Operators with state of another form: name and uid.
    changed: Vec<(String, String)>,
}

impl Lost {
    pub(crate) fn new(manifest: &Manifest, nodes: &[Node]) -> Lost {
        let named = |name: &str, uid: &str| format!("{name} ({uid})");
        let claims: BTreeMap<&str, &Node> = nodes.iter().map(|node| (node.uid, node)).collect();
        let mut lost = Lost::default();
        for operator in &manifest.operators {
            match claims.get(operator.uid.as_str()) {
                None => lost.unclaimed.push(named(&operator.name, &operator.uid)),
                // Checkpoints of old versions do not say it.
                Some(node) => {
                    let written = operator.state_fingerprint.as_deref();
                    if written.is_some() && written != node.state_fingerprint {
                        lost.changed.push((node.name.to_owned(), operator.uid.clone()));
                    }
                }
            }
        }
        for (uid, splits) in &manifest.sources {
            let has_position = splits.iter().any(|split| !split.position.is_null());
            if has_position && !claims.contains_key(uid.as_str()) {
                lost.unclaimed.push(named("source", uid));
            }
        }
        lost
    }

    /// Fails if there is any, with the operators concerned; where it may be lost, says so.
    pub(crate) fn check(&self, checkpoint_id: &str, is_allowed: bool) -> Result<(), JobError> {
        let changed: Vec<String> = self
            .changed
            .iter()
            .map(|(name, uid)| format!("{name} ({uid})"))
            .collect();
        if is_allowed {
            for operator in &self.unclaimed {
                log::warn(format_args!(
                    "checkpoint {checkpoint_id}: state of {operator} is dropped"
                ));
            }
            for operator in &changed {
                log::warn(format_args!(
                    "checkpoint {checkpoint_id}: operator {operator} starts without state, for its state there has \
                     another form"
                ));
            }
            return Ok(());
        }
        let found = match (self.unclaimed.is_empty(), changed.is_empty()) {
            (true, true) => return Ok(()),
            (false, _) => format!(
                "has state of operators that are not in this job: {}",
                self.unclaimed.join(", ")
            ),
            (true, false) => format!(
                "has state of another form than this job's operators: {}",
                changed.join(", ")
            ),
        };
        Err(JobError::Checkpoint(format!(
            "checkpoint {checkpoint_id} {found}; to drop it set \
             'execution.state-recovery.ignore-unclaimed-state' to 'true', or begin anew with --from-scratch"
        )))
    }

    /// Uids of operators that start without state.
    pub(crate) fn reset(self) -> BTreeSet<String> {
        self.changed.into_iter().map(|(_, uid)| uid).collect()
    }
}

/// Fills the tables of one thread's operators (by uid) with its key groups.
pub(crate) fn fill(
    restored: &Restored,
    operators: &mut BTreeMap<&str, &mut Box<dyn Operator>>,
    own: KeyGroupRange,
) -> Result<(), JobError> {
    // Parts may also hold state that an earlier job dropped: the manifest does not name it any more.
    let named = restored.manifest.operators.iter();
    let named: BTreeSet<&str> = named.map(|operator| operator.uid.as_str()).collect();
    operators.retain(|uid, _| named.contains(uid) && !restored.reset.contains(*uid));
    for part in &restored.manifest.parts {
        let (first, end) = part.key_groups;
        if end <= own.start || own.end <= first {
            continue;
        }
        let bytes = restored.store.get(&part.path)?;
        for section in sections(&bytes)? {
            let Some(operator) = operators.get_mut(section.uid) else {
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
