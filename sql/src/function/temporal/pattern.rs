//! Java's date patterns: `yyyy-MM-dd HH:mm:ss.SSS`, with quoted text and `[optional]` parts.
//!
//! In: a pattern and a wall-clock time, or a pattern and text. Out: text, or the time. A letter that is no field of a
//! date or clock is an error in every use, as in Java.

use std::fmt::Write as _;

use crate::error::SqlError;
use crate::time::calendar::{Civil, days_in_month};
use crate::time::{Date, Timestamp};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// One element of a pattern.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    /// A letter and how often it stands.
    Field(char, usize),
    Text(String),
    OptionalStart,
    OptionalEnd,
}

fn unknown(letter: char) -> SqlError {
    SqlError::Argument {
        function: "date pattern",
        message: format!("unknown pattern letter: {letter}"),
    }
}

fn without_zone(letter: char) -> SqlError {
    SqlError::Argument {
        function: "date pattern",
        message: format!("pattern letter {letter} shows a zone, and the time has none"),
    }
}

fn split(pattern: &str) -> Result<Vec<Part>, SqlError> {
    let mut parts = Vec::new();
    let mut rest = pattern.chars().peekable();
    let push_text = |parts: &mut Vec<Part>, c: char| match parts.last_mut() {
        Some(Part::Text(text)) => text.push(c),
        _ => parts.push(Part::Text(c.to_string())),
    };
    while let Some(c) = rest.next() {
        match c {
            '[' => parts.push(Part::OptionalStart),
            ']' => parts.push(Part::OptionalEnd),
            '\'' if rest.peek() == Some(&'\'') => {
                rest.next();
                push_text(&mut parts, '\'');
            }
            '\'' => quoted(&mut rest, |c| push_text(&mut parts, c))?,
            letter if letter.is_ascii_alphabetic() => {
                let mut count = 1;
                while rest.next_if_eq(&letter).is_some() {
                    count += 1;
                }
                if !"GyuYMLdDHhKkmsSnNAaEecFQqwWXxZ".contains(letter) {
                    return Err(unknown(letter));
                }
                parts.push(Part::Field(letter, count));
            }
            other => push_text(&mut parts, other),
        }
    }
    Ok(parts)
}

/// The text up to the closing quote; two quotes are one of the text.
fn quoted(
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    mut push: impl FnMut(char),
) -> Result<(), SqlError> {
    while let Some(c) = rest.next() {
        if c != '\'' {
            push(c);
        } else if rest.next_if_eq(&'\'').is_some() {
            push('\'');
        } else {
            return Ok(());
        }
    }
    Err(SqlError::Argument {
        function: "date pattern",
        message: "a quoted text has no end".to_owned(),
    })
}

/// The time in the form of `pattern`; `offset_seconds` is what the zone letters show, which are an error without.
pub fn format(pattern: &str, value: Timestamp, offset_seconds: Option<i64>) -> Result<String, SqlError> {
    let (day, nanos) = value.split_day();
    let mut out = String::with_capacity(pattern.len() + 8);
    for part in split(pattern)? {
        match part {
            Part::Field(letter @ ('X' | 'x' | 'Z'), count) => {
                let offset_seconds = offset_seconds.ok_or_else(|| without_zone(letter))?;
                write_offset(&mut out, letter, count, offset_seconds);
            }
            Part::Field(letter, count) => write_field(&mut out, letter, count, (day, nanos)),
            Part::Text(text) => out.push_str(&text),
            Part::OptionalStart | Part::OptionalEnd => {}
        }
    }
    Ok(out)
}

fn write_field(out: &mut String, letter: char, count: usize, at: (Date, i64)) {
    let (day, nanos) = at;
    let civil = day.civil();
    let seconds = nanos / NANOS_PER_SECOND;
    let hour = seconds / 3_600;
    let mut number = |value: i64| write!(out, "{value:0count$}").expect("a string takes all text");
    match letter {
        'y' | 'u' if count == 2 => number(i64::from(civil.year).rem_euclid(100)),
        'y' | 'u' => number(civil.year.into()),
        'M' | 'L' if count >= 3 => out.push_str(name(MONTHS[usize::from(civil.month) - 1], count)),
        'M' | 'L' => number(civil.month.into()),
        'd' => number(civil.day.into()),
        'D' => number(day.day_of_year().into()),
        'G' => out.push_str(era(civil.year, count)),
        'Q' | 'q' => write_quarter(out, (civil.month - 1) / 3, count),
        'Y' if count == 2 => number(i64::from(day.sunday_week().0).rem_euclid(100)),
        'Y' => number(day.sunday_week().0.into()),
        'w' => number(day.sunday_week().1.into()),
        'W' => number(day.sunday_week_of_month().into()),
        'F' => number(i64::from((civil.day - 1) % 7 + 1)),
        'e' | 'c' if count <= 2 => number(i64::from(day.iso_day_of_week() % 7 + 1)),
        'E' | 'e' | 'c' => out.push_str(name(DAYS[usize::from(day.iso_day_of_week()) - 1], count)),
        'a' => out.push_str(if hour < 12 { "AM" } else { "PM" }),
        'H' => number(hour),
        'k' => number(if hour == 0 { 24 } else { hour }),
        'K' => number(hour % 12),
        'h' => number(if hour % 12 == 0 { 12 } else { hour % 12 }),
        'm' => number(seconds / 60 % 60),
        's' => number(seconds % 60),
        'n' => number(nanos % NANOS_PER_SECOND),
        'N' => number(nanos),
        'A' => number(nanos / 1_000_000),
        'S' => {
            let digits = format!("{:09}", nanos % NANOS_PER_SECOND);
            out.push_str(&digits[..count.min(9)]);
            out.extend(std::iter::repeat_n('0', count.saturating_sub(9)));
        }
        other => unreachable!("split lets no letter {other} through"),
    }
}

