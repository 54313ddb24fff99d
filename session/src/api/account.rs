//! Projects, users and tokens.
//!
//! In: who asks. Out: what clients ask before they get to their business. Invariant: a token is seen once, when it is
//! made.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Done, ErrorBody, done};
use super::path::ProjectPath;
use super::service::CLOUD;
use super::user_config::VERSIONS;
use super::{Answer, Api, Caller, Input, access};
use crate::catalogue::Transaction;
use crate::model::{Token, timestamp};
use crate::refusal::Refusal;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(projects))
        .routes(routes!(project))
        .routes(routes!(vpcs))
        .routes(routes!(static_ips))
        .routes(routes!(service_versions))
        .routes(routes!(me))
        .routes(routes!(log_in))
        .routes(routes!(tokens, new_token))
        .routes(routes!(update_token, delete_token))
}

const ACCOUNT: &str = "local";

#[derive(Serialize, ToSchema)]
struct Project {
    project_name: String,
    account_id: &'static str,
    /// There is one place: where the manager runs.
    default_cloud: &'static str,
    #[serde(flatten)]
    billing: Billing,
}

/// Nobody pays; clients of Aiven's API ask all the same.
#[derive(Default, Serialize, ToSchema)]
struct Billing {
    billing_currency: &'static str,
    vat_id: &'static str,
    billing_address: &'static str,
    billing_extra_text: Option<String>,
    country_code: &'static str,
}

#[derive(Serialize, ToSchema)]
struct OneProject {
    project: Project,
}

#[derive(Serialize, ToSchema)]
struct Projects {
    projects: Vec<Project>,
    /// Membership of the caller, by project.
    project_membership: Value,
}

fn shown(name: &str) -> Project {
    Project {
        project_name: name.to_owned(),
        account_id: ACCOUNT,
        default_cloud: CLOUD,
        billing: Billing::default(),
    }
}

/// All projects
#[utoipa::path(get, path = "/v1/project", tag = "account", responses((status = 200, body = Projects)))]
async fn projects(State(api): State<Api>) -> Json<Projects> {
    let names = || api.settings.projects.iter();
    let membership = names().map(|name| (name.clone(), json!("admin")));
    Json(Projects {
        projects: names().map(|name| shown(name)).collect(),
        project_membership: Value::Object(membership.collect()),
    })
}

/// A project
#[utoipa::path(get, path = "/v1/project/{project}", tag = "account", params(ProjectPath),
    responses((status = 200, body = OneProject)))]
async fn project(State(api): State<Api>, Path(path): Path<ProjectPath>) -> Answer<OneProject> {
    path.check(&api)?;
    Ok(Json(OneProject {
        project: shown(&path.project),
    }))
}

#[derive(Serialize, ToSchema)]
struct Vpcs {
    vpcs: Vec<Value>,
}

/// Private clouds of a project: none
#[utoipa::path(get, path = "/v1/project/{project}/vpcs", tag = "account", params(ProjectPath),
    responses((status = 200, body = Vpcs)))]
async fn vpcs(State(api): State<Api>, Path(path): Path<ProjectPath>) -> Answer<Vpcs> {
    path.check(&api)?;
    Ok(Json(Vpcs { vpcs: Vec::new() }))
}

#[derive(Serialize, ToSchema)]
struct StaticIps {
    static_ips: Vec<Value>,
}

/// Static addresses of a project: none
#[utoipa::path(get, path = "/v1/project/{project}/static-ips", tag = "account", params(ProjectPath),
    responses((status = 200, body = StaticIps)))]
async fn static_ips(State(api): State<Api>, Path(path): Path<ProjectPath>) -> Answer<StaticIps> {
    path.check(&api)?;
    Ok(Json(StaticIps {
        static_ips: Vec::new(),
    }))
}

#[derive(Serialize, ToSchema)]
struct ServiceVersions {
    service_versions: Vec<Value>,
}

/// Versions of Flink whose dialect is understood
#[utoipa::path(get, path = "/v1/account/{account_id}/service_versions", tag = "account",
    params(("account_id" = String, Path)), responses((status = 200, body = ServiceVersions)))]
async fn service_versions(Path(_account): Path<String>) -> Json<ServiceVersions> {
    let version = |version: &&str| {
        json!({
            "service_type": "flink", "major_version": version, "state": "available",
            "aiven_end_of_life_time": null, "upstream_end_of_life_time": null, "availability_start_time": null,
            "availability_end_time": null, "termination_time": null, "end_of_life_help_article_url": null,
        })
    };
    Json(ServiceVersions {
        service_versions: VERSIONS.iter().map(version).collect(),
    })
}

