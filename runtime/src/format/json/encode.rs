//! The encoder: the columns of a row to a JSON object, in the order of the columns.
//!
//! Scalars go straight from their slots to bytes; nested values take the way over `Value`. The text is what
//! Flink's format writes: doubles and decimals as Java prints them, dates and times as strings, bytes in
//! base64.

use base64::Engine;
use sql::{DataType, TypeKind, Value};

use crate::format::number::{write_decimal, write_double, write_float, write_integer, write_short_decimal};
use crate::format::scalar::BASE64;
use crate::format::temporal::{self, TimestampStandard};
use crate::format::{EncodeColumn, Encoder, FormatError};
use crate::row::{RowKind, RowRef};

/// What becomes of a map entry whose key is NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NullKey {
    Fail,
    Drop,
    Literal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decimals {
    /// Numbers as Java's ObjectMapper writes them: without zeros at their end, maybe with an exponent.
    Short,
    /// Numbers with all digits of their scale.
    Plain,
    /// All digits as text: readers that make a double of every number keep them.
    Text,
}

/// How rows are written.
#[derive(Clone, Debug)]
pub(super) struct EncodeSettings {
    pub(super) standard: TimestampStandard,
    pub(super) null_key: NullKey,
    pub(super) null_key_literal: String,
    pub(super) decimals: Decimals,
    pub(super) ignore_null_fields: bool,
}

struct Member {
    /// `"name":`
    key: Vec<u8>,
    ty: DataType,
    source: usize,
}

pub(super) struct JsonEncoder {
    members: Vec<Member>,
    settings: EncodeSettings,
}

impl JsonEncoder {
    pub(super) fn new(columns: Vec<EncodeColumn>, settings: EncodeSettings) -> Self {
        let members = columns.into_iter().map(|column| {
            let mut key = Vec::new();
            write_text(&column.name, &mut key);
            key.push(b':');
            Member {
                key,
                ty: column.ty,
                source: column.source,
            }
        });
        JsonEncoder {
            members: members.collect(),
            settings,
        }
    }
}

impl Encoder for JsonEncoder {
    fn encode(&mut self, _kind: RowKind, row: RowRef<'_>, output: &mut Vec<u8>) -> Result<(), FormatError> {
        let mut separator = b'{';
        for member in &self.members {
            let is_null = row.is_null(member.source);
            if is_null && self.settings.ignore_null_fields {
                continue;
            }
            output.push(separator);
            separator = b',';
            output.extend_from_slice(&member.key);
            if is_null {
                output.extend_from_slice(b"null");
            } else {
                write_column(row, member.source, &member.ty, &self.settings, output)?;
            }
        }
        if separator == b'{' {
            output.push(b'{');
        }
        output.push(b'}');
        Ok(())
    }
}

/// A column that is not NULL.
pub(super) fn write_column(
    row: RowRef<'_>,
    column: usize,
    ty: &DataType,
    settings: &EncodeSettings,
    output: &mut Vec<u8>,
) -> Result<(), FormatError> {
    const HOLDS: &str = "the column is not NULL";
    match &ty.kind {
        TypeKind::TinyInt | TypeKind::SmallInt | TypeKind::Int | TypeKind::BigInt => {
            write_integer(row.i64(column).expect(HOLDS), output);
        }
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => {
            write_text(row.text(column).expect(HOLDS), output)
        }
        TypeKind::Timestamp { precision } => {
            let value = row.timestamp(column, *precision).expect(HOLDS);
            write_timestamp(value, settings.standard, b"\"", output);
        }
        TypeKind::TimestampLtz { precision } => {
            let value = row.timestamp(column, *precision).expect(HOLDS);
            write_timestamp(value, settings.standard, b"Z\"", output);
        }
        _ => return write_value(&row.value(column, ty), ty, settings, output),
    }
    Ok(())
}

fn write_timestamp(value: sql::Timestamp, standard: TimestampStandard, end: &[u8], output: &mut Vec<u8>) {
    output.push(b'"');
    temporal::write_timestamp(value, standard, output);
    output.extend_from_slice(end);
}

fn quoted(output: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    output.push(b'"');
    write(output);
    output.push(b'"');
}

