//! Which function casts one type to another: Flink's matrix of casts.
//!
//! In: two types. Out: a call of `sql::function::cast`, nothing when the representation is the same, or a sentence
//! that says why there is no such cast. Invariant: a call that can answer NULL for a value says so in its `returns`.

use sql::types::LENGTH_MAX;
use sql::{DataType, TypeKind};

use crate::catalog::function::{Call, Param, Returns};

type Outcome = Option<Call>;

/// See [`resolve_cast`](crate::catalog::function::resolve_cast).
pub fn resolve(from: &DataType, to: &DataType, safe: bool) -> Result<Option<Call>, String> {
    if from.kind == to.kind || from.kind == TypeKind::Null {
        return Ok(None);
    }
    let impossible = || format!("cannot cast {} to {}", from.kind, to.kind);
    match &to.kind {
        TypeKind::Boolean
        | TypeKind::TinyInt
        | TypeKind::SmallInt
        | TypeKind::Int
        | TypeKind::BigInt
        | TypeKind::Float
        | TypeKind::Double => to_simple(&from.kind, &to.kind, safe).ok_or_else(impossible),
        TypeKind::Decimal { precision, scale } => {
            to_decimal(&from.kind, *precision, *scale, safe).ok_or_else(impossible)
        }
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => to_text(from, &to.kind).ok_or_else(impossible),
        TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => {
            to_binary(&from.kind, &to.kind).ok_or_else(impossible)
        }
        TypeKind::Date
        | TypeKind::Time { .. }
        | TypeKind::Timestamp { .. }
        | TypeKind::TimestampLtz { .. } => to_temporal(&from.kind, &to.kind, safe).ok_or_else(impossible),
        TypeKind::IntervalYearMonth => {
            to_interval(&from.kind, "cast::number::integer_to_int").ok_or_else(impossible)
        }
        TypeKind::IntervalDayTime => {
            to_interval(&from.kind, "cast::number::integer_to_bigint").ok_or_else(impossible)
        }
        TypeKind::Array(_) | TypeKind::Map(..) | TypeKind::Multiset(_) | TypeKind::Row(_) => {
            to_constructed(from, to, safe)
        }
        TypeKind::Null => Err(impossible()),
    }
}

fn plain(path: &'static str) -> Call {
    Call::strict("CAST", path)
}

/// One of the casts that fail for some values; TRY_CAST answers NULL for those.
fn fallible(path: &'static str, safe_path: &'static str, safe: bool) -> Call {
    if safe {
        Call::strict("TRY_CAST", safe_path).returns(Returns::Nullable)
    } else {
        plain(path).returns(Returns::Fallible)
    }
}

fn precision_of(precision: u8) -> Param {
    Param::U8(precision)
}

