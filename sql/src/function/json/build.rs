//! JSON_STRING, JSON_OBJECT, JSON_ARRAY and JSON: values as JSON text. In: values and their types. Out: text.
//!
//! Invariant: a part whose field is named [`RAW`] is JSON text already and is put in as it is.

use std::borrow::Cow;

use super::read::read;
use super::write::write;
use super::{Json, put};
use crate::error::SqlError;
use crate::function::cast::to_text;
use crate::function::encoding;
use crate::types::{DataType, Field, TypeKind};
use crate::value::Value;

/// Name of the field of a part that is the answer of JSON_OBJECT, JSON_ARRAY or JSON.
pub const RAW: &str = "json";

/// The value as JSON text.
pub fn json_string(value: &Value, ty: &DataType) -> String {
    write(&json(value, &ty.kind))
}

/// Keys and values in turn; `parts` is a ROW that has their types. NULL values are left out when `absent_on_null`.
pub fn json_object(values: &[Value], parts: &DataType, absent_on_null: bool) -> Result<String, SqlError> {
    let mut members = Vec::new();
    for (pair, fields) in values.chunks_exact(2).zip(fields(parts).chunks_exact(2)) {
        let Value::Text(key) = &pair[0] else {
            return Err(failure(
                "JSON_OBJECT",
                "Key of JSON object must not be NULL".to_owned(),
            ));
        };
        if pair[1].is_null() && absent_on_null {
            continue;
        }
        put(
            &mut members,
            Cow::Borrowed(key.as_str()),
            part(&pair[1], &fields[1])?,
        );
    }
    Ok(write(&Json::Object(members)))
}

/// Elements in order; `parts` is a ROW that has their types. NULLs are left out when `absent_on_null`.
pub fn json_array(values: &[Value], parts: &DataType, absent_on_null: bool) -> Result<String, SqlError> {
    let kept = values.iter().zip(fields(parts));
    let elements = kept
        .filter(|(value, _)| !(absent_on_null && value.is_null()))
        .map(|(value, field)| part(value, field));
    Ok(write(&Json::Array(elements.collect::<Result<_, _>>()?)))
}

/// JSON text in its canonical form, to be put into JSON_OBJECT or JSON_ARRAY; NULL for blank text.
pub fn json_raw(text: &str) -> Result<Option<String>, SqlError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    match read(text) {
        Ok(value) => Ok(Some(write(&value))),
        Err(message) => Err(failure(
            "JSON",
            format!("Invalid JSON string in JSON(value) function: \"{text}\". Error: {message}"),
        )),
    }
}

fn fields(parts: &DataType) -> &[Field] {
    match &parts.kind {
        TypeKind::Row(fields) => fields,
        other => panic!("the compiler passes the types of the parts as a ROW, not {other}"),
    }
}

fn part<'v>(value: &'v Value, field: &Field) -> Result<Json<'v>, SqlError> {
    match value {
        Value::Text(text) if field.name == RAW => read(text).map_err(|message| failure("JSON", message)),
        value => Ok(json(value, &field.ty.kind)),
    }
}

fn json<'v>(value: &'v Value, kind: &TypeKind) -> Json<'v> {
    let number = |digits: String| Json::Number(digits.into());
    let text = |text: String| Json::Text(text.into());
    match value {
        Value::Null => Json::Null,
        Value::Boolean(value) => Json::Boolean(*value),
        Value::TinyInt(value) => number(value.to_string()),
        Value::SmallInt(value) => number(value.to_string()),
        Value::Int(value) => number(value.to_string()),
        Value::BigInt(value) => number(value.to_string()),
        Value::Float(value) => approximate(f64::from(*value), to_text::float(*value)),
        Value::Double(value) => approximate(*value, to_text::double(*value)),
        Value::Decimal(value) => number(to_text::decimal(*value)),
        Value::Text(text) => Json::Text(Cow::Borrowed(text)),
        Value::Bytes(bytes) => text(encoding::to_base64_bytes(bytes)),
        Value::Date(value) => text(to_text::date(*value)),
        Value::Time(value) => text(to_text::time(*value, time_precision(kind))),
        Value::Timestamp(value) => {
            let zone = if matches!(kind, TypeKind::TimestampLtz { .. }) {
                "Z"
            } else {
                ""
            };
            text(to_text::date_and_clock(*value, 'T') + zone)
        }
        Value::Months(value) => text(to_text::months(*value)),
        Value::Millis(value) => text(to_text::millis(*value)),
        Value::Array(_) | Value::Map(_) | Value::Row(_) => constructed(value, kind),
    }
}

