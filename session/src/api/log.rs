//! Log lines of a session cluster's jobs.
//!
//! In: how many, from where, in which order. Out: lines and where to go on. Invariant: without an offset the newest
//! lines are answered, whatever their order.

use axum::Json;
use axum::extract::{Path, State};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::ServicePath;
use super::{Answer, Api, Input};
use crate::manager::{FoundLogs, LogCursor, LogEntry, LogQuery};
use crate::model::{Application, Deployment, timestamp};
use crate::protocol::Level;
use crate::refusal::Refusal;

const LIMIT: usize = 100;
const LIMIT_MAX: usize = 500;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(find))
}

#[derive(Deserialize, ToSchema)]
struct LogRequest {
    /// 100 unless given, at most 500.
    limit: Option<usize>,
    /// `offset` or `first_log_offset` of an earlier answer.
    #[serde(default, deserialize_with = "text_or_number")]
    #[schema(value_type = Option<String>)]
    offset: Option<String>,
    sort_order: Option<SortOrder>,
    /// Of this deployment only.
    deployment_id: Option<String>,
    /// Lines of lower levels are left out; INFO unless given. Each checkpoint is DEBUG.
    level: Option<Level>,
}

#[derive(Clone, Copy, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SortOrder {
    Asc,
    Desc,
}

#[derive(Serialize, ToSchema)]
struct Logs {
    logs: Vec<LogView>,
    /// Of the first line of the answer.
    first_log_offset: String,
    /// Where to go on in the same order.
    offset: String,
    /// Lines between those of the answer that were left out for their level.
    hidden: u64,
    /// Of the manager's store of lines. If it is another one than in the answer before, another manager answers: it has
    /// none of the lines that were taken in before it began.
    epoch: String,
}

#[derive(Serialize, ToSchema)]
struct LogView {
    time: String,
    hostname: String,
    /// The application.
    unit: String,
    deployment_id: String,
    msg: String,
    level: Level,
    offset: String,
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(D::Error::custom("expected the offset of an earlier answer")),
    }
}

/// Lines of the jobs of a session cluster
#[utoipa::path(post, path = "/v1/project/{project}/service/{service}/logs", tag = "monitoring",
    params(ServicePath), request_body = LogRequest, responses((status = 200, body = Logs)))]
async fn find(
    State(api): State<Api>,
    Path(path): Path<ServicePath>,
    Input(body): Input<LogRequest>,
) -> Answer<Logs> {
    path.check(&api)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    let offset = body.offset.filter(|offset| !offset.is_empty());
    let offset = offset.map(|offset| {
        offset
            .parse::<LogCursor>()
            .map_err(|_| Refusal::invalid("Invalid 'offset': expected the offset of an earlier answer"))
    });
    let offset = offset.transpose()?;
    let is_descending = body.sort_order == Some(SortOrder::Desc);
    let query = LogQuery {
        deployment: body.deployment_id,
        limit: body.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX),
        // Without an offset the newest lines are wanted.
        is_descending: is_descending || offset.is_none(),
        offset,
        level: body.level.unwrap_or_default(),
    };
    let mut found = api.manager.logs(&path.key(), &query);
    let is_turned = query.is_descending && !is_descending;
    if is_turned {
        found.entries.reverse();
    }
    let place = |entry: Option<&LogEntry>| {
        let place = entry.map(|entry| found.cursor(entry)).or(query.offset.clone());
        place.map_or_else(String::new, |place| place.to_string())
    };
    let first_log_offset = place(found.entries.first());
    // Lines that are not shown are not looked at again, either.
    let offset = match &found.last {
        Some(last) if !is_turned => last.to_string(),
        _ => place(found.entries.last()),
    };
    Ok(Json(Logs {
        first_log_offset,
        offset,
        hidden: found.hidden,
        epoch: found.epoch.clone(),
        logs: found
            .entries
            .iter()
            .map(|entry| view(&api, &found, entry))
            .collect(),
    }))
}

fn view(api: &Api, found: &FoundLogs, entry: &LogEntry) -> LogView {
    let unit = api.manager.catalogue.read(|tables| {
        let deployment = tables.get::<Deployment>(&entry.deployment)?;
        Some(
            tables
                .get::<Application>(&deployment.application_id)?
                .name
                .clone(),
        )
    });
    let moment = jiff::Timestamp::from_microsecond(entry.time_us).unwrap_or_default();
    LogView {
        time: timestamp(moment),
        hostname: entry.host.clone(),
        unit: unit.unwrap_or_default(),
        deployment_id: entry.deployment.clone(),
        msg: entry.line.clone(),
        level: entry.level,
        offset: found.cursor(entry).to_string(),
    }
}
