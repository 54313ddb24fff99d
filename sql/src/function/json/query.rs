//! JSON_EXISTS, JSON_VALUE and JSON_QUERY. In: JSON text, a path and the words of the clauses. Out: what the path
//! finds, or what ON EMPTY or ON ERROR asks for.
//!
//! Invariant: text that is not JSON, a path that is not one, and (in strict mode) a value that is missing or of the
//! wrong kind are errors; in lax mode the latter are empty.

use super::Json;
use super::path::{Found, Mode, Path, split_mode};
use super::read::read;
use super::write::{scalar_text, write};
use crate::error::SqlError;
use crate::function::cast::from_text;
use crate::types::{DataType, TypeKind};
use crate::value::Value;

const EXISTS: &str = "JSON_EXISTS";
const VALUE: &str = "JSON_VALUE";
const QUERY: &str = "JSON_QUERY";

/// What a path finds in text, and its mode. `None` is an empty answer.
fn evaluate<R>(
    text: &str,
    path: &str,
    answer: impl FnOnce(Mode, Option<Json<'_>>) -> Result<R, String>,
) -> Result<R, String> {
    let (mode, path) = split_mode(path);
    let document = match (read(text), mode) {
        (Ok(Json::Null), _) => return Err("json can not be null".to_owned()),
        (Ok(document), _) => document,
        (Err(_), Mode::Lax) => return answer(mode, None),
        (Err(message), Mode::Strict) => return Err(message),
    };
    let found = match (Path::parse(path)?.find(&document), mode) {
        (Ok(Found::One(Json::Null)), _) => None,
        (Ok(Found::One(value)), _) => Some(value.clone()),
        (Ok(Found::Many(values)), _) => Some(Json::Array(values.into_iter().cloned().collect())),
        (Err(_), Mode::Lax) => None,
        (Err(message), Mode::Strict) => return Err(message),
    };
    answer(mode, found)
}

/// `JSON_EXISTS(text, path on_error ON ERROR)`.
pub fn json_exists(text: &str, path: &str, on_error: &str) -> Result<Option<bool>, SqlError> {
    match evaluate(text, path, |_, found| Ok(found.is_some())) {
        Ok(exists) => Ok(Some(exists)),
        Err(message) => match on_error {
            "TRUE" => Ok(Some(true)),
            "UNKNOWN" => Ok(None),
            "ERROR" => Err(failure(EXISTS, message)),
            _ => Ok(Some(false)),
        },
    }
}

/// `JSON_VALUE(text, path RETURNING returning on_empty ON EMPTY on_error ON ERROR)` without defaults.
pub fn json_value(
    text: &str,
    path: &str,
    on_empty: &str,
    on_error: &str,
    returning: &DataType,
) -> Result<Value, SqlError> {
    json_value_default(Some(text), Some(path), None, None, on_empty, on_error, returning)
}

/// As [`json_value`]; a DEFAULT of ON EMPTY or ON ERROR is given as text.
pub fn json_value_default(
    text: Option<&str>,
    path: Option<&str>,
    default_on_empty: Option<&str>,
    default_on_error: Option<&str>,
    on_empty: &str,
    on_error: &str,
    returning: &DataType,
) -> Result<Value, SqlError> {
    let (Some(text), Some(path)) = (text, path) else {
        return Ok(Value::Null);
    };
    let found = evaluate(text, path, |mode, found| match found {
        Some(value) if value.is_scalar() => convert(&scalar_text(&value), returning).map(Some),
        Some(value) if mode == Mode::Strict => Err(format!(
            "Strict jsonpath mode requires scalar value, and the actual value is: ''{}''",
            write(&value)
        )),
        _ => Ok(None),
    });
    let default = |text: Option<&str>| match text {
        Some(text) => convert(text, returning).map_err(|message| failure(VALUE, message)),
        None => Ok(Value::Null),
    };
    match (found, on_empty, on_error) {
        (Ok(Some(value)), ..) => Ok(value),
        (Ok(None), "ERROR", _) => Err(failure(VALUE, empty_result(VALUE))),
        (Ok(None), "DEFAULT", _) => default(default_on_empty),
        (Err(message), _, "ERROR") => Err(failure(VALUE, message)),
        (Err(_), _, "DEFAULT") => default(default_on_error),
        _ => Ok(Value::Null),
    }
}

/// The value of a scalar's text as the type of RETURNING.
fn convert(text: &str, returning: &DataType) -> Result<Value, String> {
    let converted = match &returning.kind {
        TypeKind::Boolean => from_text::boolean(text).map(Value::Boolean),
        TypeKind::TinyInt => from_text::tinyint(text).map(Value::TinyInt),
        TypeKind::SmallInt => from_text::smallint(text).map(Value::SmallInt),
        TypeKind::Int => from_text::int(text).map(Value::Int),
        TypeKind::BigInt => from_text::bigint(text).map(Value::BigInt),
        TypeKind::Float => from_text::float(text).map(Value::Float),
        TypeKind::Double => from_text::double(text).map(Value::Double),
        TypeKind::Decimal { precision, scale } => {
            from_text::decimal(text, *precision, *scale).map(|d| d.map_or(Value::Null, Value::Decimal))
        }
        _ => return Ok(Value::Text(text.to_owned())),
    };
    converted.map_err(|error| error.to_string())
}

/// `JSON_QUERY(text, path wrapper on_empty ON EMPTY on_error ON ERROR)` as text.
pub fn json_query(
    text: &str,
    path: &str,
    wrapper: &str,
    on_empty: &str,
    on_error: &str,
) -> Result<Option<String>, SqlError> {
    let found = evaluate(text, path, |mode, found| {
        Ok(wrapped(mode, found, wrapper)?.map(|value| write(&value)))
    });
    let behavior = |word: &str| match word {
        "EMPTY ARRAY" => Some("[]".to_owned()),
        "EMPTY OBJECT" => Some("{}".to_owned()),
        _ => None,
    };
    finish(found, on_empty, on_error, behavior)
}

/// As [`json_query`], RETURNING ARRAY<STRING>: elements that are not scalars are JSON text.
pub fn json_query_array(
    text: &str,
    path: &str,
    wrapper: &str,
    on_empty: &str,
    on_error: &str,
) -> Result<Option<Value>, SqlError> {
    let element = |value: Json<'_>| match value {
        Json::Null => Value::Null,
        value => Value::Text(scalar_text(&value)),
    };
    let found = evaluate(text, path, |mode, found| match wrapped(mode, found, wrapper)? {
        None => Ok(None),
        Some(Json::Array(elements)) => Ok(Some(Value::Array(elements.into_iter().map(element).collect()))),
        Some(other) => Err(format!(
            "an array is wanted, and the actual value is: ''{}''",
            write(&other)
        )),
    });
    let behavior = |word: &str| (word == "EMPTY ARRAY").then(|| Value::Array(Vec::new()));
    finish(found, on_empty, on_error, behavior)
}

