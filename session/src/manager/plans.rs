//! What a deployment would do, known before anything is stopped for it.
//!
//! In: the request for a deployment. Out: what becomes of state, whether there is room, an executable that is built.
//! Invariant: no record is made or changed; a build that was begun goes on when nobody waits for it any more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{Semaphore, watch};

use super::restore::{Found, Place};
use super::transition::Event;
use super::{Manager, NewDeployment, builds, restore, savepoints, schedule, view};
use crate::build::progress;
use crate::catalogue::{Tables, Transaction};
use crate::connection::topics;
use crate::model::deployment::OperatorPlan;
use crate::model::{Application, Deployment, Program, Service, Version};
use crate::refusal::Refusal;

/// A caller whose build takes longer is told to come again.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// What would happen.
#[derive(Clone, Debug)]
pub struct DeploymentPlan {
    /// The deployment that has to end first.
    pub replaces: Option<String>,
    /// What is there to begin with.
    pub restore_from: Option<String>,
    pub state_plan: Vec<OperatorPlan>,
    /// Names of operators whose state is lost, whatever the policy says to it.
    pub lost_state: Vec<String>,
    /// Why it would wait for a worker.
    pub waits_for: Option<String>,
    pub build: BuildProgress,
    /// What a build that goes on is at, if there is more to say than that it builds the version.
    pub build_message: Option<String>,
    pub build_error: Option<String>,
    /// Topics that its tables name and that certainly do not exist, in words.
    pub missing_topics: Vec<String>,
    /// Brokers of its tables that the manager cannot ask, in words.
    pub unreachable: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BuildProgress {
    Building,
    Built,
    Failed,
}

/// How a build ended, as soon as it has.
type End = watch::Receiver<Option<Result<(), String>>>;

/// Builds of versions that are not deployed yet.
pub(super) struct Preparations {
    /// Of all builds of deployments.
    permits: Arc<Semaphore>,
    /// Queries are built quickly, and do not wait for deployments.
    query_permits: Arc<Semaphore>,
    /// By version.
    under_way: Mutex<BTreeMap<String, End>>,
}

impl Preparations {
    pub(super) fn new(builds_max: usize) -> Preparations {
        Preparations {
            permits: Arc::new(Semaphore::new(builds_max)),
            query_permits: Arc::new(Semaphore::new(builds_max)),
            under_way: Mutex::default(),
        }
    }

    pub(super) fn permits(&self) -> Arc<Semaphore> {
        Arc::clone(&self.permits)
    }

    pub(super) fn query_permits(&self) -> Arc<Semaphore> {
        Arc::clone(&self.query_permits)
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeMap<String, End>> {
        self.under_way.lock().expect("nobody panics while holding it")
    }
}

/// The deployment that a new one replaces.
struct Replaced {
    id: String,
    /// Of a deployment that has been given to a worker.
    program: Option<Program>,
}

impl Manager {
    /// What creating a deployment would do if the application's present one ended with a savepoint.
    pub async fn plan_deployment(
        &self,
        application_id: &str,
        new: NewDeployment,
    ) -> Result<DeploymentPlan, Refusal> {
        let (origin, program) = self.understand(application_id, &new).await?;
        let replaced = self.catalogue.read(|tables| replaced(tables, application_id));
        let found = origin_of_state(&origin.place, replaced.as_ref()).await?;
        let (state_plan, lost_state) = match &found {
            Some(found) => restore::fates(found, &program)?,
            None => Default::default(),
        };
        if let (Some(found), None) = (&found, &replaced) {
            restore::check_output(found, &origin.application, &program, new.approve_state_loss)?;
        }
        let of_running = replaced.as_ref().map(|replaced| replaced.id.as_str());
        let slots = origin.parallelism(&new, &program);
        let waits_for = self.room(&origin.application, &program, slots, of_running)?;
        let asked = self
            .catalogue
            .read(|tables| topics::asked(tables, &origin.version, &program))?;
        let (topics, build) = tokio::join!(topics::look(asked), self.prepare(origin.version));
        let build_error = build.as_ref().and_then(|result| result.clone().err());
        Ok(DeploymentPlan {
            restore_from: found.and_then(Found::into_url),
            replaces: replaced.map(|replaced| replaced.id),
            state_plan,
            lost_state,
            waits_for,
            build_message: build.is_none().then(progress::text).flatten(),
            build: match build {
                None => BuildProgress::Building,
                Some(Ok(())) => BuildProgress::Built,
                Some(Err(_)) => BuildProgress::Failed,
            },
            build_error,
            missing_topics: topics.missing,
            unreachable: topics.unreachable,
        })
    }

