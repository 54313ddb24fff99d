//! Literals: numbers, strings, TRUE, NULL, DATE, TIME and TIMESTAMP.
//!
//! In: the text between or without quotes. Out: literal nodes with Calcite's types: `1.5` is DECIMAL(2, 1), `'ab'`
//! is CHAR(2), a timestamp has the precision of its text. Invariant: literals other than NULL are NOT NULL.

use sql::types::DECIMAL_PRECISION_MAX;
use sql::{DataType, Date, Decimal, Time, Timestamp, TypeKind, Value};
use sqlparser::ast as sqlast;

use super::super::Binder;
use crate::base::{Diagnostic, Span};
use crate::expr::Expr;
use crate::p1_parse::ast::TypeTextKind;
use crate::p1_parse::ext;

impl Binder<'_> {
    pub(super) fn literal(&mut self, value: &sqlast::Value, span: Span) -> Option<Expr> {
        use sqlast::Value as V;
        let (kind, value) = match value {
            V::Number(digits, false) => match number(digits) {
                Some(number) => number,
                None => {
                    return self.bad_literal(format!("the number {digits} has more than 38 digits"), span);
                }
            },
            V::SingleQuotedString(text) | V::UnicodeStringLiteral(text) | V::NationalStringLiteral(text) => {
                text_literal(text)
            }
            V::HexStringLiteral(digits) => match hex::decode(digits) {
                Ok(bytes) => {
                    let length = u32::try_from(bytes.len()).expect("literals are short");
                    (TypeKind::Binary { length }, Value::Bytes(bytes))
                }
                Err(_) => return self.bad_literal("expected pairs of hexadecimal digits".into(), span),
            },
            V::Boolean(value) => (TypeKind::Boolean, Value::Boolean(*value)),
            V::Null => {
                return Some(Expr::literal(
                    Value::Null,
                    DataType::nullable(TypeKind::Null),
                    span,
                ));
            }
            other => return self.refused(&format!("the literal {other}"), span),
        };
        Some(Expr::literal(value, DataType::not_null(kind), span))
    }

    /// `DATE '…'`, `TIME '…'`, `TIMESTAMP '…'`.
    pub(super) fn typed_literal(&mut self, text: &sqlast::TypedString, span: Span) -> Option<Expr> {
        let name = match ext::type_text(&text.data_type).map(|ty| ty.kind) {
            Some(TypeTextKind::Named { name, .. }) => name,
            Some(_) | None => text.data_type.to_string().to_ascii_uppercase(),
        };
        let sqlast::Value::SingleQuotedString(value) = &text.value.value else {
            return self.bad_literal(format!("expected a string after {name}"), span);
        };
        let parsed = match name.as_str() {
            "DATE" => date(value).map(|date| (TypeKind::Date, Value::Date(date))),
            "TIME" => time(value).map(|time| (TypeKind::Time { precision: 0 }, Value::Time(time))),
            "TIMESTAMP" => timestamp(value)
                .map(|(at, precision)| (TypeKind::Timestamp { precision }, Value::Timestamp(at))),
            _ => return self.refused(&format!("a literal of type {name}"), span),
        };
        match parsed {
            Some((kind, value)) => Some(Expr::literal(value, DataType::not_null(kind), span)),
            None => self.bad_literal(
                format!("'{value}' is not a {name}; expected {}", shape(&name)),
                span,
            ),
        }
    }

    pub(super) fn bad_literal(&mut self, message: String, span: Span) -> Option<Expr> {
        // Diagnostic: E2008 a literal whose text has no value of its type.
        self.error(Diagnostic::error("E2008", span, message));
        None
    }
}

fn shape(name: &str) -> &'static str {
    match name {
        "DATE" => "'yyyy-MM-dd'",
        "TIME" => "'HH:mm:ss[.fraction]'",
        _ => "'yyyy-MM-dd HH:mm:ss[.fraction]'",
    }
}

pub(super) fn text_literal(text: &str) -> (TypeKind, Value) {
    let length = u32::try_from(text.chars().count()).expect("literals are short");
    (TypeKind::Char { length }, Value::Text(text.to_owned()))
}

