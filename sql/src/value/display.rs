//! Values as Flink's print connector writes them: the `toString` of Java's classes.
//!
//! Unlike CAST to STRING: `true`, times in ISO 8601 without zero seconds, bytes as numbers, nested rows with `+I`.

use crate::decimal::Decimal;
use crate::function::cast::to_text;
use crate::time::{Date, Time, Timestamp};
use crate::types::{DataType, TypeKind};
use crate::value::Value;

/// The text of `value`, which is of type `ty`. TIMESTAMP_LTZ is written in UTC, with `Z`.
pub fn external_text(value: &Value, ty: &DataType) -> String {
    let mut out = String::new();
    write(&mut out, value, &ty.kind);
    out
}

fn write(out: &mut String, value: &Value, kind: &TypeKind) {
    match (value, kind) {
        (Value::Null, _) => out.push_str("null"),
        (Value::Array(parts), TypeKind::Array(element)) => {
            join(out, ("[", "]"), parts, |out, part| {
                write(out, part, &element.kind)
            });
        }
        (Value::Row(parts), TypeKind::Row(fields)) => {
            let mut fields = fields.iter();
            join(out, ("+I[", "]"), parts, |out, part| {
                let field = fields.next().expect("a row has a value per field");
                write(out, part, &field.ty.kind);
            });
        }
        (Value::Map(entries), TypeKind::Map(key, value)) => {
            write_entries(out, entries, &key.kind, &value.kind);
        }
        (Value::Map(entries), TypeKind::Multiset(element)) => {
            write_entries(out, entries, &element.kind, &TypeKind::Int);
        }
        (Value::Bytes(bytes), _) => {
            join(out, ("[", "]"), bytes, |out, byte| {
                out.push_str(&(*byte as i8).to_string())
            });
        }
        (Value::Timestamp(t), TypeKind::TimestampLtz { .. }) => out.push_str(&instant(*t)),
        _ => out.push_str(&scalar(value)),
    }
}

fn join<T>(
    out: &mut String,
    brackets: (&str, &str),
    parts: &[T],
    mut write_part: impl FnMut(&mut String, &T),
) {
    out.push_str(brackets.0);
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_part(out, part);
    }
    out.push_str(brackets.1);
}

fn write_entries(out: &mut String, entries: &[(Value, Value)], key: &TypeKind, value: &TypeKind) {
    join(out, ("{", "}"), entries, |out, entry| {
        write(out, &entry.0, key);
        out.push('=');
        write(out, &entry.1, value);
    });
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Boolean(v) => v.to_string(),
        Value::TinyInt(v) => v.to_string(),
        Value::SmallInt(v) => v.to_string(),
        Value::Int(v) => v.to_string(),
        Value::BigInt(v) => v.to_string(),
        Value::Float(v) => to_text::float(*v),
        Value::Double(v) => to_text::double(*v),
        Value::Decimal(v) => decimal(*v),
        Value::Text(v) => v.clone(),
        Value::Date(v) => to_text::date(*v),
        Value::Time(v) => local_time(*v),
        Value::Timestamp(v) => local_date_time(*v),
        Value::Months(v) => period(*v),
        Value::Millis(v) => duration(*v),
        nested => unreachable!("{nested:?} is written by its parts"),
    }
}

/// Java's `BigDecimal.toString`: an exponent when there are more than six zeros after the point.
fn decimal(value: Decimal) -> String {
    let digits = value.unscaled.unsigned_abs().to_string();
    let exponent = digits.len() as i32 - 1 - i32::from(value.scale);
    if exponent >= -6 {
        return value.to_string();
    }
    let sign = if value.unscaled < 0 { "-" } else { "" };
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}E{exponent}")
}

/// Nanoseconds of a second as three, six or nine digits, or none when they are zero.
fn fraction(nanos: i64) -> String {
    match nanos {
        0 => String::new(),
        n if n % 1_000_000 == 0 => format!(".{:03}", n / 1_000_000),
        n if n % 1_000 == 0 => format!(".{:06}", n / 1_000),
        n => format!(".{n:09}"),
    }
}

