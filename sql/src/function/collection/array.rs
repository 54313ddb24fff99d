//! Functions of one array: elements found, added, taken, ordered and joined.
//!
//! Invariant: an array argument is never NULL here unless the argument is an `Option`-like value, which then
//! answers NULL.

use std::cmp::Ordering;

use super::elements;
use super::order::{compare, same};
use crate::error::SqlError;
use crate::value::Value;

pub fn append(array: &Value, element: &Value) -> Value {
    match array {
        Value::Null => Value::Null,
        array => Value::Array([elements(array), std::slice::from_ref(element)].concat()),
    }
}

pub fn prepend(array: &Value, element: &Value) -> Value {
    match array {
        Value::Null => Value::Null,
        array => Value::Array([std::slice::from_ref(element), elements(array)].concat()),
    }
}

/// NULL is found like any element.
pub fn contains(array: &Value, needle: &Value) -> Option<bool> {
    (!array.is_null()).then(|| elements(array).iter().any(|element| same(element, needle)))
}

/// As [`contains`], in an array that cannot be NULL.
pub fn contains_not_null(array: &Value, needle: &Value) -> bool {
    contains(array, needle).expect("the type says NOT NULL")
}

/// Position of the first element that equals the needle, or 0.
pub fn position(array: &Value, needle: &Value) -> i32 {
    let place = elements(array).iter().position(|element| same(element, needle));
    place.map_or(0, |place| i32::try_from(place + 1).unwrap_or(i32::MAX))
}

/// Without all elements that equal the needle.
pub fn remove(array: &Value, needle: &Value) -> Value {
    match array {
        Value::Null => Value::Null,
        array => Value::Array(
            elements(array)
                .iter()
                .filter(|e| !same(e, needle))
                .cloned()
                .collect(),
        ),
    }
}

pub fn reverse(array: &Value) -> Value {
    Value::Array(elements(array).iter().rev().cloned().collect())
}

/// From position `start` to the end.
pub fn slice_from(array: &Value, start: i32) -> Value {
    slice(array, start, i32::MAX)
}

/// From position `start` to position `end`, both included; 0 is 1, and negative positions count from the end.
pub fn slice(array: &Value, start: i32, end: i32) -> Value {
    let elements = elements(array);
    let count = elements.len() as i64;
    let place = |position: i32| match i64::from(position) {
        0 => 1,
        position @ 1.. => position,
        position => count + position + 1,
    };
    let (start, end) = (place(start).max(1), place(end).min(count));
    if start > end {
        return Value::Array(Vec::new());
    }
    Value::Array(elements[start as usize - 1..end as usize].to_vec())
}

/// Ascending, NULL first.
pub fn sort(array: &Value) -> Value {
    sort_nulls(array, true, true)
}

/// In the given direction; NULL is first when ascending, last when descending.
pub fn sort_direction(array: &Value, ascending: bool) -> Value {
    sort_nulls(array, ascending, ascending)
}

pub fn sort_nulls(array: &Value, ascending: bool, nulls_first: bool) -> Value {
    let mut sorted = elements(array).to_vec();
    sorted.sort_by(|left, right| {
        let order = compare(left, right);
        let reversed = match left.is_null() || right.is_null() {
            true => !nulls_first,
            false => !ascending,
        };
        if reversed { order.reverse() } else { order }
    });
    Value::Array(sorted)
}

/// The greatest element, NULLs aside.
pub fn max(array: &Value) -> Value {
    extreme(array, Ordering::Greater)
}

/// The least element, NULLs aside.
pub fn min(array: &Value) -> Value {
    extreme(array, Ordering::Less)
}

fn extreme(array: &Value, wanted: Ordering) -> Value {
    let known = elements(array).iter().filter(|element| !element.is_null());
    let best = known.reduce(|best, element| {
        if compare(element, best) == wanted {
            element
        } else {
            best
        }
    });
    best.cloned().unwrap_or(Value::Null)
}

/// All arrays in one.
pub fn concat(arrays: &[Value]) -> Value {
    Value::Array(arrays.iter().flat_map(elements).cloned().collect())
}

/// Text elements joined; NULLs are left out.
pub fn join(array: &Value, delimiter: &str) -> String {
    let known: Vec<&str> = elements(array).iter().filter_map(text).collect();
    known.join(delimiter)
}

