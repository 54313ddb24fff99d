//! Values from text, as CAST reads them. White space around a value is ignored.
//!
//! In: text. Out: the value or [`SqlError::Cast`]. Formats that decode records use the same functions.

use super::failed;
use crate::decimal::{Decimal, ParseDecimal};
use crate::error::SqlError;
use crate::session::Session;
use crate::time::calendar::{Civil, days_in_month};
use crate::time::{Date, Time, Timestamp, zone};

/// TRUE, T, YES, Y, 1 and their opposites, in any case.
pub fn boolean(text: &str) -> Result<bool, SqlError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "0" => Ok(false),
        _ => Err(failed(text, "BOOLEAN")),
    }
}

/// An integer; digits after a point are cut off.
fn integer(text: &str) -> Option<i64> {
    let (whole, fraction) = match text.trim().split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (text.trim(), ""),
    };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match whole {
        "" | "+" | "-" if !fraction.is_empty() => Some(0),
        _ => whole.parse().ok(),
    }
}

pub fn tinyint(text: &str) -> Result<i8, SqlError> {
    integer(text)
        .and_then(|v| v.try_into().ok())
        .ok_or_else(|| failed(text, "TINYINT"))
}

pub fn smallint(text: &str) -> Result<i16, SqlError> {
    integer(text)
        .and_then(|v| v.try_into().ok())
        .ok_or_else(|| failed(text, "SMALLINT"))
}

pub fn int(text: &str) -> Result<i32, SqlError> {
    integer(text)
        .and_then(|v| v.try_into().ok())
        .ok_or_else(|| failed(text, "INT"))
}

pub fn bigint(text: &str) -> Result<i64, SqlError> {
    integer(text).ok_or_else(|| failed(text, "BIGINT"))
}

/// What Java's `Double.parseDouble` reads, without hexadecimal: `1.5`, `1e3`, `2f`, `NaN`, `-Infinity`.
fn java_float(text: &str) -> Option<&str> {
    let trimmed = text.trim();
    let magnitude = trimmed.trim_start_matches(['+', '-']);
    if matches!(magnitude, "NaN" | "Infinity") {
        return (trimmed.len() - magnitude.len() <= 1).then_some(trimmed);
    }
    let number = trimmed.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(trimmed);
    let plain = number
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    plain.then_some(number)
}

pub fn float(text: &str) -> Result<f32, SqlError> {
    java_float(text)
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| failed(text, "FLOAT"))
}

pub fn double(text: &str) -> Result<f64, SqlError> {
    java_float(text)
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| failed(text, "DOUBLE"))
}

/// Rounded half up; NULL when the number has too many digits.
pub fn decimal(text: &str, precision: u8, scale: u8) -> Result<Option<Decimal>, SqlError> {
    match Decimal::parse(text.trim(), precision, scale) {
        ParseDecimal::Value(value) => Ok(Some(value)),
        ParseDecimal::Overflow => Ok(None),
        ParseDecimal::Invalid => Err(failed(text, &format!("DECIMAL({precision}, {scale})"))),
    }
}

/// A number of `min` to `max` digits at the start of `text`, and the rest.
fn digits(text: &str, min: usize, max: usize) -> Option<(u32, &str)> {
    let count = text.bytes().take(max).take_while(u8::is_ascii_digit).count();
    if count < min {
        return None;
    }
    let (number, rest) = text.split_at(count);
    Some((number.parse().ok()?, rest))
}

/// `y[-m[-d]]` of digits, with what follows a space ignored.
fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    let text = text.split_once(' ').map_or(text, |(date, _)| date);
    let mut parts = text.splitn(3, '-').map(|part| {
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| is_number)
    });
    let year = parts.next()??;
    let month = parts.next().unwrap_or(Some(1))?;
    let day = parts.next().unwrap_or(Some(1))?;
    if year > 9_999 || !(1..=12).contains(&month) {
        return None;
    }
    let last = days_in_month(year as i32, month as u8);
    let valid = (1..=u32::from(last)).contains(&day);
    valid.then(|| Civil::new(year as i32, month as u8, day as u8).date())
}

pub fn date(text: &str) -> Result<Date, SqlError> {
    parse_date(text).ok_or_else(|| failed(text, "DATE"))
}

/// The fraction of a second as nanoseconds, from at least one digit; more than nine are cut off.
fn nanos(text: &str) -> Option<(i64, &str)> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, rest) = text.split_at(count);
    let kept = &fraction[..count.min(9)];
    let value: i64 = kept.parse().ok()?;
    Some((value * 10i64.pow(9 - kept.len() as u32), rest))
}