/// What is found inside the wrapper; `None` when that is empty.
fn wrapped<'t>(mode: Mode, found: Option<Json<'t>>, wrapper: &str) -> Result<Option<Json<'t>>, String> {
    let value = match found {
        Some(Json::Array(elements)) if wrapper == "CONDITIONAL" => Json::Array(elements),
        Some(value) if wrapper != "WITHOUT" => Json::Array(vec![value]),
        Some(value) => value,
        None => return Ok(None),
    };
    match (value.is_scalar(), mode) {
        (false, _) => Ok(Some(value)),
        (true, Mode::Lax) => Ok(None),
        (true, Mode::Strict) => Err(format!(
            "Strict jsonpath mode requires array or object value, and the actual value is: ''{}''",
            scalar_text(&value)
        )),
    }
}

fn finish<R>(
    found: Result<Option<R>, String>,
    on_empty: &str,
    on_error: &str,
    behavior: impl Fn(&str) -> Option<R>,
) -> Result<Option<R>, SqlError> {
    match found {
        Ok(Some(value)) => Ok(Some(value)),
        Ok(None) if on_empty == "ERROR" => Err(failure(QUERY, empty_result(QUERY))),
        Ok(None) => Ok(behavior(on_empty)),
        Err(message) if on_error == "ERROR" => Err(failure(QUERY, message)),
        Err(_) => Ok(behavior(on_error)),
    }
}

fn empty_result(function: &str) -> String {
    format!("Empty result of {function} function is not allowed")
}

