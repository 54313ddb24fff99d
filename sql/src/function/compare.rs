//! `= <> < <= > >=` and IS [NOT] DISTINCT FROM over every type.
//!
//! Both arguments have the same kernel type (the compiler casts them). Text and bytes compare byte by byte, numbers
//! by value (NaN as in IEEE 754), times by the clock. Arrays, maps and rows are equal when their parts are, where two
//! NULL parts are equal; they have no order.

use std::cmp::Ordering;

use crate::decimal::Decimal;
use crate::error::SqlError;
use crate::session::Session;
use crate::time::{Date, Time, Timestamp};
use crate::value::Value;

/// A kernel type that SQL compares.
pub trait Comparable {
    /// `None`: neither equal nor ordered (NaN, constructed values that differ).
    fn compare(&self, other: &Self) -> Option<Ordering>;
}

macro_rules! by_partial_order {
    ($($t:ty),*) => {$(
        impl Comparable for $t {
            #[inline]
            fn compare(&self, other: &Self) -> Option<Ordering> {
                self.partial_cmp(other)
            }
        }
    )*};
}

by_partial_order!(
    bool,
    i8,
    i16,
    i32,
    i64,
    f32,
    f64,
    str,
    String,
    [u8],
    Vec<u8>,
    Date,
    Time,
    Timestamp
);

impl Comparable for Decimal {
    #[inline]
    fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(Decimal::compare(*self, *other))
    }
}

impl Comparable for Value {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        self.sql_equal(other).then_some(Ordering::Equal)
    }
}

impl<T: Comparable + ?Sized> Comparable for &T {
    #[inline]
    fn compare(&self, other: &Self) -> Option<Ordering> {
        (**self).compare(other)
    }
}

#[inline]
pub fn equal<T: Comparable>(a: T, b: T) -> bool {
    a.compare(&b) == Some(Ordering::Equal)
}

#[inline]
pub fn not_equal<T: Comparable>(a: T, b: T) -> bool {
    a.compare(&b) != Some(Ordering::Equal)
}

#[inline]
pub fn less<T: Comparable>(a: T, b: T) -> bool {
    a.compare(&b) == Some(Ordering::Less)
}

#[inline]
pub fn less_or_equal<T: Comparable>(a: T, b: T) -> bool {
    matches!(a.compare(&b), Some(Ordering::Less | Ordering::Equal))
}

#[inline]
pub fn greater<T: Comparable>(a: T, b: T) -> bool {
    a.compare(&b) == Some(Ordering::Greater)
}

#[inline]
pub fn greater_or_equal<T: Comparable>(a: T, b: T) -> bool {
    matches!(a.compare(&b), Some(Ordering::Greater | Ordering::Equal))
}

#[inline]
pub fn distinct<T: Comparable>(a: Option<T>, b: Option<T>) -> bool {
    !not_distinct(a, b)
}

