//! Casts of values whose types are known only as data: the parts of arrays, maps and rows, and literals.
//!
//! In: a value, its type and the target. Out: the value the typed casts would give. NULL stays NULL. Invariant: the
//! pair of types is one that the compiler allows.

use super::{failed, from_text, length, number, temporal, to_text};
use crate::error::SqlError;
use crate::function::arithmetic::Integer;
use crate::session::Session;
use crate::types::{DataType, TypeKind};
use crate::value::Value;

pub fn cast(session: &Session, value: &Value, from: &DataType, to: &DataType) -> Result<Value, SqlError> {
    if value.is_null() || from.kind == to.kind {
        return Ok(value.clone());
    }
    match (value, &from.kind, &to.kind) {
        (Value::Array(parts), TypeKind::Array(from), TypeKind::Array(to)) => parts
            .iter()
            .map(|part| cast(session, part, from, to))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        (Value::Row(parts), TypeKind::Row(from), TypeKind::Row(to)) => parts
            .iter()
            .zip(from.iter().zip(to))
            .map(|(part, (from, to))| cast(session, part, &from.ty, &to.ty))
            .collect::<Result<_, _>>()
            .map(Value::Row),
        (Value::Map(entries), TypeKind::Map(from_key, from_value), TypeKind::Map(to_key, to_value)) => {
            cast_entries(session, entries, (from_key, to_key), (from_value, to_value))
        }
        (Value::Map(entries), TypeKind::Multiset(from), TypeKind::Multiset(to)) => {
            let count = DataType::not_null(TypeKind::Int);
            cast_entries(session, entries, (from, to), (&count, &count))
        }
        (_, _, TypeKind::Char { length }) => {
            let text = to_text::value(session, value, from);
            Ok(Value::Text(length::text_to_char(&text, *length)))
        }
        (_, _, TypeKind::VarChar { length }) => {
            let text = to_text::value(session, value, from);
            Ok(Value::Text(length::text_to_varchar(&text, *length)))
        }
        _ => scalar(session, value, &from.kind, &to.kind),
    }
}

fn cast_entries(
    session: &Session,
    entries: &[(Value, Value)],
    keys: (&DataType, &DataType),
    values: (&DataType, &DataType),
) -> Result<Value, SqlError> {
    entries
        .iter()
        .map(|(key, value)| {
            let key = cast(session, key, keys.0, keys.1)?;
            Ok((key, cast(session, value, values.0, values.1)?))
        })
        .collect::<Result<_, _>>()
        .map(Value::Map)
}

fn scalar(session: &Session, value: &Value, from: &TypeKind, to: &TypeKind) -> Result<Value, SqlError> {
    match value {
        Value::Boolean(v) => boolean(*v, to),
        Value::TinyInt(v) => integer(*v, to),
        Value::SmallInt(v) => integer(*v, to),
        Value::Int(v) | Value::Months(v) => integer(*v, to),
        Value::BigInt(v) | Value::Millis(v) => integer(*v, to),
        Value::Float(v) => approximate((*v).into(), to),
        Value::Double(v) => approximate(*v, to),
        Value::Decimal(v) => Some(match to {
            TypeKind::Boolean => Value::Boolean(number::decimal_to_boolean(*v)),
            TypeKind::TinyInt => Value::TinyInt(number::decimal_to_tinyint(*v)),
            TypeKind::SmallInt => Value::SmallInt(number::decimal_to_smallint(*v)),
            TypeKind::Int => Value::Int(number::decimal_to_int(*v)),
            TypeKind::BigInt => Value::BigInt(number::decimal_to_bigint(*v)),
            TypeKind::Float => Value::Float(number::decimal_to_float(*v)),
            TypeKind::Double => Value::Double(number::decimal_to_double(*v)),
            TypeKind::Decimal { precision, scale } => {
                v.fit(*precision, *scale).map_or(Value::Null, Value::Decimal)
            }
            _ => return Err(failed(&v.to_string(), &to.to_string())),
        }),
        Value::Text(v) => return text(session, v, to),
        Value::Bytes(v) => match to {
            TypeKind::Binary { length } => Some(Value::Bytes(length::bytes_to_binary(v, *length))),
            TypeKind::VarBinary { length } => Some(Value::Bytes(length::bytes_to_varbinary(v, *length))),
            _ => None,
        },
        _ => moment(session, value, from, to),
    }
    .ok_or_else(|| {
        let from = DataType::not_null(from.clone());
        failed(&to_text::value(session, value, &from), &to.to_string())
    })
}

fn boolean(value: bool, to: &TypeKind) -> Option<Value> {
    integer(i8::from(value), to)
}

