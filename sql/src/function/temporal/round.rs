//! FLOOR and CEIL of points in time to a unit.
//!
//! Units of the calendar look at the date only: CEIL(… TO MONTH) of any time on the first of a month is that day. Weeks
//! begin on Sunday. CEIL of a DATE to DAY is the next day. All as in Flink.

use super::Unit;
use crate::session::Session;
use crate::time::calendar::Civil;
use crate::time::{DAY_US, Date, Time, Timestamp, zone};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Down,
    Up,
}

fn first(year: i32, month: u8) -> Date {
    Civil::new(year, month, 1).date()
}

fn round_date(unit: Unit, value: Date, direction: Direction) -> Date {
    let Civil { year, month, day } = value.civil();
    let up = i32::from(direction == Direction::Up);
    match unit {
        // Centuries and millennia begin with the year 1.
        Unit::Millennium => first((year + 999) / 1_000 * 1_000 - 999 + up * 1_000, 1),
        Unit::Century => first((year + 99) / 100 * 100 - 99 + up * 100, 1),
        Unit::Decade => first((year / 10 + up) * 10, 1),
        Unit::Year => first(year + up * i32::from(month > 1 || day > 1), 1),
        Unit::Quarter => {
            let start = (month - 1) / 3 * 3 + 1;
            let after = month > start || day > 1;
            Civil::new(year, start, 1)
                .plus_months(3 * up * i32::from(after))
                .date()
        }
        Unit::Month => Civil::new(year, month, 1)
            .plus_months(up * i32::from(day > 1))
            .date(),
        Unit::Week => {
            let since_sunday = i32::from(value.iso_day_of_week() % 7);
            let back = if up == 1 && since_sunday > 0 {
                since_sunday - 7
            } else {
                since_sunday
            };
            Date(value.0 - back)
        }
        _ => Date(value.0 + up),
    }
}

/// Rounds a count of some small unit to a multiple of `size`.
fn round_count(count: i64, size: i64, direction: Direction) -> i64 {
    let floor = count.div_euclid(size) * size;
    match direction {
        Direction::Up if floor < count => floor + size,
        _ => floor,
    }
}

/// Microseconds in a unit not longer than a day.
fn micros(unit: Unit) -> Option<i64> {
    match unit {
        Unit::Day => Some(DAY_US),
        Unit::Hour | Unit::Minute | Unit::Second | Unit::Millisecond => unit.nanos().map(|n| n / 1_000),
        _ => None,
    }
}

fn round_timestamp(unit: Unit, value: Timestamp, direction: Direction) -> Timestamp {
    match micros(unit) {
        Some(size) => {
            let rest = i64::from(direction == Direction::Up && value.nanos > 0);
            Timestamp::from_micros(round_count(value.micros + rest, size, direction))
        }
        None if matches!(unit, Unit::Microsecond | Unit::Nanosecond) => value,
        None => Timestamp::of_day(round_date(unit, value.split_day().0, direction), 0),
    }
}

fn round_time(unit: Unit, value: Time, direction: Direction) -> Time {
    match micros(unit) {
        Some(size) => Time(round_count(value.0.into(), size / 1_000, direction) as i32),
        None => value,
    }
}

/// On the local clock, back with the offset that `value` has, as Flink does: across a change of the clocks the result
/// is an hour off.
fn round_local(session: &Session, unit: Unit, value: Timestamp, direction: Direction) -> Timestamp {
    let local = zone::local(&session.time_zone, value);
    let offset_us = local.micros - value.micros;
    let rounded = round_timestamp(unit, local, direction);
    Timestamp {
        micros: rounded.micros - offset_us,
        ..rounded
    }
}

#[inline]
pub fn floor_date(value: Date, unit: &str) -> Date {
    round_date(Unit::known(unit), value, Direction::Down)
}

#[inline]
pub fn ceil_date(value: Date, unit: &str) -> Date {
    round_date(Unit::known(unit), value, Direction::Up)
}

#[inline]
pub fn floor_time(value: Time, unit: &str) -> Time {
    round_time(Unit::known(unit), value, Direction::Down)
}

#[inline]
pub fn ceil_time(value: Time, unit: &str) -> Time {
    round_time(Unit::known(unit), value, Direction::Up)
}

#[inline]
pub fn floor_timestamp(value: Timestamp, unit: &str) -> Timestamp {
    round_timestamp(Unit::known(unit), value, Direction::Down)
}