#[inline]
pub fn not_distinct<T: Comparable>(a: Option<T>, b: Option<T>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => equal(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// A type that text is read as when the two are compared. Text that is no such value makes the comparison unknown.
pub trait FromText: Comparable + Sized {
    fn from_text(session: &Session, text: &str, precision: u8) -> Result<Self, SqlError>;
}

impl FromText for Date {
    fn from_text(_: &Session, text: &str, _: u8) -> Result<Self, SqlError> {
        super::cast::from_text::date(text)
    }
}

impl FromText for Time {
    fn from_text(_: &Session, text: &str, precision: u8) -> Result<Self, SqlError> {
        super::cast::from_text::time(text, precision)
    }
}

/// An instant, to tell it from a wall-clock timestamp when text is read.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Instant(Timestamp);

impl Comparable for Instant {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        self.partial_cmp(other)
    }
}

impl FromText for Timestamp {
    fn from_text(_: &Session, text: &str, precision: u8) -> Result<Self, SqlError> {
        super::cast::from_text::timestamp(text, precision)
    }
}

impl FromText for Instant {
    fn from_text(session: &Session, text: &str, precision: u8) -> Result<Self, SqlError> {
        super::cast::from_text::timestamp_ltz(session, text, precision).map(Instant)
    }
}

/// The operator between a temporal value and text, by its symbol.
fn decide<T: FromText>(
    session: &Session,
    value: T,
    text: &str,
    operator: &'static str,
    precision: u8,
) -> Option<bool> {
    let other = T::from_text(session, text, precision).ok()?;
    Some(match operator {
        "=" => equal(value, other),
        "<>" => not_equal(value, other),
        "<" => less(value, other),
        "<=" => less_or_equal(value, other),
        ">" => greater(value, other),
        ">=" => greater_or_equal(value, other),
        unknown => unreachable!("the compiler passes comparison operators, not {unknown}"),
    })
}

/// A DATE, TIME or TIMESTAMP compared with text; NULL when the text is no such value.
pub fn value_with_text<T: FromText>(
    session: &Session,
    value: T,
    text: &str,
    operator: &'static str,
    precision: u8,
) -> Option<bool> {
    decide(session, value, text, operator, precision)
}

/// Text compared with a DATE, TIME or TIMESTAMP. The operator is already turned around.
pub fn text_with_value<T: FromText>(
    session: &Session,
    text: &str,
    value: T,
    turned: &'static str,
    precision: u8,
) -> Option<bool> {
    decide(session, value, text, turned, precision)
}

/// A TIMESTAMP_LTZ compared with text.
pub fn instant_with_text(
    session: &Session,
    value: Timestamp,
    text: &str,
    operator: &'static str,
    precision: u8,
) -> Option<bool> {
    decide(session, Instant(value), text, operator, precision)
}

/// Text compared with a TIMESTAMP_LTZ. The operator is already turned around.
pub fn text_with_instant(
    session: &Session,
    text: &str,
    value: Timestamp,
    turned: &'static str,
    precision: u8,
) -> Option<bool> {
    decide(session, Instant(value), text, turned, precision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_over_every_order() {
        for (a, b, order) in [
            (1, 2, Ordering::Less),
            (2, 2, Ordering::Equal),
            (3, 2, Ordering::Greater),
        ] {
            assert_eq!(equal(a, b), order.is_eq());
            assert_eq!(not_equal(a, b), order.is_ne());
            assert_eq!(less(a, b), order.is_lt());
            assert_eq!(less_or_equal(a, b), order.is_le());
            assert_eq!(greater(a, b), order.is_gt());
            assert_eq!(greater_or_equal(a, b), order.is_ge());
        }
    }

    #[test]
    fn types_compare_by_their_own_rules() {
        assert!(!equal(f64::NAN, f64::NAN) && not_equal(f64::NAN, f64::NAN));
        assert!(equal(0.0, -0.0));
        assert!(equal(Decimal::new(10, 1), Decimal::new(1, 0)));
        assert!(less("a", "b") && less(&b"\x0b"[..], &b"\x0c"[..]));
        let row = |x| Value::Row(vec![Value::Int(1), x]);
        assert!(equal(&row(Value::Null), &row(Value::Null)));
        assert!(not_equal(&row(Value::Null), &row(Value::Int(2))));
    }

    #[test]
    fn distinct_counts_null_as_a_value() {
        assert!(!distinct::<i32>(None, None));
        assert!(distinct(Some(1), None));
        assert!(not_distinct(Some("a"), Some("a")));
    }

    #[test]
    fn text_beside_a_temporal_value() {
        let session = Session::utc();
        let day = Date(1);
        assert_eq!(value_with_text(&session, day, "1970-01-02", "=", 0), Some(true));
        assert_eq!(value_with_text(&session, day, "1970-01-03", "<", 0), Some(true));
        assert_eq!(value_with_text(&session, day, "soon", "=", 0), None);
        assert_eq!(text_with_value(&session, "1970-01-02", day, "<>", 0), Some(false));
        let instant = Timestamp::from_millis(1_500);
        let text = "1970-01-01 00:00:01.5";
        assert_eq!(instant_with_text(&session, instant, text, ">=", 3), Some(true));
        assert_eq!(text_with_instant(&session, text, instant, ">", 3), Some(false));
    }
}