/// To BOOLEAN, an integer or floating point.
fn to_simple(from: &TypeKind, to: &TypeKind, safe: bool) -> Option<Outcome> {
    // Intervals are counted in months or milliseconds and cast as those numbers.
    let interval = |source: &TypeKind| match (source, to) {
        (TypeKind::IntervalYearMonth, TypeKind::Int) | (TypeKind::IntervalDayTime, TypeKind::BigInt) => true,
        (source, to) => source.is_interval() && to.is_integer(),
    };
    let path = match (from, to) {
        (from, to) if from.is_integer() || interval(from) => match to {
            TypeKind::Boolean => "cast::number::integer_to_boolean",
            TypeKind::TinyInt => "cast::number::integer_to_tinyint",
            TypeKind::SmallInt => "cast::number::integer_to_smallint",
            TypeKind::Int => "cast::number::integer_to_int",
            TypeKind::BigInt => "cast::number::integer_to_bigint",
            TypeKind::Float => "cast::number::integer_to_float",
            _ => "cast::number::integer_to_double",
        },
        (from, to) if from.is_approximate() => match to {
            TypeKind::Boolean => "cast::number::approximate_to_boolean",
            TypeKind::TinyInt => "cast::number::approximate_to_tinyint",
            TypeKind::SmallInt => "cast::number::approximate_to_smallint",
            TypeKind::Int => "cast::number::approximate_to_int",
            TypeKind::BigInt => "cast::number::approximate_to_bigint",
            TypeKind::Float => "cast::number::approximate_to_float",
            _ => "cast::number::approximate_to_double",
        },
        (TypeKind::Decimal { .. }, to) => match to {
            TypeKind::Boolean => "cast::number::decimal_to_boolean",
            TypeKind::TinyInt => "cast::number::decimal_to_tinyint",
            TypeKind::SmallInt => "cast::number::decimal_to_smallint",
            TypeKind::Int => "cast::number::decimal_to_int",
            TypeKind::BigInt => "cast::number::decimal_to_bigint",
            TypeKind::Float => "cast::number::decimal_to_float",
            _ => "cast::number::decimal_to_double",
        },
        (TypeKind::Boolean, to) => match to {
            TypeKind::TinyInt => "cast::number::boolean_to_tinyint",
            TypeKind::SmallInt => "cast::number::boolean_to_smallint",
            TypeKind::Int => "cast::number::boolean_to_int",
            TypeKind::BigInt => "cast::number::boolean_to_bigint",
            TypeKind::Float => "cast::number::boolean_to_float",
            _ => "cast::number::boolean_to_double",
        },
        (from, to) if from.is_text() => return Some(Some(simple_from_text(to, safe))),
        _ => return None,
    };
    Some(Some(plain(path)))
}

fn simple_from_text(to: &TypeKind, safe: bool) -> Call {
    let (path, safe_path) = match to {
        TypeKind::Boolean => ("cast::from_text::boolean", "cast::safe::boolean"),
        TypeKind::TinyInt => ("cast::from_text::tinyint", "cast::safe::tinyint"),
        TypeKind::SmallInt => ("cast::from_text::smallint", "cast::safe::smallint"),
        TypeKind::Int => ("cast::from_text::int", "cast::safe::int"),
        TypeKind::BigInt => ("cast::from_text::bigint", "cast::safe::bigint"),
        TypeKind::Float => ("cast::from_text::float", "cast::safe::float"),
        _ => ("cast::from_text::double", "cast::safe::double"),
    };
    fallible(path, safe_path, safe)
}

/// Digits before the point that every value of an integer type fits into.
pub(super) fn integer_digits(kind: &TypeKind) -> Option<u8> {
    match kind {
        TypeKind::TinyInt => Some(3),
        TypeKind::SmallInt => Some(5),
        TypeKind::Int => Some(10),
        TypeKind::BigInt => Some(19),
        _ => None,
    }
}

fn to_decimal(from: &TypeKind, precision: u8, scale: u8, safe: bool) -> Option<Outcome> {
    let typed = |call: Call| call.with(Param::U8(precision)).with(Param::U8(scale));
    let nullable = |path| typed(plain(path).returns(Returns::Nullable));
    let room = precision - scale;
    let call = match from {
        from if integer_digits(from).is_some_and(|digits| digits <= room) => {
            typed(plain("cast::number::integer_to_wider_decimal"))
        }
        from if from.is_integer() => nullable("cast::number::integer_to_decimal"),
        from if from.is_approximate() => nullable("cast::number::approximate_to_decimal"),
        TypeKind::Boolean => nullable("cast::number::boolean_to_decimal"),
        TypeKind::Decimal {
            precision: p,
            scale: s,
        } => {
            // Rounding away digits can carry into one more before the point.
            let needed = p - s + u8::from(*s > scale);
            if needed <= room {
                typed(plain("cast::number::decimal_to_wider_decimal"))
            } else {
                nullable("cast::number::decimal_to_decimal")
            }
        }
        from if from.is_text() && safe => {
            typed(Call::strict("TRY_CAST", "cast::safe::decimal").returns(Returns::Nullable))
        }
        from if from.is_text() => typed(plain("cast::from_text::decimal").returns(Returns::FallibleNullable)),
        _ => return None,
    };
    Some(Some(call))
}