#[inline]
pub fn ceil_timestamp(value: Timestamp, unit: &str) -> Timestamp {
    round_timestamp(Unit::known(unit), value, Direction::Up)
}

#[inline]
pub fn floor_timestamp_ltz(session: &Session, value: Timestamp, unit: &str) -> Timestamp {
    round_local(session, Unit::known(unit), value, Direction::Down)
}

#[inline]
pub fn ceil_timestamp_ltz(session: &Session, value: Timestamp, unit: &str) -> Timestamp {
    round_local(session, Unit::known(unit), value, Direction::Up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::cast::{from_text, to_text};

    #[test]
    fn dates() {
        let cases = [
            ("2021-02-27", "DAY", "2021-02-27", "2021-02-28"),
            ("2021-02-27", "WEEK", "2021-02-21", "2021-02-28"),
            ("2021-02-28", "WEEK", "2021-02-28", "2021-02-28"),
            ("2018-12-02", "MONTH", "2018-12-01", "2019-01-01"),
            ("2018-04-01", "QUARTER", "2018-04-01", "2018-04-01"),
            ("2018-11-30", "QUARTER", "2018-10-01", "2019-01-01"),
            ("2018-01-01", "YEAR", "2018-01-01", "2018-01-01"),
            ("2018-01-02", "DECADE", "2010-01-01", "2020-01-01"),
            ("2000-03-27", "CENTURY", "1901-01-01", "2001-01-01"),
            ("2018-01-09", "MILLENNIUM", "2001-01-01", "3001-01-01"),
        ];
        for (text, unit, floor, ceil) in cases {
            let date = from_text::date(text).expect("a date");
            assert_eq!(to_text::date(floor_date(date, unit)), floor, "{text} {unit}");
            assert_eq!(to_text::date(ceil_date(date, unit)), ceil, "{text} {unit}");
        }
    }

    #[test]
    fn timestamps() {
        let cases = [
            (
                "2018-03-20 06:44:31",
                "HOUR",
                "2018-03-20 06:00:00",
                "2018-03-20 07:00:00",
            ),
            (
                "2018-03-20 06:00:00",
                "HOUR",
                "2018-03-20 06:00:00",
                "2018-03-20 06:00:00",
            ),
            (
                "2018-03-31 00:00:01",
                "DAY",
                "2018-03-31 00:00:00",
                "2018-04-01 00:00:00",
            ),
            (
                "2018-03-01 21:00:01",
                "MONTH",
                "2018-03-01 00:00:00",
                "2018-03-01 00:00:00",
            ),
            (
                "1969-12-31 23:59:59",
                "MINUTE",
                "1969-12-31 23:59:00",
                "1970-01-01 00:00:00",
            ),
        ];
        for (text, unit, floor, ceil) in cases {
            let value = from_text::timestamp(text, 0).expect("a timestamp");
            assert_eq!(
                to_text::timestamp(floor_timestamp(value, unit), 0),
                floor,
                "{text} {unit}"
            );
            assert_eq!(
                to_text::timestamp(ceil_timestamp(value, unit), 0),
                ceil,
                "{text} {unit}"
            );
        }
        let nano = Timestamp { micros: 0, nanos: 1 };
        assert_eq!(ceil_timestamp(nano, "SECOND"), Timestamp::from_millis(1_000));
        assert_eq!(floor_time(Time(45_871_000), "HOUR"), Time(43_200_000));
        assert_eq!(ceil_time(Time(45_871_000), "MINUTE"), Time(45_900_000));
    }

    #[test]
    fn instants_round_on_the_local_clock() {
        let session = Session::new(zone::named("Asia/Shanghai").expect("known zone"));
        let noon = Timestamp::from_millis(4 * 3_600_000);
        assert_eq!(
            floor_timestamp_ltz(&session, noon, "DAY"),
            Timestamp::from_millis(-8 * 3_600_000)
        );
        assert_eq!(
            ceil_timestamp_ltz(&session, noon, "DAY"),
            Timestamp::from_millis(16 * 3_600_000)
        );
        let session = Session::new(zone::named("Europe/Berlin").expect("known zone"));
        let in_summer = from_text::timestamp("2024-03-31 01:30:15", 3).expect("a timestamp");
        let before_midnight = from_text::timestamp("2024-03-30 22:00:00", 3).expect("a timestamp");
        assert_eq!(floor_timestamp_ltz(&session, in_summer, "DAY"), before_midnight);
    }
}
