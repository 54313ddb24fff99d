//! Rows and values of conformance cases (JSON, with `$…` objects for what JSON has no form for) as SQL values of known
//! types.

use runtime::row::RowKind;
use serde_json::Value as Json;
use sql::function::cast::from_text;
use sql::{DataType, TypeKind, Value};

/// A row that a source delivers: text of a CHAR has its whole length.
pub fn source_row<'a>(
    json: &Json,
    types: impl Iterator<Item = &'a DataType> + Clone,
) -> Result<(RowKind, Vec<Value>), String> {
    let (kind, mut values) = row(json, types.clone())?;
    for (value, ty) in values.iter_mut().zip(types) {
        if let (Value::Text(text), TypeKind::Char { length }) = (value, &ty.kind) {
            let missing = (*length as usize).saturating_sub(text.chars().count());
            text.push_str(&" ".repeat(missing));
        }
    }
    Ok((kind, values))
}

/// `{"kind": "+I", "values": […]}`, or a list of values, which is inserted.
pub fn row<'a>(
    row: &Json,
    types: impl Iterator<Item = &'a DataType>,
) -> Result<(RowKind, Vec<Value>), String> {
    let kind = match row["kind"].as_str() {
        None | Some("+I") => RowKind::Insert,
        Some("-U") => RowKind::UpdateBefore,
        Some("+U") => RowKind::UpdateAfter,
        Some("-D") => RowKind::Delete,
        Some(other) => return Err(format!("'{other}' is no row kind")),
    };
    let null = Json::Null;
    let parts = row
        .get("values")
        .unwrap_or(row)
        .as_array()
        .ok_or("a row has values")?;
    // Rows may hold more values than the table has columns, and fewer where the table reads metadata.
    let values = types
        .enumerate()
        .map(|(at, ty)| value(parts.get(at).unwrap_or(&null), ty));
    Ok((kind, values.collect::<Result<_, _>>()?))
}

/// The value of a type.
pub fn value(json: &Json, ty: &DataType) -> Result<Value, String> {
    let refused = || format!("{json} is no value of {ty}");
    if json.is_null() {
        return Ok(Value::Null);
    }
    let plain = plain_text(json);
    let parse = || plain.clone().ok_or_else(refused);
    let wrong = |error: sql::SqlError| format!("{}: {error}", refused());
    Ok(match &ty.kind {
        TypeKind::Null => Value::Null,
        TypeKind::Boolean => Value::Boolean(match json.as_str() {
            Some(text) => from_text::boolean(text).map_err(wrong)?,
            None => json.as_bool().ok_or_else(refused)?,
        }),
        TypeKind::TinyInt => Value::TinyInt(integer(json).ok_or_else(refused)? as i8),
        TypeKind::SmallInt => Value::SmallInt(integer(json).ok_or_else(refused)? as i16),
        TypeKind::Int => Value::Int(integer(json).ok_or_else(refused)? as i32),
        TypeKind::BigInt => Value::BigInt(integer(json).ok_or_else(refused)?),
        TypeKind::Float => Value::Float(from_text::float(&parse()?).map_err(wrong)?),
        TypeKind::Double => Value::Double(from_text::double(&parse()?).map_err(wrong)?),
        TypeKind::Decimal { precision, scale } => {
            let decimal = from_text::decimal(&parse()?, *precision, *scale).map_err(wrong)?;
            Value::Decimal(decimal.ok_or_else(refused)?)
        }
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => {
            Value::Text(json.as_str().ok_or_else(refused)?.to_owned())
        }
        TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => {
            Value::Bytes(bytes(json).ok_or_else(refused)?)
        }
        TypeKind::Date => Value::Date(from_text::date(&parse()?).map_err(wrong)?),
        TypeKind::Time { precision } => {
            Value::Time(from_text::time(&moment(&parse()?), *precision).map_err(wrong)?)
        }
        TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => {
            Value::Timestamp(from_text::timestamp(&moment(&parse()?), *precision).map_err(wrong)?)
        }
        TypeKind::IntervalYearMonth => Value::Months(number(&parse()?).ok_or_else(refused)?),
        TypeKind::IntervalDayTime => Value::Millis(duration_ms(&parse()?).ok_or_else(refused)?),
        TypeKind::Array(element) => {
            let parts = json.as_array().ok_or_else(refused)?.iter();
            Value::Array(parts.map(|part| value(part, element)).collect::<Result<_, _>>()?)
        }
        TypeKind::Map(key, of) => Value::Map(entries(json, key, of)?),
        TypeKind::Multiset(element) => {
            Value::Map(entries(json, element, &DataType::not_null(TypeKind::Int))?)
        }
        TypeKind::Row(fields) => Value::Row(row(json, fields.iter().map(|field| &field.ty))?.1),
    })
}

/// Text of a number, of a string, or of what a `$…` object holds.
fn plain_text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Object(object) => object.values().next().and_then(plain_text),
        _ => None,
    }
}

/// A whole number, or what Java's cast makes of a FLOAT; what is too great for the type wraps around, as it does there.
fn integer(json: &Json) -> Option<i64> {
    match json["$float"].as_f64() {
        Some(float) => Some(float as f32 as i64),
        None => number(&plain_text(json)?),
    }
}

/// A whole number, also where it is written as `2.0`.
fn number<T: TryFrom<i64>>(text: &str) -> Option<T> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole
        .parse::<i64>()
        .ok()
        .and_then(|number| T::try_from(number).ok())
}

/// Java's text of a point in time as SQL writes it, with seconds.
fn moment(java: &str) -> String {
    let text = java.replace('T', " ").replace('Z', "");
    let colons = text.matches(':').count();
    if colons == 1 { format!("{text}:00") } else { text }
}

/// Milliseconds: a number of them, or Java's `PT1H2M3.4S`.
fn duration_ms(text: &str) -> Option<i64> {
    if let Some(millis) = number(text) {
        return Some(millis);
    }
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut millis = 0.0;
    let mut digits = String::new();
    for c in text.strip_prefix("PT")?.chars() {
        let unit_ms = match c {
            'H' => 3_600_000.0,
            'M' => 60_000.0,
            'S' => 1_000.0,
            _ => {
                digits.push(c);
                continue;
            }
        };
        millis += digits.parse::<f64>().ok()? * unit_ms;
        digits.clear();
    }
    let whole = millis.round() as i64;
    Some(if negative { -whole } else { whole })
}

fn bytes(json: &Json) -> Option<Vec<u8>> {
    let hex = json["$bytes"].as_str()?;
    let pairs = (0..hex.len() / 2).map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok());
    pairs.collect()
}

fn entries(json: &Json, key: &DataType, of: &DataType) -> Result<Vec<(Value, Value)>, String> {
    let entries = json["$map"]
        .as_array()
        .ok_or_else(|| format!("{json} is no map"))?;
    entries
        .iter()
        .map(|entry| Ok((value(&entry[0], key)?, value(&entry[1], of)?)))
        .collect()
}