    /// Why it would wait; what no waiting cures is refused.
    fn room(
        &self,
        application: &Application,
        program: &Program,
        slots: u32,
        without: Option<&str>,
    ) -> Result<Option<String>, Refusal> {
        let hosts = self.hosts();
        let service = Service::key(&application.project, &application.service);
        self.catalogue.read(|tables| {
            let transaction = Transaction::new(tables);
            view::options(&transaction, program)?;
            let room = schedule::would_wait_for(&transaction, &hosts, service, slots, without);
            Ok(room)
        })
    }

    /// Builds the version, or joins a build of it; `None`: it takes longer than a caller waits.
    async fn prepare(&self, version: Version) -> Option<Result<(), String>> {
        let mut ended = self.preparing(version);
        match tokio::time::timeout(ANSWER_MAX, ended.wait_for(Option::is_some)).await {
            Err(_) => None,
            Ok(Ok(result)) => result.clone(),
            Ok(Err(_)) => Some(Err("the build was given up".to_owned())),
        }
    }

    fn preparing(&self, version: Version) -> End {
        let mut under_way = self.inner.preparations.under_way();
        if let Some(ended) = under_way.get(&version.id) {
            return ended.clone();
        }
        let (end, ended) = watch::channel(None);
        under_way.insert(version.id.clone(), ended.clone());
        let manager = self.clone();
        tokio::spawn(async move {
            let id = version.id.clone();
            let result = manager.build_ahead(version).await;
            // Whoever asks from now on starts anew, and finds what was built.
            manager.inner.preparations.under_way().remove(&id);
            end.send_replace(Some(result));
        });
        ended
    }

    async fn build_ahead(&self, version: Version) -> Result<(), String> {
        let _permit = self.inner.preparations.permits().acquire_owned().await;
        let artifacts = self.artifacts();
        let building = tokio::task::spawn_blocking(move || builds::build(&version, &artifacts));
        let event = building.await.map_err(|error| format!("the build: {error}"))?;
        let event = match event {
            Event::Built(artifact) => self.share(artifact).await,
            failed => failed,
        };
        match event {
            Event::BuildFailed(message) => Err(message),
            _ => Ok(()),
        }
    }
}

fn replaced(tables: &Tables, application_id: &str) -> Option<Replaced> {
    let mut active = tables
        .all::<Deployment>()
        .filter(|one| one.application_id == application_id && !one.status.is_ended());
    let active = active.next()?;
    let program = tables.get::<Program>(&active.id).filter(|_| active.attempt > 0);
    Some(Replaced {
        id: active.id.clone(),
        program: program.map(|program| Program::clone(program)),
    })
}

/// The manifest that counts: of what runs its newest checkpoint, or what its operators will write.
async fn origin_of_state(place: &Place, replaced: Option<&Replaced>) -> Result<Option<Found>, Refusal> {
    let found = match (restore::find(place).await, replaced) {
        // A running job may remove a checkpoint while it is read; then there is a newer one.
        (Err(_), Some(_)) => restore::find(place).await?,
        (found, _) => found?,
    };
    let running = replaced.filter(|_| !place.predecessors.is_empty());
    let Some((running, program)) = running.and_then(|one| Some((one, one.program.as_ref()?))) else {
        return Ok(found);
    };
    let own = savepoints::checkpoints_part(&running.id);
    Ok(match found {
        Some(found) if found.url.contains(&own) => Some(found),
        _ => Some(Found::of_running(program)),
    })
}
