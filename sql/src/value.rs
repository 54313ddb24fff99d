//! A value of any type, owned: literals, nested values, test rows, printed rows. Hot paths do not use it.

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
}