/// Three letters, the whole name, or its first letter.
fn name(full: &'static str, count: usize) -> &'static str {
    match count {
        4 => full,
        5.. => &full[..1],
        _ => &full[..3],
    }
}

fn era(year: i32, count: usize) -> &'static str {
    let [short, full, narrow] = match year > 0 {
        true => ["AD", "Anno Domini", "A"],
        false => ["BC", "Before Christ", "B"],
    };
    match count {
        4 => full,
        5.. => narrow,
        _ => short,
    }
}

/// The quarter, counted from 0: `1`, `01`, `Q1`, `1st quarter`.
fn write_quarter(out: &mut String, quarter: u8, count: usize) {
    const FULL: [&str; 4] = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"];
    let number = quarter + 1;
    match count {
        2 => write!(out, "0{number}"),
        3 => write!(out, "Q{number}"),
        4 => out.write_str(FULL[usize::from(quarter)]),
        _ => write!(out, "{number}"),
    }
    .expect("a string takes all text");
}

fn write_offset(out: &mut String, letter: char, count: usize, offset_seconds: i64) {
    if letter == 'X' && offset_seconds == 0 {
        out.push('Z');
        return;
    }
    let sign = if offset_seconds < 0 { '-' } else { '+' };
    let (hour, minute) = (offset_seconds.abs() / 3_600, offset_seconds.abs() / 60 % 60);
    let text = match (letter, count) {
        ('X' | 'x', 1) if minute == 0 => format!("{sign}{hour:02}"),
        ('X' | 'x', 1 | 2 | 4) | ('Z', 1..=3) => format!("{sign}{hour:02}{minute:02}"),
        _ => format!("{sign}{hour:02}:{minute:02}"),
    };
    out.push_str(&text);
}

/// How strictly text must follow a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `DateTimeFormatter`: every field has its number of digits and range, nothing follows.
    Strict,
    /// `SimpleDateFormat`: fewer digits will do, fields overflow into the next, what follows is ignored.
    Lenient,
}

/// The fields read so far; what a pattern does not name is 1970-01-01 00:00:00.
#[derive(Clone, Copy, Debug)]
struct Fields {
    year: i64,
    month: i64,
    day: i64,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: i64,
    afternoon: Option<bool>,
    offset_seconds: Option<i64>,
}

impl Fields {
    const EPOCH: Fields = Fields {
        year: 1970,
        month: 1,
        day: 1,
        day_of_year: None,
        hour: 0,
        minute: 0,
        second: 0,
        nanos: 0,
        afternoon: None,
        offset_seconds: None,
    };

    fn timestamp(mut self, mode: Mode) -> Option<Timestamp> {
        if let Some(afternoon) = self.afternoon {
            self.hour = self.hour % 12 + if afternoon { 12 } else { 0 };
        }
        if mode == Mode::Strict {
            let valid = (1..=12).contains(&self.month)
                && (1..=31).contains(&self.day)
                && (0..24).contains(&self.hour)
                && (0..60).contains(&self.minute)
                && (0..60).contains(&self.second);
            if !valid {
                return None;
            }
            // A day past the end of its month becomes the last.
            let last = days_in_month(self.year as i32, self.month as u8);
            self.day = self.day.min(last.into());
        }
        let first = Civil::new(self.year as i32, 1, 1);
        let date = match self.day_of_year {
            Some(day) => i64::from(first.date().0) + day - 1,
            None => i64::from(first.plus_months(self.month as i32 - 1).date().0) + self.day - 1,
        };
        let local = date * 86_400 + self.hour * 3_600 + self.minute * 60 + self.second;
        // Flink asks `DateTimeFormatter` for the wall-clock time alone.
        let seconds = match mode {
            Mode::Strict => local,
            Mode::Lenient => local - self.offset_seconds.unwrap_or(0),
        };
        Some(Timestamp {
            micros: seconds.checked_mul(1_000_000)? + self.nanos / 1_000,
            nanos: (self.nanos % 1_000) as u16,
        })
    }
}

