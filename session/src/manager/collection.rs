//! Checkpoints and executables that nobody can want any more.
//!
//! In: the catalogue. Out: folders of deleted deployments are removed, with the records of their checkpoints, also of
//! those that never told of one; of executables see `artifacts`.
//! Invariant: the newest place from which an application could go on stays, whatever the clocks of workers say, and so
//! does every savepoint.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Manager, lineage, savepoints, storage};
use crate::catalogue::{Tables, Transaction};
use crate::model::{Application, Deployment, Remnant, Savepoint, SavepointKind};
use crate::refusal::Refusal;

/// Nothing depends on it soon.
const ROUND: Duration = Duration::from_secs(60);

impl Manager {
    pub(super) async fn collect(self) {
        loop {
            tokio::time::sleep(ROUND).await;
            let unwanted = self.catalogue.read(unwanted);
            for deployment in unwanted {
                if let Err(error) = self.remove(&deployment).await {
                    eprintln!("checkpoints of the deleted deployment {deployment}: {error:#}");
                }
            }
            if let Err(error) = self.collect_artifacts().await {
                eprintln!("old artifacts are not removed: {error:#}");
            }
        }
    }

    /// First nobody may begin there any more, then the bytes go, then the records: a record without bytes would be
    /// offered, bytes without a record are tried again.
    async fn remove(&self, deployment: &str) -> anyhow::Result<()> {
        let discarded: Result<bool, Refusal> = self
            .catalogue
            .change(|transaction| {
                // A deployment may have begun there since it was looked for.
                if !unwanted(transaction.tables()).contains(deployment) {
                    return Ok(false);
                }
                for one in checkpoints(transaction, deployment) {
                    transaction.update::<Savepoint, _>(&one.id, |one| one.is_discarded = true);
                }
                Ok(true)
            })
            .await;
        if !discarded? {
            return Ok(());
        }
        let folder = format!("{}/{deployment}", self.settings().checkpoints_url());
        storage::remove(&folder, &format!("checkpoints/{deployment}")).await?;
        let removed: Result<(), Refusal> = self
            .catalogue
            .change(|transaction| {
                for one in checkpoints(transaction, deployment) {
                    transaction.delete::<Savepoint>(&one.id);
                }
                transaction.delete::<Remnant>(deployment);
                Ok(())
            })
            .await;
        Ok(removed?)
    }
}

fn checkpoints(transaction: &Transaction<'_>, deployment: &str) -> Vec<Arc<Savepoint>> {
    let mut found = transaction.all::<Savepoint>();
    found.retain(|one| one.deployment_id == deployment && one.kind == SavepointKind::Checkpoint);
    found
}

