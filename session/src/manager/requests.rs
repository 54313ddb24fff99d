//! What users ask of deployments: create, stop, cancel, save, delete.
//!
//! In: ids and wishes. Out: the deployment as it is then, or why not. Invariant: the answer comes when the wish is
//! stored; the scheduler carries it out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::restore::Place;
use super::strategy::PARALLELISM;
use super::{Manager, fence, program, restore, strategy, transition, view};
use crate::catalogue::{Tables, Transaction};
use crate::model::application::Restore;
use crate::model::deployment::{OperatorPlan, RequestKind};
use crate::model::{Application, Deployment, Program, Remnant, Status, Version, fresh_id, timestamp};
use crate::refusal::Refusal;

/// The body of a request for a deployment.
#[derive(Clone, Debug)]
pub struct NewDeployment {
    pub version_id: String,
    /// Unless given it is the statement's (`parallelism.default`), the session cluster's, or 1.
    pub parallelism: Option<u32>,
    pub restart_enabled: bool,
    pub starting_savepoint: Option<String>,
    /// Instead of the application's setting.
    pub restore: Option<Restore>,
    /// The caller has seen which state is not taken over.
    pub approve_state_loss: bool,
}

/// What the texts of a request name.
pub(super) struct Origin {
    pub(super) application: Application,
    pub(super) version: Version,
    pub(super) place: Place,
    /// Of the session cluster.
    user_config: Map<String, Value>,
    /// Of the records that the place names, by URL.
    savepoint_ids: BTreeMap<String, String>,
}

impl Origin {
    /// What the request says, else its statement, else its session cluster.
    pub(super) fn parallelism(&self, new: &NewDeployment, program: &Program) -> u32 {
        new.parallelism
            .unwrap_or_else(|| strategy::parallelism(&self.user_config, &program.config))
    }
}

impl Manager {
    /// Checks, compiles and stores; the scheduler builds and places it.
    pub async fn create_deployment(
        &self,
        application_id: &str,
        new: NewDeployment,
        user: &str,
    ) -> Result<Deployment, Refusal> {
        let (origin, program) = self.understand(application_id, &new).await?;
        let parallelism = origin.parallelism(&new, &program);
        let id = program.deployment_id.clone();
        let found = restore::find(&origin.place).await?;
        let plan = match &found {
            Some(found) => {
                restore::check_output(found, &origin.application, &program, new.approve_state_loss)?;
                restore::plan(found, &origin.application, &program, new.approve_state_loss)?
            }
            None => Vec::new(),
        };
        let must_restore = origin.place.must_find || found.is_some();
        let restore_from = found.map(|found| found.url);
        let savepoint_id = restore_from
            .as_ref()
            .and_then(|url| origin.savepoint_ids.get(url));
        let deployment = Deployment {
            restore_from: restore_from.clone(),
            must_restore,
            parallelism,
            ..fresh(&id, &origin, plan, new, user)
        };
        self.catalogue
            .change(|transaction| {
                if let Some(id) = savepoint_id {
                    restore::check_origin(transaction, id)?;
                }
                insert(transaction, &deployment, program)
            })
            .await?;
        Ok(deployment)
    }

    /// What a request names, and the program that its version compiles to, with the id of a new deployment.
    pub(super) async fn understand(
        &self,
        application_id: &str,
        new: &NewDeployment,
    ) -> Result<(Origin, Program), Refusal> {
        let origin = self
            .catalogue
            .read(|tables| origin(tables, application_id, new))?;
        let version = origin.version.clone();
        let compiled = tokio::task::spawn_blocking(move || program::compile(&version));
        let compiled = compiled.await.map_err(anyhow::Error::new)??;
        let program = program::program(&fresh_id(), &origin.application, &origin.version, &compiled);
        let unreadable = strategy::unreadable(&program.config);
        if !unreadable.is_empty() {
            let mut refusal = Refusal::invalid("The configuration of the statement cannot be read");
            refusal.errors = unreadable;
            return Err(refusal);
        }
        Ok((origin, program))
    }

    /// A savepoint, then the end.
    pub async fn stop_deployment(&self, id: &str) -> Result<Deployment, Refusal> {
        self.ask_for_savepoint(id, RequestKind::Stop).await
    }

    /// A savepoint of a job that goes on.
    pub async fn save_deployment(&self, id: &str) -> Result<Deployment, Refusal> {
        self.ask_for_savepoint(id, RequestKind::Savepoint).await
    }

    /// The end, without a savepoint. `is_forced`: whoever asks for it knows that attempts on workers that are not heard
    /// of are dead, and nobody waits for word of them.
    pub async fn cancel_deployment(&self, id: &str, is_forced: bool) -> Result<Deployment, Refusal> {
        self.change_deployment(id, |deployment| {
            let now = Timestamp::now();
            let ends = deployment.status.is_ending();
            if deployment.status.can_cancel() {
                transition::cancel(deployment, now);
            } else if !(is_forced && ends) {
                return Err(impossible("cancelled", deployment));
            }
            if is_forced {
                fence::vouched_for(deployment, now);
            }
            Ok(())
        })
        .await
    }

