//! Between points in time, text and numbers: DATE_FORMAT, TO_DATE, TO_TIMESTAMP, TO_TIMESTAMP_LTZ, UNIX_TIMESTAMP,
//! FROM_UNIXTIME, CONVERT_TZ.
//!
//! Text that does not follow its pattern is NULL; a pattern that is none is an error.

use super::pattern::{self, Mode};
use crate::decimal::Decimal;
use crate::error::SqlError;
use crate::function::cast::from_text;
use crate::session::Session;
use crate::time::{Date, Timestamp, zone};

const DEFAULT_PATTERN: &str = "yyyy-MM-dd HH:mm:ss";
/// 0000-01-01 and 9999-12-31 23:59:59.999.
const INSTANT_MILLIS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;
/// What Flink answers when text is no date.
const NO_UNIX_TIMESTAMP: i64 = i64::MIN;

/// DATE_FORMAT of a TIMESTAMP.
pub fn format_timestamp(value: Timestamp, format: &str) -> Result<String, SqlError> {
    pattern::format(format, value, None)
}

/// DATE_FORMAT of a TIMESTAMP_LTZ, on the local clock; which zone that is cannot be shown.
pub fn format_timestamp_ltz(session: &Session, value: Timestamp, format: &str) -> Result<String, SqlError> {
    pattern::format(format, zone::local(&session.time_zone, value), None)
}

/// DATE_FORMAT of a timestamp in text.
pub fn format_text(text: &str, format: &str) -> Result<Option<String>, SqlError> {
    match from_text::timestamp(text, 9) {
        Ok(value) => pattern::format(format, value, None).map(Some),
        Err(_) => Ok(None),
    }
}

/// TO_DATE(text).
pub fn to_date(text: &str) -> Option<Date> {
    from_text::date(text).ok()
}

/// TO_DATE(text, pattern).
pub fn to_date_by(text: &str, format: &str) -> Result<Option<Date>, SqlError> {
    let parsed = pattern::parse(format, text, Mode::Lenient)?;
    Ok(parsed.map(|p| p.timestamp.split_day().0))
}

/// TO_TIMESTAMP(text): TIMESTAMP(3).
pub fn to_timestamp(text: &str) -> Option<Timestamp> {
    from_text::timestamp(text, 3).ok()
}

/// TO_TIMESTAMP(text, pattern): TIMESTAMP(3). Text in SQL's own form is read whatever the pattern; an offset in the
/// text is read and changes nothing.
pub fn to_timestamp_by(text: &str, format: &str) -> Result<Option<Timestamp>, SqlError> {
    let parsed = pattern::parse(format, text, Mode::Strict)?.map(|p| p.timestamp);
    let found = parsed.or_else(|| from_text::sql_timestamp(text));
    Ok(found.map(|timestamp| timestamp.truncate(3)))
}

fn instant_of_millis(millis: i64) -> Option<Timestamp> {
    INSTANT_MILLIS
        .contains(&millis)
        .then(|| Timestamp::from_millis(millis))
}

fn bad_precision(precision: i32) -> SqlError {
    SqlError::Argument {
        function: "TO_TIMESTAMP_LTZ",
        message: format!("the precision is 0 for seconds or 3 for milliseconds, found {precision}"),
    }
}

/// TO_TIMESTAMP_LTZ(integer, precision) with 0 for seconds and 3 for milliseconds.
pub fn integer_to_timestamp_ltz(value: i64, precision: i32) -> Result<Option<Timestamp>, SqlError> {
    match precision {
        0 => Ok(value.checked_mul(1_000).and_then(instant_of_millis)),
        3 => Ok(instant_of_millis(value)),
        other => Err(bad_precision(other)),
    }
}

