//! Casts between dates, times and timestamps. Digits beyond the target's precision are cut off.

use crate::session::Session;
use crate::time::{Date, Time, Timestamp, zone};

const NANOS_PER_MILLI: i64 = 1_000_000;

#[inline]
pub fn date_to_timestamp(value: Date) -> Timestamp {
    Timestamp::of_day(value, 0)
}

pub fn date_to_timestamp_ltz(session: &Session, value: Date) -> Timestamp {
    zone::instant(&session.time_zone, date_to_timestamp(value))
}

#[inline]
pub fn time_to_time(value: Time, precision: u8) -> Time {
    let unit = 10i32.pow(3 - u32::from(precision.min(3)));
    Time(value.0 - value.0 % unit)
}

/// The time on 1970-01-01.
#[inline]
pub fn time_to_timestamp(value: Time, precision: u8) -> Timestamp {
    Timestamp::from_millis(value.0.into()).truncate(precision)
}

pub fn time_to_timestamp_ltz(session: &Session, value: Time, precision: u8) -> Timestamp {
    zone::instant(&session.time_zone, time_to_timestamp(value, precision))
}

#[inline]
pub fn timestamp_to_date(value: Timestamp) -> Date {
    value.split_day().0
}

#[inline]
pub fn timestamp_to_time(value: Timestamp, precision: u8) -> Time {
    time_to_time(Time((value.split_day().1 / NANOS_PER_MILLI) as i32), precision)
}

/// Between precisions, of TIMESTAMP and of TIMESTAMP_LTZ.
#[inline]
pub fn timestamp_to_timestamp(value: Timestamp, precision: u8) -> Timestamp {
    value.truncate(precision)
}

pub fn timestamp_to_timestamp_ltz(session: &Session, value: Timestamp, precision: u8) -> Timestamp {
    zone::instant(&session.time_zone, value).truncate(precision)
}

pub fn timestamp_ltz_to_date(session: &Session, value: Timestamp) -> Date {
    timestamp_to_date(zone::local(&session.time_zone, value))
}

pub fn timestamp_ltz_to_time(session: &Session, value: Timestamp, precision: u8) -> Time {
    timestamp_to_time(zone::local(&session.time_zone, value), precision)
}

pub fn timestamp_ltz_to_timestamp(session: &Session, value: Timestamp, precision: u8) -> Timestamp {
    zone::local(&session.time_zone, value).truncate(precision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_timestamps() {
        let t = Timestamp {
            micros: -1,
            nanos: 999,
        };
        assert_eq!(timestamp_to_date(t), Date(-1));
        assert_eq!(timestamp_to_time(t, 3), Time(86_399_999));
        assert_eq!(timestamp_to_time(t, 0), Time(86_399_000));
        assert_eq!(date_to_timestamp(Date(-1)), Timestamp::from_millis(-86_400_000));
        assert_eq!(time_to_timestamp(Time(1_234), 2), Timestamp::from_millis(1_230));
        assert_eq!(timestamp_to_timestamp(t, 6).nanos, 0);
    }

    #[test]
    fn the_sessions_zone_decides() {
        let session = Session::new(zone::named("Asia/Shanghai").expect("known zone"));
        let hour = 3_600_000;
        assert_eq!(
            date_to_timestamp_ltz(&session, Date(0)),
            Timestamp::from_millis(-8 * hour)
        );
        assert_eq!(
            time_to_timestamp_ltz(&session, Time(0), 3),
            Timestamp::from_millis(-8 * hour)
        );
        let instant = timestamp_to_timestamp_ltz(&session, Timestamp::EPOCH, 3);
        assert_eq!(timestamp_ltz_to_timestamp(&session, instant, 3), Timestamp::EPOCH);
        assert_eq!(timestamp_ltz_to_date(&session, instant), Date(0));
        assert_eq!(
            timestamp_ltz_to_time(&session, Timestamp::EPOCH, 3),
            Time(8 * 3_600_000)
        );
    }
}