fn write_value(
    value: &Value,
    ty: &DataType,
    settings: &EncodeSettings,
    output: &mut Vec<u8>,
) -> Result<(), FormatError> {
    match (value, &ty.kind) {
        (Value::Null, _) => output.extend_from_slice(b"null"),
        (Value::Boolean(v), _) => output.extend_from_slice(if *v { b"true" } else { b"false" }),
        (Value::TinyInt(v), _) => write_integer(i64::from(*v), output),
        (Value::SmallInt(v), _) => write_integer(i64::from(*v), output),
        (Value::Int(v) | Value::Months(v), _) => write_integer(i64::from(*v), output),
        (Value::BigInt(v) | Value::Millis(v), _) => write_integer(*v, output),
        // JSON has no NaN and no infinity; they are written as strings.
        (Value::Float(v), _) if !v.is_finite() => quoted(output, |o| write_float(*v, o)),
        (Value::Float(v), _) => write_float(*v, output),
        (Value::Double(v), _) if !v.is_finite() => quoted(output, |o| write_double(*v, o)),
        (Value::Double(v), _) => write_double(*v, output),
        (Value::Decimal(v), _) => match settings.decimals {
            Decimals::Short => write_short_decimal(*v, output),
            Decimals::Plain => write_decimal(*v, true, output),
            Decimals::Text => quoted(output, |o| write_decimal(*v, true, o)),
        },
        (Value::Text(v), _) => write_text(v, output),
        (Value::Bytes(v), _) => quoted(output, |o| o.extend_from_slice(BASE64.encode(v).as_bytes())),
        (Value::Date(v), _) => quoted(output, |o| temporal::write_date(*v, o)),
        // Flink writes no fraction of a second here.
        (Value::Time(v), _) => quoted(output, |o| temporal::write_time(v.whole_seconds(), o)),
        (Value::Timestamp(v), TypeKind::TimestampLtz { .. }) => {
            write_timestamp(*v, settings.standard, b"Z\"", output);
        }
        (Value::Timestamp(v), _) => write_timestamp(*v, settings.standard, b"\"", output),
        (Value::Array(values), TypeKind::Array(element)) => {
            output.push(b'[');
            for (i, value) in values.iter().enumerate() {
                if i > 0 {
                    output.push(b',');
                }
                write_value(value, element, settings, output)?;
            }
            output.push(b']');
        }
        (Value::Map(entries), TypeKind::Map(key, ty)) => write_map(entries, key, ty, settings, output)?,
        (Value::Map(entries), TypeKind::Multiset(element)) => {
            let count = DataType::not_null(TypeKind::Int);
            write_map(entries, element, &count, settings, output)?;
        }
        (Value::Row(values), TypeKind::Row(fields)) => write_fields(values, fields, settings, output)?,
        (value, _) => unreachable!("{value:?} is not a value of {ty}"),
    }
    Ok(())
}

fn write_fields(
    values: &[Value],
    fields: &[sql::Field],
    settings: &EncodeSettings,
    output: &mut Vec<u8>,
) -> Result<(), FormatError> {
    output.push(b'{');
    let mut first = true;
    for (value, field) in values.iter().zip(fields) {
        if value.is_null() && settings.ignore_null_fields {
            continue;
        }
        if !first {
            output.push(b',');
        }
        first = false;
        write_text(&field.name, output);
        output.push(b':');
        write_value(value, &field.ty, settings, output)?;
    }
    output.push(b'}');
    Ok(())
}

fn write_map(
    entries: &[(Value, Value)],
    key_type: &DataType,
    ty: &DataType,
    settings: &EncodeSettings,
    output: &mut Vec<u8>,
) -> Result<(), FormatError> {
    output.push(b'{');
    let mut first = true;
    for (key, value) in entries {
        let other;
        let key = match (key, settings.null_key) {
            (Value::Text(key), _) => key.as_str(),
            (key, _) if !key.is_null() => {
                other = key_text(key, key_type, settings)?;
                other.as_str()
            }
            (_, NullKey::Literal) => settings.null_key_literal.as_str(),
            (_, NullKey::Drop) => continue,
            (_, NullKey::Fail) => {
                return Err(FormatError::new(
                    "a MAP has a NULL key, which JSON cannot hold; see option 'map-null-key.mode'",
                ));
            }
        };
        if !first {
            output.push(b',');
        }
        first = false;
        write_text(key, output);
        output.push(b':');
        write_value(value, ty, settings, output)?;
    }
    output.push(b'}');
    Ok(())
}

/// Tables have only text as keys (see `check_type`); what people look at has others, too.
fn key_text(key: &Value, ty: &DataType, settings: &EncodeSettings) -> Result<String, FormatError> {
    let mut text = Vec::new();
    write_value(key, ty, settings, &mut text)?;
    let text = String::from_utf8(text).expect("JSON is text");
    Ok(text.trim_matches('"').to_owned())
}

/// A JSON string with the escapes that Jackson writes.
pub(super) fn write_text(text: &str, output: &mut Vec<u8>) {
    output.push(b'"');
    let mut rest = text.as_bytes();
    let needs_escape = |c: &u8| *c < 0x20 || *c == b'"' || *c == b'\\';
    while let Some(at) = rest.iter().position(needs_escape) {
        output.extend_from_slice(&rest[..at]);
        let short = match rest[at] {
            b'"' => b'"',
            b'\\' => b'\\',
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => b'u',
        };
        output.extend_from_slice(&[b'\\', short]);
        if short == b'u' {
            output.extend_from_slice(format!("{:04X}", rest[at]).as_bytes());
        }
        rest = &rest[at + 1..];
    }
    output.extend_from_slice(rest);
    output.push(b'"');
}