/// TO_TIMESTAMP_LTZ(FLOAT or DOUBLE, precision).
pub fn double_to_timestamp_ltz(value: f64, precision: i32) -> Result<Option<Timestamp>, SqlError> {
    match precision {
        0 => Ok(instant_of_millis((value * 1_000.0) as i64)),
        3 => Ok(instant_of_millis(value as i64)),
        other => Err(bad_precision(other)),
    }
}

/// TO_TIMESTAMP_LTZ(DECIMAL, precision).
pub fn decimal_to_timestamp_ltz(value: Decimal, precision: i32) -> Result<Option<Timestamp>, SqlError> {
    let millis = match precision {
        0 => value.multiply(Decimal::from_i64(1_000), 38, value.scale),
        3 => Some(value),
        other => return Err(bad_precision(other)),
    };
    Ok(millis
        .and_then(|m| i64::try_from(m.truncate()).ok())
        .and_then(instant_of_millis))
}

/// TO_TIMESTAMP_LTZ(text): a time on the clock of UTC.
pub fn text_to_timestamp_ltz(text: &str) -> Option<Timestamp> {
    to_timestamp(text)
}

/// TO_TIMESTAMP_LTZ(text, pattern).
pub fn text_to_timestamp_ltz_by(text: &str, format: &str) -> Result<Option<Timestamp>, SqlError> {
    to_timestamp_by(text, format)
}

/// TO_TIMESTAMP_LTZ(text, pattern, zone): a time on the clock of that zone.
pub fn text_to_timestamp_ltz_in(
    text: &str,
    format: &str,
    zone_name: &str,
) -> Result<Option<Timestamp>, SqlError> {
    let Some(zone) = zone::named(zone_name) else {
        return Ok(None);
    };
    let local = to_timestamp_by(text, format)?;
    Ok(local.map(|local| zone::instant(&zone, local)))
}

fn instant_in(zone: &jiff::tz::TimeZone, text: &str, format: &str) -> Result<Option<Timestamp>, SqlError> {
    let parsed = pattern::parse(format, text, Mode::Lenient)?;
    Ok(parsed.map(|p| {
        if p.in_utc {
            p.timestamp
        } else {
            zone::later_instant(zone, p.timestamp)
        }
    }))
}

/// UNIX_TIMESTAMP(text): seconds, read on the local clock.
pub fn unix_timestamp(session: &Session, text: &str) -> i64 {
    unix_timestamp_by(session, text, DEFAULT_PATTERN).expect("the default pattern is one")
}

/// UNIX_TIMESTAMP(text, pattern).
pub fn unix_timestamp_by(session: &Session, text: &str, format: &str) -> Result<i64, SqlError> {
    let instant = instant_in(&session.time_zone, text, format)?;
    Ok(instant.map_or(NO_UNIX_TIMESTAMP, |at| at.millis() / 1_000))
}

/// FROM_UNIXTIME(seconds).
pub fn from_unixtime(session: &Session, seconds: i64) -> String {
    from_unixtime_by(session, seconds, DEFAULT_PATTERN).expect("the default pattern is one")
}

/// FROM_UNIXTIME(seconds, pattern): the local clock.
pub fn from_unixtime_by(session: &Session, seconds: i64, format: &str) -> Result<String, SqlError> {
    let instant = Timestamp::from_millis(seconds.wrapping_mul(1_000));
    let offset = zone::offset_seconds(&session.time_zone, instant);
    pattern::format(format, zone::local(&session.time_zone, instant), Some(offset))
}

