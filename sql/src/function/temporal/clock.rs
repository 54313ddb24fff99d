//! What the clock and the watermark say: NOW, CURRENT_DATE, LOCALTIMESTAMP, CURRENT_WATERMARK. The session holds the
//! time of the row being evaluated.

use crate::function::cast::temporal;
use crate::session::Session;
use crate::time::{Date, Time, Timestamp, zone};

/// NOW, CURRENT_TIMESTAMP, CURRENT_ROW_TIMESTAMP and PROCTIME: an instant in milliseconds.
pub fn current_timestamp(session: &Session) -> Timestamp {
    session.now.truncate(3)
}

pub fn local_timestamp(session: &Session) -> Timestamp {
    zone::local(&session.time_zone, session.now).truncate(3)
}

pub fn current_date(session: &Session) -> Date {
    temporal::timestamp_to_date(local_timestamp(session))
}

/// CURRENT_TIME and LOCALTIME, in seconds.
pub fn local_time(session: &Session) -> Time {
    temporal::timestamp_to_time(local_timestamp(session), 0)
}

/// UNIX_TIMESTAMP(): seconds since the epoch.
pub fn unix_timestamp(session: &Session) -> i64 {
    session.now.millis().div_euclid(1_000)
}

/// CURRENT_WATERMARK: the watermark of the operator; NULL before the first. The row's own time does not matter.
pub fn current_watermark(session: &Session, _rowtime: Option<Timestamp>) -> Option<Timestamp> {
    session.watermark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_the_clock() {
        let mut session = Session::new(zone::named("Asia/Shanghai").expect("known zone"));
        session.now = Timestamp::from_micros(86_399_123_456);
        assert_eq!(current_timestamp(&session), Timestamp::from_millis(86_399_123));
        let local = 86_399_123 + 8 * 3_600_000;
        assert_eq!(local_timestamp(&session), Timestamp::from_millis(local));
        assert_eq!(current_date(&session), Date(1));
        assert_eq!(local_time(&session), Time(8 * 3_600_000 - 1_000));
        assert_eq!(unix_timestamp(&session), 86_399);
        assert_eq!(current_watermark(&session, None), None);
        session.watermark = Some(Timestamp::EPOCH);
        assert_eq!(current_watermark(&session, None), Some(Timestamp::EPOCH));
    }
}
