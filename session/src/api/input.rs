//! Bodies of requests.
//!
//! In: bytes under whatever Content-Type. Out: a typed body, or a refusal that names the field. Invariant: fields
//! nobody knows are passed over; no body at all is an empty object.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::{Deserialize, DeserializeOwned, Deserializer};

use crate::refusal::Refusal;

/// The body of a request.
pub struct Input<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| Refusal::new(rejection.status().as_u16(), rejection.body_text()))?;
        read(&bytes).map(Input)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let text = match bytes.trim_ascii() {
        [] => b"{}",
        text => text,
    };
    let mut json = serde_json::Deserializer::from_slice(text);
    let body = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_syntax() || inner.is_eof() {
            return Refusal::invalid(format!("The body is not JSON: {inner}"));
        }
        // The place in the body says nothing: the field does.
        let message = inner.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        match path.as_str() {
            "." => Refusal::invalid(format!("Invalid body: {message}")),
            path => Refusal::invalid(format!("Invalid '{path}': {message}")),
        }
    })?;
    json.end()
        .map_err(|error| Refusal::invalid(format!("The body is not JSON: {error}")))?;
    Ok(body)
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
        let cases = [
            ("", "Invalid body: missing field `name`"),
            (
                r#"{"name": 1}"#,
                "Invalid 'name': invalid type: integer `1`, expected a string",
            ),
            (
                r#"{"name": "n", "tables": [{"create_table": []}]}"#,
                "Invalid 'tables[0].create_table': invalid type: sequence, expected a string",
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
