//! Arrays as sets. In: arrays of one element type. Out: an array without repetitions, in order of first appearance.
//!
//! Invariant: NULL is an element like any other.

use std::collections::BTreeSet;

use super::elements;
use super::order::compare;
use crate::value::Value;

/// A value ordered as SQL orders it, so that a set can hold it.
struct Ordered<'v>(&'v Value);

impl PartialEq for Ordered<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered<'_> {}

impl PartialOrd for Ordered<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        compare(self.0, other.0)
    }
}

pub fn distinct(array: &Value) -> Value {
    unique(elements(array).iter())
}

pub fn union(left: &Value, right: &Value) -> Value {
    unique(elements(left).iter().chain(elements(right)))
}

/// Elements of the first array that the second does not have.
pub fn except(left: &Value, right: &Value) -> Value {
    let excluded: BTreeSet<Ordered<'_>> = elements(right).iter().map(Ordered).collect();
    unique(elements(left).iter().filter(|e| !excluded.contains(&Ordered(e))))
}

/// Elements that both arrays have.
pub fn intersect(left: &Value, right: &Value) -> Value {
    let wanted: BTreeSet<Ordered<'_>> = elements(right).iter().map(Ordered).collect();
    unique(elements(left).iter().filter(|e| wanted.contains(&Ordered(e))))
}

fn unique<'v>(values: impl Iterator<Item = &'v Value>) -> Value {
    let mut seen = BTreeSet::new();
    Value::Array(
        values
            .filter(|value| seen.insert(Ordered(value)))
            .cloned()
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(values: &[Option<i32>]) -> Value {
        Value::Array(values.iter().map(|v| v.map_or(Value::Null, Value::Int)).collect())
    }

    #[test]
    fn sets() {
        let left = array(&[None, Some(2), None, Some(1), Some(2)]);
        let right = array(&[Some(2), None, Some(9)]);
        assert_eq!(distinct(&left), array(&[None, Some(2), Some(1)]));
        assert_eq!(union(&left, &right), array(&[None, Some(2), Some(1), Some(9)]));
        assert_eq!(except(&left, &right), array(&[Some(1)]));
        assert_eq!(intersect(&left, &right), array(&[None, Some(2)]));
    }
}
