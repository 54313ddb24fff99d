//! What a body may say about a service.
//!
//! In: parts of bodies. Out: what is stored, or a refusal that names the field. Invariant: whatever Terraform and avn
//! send of the kinds of services that are here passes; what could not have any effect is refused, with the name that
//! was probably meant.

use compiler::base::nearest::nearest;
use serde_json::{Map, Value};

use super::super::integration::NewIntegration;
use crate::refusal::Refusal;

const NAME_MAX: usize = 64;
const EMAILS_MAX: usize = 10;
const EMAIL_LENGTH_MAX: usize = 254;

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

pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=NAME_MAX).contains(&name.len()) && name.chars().all(is_allowed) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "Invalid 'service_name': expected 1 to {NAME_MAX} letters, digits, '-' and '_', found '{name}'"
    )))
}

fn check_keys(field: &str, given: &Map<String, Value>, known: &[&str]) -> Result<(), Refusal> {
    let mut unknown = given.keys().filter(|key| !known.contains(&key.as_str()));
    let Some(key) = unknown.next() else {
        return Ok(());
    };
    let near = nearest(key, known.iter().copied());
    let near = near.map(|near| format!("; did you mean '{near}'?"));
    Err(Refusal::invalid(format!(
        "Invalid '{field}.{key}': expected {}{}",
        known.join(", "),
        near.unwrap_or_default()
    )))
}

/// What is to be stored of it: `updates` is answered, and clients that send back what they read send it too.
pub(super) fn maintenance(mut given: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    check_keys("maintenance", &given, &["dow", "time", "enabled", "updates"])?;
    let is_day = |value: &Value| value.as_str().is_some_and(|day| DAYS.contains(&day));
    let is_time = |value: &Value| {
        let text = value.as_str();
        text.is_some_and(|text| text.parse::<jiff::civil::Time>().is_ok())
    };
    for (key, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        let expected = match key.as_str() {
            "dow" if !is_day(value) => format!("one of {}", DAYS.join(", ")),
            "time" if !is_time(value) => "a time like \"10:00:00\"".to_owned(),
            "enabled" if !value.is_boolean() => "true or false".to_owned(),
            "updates" if !value.is_array() => "a list".to_owned(),
            _ => continue,
        };
        return Err(Refusal::invalid(format!(
            "Invalid 'maintenance.{key}': expected {expected}, found {value}"
        )));
    }
    given.shift_remove("updates");
    Ok(given)
}

/// `[{"email": "a@example.org"}]`
pub(super) fn check_emails(emails: &[Value]) -> Result<(), Refusal> {
    if emails.len() > EMAILS_MAX {
        return Err(Refusal::invalid(format!(
            "Invalid 'tech_emails': expected at most {EMAILS_MAX}, found {}",
            emails.len()
        )));
    }
    for (at, entry) in emails.iter().enumerate() {
        let field = format!("tech_emails[{at}]");
        let Some(fields) = entry.as_object() else {
            return Err(Refusal::invalid(format!(
                "Invalid '{field}': expected an object like {{\"email\": \"a@example.org\"}}, found {entry}"
            )));
        };
        check_keys(&field, fields, &["email"])?;
        let email = fields.get("email").unwrap_or(&Value::Null);
        if !email.as_str().is_some_and(is_email) {
            return Err(Refusal::invalid(format!(
                "Invalid '{field}.email': expected an address like \"a@example.org\", found {email}"
            )));
        }
    }
    Ok(())
}

fn is_email(text: &str) -> bool {
    let has_ends = text
        .rsplit_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    let is_plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    has_ends && is_plain && text.len() <= EMAIL_LENGTH_MAX
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

/// Integrations that are made with a service, of which it is one end: the destination unless it is the source.
pub(super) fn integrations(
    service_name: &str,
    service_type: &str,
    given: Vec<NewIntegration>,
) -> Result<Vec<NewIntegration>, Refusal> {
    let one = |(at, mut one): (usize, NewIntegration)| {
        let field = format!("service_integrations[{at}].");
        if one.source_service.as_deref() != Some(service_name) {
            let destination = one.dest_service.take().filter(|name| !name.is_empty());
            let destination = destination.unwrap_or_else(|| service_name.to_owned());
            if destination != service_name {
                return Err(Refusal::invalid(format!(
                    "Invalid '{field}dest_service': expected '{service_name}', the service that is created, found \
                     '{destination}'"
                )));
            }
            one.dest_service = Some(destination);
        }
        one.check(&field)?;
        let is_destination = one.dest_service.as_deref() == Some(service_name);
        if is_destination && one.leads_to_cluster() && service_type != "flink" {
            return Err(Refusal::invalid(format!(
                "Invalid '{field}integration_type': '{}' leads to a session cluster, and a service of type \
                 '{service_type}' is none",
                one.integration_type
            )));
        }
        Ok(one)
    };
    given.into_iter().enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn maintenance_is_stored_as_far_as_it_can_be_set() {
        let read =
            json!({"dow": "monday", "time": "10:00:00", "enabled": true, "updates": [{"start": "now"}]});
        let stored = maintenance(object(read)).expect("what was read can be sent");
        assert_eq!(
            Value::Object(stored),
            json!({"dow": "monday", "time": "10:00:00", "enabled": true})
        );
        maintenance(object(json!({"dow": null, "time": null}))).expect("null leaves out");
        for (given, expected) in [
            (
                json!({"tmie": "10:00:00"}),
                "'maintenance.tmie': expected dow, time, enabled, updates; did you mean 'time'?",
            ),
            (
                json!({"weekday": "monday"}),
                "'maintenance.weekday': expected dow, time, enabled, updates",
            ),
            (
                json!({"dow": "mon"}),
                "'maintenance.dow': expected one of monday, tuesday, wednesday, thursday, friday, saturday, \
                 sunday, never, found \"mon\"",
            ),
            (
                json!({"enabled": "yes"}),
                "'maintenance.enabled': expected true or false, found \"yes\"",
            ),
        ] {
            let refusal = maintenance(object(given)).expect_err("wrong");
            assert_eq!(refusal.message, format!("Invalid {expected}"));
        }
    }

    #[test]
    fn emails_are_objects_with_an_address() {
        check_emails(&[json!({"email": "a@example.org"}), json!({"email": "b+c@d"})]).expect("right");
        check_emails(&[]).expect("none is right");
        let like = "expected an object like {\"email\": \"a@example.org\"}, found \"a@b\"";
        for (given, expected) in [
            (json!(["a@b"]), format!("'tech_emails[0]': {like}")),
            (
                json!([{"email": "a@b"}, {"mail": "a@b"}]),
                "'tech_emails[1].mail': expected email; did you mean 'email'?".to_owned(),
            ),
            (
                json!([{"email": "nobody"}]),
                "'tech_emails[0].email': expected an address like \"a@example.org\", found \"nobody\""
                    .to_owned(),
            ),
            (
                json!([{}]),
                "'tech_emails[0].email': expected an address like \"a@example.org\", found null".to_owned(),
            ),
            (
                json!(vec![json!({"email": "a@b"}); 11]),
                "'tech_emails': expected at most 10, found 11".to_owned(),
            ),
        ] {
            let refusal = check_emails(given.as_array().expect("a list")).expect_err("wrong");
            assert_eq!(refusal.message, format!("Invalid {expected}"));
        }
    }
}