#[derive(Serialize, ToSchema)]
struct User {
    user: String,
    real_name: String,
    state: &'static str,
    token_validity_begin: Option<String>,
    projects: Vec<String>,
    /// Ways to log in.
    auth: [&'static str; 1],
}

#[derive(Serialize, ToSchema)]
struct OneUser {
    user: User,
}

/// The caller
#[utoipa::path(get, path = "/v1/me", tag = "account", responses((status = 200, body = OneUser)))]
async fn me(State(api): State<Api>, Extension(caller): Extension<Caller>) -> Json<OneUser> {
    let user = User {
        real_name: caller.email.clone(),
        user: caller.email,
        state: "active",
        token_validity_begin: None,
        projects: api.settings.projects.clone(),
        auth: ["token"],
    };
    Json(OneUser { user })
}

/// There are no passwords: operators hand out tokens
#[utoipa::path(post, path = "/v1/userauth", tag = "account", responses((status = 403, body = ErrorBody)))]
async fn log_in() -> Refusal {
    Refusal::new(
        403,
        "There are no passwords here: use a token (avn user login --token, or AIVEN_AUTH_TOKEN)",
    )
}

#[derive(Deserialize, ToSchema)]
struct NewToken {
    description: Option<String>,
    /// Unlimited unless given.
    max_age_seconds: Option<u32>,
    /// Only false: a token ends when it was said to.
    extend_when_used: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct TokenView {
    token_prefix: String,
    description: String,
    create_time: String,
    expiry_time: Option<String>,
    /// From creation to expiry.
    max_age_seconds: Option<i64>,
    extend_when_used: bool,
    /// Uses of tokens are not recorded.
    last_used_time: Option<String>,
    last_ip: Option<String>,
    last_user_agent: Option<String>,
    user_email: String,
    /// Only in the answer that it was made for.
    full_token: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct TokenCreated {
    token: String,
    #[serde(flatten)]
    view: TokenView,
}

#[derive(Serialize, ToSchema)]
struct Tokens {
    tokens: Vec<TokenView>,
}

fn token_view(token: &Token) -> TokenView {
    let moment = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let ends = token.expires_at.as_deref().and_then(moment);
    let life = ends
        .zip(moment(&token.created_at))
        .map(|(end, start)| end.duration_since(start));
    TokenView {
        token_prefix: token.prefix.clone(),
        description: token.description.clone(),
        create_time: token.created_at.clone(),
        expiry_time: token.expires_at.clone(),
        max_age_seconds: life.map(|life| (life.as_secs_f64()).round() as i64),
        extend_when_used: false,
        last_used_time: None,
        last_ip: None,
        last_user_agent: None,
        user_email: token.user_email.clone(),
        full_token: None,
    }
}

/// All tokens, by their first characters
#[utoipa::path(get, path = "/v1/access_token", tag = "account", responses((status = 200, body = Tokens)))]
async fn tokens(State(api): State<Api>) -> Json<Tokens> {
    let catalogue = &api.manager.catalogue;
    let tokens = catalogue.read(|tables| tables.all::<Token>().map(|token| token_view(token)).collect());
    Json(Tokens { tokens })
}

/// A new token of the caller
#[utoipa::path(post, path = "/v1/access_token", tag = "account", request_body = NewToken,
    responses((status = 200, body = TokenCreated)))]
async fn new_token(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Input(body): Input<NewToken>,
) -> Answer<TokenCreated> {
    if body.extend_when_used == Some(true) {
        return Err(Refusal::new(
            400,
            "Invalid 'extend_when_used': a token's life cannot be extended; make it with the 'max_age_seconds' it needs",
        ));
    }
    let end = |seconds: u32| jiff::Timestamp::now() + std::time::Duration::from_secs(u64::from(seconds));
    let asked = body.max_age_seconds.map(|seconds| timestamp(end(seconds)));
    // A token of a bounded life makes none that outlives it.
    let expires_at = match (asked, caller.expires_at) {
        (Some(asked), Some(own)) => Some(asked.min(own)),
        (asked, own) => asked.or(own),
    };
    let description = body.description.unwrap_or_default();
    let catalogue = &api.manager.catalogue;
    let (token, record) = access::create_token(catalogue, &caller.email, &description, expires_at).await?;
    let view = TokenView {
        full_token: Some(token.clone()),
        ..token_view(&record)
    };
    Ok(Json(TokenCreated { token, view }))
}

#[derive(Deserialize, ToSchema)]
struct TokenUpdate {
    description: String,
}

/// Changes the description of a token, which is named by itself or its first characters
#[utoipa::path(put, path = "/v1/access_token/{token}", tag = "account", request_body = TokenUpdate,
    params(("token" = String, Path)), responses((status = 200, body = TokenView)))]
async fn update_token(
    State(api): State<Api>,
    Path(given): Path<String>,
    Input(body): Input<TokenUpdate>,
) -> Answer<TokenView> {
    let changed = api
        .manager
        .catalogue
        .change(|transaction| {
            let mut token = named_token(transaction, &given)?;
            token.description = body.description;
            transaction.put(token.clone());
            Ok::<_, Refusal>(token)
        })
        .await?;
    Ok(Json(token_view(&changed)))
}

fn named_token(transaction: &Transaction<'_>, given: &str) -> Result<Token, Refusal> {
    let hash = Token::hash(given);
    let mut tokens = transaction.all::<Token>();
    tokens.retain(|token| token.sha256 == hash || token.prefix == given);
    match &tokens[..] {
        [one] => Ok(Token::clone(one)),
        _ => Err(Refusal::not_found("Token not found")),
    }
}

/// Ends a token, by itself or its first characters
#[utoipa::path(delete, path = "/v1/access_token/{token}", tag = "account",
    params(("token" = String, Path)), responses((status = 200, body = Done)))]
async fn delete_token(State(api): State<Api>, Path(given): Path<String>) -> Answer<Done> {
    api.manager
        .catalogue
        .change(|transaction| {
            let token = named_token(transaction, &given)?;
            transaction.delete::<Token>(&token.sha256);
            Ok::<_, Refusal>(())
        })
        .await?;
    done()
}