fn clock(nanos_of_day: i64, always_seconds: bool) -> String {
    let (seconds, nanos) = (nanos_of_day / 1_000_000_000, nanos_of_day % 1_000_000_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if second == 0 && nanos == 0 && !always_seconds {
        return format!("{hour:02}:{minute:02}");
    }
    format!("{hour:02}:{minute:02}:{second:02}{}", fraction(nanos))
}

fn local_time(value: Time) -> String {
    clock(i64::from(value.0) * 1_000_000, false)
}

fn local_date_time(value: Timestamp) -> String {
    let (day, nanos) = value.split_day();
    format!("{}T{}", date_text(day), clock(nanos, false))
}

fn instant(value: Timestamp) -> String {
    let (day, nanos) = value.split_day();
    format!("{}T{}Z", date_text(day), clock(nanos, true))
}

fn date_text(day: Date) -> String {
    to_text::date(day)
}

/// Java's `Period`: `P1Y2M`.
fn period(months: i32) -> String {
    let (years, rest) = (months / 12, months % 12);
    match (years, rest) {
        (0, 0) => "P0D".to_owned(),
        (0, m) => format!("P{m}M"),
        (y, 0) => format!("P{y}Y"),
        (y, m) => format!("P{y}Y{m}M"),
    }
}

/// Java's `Duration`: `PT26H3M4.005S`.
fn duration(millis: i64) -> String {
    if millis == 0 {
        return "PT0S".to_owned();
    }
    let mut out = String::from("PT");
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    if hours != 0 {
        out.push_str(&format!("{hours}H"));
    }
    if minutes != 0 {
        out.push_str(&format!("{minutes}M"));
    }
    let rest = millis % 60_000;
    if rest != 0 {
        let sign = if rest < 0 { "-" } else { "" };
        let (seconds, fraction) = (rest.abs() / 1_000, rest.abs() % 1_000);
        let digits = format!(".{fraction:03}");
        let digits = if fraction == 0 {
            ""
        } else {
            digits.trim_end_matches('0')
        };
        out.push_str(&format!("{sign}{seconds}{digits}S"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Field;

    #[test]
    fn values_look_as_in_java() {
        let day = 18_545i64 * 86_400_000;
        let timestamp = |millis| Value::Timestamp(Timestamp::from_millis(millis));
        let cases = [
            (Value::Null, TypeKind::Int, "null"),
            (Value::Boolean(true), TypeKind::Boolean, "true"),
            (Value::Double(2.0), TypeKind::Double, "2.0"),
            (
                timestamp(day),
                TypeKind::Timestamp { precision: 3 },
                "2020-10-10T00:00",
            ),
            (
                timestamp(day + 1_120),
                TypeKind::Timestamp { precision: 3 },
                "2020-10-10T00:00:01.120",
            ),
            (
                timestamp(day),
                TypeKind::TimestampLtz { precision: 3 },
                "2020-10-10T00:00:00Z",
            ),
            (
                Value::Time(Time(3_600_000)),
                TypeKind::Time { precision: 0 },
                "01:00",
            ),
            (Value::Bytes(vec![1, 255]), TypeKind::BYTES, "[1, -1]"),
            (
                Value::Decimal(Decimal::new(0, 8)),
                TypeKind::Decimal {
                    precision: 10,
                    scale: 8,
                },
                "0E-8",
            ),
            (
                Value::Decimal(Decimal::new(-125, 2)),
                TypeKind::Decimal {
                    precision: 10,
                    scale: 2,
                },
                "-1.25",
            ),
            (Value::Months(14), TypeKind::IntervalYearMonth, "P1Y2M"),
            (
                Value::Millis(93_784_005),
                TypeKind::IntervalDayTime,
                "PT26H3M4.005S",
            ),
            (Value::Millis(-1_500), TypeKind::IntervalDayTime, "PT-1.5S"),
        ];
        for (value, kind, expected) in cases {
            assert_eq!(external_text(&value, &DataType::nullable(kind)), expected);
        }
    }

    #[test]
    fn nested_rows_show_their_kind() {
        let string = DataType::string();
        let map = TypeKind::Map(
            Box::new(string.clone()),
            Box::new(DataType::nullable(TypeKind::Int)),
        );
        let field = |ty| Field { name: "f".into(), ty };
        let row = TypeKind::Row(vec![field(string), field(DataType::nullable(map))]);
        let value = Value::Row(vec![
            Value::Text("a".into()),
            Value::Map(vec![(Value::Text("k".into()), Value::Null)]),
        ]);
        assert_eq!(external_text(&value, &DataType::nullable(row)), "+I[a, {k=null}]");
    }
}
