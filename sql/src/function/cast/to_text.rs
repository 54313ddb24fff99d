//! Values as text, as CAST to STRING writes them.
//!
//! Invariant: this is the only place that knows these forms; sinks and formats with the same form call it.

use std::fmt::Write as _;

use super::length;
use crate::decimal::Decimal;
use crate::session::Session;
use crate::time::calendar::Civil;
use crate::time::{Date, Time, Timestamp, zone};
use crate::types::{DataType, TypeKind};
use crate::value::Value;

pub fn boolean(value: bool) -> String {
    if value { "TRUE" } else { "FALSE" }.to_owned()
}

pub fn integer(value: i64) -> String {
    value.to_string()
}

/// An integer of any type.
pub fn any_integer<A: Into<i64>>(value: A) -> String {
    integer(value.into())
}

/// Java's form of a number whose shortest digits are in `scientific` (`-1.25e-7`): an exponent below 10^-3 and from
/// 10^7 on, always a digit after the point.
fn java_number(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').expect("`{:e}` writes an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let zero = digits == "0";
    if !zero && !(-3..7).contains(&exponent) {
        let fraction = if digits.len() > 1 { &digits[1..] } else { "0" };
        return format!("{sign}{}.{fraction}E{exponent}", &digits[..1]);
    }
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        let zeros = "0".repeat(whole - digits.len());
        return format!("{sign}{digits}{zeros}.0");
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

fn java_not_finite(negative: bool, nan: bool) -> String {
    match (nan, negative) {
        (true, _) => "NaN",
        (false, true) => "-Infinity",
        (false, false) => "Infinity",
    }
    .to_owned()
}

pub fn float(value: f32) -> String {
    if value.is_finite() {
        java_number(&format!("{value:e}"))
    } else {
        java_not_finite(value < 0.0, value.is_nan())
    }
}

pub fn double(value: f64) -> String {
    if value.is_finite() {
        java_number(&format!("{value:e}"))
    } else {
        java_not_finite(value < 0.0, value.is_nan())
    }
}

pub fn decimal(value: Decimal) -> String {
    value.to_string()
}

/// Bytes are UTF-8; what is not becomes the replacement character.
pub fn bytes(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

fn write_date(out: &mut String, date: Date) {
    let Civil { year, month, day } = date.civil();
    write!(out, "{year:04}-{month:02}-{day:02}").expect("a string takes all text");
}

fn write_clock(out: &mut String, nanos_of_day: i64) {
    let seconds = nanos_of_day / 1_000_000_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    write!(out, "{hour:02}:{minute:02}:{second:02}").expect("a string takes all text");
}

pub fn date(value: Date) -> String {
    let mut out = String::with_capacity(10);
    write_date(&mut out, value);
    out
}

/// `10:20:45`, and with a precision the fraction up to its last digit that is not zero.
pub fn time(value: Time, precision: u8) -> String {
    let mut out = String::with_capacity(12);
    write_clock(&mut out, i64::from(value.0) * 1_000_000);
    let mut millis = value.0 % 1_000;
    for place in 0..precision {
        if place == 0 {
            out.push('.');
        }
        out.push(char::from(b'0' + (millis / 100) as u8));
        millis = millis % 100 * 10;
        if millis == 0 {
            break;
        }
    }
    out
}

/// `1990-10-14 10:20:45.123`: as many digits as the precision has.
pub fn timestamp(value: Timestamp, precision: u8) -> String {
    let (day, nanos) = value.split_day();
    let mut out = String::with_capacity(29);
    write_date(&mut out, day);
    out.push(' ');
    write_clock(&mut out, nanos);
    if precision > 0 {
        let fraction = format!("{:09}", nanos % 1_000_000_000);
        out.push('.');
        out.push_str(&fraction[..usize::from(precision.min(9))]);
    }
    out
}

pub fn timestamp_ltz(session: &Session, value: Timestamp, precision: u8) -> String {
    timestamp(zone::local(&session.time_zone, value), precision)
}

/// `1970-01-01T00:00:01.5`: only the digits of the fraction that are needed.
pub fn date_and_clock(value: Timestamp, separator: char) -> String {
    let (day, nanos) = value.split_day();
    let mut out = String::with_capacity(29);
    write_date(&mut out, day);
    out.push(separator);
    write_clock(&mut out, nanos);
    let fraction = nanos % 1_000_000_000;
    if fraction != 0 {
        let digits = format!("{fraction:09}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
    out
}

/// INTERVAL YEAR TO MONTH: `+1-02`.
pub fn months(value: i32) -> String {
    let sign = if value < 0 { '-' } else { '+' };
    let months = value.unsigned_abs();
    format!("{sign}{}-{:02}", months / 12, months % 12)
}

/// INTERVAL DAY TO SECOND: `+12 01:02:03.004`.
pub fn millis(value: i64) -> String {
    let sign = if value < 0 { '-' } else { '+' };
    let millis = value.unsigned_abs();
    let (days, rest) = (millis / 86_400_000, millis % 86_400_000);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, fraction) = (rest / 1_000 % 60, rest % 1_000);
    format!("{sign}{days} {hour:02}:{minute:02}:{second:02}.{fraction:03}")
}

/// A value of any type. Parts that are NULL are written `NULL`.
pub fn value(session: &Session, value: &Value, ty: &DataType) -> String {
    let mut out = String::new();
    write_value(&mut out, session, value, &ty.kind);
    out
}

/// A value of any type as CHAR(length).
pub fn value_as_char(session: &Session, any: &Value, ty: &DataType, length: u32) -> String {
    length::text_to_char(&value(session, any, ty), length)
}

/// A value of any type as VARCHAR(length).
pub fn value_as_varchar(session: &Session, any: &Value, ty: &DataType, length: u32) -> String {
    length::text_to_varchar(&value(session, any, ty), length)
}

fn write_value(out: &mut String, session: &Session, value: &Value, kind: &TypeKind) {
    match (value, kind) {
        (Value::Null, _) => out.push_str("NULL"),
        (Value::Array(parts), TypeKind::Array(element)) => {
            let parts = parts.iter().map(|part| (part, &element.kind));
            write_parts(out, session, ('[', ']'), parts);
        }
        (Value::Row(parts), TypeKind::Row(fields)) => {
            let parts = parts.iter().zip(fields.iter().map(|f| &f.ty.kind));
            write_parts(out, session, ('(', ')'), parts);
        }
        (Value::Map(entries), TypeKind::Map(key, value)) => {
            write_entries(out, session, entries, (&key.kind, &value.kind));
        }
        (Value::Map(entries), TypeKind::Multiset(element)) => {
            write_entries(out, session, entries, (&element.kind, &TypeKind::Int));
        }
        _ => out.push_str(&scalar(session, value, kind)),
    }
}

fn write_parts<'v>(
    out: &mut String,
    session: &Session,
    brackets: (char, char),
    parts: impl Iterator<Item = (&'v Value, &'v TypeKind)>,
) {
    out.push(brackets.0);
    for (i, (part, kind)) in parts.enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_value(out, session, part, kind);
    }
    out.push(brackets.1);
}

fn write_entries(
    out: &mut String,
    session: &Session,
    entries: &[(Value, Value)],
    kinds: (&TypeKind, &TypeKind),
) {
    out.push('{');
    for (i, (key, value)) in entries.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_value(out, session, key, kinds.0);
        out.push('=');
        write_value(out, session, value, kinds.1);
    }
    out.push('}');
}