    /// Removes an ended deployment from the history. Its savepoints stay, and so does its newest checkpoint until a
    /// later deployment of the application has one.
    pub async fn delete_deployment(&self, id: &str) -> Result<Deployment, Refusal> {
        self.catalogue
            .change(|transaction| {
                let deployment = transaction.get::<Deployment>(id).ok_or_else(|| missing(id))?;
                let mut deployment = Deployment::clone(&deployment);
                if !deployment.status.can_delete() {
                    return Err(impossible("deleted", &deployment));
                }
                transaction.delete::<Deployment>(id);
                transaction.delete::<Program>(id);
                if deployment.attempt > 0 {
                    transaction.put(Remnant {
                        deployment_id: id.to_owned(),
                        deleted_at: timestamp(Timestamp::now()),
                    });
                }
                deployment.status = Status::DeleteRequested;
                Ok(deployment)
            })
            .await
    }

    async fn ask_for_savepoint(&self, id: &str, kind: RequestKind) -> Result<Deployment, Refusal> {
        let url = self.settings().savepoint_url(id, &fresh_id());
        self.change_deployment(id, |deployment| {
            let (can, what) = match kind {
                RequestKind::Stop => (deployment.status.can_stop(), "stopped"),
                RequestKind::Savepoint => (deployment.status == Status::Running, "saved"),
            };
            if !can {
                return Err(impossible(what, deployment));
            }
            transition::request(deployment, kind, url, Timestamp::now());
            Ok(())
        })
        .await
    }

    async fn change_deployment(
        &self,
        id: &str,
        change: impl FnOnce(&mut Deployment) -> Result<(), Refusal>,
    ) -> Result<Deployment, Refusal> {
        self.catalogue
            .change(|transaction| {
                let deployment = transaction.get::<Deployment>(id).ok_or_else(|| missing(id))?;
                let mut deployment = Deployment::clone(&deployment);
                change(&mut deployment)?;
                transaction.put(deployment.clone());
                Ok(deployment)
            })
            .await
    }
}

fn missing(id: &str) -> Refusal {
    Refusal::not_found(format!("Deployment not found: {id}"))
}

fn impossible(what: &str, deployment: &Deployment) -> Refusal {
    let status = deployment.status.name();
    Refusal::conflict(format!("A deployment that is {status} cannot be {what}"))
}

fn origin(tables: &Tables, application_id: &str, new: &NewDeployment) -> Result<Origin, Refusal> {
    let application = tables
        .get::<Application>(application_id)
        .ok_or_else(|| Refusal::not_found(format!("Application not found: {application_id}")))?;
    let version = tables.get::<Version>(&new.version_id);
    let version = version
        .filter(|version| version.application_id == application_id)
        .ok_or_else(|| Refusal::not_found(format!("Application version not found: {}", new.version_id)))?;
    if let Some(given) = new.parallelism.filter(|given| !PARALLELISM.contains(given)) {
        let (least, most) = (PARALLELISM.start(), PARALLELISM.end());
        return Err(Refusal::invalid(format!(
            "parallelism: expected a number from {least} to {most}, found {given}"
        )));
    }
    let setting = new.restore.unwrap_or(application.restore);
    let place = restore::place(tables, application, new.starting_savepoint.as_deref(), setting)?;
    let urls = place.named.iter().chain(&place.predecessors);
    let known = urls.filter_map(|url| Some((url.clone(), restore::known(tables, url)?.id.clone())));
    Ok(Origin {
        savepoint_ids: known.collect(),
        application: Application::clone(application),
        version: Version::clone(version),
        place,
        user_config: view::cluster_config(tables, application),
    })
}

fn fresh(id: &str, origin: &Origin, plan: Vec<OperatorPlan>, new: NewDeployment, user: &str) -> Deployment {
    let now = timestamp(Timestamp::now());
    Deployment {
        version: origin.version.version,
        restart_enabled: new.restart_enabled,
        starting_savepoint: new.starting_savepoint,
        predecessors: origin.place.predecessors.clone(),
        may_lose_output: restore::may_lose_output(&origin.application, new.approve_state_loss),
        state_plan: plan,
        ..Deployment::new(id, &origin.application.id, &new.version_id, user, now)
    }
}

/// Stores the deployment unless the world has changed while its version was compiled.
fn insert(
    transaction: &mut Transaction<'_>,
    deployment: &Deployment,
    program: Program,
) -> Result<(), Refusal> {
    if transaction.get::<Version>(&deployment.version_id).is_none() {
        let message = format!("Application version not found: {}", deployment.version_id);
        return Err(Refusal::not_found(message));
    }
    let others = transaction.all::<Deployment>();
    let mut active = others
        .iter()
        .filter(|other| other.application_id == deployment.application_id && !other.status.is_ended());
    if let Some(active) = active.next() {
        return Err(Refusal::conflict(format!(
            "The application has a deployment that is {}: {}. Stop or cancel it first",
            active.status.name(),
            active.id
        )));
    }
    transaction.put(deployment.clone());
    transaction.put(program);
    Ok(())
}