fn integer<A: Integer>(value: A, to: &TypeKind) -> Option<Value> {
    Some(match to {
        TypeKind::Boolean => Value::Boolean(number::integer_to_boolean(value)),
        TypeKind::TinyInt => Value::TinyInt(number::integer_to_tinyint(value)),
        TypeKind::SmallInt => Value::SmallInt(number::integer_to_smallint(value)),
        TypeKind::Int => Value::Int(number::integer_to_int(value)),
        TypeKind::BigInt => Value::BigInt(number::integer_to_bigint(value)),
        TypeKind::Float => Value::Float(number::integer_to_float(value)),
        TypeKind::Double => Value::Double(number::integer_to_double(value)),
        TypeKind::Decimal { precision, scale } => {
            number::integer_to_decimal(value, *precision, *scale).map_or(Value::Null, Value::Decimal)
        }
        TypeKind::IntervalYearMonth => Value::Months(number::integer_to_int(value)),
        TypeKind::IntervalDayTime => Value::Millis(value.into()),
        _ => return None,
    })
}

fn approximate(value: f64, to: &TypeKind) -> Option<Value> {
    Some(match to {
        TypeKind::Boolean => Value::Boolean(number::approximate_to_boolean(value)),
        TypeKind::TinyInt => Value::TinyInt(number::approximate_to_tinyint(value)),
        TypeKind::SmallInt => Value::SmallInt(number::approximate_to_smallint(value)),
        TypeKind::Int => Value::Int(number::approximate_to_int(value)),
        TypeKind::BigInt => Value::BigInt(number::approximate_to_bigint(value)),
        TypeKind::Float => Value::Float(number::approximate_to_float(value)),
        TypeKind::Double => Value::Double(value),
        TypeKind::Decimal { precision, scale } => {
            number::approximate_to_decimal(value, *precision, *scale).map_or(Value::Null, Value::Decimal)
        }
        _ => return None,
    })
}

fn text(session: &Session, text: &str, to: &TypeKind) -> Result<Value, SqlError> {
    match to {
        TypeKind::TimestampLtz { precision } => {
            from_text::timestamp_ltz(session, text, *precision).map(Value::Timestamp)
        }
        _ => of_text(text, to),
    }
}

/// The value that a text stands for, of a type whose values mean the same in every time zone.
pub fn of_text(text: &str, to: &TypeKind) -> Result<Value, SqlError> {
    Ok(match to {
        TypeKind::Boolean => Value::Boolean(from_text::boolean(text)?),
        TypeKind::TinyInt => Value::TinyInt(from_text::tinyint(text)?),
        TypeKind::SmallInt => Value::SmallInt(from_text::smallint(text)?),
        TypeKind::Int => Value::Int(from_text::int(text)?),
        TypeKind::BigInt => Value::BigInt(from_text::bigint(text)?),
        TypeKind::Float => Value::Float(from_text::float(text)?),
        TypeKind::Double => Value::Double(from_text::double(text)?),
        TypeKind::Decimal { precision, scale } => {
            from_text::decimal(text, *precision, *scale)?.map_or(Value::Null, Value::Decimal)
        }
        TypeKind::Binary { length } => Value::Bytes(length::text_to_binary(text, *length)),
        TypeKind::VarBinary { length } => Value::Bytes(length::text_to_varbinary(text, *length)),
        TypeKind::Date => Value::Date(from_text::date(text)?),
        TypeKind::Time { precision } => Value::Time(from_text::time(text, *precision)?),
        TypeKind::Timestamp { precision } => Value::Timestamp(from_text::timestamp(text, *precision)?),
        _ => return Err(failed(text, &to.to_string())),
    })
}