/// `h[:m[:s[.fraction]]]` and what follows: nanoseconds of the day.
fn clock(text: &str) -> Option<(i64, &str)> {
    let (hour, mut rest) = digits(text, 1, 2)?;
    let (mut minute, mut second, mut fraction) = (0, 0, 0);
    if let Some(after) = rest.strip_prefix(':') {
        (minute, rest) = digits(after, 1, 2)?;
        if let Some(after) = rest.strip_prefix(':') {
            (second, rest) = digits(after, 1, 2)?;
            if let Some(after) = rest.strip_prefix('.') {
                (fraction, rest) = nanos(after)?;
            }
        }
    }
    let valid = hour < 24 && minute < 60 && second < 60;
    let seconds = i64::from(hour * 3_600 + minute * 60 + second);
    valid.then_some((seconds * 1_000_000_000 + fraction, rest))
}

pub fn time(text: &str, precision: u8) -> Result<Time, SqlError> {
    match clock(text.trim()) {
        Some((nanos, "")) => Ok(super::temporal::time_to_time(
            Time((nanos / 1_000_000) as i32),
            precision,
        )),
        _ => Err(failed(text, "TIME")),
    }
}

/// `yyyy-m-d` and what follows; days past the end of the month become its last.
fn year_month_day(text: &str) -> Option<(Date, &str)> {
    let (year, rest) = digits(text, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let last = days_in_month(year as i32, month as u8);
    let date = Civil::new(year as i32, month as u8, (day as u8).min(last)).date();
    Some((date, rest))
}

/// A date and time between which `separators` may stand; what follows is returned.
fn date_and_time<'t>(text: &'t str, separators: &[char]) -> Option<(Timestamp, &'t str)> {
    let (day, rest) = year_month_day(text)?;
    let Some(after) = rest.strip_prefix(separators) else {
        return Some((Timestamp::of_day(day, 0), rest));
    };
    let colons = after.bytes().filter(|b| *b == b':').count();
    let (nanos, rest) = clock(after)?;
    (colons >= 1).then(|| (Timestamp::of_day(day, nanos), rest))
}

fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    // A clock without seconds is one for formats, but not for a cast.
    let has_seconds = !text.contains(' ') || text.bytes().filter(|byte| *byte == b':').count() >= 2;
    match date_and_time(text, &[' ']) {
        Some((timestamp, "")) if has_seconds => Some(timestamp),
        _ => None,
    }
}

/// What `java.sql.Timestamp.valueOf` and `java.sql.Date.valueOf` read: `yyyy-m-d` with or without `h:m:s[.fraction]`.
/// Parts of the clock and days that the month does not have go on into the next.
pub fn sql_timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let (date, time) = match text.split_once(' ') {
        Some((date, time)) => (date, Some(time.trim())),
        None => (text, None),
    };
    let (year, rest) = digits(date, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    if !rest.is_empty() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let first = Civil::new(year as i32, month as u8, 1).date();
    let date = Date(first.0 + day as i32 - 1);
    time.map_or(Some(0), sql_clock)
        .map(|nanos| Timestamp::of_day(date, nanos))
}

/// `h:m:s[.fraction]` as nanoseconds, at most a day.
fn sql_clock(text: &str) -> Option<i64> {
    let (hour, rest) = digits(text, 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 1, 2)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 1, 2)?;
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after) => nanos(after)?,
        None => (0, rest),
    };
    let seconds = i64::from(hour * 3_600 + minute * 60 + second);
    rest.is_empty().then_some(seconds * 1_000_000_000 + fraction)
}

/// `yyyy-m-d[ h:m:s[.fraction]]`; digits beyond the precision are cut off.
pub fn timestamp(text: &str, precision: u8) -> Result<Timestamp, SqlError> {
    parse_timestamp(text)
        .map(|t| t.truncate(precision))
        .ok_or_else(|| failed(text, &format!("TIMESTAMP({precision})")))
}

/// The same text as wall-clock time in the session's zone.
pub fn timestamp_ltz(session: &Session, text: &str, precision: u8) -> Result<Timestamp, SqlError> {
    parse_timestamp(text)
        .map(|local| zone::instant(&session.time_zone, local).truncate(precision))
        .ok_or_else(|| failed(text, &format!("TIMESTAMP_LTZ({precision})")))
}

/// How JSON and CSV write timestamps (`timestamp-format.standard`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampStandard {
    /// `2020-12-30 12:13:14.123`, LTZ with `Z` at the end.
    Sql,
    /// `2020-12-30T12:13:14.123`, LTZ with `Z` at the end.
    Iso8601,
}

impl TimestampStandard {
    fn separator(self) -> char {
        match self {
            TimestampStandard::Sql => ' ',
            TimestampStandard::Iso8601 => 'T',
        }
    }

    /// Reads a TIMESTAMP of a record.
    pub fn timestamp(self, text: &str, precision: u8) -> Option<Timestamp> {
        match date_and_time(text, &[self.separator()])? {
            (timestamp, "") if text.len() > 10 => Some(timestamp.truncate(precision)),
            _ => None,
        }
    }

    /// Reads a TIMESTAMP_LTZ of a record, which ends with `Z`.
    pub fn timestamp_ltz(self, text: &str, precision: u8) -> Option<Timestamp> {
        self.timestamp(text.strip_suffix('Z')?, precision)
    }