fn scalar(session: &Session, value: &Value, kind: &TypeKind) -> String {
    match (value, kind) {
        (Value::Boolean(v), _) => boolean(*v),
        (Value::TinyInt(v), _) => integer((*v).into()),
        (Value::SmallInt(v), _) => integer((*v).into()),
        (Value::Int(v), _) => integer((*v).into()),
        (Value::BigInt(v), _) => integer(*v),
        (Value::Float(v), _) => float(*v),
        (Value::Double(v), _) => double(*v),
        (Value::Decimal(v), _) => decimal(*v),
        (Value::Text(v), _) => v.clone(),
        (Value::Bytes(v), _) => bytes(v),
        (Value::Date(v), _) => date(*v),
        (Value::Time(v), TypeKind::Time { precision }) => time(*v, *precision),
        (Value::Timestamp(v), TypeKind::Timestamp { precision }) => timestamp(*v, *precision),
        (Value::Timestamp(v), TypeKind::TimestampLtz { precision }) => timestamp_ltz(session, *v, *precision),
        (Value::Months(v), _) => months(*v),
        (Value::Millis(v), _) => millis(*v),
        (value, kind) => unreachable!("{value:?} is not a value of {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Field;

    #[test]
    fn floating_point_is_written_as_java_does() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (123.456789, "123.456789"),
            (1e10, "1.0E10"),
            (1e7, "1.0E7"),
            (9_999_999.0, "9999999.0"),
            (0.001, "0.001"),
            (0.000_999, "9.99E-4"),
            (-1.285_160_011_435_930_8e19, "-1.2851600114359308E19"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (value, expected) in cases {
            assert_eq!(double(value), expected);
        }
        assert_eq!(float(123.456), "123.456");
        assert_eq!(float(1.1e-5), "1.1E-5");
    }

    #[test]
    fn times_and_intervals() {
        let t = Timestamp {
            micros: 655_899_645_123_456,
            nanos: 789,
        };
        assert_eq!(timestamp(t, 9), "1990-10-14 10:20:45.123456789");
        assert_eq!(timestamp(t, 3), "1990-10-14 10:20:45.123");
        assert_eq!(timestamp(t, 0), "1990-10-14 10:20:45");
        assert_eq!(date(Date(-719_528)), "0000-01-01");
        assert_eq!(time(Time(37_245_120), 0), "10:20:45");
        assert_eq!(time(Time(37_245_120), 3), "10:20:45.12");
        assert_eq!(time(Time(37_245_000), 3), "10:20:45.0");
        assert_eq!(months(-123), "-10-03");
        assert_eq!(months(24), "+2-00");
        assert_eq!(millis(12_000), "+0 00:00:12.000");
        assert_eq!(millis(-(86_400_000 + 3_661_001)), "-1 01:01:01.001");
    }

    #[test]
    fn nested_values() {
        let session = Session::utc();
        let int = DataType::nullable(TypeKind::Int);
        let array = DataType::nullable(TypeKind::Array(Box::new(int.clone())));
        let map = DataType::nullable(TypeKind::Map(Box::new(DataType::string()), Box::new(int)));
        let field = |ty: &DataType| Field {
            name: "f".into(),
            ty: ty.clone(),
        };
        let row = DataType::nullable(TypeKind::Row(vec![field(&array), field(&map)]));
        let found = value(
            &session,
            &Value::Row(vec![
                Value::Array(vec![Value::Null, Value::Int(456)]),
                Value::Map(vec![(Value::Text("a".into()), Value::Int(1))]),
            ]),
            &row,
        );
        assert_eq!(found, "([NULL, 456], {a=1})");
    }
}