/// An unsigned number. `None` when it has more digits than DECIMAL.
pub(super) fn number(digits: &str) -> Option<(TypeKind, Value)> {
    if digits.contains(['e', 'E']) {
        return digits
            .parse()
            .ok()
            .map(|double| (TypeKind::Double, Value::Double(double)));
    }
    if let Ok(int) = digits.parse::<i32>() {
        return Some((TypeKind::Int, Value::Int(int)));
    }
    if let Ok(bigint) = digits.parse::<i64>() {
        return Some((TypeKind::BigInt, Value::BigInt(bigint)));
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let precision = u8::try_from((whole.len() + fraction.len()).max(1)).ok()?;
    if precision > DECIMAL_PRECISION_MAX {
        return None;
    }
    let scale = u8::try_from(fraction.len()).ok()?;
    let unscaled = format!("0{whole}{fraction}").parse().ok()?;
    Some((
        TypeKind::Decimal { precision, scale },
        Value::Decimal(Decimal { unscaled, scale }),
    ))
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.trim().splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    days_from_civil(digits(year)?, digits(month)?, digits(day)?).map(Date)
}

/// Days since 1970-01-01 of a day of the Gregorian calendar that exists.
fn days_from_civil(year: i32, month: i32, day: i32) -> Option<i32> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(is_leap),
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years start in March here, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let era_years = year.rem_euclid(400);
    let day_of_era = era_years * 365 + era_years / 4 - era_years / 100 + day_of_year;
    Some(year.div_euclid(400) * 146_097 + day_of_era - 719_468)
}

/// Flink reads the fraction of a second and leaves it out.
fn time(text: &str) -> Option<Time> {
    let (nanos, _) = nanos_of_day(text.trim())?;
    let seconds = i32::try_from(nanos / 1_000_000_000).expect("a day has fewer seconds");
    Some(Time(seconds * 1_000))
}

fn timestamp(text: &str) -> Option<(Timestamp, u8)> {
    let (day, clock) = text.trim().split_once(' ').unwrap_or((text.trim(), "00:00:00"));
    let (nanos, precision) = nanos_of_day(clock.trim())?;
    let micros = i64::from(date(day)?.0) * sql::time::DAY_US + nanos / 1_000;
    let nanos = u16::try_from(nanos % 1_000).expect("a remainder of 1000");
    Some((Timestamp { micros, nanos }, precision))
}

/// `HH:mm:ss[.fraction]` as nanoseconds, and the number of fraction digits.
fn nanos_of_day(text: &str) -> Option<(i64, u8)> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.splitn(3, ':').map(digits);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    if hour > 23 || minute > 59 || second > 59 || fraction.len() > 9 {
        return None;
    }
    let fraction_nanos = if fraction.is_empty() {
        0
    } else {
        digits(&format!("{fraction:0<9}"))?
    };
    let seconds = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
    let precision = u8::try_from(fraction.len()).expect("at most nine digits");
    Some((seconds * 1_000_000_000 + i64::from(fraction_nanos), precision))
}

/// An unsigned number of digits only.
pub(super) fn digits(text: &str) -> Option<i32> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_calcites_types() {
        let cases = [
            ("2147483647", "INT"),
            ("2147483648", "BIGINT"),
            ("9223372036854775808", "DECIMAL(19, 0)"),
            ("1.5", "DECIMAL(2, 1)"),
            ("0.05", "DECIMAL(3, 2)"),
            (".5", "DECIMAL(1, 1)"),
            ("1.5E0", "DOUBLE"),
        ];
        for (text, expected) in cases {
            assert_eq!(number(text).expect("a number").0.to_string(), expected, "{text}");
        }
        assert_eq!(number(&"9".repeat(39)), None);
    }

    #[test]
    fn dates_and_times() {
        let days = [
            ("1970-01-01", Some(0)),
            ("2020-02-29", Some(18_321)),
            ("1969-12-31", Some(-1)),
            ("0001-01-01", Some(-719_162)),
            ("2021-02-29", None),
            ("2021-13-01", None),
            ("x", None),
        ];
        for (text, expected) in days {
            assert_eq!(date(text), expected.map(Date), "{text}");
        }
        let at = timestamp("1970-01-02 00:00:01.123456789");
        assert_eq!(
            at,
            Some((
                Timestamp {
                    micros: 86_401_123_456,
                    nanos: 789
                },
                9
            ))
        );
        assert_eq!(time("10:11:12.5"), Some(Time(36_672_000)));
        assert_eq!(time("24:00:00"), None);
    }
}
