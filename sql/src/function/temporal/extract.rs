//! EXTRACT and its short forms YEAR, MONTH, …: one field of a point in time or an interval.

use super::Unit;
use crate::session::Session;
use crate::time::{Date, Time, Timestamp, zone};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// A field of the calendar; 0 for the fields of a clock at midnight.
#[inline]
fn of_day(unit: Unit, day: Date) -> i64 {
    let civil = || day.civil();
    match unit {
        Unit::Millennium => i64::from((civil().year + 999) / 1_000),
        Unit::Century => i64::from((civil().year + 99) / 100),
        Unit::Decade => i64::from(civil().year / 10),
        Unit::Year => civil().year.into(),
        Unit::IsoYear => day.iso_week().0.into(),
        Unit::Quarter => i64::from((civil().month - 1) / 3 + 1),
        Unit::Month => civil().month.into(),
        Unit::Week => day.iso_week().1.into(),
        Unit::Day => civil().day.into(),
        Unit::DayOfYear => day.day_of_year().into(),
        Unit::DayOfWeek => i64::from(day.iso_day_of_week() % 7 + 1),
        Unit::IsoDayOfWeek => day.iso_day_of_week().into(),
        Unit::Epoch => i64::from(day.0) * 86_400,
        _ => 0,
    }
}

/// A field of the clock, or `None` for a field of the calendar.
#[inline]
fn of_clock(unit: Unit, nanos_of_day: i64) -> Option<i64> {
    let seconds = nanos_of_day / NANOS_PER_SECOND;
    Some(match unit {
        Unit::Hour => seconds / 3_600,
        Unit::Minute => seconds / 60 % 60,
        Unit::Second => seconds % 60,
        Unit::Millisecond => nanos_of_day % NANOS_PER_SECOND / 1_000_000,
        Unit::Microsecond => nanos_of_day % NANOS_PER_SECOND / 1_000,
        Unit::Nanosecond => nanos_of_day % NANOS_PER_SECOND,
        _ => return None,
    })
}

#[inline]
pub fn from_date(unit: &str, value: Date) -> i64 {
    of_day(Unit::known(unit), value)
}

#[inline]
pub fn from_time(unit: &str, value: Time) -> i64 {
    let unit = Unit::known(unit);
    of_clock(unit, i64::from(value.0) * 1_000_000).unwrap_or(match unit {
        Unit::Epoch => i64::from(value.0) / 1_000,
        _ => 0,
    })
}

#[inline]
pub fn from_timestamp(unit: &str, value: Timestamp) -> i64 {
    let unit = Unit::known(unit);
    if unit == Unit::Epoch {
        // Milliseconds are rounded down, their seconds towards zero: 1 ms before 1970 is 0, as in Flink.
        return value.micros.div_euclid(1_000) / 1_000;
    }
    let (day, nanos) = value.split_day();
    of_clock(unit, nanos).unwrap_or_else(|| of_day(unit, day))
}

/// All fields are those of the wall clock in the session's zone, EPOCH too.
#[inline]
pub fn from_timestamp_ltz(session: &Session, unit: &str, value: Timestamp) -> i64 {
    from_timestamp(unit, zone::local(&session.time_zone, value))
}

/// A field of INTERVAL YEAR TO MONTH.
#[inline]
pub fn from_months(unit: &str, value: i32) -> i64 {
    let (years, months) = (i64::from(value / 12), i64::from(value % 12));
    match Unit::known(unit) {
        Unit::Millennium => years / 1_000,
        Unit::Century => years / 100,
        Unit::Decade => years / 10,
        Unit::Year => years,
        Unit::Quarter => months / 3 + 1,
        Unit::Month => months,
        _ => 0,
    }
}

/// A field of INTERVAL DAY TO SECOND.
#[inline]
pub fn from_millis(unit: &str, value: i64) -> i64 {
    match Unit::known(unit) {
        Unit::Week => value / (7 * 86_400_000),
        Unit::Day => value / 86_400_000,
        Unit::Hour => value / 3_600_000 % 24,
        Unit::Minute => value / 60_000 % 60,
        Unit::Second => value / 1_000 % 60,
        Unit::Millisecond => value % 1_000,
        Unit::Microsecond => value % 1_000 * 1_000,
        Unit::Nanosecond => value % 1_000 * 1_000_000,
        Unit::Epoch => value / 1_000,
        _ => 0,
    }
}

/// The short forms, over values whose type the compiler has made a TIMESTAMP in local time.
macro_rules! short_forms {
    ($($name:ident = $unit:literal),*) => {$(
        #[inline]
        pub fn $name(value: Timestamp) -> i64 {
            from_timestamp($unit, value)
        }
    )*};
}

short_forms!(
    year = "YEAR",
    quarter = "QUARTER",
    month = "MONTH",
    week = "WEEK",
    day_of_year = "DOY",
    day_of_month = "DAY",
    day_of_week = "DOW",
    hour = "HOUR",
    minute = "MINUTE",
    second = "SECOND"
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::calendar::Civil;

    #[test]
    fn every_field_of_a_timestamp() {
        let leap = Civil::new(2020, 2, 29).date();
        let clock = (3_600 + 56 * 60 + 59) * NANOS_PER_SECOND + 987_654_321;
        let t = Timestamp::of_day(leap, clock);
        let cases = [
            ("MILLENNIUM", 3),
            ("CENTURY", 21),
            ("DECADE", 202),
            ("YEAR", 2020),
            ("ISOYEAR", 2020),
            ("QUARTER", 1),
            ("MONTH", 2),
            ("WEEK", 9),
            ("DAY", 29),
            ("DOY", 60),
            ("DOW", 7),
            ("ISODOW", 6),
            ("HOUR", 1),
            ("MINUTE", 56),
            ("SECOND", 59),
            ("MILLISECOND", 987),
            ("MICROSECOND", 987_654),
            ("NANOSECOND", 987_654_321),
            ("EPOCH", 1_582_941_419),
        ];
        for (unit, expected) in cases {
            assert_eq!(from_timestamp(unit, t), expected, "{unit}");
        }
        assert_eq!(from_date("DOW", leap), 7);
        assert_eq!(from_date("EPOCH", Date(-1)), -86_400);
        assert_eq!(from_time("SECOND", Time(61_500)), 1);
        assert_eq!((year(t), day_of_week(t), second(t)), (2020, 7, 59));
    }

    #[test]
    fn instants_are_read_on_the_local_clock() {
        let session = Session::new(zone::named("Asia/Shanghai").expect("known zone"));
        let t = Timestamp::from_millis(1_640_146_394_000);
        assert_eq!(from_timestamp_ltz(&session, "EPOCH", t), 1_640_175_194);
        assert_eq!(from_timestamp_ltz(&session, "HOUR", t), 12);
    }

    #[test]
    fn fields_of_intervals() {
        assert_eq!(from_millis("DAY", 19 * 86_400_000 + 43_810_123), 19);
        assert_eq!(from_millis("HOUR", 19 * 86_400_000 + 43_810_123), 12);
        assert_eq!(from_millis("MILLISECOND", 43_810_123), 123);
        assert_eq!((from_months("YEAR", 27), from_months("MONTH", 27)), (2, 3));
    }
}
