//! `/jobs/{id}/exceptions`: why attempts ended.

use serde_json::{Value, json};

use super::snapshot::{Job, millis};
use crate::model::Status;

pub(super) fn exceptions(job: &Job) -> Value {
    let worker = job.attempt.as_ref().map(|attempt| attempt.worker.clone());
    let host = job.attempt.as_ref().map(|attempt| attempt.host.clone());
    let entry = |message: &str, at: i64| {
        json!({
            "exceptionName": message.lines().next().unwrap_or_default(),
            "stacktrace": message,
            "timestamp": at,
            "failureLabels": {},
            "taskName": null,
            "endpoint": host,
            "taskManagerId": worker,
            "concurrentExceptions": [],
        })
    };
    let deployment = &job.deployment;
    let mut entries: Vec<Value> = Vec::new();
    if deployment.status == Status::Failed
        && let Some(message) = &deployment.error_msg
    {
        entries.push(entry(message, millis(Some(&deployment.status_since))));
    }
    let restarts = deployment.restarts.iter().rev();
    entries.extend(restarts.map(|restart| entry(&restart.reason, millis(Some(&restart.at)))));
    // An attempt that failed for good is the newest restart's reason too.
    entries.dedup_by(|b, a| a["stacktrace"] == b["stacktrace"] && a["timestamp"] == b["timestamp"]);
    let root = entries.first().cloned().unwrap_or_default();
    let all = entries.iter().map(|entry| {
        json!({ "exception": entry["stacktrace"], "task": null, "location": host, "timestamp": entry["timestamp"] })
    });
    json!({
        "root-exception": root["stacktrace"],
        "timestamp": root["timestamp"],
        "all-exceptions": all.collect::<Vec<Value>>(),
        "truncated": false,
        "exceptionHistory": { "entries": entries, "truncated": false },
    })
}