    /// Writes a TIMESTAMP into a record: the fraction's zeros at the end are dropped.
    pub fn write(self, timestamp: Timestamp) -> String {
        super::to_text::date_and_clock(timestamp, self.separator())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let ints = [
            (" 123 ", Some(123)),
            ("1.234", Some(1)),
            ("-1.9", Some(-1)),
            ("+7", Some(7)),
            (".5", Some(0)),
            ("2147483648", None),
            ("1e3", None),
            ("foo", None),
            ("", None),
            ("1.x", None),
        ];
        for (text, expected) in ints {
            assert_eq!(int(text).ok(), expected, "{text:?}");
        }
        assert_eq!(tinyint("128").ok(), None);
        assert_eq!(bigint("-9223372036854775808"), Ok(i64::MIN));
        for (text, expected) in [
            ("1.5", Some(1.5)),
            (" -2e3 ", Some(-2e3)),
            ("4d", Some(4.0)),
            ("inf", None),
        ] {
            assert_eq!(double(text).ok(), expected, "{text:?}");
        }
        assert_eq!(float("-Infinity"), Ok(f32::NEG_INFINITY));
        assert_eq!(decimal("123", 2, 0), Ok(None));
        assert_eq!(decimal(" 1.005 ", 5, 2), Ok(Some(Decimal::new(101, 2))));
        assert!(decimal("foo", 2, 0).is_err());
    }

    #[test]
    fn booleans() {
        for (text, expected) in [
            ("true", Some(true)),
            ("F", Some(false)),
            (" No", Some(false)),
            ("foo", None),
        ] {
            assert_eq!(boolean(text).ok(), expected, "{text:?}");
        }
    }

    #[test]
    fn dates_and_times() {
        let dates = [
            ("1970-01-02", Some(1)),
            ("1970-1-2", Some(1)),
            ("1971", Some(365)),
            ("1970-02", Some(31)),
            ("1970-01-02 10:11:12", Some(1)),
            ("1970-13-01", None),
            ("1970-01-02x", None),
            ("1970-02-29", None),
            ("1972-02-29", Some(789)),
            ("1970-04-31", None),
            ("+1970", None),
            ("1970- 1-2", None),
        ];
        for (text, expected) in dates {
            assert_eq!(date(text).ok(), expected.map(Date), "{text}");
        }
        let times = [
            ("10:20:45", 3, Some(37_245_000)),
            ("2:5", 3, Some(7_500_000)),
            ("23:59:59.9999", 3, Some(86_399_999)),
            ("00:00:01.567", 1, Some(1_500)),
            ("24:00:00", 3, None),
            ("10:20:", 3, None),
        ];
        for (text, precision, expected) in times {
            assert_eq!(time(text, precision).ok(), expected.map(Time), "{text}");
        }
    }

    #[test]
    fn timestamps() {
        let cases = [
            ("1970-01-01 00:00:00.123456789", 9, Some((123_456, 789))),
            ("1970-01-01 00:00:00.123456789", 3, Some((123_000, 0))),
            ("1970-1-1 0:0:1", 6, Some((1_000_000, 0))),
            ("1970-01-02", 3, Some((86_400_000_000, 0))),
            ("1970-01-01T00:00:01", 3, None),
            ("1970-01-01 00:00:01Z", 3, None),
            ("1970-01-01 7", 3, None),
            ("abc", 3, None),
        ];
        for (text, precision, expected) in cases {
            let expected = expected.map(|(micros, nanos)| Timestamp { micros, nanos });
            assert_eq!(timestamp(text, precision).ok(), expected, "{text}");
        }
        let leap = timestamp("2021-02-31 00:00:00", 0).expect("clamped");
        assert_eq!(leap.split_day().0.civil(), Civil::new(2021, 2, 28));
        let session = Session::new(zone::named("Asia/Shanghai").expect("known zone"));
        let instant = timestamp_ltz(&session, "1970-01-01 08:00:01", 3);
        assert_eq!(instant, Ok(Timestamp::from_millis(1_000)));
    }

    #[test]
    fn records_have_their_own_standards() {
        use TimestampStandard::{Iso8601, Sql};
        let second = Some(Timestamp::from_millis(1_500));
        assert_eq!(Sql.timestamp("1970-01-01 00:00:01.5", 3), second);
        assert_eq!(Iso8601.timestamp("1970-01-01T00:00:01.5", 3), second);
        assert_eq!(Iso8601.timestamp_ltz("1970-01-01T00:00:01.5Z", 3), second);
        assert_eq!(Sql.timestamp("1970-01-01T00:00:01.5", 3), None);
        assert_eq!(Sql.timestamp_ltz("1970-01-01 00:00:01.5", 3), None);
        assert_eq!(Sql.timestamp("1970-01-01", 3), None);
        assert_eq!(
            Iso8601.write(Timestamp::from_millis(1_500)),
            "1970-01-01T00:00:01.5"
        );
        assert_eq!(Sql.write(Timestamp::EPOCH), "1970-01-01 00:00:00");
    }
}
