//! Values as PostgreSQL's text form, and back.

use sql::function::cast::value::of_text;
use sql::function::cast::{from_text, to_text};
use sql::{DataType, Session, TypeKind, Value};

use crate::row::RowRef;

/// A column of a row as text; `None` for NULL.
pub(super) fn of_column(row: RowRef<'_>, column: usize, ty: &DataType) -> Option<String> {
    match &ty.kind {
        TypeKind::Int => row.i32(column).map(|v| v.to_string()),
        TypeKind::BigInt => row.i64(column).map(|v| v.to_string()),
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => row.text(column).map(str::to_owned),
        _ => of_value(&row.value(column, ty), ty),
    }
}

fn of_value(value: &Value, ty: &DataType) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => format!("\\x{}", hex::encode(bytes)),
        Value::Timestamp(time) => match ty.kind {
            TypeKind::TimestampLtz { precision } => format!("{}+00", to_text::timestamp(*time, precision)),
            _ => to_text::value(&Session::utc(), value, ty),
        },
        Value::Array(values) => {
            let element = match &ty.kind {
                TypeKind::Array(element) => element.as_ref(),
                _ => ty,
            };
            let texts: Vec<String> = values
                .iter()
                .map(|value| array_element(of_value(value, element)))
                .collect();
            format!("{{{}}}", texts.join(","))
        }
        _ => to_text::value(&Session::utc(), value, ty),
    })
}

fn array_element(text: Option<String>) -> String {
    match text {
        None => "NULL".to_owned(),
        Some(text) if text.starts_with('{') => text,
        Some(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

/// Text that PostgreSQL wrote (with TimeZone UTC and DateStyle ISO) as a value of the column's type.
pub(super) fn to_value(text: &str, ty: &DataType) -> Result<Value, String> {
    let failed = || format!("'{text}' is not a value of {ty}");
    Ok(match &ty.kind {
        TypeKind::Boolean => Value::Boolean(text == "t" || text == "true"),
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => Value::Text(text.to_owned()),
        TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => {
            let digits = text.strip_prefix("\\x").unwrap_or(text);
            Value::Bytes(hex::decode(digits).map_err(|_| failed())?)
        }
        TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => {
            let clock = text.strip_suffix("+00").unwrap_or(text);
            Value::Timestamp(from_text::timestamp(clock, *precision).map_err(|_| failed())?)
        }
        TypeKind::Array(element) => {
            let mut rest = text;
            let array = array(&mut rest, element)?;
            if !rest.is_empty() {
                return Err(format!("'{text}' is not an array"));
            }
            array
        }
        TypeKind::Row(_) | TypeKind::Map(..) | TypeKind::Multiset(_) => {
            return Err(format!("columns of type {ty} cannot be read from PostgreSQL"));
        }
        kind => of_text(text, kind).map_err(|_| failed())?,
    })
}

/// `{1,NULL,"a b",{…}}`
fn array(rest: &mut &str, element: &DataType) -> Result<Value, String> {
    let malformed = || format!("'{rest}' is not an array");
    let mut left = rest.strip_prefix('{').ok_or_else(malformed)?;
    let mut values = Vec::new();
    while !left.starts_with('}') {
        if left.starts_with('{') {
            let TypeKind::Array(inner) = &element.kind else {
                return Err(malformed());
            };
            values.push(array(&mut left, inner)?);
        } else if let Some(quoted) = left.strip_prefix('"') {
            let (text, after) = unquote(quoted).ok_or_else(malformed)?;
            values.push(to_value(&text, element)?);
            left = after;
        } else {
            let end = left.find([',', '}']).ok_or_else(malformed)?;
            let value = if &left[..end] == "NULL" {
                Value::Null
            } else {
                to_value(&left[..end], element)?
            };
            values.push(value);
            left = &left[end..];
        }
        left = left.strip_prefix(',').unwrap_or(left);
        if left.is_empty() {
            return Err(malformed());
        }
    }
    *rest = &left[1..];
    Ok(Value::Array(values))
}

/// Text up to the closing quote, and what follows it.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut characters = quoted.char_indices();
    while let Some((i, c)) = characters.next() {
        match c {
            '"' => return Some((text, &quoted[i + 1..])),
            '\\' => text.push(characters.next()?.1),
            c => text.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_come_back() {
        let ty = DataType::nullable(TypeKind::Array(Box::new(DataType::string())));
        let value = Value::Array(vec![
            Value::Text("a \"b\" \\ {c}".into()),
            Value::Null,
            Value::Text(String::new()),
        ]);
        let text = of_value(&value, &ty).expect("not NULL");
        assert_eq!(to_value(&text, &ty), Ok(value));
        assert!(to_value("{1", &ty).is_err());
    }

    #[test]
    fn scalars_come_back() {
        let timestamp = DataType::nullable(TypeKind::TimestampLtz { precision: 3 });
        let value = Value::Timestamp(sql::Timestamp::from_millis(1_600_000_000_123));
        let text = of_value(&value, &timestamp).expect("not NULL");
        assert_eq!(text, "2020-09-13 12:26:40.123+00");
        assert_eq!(to_value(&text, &timestamp), Ok(value));
        let bytes = DataType::nullable(TypeKind::BYTES);
        assert_eq!(to_value("\\x00ff", &bytes), Ok(Value::Bytes(vec![0, 255])));
    }
}
