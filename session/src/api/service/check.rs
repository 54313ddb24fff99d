//! What a service may be called, when it may be maintained, what its tags may hold.
//!
//! In: fields of a request. Out: nothing, or a refusal. Invariant: the field stands in front of what is wrong with it.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

const NAME_MAX: usize = 64;

pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=NAME_MAX).contains(&name.len()) && name.chars().all(is_allowed) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "Invalid 'service_name': expected 1 to {NAME_MAX} letters, digits, '-' and '_', found '{name}'"
    )))
}

const DAYS: [&str; 8] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "never",
];

pub(super) fn check_maintenance(maintenance: &Map<String, Value>) -> Result<(), Refusal> {
    let is_day = |value: &Value| value.as_str().is_some_and(|day| DAYS.contains(&day));
    let is_time = |value: &Value| {
        let time = value
            .as_str()
            .and_then(|time| time.parse::<jiff::civil::Time>().ok());
        time.is_some()
    };
    match (maintenance.get("dow"), maintenance.get("time")) {
        (Some(day), _) if !day.is_null() && !is_day(day) => Err(Refusal::invalid(format!(
            "Invalid 'maintenance.dow': expected one of {}, found {day}",
            DAYS.join(", ")
        ))),
        (_, Some(time)) if !time.is_null() && !is_time(time) => Err(Refusal::invalid(format!(
            "Invalid 'maintenance.time': expected a time like \"10:00:00\", found {time}"
        ))),
        _ => Ok(()),
    }
}

/// Clients read tags as text.
pub(super) fn check_tags(tags: &Map<String, Value>) -> Result<(), Refusal> {
    let wrong = tags
        .iter()
        .find(|(_, value)| !value.is_string() && !value.is_null());
    match wrong {
        Some((key, value)) => Err(Refusal::invalid(format!(
            "Invalid 'tags.{key}': expected text, found {value}"
        ))),
        None => Ok(()),
    }
}
