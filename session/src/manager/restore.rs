//! Where a new deployment begins, and what becomes of the state there.
//!
//! In: what the caller names, what the catalogue knows, the manifest. Out: a URL, the fate of every operator's state.
//! Invariant: nothing is dropped that the application's policy does not let go; what was to be restored and cannot be
//! read is told, never passed over.

use std::sync::Arc;

use super::{lineage, savepoints, state_plan, storage};
use crate::catalogue::{Tables, Transaction};
use crate::model::application::{Restore, RestorePolicy};
use crate::model::deployment::OperatorPlan;
use crate::model::{Application, Deployment, Program, Savepoint, SavepointKind};
use crate::refusal::Refusal;

const SAVEPOINT_TEXT_MAX: usize = 2_048;

/// Where to look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// What the caller has named.
    pub(super) named: Option<String>,
    /// What the application's setting says: the first that holds anything.
    pub(super) predecessors: Vec<String>,
}

/// What is there.
pub(super) struct Found {
    /// Of the manifest.
    pub(super) url: String,
    manifest: String,
}

/// The savepoint that is named, else what the application's setting says.
pub(super) fn place(
    tables: &Tables,
    application: &Application,
    starting_savepoint: Option<&str>,
) -> Result<Place, Refusal> {
    let mut place = Place::default();
    match (starting_savepoint, application.restore) {
        (Some(given), _) => place.named = Some(savepoint_url(tables, given)?),
        (None, Restore::Latest) => place.predecessors = latest(tables, application),
        (None, Restore::None) => {}
    }
    Ok(place)
}

/// The manifest that the job will begin with, as far as can be known before it asks its sinks.
pub(super) async fn find(place: &Place) -> Result<Option<Found>, Refusal> {
    for url in place.named.iter().chain(&place.predecessors) {
        let found = find_at(url).await;
        let unreadable = |error: anyhow::Error| {
            let why = error.root_cause();
            Refusal::invalid(format!("starting_savepoint: {url} cannot be read: {why}"))
        };
        if let Some(found) = found.map_err(unreadable)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A checkpoint may have been replaced by one that nobody has told of: then its job's log says which.
async fn find_at(url: &str) -> anyhow::Result<Option<Found>> {
    if let Some(job) = url.strip_suffix("/checkpoints/") {
        let Some(url) = storage::last_committed(job).await? else {
            return Ok(None);
        };
        let manifest = storage::manifest(&url).await?;
        return Ok(Some(Found { url, manifest }));
    }
    match (storage::manifest(url).await, storage::job_folder(url)) {
        (Ok(manifest), _) => {
            let url = url.to_owned();
            Ok(Some(Found { url, manifest }))
        }
        (Err(error), Some(job)) => match storage::last_committed(job).await {
            Ok(Some(url)) => {
                let manifest = storage::manifest(&url).await?;
                Ok(Some(Found { url, manifest }))
            }
            _ => Err(error),
        },
        (Err(error), None) => Err(error),
    }
}

/// What becomes of the state, if the policy lets it be so.
pub(super) fn plan(
    found: &Found,
    application: &Application,
    program: &Program,
    is_approved: bool,
) -> Result<Vec<OperatorPlan>, Refusal> {
    let Found { url, manifest } = found;
    let unreadable = |error| Refusal::invalid(format!("starting_savepoint: {url} cannot be read: {error}"));
    let plan = state_plan::state_plan(manifest, &program.operators).map_err(unreadable)?;
    let lost = state_plan::lost(manifest, &plan).map_err(unreadable)?;
    let what_to_do = match application.restore_policy {
        RestorePolicy::Allow => return Ok(plan),
        _ if lost.is_empty() => return Ok(plan),
        RestorePolicy::Approve if is_approved => return Ok(plan),
        RestorePolicy::Approve => "confirm it with approve_state_loss",
        RestorePolicy::Reject => "the application's restore policy is 'reject'",
    };
    let mut refusal = Refusal::conflict(format!(
        "The version does not take over all state of {url}: {}; {what_to_do}",
        lost.join(", ")
    ));
    refusal.errors = plan
        .iter()
        .map(|one| format!("{} ({}): {:?}", one.name, one.uid, one.state))
        .collect();
    Err(refusal)
}

/// A savepoint by its URL or its id; also by a URL that this cluster has not written.
fn savepoint_url(tables: &Tables, given: &str) -> Result<String, Refusal> {
    if given.len() > SAVEPOINT_TEXT_MAX {
        return Err(Refusal::invalid(format!(
            "starting_savepoint: longer than {SAVEPOINT_TEXT_MAX} characters"
        )));
    }
    let known = known(tables, given);
    if let Some(running) = running_owner(tables, known.map_or(given, |savepoint| &savepoint.url)) {
        return Err(Refusal::conflict(format!(
            "starting_savepoint: the deployment {} still runs, and to begin at its checkpoint would end it; take a \
             savepoint",
            running.id
        )));
    }
    match known {
        Some(savepoint) if savepoint.is_discarded => Err(gone(savepoint)),
        Some(savepoint) => Ok(savepoint.url.clone()),
        None if given.contains("://") => Ok(given.to_owned()),
        None => Err(Refusal::invalid(format!(
            "starting_savepoint: there is no savepoint '{given}'; expected what last_savepoint shows"
        ))),
    }
}

/// The record of what an id or a URL names; a folder is as good a name as the manifest in it.
pub(super) fn known<'a>(tables: &'a Tables, given: &str) -> Option<&'a Savepoint> {
    let is_it =
        |one: &&Arc<Savepoint>| one.id == given || storage::folder(&one.url) == storage::folder(given);
    tables.all::<Savepoint>().find(is_it).map(AsRef::as_ref)
}

