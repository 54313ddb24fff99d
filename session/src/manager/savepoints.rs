//! Savepoints that somebody removes, and who still needs what can be restored from.
//!
//! In: an id, the catalogue. Out: the savepoint's bytes and record are gone. Invariant: what a deployment that has not
//! ended was started from stays; a record whose bytes may be incomplete is offered to nobody.

use super::{Manager, Settings, lineage, storage};
use crate::catalogue::{Tables, Transaction};
use crate::model::application::Restore;
use crate::model::{Application, Deployment, Savepoint, SavepointKind};
use crate::refusal::Refusal;

impl Manager {
    /// Marks, removes the bytes, forgets. What fails in between can be asked for again.
    pub async fn delete_savepoint(&self, id: &str) -> Result<Savepoint, Refusal> {
        let savepoint = self
            .catalogue
            .change(|transaction| discard(transaction, self.settings(), id))
            .await?;
        let own = format!("savepoints/{}/{id}", savepoint.deployment_id);
        storage::remove(folder(&savepoint), &own).await?;
        self.catalogue
            .change(|transaction| {
                transaction.delete::<Savepoint>(id);
                for deployment in transaction.all::<Deployment>() {
                    if deployment.last_savepoint.as_deref() == Some(&savepoint.url) {
                        transaction.update::<Deployment, _>(&deployment.id, |one| one.last_savepoint = None);
                    }
                }
                Ok::<_, Refusal>(())
            })
            .await?;
        Ok(savepoint)
    }
}

/// From here on nothing starts from it. Answers the record as it was.
fn discard(transaction: &mut Transaction<'_>, settings: &Settings, id: &str) -> Result<Savepoint, Refusal> {
    let savepoint = transaction
        .get::<Savepoint>(id)
        .ok_or_else(|| Refusal::not_found(format!("Savepoint not found: {id}")))?;
    if savepoint.kind == SavepointKind::Checkpoint {
        return Err(Refusal::conflict(format!(
            "{id} is a checkpoint: its deployment collects it, and it goes with the deployment"
        )));
    }
    let deployments = transaction.all::<Deployment>();
    if let Some(user) = started_from(deployments.iter().map(AsRef::as_ref), &savepoint.id) {
        return Err(Refusal::conflict(format!(
            "The deployment {} was started from savepoint {id} and is {}; stop or cancel it first",
            user.id,
            user.status.name()
        )));
    }
    let applications = transaction.all::<Application>();
    let mut next = applications
        .iter()
        .filter(|one| one.restore == Restore::Latest && one.lineage.contains(&savepoint.url));
    if let Some(application) = next.next() {
        return Err(Refusal::conflict(format!(
            "The application {} has restore: latest, and its next deployment begins at savepoint {id}; start one, or \
             set restore to 'none' first",
            application.name
        )));
    }
    lineage::forget(transaction, settings, &savepoint);
    transaction.update::<Savepoint, _>(id, |one| one.is_discarded = true);
    Ok(Savepoint::clone(&savepoint))
}

/// A deployment that has not ended and would, if it failed before its own first checkpoint, begin again at what the
/// words name: the id of a savepoint, or the folder of a deployment's checkpoints.
fn started_from<'a>(
    mut deployments: impl Iterator<Item = &'a Deployment>,
    words: &str,
) -> Option<&'a Deployment> {
    deployments.find(|deployment| {
        let origin = deployment.restore_from.as_deref();
        !deployment.status.is_ended() && origin.is_some_and(|url| url.contains(words))
    })
}

/// Whether a deployment that has not ended was started from one of this deployment's checkpoints.
pub(super) fn is_origin(tables: &Tables, deployment: &str) -> bool {
    let deployments = tables.all::<Deployment>().map(AsRef::as_ref);
    started_from(deployments, &checkpoints_part(deployment)).is_some()
}

/// What the URLs of a deployment's checkpoints have in them, and no others.
pub(super) fn checkpoints_part(deployment: &str) -> String {
    format!("/{deployment}/checkpoints/")
}

