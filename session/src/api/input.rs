//! Bodies of requests.
//!
//! In: bytes under whatever Content-Type. Out: a typed body, or a refusal that names the field. Invariant: fields
//! nobody knows are passed over; no body at all is an empty object.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;

use super::serve::came_too_slowly;
use crate::refusal::Refusal;

/// The body of a request.
pub struct Input<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.status().as_u16() {
                413 => Refusal::new(413, "The body is larger than 2 MiB"),
                _ if came_too_slowly(&rejection) => Refusal::new(408, "The body came too slowly"),
                status => Refusal::new(
                    status,
                    format!("The body cannot be read: {}", rejection.body_text()),
                ),
            }
        })?;
        read(&bytes).map(Input)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let text = match bytes.trim_ascii() {
        [] => b"{}",
        text => text,
    };
    let value: Value = serde_json::from_slice(text)
        .map_err(|error| Refusal::invalid(format!("The body is not JSON: {error}")))?;
    if !value.is_object() {
        return Err(Refusal::invalid(
            "Invalid body: expected an object, as in {\"key\": \"value\"}",
        ));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let message = for_people(&error.into_inner().to_string());
        match path.as_str() {
            "." => Refusal::invalid(format!("Invalid body: {message}")),
            path => Refusal::invalid(format!("Invalid '{path}': {message}")),
        }
    })
}

/// JSON's names of types where the library has those of its own language.
fn for_people(message: &str) -> String {
    let Some((before, expected)) = message.rsplit_once("expected ") else {
        return message.to_owned();
    };
    let known = match expected {
        "u16" | "u32" | "u64" | "usize" => "a whole number, not negative",
        "i32" | "i64" => "a whole number",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("string or map") => "text",
        other => other,
    };
    let before = before.replace("invalid type: sequence", "invalid type: list");
    let before = before.replace("invalid type: map", "invalid type: object");
    format!("{before}expected {known}")
}

/// For fields that clients send as null when they mean to leave them out.
pub(super) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Body {
        name: String,
        #[serde(default, deserialize_with = "null_is_default")]
        tables: Vec<Table>,
        #[serde(default)]
        count: Option<u32>,
        #[serde(default)]
        mood: Option<Mood>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    enum Mood {
        Good,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Table {
        create_table: String,
    }

    #[test]
    fn bodies_are_read_with_tolerance_and_mistakes_named() {
        let body: Body = read(br#"{"name": "n", "tables": null, "more": 1}"#).expect("right");
        assert_eq!((body.name.as_str(), body.tables.len()), ("n", 0));
        let body: Body = read(br#"{"name": "", "tables": [{"create_table": "c"}]}"#).expect("right");
        assert_eq!(body.tables[0].create_table, "c");
        let body: Body = read(br#"{"name": "", "count": 1, "mood": "Good"}"#).expect("right");
        assert_eq!((body.count, body.mood), (Some(1), Some(Mood::Good)));
        let cases = [
            ("", "Invalid body: missing field `name`"),
            (
                r#"{"name": 1}"#,
                "Invalid 'name': invalid type: integer `1`, expected a string",
            ),
            (
                r#"{"name": "n", "tables": [{"create_table": []}]}"#,
                "Invalid 'tables[0].create_table': invalid type: list, expected a string",
            ),
            (
                r#"{"name": "n", "tables": {}}"#,
                "Invalid 'tables': invalid type: object, expected a list",
            ),
            (
                r#"{"name": "n", "tables": [5]}"#,
                "Invalid 'tables[0]': invalid type: integer `5`, expected an object",
            ),
            (
                r#"{"name": "n", "count": -1}"#,
                "Invalid 'count': invalid value: integer `-1`, expected a whole number, not negative",
            ),
            (
                r#"{"name": "n", "mood": 5}"#,
                "Invalid 'mood': invalid type: integer `5`, expected text",
            ),
            (
                r#"["n", []]"#,
                "Invalid body: expected an object, as in {\"key\": \"value\"}",
            ),
            (
                "null",
                "Invalid body: expected an object, as in {\"key\": \"value\"}",
            ),
            (
                r#"{"name": "#,
                "The body is not JSON: EOF while parsing a value at line 1 column 8",
            ),
            (
                r#"{"name": ""} x"#,
                "The body is not JSON: trailing characters at line 1 column 14",
            ),
        ];
        for (body, expected) in cases {
            let refusal = read::<Body>(body.as_bytes()).expect_err("wrong");
            assert_eq!((refusal.status, refusal.message.as_str()), (400, expected));
        }
    }
}
