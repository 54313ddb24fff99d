//! TRY_CAST: the casts that can fail, with NULL for the values that do.

use super::{from_text, value};
use crate::decimal::Decimal;
use crate::session::Session;
use crate::time::{Date, Time, Timestamp};
use crate::types::DataType;
use crate::value::Value;

pub fn boolean(text: &str) -> Option<bool> {
    from_text::boolean(text).ok()
}

pub fn tinyint(text: &str) -> Option<i8> {
    from_text::tinyint(text).ok()
}

pub fn smallint(text: &str) -> Option<i16> {
    from_text::smallint(text).ok()
}

pub fn int(text: &str) -> Option<i32> {
    from_text::int(text).ok()
}

pub fn bigint(text: &str) -> Option<i64> {
    from_text::bigint(text).ok()
}

pub fn float(text: &str) -> Option<f32> {
    from_text::float(text).ok()
}

pub fn double(text: &str) -> Option<f64> {
    from_text::double(text).ok()
}

pub fn decimal(text: &str, precision: u8, scale: u8) -> Option<Decimal> {
    from_text::decimal(text, precision, scale).ok().flatten()
}

pub fn date(text: &str) -> Option<Date> {
    from_text::date(text).ok()
}

pub fn time(text: &str, precision: u8) -> Option<Time> {
    from_text::time(text, precision).ok()
}

pub fn timestamp(text: &str, precision: u8) -> Option<Timestamp> {
    from_text::timestamp(text, precision).ok()
}

pub fn timestamp_ltz(session: &Session, text: &str, precision: u8) -> Option<Timestamp> {
    from_text::timestamp_ltz(session, text, precision).ok()
}

pub fn constructed(session: &Session, value: &Value, from: &DataType, to: &DataType) -> Option<Value> {
    value::cast(session, value, from, to).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_null() {
        assert_eq!((int("1"), int("x")), (Some(1), None));
        assert_eq!(decimal("1000", 3, 0), None);
        assert_eq!((date("1970-01-01"), date("x")), (Some(Date(0)), None));
        assert_eq!(timestamp("x", 3), None);
        let strings = DataType::nullable(crate::types::TypeKind::Array(Box::new(DataType::string())));
        let int = DataType::nullable(crate::types::TypeKind::Int);
        let ints = DataType::nullable(crate::types::TypeKind::Array(Box::new(int)));
        let array = Value::Array(vec![Value::Text("x".into())]);
        assert_eq!(constructed(&Session::utc(), &array, &strings, &ints), None);
    }
}