/// What was read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    pub timestamp: Timestamp,
    /// The text named an offset, so the time is in UTC.
    pub in_utc: bool,
}

/// Reads `text` by `pattern`; `None` when it does not follow it.
pub fn parse(pattern: &str, text: &str, mode: Mode) -> Result<Option<Parsed>, SqlError> {
    let parts = split(pattern)?;
    let mut fields = Fields::EPOCH;
    let read = read_parts(&parts, text, mode, &mut fields);
    let complete = match (read, mode) {
        (Some(rest), Mode::Strict) => rest.is_empty(),
        (Some(_), Mode::Lenient) => true,
        (None, _) => false,
    };
    let parsed = complete
        .then(|| fields.timestamp(mode))
        .flatten()
        .map(|timestamp| Parsed {
            timestamp,
            in_utc: fields.offset_seconds.is_some(),
        });
    Ok(parsed)
}

/// The rest of the text after the parts, or `None` when it does not fit them.
fn read_parts<'t>(parts: &[Part], mut text: &'t str, mode: Mode, fields: &mut Fields) -> Option<&'t str> {
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        match part {
            Part::OptionalStart => {
                let end = closing(parts, at);
                let mut tried = *fields;
                if let Some(rest) = read_parts(&parts[at + 1..end], text, mode, &mut tried) {
                    (*fields, text) = (tried, rest);
                }
                at = end;
            }
            Part::OptionalEnd => {}
            Part::Text(expected) => text = text.strip_prefix(expected.as_str())?,
            Part::Field(letter, count) => {
                let adjacent = matches!(parts.get(at + 1), Some(Part::Field(..)));
                text = read_field(*letter, *count, adjacent, text, mode, fields)?;
            }
        }
        at += 1;
    }
    Some(text)
}

/// Where the optional part that starts at `start` ends.
fn closing(parts: &[Part], start: usize) -> usize {
    let mut depth = 0;
    for (at, part) in parts.iter().enumerate().skip(start) {
        match part {
            Part::OptionalStart => depth += 1,
            Part::OptionalEnd => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    parts.len()
}

fn read_field<'t>(
    letter: char,
    count: usize,
    adjacent: bool,
    text: &'t str,
    mode: Mode,
    fields: &mut Fields,
) -> Option<&'t str> {
    match letter {
        'M' | 'L' if count >= 3 => {
            let (index, rest) = read_name(&MONTHS, count, text)?;
            fields.month = index + 1;
            return Some(rest);
        }
        'E' => return read_name(&DAYS, count, text).map(|(_, rest)| rest),
        'a' => {
            let (index, rest) = read_name(&["AM", "PM"], 4, text)?;
            fields.afternoon = Some(index == 1);
            return Some(rest);
        }
        'X' | 'x' | 'Z' => {
            let (seconds, rest) = read_offset(text)?;
            fields.offset_seconds = Some(seconds);
            return Some(rest);
        }
        _ => {}
    }
    let width = match (mode, letter) {
        (_, _) if adjacent => count..=count,
        (Mode::Strict, 'S') => count..=count,
        (Mode::Strict, _) if count >= 2 => count..=count,
        _ => 1..=9,
    };
    let found = text
        .bytes()
        .take(*width.end())
        .take_while(u8::is_ascii_digit)
        .count();
    if !width.contains(&found) {
        return None;
    }
    let (digits, rest) = text.split_at(found);
    let number: i64 = digits.parse().ok()?;
    match letter {
        'y' | 'u' if count == 2 && found == 2 => fields.year = 2000 + number,
        'y' | 'u' => fields.year = number,
        'M' | 'L' => fields.month = number,
        'd' => fields.day = number,
        'D' => fields.day_of_year = Some(number),
        'H' => fields.hour = number,
        'k' => fields.hour = number % 24,
        'h' | 'K' => fields.hour = number % 12,
        'm' => fields.minute = number,
        's' => fields.second = number,
        'n' => fields.nanos = number,
        'A' => fields.nanos = number * 1_000_000,
        // In `SimpleDateFormat` S counts milliseconds; in `DateTimeFormatter` it is the fraction.
        'S' if mode == Mode::Lenient => fields.nanos = number * 1_000_000,
        'S' => fields.nanos = number * 10i64.pow(9 - found.min(9) as u32),
        // Quarters and weeks are checked as numbers and decide nothing.
        _ => {}
    }
    Some(rest)
}