fn failure(function: &'static str, message: String) -> SqlError {
    SqlError::Argument { function, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        r#"{"a": "[1,2]", "b": [1,2], "n": null, "t": true, "i": 42, "x": [{"c":null},{"c":"c2"}]}"#;

    #[test]
    fn exists() {
        for (text, path, on_error, expected) in [
            (TEXT, "$.a", "FALSE", Some(true)),
            (TEXT, "lax $.z", "TRUE", Some(false)),
            (TEXT, "$.z", "FALSE", Some(false)),
            (TEXT, "strict $.z", "TRUE", Some(true)),
            (TEXT, "strict $.z", "UNKNOWN", None),
            ("no json", "$", "FALSE", Some(false)),
        ] {
            assert_eq!(
                json_exists(text, path, on_error),
                Ok(expected),
                "{path} {on_error}"
            );
        }
        assert!(json_exists(TEXT, "strict $.z", "ERROR").is_err());
    }

    #[test]
    fn scalars() {
        let text = |t: &str| Value::Text(t.to_owned());
        let kind = DataType::nullable;
        for (path, on_empty, on_error, returning, expected) in [
            ("$.a", "NULL", "NULL", TypeKind::STRING, Ok(text("[1,2]"))),
            ("$.i", "NULL", "NULL", TypeKind::Int, Ok(Value::Int(42))),
            ("$.t", "NULL", "NULL", TypeKind::Boolean, Ok(Value::Boolean(true))),
            ("$.i", "NULL", "NULL", TypeKind::STRING, Ok(text("42"))),
            ("$.b", "NULL", "NULL", TypeKind::STRING, Ok(Value::Null)),
            ("$.b", "NULL", "ERROR", TypeKind::STRING, Err(())),
            ("lax $.b", "DEFAULT", "ERROR", TypeKind::Int, Ok(Value::Int(1))),
            ("lax $.z", "ERROR", "NULL", TypeKind::STRING, Err(())),
            ("$.z", "DEFAULT", "DEFAULT", TypeKind::STRING, Ok(text("2"))),
            ("$.n", "DEFAULT", "NULL", TypeKind::STRING, Ok(text("1"))),
            ("$.a", "NULL", "DEFAULT", TypeKind::Double, Ok(Value::Double(2.0))),
        ] {
            let found = json_value_default(
                Some(TEXT),
                Some(path),
                Some("1"),
                Some("2"),
                on_empty,
                on_error,
                &kind(returning),
            );
            assert_eq!(found.map_err(|_| ()), expected, "{path} {on_empty} {on_error}");
        }
        let string = DataType::string();
        assert_eq!(json_value(TEXT, "$.i", "NULL", "NULL", &string), Ok(text("42")));
        assert_eq!(
            json_value_default(None, Some("$"), None, None, "ERROR", "ERROR", &string),
            Ok(Value::Null)
        );
    }

    #[test]
    fn queries() {
        for (path, wrapper, on_empty, on_error, expected) in [
            ("$.b", "WITHOUT", "NULL", "NULL", Ok(Some("[1,2]"))),
            ("$.b", "UNCONDITIONAL", "NULL", "NULL", Ok(Some("[[1,2]]"))),
            ("$.b", "CONDITIONAL", "NULL", "NULL", Ok(Some("[1,2]"))),
            ("$.a", "CONDITIONAL", "NULL", "NULL", Ok(Some("[\"[1,2]\"]"))),
            ("$.a", "WITHOUT", "NULL", "NULL", Ok(None)),
            ("$.a", "WITHOUT", "NULL", "EMPTY OBJECT", Ok(Some("{}"))),
            ("lax $.a", "WITHOUT", "EMPTY ARRAY", "NULL", Ok(Some("[]"))),
            (
                "lax $.z",
                "WITHOUT",
                "ERROR",
                "NULL",
                Err("Empty result of JSON_QUERY function is not allowed"),
            ),
            (
                "strict $.z",
                "WITHOUT",
                "NULL",
                "ERROR",
                Err("No results for path"),
            ),
        ] {
            let found = json_query(TEXT, path, wrapper, on_empty, on_error);
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found.as_deref(), expected, "{path} {wrapper}"),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (found, expected) => panic!("{path}: {found:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn arrays_of_text() {
        let text = |t: &str| Value::Text(t.to_owned());
        for (path, wrapper, on_error, expected) in [
            ("$.b", "WITHOUT", "NULL", Some(vec![text("1"), text("2")])),
            (
                "lax $.x[*].c",
                "WITHOUT",
                "ERROR",
                Some(vec![Value::Null, text("c2")]),
            ),
            (
                "$.x",
                "WITHOUT",
                "NULL",
                Some(vec![text("{\"c\":null}"), text("{\"c\":\"c2\"}")]),
            ),
            ("$.a", "CONDITIONAL", "NULL", Some(vec![text("[1,2]")])),
            ("$.a", "WITHOUT", "EMPTY ARRAY", Some(vec![])),
            ("$", "WITHOUT", "NULL", None),
        ] {
            let found = json_query_array(TEXT, path, wrapper, "NULL", on_error);
            assert_eq!(found, Ok(expected.map(Value::Array)), "{path} {wrapper}");
        }
    }
}
