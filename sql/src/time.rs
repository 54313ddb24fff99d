//! Points in time: DATE, TIME and TIMESTAMP as plain numbers. Functions live in `function::temporal`, text in
//! `function::cast`.

pub mod calendar;
pub mod zone;

/// Microseconds in a day.
pub const DAY_US: i64 = 86_400_000_000;

/// DATE: days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

/// TIME: milliseconds since midnight, whatever the declared precision, as in Flink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i32);

impl Time {
    /// The time without its fraction of a second.
    pub const fn whole_seconds(self) -> Time {
        Time(self.0 - self.0 % 1_000)
    }
}

/// TIMESTAMP (wall clock, counted as if in UTC) or TIMESTAMP_LTZ (instant): microseconds since the epoch
/// and the nanoseconds within the microsecond (0 to 999). The order of the fields is the order in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    pub micros: i64,
    pub nanos: u16,
}

impl Timestamp {
    pub const EPOCH: Timestamp = Timestamp { micros: 0, nanos: 0 };

    #[inline]
    pub const fn from_micros(micros: i64) -> Self {
        Timestamp { micros, nanos: 0 }
    }

    #[inline]
    pub const fn from_millis(millis: i64) -> Self {
        Timestamp {
            micros: millis.wrapping_mul(1_000),
            nanos: 0,
        }
    }

    /// Milliseconds since the epoch, rounded down.
    #[inline]
    pub const fn millis(self) -> i64 {
        self.micros.div_euclid(1_000)
    }

    /// The same point with at most `precision` fraction digits (0 to 9), the rest cut off.
    #[inline]
    pub const fn truncate(self, precision: u8) -> Self {
        if precision >= 9 {
            return self;
        }
        if precision >= 6 {
            let unit = 10u16.pow(9 - precision as u32);
            return Timestamp {
                micros: self.micros,
                nanos: self.nanos - self.nanos % unit,
            };
        }
        let micros = match precision {
            // The usual unit as a constant, so that nothing is divided.
            3 => self.micros.div_euclid(1_000) * 1_000,
            _ => {
                let unit = 10i64.pow(6 - precision as u32);
                self.micros.div_euclid(unit) * unit
            }
        };
        Timestamp { micros, nanos: 0 }
    }

    /// The day and the nanoseconds since its midnight.
    pub const fn split_day(self) -> (Date, i64) {
        let in_day = self.micros.rem_euclid(DAY_US);
        let day = Date(self.micros.div_euclid(DAY_US) as i32);
        (day, in_day * 1_000 + self.nanos as i64)
    }

    /// A day and the nanoseconds since its midnight.
    pub const fn of_day(day: Date, nanos_of_day: i64) -> Self {
        Timestamp {
            micros: day.0 as i64 * DAY_US + nanos_of_day.div_euclid(1_000),
            nanos: nanos_of_day.rem_euclid(1_000) as u16,
        }
    }

    /// Later (or earlier) by that many milliseconds.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Timestamp {
            micros: self.micros.wrapping_add(millis.wrapping_mul(1_000)),
            nanos: self.nanos,
        }
    }
}
