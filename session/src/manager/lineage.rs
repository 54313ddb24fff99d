//! Where the next deployment of an application finds the newest state.
//!
//! In: what deployments do. Out: the application's lineage. Invariant: a deployment stands in it before its first
//! attempt can commit anything, so no commit is passed over because nobody told of it; it stays when deployments are
//! deleted.

use super::{Settings, savepoints, storage};
use crate::catalogue::{Tables, Transaction};
use crate::model::{Application, Deployment, Savepoint, SavepointKind};

/// Deployments in a row that were never seen to commit. Beyond them those in the middle are left out: the oldest is
/// where the state is known to be.
const UNCERTAIN_MAX: usize = 32;

/// Its first attempt was given to a worker.
pub(super) fn begun(transaction: &mut Transaction<'_>, settings: &Settings, deployment: &Deployment) {
    let mut lineage = vec![own(settings, &deployment.id)];
    lineage.extend(origins(deployment));
    while lineage.len() > UNCERTAIN_MAX {
        lineage.remove(UNCERTAIN_MAX - 1);
    }
    let has_committed = deployment.must_restore || deployment.restore_from.is_some();
    set(transaction, deployment, lineage, has_committed);
}

/// The folder of a deployment's checkpoints.
fn own(settings: &Settings, deployment: &str) -> String {
    format!("{}/{deployment}/checkpoints/", settings.checkpoints_url())
}

/// What a deployment was told to begin with.
fn origins(deployment: &Deployment) -> Vec<String> {
    match deployment.predecessors.is_empty() {
        true => deployment.restore_from.iter().cloned().collect(),
        false => deployment.predecessors.clone(),
    }
}

/// It has told of a checkpoint: what came before it does not matter any more.
pub(super) fn committed(transaction: &mut Transaction<'_>, deployment: &Deployment) {
    let Some(application) = transaction.get::<Application>(&deployment.application_id) else {
        return;
    };
    let [own, before @ ..] = application.lineage.as_slice() else {
        return;
    };
    let is_known = before.is_empty() && application.has_committed;
    if !is_known && own.ends_with(&savepoints::checkpoints_part(&deployment.id)) {
        let lineage = vec![own.clone()];
        set(transaction, deployment, lineage, true);
    }
}

/// The application whose next deployment looks at a place with this in its URL.
pub(super) fn who_names<'a>(tables: &'a Tables, part: &str) -> Option<&'a Application> {
    let names = |one: &&std::sync::Arc<Application>| one.lineage.iter().any(|url| url.contains(part));
    tables.all::<Application>().find(names).map(AsRef::as_ref)
}

/// The savepoint goes: what its deployment has committed last is as new, as long as it is there.
pub(super) fn forget(transaction: &mut Transaction<'_>, settings: &Settings, savepoint: &Savepoint) {
    let own = own(settings, &savepoint.deployment_id);
    for application in transaction.all::<Application>() {
        if application.lineage.contains(&savepoint.url) {
            transaction.update::<Application, _>(&application.id, |one| {
                let is_it = |url: &&mut String| **url == savepoint.url;
                one.lineage
                    .iter_mut()
                    .filter(is_it)
                    .for_each(|url| url.clone_from(&own));
            });
        }
    }
}

/// It has ended with its last savepoint, which outlives its checkpoints.
pub(super) fn stopped(transaction: &mut Transaction<'_>, deployment: &Deployment) {
    if let Some(savepoint) = &deployment.last_savepoint {
        set(transaction, deployment, vec![savepoint.clone()], true);
    }
}

fn set(
    transaction: &mut Transaction<'_>,
    deployment: &Deployment,
    lineage: Vec<String>,
    has_committed: bool,
) {
    // An application may be deleted while its last deployment is.
    let _ = transaction.update::<Application, _>(&deployment.application_id, |one| {
        one.lineage = lineage;
        one.has_committed = has_committed;
    });
}

