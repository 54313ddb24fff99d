//! Conditions on values of any type: GREATEST, LEAST, and what characters text is made of.
//!
//! Invariant: GREATEST and LEAST answer NULL when an argument is NULL; the tests of characters answer FALSE.

use std::cmp::Ordering;

use super::collection::order::compare;
use crate::types::DataType;
use crate::value::Value;

/// The greatest of values of one type, none of them NULL.
pub fn greatest(values: &[Value]) -> Value {
    extreme(values, Ordering::Greater)
}

/// The least of values of one type, none of them NULL.
pub fn least(values: &[Value]) -> Value {
    extreme(values, Ordering::Less)
}

fn extreme(values: &[Value], wanted: Ordering) -> Value {
    let mut best = values.first().expect("has at least one argument");
    for value in values {
        if compare(value, best) == wanted {
            best = value;
        }
    }
    best.clone()
}

/// The value at the place that the first value names, counted from 1 after it, or NULL.
pub fn elt(values: &[Value]) -> Value {
    let (index, values) = values.split_first().expect("ELT has an index");
    match index {
        Value::BigInt(index @ 1..) => usize::try_from(index - 1)
            .ok()
            .and_then(|place| values.get(place).cloned())
            .unwrap_or(Value::Null),
        _ => Value::Null,
    }
}

/// The type of the argument as Flink writes it.
pub fn type_of(_value: &Value, ty: &DataType) -> String {
    ty.to_string()
}

/// Text of letters only.
pub fn is_alpha(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.is_empty() && text.chars().all(char::is_alphabetic))
}

/// Text of decimal digits only.
pub fn is_digit(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.is_empty() && text.chars().all(|c| c.is_numeric()))
}

/// Text of a number: an optional sign, digits and at most one point among them.
pub fn is_decimal(text: Option<&str>) -> bool {
    let Some(text) = text else { return false };
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(fraction) && digits.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_of_one_type() {
        let numbers = [Value::Int(2), Value::Int(9), Value::Int(-3)];
        assert_eq!(
            (greatest(&numbers), least(&numbers)),
            (Value::Int(9), Value::Int(-3))
        );
        for (index, expected) in [(2, Value::Int(9)), (0, Value::Null), (4, Value::Null)] {
            let values = [&[Value::BigInt(index)][..], &numbers[..]].concat();
            assert_eq!(elt(&values), expected);
        }
        let texts = [Value::Text("b".into()), Value::Text("ab".into())];
        assert_eq!(greatest(&texts), Value::Text("b".into()));
    }

    #[test]
    fn type_of_names_the_type() {
        let ty = DataType::not_null(crate::types::TypeKind::Int);
        assert_eq!(type_of(&Value::Int(1), &ty), "INT NOT NULL");
    }

    #[test]
    fn kinds_of_characters() {
        for (text, alpha, digit, decimal) in [
            (Some("abc"), true, false, false),
            (Some("123"), false, true, true),
            (Some("11.4445"), false, false, true),
            (Some("-1.5"), false, false, true),
            (Some("1.2.3"), false, false, false),
            (Some("a1"), false, false, false),
            (Some(""), false, false, false),
            (None, false, false, false),
        ] {
            assert_eq!(
                (is_alpha(text), is_digit(text), is_decimal(text)),
                (alpha, digit, decimal),
                "{text:?}"
            );
        }
    }
}
