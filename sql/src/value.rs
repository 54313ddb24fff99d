//! A value of any type, owned: literals, nested values, test rows, printed rows. Hot paths do not use it.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

pub mod display;

use crate::decimal::Decimal;
use crate::time::{Date, Time, Timestamp};

/// One SQL value. The type is known from elsewhere; equality is structural (NULL equals NULL), as grouping
/// and comparing rows need it. SQL's `=` is `function::compare`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    TinyInt(i8),
    SmallInt(i16),
    Int(i32),
    BigInt(i64),
    Float(f32),
    Double(f64),
    Decimal(Decimal),
    /// CHAR, VARCHAR, STRING.
    Text(String),
    /// BINARY, VARBINARY, BYTES.
    Bytes(Vec<u8>),
    Date(Date),
    Time(Time),
    /// TIMESTAMP and TIMESTAMP_LTZ.
    Timestamp(Timestamp),
    /// INTERVAL YEAR TO MONTH.
    Months(i32),
    /// INTERVAL DAY TO SECOND.
    Millis(i64),
    Array(Vec<Value>),
    /// MAP in the order of insertion; keys are unique. A MULTISET is a map from element to count (INT).
    Map(Vec<(Value, Value)>),
    Row(Vec<Value>),
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Equality as SQL sees the parts of constructed values: numbers by value, NULL equal to NULL, maps whatever
    /// their order.
    pub fn sql_equal(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Decimal(a), Value::Decimal(b)) => a.compare(*b).is_eq(),
            (Value::Array(a), Value::Array(b)) | (Value::Row(a), Value::Row(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.sql_equal(b))
            }
            (Value::Map(a), Value::Map(b)) => {
                let find = |key: &Value| b.iter().find(|(other, _)| key.sql_equal(other));
                a.len() == b.len()
                    && a.iter()
                        .all(|(key, value)| find(key).is_some_and(|(_, v)| value.sql_equal(v)))
            }
            _ => self == other,
        }
    }

    /// A total order over values of one type, for sorting: NULL first, NaN last, parts from left to right.
    pub fn total_order(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
            (Value::TinyInt(a), Value::TinyInt(b)) => a.cmp(b),
            (Value::SmallInt(a), Value::SmallInt(b)) => a.cmp(b),
            (Value::Int(a), Value::Int(b)) | (Value::Months(a), Value::Months(b)) => a.cmp(b),
            (Value::BigInt(a), Value::BigInt(b)) | (Value::Millis(a), Value::Millis(b)) => a.cmp(b),
            (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
            (Value::Double(a), Value::Double(b)) => a.total_cmp(b),
            (Value::Decimal(a), Value::Decimal(b)) => a.compare(*b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::Time(a), Value::Time(b)) => a.cmp(b),
            (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
            (Value::Array(a), Value::Array(b)) | (Value::Row(a), Value::Row(b)) => {
                let first = a.iter().zip(b).map(|(a, b)| a.total_order(b)).find(|o| o.is_ne());
                first.unwrap_or(a.len().cmp(&b.len()))
            }
            (Value::Map(a), Value::Map(b)) => {
                let parts = |(ka, va): &(Value, Value), (kb, vb): &(Value, Value)| {
                    ka.total_order(kb).then_with(|| va.total_order(vb))
                };
                let first = a.iter().zip(b).map(|(a, b)| parts(a, b)).find(|o| o.is_ne());
                first.unwrap_or(a.len().cmp(&b.len()))
            }
            // NULL beside a value; values of different types do not meet.
            (a, b) => b.is_null().cmp(&a.is_null()),
        }
    }

    /// Feeds the value to a hasher, so that values that are `sql_equal` give the same hash.
    pub fn hash_into<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Value::Null => {}
            Value::Boolean(v) => v.hash(state),
            Value::TinyInt(v) => v.hash(state),
            Value::SmallInt(v) => v.hash(state),
            Value::Int(v) | Value::Months(v) => v.hash(state),
            Value::BigInt(v) | Value::Millis(v) => v.hash(state),
            // Adding zero turns -0.0 into 0.0, which equals it.
            Value::Float(v) => (v + 0.0).to_bits().hash(state),
            Value::Double(v) => (v + 0.0).to_bits().hash(state),
            Value::Decimal(v) => v.normalize().hash(state),
            Value::Text(v) => v.hash(state),
            Value::Bytes(v) => v.hash(state),
            Value::Date(v) => v.hash(state),
            Value::Time(v) => v.hash(state),
            Value::Timestamp(v) => v.hash(state),
            Value::Array(parts) | Value::Row(parts) => {
                parts.len().hash(state);
                parts.iter().for_each(|part| part.hash_into(state));
            }
            // Equal maps may differ in order, so only their size counts.
            Value::Map(entries) => entries.len().hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::DefaultHasher;

    fn hash(value: &Value) -> u64 {
        let mut hasher = DefaultHasher::new();
        value.hash_into(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn equal_values_hash_alike() {
        let entry = |k: &str, v| (Value::Text(k.into()), Value::Int(v));
        let pairs = [
            (
                Value::Decimal(Decimal::new(10, 1)),
                Value::Decimal(Decimal::new(1, 0)),
                true,
            ),
            (Value::Double(0.0), Value::Double(-0.0), true),
            (Value::Null, Value::Null, true),
            (Value::Int(1), Value::Int(2), false),
            (
                Value::Map(vec![entry("a", 1), entry("b", 2)]),
                Value::Map(vec![entry("b", 2), entry("a", 1)]),
                true,
            ),
            (
                Value::Map(vec![entry("a", 1)]),
                Value::Map(vec![entry("a", 2)]),
                false,
            ),
        ];
        for (a, b, equal) in pairs {
            assert_eq!(a.sql_equal(&b), equal, "{a:?} {b:?}");
            assert!(!equal || hash(&a) == hash(&b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn order_puts_null_first() {
        let mut values = vec![Value::Int(3), Value::Null, Value::Int(-1)];
        values.sort_by(Value::total_order);
        assert_eq!(values, [Value::Null, Value::Int(-1), Value::Int(3)]);
        let row = |a, b| Value::Row(vec![Value::Int(a), Value::Text(str::to_owned(b))]);
        assert_eq!(row(1, "b").total_order(&row(1, "a")), Ordering::Greater);
        assert_eq!(
            Value::Double(f64::NAN).total_order(&Value::Double(1.0)),
            Ordering::Greater
        );
    }
}
