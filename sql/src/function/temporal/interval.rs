//! Points in time moved by intervals, intervals between points in time, TIMESTAMPADD.
//!
//! Months keep the day of the month, or take the last day of a shorter month. A TIME goes around the clock.

use super::Unit;
use crate::time::{Date, Time, Timestamp};

const MILLIS_PER_DAY: i64 = 86_400_000;

#[inline]
pub fn timestamp_plus_millis(value: Timestamp, millis: i64) -> Timestamp {
    value.plus_millis(millis)
}

#[inline]
pub fn timestamp_minus_millis(value: Timestamp, millis: i64) -> Timestamp {
    value.plus_millis(millis.wrapping_neg())
}

#[inline]
pub fn millis_plus_timestamp(millis: i64, value: Timestamp) -> Timestamp {
    value.plus_millis(millis)
}

pub fn timestamp_plus_months(value: Timestamp, months: i32) -> Timestamp {
    let (day, nanos) = value.split_day();
    Timestamp::of_day(date_plus_months(day, months), nanos)
}

pub fn timestamp_minus_months(value: Timestamp, months: i32) -> Timestamp {
    timestamp_plus_months(value, months.wrapping_neg())
}

pub fn months_plus_timestamp(months: i32, value: Timestamp) -> Timestamp {
    timestamp_plus_months(value, months)
}

pub fn date_plus_months(value: Date, months: i32) -> Date {
    value.civil().plus_months(months).date()
}

pub fn date_minus_months(value: Date, months: i32) -> Date {
    date_plus_months(value, months.wrapping_neg())
}

pub fn months_plus_date(months: i32, value: Date) -> Date {
    date_plus_months(value, months)
}

/// Whole days of an interval in milliseconds.
#[inline]
pub fn date_plus_days(value: Date, millis: i64) -> Date {
    Date(value.0.wrapping_add((millis / MILLIS_PER_DAY) as i32))
}

#[inline]
pub fn date_minus_days(value: Date, millis: i64) -> Date {
    date_plus_days(value, millis.wrapping_neg())
}

#[inline]
pub fn days_plus_date(millis: i64, value: Date) -> Date {
    date_plus_days(value, millis)
}

#[inline]
pub fn time_plus_millis(value: Time, millis: i64) -> Time {
    Time((i64::from(value.0) + millis % MILLIS_PER_DAY).rem_euclid(MILLIS_PER_DAY) as i32)
}

#[inline]
pub fn time_minus_millis(value: Time, millis: i64) -> Time {
    time_plus_millis(value, millis.wrapping_neg())
}

#[inline]
pub fn millis_plus_time(millis: i64, value: Time) -> Time {
    time_plus_millis(value, millis)
}

/// Months do not move the clock.
#[inline]
pub fn time_plus_months(value: Time, _months: i32) -> Time {
    value
}

#[inline]
pub fn months_plus_time(_months: i32, value: Time) -> Time {
    value
}

/// Milliseconds from `b` to `a`.
#[inline]
pub fn timestamp_minus_timestamp(a: Timestamp, b: Timestamp) -> i64 {
    a.millis() - b.millis()
}

/// TIMESTAMPADD over a TIMESTAMP or TIMESTAMP_LTZ.
#[inline]
pub fn add_to_timestamp(unit: &str, count: i64, value: Timestamp) -> Timestamp {
    let unit = Unit::known(unit);
    match (unit.months(), unit.nanos()) {
        (Some(months), _) => timestamp_plus_months(value, count.wrapping_mul(months.into()) as i32),
        (None, Some(nanos)) if nanos >= 1_000_000 => value.plus_millis(count.wrapping_mul(nanos / 1_000_000)),
        (None, Some(nanos)) => {
            let total = i64::from(value.nanos) + count.wrapping_mul(nanos);
            Timestamp {
                micros: value.micros.wrapping_add(total.div_euclid(1_000)),
                nanos: total.rem_euclid(1_000) as u16,
            }
        }
        (None, None) => unreachable!("the compiler passes units that add up, not {unit:?}"),
    }
}

/// TIMESTAMPADD of days and longer units to a DATE.
#[inline]
pub fn add_to_date(unit: &str, count: i64, value: Date) -> Date {
    let unit = Unit::known(unit);
    match unit.months() {
        Some(months) => date_plus_months(value, count.wrapping_mul(months.into()) as i32),
        None => {
            let days = if unit == Unit::Week { 7 } else { 1 };
            Date(value.0.wrapping_add(count.wrapping_mul(days) as i32))
        }
    }
}

/// TIMESTAMPADD of a part of a day to a DATE.
#[inline]
pub fn add_to_midnight(unit: &str, count: i64, value: Date) -> Timestamp {
    add_to_timestamp(unit, count, Timestamp::of_day(value, 0))
}

/// TIMESTAMPADD over a TIME.
#[inline]
pub fn add_to_time(unit: &str, count: i64, value: Time) -> Time {
    match Unit::known(unit).nanos() {
        Some(nanos) => {
            let millis = i128::from(count) * i128::from(nanos) / 1_000_000;
            time_plus_millis(value, (millis % i128::from(MILLIS_PER_DAY)) as i64)
        }
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::calendar::Civil;

    fn day(year: i32, month: u8, day: u8) -> Date {
        Civil::new(year, month, day).date()
    }

    #[test]
    fn months_and_milliseconds() {
        let t = Timestamp {
            micros: day(1970, 2, 1).0 as i64 * 86_400_000_000 + 123_456,
            nanos: 789,
        };
        let january = timestamp_minus_months(t, 1);
        assert_eq!((january.micros, january.nanos), (123_456, 789));
        assert_eq!(timestamp_plus_months(january, 1), t);
        assert_eq!(timestamp_minus_millis(t, 1_000).split_day().0, day(1970, 1, 31));
        assert_eq!(date_plus_months(day(2016, 3, 31), -1), day(2016, 2, 29));
        assert_eq!(date_plus_days(day(2016, 2, 29), MILLIS_PER_DAY), day(2016, 3, 1));
        assert_eq!(timestamp_minus_timestamp(t, january), 31 * MILLIS_PER_DAY);
    }

    #[test]
    fn a_time_goes_around_the_clock() {
        let last = Time(86_399_000);
        assert_eq!(time_plus_millis(last, 1_000), Time(0));
        assert_eq!(time_minus_millis(Time(0), 60_000), Time(86_340_000));
        assert_eq!(time_plus_months(last, 5), last);
        assert_eq!(add_to_time("DAY", -1, last), last);
        assert_eq!(add_to_time("HOUR", 1, last), Time(3_599_000));
        assert_eq!(add_to_time("QUARTER", 1, last), last);
    }

    #[test]
    fn timestampadd_counts_units() {
        assert_eq!(add_to_date("WEEK", 3, day(2021, 10, 30)), day(2021, 11, 20));
        assert_eq!(add_to_date("QUARTER", -1, day(2021, 10, 30)), day(2021, 7, 30));
        assert_eq!(
            add_to_midnight("HOUR", -1, Date(0)),
            Timestamp::from_millis(-3_600_000)
        );
        assert_eq!(
            add_to_timestamp("YEAR", 1, Timestamp::EPOCH).split_day().0,
            day(1971, 1, 1)
        );
        let nano = add_to_timestamp("NANOSECOND", -1, Timestamp::EPOCH);
        assert_eq!((nano.micros, nano.nanos), (-1, 999));
        assert_eq!(add_to_timestamp("MICROSECOND", 5, nano).micros, 4);
    }
}
