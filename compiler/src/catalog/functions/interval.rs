//! Arithmetic of points in time and intervals, for the operators in `arithmetic`.
//!
//! In: the types of two operands, NULL already replaced. Out: the call, or `None` when the two do not combine.

use sql::TypeKind;

use super::arithmetic::typed;
use crate::catalog::function::{Argument, Call, Resolved, mismatch};

/// `interval + interval`, `point + interval` or `interval + point`.
pub(super) fn plus(given: &[Argument], left: &TypeKind, right: &TypeKind) -> Option<Resolved> {
    if left.is_interval() && left == right {
        let call = Call::strict("+", "arithmetic::add");
        return Some(Resolved::new(
            call,
            given,
            typed(given, [left.clone(), right.clone()]),
            left.clone(),
        ));
    }
    if left.is_interval() {
        let (path, result) = shifted(right, left, true)?;
        let path = match path {
            "temporal::interval::timestamp_plus_months" => "temporal::interval::months_plus_timestamp",
            "temporal::interval::timestamp_plus_millis" => "temporal::interval::millis_plus_timestamp",
            "temporal::interval::date_plus_months" => "temporal::interval::months_plus_date",
            "temporal::interval::date_plus_days" => "temporal::interval::days_plus_date",
            "temporal::interval::time_plus_months" => "temporal::interval::months_plus_time",
            _ => "temporal::interval::millis_plus_time",
        };
        let arguments = typed(given, [left.clone(), right.clone()]);
        return Some(Resolved::new(Call::strict("+", path), given, arguments, result));
    }
    let (path, result) = shifted(left, right, true)?;
    let arguments = typed(given, [left.clone(), right.clone()]);
    Some(Resolved::new(Call::strict("+", path), given, arguments, result))
}

/// `interval - interval` or `point - interval`.
pub(super) fn minus(given: &[Argument], left: &TypeKind, right: &TypeKind) -> Option<Resolved> {
    if left.is_interval() && left == right {
        let call = Call::strict("-", "arithmetic::subtract");
        return Some(Resolved::new(
            call,
            given,
            typed(given, [left.clone(), right.clone()]),
            left.clone(),
        ));
    }
    let (path, result) = shifted(left, right, false)?;
    let arguments = typed(given, [left.clone(), right.clone()]);
    Some(Resolved::new(Call::strict("-", path), given, arguments, result))
}

/// The interval between two points in time of one type: `(a - b) DAY`.
pub(super) fn difference(given: &[Argument]) -> Result<Resolved, String> {
    let [a, b] = given else {
        return Err(mismatch("two points in time", given));
    };
    let (left, right) = (&a.ty.kind, &b.ty.kind);
    let kind = match (left, right) {
        (TypeKind::Date, TypeKind::Date) | (TypeKind::Timestamp { .. }, TypeKind::Timestamp { .. }) => {
            TypeKind::Timestamp { precision: 9 }
        }
        (TypeKind::TimestampLtz { .. }, TypeKind::TimestampLtz { .. }) => {
            TypeKind::TimestampLtz { precision: 9 }
        }
        _ => return Err(mismatch("two dates or two timestamps of one type", given)),
    };
    let call = Call::strict("-", "temporal::interval::timestamp_minus_timestamp");
    let arguments = typed(given, [kind.clone(), kind]);
    Ok(Resolved::new(call, given, arguments, TypeKind::IntervalDayTime))
}

/// A point in time plus or minus an interval: path and result type.
fn shifted(point: &TypeKind, interval: &TypeKind, later: bool) -> Option<(&'static str, TypeKind)> {
    let choose = |plus: &'static str, minus: &'static str| if later { plus } else { minus };
    Some(match (point, interval) {
        (kind, TypeKind::IntervalYearMonth) if kind.is_timestamp() => (
            choose(
                "temporal::interval::timestamp_plus_months",
                "temporal::interval::timestamp_minus_months",
            ),
            kind.clone(),
        ),
        (kind, TypeKind::IntervalDayTime) if kind.is_timestamp() => (
            choose(
                "temporal::interval::timestamp_plus_millis",
                "temporal::interval::timestamp_minus_millis",
            ),
            kind.clone(),
        ),
        (TypeKind::Date, TypeKind::IntervalYearMonth) => (
            choose(
                "temporal::interval::date_plus_months",
                "temporal::interval::date_minus_months",
            ),
            TypeKind::Date,
        ),
        // Whole days of the interval count, also where it is given in hours.
        (TypeKind::Date, TypeKind::IntervalDayTime) => (
            choose(
                "temporal::interval::date_plus_days",
                "temporal::interval::date_minus_days",
            ),
            TypeKind::Date,
        ),
        (TypeKind::Time { .. }, TypeKind::IntervalYearMonth) => {
            ("temporal::interval::time_plus_months", point.clone())
        }
        (TypeKind::Time { .. }, TypeKind::IntervalDayTime) => (
            choose(
                "temporal::interval::time_plus_millis",
                "temporal::interval::time_minus_millis",
            ),
            point.clone(),
        ),
        _ => return None,
    })
}

/// `interval * integer` or `integer * interval`.
pub(super) fn times(given: &[Argument], left: &TypeKind, right: &TypeKind) -> Option<Resolved> {
    let (path, kinds, result) = match (left, right) {
        (TypeKind::IntervalYearMonth, r) if r.is_integer() => (
            "arithmetic::multiply_months",
            [left.clone(), TypeKind::BigInt],
            left,
        ),
        (l, TypeKind::IntervalYearMonth) if l.is_integer() => (
            "arithmetic::months_multiplied",
            [TypeKind::BigInt, right.clone()],
            right,
        ),
        (TypeKind::IntervalDayTime, r) if r.is_integer() => {
            ("arithmetic::multiply", [left.clone(), TypeKind::BigInt], left)
        }
        (l, TypeKind::IntervalDayTime) if l.is_integer() => {
            ("arithmetic::multiply", [TypeKind::BigInt, right.clone()], right)
        }
        _ => return None,
    };
    Some(Resolved::new(
        Call::strict("*", path),
        given,
        typed(given, kinds),
        result.clone(),
    ))
}
