//! Values of any type out of a JSON text: scalars with Flink's coercions, and the general path for nested
//! ones.
//!
//! In: a scanner in front of a value and the column's type. Out: the `Value`, with the scanner behind it. A
//! value of the wrong form is an error or, with `ignore-parse-errors`, NULL at the innermost place that can
//! be NULL.

use sql::{DataType, TypeKind, Value};

use super::DecodeSettings;
use super::encode::write_text;
use super::scan::{Scanner, Token};
use crate::format::number::{java_trim, write_short_number};
use crate::format::scalar::{self, wrong};
use crate::format::{FormatError, temporal};

/// The next value as one of type `ty`. Syntax errors are errors whatever the settings say.
pub(super) fn value(
    scanner: &mut Scanner<'_>,
    ty: &DataType,
    settings: &DecodeSettings,
) -> Result<Value, FormatError> {
    let start = *scanner;
    match strict_value(scanner, ty, settings) {
        Err(_) if settings.ignore_parse_errors => {
            *scanner = start;
            scanner.skip()?;
            Ok(Value::Null)
        }
        other => other,
    }
}

fn strict_value(
    scanner: &mut Scanner<'_>,
    ty: &DataType,
    settings: &DecodeSettings,
) -> Result<Value, FormatError> {
    let start = *scanner;
    match (scanner.token()?, &ty.kind) {
        (Token::Null, _) => Ok(Value::Null),
        (Token::Boolean(v), TypeKind::Boolean) => Ok(Value::Boolean(v)),
        (Token::Boolean(v), kind) => text_value(if v { "true" } else { "false" }, kind, settings),
        (Token::Number(text, is_float), kind) => number_value(text, is_float, kind, settings),
        (Token::Text(text), kind) => text_value(&text, kind, settings),
        (Token::Object | Token::Array, kind) if kind.is_text() => {
            *scanner = start;
            let mut text = Vec::new();
            compact(scanner, &mut text, 0)?;
            Ok(Value::Text(String::from_utf8(text).expect("JSON text is UTF-8")))
        }
        (Token::Object, TypeKind::Row(fields)) => row(scanner, fields, settings),
        (Token::Object, TypeKind::Map(key, value)) => map(scanner, key, value, settings),
        (Token::Object, TypeKind::Multiset(key)) => {
            map(scanner, key, &DataType::not_null(TypeKind::Int), settings)
        }
        (Token::Array, TypeKind::Array(element)) => array(scanner, element, settings),
        (Token::Object, kind) => Err(wrong("{…}", kind)),
        (Token::Array, kind) => Err(wrong("[…]", kind)),
    }
}

/// A number for a column: INT and BIGINT take floats without their fraction, all else reads its text.
pub(super) fn number_value(
    text: &str,
    is_float: bool,
    kind: &TypeKind,
    settings: &DecodeSettings,
) -> Result<Value, FormatError> {
    if !is_float {
        return text_value(text, kind, settings);
    }
    let within = |low: f64, high: f64| {
        let number = text.parse::<f64>().ok();
        number
            .filter(|v| *v >= low && *v <= high)
            .ok_or_else(|| wrong(text, kind))
    };
    match kind {
        TypeKind::Int => Ok(Value::Int(
            within(f64::from(i32::MIN), f64::from(i32::MAX))? as i32
        )),
        TypeKind::BigInt => Ok(Value::BigInt(within(i64::MIN as f64, i64::MAX as f64)? as i64)),
        _ => text_value(text, kind, settings),
    }
}

/// A text (or the text of a number or boolean) for a column.
pub(super) fn text_value(
    text: &str,
    kind: &TypeKind,
    settings: &DecodeSettings,
) -> Result<Value, FormatError> {
    let value = match kind {
        TypeKind::Date => temporal::parse_date(text).map(Value::Date),
        // Flink reads no fraction of a second.
        TypeKind::Time { .. } => temporal::parse_time(text).map(|time| Value::Time(time.whole_seconds())),
        TypeKind::Timestamp { precision } => temporal::parse_timestamp(text, settings.standard)
            .map(|v| Value::Timestamp(v.truncate(*precision))),
        TypeKind::TimestampLtz { precision } => temporal::parse_timestamp_ltz(text, settings.standard)
            .map(|v| Value::Timestamp(v.truncate(*precision))),
        TypeKind::Null => Some(Value::Null),
        _ => return scalar::parse(text, kind),
    };
    value.ok_or_else(|| wrong(text, kind))
}

