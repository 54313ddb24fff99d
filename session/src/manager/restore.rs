//! Where a new deployment begins, and what becomes of the state there.
//!
//! In: what the caller names, what the catalogue knows, the manifest. Out: a URL, the fate of every operator's state.
//! Invariant: nothing is dropped that the application's policy does not let go; what was to be restored and cannot be
//! read is told, never passed over.

use std::sync::Arc;

use super::{savepoints, state_plan, storage};
use crate::catalogue::{Tables, Transaction};
use crate::model::application::{Restore, RestorePolicy};
use crate::model::deployment::OperatorPlan;
use crate::model::{Application, Deployment, Program, Savepoint, SavepointKind};
use crate::refusal::Refusal;

const SAVEPOINT_TEXT_MAX: usize = 2_048;

/// The savepoint that is named, else what the application's setting finds.
pub(super) fn place(
    tables: &Tables,
    application: &Application,
    starting_savepoint: Option<&str>,
) -> Result<Option<String>, Refusal> {
    match (starting_savepoint, application.restore) {
        (Some(given), _) => savepoint_url(tables, given).map(Some),
        (None, Restore::Latest) => Ok(latest(tables, &application.id)),
        (None, Restore::None) => Ok(None),
    }
}

/// What becomes of the state, if the policy lets it be so.
pub(super) async fn plan(
    url: &str,
    application: &Application,
    program: &Program,
    is_approved: bool,
) -> Result<Vec<OperatorPlan>, Refusal> {
    let unreadable =
        |error: String| Refusal::invalid(format!("starting_savepoint: {url} cannot be read: {error}"));
    let manifest = storage::manifest(url)
        .await
        .map_err(|error| unreadable(error.root_cause().to_string()))?;
    let plan = state_plan::state_plan(&manifest, &program.operators)
        .map_err(|error| unreadable(error.to_string()))?;
    let lost = state_plan::lost(&manifest, &plan).map_err(|error| unreadable(error.to_string()))?;
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

/// The newest savepoint or checkpoint of the application's deployments, deleted ones included.
fn latest(tables: &Tables, application_id: &str) -> Option<String> {
    let of_application = tables
        .all::<Savepoint>()
        .filter(|savepoint| savepoint.application_id == application_id && !savepoint.is_discarded);
    // The savepoint of a stop is as new as the last checkpoint, which it outlives.
    let newest = of_application.max_by_key(|savepoint| {
        (
            &savepoint.triggered_at,
            savepoint.epoch,
            savepoint.kind == SavepointKind::Savepoint,
        )
    });
    newest.map(|savepoint| savepoint.url.clone())
}