/// Deleted deployments whose checkpoints are not the newest of their application, and which no deployment that has not
/// ended was started from.
fn unwanted(tables: &Tables) -> BTreeSet<String> {
    let is_checkpoint = |one: &Savepoint| one.kind == SavepointKind::Checkpoint;
    let deleted = tables.all::<Savepoint>().filter(|one| is_checkpoint(one));
    let deleted = deleted.filter(|one| tables.get::<Deployment>(&one.deployment_id).is_none());
    let is_wanted = |one: &Savepoint| {
        let is_newer = |other: &Savepoint| {
            other.application_id == one.application_id
                && other.deployment_id != one.deployment_id
                && !other.is_discarded
                && other.triggered_at > one.triggered_at
        };
        tables.get::<Application>(&one.application_id).is_some()
            && !one.is_discarded
            && !tables.all::<Savepoint>().any(|other| is_newer(other))
    };
    let (wanted, unwanted): (Vec<_>, Vec<_>) = deleted.partition(|one| is_wanted(one));
    let mut unwanted: BTreeSet<String> = unwanted.iter().map(|one| one.deployment_id.clone()).collect();
    unwanted.extend(tables.all::<Remnant>().map(|one| one.deployment_id.clone()));
    for one in wanted {
        unwanted.remove(&one.deployment_id);
    }
    // Moments come from the clocks of workers; where the next deployment looks is known without them.
    unwanted.retain(|deployment| {
        let folder = savepoints::checkpoints_part(deployment);
        !savepoints::is_origin(tables, deployment) && lineage::who_names(tables, &folder).is_none()
    });
    unwanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Lease};
    use crate::model::Status;

    fn savepoint(id: &str, deployment: &str, at: &str, kind: SavepointKind) -> Savepoint {
        Savepoint {
            id: id.to_owned(),
            deployment_id: deployment.to_owned(),
            application_id: "a".to_owned(),
            service: "dev/millstream".to_owned(),
            kind,
            epoch: 1,
            url: id.to_owned(),
            triggered_at: at.to_owned(),
            duration_ms: 0,
            size_bytes: 0,
            full_size_bytes: 0,
            is_discarded: false,
        }
    }

    #[tokio::test]
    async fn the_newest_place_to_go_on_from_stays() {
        let catalogue = Catalogue::in_memory(Lease::default()).await;
        let put = async |records: Vec<Savepoint>| {
            let stored: Result<(), Refusal> = catalogue
                .change(|transaction| {
                    records.into_iter().for_each(|one| transaction.put(one));
                    Ok(())
                })
                .await;
            stored.expect("it is stored");
        };
        put(vec![savepoint("1", "old", "1", SavepointKind::Checkpoint)]).await;
        assert_eq!(
            catalogue.read(unwanted),
            BTreeSet::from(["old".to_owned()]),
            "no such application"
        );
        let application: Result<(), Refusal> = catalogue
            .change(|transaction| {
                transaction.put(Application {
                    id: "a".to_owned(),
                    project: "p".to_owned(),
                    service: "s".to_owned(),
                    name: "n".to_owned(),
                    created_at: String::new(),
                    created_by: String::new(),
                    updated_at: String::new(),
                    updated_by: String::new(),
                    last_version: 1,
                    restore: Default::default(),
                    restore_policy: Default::default(),
                    lineage: Vec::new(),
                    has_committed: false,
                });
                Ok(())
            })
            .await;
        application.expect("it is stored");
        assert!(
            catalogue.read(unwanted).is_empty(),
            "the next deployment may continue from it"
        );
        put(vec![savepoint("2", "new", "2", SavepointKind::Savepoint)]).await;
        assert_eq!(catalogue.read(unwanted), BTreeSet::from(["old".to_owned()]));
        let user = |status: Status| {
            let mut user = Deployment::new("user", "another", "v", "u", String::new());
            user.restore_from = Some("s3://b/checkpoints/old/checkpoints/7-1-a/manifest.json".to_owned());
            user.status = status;
            user
        };
        let put_user = async |status: Status| {
            let stored: Result<(), Refusal> = catalogue
                .change(|transaction| {
                    transaction.put(user(status));
                    Ok(())
                })
                .await;
            stored.expect("it is stored");
        };
        put_user(Status::Restarting).await;
        assert!(
            catalogue.read(unwanted).is_empty(),
            "it may fail before its first checkpoint and begin there again"
        );
        put_user(Status::Canceled).await;
        assert_eq!(catalogue.read(unwanted), BTreeSet::from(["old".to_owned()]));
        let named: Result<(), Refusal> = catalogue
            .change(|transaction| {
                let lineage = vec!["s3://b/checkpoints/old/checkpoints/".to_owned()];
                transaction.update::<Application, _>("a", |one| one.lineage = lineage);
                Ok(())
            })
            .await;
        named.expect("it is stored");
        assert!(
            catalogue.read(unwanted).is_empty(),
            "the next deployment looks there, and the other record is of a clock that is ahead"
        );
    }

    #[tokio::test]
    async fn what_a_deployment_without_a_checkpoint_has_left_goes_too() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let catalogue = Catalogue::in_memory(Lease::default()).await;
        let manager = Manager::new(
            catalogue,
            crate::manager::Settings::in_folder(folder.path().to_owned()),
        );
        let of = |id: &str| folder.path().join("checkpoints").join(id);
        for id in ["run", "waiting", "elsewhere"] {
            std::fs::create_dir_all(of(id).join("log")).expect("created");
            let mut deployment = Deployment::new(id, "a", "v", "u", String::new());
            deployment.status = Status::Canceled;
            deployment.attempt = u32::from(id == "run");
            let stored: Result<(), Refusal> = manager
                .catalogue
                .change(|transaction| {
                    transaction.put(deployment);
                    Ok(())
                })
                .await;
            stored.expect("it is stored");
        }
        assert!(manager.catalogue.read(unwanted).is_empty(), "nothing is deleted");
        for id in ["run", "waiting"] {
            manager.delete_deployment(id).await.expect("it has ended");
        }
        let found = manager.catalogue.read(unwanted);
        assert_eq!(
            found,
            BTreeSet::from(["run".to_owned()]),
            "the other never had a worker"
        );
        manager.remove("run").await.expect("it is removed");
        assert!(!of("run").exists() && of("elsewhere").exists());
        assert!(manager.catalogue.read(unwanted).is_empty(), "once is enough");
    }
}