/// For an application whose deployments began before lineages were kept: the newest that is known of.
pub(super) fn of_records<'a>(savepoints: impl Iterator<Item = &'a Savepoint>) -> Vec<String> {
    // The savepoint of a stop is as new as the last checkpoint, which it outlives.
    let newest = savepoints.max_by_key(|savepoint| {
        let is_savepoint = savepoint.kind == SavepointKind::Savepoint;
        (&savepoint.triggered_at, savepoint.epoch, is_savepoint)
    });
    let place = newest.map(|savepoint| match savepoint.kind {
        SavepointKind::Savepoint => savepoint.url.clone(),
        // It may have been replaced by one that nobody has told of.
        SavepointKind::Checkpoint => storage::job_folder(&savepoint.url)
            .map_or_else(|| savepoint.url.clone(), |job| format!("{job}/checkpoints/")),
    });
    place.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application() -> Application {
        let json = serde_json::json!({"id": "a", "project": "p", "service": "s", "name": "n", "created_at": "",
            "created_by": "", "updated_at": "", "updated_by": "", "last_version": 1});
        serde_json::from_value(json).expect("an application")
    }

    fn deployment(id: &str, predecessors: &[String]) -> Deployment {
        Deployment {
            predecessors: predecessors.to_vec(),
            ..Deployment::new(id, "a", "v", "u", String::new())
        }
    }

    #[test]
    fn that_something_was_committed_is_remembered_and_handed_on() {
        let tables = Tables::default();
        let mut transaction = Transaction::new(&tables);
        transaction.put(application());
        let settings = Settings::in_folder("/data".into());
        let has_committed = |transaction: &Transaction<'_>| {
            let application = transaction.get::<Application>("a").expect("it is there");
            application.has_committed
        };
        let first = deployment("0", &[]);
        begun(&mut transaction, &settings, &first);
        assert!(
            !has_committed(&transaction),
            "it may die before its first checkpoint"
        );
        committed(&mut transaction, &first);
        assert!(has_committed(&transaction));
        let mut second = deployment("1", &["file:///data/checkpoints/0/checkpoints/".to_owned()]);
        second.must_restore = true;
        begun(&mut transaction, &settings, &second);
        assert!(has_committed(&transaction), "the first one has");
        begun(&mut transaction, &settings, &deployment("2", &[]));
        assert!(!has_committed(&transaction), "it was told to begin anew");
    }

    #[test]
    fn who_was_never_seen_to_commit_stands_before_those_who_were() {
        let tables = Tables::default();
        let mut transaction = Transaction::new(&tables);
        transaction.put(application());
        let settings = Settings::in_folder("/data".into());
        let lineage = |transaction: &Transaction<'_>| {
            let application = transaction.get::<Application>("a").expect("it is there");
            application.lineage.clone()
        };
        let folder = |id: &str| format!("file:///data/checkpoints/{id}/checkpoints/");
        let mut last = deployment("0", &[]);
        last.restore_from = Some("file:///s".to_owned());
        begun(&mut transaction, &settings, &last);
        assert_eq!(lineage(&transaction), [folder("0"), "file:///s".to_owned()]);
        for id in 1..40 {
            last = deployment(&id.to_string(), &lineage(&transaction));
            begun(&mut transaction, &settings, &last);
        }
        let uncertain = lineage(&transaction);
        assert_eq!(uncertain.len(), UNCERTAIN_MAX);
        assert_eq!(
            (&uncertain[0], &uncertain[UNCERTAIN_MAX - 1]),
            (&folder("39"), &"file:///s".to_owned())
        );
        committed(&mut transaction, &deployment("38", &[]));
        assert_eq!(
            lineage(&transaction),
            uncertain,
            "an earlier one has nothing to say"
        );
        committed(&mut transaction, &last);
        assert_eq!(lineage(&transaction), [folder("39")]);
        last.last_savepoint = Some("file:///t".to_owned());
        stopped(&mut transaction, &last);
        assert_eq!(lineage(&transaction), ["file:///t"]);
    }
}
