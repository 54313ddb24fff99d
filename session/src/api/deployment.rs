//! Deployments: list, create, read, stop, cancel, delete.
//!
//! In: wishes. Out: deployments as they are then. Invariant: the manager decides what is possible; what has ended
//! cannot be stopped or cancelled, which is how clients find out.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::{ApplicationPath, DeploymentPath, Limit, ServicePath};
use super::view::{self, DeploymentView};
use super::{Answer, Api, Caller, Input};
use crate::manager::{BuildProgress, NewDeployment};
use crate::model::Application;
use crate::model::application::Restore;
use crate::model::deployment::OperatorPlan;
use crate::refusal::Refusal;

/// Below which deployments are.
const APPLICATION: &str = "/v1/project/{project}/service/{service}/flink/application/{application_id}";

const CLUSTER: &str = "/v1/project/{project}/service/{service}/flink";

pub(super) fn routes() -> OpenApiRouter<Api> {
    let routes = OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(plan))
        .routes(routes!(get, delete))
        .routes(routes!(stop))
        .routes(routes!(cancel))
        .routes(routes!(save));
    OpenApiRouter::new()
        .nest(APPLICATION, routes)
        .nest(CLUSTER, OpenApiRouter::new().routes(routes!(list_all)))
}

#[derive(Deserialize, ToSchema)]
struct DeploymentBody {
    version_id: String,
    /// 1 to 128; unless given what the statement SETs as `parallelism.default`, else `parallelism_default` of the
    /// session cluster, else 1.
    parallelism: Option<u32>,
    /// Whether it starts again after a failure; true unless given.
    restart_enabled: Option<bool>,
    starting_savepoint: Option<String>,
    /// What a deployment without `starting_savepoint` begins with, instead of the application's setting.
    restore: Option<Restore>,
    /// The caller has seen which state is not taken over, and gives up rows that were decided on and that no table of
    /// the version takes.
    approve_state_loss: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
struct CancelBody {
    /// The caller knows that attempts on workers that are not heard of are dead: nobody waits for word of them.
    force: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct Deployments {
    deployments: Vec<DeploymentView>,
}

/// All deployments of an application, the newest first
#[utoipa::path(get, path = "/deployment",
    tag = "deployments", params(ApplicationPath), responses((status = 200, body = Deployments)))]
async fn list(
    State(api): State<Api>,
    Path(path): Path<ApplicationPath>,
    limit: Limit,
) -> Answer<Deployments> {
    path.check(&api)?;
    api.manager.catalogue.read(|tables| {
        path.find(tables)?;
        let mut found = view::deployments(tables, &path.application_id);
        found.reverse();
        let deployments = limit.of(found).into_iter().map(DeploymentView::new).collect();
        Ok(Json(Deployments { deployments }))
    })
}

#[derive(Serialize, ToSchema)]
struct AllDeployments {
    deployments: Vec<NamedDeployment>,
}

#[derive(Serialize, ToSchema)]
struct NamedDeployment {
    application_id: String,
    application_name: String,
    #[serde(flatten)]
    deployment: DeploymentView,
}

/// All deployments of a session cluster, application by application, the newest first
#[utoipa::path(get, path = "/deployment", tag = "deployments", params(ServicePath),
    responses((status = 200, body = AllDeployments)))]
async fn list_all(
    State(api): State<Api>,
    Path(path): Path<ServicePath>,
    limit: Limit,
) -> Answer<AllDeployments> {
    path.cluster(&api)?;
    let found = api.manager.catalogue.read(|tables| {
        let applications = tables.all::<Application>();
        let mut applications: Vec<_> = applications
            .filter(|one| one.project == path.project && one.service == path.service)
            .collect();
        applications.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
        let by_application = view::deployments_by_application(tables);
        let all = applications.into_iter().flat_map(|application| {
            let deployments = by_application.get(application.id.as_str());
            let deployments = deployments.into_iter().flatten().rev();
            deployments.map(|deployment| NamedDeployment {
                application_id: application.id.clone(),
                application_name: application.name.clone(),
                deployment: DeploymentView::new(deployment),
            })
        });
        limit.of(all.collect())
    });
    Ok(Json(AllDeployments { deployments: found }))
}

/// A new deployment of a version
#[utoipa::path(post, path = "/deployment",
    tag = "deployments", params(ApplicationPath), request_body = DeploymentBody,
    responses((status = 200, body = DeploymentView)))]
async fn create(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<ApplicationPath>,
    Input(body): Input<DeploymentBody>,
) -> Answer<DeploymentView> {
    let new = checked(&api, &path, body)?;
    let created = api
        .manager
        .create_deployment(&path.application_id, new, &caller.email)
        .await?;
    Ok(Json(DeploymentView::new(&created)))
}

