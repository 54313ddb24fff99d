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
    /// One of them has committed for certain.
    pub(super) must_find: bool,
}

/// What is there.
pub(super) struct Found {
    /// Of the manifest.
    pub(super) url: String,
    manifest: String,
    /// Its output may not be visible yet.
    is_open: bool,
}

impl Found {
    /// What a deployment that runs will have written when it is stopped.
    pub(super) fn of_running(program: &Program) -> Found {
        Found {
            url: format!("deployment {}", program.deployment_id),
            manifest: state_plan::would_write(&program.operators),
            is_open: false,
        }
    }

    /// Of what is there already.
    pub(super) fn into_url(self) -> Option<String> {
        self.url.contains("://").then_some(self.url)
    }
}

/// The savepoint that is named, else what the request's or the application's setting says.
pub(super) fn place(
    tables: &Tables,
    application: &Application,
    starting_savepoint: Option<&str>,
    setting: Restore,
) -> Result<Place, Refusal> {
    let mut place = Place::default();
    match (starting_savepoint, setting) {
        (Some(given), _) => place.named = Some(savepoint_url(tables, given)?),
        (None, Restore::Latest) => {
            (place.predecessors, place.must_find) = latest(tables, application);
        }
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
    match (&place.named, place.must_find) {
        (Some(url), _) => Err(Refusal::invalid(format!(
            "starting_savepoint: {url} has no committed checkpoint"
        ))),
        (None, true) => Err(Refusal::conflict(format!(
            "restore: latest: an earlier deployment has committed a checkpoint, and none is found at {}. Is the \
             storage there? To begin without it ask for restore 'none' (--from-scratch)",
            place.predecessors.join(", ")
        ))),
        (None, false) => Ok(None),
    }
}

/// A checkpoint may have been replaced by one that nobody has told of: then its job's log says which.
async fn find_at(url: &str) -> anyhow::Result<Option<Found>> {
    if let Some(job) = url.strip_suffix("/checkpoints/") {
        return match storage::last_committed(job).await? {
            Some(committed) => read(committed).await.map(Some),
            None => Ok(None),
        };
    }
    let manifest = storage::manifest(url).await;
    let committed = match storage::job_folder(url) {
        Some(job) => storage::last_committed(job).await,
        None => Ok(None),
    };
    match (manifest, committed) {
        (Ok(manifest), committed) => {
            let is_it = |one: &storage::Committed| storage::folder(&one.url) == storage::folder(url);
            let committed = committed.ok().flatten().filter(is_it);
            Ok(Some(Found {
                url: url.to_owned(),
                manifest,
                is_open: committed.is_some_and(|committed| !committed.is_applied),
            }))
        }
        (Err(_), Ok(Some(committed))) => read(committed).await.map(Some),
        (Err(error), _) => Err(error),
    }
}

async fn read(committed: storage::Committed) -> anyhow::Result<Found> {
    Ok(Found {
        manifest: storage::manifest(&committed.url).await?,
        url: committed.url,
        is_open: !committed.is_applied,
    })
}

/// Output that a predecessor has decided on goes only with the caller's own consent: no policy speaks for rows whose
/// sources have been read already.
pub(super) fn may_lose_output(application: &Application, is_approved: bool) -> bool {
    is_approved && application.restore_policy != RestorePolicy::Reject
}

/// Refuses a version without a table for which output of the checkpoint may still wait. The job looks again, closer.
pub(super) fn check_output(
    found: &Found,
    application: &Application,
    program: &Program,
    is_approved: bool,
) -> Result<(), Refusal> {
    if !found.is_open || may_lose_output(application, is_approved) {
        return Ok(());
    }
    let url = &found.url;
    let staged = state_plan::staged(&found.manifest)
        .map_err(|error| Refusal::invalid(format!("starting_savepoint: {url} cannot be read: {error}")))?;
    let is_gone = |table: &&String| program.tables.iter().all(|known| known.name != **table);
    let gone: Vec<&str> = staged.iter().filter(is_gone).map(String::as_str).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let what_to_do = match application.restore_policy {
        RestorePolicy::Reject => "; the application's restore policy is 'reject'",
        _ => ", or drop the rows with approve_state_loss (--approve)",
    };
    Err(Refusal::conflict(format!(
        "Rows that {url} has decided on may not be in their tables yet, and the version does not write these: {}; \
         start the version before once more and stop it{what_to_do}",
        gone.join(", ")
    )))
}

/// What becomes of the state, and the names of those whose state is lost, whatever a policy says to it.
pub(super) fn fates(found: &Found, program: &Program) -> Result<(Vec<OperatorPlan>, Vec<String>), Refusal> {
    let Found { url, manifest, .. } = found;
    let unreadable = |error| Refusal::invalid(format!("starting_savepoint: {url} cannot be read: {error}"));
    let plan = state_plan::state_plan(manifest, &program.operators).map_err(unreadable)?;
    let lost = state_plan::lost(manifest, &plan).map_err(unreadable)?;
    Ok((plan, lost))
}

/// What becomes of the state, if the policy lets it be so.
pub(super) fn plan(
    found: &Found,
    application: &Application,
    program: &Program,
    is_approved: bool,
) -> Result<Vec<OperatorPlan>, Refusal> {
    let (plan, lost) = fates(found, program)?;
    let what_to_do = match application.restore_policy {
        RestorePolicy::Allow => return Ok(plan),
        _ if lost.is_empty() => return Ok(plan),
        RestorePolicy::Approve if is_approved => return Ok(plan),
        RestorePolicy::Approve => "confirm it with approve_state_loss (--approve)",
        RestorePolicy::Reject => "the application's restore policy is 'reject'",
    };
    let mut refusal = Refusal::conflict(format!(
        "The version does not take over all state of {}: {}; {what_to_do}",
        found.url,
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
        // By another name the checkpoint of a running deployment would get past the question above.
        None if given.contains("://") => match storage::check(given) {
            Ok(()) => Ok(given.to_owned()),
            Err(error) => Err(Refusal::invalid(format!("starting_savepoint: {error}"))),
        },
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

/// What the application's deployments have left, deleted ones included, and whether something is there for certain.
fn latest(tables: &Tables, application: &Application) -> (Vec<String>, bool) {
    if !application.lineage.is_empty() {
        return (application.lineage.clone(), application.has_committed);
    }
    let of_application = tables
        .all::<Savepoint>()
        .filter(|savepoint| savepoint.application_id == application.id && !savepoint.is_discarded);
    let of_records = lineage::of_records(of_application.map(AsRef::as_ref));
    let is_told = !of_records.is_empty();
    (of_records, is_told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Record as _;

    fn application(policy: RestorePolicy) -> Application {
        let json = serde_json::json!({"id": "a", "project": "p", "service": "s", "name": "n", "created_at": "",
            "created_by": "", "updated_at": "", "updated_by": "", "last_version": 1});
        let application: Application = serde_json::from_value(json).expect("an application");
        Application {
            restore_policy: policy,
            ..application
        }
    }

    #[test]
    fn rows_that_were_decided_on_go_only_with_the_callers_consent() {
        use RestorePolicy::{Allow, Approve, Reject};
        let program = |table: &str| Program {
            deployment_id: "d".to_owned(),
            name: "n".to_owned(),
            tables: vec![crate::model::program::ProgramTable {
                name: table.to_owned(),
                options: Default::default(),
                integration_id: None,
            }],
            config: Default::default(),
            operators: Vec::new(),
            plan: String::new(),
        };
        for (policy, is_approved, is_open, table, is_refused) in [
            (Allow, false, true, "totals", true),
            (Allow, true, true, "totals", false),
            (Allow, false, false, "totals", false),
            (Allow, false, true, "orders", false),
            (Approve, false, true, "totals", true),
            (Approve, true, true, "totals", false),
            (Reject, true, true, "totals", true),
        ] {
            let found = Found {
                url: "file:///c".to_owned(),
                manifest: r#"{"operators":[],"sources":{},"staged":{"orders":["x"]}}"#.to_owned(),
                is_open,
            };
            let checked = check_output(&found, &application(policy), &program(table), is_approved);
            let case = (policy, is_approved, is_open, table);
            match checked {
                Ok(()) => assert!(!is_refused, "{case:?}"),
                Err(refusal) => {
                    assert!(is_refused, "{case:?}");
                    assert!(refusal.message.contains(": orders; "), "{refusal:?}");
                }
            }
        }
    }

    #[test]
    fn a_running_deployments_checkpoint_is_refused_by_whatever_name() {
        let mut tables = Tables::default();
        let mut running = Deployment::new("0b6f", "a", "v", "u", String::new());
        running.status = crate::model::Status::Running;
        Deployment::table_mut(&mut tables).insert(running.id.clone(), Arc::new(running));
        for (url, status) in [
            ("file:///c/0b6f/checkpoints/7/manifest.json", 409),
            ("file:///c/0b6f/checkpoints/", 409),
            ("file:///c/0b6f/./checkpoints/7/manifest.json", 400),
            ("file:///c/0b6f//checkpoints/7", 400),
            ("file:///c/0b6f/x/../checkpoints/7", 400),
            ("s3://c/%30b6f/checkpoints/7", 400),
        ] {
            let refusal = savepoint_url(&tables, url).expect_err("it runs");
            assert_eq!(refusal.status, status, "{url}: {refusal:?}");
        }
        let other = "file:///c/1c7a/checkpoints/7/manifest.json";
        assert_eq!(savepoint_url(&tables, other).expect("nothing runs there"), other);
    }

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
        write(
            "job/log/00000000000000000006.json",
            r#"{"event":"claim","generation":1}"#,
        );
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
        let found = find(&named(nine.clone())).await.expect("it can be read");
        assert!(
            found.is_some_and(|found| found.is_open),
            "its log does not begin with it"
        );
        let savepoint = find(&after(&["silent/checkpoints/", "s/savepoint-1/manifest.json"])).await;
        let savepoint = savepoint.expect("it can be read").expect("it is there");
        assert_eq!(savepoint.manifest, "savepoint");
        for (place, status) in [
            (named(format!("{storage}/silent/checkpoints/")), 400),
            (
                Place {
                    must_find: true,
                    ..after(&["silent/checkpoints/", "never/checkpoints/"])
                },
                409,
            ),
        ] {
            let refusal = find(&place)
                .await
                .err()
                .expect("a start from nothing is no answer");
            assert_eq!(refusal.status, status, "{refusal:?}");
        }
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
