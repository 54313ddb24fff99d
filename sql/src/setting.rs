//! Values of configuration keys, as Flink writes them.
//!
//! In: text. Out: the value, or none when the text is no such value. Invariant: whoever checks a setting before a
//! job starts and whoever reads it in the job take the same texts.

use std::time::Duration;

use jiff::tz::{Offset, TimeZone};

/// A whole number and a unit; milliseconds without a unit.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (count, unit) = number_and_unit(text)?;
    let unit_ns: u64 = match unit.as_str() {
        "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => 1,
        "us" | "µs" | "micro" | "micros" | "microsecond" | "microseconds" => 1_000,
        "" | "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => 1_000_000,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000_000_000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000_000_000,
        "h" | "hour" | "hours" => 3_600_000_000_000,
        "d" | "day" | "days" => 86_400_000_000_000,
        _ => return None,
    };
    count.checked_mul(unit_ns).map(Duration::from_nanos)
}

/// `10 mb` as 10 and `mb`.
pub fn number_and_unit(text: &str) -> Option<(u64, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, text[end..].trim().to_ascii_lowercase()))
}

/// A name of the time zone database in its own spelling, or an offset (`GMT-08:00`). Flink refuses what Java's two
/// ways to read a zone understand differently, such as `UTC+8` and `+05:00`. `default` is UTC here, not the machine's
/// zone.
pub fn parse_time_zone(text: &str) -> Option<TimeZone> {
    if text == "default" {
        return Some(TimeZone::UTC);
    }
    if let Some(offset) = text
        .strip_prefix("GMT")
        .filter(|offset| offset.starts_with(['+', '-']))
    {
        return fixed(offset);
    }
    let zone = TimeZone::get(text).ok()?;
    let is_spelt = zone.iana_name().is_none_or(|name| name == text);
    is_spelt.then_some(zone)
}

/// `+8`, `+08`, `-08:30`, `-0830`.
fn fixed(offset: &str) -> Option<TimeZone> {
    let (sign, rest) = offset.split_at(1);
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) if hours.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if rest.len() == 4 => rest.split_at_checked(2)?,
        None => (rest, "00"),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(hours) || !is_digits(minutes) || hours.len() > 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    if minutes > 59 || hours * 60 + minutes > 18 * 60 {
        return None;
    }
    let seconds = hours * 3_600 + minutes * 60;
    let signed = if sign == "-" { -seconds } else { seconds };
    Offset::from_seconds(signed).ok().map(TimeZone::fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, expected) in [
            ("10 s", Some(Duration::from_secs(10))),
            ("5", Some(Duration::from_millis(5))),
            (" 1min ", Some(Duration::from_secs(60))),
            ("2 DAYS", Some(Duration::from_secs(172_800))),
            ("x", None),
            ("1.5 s", None),
            ("10 parsecs", None),
        ] {
            assert_eq!(parse_duration(text), expected, "{text}");
        }
    }

    #[test]
    fn time_zones_are_names_or_offsets() {
        let name = |text| parse_time_zone(text).and_then(|zone| zone.iana_name().map(str::to_owned));
        for text in ["Europe/Vienna", "UTC", "Asia/Kolkata", "America/New_York"] {
            assert_eq!(name(text).as_deref(), Some(text));
        }
        let seconds = |text| parse_time_zone(text).and_then(|zone| zone.to_fixed_offset().ok());
        for (text, expected) in [
            ("GMT-08:30", -30_600),
            ("GMT+8", 28_800),
            ("GMT+0530", 19_800),
            ("GMT+18:00", 64_800),
        ] {
            assert_eq!(seconds(text).map(Offset::seconds), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_java_reads_in_two_ways_is_no_time_zone() {
        for text in [
            "Middle/Earth",
            "utc",
            "europe/vienna",
            "UTC+8",
            "+05:00",
            "GMT-8:00",
            "GMT+19",
            "GMT+",
            "PST",
            "",
        ] {
            assert!(parse_time_zone(text).is_none(), "{text}");
        }
    }
}