/// CONVERT_TZ(text, from, to): `yyyy-MM-dd HH:mm:ss` on another zone's clock. An unknown zone is UTC, as in Java.
pub fn convert_zone(text: &str, from: &str, to: &str) -> Option<String> {
    let zone = |name| zone::named(name).unwrap_or(jiff::tz::TimeZone::UTC);
    let instant = instant_in(&zone(from), text, DEFAULT_PATTERN).ok()??;
    pattern::format(DEFAULT_PATTERN, zone::local(&zone(to), instant), None).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> Session {
        Session::new(zone::named("Asia/Shanghai").expect("known zone"))
    }

    #[test]
    fn formats() {
        let t = Timestamp::from_millis(1_520_989_323_000);
        assert_eq!(format_timestamp(t, "yyyy/MM/dd").as_deref(), Ok("2018/03/14"));
        assert_eq!(format_timestamp_ltz(&shanghai(), t, "HH").as_deref(), Ok("09"));
        let text = format_text("2018-03-14 01:02:03", "HH/mm/ss");
        assert_eq!(text, Ok(Some("01/02/03".to_owned())));
        assert_eq!(format_text("never", "HH"), Ok(None));
        assert!(format_timestamp(t, "bad pattern").is_err());
    }

    #[test]
    fn instants_from_numbers_stay_in_four_digit_years() {
        let millis = |ms| Ok(Some(Timestamp::from_millis(ms)));
        assert_eq!(integer_to_timestamp_ltz(-100, 0), millis(-100_000));
        assert_eq!(integer_to_timestamp_ltz(1_234, 3), millis(1_234));
        assert_eq!(integer_to_timestamp_ltz(253_402_300_800_000, 3), Ok(None));
        assert_eq!(integer_to_timestamp_ltz(-62_167_219_200_001, 3), Ok(None));
        assert_eq!(integer_to_timestamp_ltz(i64::MAX, 0), Ok(None));
        assert!(integer_to_timestamp_ltz(1, 6).is_err());
        assert_eq!(double_to_timestamp_ltz(f64::from(100.01f32), 0), millis(100_010));
        assert_eq!(double_to_timestamp_ltz(100.123, 0), millis(100_123));
        assert_eq!(decimal_to_timestamp_ltz(Decimal::new(1, 2), 3), millis(0));
        assert_eq!(decimal_to_timestamp_ltz(Decimal::new(15, 1), 0), millis(1_500));
    }

    #[test]
    fn text_becomes_moments() {
        assert_eq!(to_date("1970-01-02"), Some(Date(1)));
        assert_eq!(to_date_by("02.01.1970", "dd.MM.yyyy"), Ok(Some(Date(1))));
        assert_eq!(to_timestamp("abc"), None);
        assert_eq!(
            to_timestamp_by("1970010100", "yyyyMMddHH"),
            Ok(Some(Timestamp::EPOCH))
        );
        assert_eq!(
            to_timestamp_by("1970-1-1 00:00:00", "yyyyMMddHH"),
            Ok(Some(Timestamp::EPOCH))
        );
        assert_eq!(to_timestamp_by("nothing", "yyyy"), Ok(None));
        let zoned = text_to_timestamp_ltz_in("1970-01-01 08:00:00", DEFAULT_PATTERN, "Asia/Shanghai");
        assert_eq!(zoned, Ok(Some(Timestamp::EPOCH)));
        assert_eq!(
            text_to_timestamp_ltz("1970-01-01 00:00:00"),
            Some(Timestamp::EPOCH)
        );
        assert_eq!(
            text_to_timestamp_ltz_by("1970", "yyyy"),
            Ok(Some(Timestamp::EPOCH))
        );
    }

    #[test]
    fn seconds_are_local() {
        let session = shanghai();
        assert_eq!(unix_timestamp(&session, "1970-01-01 08:00:01"), 1);
        assert_eq!(unix_timestamp(&session, "soon"), i64::MIN);
        assert_eq!(unix_timestamp_by(&session, "1970", "yyyy"), Ok(-28_800));
        assert_eq!(from_unixtime(&session, 1), "1970-01-01 08:00:01");
        assert_eq!(from_unixtime_by(&session, 1, "HH").as_deref(), Ok("08"));
        let moved = convert_zone("2018-03-14 11:00:00", "UTC", "Asia/Shanghai");
        assert_eq!(moved.as_deref(), Some("2018-03-14 19:00:00"));
        assert_eq!(convert_zone("x", "UTC", "UTC"), None);
    }
}
