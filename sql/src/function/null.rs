//! How expressions are put together where NULL is possible: strict calls, AND, OR, COALESCE, and values of any type.
//!
//! Every SQL value in a kernel is an `Option`; `None` is NULL. What comes lazily is a closure: it is evaluated only
//! when the answer depends on it, so that an error in it is an error of the query only then.

use crate::decimal::Decimal;
use crate::error::SqlError;
use crate::time::{Date, Time, Timestamp};
use crate::value::Value;

macro_rules! strict {
    ($($name:ident($($argument:ident: $T:ident),*);)*) => {$(
        /// Calls `function` unless an argument is NULL.
        #[inline]
        #[expect(non_snake_case, reason = "arguments are called by their types")]
        pub fn $name<$($T,)* R>($($argument: Option<$T>,)* function: impl FnOnce($($T),*) -> R) -> Option<R> {
            Some(function($($argument?),*))
        }
    )*};
}

strict! {
    strict1(A: A);
    strict2(A: A, B: B);
    strict3(A: A, B: B, C: C);
    strict4(A: A, B: B, C: C, D: D);
    strict5(A: A, B: B, C: C, D: D, E: E);
    strict6(A: A, B: B, C: C, D: D, E: E, F: F);
    strict7(A: A, B: B, C: C, D: D, E: E, F: F, G: G);
    strict8(A: A, B: B, C: C, D: D, E: E, F: F, G: G, H: H);
}

/// Calls `function` with all arguments unless one is NULL.
#[inline]
pub fn strict_all<T: Clone, R>(arguments: &[Option<T>], function: impl FnOnce(&[T]) -> R) -> Option<R> {
    let present: Option<Vec<T>> = arguments.iter().cloned().collect();
    present.map(|present| function(&present))
}

/// AND: FALSE if one side is FALSE, else NULL if one is NULL.
#[inline]
pub fn and(left: Option<bool>, right: impl FnOnce() -> Option<bool>) -> Option<bool> {
    match left {
        Some(false) => Some(false),
        Some(true) => right(),
        None => right().filter(|right| !right),
    }
}

/// [`and`] with a right side that may fail.
#[inline]
pub fn try_and(
    left: Option<bool>,
    right: impl FnOnce() -> Result<Option<bool>, SqlError>,
) -> Result<Option<bool>, SqlError> {
    if left == Some(false) {
        return Ok(left);
    }
    let right = right()?;
    Ok(and(left, || right))
}

/// OR: TRUE if one side is TRUE, else NULL if one is NULL.
#[inline]
pub fn or(left: Option<bool>, right: impl FnOnce() -> Option<bool>) -> Option<bool> {
    match left {
        Some(true) => Some(true),
        Some(false) => right(),
        None => right().filter(|right| *right),
    }
}

/// [`or`] with a right side that may fail.
#[inline]
pub fn try_or(
    left: Option<bool>,
    right: impl FnOnce() -> Result<Option<bool>, SqlError>,
) -> Result<Option<bool>, SqlError> {
    if left == Some(true) {
        return Ok(left);
    }
    let right = right()?;
    Ok(or(left, || right))
}

/// COALESCE of two.
#[inline]
pub fn coalesce<T>(first: Option<T>, second: impl FnOnce() -> Option<T>) -> Option<T> {
    first.or_else(second)
}

/// [`coalesce`] with a second argument that may fail.
#[inline]
pub fn try_coalesce<T>(
    first: Option<T>,
    second: impl FnOnce() -> Result<Option<T>, SqlError>,
) -> Result<Option<T>, SqlError> {
    if first.is_some() { Ok(first) } else { second() }
}

/// A Rust type that a [`Value`] of the right SQL type holds.
pub trait FromValue: Sized {
    fn from_value(value: Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($T:ty: $($variant:ident)|+;)*) => {$(
        impl FromValue for $T {
            fn from_value(value: Value) -> Option<Self> {
                match value {
                    $(Value::$variant(value) => Some(value),)+
                    Value::Null => None,
                    other => unreachable!("{other:?} is not a {}", stringify!($T)),
                }
            }
        }
    )*};
}

from_value! {
    bool: Boolean;
    i8: TinyInt;
    i16: SmallInt;
    i32: Int | Months;
    i64: BigInt | Millis;
    f32: Float;
    f64: Double;
    Decimal: Decimal;
    String: Text;
    Vec<u8>: Bytes;
    Date: Date;
    Time: Time;
    Timestamp: Timestamp;
}

impl FromValue for Value {
    fn from_value(value: Value) -> Option<Self> {
        Some(value).filter(|value| !value.is_null())
    }
}

/// Takes out what a value holds; NULL is `None`.
pub fn take<T: FromValue>(value: Value) -> Option<T> {
    T::from_value(value)
}

/// The field of a ROW by position; of a NULL row NULL.
pub fn field<T: FromValue>(row: Option<&Value>, position: usize) -> Option<T> {
    match row? {
        Value::Row(fields) => take(fields[position].clone()),
        other => unreachable!("{other:?} is not a row"),
    }
}

/// MAP[k, v, …]: of equal keys the last one counts.
pub fn construct_map(entries: Vec<(Value, Value)>) -> Value {
    let mut map: Vec<(Value, Value)> = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        match map.iter_mut().find(|(known, _)| *known == key) {
            Some(entry) => entry.1 = value,
            None => map.push((key, value)),
        }
    }
    Value::Map(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Option<bool>; 3] = [Some(true), Some(false), None];

    #[test]
    fn and_and_or_have_three_values() {
        for left in ALL {
            for right in ALL {
                let conjunction = match (left, right) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
                let disjunction = match (left, right) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                };
                assert_eq!(and(left, || right), conjunction, "{left:?} AND {right:?}");
                assert_eq!(
                    try_and(left, || Ok(right)),
                    Ok(conjunction),
                    "{left:?} AND {right:?}"
                );
                assert_eq!(or(left, || right), disjunction, "{left:?} OR {right:?}");
                assert_eq!(
                    try_or(left, || Ok(right)),
                    Ok(disjunction),
                    "{left:?} OR {right:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_needed_is_not_evaluated() {
        let fail = || Err(SqlError::DivisionByZero);
        assert_eq!(try_and(Some(false), fail), Ok(Some(false)));
        assert_eq!(try_and(None, fail), Err(SqlError::DivisionByZero));
        assert_eq!(try_or(Some(true), fail), Ok(Some(true)));
        assert_eq!(
            try_coalesce(Some(1), || Err(SqlError::DivisionByZero)),
            Ok(Some(1))
        );
        assert_eq!(coalesce(None, || Some(2)), Some(2));
    }

    #[test]
    fn strict_calls_skip_null() {
        assert_eq!(strict2(Some(1), Some(2), |a, b| a + b), Some(3));
        assert_eq!(strict2(Some(1), None, |a: i32, b: i32| a + b), None);
        assert_eq!(strict_all(&[Some(1), Some(2)], |list| list.len()), Some(2));
        assert_eq!(strict_all(&[Some(1), None], |list| list.len()), None);
    }

    #[test]
    fn values_are_taken_apart_and_put_together() {
        let row = Value::Row(vec![Value::Int(1), Value::Null]);
        assert_eq!(field::<i32>(Some(&row), 0), Some(1));
        assert_eq!(field::<i32>(Some(&row), 1), None);
        assert_eq!(field::<i32>(None, 0), None);
        let entries = vec![(Value::Int(1), Value::Int(2)), (Value::Int(1), Value::Int(3))];
        assert_eq!(
            construct_map(entries),
            Value::Map(vec![(Value::Int(1), Value::Int(3))])
        );
    }
}