/// Dates, times and timestamps.
fn moment(session: &Session, value: &Value, from: &TypeKind, to: &TypeKind) -> Option<Value> {
    use TypeKind::{Timestamp, TimestampLtz};
    Some(match (value, from, to) {
        (Value::Date(v), _, Timestamp { .. }) => Value::Timestamp(temporal::date_to_timestamp(*v)),
        (Value::Date(v), _, TimestampLtz { .. }) => {
            Value::Timestamp(temporal::date_to_timestamp_ltz(session, *v))
        }
        (Value::Time(v), _, TypeKind::Time { precision }) => {
            Value::Time(temporal::time_to_time(*v, *precision))
        }
        (Value::Time(v), _, Timestamp { precision }) => {
            Value::Timestamp(temporal::time_to_timestamp(*v, *precision))
        }
        (Value::Time(v), _, TimestampLtz { precision }) => {
            Value::Timestamp(temporal::time_to_timestamp_ltz(session, *v, *precision))
        }
        (Value::Timestamp(v), Timestamp { .. }, TypeKind::Date) => {
            Value::Date(temporal::timestamp_to_date(*v))
        }
        (Value::Timestamp(v), TimestampLtz { .. }, TypeKind::Date) => {
            Value::Date(temporal::timestamp_ltz_to_date(session, *v))
        }
        (Value::Timestamp(v), Timestamp { .. }, TypeKind::Time { precision }) => {
            Value::Time(temporal::timestamp_to_time(*v, *precision))
        }
        (Value::Timestamp(v), TimestampLtz { .. }, TypeKind::Time { precision }) => {
            Value::Time(temporal::timestamp_ltz_to_time(session, *v, *precision))
        }
        (Value::Timestamp(v), Timestamp { .. }, TimestampLtz { precision }) => {
            Value::Timestamp(temporal::timestamp_to_timestamp_ltz(session, *v, *precision))
        }
        (Value::Timestamp(v), TimestampLtz { .. }, Timestamp { precision }) => {
            Value::Timestamp(temporal::timestamp_ltz_to_timestamp(session, *v, *precision))
        }
        (Value::Timestamp(v), _, Timestamp { precision } | TimestampLtz { precision }) => {
            Value::Timestamp(v.truncate(*precision))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decimal::Decimal;
    use crate::time::{Date, Timestamp};

    fn ty(kind: TypeKind) -> DataType {
        DataType::nullable(kind)
    }

    #[test]
    fn parts_are_cast_one_by_one() {
        let session = Session::utc();
        let from = ty(TypeKind::Array(Box::new(ty(TypeKind::Timestamp {
            precision: 4,
        }))));
        let to = ty(TypeKind::Array(Box::new(DataType::string())));
        let value = Value::Array(vec![Value::Timestamp(Timestamp::from_millis(1_500)), Value::Null]);
        let expected = Value::Array(vec![Value::Text("1970-01-01 00:00:01.5000".into()), Value::Null]);
        assert_eq!(cast(&session, &value, &from, &to), Ok(expected));
        let map = |key, value| ty(TypeKind::Map(Box::new(ty(key)), Box::new(ty(value))));
        let entries = |value| Value::Map(vec![(Value::Text("k".into()), value)]);
        let cast_map = cast(
            &session,
            &entries(Value::Int(7)),
            &map(TypeKind::STRING, TypeKind::Int),
            &map(TypeKind::STRING, TypeKind::BigInt),
        );
        assert_eq!(cast_map, Ok(entries(Value::BigInt(7))));
    }

    #[test]
    fn scalars_follow_the_typed_casts() {
        let session = Session::utc();
        let decimal = |precision, scale| TypeKind::Decimal { precision, scale };
        let cases = [
            (
                Value::Boolean(true),
                TypeKind::Boolean,
                TypeKind::Double,
                Value::Double(1.0),
            ),
            (
                Value::Int(7),
                TypeKind::Int,
                decimal(3, 1),
                Value::Decimal(Decimal::new(70, 1)),
            ),
            (Value::Int(700), TypeKind::Int, decimal(3, 1), Value::Null),
            (
                Value::Double(1.9),
                TypeKind::Double,
                TypeKind::TinyInt,
                Value::TinyInt(1),
            ),
            (
                Value::Text("1970-01-02".into()),
                TypeKind::STRING,
                TypeKind::Date,
                Value::Date(Date(1)),
            ),
            (
                Value::Bytes(b"ab".to_vec()),
                TypeKind::BYTES,
                TypeKind::STRING,
                Value::Text("ab".into()),
            ),
            (
                Value::Bytes(b"ab".to_vec()),
                TypeKind::BYTES,
                TypeKind::Binary { length: 3 },
                Value::Bytes(b"ab\0".to_vec()),
            ),
            (Value::Null, TypeKind::Int, TypeKind::STRING, Value::Null),
            (
                Value::Date(Date(1)),
                TypeKind::Date,
                TypeKind::Char { length: 4 },
                Value::Text("1970".into()),
            ),
        ];
        for (value, from, to, expected) in cases {
            let found = cast(&session, &value, &ty(from), &ty(to.clone()));
            assert_eq!(found, Ok(expected), "{value:?} to {to}");
        }
        let error = cast(
            &session,
            &Value::Text("x".into()),
            &DataType::string(),
            &ty(TypeKind::Int),
        );
        assert_eq!(
            error.expect_err("not a number").to_string(),
            "cannot cast 'x' to INT"
        );
    }
}
