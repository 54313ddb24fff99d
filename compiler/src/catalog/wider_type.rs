//! The type that holds the values of several types, as Calcite finds it: in CASE, COALESCE, UNION, IN and VALUES, and
//! for arguments of functions that must agree.

use sql::types::DECIMAL_PRECISION_MAX;
use sql::{DataType, Field, TypeKind};

/// Whose rules hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rules {
    /// Calcite's for IN: text beside other types makes them text, FLOAT and DOUBLE are the first of them.
    In,
    /// Calcite's for queries and CASE: the same without text beside other types and dates beside timestamps.
    Query,
    /// Flink's for arguments: text goes with text, FLOAT and DOUBLE are DOUBLE.
    Arguments,
}

/// The type of a value and those it is looked for among.
pub(crate) fn promoted<'a>(types: impl IntoIterator<Item = &'a DataType>) -> Option<DataType> {
    let mut types = types.into_iter();
    let first = types.next()?.clone();
    types.try_fold(first, |left, right| wider(&left, right, Rules::In))
}

/// The type that all of `types` become in an expression or a query; none when there is no such type.
pub(crate) fn least_restrictive<'a>(types: impl IntoIterator<Item = &'a DataType>) -> Option<DataType> {
    let mut types = types.into_iter();
    let first = types.next()?.clone();
    types.try_fold(first, |left, right| wider(&left, right, Rules::Query))
}

/// The type of arguments that must agree, as Flink's own functions find it.
pub(crate) fn common_of<'a>(types: impl IntoIterator<Item = &'a DataType>) -> Option<DataType> {
    let mut types = types.into_iter();
    let first = types.next()?.clone();
    types.try_fold(first, |left, right| common(&left, right))
}

pub(crate) fn common(left: &DataType, right: &DataType) -> Option<DataType> {
    wider(left, right, Rules::Arguments)
}

fn wider(left: &DataType, right: &DataType, rules: Rules) -> Option<DataType> {
    Some(DataType {
        kind: wider_kind(&left.kind, &right.kind, rules)?,
        nullable: left.nullable || right.nullable,
    })
}

fn wider_kind(left: &TypeKind, right: &TypeKind, rules: Rules) -> Option<TypeKind> {
    use TypeKind::*;
    if left == right {
        return Some(left.clone());
    }
    let nested = |a: &DataType, b: &DataType| wider(a, b, rules);
    let kind = match (left, right) {
        (Null, other) | (other, Null) => other.clone(),
        (a, b) if a.is_text() && b.is_text() => VarChar {
            length: length(a).max(length(b)),
        },
        (a, b) if a.is_binary() && b.is_binary() => VarBinary {
            length: length(a).max(length(b)),
        },
        (Float, Double) | (Double, Float) if rules != Rules::Arguments => left.clone(),
        (a, b) if a.is_numeric() && b.is_numeric() => wider_number(a, b),
        (Time { precision: a }, Time { precision: b }) => Time { precision: *a.max(b) },
        (Timestamp { precision: a }, Timestamp { precision: b }) => Timestamp { precision: *a.max(b) },
        (TimestampLtz { precision: a }, TimestampLtz { precision: b }) => {
            TimestampLtz { precision: *a.max(b) }
        }
        (Timestamp { precision: a }, TimestampLtz { precision: b })
        | (TimestampLtz { precision: a }, Timestamp { precision: b })
            if rules == Rules::Arguments =>
        {
            TimestampLtz { precision: *a.max(b) }
        }
        (Date, Timestamp { precision }) | (Timestamp { precision }, Date) if rules != Rules::Query => {
            Timestamp {
                precision: *precision,
            }
        }
        (Array(a), Array(b)) => Array(Box::new(nested(a, b)?)),
        (Multiset(a), Multiset(b)) => Multiset(Box::new(nested(a, b)?)),
        (Map(a, x), Map(b, y)) => Map(Box::new(nested(a, b)?), Box::new(nested(x, y)?)),
        (Row(a), Row(b)) if a.len() == b.len() => {
            let merged = |(a, b): (&Field, &Field)| {
                Some(Field {
                    name: a.name.clone(),
                    ty: nested(&a.ty, &b.ty)?,
                })
            };
            Row(a.iter().zip(b).map(merged).collect::<Option<_>>()?)
        }
        (a, b) if rules == Rules::In && (is_promoted(a, b) || is_promoted(b, a)) => TypeKind::STRING,
        _ => return None,
    };
    Some(kind)
}