/// As [`join`], with a text in the place of NULLs.
pub fn join_replacing(array: &Value, delimiter: &str, replacement: &str) -> String {
    let parts: Vec<&str> = elements(array)
        .iter()
        .map(|e| text(e).unwrap_or(replacement))
        .collect();
    parts.join(delimiter)
}

fn text(element: &Value) -> Option<&str> {
    match element {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// Text cut at a delimiter; an empty delimiter cuts between all characters.
pub fn split(text: &str, delimiter: &str) -> Value {
    let part = |part: &str| Value::Text(part.to_owned());
    if delimiter.is_empty() && !text.is_empty() {
        return Value::Array(text.chars().map(|c| Value::Text(c.to_string())).collect());
    }
    if delimiter.is_empty() {
        return Value::Array(vec![part("")]);
    }
    Value::Array(text.split(delimiter).map(part).collect())
}

/// A map of keys and the values at the same places.
pub fn into_map(keys: &Value, values: &Value) -> Result<Value, SqlError> {
    let (keys, values) = (elements(keys), elements(values));
    if keys.len() != values.len() {
        return Err(SqlError::Argument {
            function: "MAP_FROM_ARRAYS",
            message: format!(
                "Invalid function MAP_FROM_ARRAYS call:\nThe length of the keys array {} is not equal to the \
                 length of the values array {}",
                keys.len(),
                values.len()
            ),
        });
    }
    let pairs = keys.iter().cloned().zip(values.iter().cloned());
    Ok(super::map::from_pairs(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(values: &[i32]) -> Value {
        Value::Array(values.iter().map(|&v| Value::Int(v)).collect())
    }

    #[test]
    fn slices_clamp_their_ends() {
        let array = ints(&[1, 2, 3, 4, 5]);
        for (start, end, expected) in [
            (0, 99, &[1, 2, 3, 4, 5][..]),
            (-3, i32::MAX, &[3, 4, 5]),
            (-123, 123, &[1, 2, 3, 4, 5]),
            (-123, -231, &[]),
            (-6, -5, &[1]),
            (5, 6, &[5]),
            (1, 0, &[1]),
            (20, 30, &[]),
        ] {
            assert_eq!(slice(&array, start, end), ints(expected), "{start} {end}");
        }
        assert_eq!(slice_from(&array, 9), ints(&[]));
    }

    #[test]
    fn nulls_are_elements() {
        let array = Value::Array(vec![Value::Int(2), Value::Null, Value::Int(1)]);
        assert_eq!(contains(&array, &Value::Null), Some(true));
        assert_eq!(contains(&Value::Null, &Value::Int(1)), None);
        assert_eq!(remove(&array, &Value::Null), ints(&[2, 1]));
        assert_eq!(append(&ints(&[1]), &Value::Int(2)), ints(&[1, 2]));
        assert_eq!(prepend(&Value::Null, &Value::Int(2)), Value::Null);
        assert_eq!(position(&array, &Value::Int(1)), 3);
        assert_eq!((max(&array), min(&array)), (Value::Int(2), Value::Int(1)));
        assert_eq!(max(&ints(&[])), Value::Null);
        assert_eq!(
            sort(&array),
            Value::Array(vec![Value::Null, Value::Int(1), Value::Int(2)])
        );
        let descending = Value::Array(vec![Value::Int(2), Value::Int(1), Value::Null]);
        assert_eq!(sort_direction(&array, false), descending);
        assert_eq!(sort_nulls(&descending, true, true), sort(&array));
        assert_eq!(concat(&[ints(&[1]), ints(&[2])]), ints(&[1, 2]));
        assert_eq!(reverse(&descending), sort(&array));
    }

    #[test]
    fn joining_and_splitting() {
        let text = |t: &str| Value::Text(t.to_owned());
        let array = Value::Array(vec![text("a"), Value::Null, text("b")]);
        assert_eq!(join(&array, ","), "a,b");
        assert_eq!(join_replacing(&array, ",", "?"), "a,?,b");
        assert_eq!(
            split("a,,b", ","),
            Value::Array(vec![text("a"), text(""), text("b")])
        );
        assert_eq!(split("ab", ""), Value::Array(vec![text("a"), text("b")]));
        assert_eq!(split("", ";"), Value::Array(vec![text("")]));
        assert!(into_map(&ints(&[1]), &ints(&[])).is_err());
        assert_eq!(
            into_map(&ints(&[1, 1]), &ints(&[5, 6])),
            Ok(Value::Map(vec![(Value::Int(1), Value::Int(6))]))
        );
    }
}
