//! Dates and times in records: the SQL and ISO-8601 forms of Flink's formats, read and written byte by byte.
//!
//! Texts come in and `Date`, `Time`, `Timestamp` go out, or the other way round. All points are UTC wall
//! clock; no time zone is consulted.

use sql::{Date, Time, Timestamp};

const DAY_US: i64 = 86_400_000_000;

/// How a format writes timestamps (`timestamp-format.standard`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampStandard {
    /// `2020-01-31 10:11:12.345`
    Sql,
    /// `2020-01-31T10:11:12.345`
    Iso8601,
}

/// Days since the epoch of a civil date.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a day since the epoch.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Value of exactly `bytes.len()` digits.
fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0i64, |value, c| {
        c.is_ascii_digit().then(|| value * 10 + i64::from(c - b'0'))
    })
}

/// `yyyy-MM-dd` to days. `clamp`: a day behind the end of the month (up to 31) is cut to it, as java.time's
/// smart resolution does; else it is an error.
fn civil(text: &[u8], clamp: bool) -> Option<i64> {
    let (sign, body) = match text.first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let year_digits = body.len().checked_sub(6)?;
    // Four digits without a sign (or a minus); longer years only with a sign.
    let has_sign = body.len() != text.len();
    let fits = year_digits == 4 && text[0] != b'+' || has_sign && (5..=9).contains(&year_digits);
    if !fits || body[year_digits] != b'-' || body[year_digits + 3] != b'-' {
        return None;
    }
    let year = sign * digits(&body[..year_digits])?;
    let month = digits(&body[year_digits + 1..year_digits + 3])?;
    let day = digits(&body[year_digits + 4..])?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let last = days_in_month(year, month);
    if day > last && !clamp {
        return None;
    }
    Some(days_from_civil(year, month, day.min(last)))
}