fn read_name<'t>(names: &[&'static str], count: usize, text: &'t str) -> Option<(i64, &'t str)> {
    names.iter().enumerate().find_map(|(index, full)| {
        let wanted = name(full, count);
        let start = text.get(..wanted.len())?;
        start
            .eq_ignore_ascii_case(wanted)
            .then(|| (index as i64, &text[wanted.len()..]))
    })
}

/// `Z`, `+08`, `+0800` or `+08:00`.
fn read_offset(text: &str) -> Option<(i64, &str)> {
    if let Some(rest) = text.strip_prefix('Z') {
        return Some((0, rest));
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let two = |text: &str| -> Option<i64> {
        let digits = text.get(..2)?;
        digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| digits.parse().ok())?
    };
    let hours = two(&text[1..])?;
    let rest = &text[3..];
    let minutes_at = rest.strip_prefix(':').unwrap_or(rest);
    match two(minutes_at) {
        Some(minutes) => Some((sign * (hours * 3_600 + minutes * 60), &minutes_at[2..])),
        None => Some((sign * hours * 3_600, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::cast::to_text;

    #[test]
    fn times_are_formatted() {
        let t = Timestamp::of_day(
            Civil::new(2018, 3, 4).date(),
            (13 * 3_600 + 2 * 60 + 3) * NANOS_PER_SECOND + 123_456_789,
        );
        let cases = [
            ("yyyy/MM/dd HH:mm:ss", "2018/03/04 13:02:03"),
            ("yy-M-d h:m:s a", "18-3-4 1:2:3 PM"),
            ("HH:mm:ss.SSS", "13:02:03.123"),
            ("ss.SSSSSSSSS", "03.123456789"),
            ("EEE, d MMM yyyy", "Sun, 4 Mar 2018"),
            ("EEEE MMMM DDD", "Sunday March 063"),
            ("'at' HH''", "at 13'"),
            ("yyyy-MM-dd'T'HH:mm[:ss]XX", "2018-03-04T13:02:03+0800"),
            ("Z x xxxxx", "+0800 +08 +08:00"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(
                format(pattern, t, Some(28_800)).as_deref(),
                Ok(expected),
                "{pattern}"
            );
        }
        assert!(format("xx", t, None).is_err());
        assert!(format("yyyy-bb", t, None).is_err() && format("'open", t, None).is_err());
    }

    #[test]
    fn text_is_read() {
        use Mode::{Lenient, Strict};
        let cases = [
            (
                "yyyyMMddHH",
                "2000020210",
                Strict,
                Some("2000-02-02 10:00:00.000"),
            ),
            ("yyyy-MM-dd", "2000-2-2", Strict, None),
            ("yyyy-MM-dd", "2000-2-2", Lenient, Some("2000-02-02 00:00:00.000")),
            (
                "yyyy-MM-dd HH:mm:ss.SSS",
                "2000-02-02 01:02:03.004",
                Strict,
                Some("2000-02-02 01:02:03.004"),
            ),
            ("yyyy-MM-dd", "2000-02-02 rest", Strict, None),
            (
                "yyyy-MM-dd",
                "2000-02-02 rest",
                Lenient,
                Some("2000-02-02 00:00:00.000"),
            ),
            ("yyyy-MM-dd", "2001-13-01", Strict, None),
            (
                "yyyy-MM-dd",
                "2001-13-01",
                Lenient,
                Some("2002-01-01 00:00:00.000"),
            ),
            (
                "yyyy-MM-dd",
                "2001-02-31",
                Strict,
                Some("2001-02-28 00:00:00.000"),
            ),
            (
                "d MMM yy hh a",
                "5 feb 21 12 AM",
                Strict,
                Some("2021-02-05 00:00:00.000"),
            ),
            (
                "yyyy-MM-dd[ HH:mm]",
                "2001-02-03",
                Strict,
                Some("2001-02-03 00:00:00.000"),
            ),
            (
                "yyyy-MM-dd[ HH:mm]",
                "2001-02-03 04:05",
                Strict,
                Some("2001-02-03 04:05:00.000"),
            ),
            (
                "yyyy-MM-dd'T'HH:mmX",
                "2001-02-03T04:05+01:00",
                Strict,
                Some("2001-02-03 04:05:00.000"),
            ),
            ("yyyy", "abc", Lenient, None),
        ];
        for (pattern, text, mode, expected) in cases {
            let found = parse(pattern, text, mode).expect("a pattern");
            let found = found.map(|p| to_text::timestamp(p.timestamp, 3));
            assert_eq!(found.as_deref(), expected, "{pattern} {text} {mode:?}");
        }
    }
}