fn is_promoted(text: &TypeKind, other: &TypeKind) -> bool {
    text.is_text() && (other.is_numeric() || other.is_temporal() || *other == TypeKind::Boolean)
}

fn length(kind: &TypeKind) -> u32 {
    match kind {
        TypeKind::Char { length }
        | TypeKind::VarChar { length }
        | TypeKind::Binary { length }
        | TypeKind::VarBinary { length } => *length,
        _ => 0,
    }
}

fn wider_number(a: &TypeKind, b: &TypeKind) -> TypeKind {
    if a.is_approximate() || b.is_approximate() {
        let is_wide = |kind: &TypeKind| matches!(kind, TypeKind::Double | TypeKind::Decimal { .. });
        return if is_wide(a) || is_wide(b) {
            TypeKind::Double
        } else {
            TypeKind::Float
        };
    }
    if a.is_integer() && b.is_integer() {
        return if digits(a) >= digits(b) {
            a.clone()
        } else {
            b.clone()
        };
    }
    let ((p1, s1), (p2, s2)) = (digits(a), digits(b));
    let scale = s1.max(s2);
    TypeKind::Decimal {
        precision: ((p1 - s1).max(p2 - s2) + scale).min(DECIMAL_PRECISION_MAX),
        scale,
    }
}

/// Precision and scale of an exact number.
fn digits(kind: &TypeKind) -> (u8, u8) {
    match kind {
        TypeKind::TinyInt => (3, 0),
        TypeKind::SmallInt => (5, 0),
        TypeKind::Int => (10, 0),
        TypeKind::BigInt => (19, 0),
        TypeKind::Decimal { precision, scale } => (*precision, *scale),
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_types_are_calcites() {
        use TypeKind::*;
        let decimal = |precision, scale| Decimal { precision, scale };
        let timestamp = |precision| Timestamp { precision };
        let (text, string) = (|length| Char { length }, TypeKind::STRING);
        for (a, b, wins, alone) in [
            (Int, BigInt, Some(BigInt), Some(BigInt)),
            (
                text(1),
                text(3),
                Some(VarChar { length: 3 }),
                Some(VarChar { length: 3 }),
            ),
            (text(5), text(5), Some(text(5)), Some(text(5))),
            (
                text(3),
                string.clone(),
                Some(string.clone()),
                Some(string.clone()),
            ),
            (Int, decimal(4, 2), Some(decimal(12, 2)), Some(decimal(12, 2))),
            (Float, decimal(4, 2), Some(Double), Some(Double)),
            (Float, BigInt, Some(Float), Some(Float)),
            (Float, Double, Some(Float), Some(Double)),
            (Double, Float, Some(Double), Some(Double)),
            (Null, Date, Some(Date), Some(Date)),
            (timestamp(3), timestamp(6), Some(timestamp(6)), Some(timestamp(6))),
            (Date, timestamp(3), Some(timestamp(3)), Some(timestamp(3))),
            (Int, string.clone(), Some(string), None),
            (Boolean, Int, None, None),
        ] {
            let (a, b) = (DataType::not_null(a), DataType::nullable(b));
            let wider = promoted([&a, &b]);
            assert_eq!(wider.map(|ty| ty.kind), wins, "{a} and {b}");
            assert_eq!(common(&a, &b).map(|ty| ty.kind), alone, "{a} and {b}");
        }
    }

    #[test]
    fn families_are_not_mixed() {
        let ty = |kind: TypeKind| DataType::not_null(kind);
        for (a, b) in [
            (TypeKind::STRING, TypeKind::Int),
            (TypeKind::Date, TypeKind::Timestamp { precision: 3 }),
        ] {
            assert_eq!(least_restrictive([&ty(a), &ty(b)]), None);
        }
    }
}