/// The request, if its session cluster may have deployments.
fn checked(api: &Api, path: &ApplicationPath, body: DeploymentBody) -> Result<NewDeployment, Refusal> {
    let cluster = path.service().cluster(api)?;
    if !cluster.powered {
        let message = format!("Service {} is powered off", cluster.name);
        return Err(Refusal::conflict(message));
    }
    api.manager.catalogue.read(|tables| path.find(tables).map(drop))?;
    Ok(NewDeployment {
        version_id: body.version_id,
        parallelism: body.parallelism,
        restart_enabled: body.restart_enabled.unwrap_or(true),
        starting_savepoint: body.starting_savepoint.filter(|given| !given.is_empty()),
        restore: body.restore,
        approve_state_loss: body.approve_state_loss.unwrap_or(false),
    })
}

#[derive(Serialize, ToSchema)]
struct PlanView {
    /// The deployment that has to end first. What it has not committed yet counts as taken over by a savepoint.
    replaces: Option<String>,
    /// What is there to begin with now; null: nothing.
    restore_from: Option<String>,
    state_plan: Vec<OperatorPlan>,
    /// Names of operators whose state would be lost, whatever the application's `restore_policy` says to it.
    lost_state: Vec<String>,
    /// Why it would wait for task slots when the deployment that it replaces has ended; null: it would not.
    waits_for: Option<String>,
    build: BuildProgress,
    /// While it is `building`: what takes long about it, and how far that is; null: nothing that took long so far.
    build_message: Option<String>,
    build_error: Option<String>,
    /// Topics of tables with an integration that certainly do not exist: `table t: topic 'x' does not exist at …`. One
    /// that is only written and that the brokers make when it is written to is none of them.
    missing_topics: Vec<String>,
    /// Brokers that integrations lead to and that the manager cannot ask, with reasons. A worker may reach them.
    unreachable: Vec<String>,
}

/// What would happen if a deployment were created now: nothing is created or ended, but its version is built. While
/// `build` is `building`, ask again
#[utoipa::path(post, path = "/deployment/plan",
    tag = "deployments", params(ApplicationPath), request_body = DeploymentBody,
    responses((status = 200, body = PlanView)))]
async fn plan(
    State(api): State<Api>,
    Path(path): Path<ApplicationPath>,
    Input(body): Input<DeploymentBody>,
) -> Answer<PlanView> {
    let new = checked(&api, &path, body)?;
    let plan = api.manager.plan_deployment(&path.application_id, new).await?;
    Ok(Json(PlanView {
        replaces: plan.replaces,
        restore_from: plan.restore_from,
        state_plan: plan.state_plan,
        lost_state: plan.lost_state,
        waits_for: plan.waits_for,
        build: plan.build,
        build_message: plan.build_message,
        build_error: plan.build_error,
        missing_topics: plan.missing_topics,
        unreachable: plan.unreachable,
    }))
}

/// A deployment
#[utoipa::path(get, path = "/deployment/{deployment_id}", tag = "deployments", params(DeploymentPath), responses((status = 200, body = DeploymentView)))]
async fn get(State(api): State<Api>, Path(path): Path<DeploymentPath>) -> Answer<DeploymentView> {
    Ok(Json(DeploymentView::new(&*path.find(&api)?)))
}

/// Removes an ended deployment from the history
#[utoipa::path(delete, path = "/deployment/{deployment_id}", tag = "deployments", params(DeploymentPath), responses((status = 200, body = DeploymentView)))]
async fn delete(State(api): State<Api>, Path(path): Path<DeploymentPath>) -> Answer<DeploymentView> {
    path.find(&api)?;
    let deleted = api.manager.delete_deployment(&path.deployment_id).await?;
    Ok(Json(DeploymentView::new(&deleted)))
}

/// Takes a savepoint and ends the deployment
#[utoipa::path(post, path = "/deployment/{deployment_id}/stop", tag = "deployments", params(DeploymentPath), responses((status = 200, body = DeploymentView)))]
async fn stop(State(api): State<Api>, Path(path): Path<DeploymentPath>) -> Answer<DeploymentView> {
    path.find(&api)?;
    let stopped = api.manager.stop_deployment(&path.deployment_id).await?;
    Ok(Json(DeploymentView::new(&stopped)))
}

/// Ends the deployment without a savepoint
#[utoipa::path(post, path = "/deployment/{deployment_id}/cancel", tag = "deployments", params(DeploymentPath), request_body = CancelBody, responses((status = 200, body = DeploymentView)))]
async fn cancel(
    State(api): State<Api>,
    Path(path): Path<DeploymentPath>,
    Input(body): Input<CancelBody>,
) -> Answer<DeploymentView> {
    path.find(&api)?;
    let is_forced = body.force.unwrap_or(false);
    let cancelled = api
        .manager
        .cancel_deployment(&path.deployment_id, is_forced)
        .await?;
    Ok(Json(DeploymentView::new(&cancelled)))
}

/// Takes a savepoint; the deployment goes on
#[utoipa::path(post, path = "/deployment/{deployment_id}/savepoint", tag = "deployments", params(DeploymentPath), responses((status = 200, body = DeploymentView)))]
async fn save(State(api): State<Api>, Path(path): Path<DeploymentPath>) -> Answer<DeploymentView> {
    path.find(&api)?;
    let saved = api.manager.save_deployment(&path.deployment_id).await?;
    Ok(Json(DeploymentView::new(&saved)))
}