fn row(
    scanner: &mut Scanner<'_>,
    fields: &[sql::Field],
    settings: &DecodeSettings,
) -> Result<Value, FormatError> {
    let mut values = vec![Value::Null; fields.len()];
    let mut seen = vec![false; fields.len()];
    let mut first = true;
    while let Some(key) = scanner.key(first)? {
        first = false;
        match fields.iter().position(|field| field.name == *key) {
            Some(i) => {
                values[i] = value(scanner, &fields[i].ty, settings)?;
                seen[i] = true;
            }
            None => scanner.skip()?,
        }
    }
    match seen.iter().position(|seen| !seen) {
        Some(missing) if settings.fail_on_missing_field => Err(FormatError::new(format!(
            "there is no field '{}'",
            fields[missing].name
        ))),
        _ => Ok(Value::Row(values)),
    }
}

fn map(
    scanner: &mut Scanner<'_>,
    key: &DataType,
    ty: &DataType,
    settings: &DecodeSettings,
) -> Result<Value, FormatError> {
    let mut entries: Vec<(Value, Value)> = Vec::new();
    let mut first = true;
    while let Some(name) = scanner.key(first)? {
        first = false;
        let key = text_value(&name, &key.kind, settings)?;
        let value = value(scanner, ty, settings)?;
        match entries.iter_mut().find(|entry| entry.0 == key) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        }
    }
    Ok(Value::Map(entries))
}

fn array(
    scanner: &mut Scanner<'_>,
    element: &DataType,
    settings: &DecodeSettings,
) -> Result<Value, FormatError> {
    let mut values = Vec::new();
    while scanner.element(values.is_empty())? {
        values.push(value(scanner, element, settings)?);
    }
    Ok(Value::Array(values))
}

/// Most levels of a nested value that is kept as text: writing it recurses.
const TEXT_DEPTH_MAX: usize = 256;

/// The next value as Jackson's tree writes it: no white space, the last of equal keys, no zeros at the end of floats.
fn compact(scanner: &mut Scanner<'_>, output: &mut Vec<u8>, depth: usize) -> Result<(), FormatError> {
    if depth > TEXT_DEPTH_MAX {
        return Err(scanner.error("nested too deeply"));
    }
    match scanner.token()? {
        Token::Null => output.extend_from_slice(b"null"),
        Token::Boolean(v) => output.extend_from_slice(if v { b"true" } else { b"false" }),
        Token::Number("-0", false) => output.push(b'0'),
        Token::Number(text, false) => output.extend_from_slice(text.as_bytes()),
        Token::Number(text, true) => write_short_number(java_trim(text), output),
        Token::Text(text) => write_text(&text, output),
        Token::Array => {
            output.push(b'[');
            let mut first = true;
            while scanner.element(first)? {
                if !first {
                    output.push(b',');
                }
                first = false;
                compact(scanner, output, depth + 1)?;
            }
            output.push(b']');
        }
        Token::Object => compact_object(scanner, output, depth)?,
    }
    Ok(())
}

fn compact_object(scanner: &mut Scanner<'_>, output: &mut Vec<u8>, depth: usize) -> Result<(), FormatError> {
    let mut members: Vec<(String, Vec<u8>)> = Vec::new();
    let mut first = true;
    while let Some(key) = scanner.key(first)? {
        first = false;
        let mut text = Vec::new();
        compact(scanner, &mut text, depth + 1)?;
        match members.iter_mut().find(|member| member.0 == *key) {
            Some(member) => member.1 = text,
            None => members.push((key.into_owned(), text)),
        }
    }
    output.push(b'{');
    for (i, (key, text)) in members.iter().enumerate() {
        if i > 0 {
            output.push(b',');
        }
        write_text(key, output);
        output.push(b':');
        output.extend_from_slice(text);
    }
    output.push(b'}');
    Ok(())
}
