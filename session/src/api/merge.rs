//! Updates of configurations.
//!
//! In: what is stored, what a client sends. Out: what is stored from now on. Invariant: the mark that answers show in
//! place of a secret is never stored; a client that sends back what it read changes nothing.

use serde_json::{Map, Value};

use crate::build::redact::HIDDEN;
use crate::refusal::Refusal;

/// Values that are given replace those there are; null removes.
pub(super) fn merge(into: &mut Map<String, Value>, changes: Map<String, Value>) -> Result<(), Refusal> {
    let mut merged = into.clone();
    for (key, value) in changes {
        if value.is_null() {
            merged.shift_remove(&key);
        } else {
            let value = revealed(value, into.get(&key), &key)?;
            merged.insert(key, value);
        }
    }
    *into = merged;
    Ok(())
}

/// Refuses the mark where nothing is stored yet that it could stand for.
pub(super) fn check_new(config: &Map<String, Value>) -> Result<(), Refusal> {
    merge(&mut Map::new(), config.clone())
}

/// The value with what is stored wherever the mark stands.
fn revealed(value: Value, stored: Option<&Value>, key: &str) -> Result<Value, Refusal> {
    match value {
        Value::String(text) if text == HIDDEN => stored.cloned().ok_or_else(|| {
            Refusal::invalid(format!(
                "Invalid '{key}': '{HIDDEN}' stands for a secret that is stored, and none is"
            ))
        }),
        Value::Object(inner) => {
            let of = |key: &str| stored.and_then(|stored| stored.get(key));
            let one = |(key, value): (String, Value)| {
                let value = revealed(value, of(&key), &key)?;
                Ok((key, value))
            };
            inner.into_iter().map(one).collect()
        }
        Value::Array(values) => {
            // Nobody knows which is which in a list that has changed beside its marks.
            let same = stored
                .and_then(Value::as_array)
                .filter(|stored| is_shown_as(stored, &values));
            let one = |(at, value)| revealed(value, same.map(|same| &same[at]), key);
            values.into_iter().enumerate().map(one).collect()
        }
        other => Ok(other),
    }
}

/// Whether the list is what a client sees of the stored one.
fn is_shown_as(stored: &[Value], given: &[Value]) -> bool {
    let one = |(stored, given): (&Value, &Value)| match (stored, given) {
        (_, Value::String(text)) if text == HIDDEN => true,
        (Value::Object(stored), Value::Object(given)) => {
            let is_kept = |(key, value): (&String, &Value)| {
                value == HIDDEN || stored.get(key).is_some_and(|stored| stored == value)
            };
            stored.len() == given.len() && given.iter().all(is_kept)
        }
        _ => stored == given,
    };
    stored.len() == given.len() && stored.iter().zip(given).all(one)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::view::without_secrets;
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn what_was_read_can_be_sent_back() {
        let stored = object(json!({
            "password": "p", "pin_token": 7, "host": "h", "urls": ["http://a", "http://u:p@b"],
            "inner": {"users": [{"name": "n", "password": "q"}]}, "tokens": ["t"],
        }));
        let shown = without_secrets(&stored);
        assert_ne!(shown, stored, "there is something to hide");
        let mut updated = stored.clone();
        merge(&mut updated, shown).expect("all marks stand for something");
        assert_eq!(updated, stored);
        let changes = object(json!({"password": "new", "host": null, "tokens": HIDDEN}));
        merge(&mut updated, changes).expect("right");
        assert_eq!(updated["password"], "new");
        assert_eq!(updated["tokens"], json!(["t"]));
        assert!(!updated.contains_key("host"));
    }

    #[test]
    fn a_mark_that_stands_for_nothing_is_refused() {
        for config in [
            json!({"password": HIDDEN}),
            json!({"inner": {"password": HIDDEN}}),
            json!({"urls": ["http://a", HIDDEN]}),
        ] {
            let config = object(config);
            let refusal = check_new(&config).expect_err("nothing is stored");
            assert_eq!(refusal.status, 400);
            let mut stored = object(json!({"urls": ["http://u:p@b"]}));
            let before = stored.clone();
            merge(&mut stored, config).expect_err("nothing is stored there");
            assert_eq!(stored, before);
        }
        check_new(&object(json!({"password": "p"}))).expect("a password");
    }

    #[test]
    fn in_a_list_that_has_changed_marks_stand_for_nothing() {
        let users = |names: [&str; 2]| names.map(|name| json!({"name": name, "password": HIDDEN}));
        for (stored, changed) in [
            (json!(["http://u:p@b", "http://a"]), json!(["http://c", HIDDEN])),
            (
                json!([{"name": "n", "password": "p"}, {"name": "m", "password": "q"}]),
                json!(users(["m", "n"])),
            ),
        ] {
            let mut config = object(json!({"list": stored}));
            let before = config.clone();
            let refusal = merge(&mut config, object(json!({"list": changed}))).expect_err("which is which?");
            assert_eq!((refusal.status, &config), (400, &before));
        }
        let mut config =
            object(json!({"list": [{"name": "n", "password": "p"}, {"name": "m", "password": "q"}]}));
        let before = config.clone();
        merge(&mut config, object(json!({"list": users(["n", "m"])}))).expect("nothing has changed");
        assert_eq!(config, before);
    }
}