/// `HH:mm[:ss[.fraction]]` to nanoseconds of the day; seconds may be left out only if `seconds_optional`.
fn clock(text: &[u8], seconds_optional: bool) -> Option<i64> {
    if text.len() < 5 || text[2] != b':' {
        return None;
    }
    let (hour, minute) = (digits(&text[..2])?, digits(&text[3..5])?);
    let mut second = 0;
    let mut nanos = 0;
    match text.len() {
        5 if seconds_optional => {}
        8.. if text[5] == b':' => {
            second = digits(&text[6..8])?;
            nanos = fraction(&text[8..])?;
        }
        _ => return None,
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(((hour * 60 + minute) * 60 + second) * 1_000_000_000 + nanos)
}

/// Empty, or `.` and up to nine digits, as nanoseconds.
fn fraction(text: &[u8]) -> Option<i64> {
    let Some((point, rest)) = text.split_first() else {
        return Some(0);
    };
    if *point != b'.' || rest.is_empty() || rest.len() > 9 {
        return None;
    }
    Some(digits(rest)? * 10i64.pow(9 - rest.len() as u32))
}

/// `yyyy-MM-dd`, days behind the end of the month refused.
pub fn parse_date(text: &str) -> Option<Date> {
    civil(text.as_bytes(), false)?.try_into().ok().map(Date)
}

/// `java.sql.Date.valueOf`: month and day may have one digit, a day up to 31 rolls into the next month.
pub fn parse_date_lenient(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || !matches!((month.len(), day.len()), (1..=2, 1..=2)) {
        return None;
    }
    let (year, month) = (digits(year.as_bytes())?, digits(month.as_bytes())?);
    let day = digits(day.as_bytes())?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    days_from_civil(year, month, day).try_into().ok().map(Date)
}

/// `HH:mm:ss[.fraction]`, cut to milliseconds.
pub fn parse_time(text: &str) -> Option<Time> {
    clock(text.as_bytes(), false).map(|nanos| Time((nanos / 1_000_000) as i32))
}

/// ISO time: the seconds may be missing.
pub fn parse_time_iso(text: &str) -> Option<Time> {
    clock(text.as_bytes(), true).map(|nanos| Time((nanos / 1_000_000) as i32))
}

/// A timestamp without time zone in the given standard.
pub fn parse_timestamp(text: &str, standard: TimestampStandard) -> Option<Timestamp> {
    let iso = standard == TimestampStandard::Iso8601;
    let separators: &[u8] = if iso { b"Tt" } else { b" " };
    timestamp(text.as_bytes(), separators, iso, !iso)
}

/// An instant: as [`parse_timestamp`] with a `Z` behind it.
pub fn parse_timestamp_ltz(text: &str, standard: TimestampStandard) -> Option<Timestamp> {
    let iso = standard == TimestampStandard::Iso8601;
    let separators: &[u8] = if iso { b"T" } else { b" " };
    timestamp(text.strip_suffix('Z')?.as_bytes(), separators, iso, true)
}

fn timestamp(text: &[u8], separators: &[u8], seconds_optional: bool, clamp: bool) -> Option<Timestamp> {
    let at = text.iter().position(|c| separators.contains(c))?;
    let days = civil(&text[..at], clamp)?;
    let nanos = clock(&text[at + 1..], seconds_optional)?;
    Some(Timestamp {
        micros: days.checked_mul(DAY_US)?.checked_add(nanos / 1_000)?,
        nanos: (nanos % 1_000) as u16,
    })
}

fn push_padded(value: i64, width: usize, output: &mut Vec<u8>) {
    let start = output.len();
    output.resize(start + width, b'0');
    let mut rest = value;
    for place in output[start..].iter_mut().rev() {
        *place = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// `yyyy-MM-dd`; years beyond 9999 with a plus, before 0 with a minus.
pub fn write_date(date: Date, output: &mut Vec<u8>) {
    write_days(i64::from(date.0), output);
}

fn write_days(days: i64, output: &mut Vec<u8>) {
    let (year, month, day) = civil_from_days(days);
    if year < 0 {
        output.push(b'-');
    } else if year > 9999 {
        output.push(b'+');
    }
    let width = year.unsigned_abs().max(1).ilog10() as usize + 1;
    push_padded(year.abs(), width.max(4), output);
    output.push(b'-');
    push_padded(month, 2, output);
    output.push(b'-');
    push_padded(day, 2, output);
}

/// How many fraction digits are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fraction {
    /// As few as the value needs.
    Shortest,
    /// Groups of three, as `LocalDateTime.toString` has them.
    Groups,
}

fn write_clock(nanos_of_day: i64, fraction: Fraction, omit_zero_seconds: bool, output: &mut Vec<u8>) {
    let (seconds, nanos) = (nanos_of_day / 1_000_000_000, nanos_of_day % 1_000_000_000);
    push_padded(seconds / 3_600, 2, output);
    output.push(b':');
    push_padded(seconds / 60 % 60, 2, output);
    if omit_zero_seconds && seconds % 60 == 0 && nanos == 0 {
        return;
    }
    output.push(b':');
    push_padded(seconds % 60, 2, output);
    if nanos == 0 {
        return;
    }
    output.push(b'.');
    let start = output.len();
    push_padded(nanos, 9, output);
    let zeros = output[start..].iter().rev().take_while(|c| **c == b'0').count();
    let cut = match fraction {
        Fraction::Shortest => zeros,
        Fraction::Groups => zeros / 3 * 3,
    };
    output.truncate(output.len() - cut);
}

fn write_point(value: Timestamp, separator: u8, fraction: Fraction, omit: bool, output: &mut Vec<u8>) {
    write_days(value.micros.div_euclid(DAY_US), output);
    output.push(separator);
    let nanos = value.micros.rem_euclid(DAY_US) * 1_000 + i64::from(value.nanos);
    write_clock(nanos, fraction, omit, output);
}

/// `HH:mm:ss[.fraction]`.
pub fn write_time(time: Time, output: &mut Vec<u8>) {
    write_clock(i64::from(time.0) * 1_000_000, Fraction::Shortest, false, output);
}

/// A timestamp in the given standard; an instant's `Z` is the caller's.
pub fn write_timestamp(value: Timestamp, standard: TimestampStandard, output: &mut Vec<u8>) {
    let separator = match standard {
        TimestampStandard::Sql => b' ',
        TimestampStandard::Iso8601 => b'T',
    };
    write_point(value, separator, Fraction::Shortest, false, output);
}

/// `LocalTime.toString`.
pub fn write_java_time(time: Time, output: &mut Vec<u8>) {
    write_clock(i64::from(time.0) * 1_000_000, Fraction::Groups, true, output);
}

/// `LocalDateTime.toString`: `2020-01-31T10:11`.
pub fn write_java_local(value: Timestamp, output: &mut Vec<u8>) {
    write_point(value, b'T', Fraction::Groups, true, output);
}

/// `Instant.toString`: `2020-01-31T10:11:00Z`.
pub fn write_java_instant(value: Timestamp, output: &mut Vec<u8>) {
    write_point(value, b'T', Fraction::Groups, false, output);
    output.push(b'Z');
}

#[cfg(test)]
mod tests {
    use super::TimestampStandard::{Iso8601, Sql};
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut output = Vec::new();
        write(&mut output);
        String::from_utf8(output).expect("ASCII")
    }

    #[test]
    fn civil_round_trip() {
        for days in (-800_000..800_000).step_by(37) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
        assert_eq!(civil_from_days(0), (1970, 1, 1));
        assert_eq!(text(|o| write_date(Date(18_262), o)), "2020-01-01");
    }

    #[test]
    fn timestamps_both_ways() {
        for (input, standard, output) in [
            ("2020-01-01 00:00:00", Sql, Some("2020-01-01 00:00:00")),
            ("2020-01-01 00:00:00.120", Sql, Some("2020-01-01 00:00:00.12")),
            (
                "1969-12-31 23:59:59.999999999",
                Sql,
                Some("1969-12-31 23:59:59.999999999"),
            ),
            ("2021-02-30 00:00:00", Sql, Some("2021-02-28 00:00:00")),
            ("2020-01-01 00:00", Sql, None),
            ("2020-01-01T00:00:00", Sql, None),
            ("2020-01-01 24:00:00", Sql, None),
            ("2020-13-01 00:00:00", Sql, None),
            ("2020-01-01 00:00:00.", Sql, None),
            ("2020-1-1 00:00:00", Sql, None),
            ("2020-01-01T10:11", Iso8601, Some("2020-01-01T10:11:00")),
            ("2021-02-30T00:00:00", Iso8601, None),
            ("", Iso8601, None),
        ] {
            let parsed = parse_timestamp(input, standard);
            let written = parsed.map(|v| text(|o| write_timestamp(v, standard, o)));
            assert_eq!(written.as_deref(), output, "{input}");
        }
        assert_eq!(parse_timestamp_ltz("2020-01-01 00:00:00", Sql), None);
        assert_eq!(
            parse_timestamp_ltz("1970-01-01 00:00:01Z", Sql),
            Some(Timestamp::from_millis(1_000))
        );
    }

    #[test]
    fn dates_and_times() {
        assert_eq!(parse_date("2021-02-30"), None);
        assert_eq!(parse_date("1970-01-02"), Some(Date(1)));
        assert_eq!(parse_date_lenient("1970-1-2"), Some(Date(1)));
        assert_eq!(parse_date_lenient("1970-2-31"), Some(Date(61)));
        assert_eq!(parse_time("00:00:01.2345"), Some(Time(1_234)));
        assert_eq!(parse_time("00:00"), None);
        assert_eq!(parse_time_iso("00:01"), Some(Time(60_000)));
    }

    #[test]
    fn java_forms() {
        let point = Timestamp::from_millis(1_600_000_000_000);
        assert_eq!(text(|o| write_java_local(point, o)), "2020-09-13T12:26:40");
        let minute = Timestamp::from_millis(0);
        assert_eq!(text(|o| write_java_local(minute, o)), "1970-01-01T00:00");
        assert_eq!(text(|o| write_java_instant(minute, o)), "1970-01-01T00:00:00Z");
        let tenth = Timestamp::from_millis(100);
        assert_eq!(text(|o| write_java_local(tenth, o)), "1970-01-01T00:00:00.100");
        assert_eq!(text(|o| write_java_time(Time(3_600_000), o)), "01:00");
    }
}
