//! Functions of ARRAY, MAP and MULTISET. In: constructed values and values of their element types. Out: the same.
//!
//! Invariant: positions count from 1; elements are equal as rows are grouped: NULL equals NULL.

pub mod array;
pub mod map;
pub mod order;
pub mod set;

use crate::error::SqlError;
use crate::value::Value;

/// The elements of an array that is known to be one.
fn elements(array: &Value) -> &[Value] {
    match array {
        Value::Array(elements) => elements,
        other => panic!("the compiler passes an ARRAY, not {other:?}"),
    }
}

/// The entries of a map that is known to be one.
fn entries(map: &Value) -> &[(Value, Value)] {
    match map {
        Value::Map(entries) => entries,
        other => panic!("the compiler passes a MAP, not {other:?}"),
    }
}

/// Number of elements of an array or entries of a map; a multiset counts repetitions.
pub fn cardinality(value: &Value) -> i32 {
    let count = match value {
        Value::Array(elements) => elements.len(),
        other => entries(other).len(),
    };
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub fn cardinality_multiset(multiset: &Value) -> i32 {
    let count = |count: &Value| match count {
        Value::Int(count) => *count,
        other => panic!("a MULTISET counts its elements in INT, not {other:?}"),
    };
    entries(multiset).iter().map(|(_, times)| count(times)).sum()
}

/// The only element of an array, NULL of an empty one.
pub fn element(array: &Value) -> Result<Value, SqlError> {
    match elements(array) {
        [] => Ok(Value::Null),
        [only] => Ok(only.clone()),
        _ => Err(SqlError::Argument {
            function: "ELEMENT",
            message: "Array has more than one element.".to_owned(),
        }),
    }
}

/// `array[index]`: NULL outside of the array.
pub fn item_array(array: &Value, index: &Value) -> Value {
    let place = match index {
        Value::Int(index) => usize::try_from(i64::from(*index) - 1).ok(),
        _ => None,
    };
    place
        .and_then(|place| elements(array).get(place).cloned())
        .unwrap_or(Value::Null)
}

/// `map[key]`: NULL without that key.
pub fn item_map(map: &Value, key: &Value) -> Value {
    let found = entries(map).iter().find(|(known, _)| order::same(known, key));
    found.map_or(Value::Null, |(_, value)| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscripts() {
        let array = Value::Array(vec![Value::Int(7), Value::Null]);
        for (index, expected) in [
            (1, Value::Int(7)),
            (2, Value::Null),
            (0, Value::Null),
            (-1, Value::Null),
        ] {
            assert_eq!(item_array(&array, &Value::Int(index)), expected, "{index}");
        }
        let map = Value::Map(vec![(Value::Text("a".into()), Value::Int(1))]);
        assert_eq!(item_map(&map, &Value::Text("a".into())), Value::Int(1));
        assert_eq!(item_map(&map, &Value::Text("b".into())), Value::Null);
    }

    #[test]
    fn counting() {
        let multiset = Value::Map(vec![
            (Value::Int(5), Value::Int(2)),
            (Value::Int(6), Value::Int(1)),
        ]);
        assert_eq!((cardinality(&multiset), cardinality_multiset(&multiset)), (2, 3));
        assert_eq!(element(&Value::Array(vec![])), Ok(Value::Null));
        assert_eq!(element(&Value::Array(vec![Value::Int(1)])), Ok(Value::Int(1)));
        assert!(element(&Value::Array(vec![Value::Int(1), Value::Int(2)])).is_err());
    }
}