/// The call that writes a value of type `from` as text of any length.
fn unbounded_text(from: &DataType) -> Option<Call> {
    Some(match &from.kind {
        TypeKind::Boolean => plain("cast::to_text::boolean"),
        TypeKind::Float => plain("cast::to_text::float"),
        TypeKind::Double => plain("cast::to_text::double"),
        TypeKind::Decimal { .. } => plain("cast::to_text::decimal"),
        TypeKind::Date => plain("cast::to_text::date"),
        TypeKind::Time { precision } => plain("cast::to_text::time").with(precision_of(*precision)),
        TypeKind::Timestamp { precision } => plain("cast::to_text::timestamp").with(precision_of(*precision)),
        TypeKind::TimestampLtz { precision } => plain("cast::to_text::timestamp_ltz")
            .with_session()
            .with(precision_of(*precision)),
        TypeKind::IntervalYearMonth => plain("cast::to_text::months"),
        TypeKind::IntervalDayTime => plain("cast::to_text::millis"),
        TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => plain("cast::to_text::bytes"),
        kind if kind.is_integer() => plain("cast::to_text::any_integer"),
        kind if kind.is_constructed() => plain("cast::to_text::value")
            .with_session()
            .with(Param::Type(from.clone())),
        _ => return None,
    })
}

fn to_text(from: &DataType, to: &TypeKind) -> Option<Outcome> {
    let length = match to {
        TypeKind::Char { length } | TypeKind::VarChar { length } => *length,
        other => unreachable!("{other} is not text"),
    };
    let fixed = matches!(to, TypeKind::Char { .. });
    if let TypeKind::Char { length: given } | TypeKind::VarChar { length: given } = &from.kind {
        let path = match (fixed, *given <= length) {
            (false, true) => return Some(None),
            (false, false) => "cast::length::text_to_varchar",
            (true, _) => "cast::length::text_to_char",
        };
        return Some(Some(plain(path).with(Param::U32(length))));
    }
    let call = unbounded_text(from)?;
    if length == LENGTH_MAX {
        return Some(Some(call));
    }
    let path = if fixed {
        "cast::to_text::value_as_char"
    } else {
        "cast::to_text::value_as_varchar"
    };
    let bounded = plain(path)
        .passing(crate::catalog::function::Passing::EachValue)
        .with_session()
        .with(Param::Type(from.clone()))
        .with(Param::U32(length));
    Some(Some(bounded))
}

fn to_binary(from: &TypeKind, to: &TypeKind) -> Option<Outcome> {
    let (length, fixed) = match to {
        TypeKind::Binary { length } => (*length, true),
        TypeKind::VarBinary { length } => (*length, false),
        other => unreachable!("{other} is not binary"),
    };
    let path = match from {
        TypeKind::Binary { length: given } | TypeKind::VarBinary { length: given } => {
            match (fixed, *given <= length) {
                (false, true) => return Some(None),
                (false, false) => "cast::length::bytes_to_varbinary",
                (true, _) => "cast::length::bytes_to_binary",
            }
        }
        from if from.is_text() && fixed => "cast::length::text_to_binary",
        from if from.is_text() => "cast::length::text_to_varbinary",
        _ => return None,
    };
    Some(Some(plain(path).with(Param::U32(length))))
}

