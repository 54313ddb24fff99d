//! TIMESTAMPDIFF and OVERLAPS.

use super::{Unit, interval};
use crate::time::{Date, Time, Timestamp};

/// Whole months from `earlier` to `later`, as days of the calendar.
fn months_between(later: Date, earlier: Date) -> i32 {
    if later < earlier {
        return -months_between(earlier, later);
    }
    let (a, b) = (earlier.civil(), later.civil());
    let months = (b.year - a.year) * 12 + i32::from(b.month) - i32::from(a.month);
    if interval::date_plus_months(earlier, months) > later {
        months - 1
    } else {
        months
    }
}

/// TIMESTAMPDIFF: whole units from `start` to `end`.
#[inline]
pub fn timestamps(unit: &str, start: Timestamp, end: Timestamp) -> i32 {
    let unit = Unit::known(unit);
    if let Some(months) = unit.months() {
        let ((end_day, end_nanos), (start_day, start_nanos)) = (end.split_day(), start.split_day());
        let mut whole = months_between(end_day, start_day);
        let reached = interval::date_plus_months(start_day, whole) == end_day;
        if reached && end_nanos < start_nanos {
            whole -= 1;
        }
        return whole / months;
    }
    let nanos = unit.nanos().expect("the compiler passes units that count");
    let elapsed =
        i128::from(end.micros - start.micros) * 1_000 + i128::from(end.nanos) - i128::from(start.nanos);
    (elapsed / i128::from(nanos)) as i32
}

/// A point in time as OVERLAPS compares it.
pub trait Moment: Copy {
    fn micros(self) -> i64;
}

impl Moment for Timestamp {
    fn micros(self) -> i64 {
        self.micros
    }
}

impl Moment for Date {
    fn micros(self) -> i64 {
        Timestamp::of_day(self, 0).micros
    }
}

impl Moment for Time {
    fn micros(self) -> i64 {
        i64::from(self.0) * 1_000
    }
}

/// What ends a period that begins at a `T`: another `T` or an interval.
pub trait End<T> {
    fn after(self, start: T) -> i64;
}

impl<T: Moment> End<T> for T {
    fn after(self, _: T) -> i64 {
        self.micros()
    }
}

impl<T: Moment> End<T> for i64 {
    fn after(self, start: T) -> i64 {
        start.micros() + self * 1_000
    }
}

impl<T: Moment> End<T> for i32 {
    fn after(self, start: T) -> i64 {
        interval::timestamp_plus_months(Timestamp::from_micros(start.micros()), self).micros
    }
}

/// Two periods share a point in time; their ends belong to them and may stand before their starts.
pub fn overlaps<T: Moment, A: End<T>, B: End<T>>(start: T, end: A, other_start: T, other_end: B) -> bool {
    let period = |a: i64, b: i64| (a.min(b), a.max(b));
    let (from, to) = period(start.micros(), end.after(start));
    let (other_from, other_to) = period(other_start.micros(), other_end.after(other_start));
    from <= other_to && other_from <= to
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::cast::from_text;

    #[test]
    fn whole_units_count() {
        let cases = [
            ("MONTH", "2016-01-31 00:00:00", "2016-02-29 00:00:00", 1),
            ("MONTH", "2016-01-15 12:00:00", "2016-02-15 11:59:59", 0),
            ("QUARTER", "2016-01-01 00:00:00", "2016-12-31 00:00:00", 3),
            ("YEAR", "2016-06-01 00:00:00", "2014-06-01 00:00:00", -2),
            ("DAY", "2018-07-03 11:11:11", "2018-07-05 11:11:10", 1),
            ("HOUR", "2018-07-03 11:11:11", "2018-07-02 11:11:10", -24),
            ("WEEK", "2018-07-03 00:00:00", "2018-07-17 00:00:00", 2),
            ("SECOND", "2018-07-03 11:11:11", "2018-07-03 11:11:11.999", 0),
        ];
        for (unit, start, end, expected) in cases {
            let read = |text| from_text::timestamp(text, 9).expect("a timestamp");
            assert_eq!(
                timestamps(unit, read(start), read(end)),
                expected,
                "{unit} {start} {end}"
            );
        }
    }

    #[test]
    fn periods_overlap() {
        let hour = 3_600_000i64;
        let at = |h: i64| Time((h * hour) as i32);
        assert!(overlaps(at(2), hour, at(3), 2 * hour));
        assert!(overlaps(at(9), at(10), at(10), at(11)));
        assert!(!overlaps(at(9), at(10), at(11), 3 * hour));
        assert!(overlaps(Date(0), 10 * 24 * hour, Date(9), Date(5)));
        assert!(overlaps(Date(0), 1i32, Date(31), Date(31)));
        assert!(!overlaps(Timestamp::EPOCH, 0i64, Timestamp::from_millis(1), 0i64));
    }
}