/// A number; what JSON has no digits for is text.
fn approximate(value: f64, digits: String) -> Json<'static> {
    if value.is_finite() {
        Json::Number(digits.into())
    } else {
        Json::Text(digits.into())
    }
}

fn time_precision(kind: &TypeKind) -> u8 {
    match kind {
        TypeKind::Time { precision } => *precision,
        _ => 0,
    }
}

fn constructed<'v>(value: &'v Value, kind: &TypeKind) -> Json<'v> {
    match (value, kind) {
        (Value::Array(elements), TypeKind::Array(ty)) => {
            Json::Array(elements.iter().map(|element| json(element, &ty.kind)).collect())
        }
        (Value::Row(values), TypeKind::Row(fields)) => {
            let members = values.iter().zip(fields);
            let member = |(value, field): (&'v Value, &Field)| {
                (Cow::Owned(field.name.clone()), json(value, &field.ty.kind))
            };
            Json::Object(members.map(member).collect())
        }
        (Value::Map(entries), TypeKind::Map(key_ty, value_ty)) => {
            object(entries, &key_ty.kind, &value_ty.kind)
        }
        (Value::Map(entries), TypeKind::Multiset(ty)) => object(entries, &ty.kind, &TypeKind::Int),
        (value, kind) => panic!("the compiler passes the value's type, not {kind} for {value:?}"),
    }
}

fn object<'v>(entries: &'v [(Value, Value)], key_kind: &TypeKind, value_kind: &TypeKind) -> Json<'v> {
    let key = |key: &'v Value| match json(key, key_kind) {
        Json::Text(text) => text,
        other => Cow::Owned(write(&other)),
    };
    let members = entries.iter().map(|(k, value)| (key(k), json(value, value_kind)));
    Json::Object(members.collect())
}

fn failure(function: &'static str, message: String) -> SqlError {
    SqlError::Argument { function, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Date, Timestamp};

    fn row(fields: &[(&str, TypeKind)]) -> DataType {
        let field = |(name, kind): &(&str, TypeKind)| Field {
            name: (*name).to_owned(),
            ty: DataType::nullable(kind.clone()),
        };
        DataType::nullable(TypeKind::Row(fields.iter().map(field).collect()))
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn values_as_json() {
        let ltz = TypeKind::TimestampLtz { precision: 3 };
        let second = Value::Timestamp(Timestamp::from_millis(1_500));
        let fields = row(&[("b", TypeKind::Int), ("a\"", TypeKind::STRING)]);
        for (value, kind, expected) in [
            (
                Value::Row(vec![Value::Int(1), Value::Null]),
                fields.kind,
                "{\"a\\\"\":null,\"b\":1}",
            ),
            (second.clone(), ltz, "\"1970-01-01T00:00:01.5Z\""),
            (
                second,
                TypeKind::Timestamp { precision: 3 },
                "\"1970-01-01T00:00:01.5\"",
            ),
            (Value::Date(Date(0)), TypeKind::Date, "\"1970-01-01\""),
            (Value::Double(f64::NAN), TypeKind::Double, "\"NaN\""),
            (Value::Bytes(vec![1]), TypeKind::BYTES, "\"AQ==\""),
            (
                Value::Map(vec![(Value::Int(2), text("x"))]),
                TypeKind::Map(
                    Box::new(DataType::nullable(TypeKind::Int)),
                    Box::new(DataType::string()),
                ),
                "{\"2\":\"x\"}",
            ),
        ] {
            assert_eq!(json_string(&value, &DataType::nullable(kind)), expected);
        }
    }

    #[test]
    fn objects_and_arrays() {
        let parts = row(&[
            ("", TypeKind::STRING),
            ("", TypeKind::Int),
            ("", TypeKind::STRING),
            (RAW, TypeKind::STRING),
        ]);
        let values = [text("z"), Value::Null, text("k"), text("[1]")];
        assert_eq!(
            json_object(&values, &parts, false).as_deref(),
            Ok("{\"k\":[1],\"z\":null}")
        );
        assert_eq!(json_object(&values, &parts, true).as_deref(), Ok("{\"k\":[1]}"));
        assert_eq!(
            json_array(&values, &parts, true).as_deref(),
            Ok("[\"z\",\"k\",[1]]")
        );
        assert_eq!(json_array(&[], &row(&[]), false).as_deref(), Ok("[]"));
        assert!(json_object(&[Value::Null, Value::Null], &parts, false).is_err());
        let canonical = "{\"a\":2,\"b\":1}".to_owned();
        assert_eq!(json_raw(" {\"b\":1,\"a\":2} "), Ok(Some(canonical)));
        assert_eq!(json_raw(" "), Ok(None));
        assert!(json_raw("{").is_err());
    }
}
