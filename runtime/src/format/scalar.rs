//! Texts of scalar values to [`Value`]s as Java's `parse…` functions read them: what JSON and CSV have in
//! common.
//!
//! In: the text of a value and the column's type. Out: the value, or why the text is not one of that type.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use sql::{TypeKind, Value};

use super::FormatError;
use super::number::{java_trim, parse_decimal, parse_double, parse_float};

/// Standard alphabet; padding is written, and must be there when read.
pub const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new());

/// The text is not a value of the type.
pub fn wrong(text: &str, kind: &TypeKind) -> FormatError {
    const SHOWN_MAX: usize = 100;
    let shown: String = text.chars().take(SHOWN_MAX).collect();
    FormatError::new(format!("'{shown}' is not a {kind}"))
}

/// Bytes in base64, line breaks ignored.
pub fn parse_base64(text: &str) -> Option<Vec<u8>> {
    let compact: Vec<u8> = text.bytes().filter(|c| !c.is_ascii_whitespace()).collect();
    BASE64.decode(compact).ok()
}

/// BOOLEAN, numbers, text and bytes; dates and times are the format's own. Texts are trimmed but for STRING.
pub fn parse(text: &str, kind: &TypeKind) -> Result<Value, FormatError> {
    let trimmed = java_trim(text);
    let integer = || trimmed.parse::<i64>().ok();
    let value = match kind {
        TypeKind::Boolean => Some(Value::Boolean(trimmed.eq_ignore_ascii_case("true"))),
        TypeKind::TinyInt => integer().and_then(|v| v.try_into().ok()).map(Value::TinyInt),
        TypeKind::SmallInt => integer().and_then(|v| v.try_into().ok()).map(Value::SmallInt),
        TypeKind::Int => integer().and_then(|v| v.try_into().ok()).map(Value::Int),
        TypeKind::BigInt => integer().map(Value::BigInt),
        TypeKind::IntervalYearMonth => integer().and_then(|v| v.try_into().ok()).map(Value::Months),
        TypeKind::IntervalDayTime => integer().map(Value::Millis),
        TypeKind::Float => parse_float(trimmed).map(Value::Float),
        TypeKind::Double => parse_double(trimmed).map(Value::Double),
        TypeKind::Decimal { precision, scale } => parse_decimal(trimmed, *precision, *scale)
            .map(|decimal| decimal.map_or(Value::Null, Value::Decimal)),
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => Some(Value::Text(text.to_owned())),
        TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => parse_base64(text).map(Value::Bytes),
        _ => None,
    };
    value.ok_or_else(|| wrong(text, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_scalars() {
        assert_eq!(parse(" +5 ", &TypeKind::Int), Ok(Value::Int(5)));
        assert_eq!(parse("TRUE", &TypeKind::Boolean), Ok(Value::Boolean(true)));
        assert_eq!(parse("1", &TypeKind::Boolean), Ok(Value::Boolean(false)));
        assert_eq!(
            parse("300", &TypeKind::TinyInt),
            Err(wrong("300", &TypeKind::TinyInt))
        );
        assert_eq!(parse("AQI=", &TypeKind::BYTES), Ok(Value::Bytes(vec![1, 2])));
        assert_eq!(parse(" a ", &TypeKind::STRING), Ok(Value::Text(" a ".into())));
        assert!(parse("", &TypeKind::Int).is_err());
    }
}