/// All that was written for it: the place it was ordered with, which ends with its id.
fn folder(savepoint: &Savepoint) -> &str {
    match savepoint.url.find(&savepoint.id) {
        Some(at) => &savepoint.url[..at + savepoint.id.len()],
        None => storage::folder(&savepoint.url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Lease};
    use crate::model::Status;

    const ID: &str = "0b6f8c1e-0000-4000-8000-000000000001";

    struct Fixture {
        manager: Manager,
        folder: tempfile::TempDir,
    }

    /// A savepoint on disk, with a manifest and a part.
    async fn fixture() -> Fixture {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let catalogue = Catalogue::in_memory(Lease::default()).await;
        let inner = folder.path().join(format!("savepoints/old/{ID}/savepoint-00c4"));
        std::fs::create_dir_all(&inner).expect("created");
        for name in ["manifest.json", "part-0"] {
            std::fs::write(inner.join(name), "{}").expect("written");
        }
        let manager = Manager::new(catalogue, Settings::in_folder(folder.path().to_owned()));
        let fixture = Fixture { manager, folder };
        let url = fixture.url();
        fixture
            .change(|transaction| {
                transaction.put(Savepoint {
                    id: ID.to_owned(),
                    deployment_id: "old".to_owned(),
                    application_id: "a".to_owned(),
                    service: "p/s".to_owned(),
                    kind: SavepointKind::Savepoint,
                    epoch: 1,
                    url: url.clone(),
                    triggered_at: "2026-01-01T00:00:00.000000Z".to_owned(),
                    duration_ms: 1,
                    size_bytes: 4,
                    full_size_bytes: 4,
                    is_discarded: false,
                });
                let mut old = Deployment::new("old", "a", "v", "u", String::new());
                old.status = Status::Finished;
                old.last_savepoint = Some(url);
                transaction.put(old);
            })
            .await;
        fixture
    }

    impl Fixture {
        fn url(&self) -> String {
            let folder = self.folder.path().display();
            format!("file://{folder}/savepoints/old/{ID}/savepoint-00c4/manifest.json")
        }

        async fn change(&self, change: impl FnOnce(&mut Transaction<'_>)) {
            let stored: Result<(), Refusal> = self
                .manager
                .catalogue
                .change(|transaction| {
                    change(transaction);
                    Ok(())
                })
                .await;
            stored.expect("it is stored");
        }
    }

    #[tokio::test]
    async fn bytes_and_record_go_and_a_second_time_there_is_nothing() {
        let fixture = fixture().await;
        let deleted = fixture
            .manager
            .delete_savepoint(ID)
            .await
            .expect("nobody needs it");
        assert_eq!(deleted.url, fixture.url());
        let left = std::fs::read_dir(fixture.folder.path().join("savepoints/old")).expect("a folder");
        assert_eq!(left.count(), 0);
        let last = fixture.manager.catalogue.read(|tables| {
            let old = tables.get::<Deployment>("old").expect("it stays");
            old.last_savepoint.clone()
        });
        assert_eq!(last, None, "it would lead nowhere");
        let again = fixture
            .manager
            .delete_savepoint(ID)
            .await
            .expect_err("it is gone");
        assert_eq!(
            (again.status, again.message),
            (404, format!("Savepoint not found: {ID}"))
        );
    }

    #[tokio::test]
    async fn what_a_deployment_may_come_back_to_stays() {
        let fixture = fixture().await;
        let mut user = Deployment::new("new", "b", "v", "u", String::new());
        // A folder is as good a name as the manifest in it.
        user.restore_from = Some(storage::folder(&fixture.url()).to_owned());
        for status in Status::ALL {
            if status.is_ended() || matches!(status, Status::DeleteRequested | Status::Deleting) {
                continue;
            }
            user.status = status;
            let stored = user.clone();
            fixture.change(|transaction| transaction.put(stored)).await;
            let refusal = fixture
                .manager
                .delete_savepoint(ID)
                .await
                .expect_err("it is needed");
            assert_eq!(
                refusal.message,
                format!(
                    "The deployment new was started from savepoint {ID} and is {}; stop or cancel it first",
                    status.name()
                )
            );
        }
        let manifest = fixture.url().replace("file://", "");
        assert!(std::path::Path::new(&manifest).exists());
        user.status = Status::Canceled;
        fixture.change(|transaction| transaction.put(user)).await;
        fixture
            .manager
            .delete_savepoint(ID)
            .await
            .expect("nobody needs it now");
    }

    #[tokio::test]
    async fn what_the_next_deployment_begins_at_goes_only_when_nothing_begins_there_by_itself() {
        let fixture = fixture().await;
        let url = fixture.url();
        fixture
            .change(|transaction| {
                let json = serde_json::json!({"id": "a", "project": "p", "service": "s", "name": "orders",
                    "created_at": "", "created_by": "", "updated_at": "", "updated_by": "", "last_version": 1,
                    "restore": "latest", "lineage": [url], "has_committed": true});
                transaction.put(serde_json::from_value::<Application>(json).expect("an application"));
            })
            .await;
        let refused = fixture.manager.delete_savepoint(ID).await;
        let refused = refused.expect_err("the next deployment needs it");
        assert_eq!(refused.status, 409);
        assert!(
            refused
                .message
                .contains("The application orders has restore: latest")
        );
        fixture
            .change(|transaction| {
                transaction.update::<Application, _>("a", |one| one.restore = Restore::None);
            })
            .await;
        fixture
            .manager
            .delete_savepoint(ID)
            .await
            .expect("nobody needs it");
        let lineage = fixture.manager.catalogue.read(|tables| {
            let application = tables.get::<Application>("a").expect("it stays");
            application.lineage.clone()
        });
        let folder = fixture.folder.path().display();
        assert_eq!(lineage, [format!("file://{folder}/checkpoints/old/checkpoints/")]);
    }

    #[tokio::test]
    async fn checkpoints_are_collected_by_their_deployments() {
        let fixture = fixture().await;
        fixture
            .change(|transaction| {
                transaction.update::<Savepoint, _>(ID, |one| one.kind = SavepointKind::Checkpoint);
            })
            .await;
        let refusal = fixture
            .manager
            .delete_savepoint(ID)
            .await
            .expect_err("a checkpoint");
        assert_eq!(refusal.status, 409);
    }
}