/// The record of the origin was there when the state plan was made of it: it must be there still.
pub(super) fn check_origin(transaction: &Transaction<'_>, id: &str) -> Result<(), Refusal> {
    match transaction.get::<Savepoint>(id) {
        Some(savepoint) if savepoint.is_discarded => Err(gone(&savepoint)),
        Some(_) => Ok(()),
        None => Err(Refusal::conflict(format!(
            "starting_savepoint: {id} was deleted meanwhile"
        ))),
    }
}

fn gone(savepoint: &Savepoint) -> Refusal {
    let id = &savepoint.id;
    Refusal::invalid(match savepoint.kind {
        SavepointKind::Checkpoint => {
            format!("starting_savepoint: the checkpoint '{id}' has been replaced by later ones")
        }
        SavepointKind::Savepoint => format!("starting_savepoint: the savepoint '{id}' is being deleted"),
    })
}

/// The deployment that has not ended and whose checkpoint this is: its successor would take over its right to write.
fn running_owner<'a>(tables: &'a Tables, url: &str) -> Option<&'a Deployment> {
    let mut active = tables
        .all::<Deployment>()
        .filter(|deployment| !deployment.status.is_ended());
    let owner = active.find(|deployment| url.contains(&savepoints::checkpoints_part(&deployment.id)));
    owner.map(AsRef::as_ref)
}

/// What the application's deployments have left, deleted ones included.
fn latest(tables: &Tables, application: &Application) -> Vec<String> {
    if !application.lineage.is_empty() {
        return application.lineage.clone();
    }
    let of_application = tables
        .all::<Savepoint>()
        .filter(|savepoint| savepoint.application_id == application.id && !savepoint.is_discarded);
    lineage::of_records(of_application.map(AsRef::as_ref))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_checkpoint_that_was_replaced_leads_to_the_one_that_replaced_it() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let storage = format!("file://{}", folder.path().display());
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
            std::fs::write(path, text).expect("written");
        };
        let commit = r#"{"event":"commit","generation":1,"epoch":9,"checkpoint":"9-1-a"}"#;
        write("job/log/00000000000000000007.json", commit);
        write("job/checkpoints/9-1-a/manifest.json", "nine");
        write(
            "silent/log/00000000000000000000.json",
            r#"{"event":"claim","generation":1}"#,
        );
        write("s/savepoint-1/manifest.json", "savepoint");
        let nine = format!("{storage}/job/checkpoints/9-1-a/manifest.json");
        let named = |url: String| Place {
            named: Some(url),
            ..Place::default()
        };
        let after = |predecessors: &[&str]| Place {
            predecessors: predecessors
                .iter()
                .map(|path| format!("{storage}/{path}"))
                .collect(),
            ..Place::default()
        };
        for (place, expected) in [
            (
                named(format!("{storage}/job/checkpoints/8-1-a/manifest.json")),
                Some(&nine),
            ),
            (named(nine.clone()), Some(&nine)),
            (after(&["never/checkpoints/", "silent/checkpoints/"]), None),
            (after(&["silent/checkpoints/", "job/checkpoints/"]), Some(&nine)),
            (
                after(&["job/checkpoints/", "s/savepoint-1/manifest.json"]),
                Some(&nine),
            ),
        ] {
            let found = find(&place).await.expect("it can be read");
            assert_eq!(found.map(|found| found.url).as_ref(), expected, "{place:?}");
        }
        let savepoint = find(&after(&["silent/checkpoints/", "s/savepoint-1/manifest.json"])).await;
        let savepoint = savepoint.expect("it can be read").expect("it is there");
        assert_eq!(savepoint.manifest, "savepoint");
        for missing in [
            named(format!("{storage}/s/savepoint-2/manifest.json")),
            named(format!("{storage}/silent/checkpoints/1-1-a/manifest.json")),
            after(&["s/savepoint-2/manifest.json"]),
        ] {
            let refusal = find(&missing).await.err().expect("it is not there");
            assert!(refusal.message.contains("cannot be read"), "{refusal:?}");
        }
    }
}
