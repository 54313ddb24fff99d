//! Between wall-clock times and instants. A local time that a clock change skips moves forward by the gap; one that
//! comes twice is the earlier, as in Java.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousTimestamp, Offset, TimeZone};

use super::Timestamp;

/// Seconds east of UTC at an instant. Instants outside the years -9999 to 9999 count as UTC.
pub fn offset_seconds(zone: &TimeZone, instant: Timestamp) -> i64 {
    jiff::Timestamp::from_microsecond(instant.micros).map_or(0, |at| i64::from(zone.to_offset(at).seconds()))
}

/// The wall-clock time in `zone` at an instant.
pub fn local(zone: &TimeZone, instant: Timestamp) -> Timestamp {
    instant.plus_millis(offset_seconds(zone, instant) * 1_000)
}

/// The instant at which clocks in `zone` show a time.
pub fn instant(zone: &TimeZone, local: Timestamp) -> Timestamp {
    resolved(zone, local, |found| found.compatible())
}

/// The same, but a time that comes twice is the later, as in Java's older `Calendar`.
pub fn later_instant(zone: &TimeZone, local: Timestamp) -> Timestamp {
    resolved(zone, local, |found| found.later())
}

fn resolved(
    zone: &TimeZone,
    local: Timestamp,
    choose: impl FnOnce(AmbiguousTimestamp) -> Result<jiff::Timestamp, jiff::Error>,
) -> Timestamp {
    let civil: Option<DateTime> = jiff::Timestamp::from_microsecond(local.micros)
        .ok()
        .map(|at| Offset::UTC.to_datetime(at));
    let found = civil.and_then(|civil| choose(zone.to_ambiguous_timestamp(civil)).ok());
    match found {
        Some(at) => Timestamp {
            micros: at.as_microsecond(),
            nanos: local.nanos,
        },
        None => local,
    }
}

/// A zone by its IANA name, `UTC`, `Z` or an offset (`+08:00`, `GMT+8`).
pub fn named(name: &str) -> Option<TimeZone> {
    if let Ok(zone) = TimeZone::get(name) {
        return Some(zone);
    }
    let offset = ["GMT", "UTC", "UT"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    if offset.is_empty() || offset == "Z" {
        return Some(TimeZone::UTC);
    }
    let (sign, rest) = match offset.as_bytes()[0] {
        b'+' => (1, &offset[1..]),
        b'-' => (-1, &offset[1..]),
        _ => return None,
    };
    let mut parts = rest.split(':');
    let hours: i32 = parts.next()?.parse().ok()?;
    let minutes: i32 = parts.next().map_or(Some(0), |m| m.parse().ok())?;
    let valid = parts.next().is_none() && (0..=18).contains(&hours) && (0..60).contains(&minutes);
    let seconds = sign * (hours * 3_600 + minutes * 60);
    valid
        .then(|| Offset::from_seconds(seconds).ok())
        .flatten()
        .map(TimeZone::fixed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::calendar::Civil;

    fn at(year: i32, month: u8, day: u8, hour: i64, minute: i64) -> Timestamp {
        let day = Civil::new(year, month, day).date();
        Timestamp::of_day(day, (hour * 60 + minute) * 60_000_000_000)
    }

    #[test]
    fn zones_shift_and_gaps_move_forward() {
        let shanghai = named("Asia/Shanghai").expect("known zone");
        assert_eq!(local(&shanghai, at(2018, 3, 14, 11, 0)), at(2018, 3, 14, 19, 0));
        assert_eq!(instant(&shanghai, at(2018, 3, 14, 19, 0)), at(2018, 3, 14, 11, 0));
        let angeles = named("America/Los_Angeles").expect("known zone");
        assert_eq!(instant(&angeles, at(2021, 3, 14, 2, 30)), at(2021, 3, 14, 10, 30));
        assert_eq!(instant(&angeles, at(2021, 11, 7, 1, 30)), at(2021, 11, 7, 8, 30));
    }

    #[test]
    fn offsets_are_zones_too() {
        let noon = at(2020, 1, 1, 12, 0);
        for (name, hours) in [
            ("UTC", 0),
            ("Z", 0),
            ("+08:00", 8),
            ("GMT-5", -5),
            ("UTC+01:00", 1),
        ] {
            let zone = named(name).expect(name);
            assert_eq!(offset_seconds(&zone, noon), hours * 3_600, "{name}");
        }
        assert!(named("Mars/Olympus").is_none() && named("+25:00").is_none());
    }
}