fn to_temporal(from: &TypeKind, to: &TypeKind, safe: bool) -> Option<Outcome> {
    use TypeKind::{Date, Time, Timestamp, TimestampLtz};
    if from.is_text() {
        return Some(Some(temporal_from_text(to, safe)));
    }
    let session = |path| plain(path).with_session();
    let call = match (from, to) {
        (Date, Timestamp { .. }) => plain("cast::temporal::date_to_timestamp"),
        (Date, TimestampLtz { .. }) => session("cast::temporal::date_to_timestamp_ltz"),
        (Time { precision: a }, Time { precision: b }) if a <= b => return Some(None),
        (Time { .. }, Time { precision }) => {
            plain("cast::temporal::time_to_time").with(precision_of(*precision))
        }
        (Time { .. }, Timestamp { precision }) => {
            plain("cast::temporal::time_to_timestamp").with(precision_of(*precision))
        }
        (Time { .. }, TimestampLtz { precision }) => {
            session("cast::temporal::time_to_timestamp_ltz").with(precision_of(*precision))
        }
        (Timestamp { .. }, Date) => plain("cast::temporal::timestamp_to_date"),
        (TimestampLtz { .. }, Date) => session("cast::temporal::timestamp_ltz_to_date"),
        (Timestamp { .. }, Time { precision }) => {
            plain("cast::temporal::timestamp_to_time").with(precision_of(*precision))
        }
        (TimestampLtz { .. }, Time { precision }) => {
            session("cast::temporal::timestamp_ltz_to_time").with(precision_of(*precision))
        }
        (Timestamp { precision: a }, Timestamp { precision: b })
        | (TimestampLtz { precision: a }, TimestampLtz { precision: b }) => {
            if a <= b {
                return Some(None);
            }
            plain("cast::temporal::timestamp_to_timestamp").with(precision_of(*b))
        }
        (Timestamp { .. }, TimestampLtz { precision }) => {
            session("cast::temporal::timestamp_to_timestamp_ltz").with(precision_of(*precision))
        }
        (TimestampLtz { .. }, Timestamp { precision }) => {
            session("cast::temporal::timestamp_ltz_to_timestamp").with(precision_of(*precision))
        }
        _ => return None,
    };
    Some(Some(call))
}

fn temporal_from_text(to: &TypeKind, safe: bool) -> Call {
    match to {
        TypeKind::Date => fallible("cast::from_text::date", "cast::safe::date", safe),
        TypeKind::Time { precision } => {
            fallible("cast::from_text::time", "cast::safe::time", safe).with(precision_of(*precision))
        }
        TypeKind::Timestamp { precision } => {
            fallible("cast::from_text::timestamp", "cast::safe::timestamp", safe)
                .with(precision_of(*precision))
        }
        TypeKind::TimestampLtz { precision } => {
            let call = fallible(
                "cast::from_text::timestamp_ltz",
                "cast::safe::timestamp_ltz",
                safe,
            );
            call.with_session().with(precision_of(*precision))
        }
        other => unreachable!("{other} is not temporal"),
    }
}

fn to_interval(from: &TypeKind, path: &'static str) -> Option<Outcome> {
    from.is_integer().then(|| Some(plain(path)))
}

