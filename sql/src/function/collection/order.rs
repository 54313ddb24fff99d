//! The order and equality of values of one type. In: two values of the same type. Out: how they compare.
//!
//! Invariant: a total order: NULL first, NaN after every number; maps are equal whatever the order of their entries.

use std::cmp::Ordering;

use crate::value::Value;

/// How two values of one type are ordered, NULL before anything.
pub fn compare(left: &Value, right: &Value) -> Ordering {
    use Value::{
        Array, BigInt, Boolean, Bytes, Date, Double, Float, Int, Map, Millis, Months, Null, Row, SmallInt,
        Text, Time, Timestamp, TinyInt,
    };
    match (left, right) {
        (Null, Null) => Ordering::Equal,
        (Null, _) => Ordering::Less,
        (_, Null) => Ordering::Greater,
        (Boolean(l), Boolean(r)) => l.cmp(r),
        (TinyInt(l), TinyInt(r)) => l.cmp(r),
        (SmallInt(l), SmallInt(r)) => l.cmp(r),
        (Int(l), Int(r)) | (Months(l), Months(r)) => l.cmp(r),
        (BigInt(l), BigInt(r)) | (Millis(l), Millis(r)) => l.cmp(r),
        (Float(l), Float(r)) => compare_doubles(f64::from(*l), f64::from(*r)),
        (Double(l), Double(r)) => compare_doubles(*l, *r),
        (Value::Decimal(l), Value::Decimal(r)) => l.compare(*r),
        (Text(l), Text(r)) => l.cmp(r),
        (Bytes(l), Bytes(r)) => l.cmp(r),
        (Date(l), Date(r)) => l.cmp(r),
        (Time(l), Time(r)) => l.cmp(r),
        (Timestamp(l), Timestamp(r)) => l.cmp(r),
        (Array(l), Array(r)) | (Row(l), Row(r)) => compare_sequences(l, r),
        (Map(l), Map(r)) => compare_maps(l, r),
        (left, right) => {
            panic!("the compiler casts values that are compared to one type: {left:?}, {right:?}")
        }
    }
}

/// Whether two values of one type are equal; NULL equals NULL.
pub fn same(left: &Value, right: &Value) -> bool {
    compare(left, right) == Ordering::Equal
}

fn compare_doubles(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right)
        .unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

fn compare_sequences(left: &[Value], right: &[Value]) -> Ordering {
    let different = left
        .iter()
        .zip(right)
        .map(|(l, r)| compare(l, r))
        .find(|o| o.is_ne());
    different.unwrap_or_else(|| left.len().cmp(&right.len()))
}

fn compare_maps(left: &[(Value, Value)], right: &[(Value, Value)]) -> Ordering {
    let sorted = |entries: &[(Value, Value)]| {
        let mut sorted: Vec<(Value, Value)> = entries.to_vec();
        sorted.sort_by(|l, r| compare(&l.0, &r.0));
        sorted
            .into_iter()
            .flat_map(|(key, value)| [key, value])
            .collect::<Vec<Value>>()
    };
    compare_sequences(&sorted(left), &sorted(right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decimal::Decimal;

    #[test]
    fn orders() {
        let decimal = |unscaled, scale| Value::Decimal(Decimal { unscaled, scale });
        for (left, right, expected) in [
            (Value::Null, Value::Int(-9), Ordering::Less),
            (
                Value::Double(f64::NAN),
                Value::Double(f64::MAX),
                Ordering::Greater,
            ),
            (Value::Double(-0.0), Value::Double(0.0), Ordering::Equal),
            (decimal(150, 2), decimal(15, 1), Ordering::Equal),
            (decimal(-151, 2), decimal(-15, 1), Ordering::Less),
            (decimal(9, 0), decimal(99, 1), Ordering::Less),
            (
                Value::Text("b".into()),
                Value::Text("ab".into()),
                Ordering::Greater,
            ),
            (
                Value::Array(vec![Value::Int(1)]),
                Value::Array(vec![Value::Int(1), Value::Null]),
                Ordering::Less,
            ),
        ] {
            assert_eq!(compare(&left, &right), expected, "{left:?} {right:?}");
        }
    }

    #[test]
    fn maps_are_equal_in_any_order() {
        let map = |keys: [i32; 2]| Value::Map(keys.map(|k| (Value::Int(k), Value::Int(k * 10))).to_vec());
        assert!(same(&map([1, 2]), &map([2, 1])));
        assert!(!same(&map([1, 2]), &map([1, 3])));
    }
}
