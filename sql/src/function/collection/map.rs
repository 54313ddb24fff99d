//! Functions of maps. In: maps. Out: their keys, values and entries, and maps made of pairs.
//!
//! Invariant: keys are unique; a later value of a key replaces the earlier one at its place.

use super::entries;
use super::order::same;
use crate::value::Value;

pub fn keys(map: &Value) -> Value {
    Value::Array(entries(map).iter().map(|(key, _)| key.clone()).collect())
}

pub fn values(map: &Value) -> Value {
    Value::Array(entries(map).iter().map(|(_, value)| value.clone()).collect())
}

/// An array of rows of key and value.
pub fn map_entries(map: &Value) -> Value {
    let row = |(key, value): &(Value, Value)| Value::Row(vec![key.clone(), value.clone()]);
    Value::Array(entries(map).iter().map(row).collect())
}

/// All maps in one; later maps win.
pub fn union(maps: &[Value]) -> Value {
    from_pairs(maps.iter().flat_map(entries).cloned())
}

/// A map of pairs, as `MAP[…]` makes it.
pub fn from_pairs(pairs: impl Iterator<Item = (Value, Value)>) -> Value {
    let mut map: Vec<(Value, Value)> = Vec::new();
    for (key, value) in pairs {
        match map.iter_mut().find(|(known, _)| same(known, &key)) {
            Some(entry) => entry.1 = value,
            None => map.push((key, value)),
        }
    }
    Value::Map(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_values_win() {
        let map = |pairs: &[(i32, i32)]| {
            Value::Map(
                pairs
                    .iter()
                    .map(|&(k, v)| (Value::Int(k), Value::Int(v)))
                    .collect(),
            )
        };
        let pairs = [(1, 1), (2, 9), (1, 8)].map(|(k, v)| (Value::Int(k), Value::Int(v)));
        assert_eq!(from_pairs(pairs.into_iter()), map(&[(1, 8), (2, 9)]));
        assert_eq!(
            union(&[map(&[(1, 1), (2, 2)]), map(&[(2, 3)])]),
            map(&[(1, 1), (2, 3)])
        );
        assert_eq!(keys(&map(&[(1, 5)])), Value::Array(vec![Value::Int(1)]));
        assert_eq!(values(&map(&[(1, 5)])), Value::Array(vec![Value::Int(5)]));
        let row = Value::Row(vec![Value::Int(1), Value::Int(5)]);
        assert_eq!(map_entries(&map(&[(1, 5)])), Value::Array(vec![row]));
    }
}