/// Arrays, maps and rows: possible when it is for every part.
fn to_constructed(from: &DataType, to: &DataType, safe: bool) -> Result<Option<Call>, String> {
    let parts: Vec<(&DataType, &DataType)> = match (&from.kind, &to.kind) {
        (TypeKind::Array(from), TypeKind::Array(to)) | (TypeKind::Multiset(from), TypeKind::Multiset(to)) => {
            vec![(from, to)]
        }
        (TypeKind::Map(k, v), TypeKind::Map(to_k, to_v)) => vec![(k, to_k), (v, to_v)],
        (TypeKind::Row(from), TypeKind::Row(to)) if from.len() == to.len() => {
            from.iter().zip(to).map(|(from, to)| (&from.ty, &to.ty)).collect()
        }
        _ => return Err(format!("cannot cast {} to {}", from.kind, to.kind)),
    };
    let mut same = true;
    for (from, to) in parts {
        same &= resolve(from, to, safe)?.is_none();
    }
    if same {
        return Ok(None);
    }
    let call = fallible("cast::value::cast", "cast::safe::constructed", safe)
        .with_session()
        .with(Param::Type(from.clone()))
        .with(Param::Type(to.clone()));
    Ok(Some(call))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(kind: TypeKind) -> DataType {
        DataType::not_null(kind)
    }

    fn path(from: TypeKind, to: TypeKind) -> Option<&'static str> {
        resolve(&ty(from), &ty(to), false)
            .expect("there is such a cast")
            .map(|call| call.path)
    }

    #[test]
    fn casts_between_families() {
        let decimal = |precision, scale| TypeKind::Decimal { precision, scale };
        let timestamp = |precision| TypeKind::Timestamp { precision };
        let cases = [
            (
                TypeKind::Int,
                TypeKind::BigInt,
                Some("cast::number::integer_to_bigint"),
            ),
            (
                TypeKind::Int,
                decimal(10, 0),
                Some("cast::number::integer_to_wider_decimal"),
            ),
            (
                TypeKind::Int,
                decimal(10, 1),
                Some("cast::number::integer_to_decimal"),
            ),
            (
                decimal(5, 2),
                decimal(5, 1),
                Some("cast::number::decimal_to_wider_decimal"),
            ),
            (
                decimal(5, 2),
                decimal(4, 1),
                Some("cast::number::decimal_to_decimal"),
            ),
            (TypeKind::VarChar { length: 3 }, TypeKind::STRING, None),
            (
                TypeKind::STRING,
                TypeKind::VarChar { length: 3 },
                Some("cast::length::text_to_varchar"),
            ),
            (
                TypeKind::Int,
                TypeKind::Char { length: 3 },
                Some("cast::to_text::value_as_char"),
            ),
            (timestamp(3), timestamp(9), None),
            (
                timestamp(9),
                timestamp(3),
                Some("cast::temporal::timestamp_to_timestamp"),
            ),
            (TypeKind::Null, TypeKind::Date, None),
        ];
        for (from, to, expected) in cases {
            assert_eq!(path(from.clone(), to.clone()), expected, "{from} to {to}");
        }
    }

    #[test]
    fn flink_has_no_such_cast() {
        let ltz = || TypeKind::TimestampLtz { precision: 3 };
        let cases = [
            (TypeKind::Int, TypeKind::Date),
            (TypeKind::Int, ltz()),
            (ltz(), TypeKind::BigInt),
            (TypeKind::Time { precision: 0 }, TypeKind::Boolean),
            (TypeKind::Time { precision: 0 }, TypeKind::Date),
            (TypeKind::BYTES, TypeKind::Int),
            (TypeKind::Int, TypeKind::BYTES),
            (TypeKind::Date, TypeKind::Time { precision: 0 }),
            (TypeKind::Int, TypeKind::Array(Box::new(DataType::string()))),
        ];
        for (from, to) in cases {
            let error = resolve(&ty(from.clone()), &ty(to.clone()), false);
            assert_eq!(error, Err(format!("cannot cast {from} to {to}")));
        }
    }

    #[test]
    fn try_cast_answers_null() {
        let call = resolve(&DataType::string(), &ty(TypeKind::Int), true).expect("a cast");
        let call = call.expect("a call");
        assert_eq!((call.path, call.returns), ("cast::safe::int", Returns::Nullable));
    }

    #[test]
    fn parts_decide_constructed_casts() {
        let array = |kind| TypeKind::Array(Box::new(ty(kind)));
        assert_eq!(
            path(array(TypeKind::Int), array(TypeKind::BigInt)),
            Some("cast::value::cast")
        );
        let not_null = TypeKind::Array(Box::new(DataType::nullable(TypeKind::Int)));
        assert_eq!(path(array(TypeKind::Int), not_null), None);
        assert!(resolve(&ty(array(TypeKind::Int)), &ty(array(TypeKind::Date)), false).is_err());
    }
}
