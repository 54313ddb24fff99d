//! From instants to the wall clock that windows follow, and back.
//!
//! Windows over a TIMESTAMP count in UTC; windows over a TIMESTAMP_LTZ follow the session's time zone, so
//! that the day on which summer time begins has 23 hours. Instants outside the calendar (the last
//! watermark) stay what they are.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A time zone's wall clock, with the offset of the span used last.
pub(crate) struct WallClock {
    /// `None`: UTC.
    zone: Option<TimeZone>,
    offset_ms: i64,
    /// Instants for which `offset_ms` holds.
    from_ms: i64,
    until_ms: i64,
}

impl WallClock {
    pub(crate) fn utc() -> Self {
        WallClock {
            zone: None,
            offset_ms: 0,
            from_ms: i64::MIN,
            until_ms: i64::MAX,
        }
    }

    pub(crate) fn of(zone: &TimeZone) -> Self {
        WallClock {
            zone: Some(zone.clone()),
            until_ms: i64::MIN,
            ..Self::utc()
        }
    }

    /// What the clock shows at an instant.
    #[inline]
    pub(crate) fn wall_ms(&mut self, epoch_ms: i64) -> i64 {
        if epoch_ms < self.from_ms || epoch_ms >= self.until_ms {
            self.find_span(epoch_ms);
        }
        epoch_ms + self.offset_ms
    }

    fn find_span(&mut self, epoch_ms: i64) {
        let Some(zone) = &self.zone else { return };
        let (Ok(instant), Ok(after)) = (
            Timestamp::from_millisecond(epoch_ms),
            Timestamp::from_millisecond(epoch_ms.saturating_add(1)),
        ) else {
            (self.offset_ms, self.from_ms, self.until_ms) = (0, epoch_ms, epoch_ms.saturating_add(1));
            return;
        };
        self.offset_ms = i64::from(zone.to_offset(instant).seconds()) * 1_000;
        let millis = |t: jiff::tz::TimeZoneTransition<'_>| t.timestamp().as_millisecond();
        let calendar = (Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
        self.from_ms = zone.preceding(after).next().map_or(calendar.0, millis);
        self.until_ms = zone.following(instant).next().map_or(calendar.1, millis);
    }

    /// The instant at which the clock shows a time: the first of two; for a time the clock skips, as much
    /// later as it skips.
    pub(crate) fn epoch_ms(&self, wall_ms: i64) -> i64 {
        let instant = self.ambiguous(wall_ms).and_then(|at| at.compatible().ok());
        instant.map_or(wall_ms, Timestamp::as_millisecond)
    }

    /// The instant after which the clock never shows the time again: the second of two; for a time the
    /// clock skips, the moment it skips.
    pub(crate) fn last_epoch_ms(&self, wall_ms: i64) -> i64 {
        let Some(at) = self.ambiguous(wall_ms) else {
            return wall_ms;
        };
        if let AmbiguousOffset::Gap { after, .. } = at.offset() {
            let earlier = Timestamp::from_millisecond(wall_ms - i64::from(after.seconds()) * 1_000).ok();
            let zone = self.zone.as_ref().expect("only a zone has gaps");
            let skip = earlier.and_then(|earlier| zone.following(earlier).next());
            return skip.map_or(wall_ms, |skip| skip.timestamp().as_millisecond());
        }
        at.later().map_or(wall_ms, Timestamp::as_millisecond)
    }

    /// `None` in UTC and outside the calendar.
    fn ambiguous(&self, wall_ms: i64) -> Option<jiff::tz::AmbiguousTimestamp> {
        let zone = self.zone.as_ref()?;
        let wall: DateTime = Timestamp::from_millisecond(wall_ms)
            .ok()?
            .to_zoned(TimeZone::UTC)
            .datetime();
        Some(zone.to_ambiguous_timestamp(wall))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn summer_time_comes_and_goes() {
        let zone = TimeZone::get("America/Los_Angeles").expect("the zone is known");
        let mut clock = WallClock::of(&zone);
        // 2021-03-14: 01:59:59 is followed by 03:00:00. 2021-11-07: 01:00 to 02:00 comes twice.
        let (spring_ms, autumn_ms) = (1_615_716_000_000, 1_636_275_600_000);
        let midnight_ms = 1_615_680_000_000;
        assert_eq!(clock.wall_ms(spring_ms - 1), midnight_ms + 2 * HOUR_MS - 1);
        assert_eq!(clock.wall_ms(spring_ms), midnight_ms + 3 * HOUR_MS);
        assert_eq!(clock.wall_ms(autumn_ms - 1), 1_636_246_800_000 - 1 + HOUR_MS);
        assert_eq!(clock.wall_ms(autumn_ms), 1_636_246_800_000);
        let skipped_ms = midnight_ms + 2 * HOUR_MS + HOUR_MS / 2;
        assert_eq!(clock.last_epoch_ms(skipped_ms), spring_ms);
        assert_eq!(clock.epoch_ms(skipped_ms), spring_ms + HOUR_MS / 2);
        let twice_ms = 1_636_246_800_000;
        assert_eq!(clock.epoch_ms(twice_ms), autumn_ms - HOUR_MS);
        assert_eq!(clock.last_epoch_ms(twice_ms), autumn_ms);
    }

    #[test]
    fn the_end_of_time_stays() {
        let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
        let mut clock = WallClock::of(&zone);
        let end_ms = i64::MAX / 1_000;
        assert_eq!(clock.wall_ms(end_ms), end_ms);
        assert_eq!(clock.wall_ms(0), 8 * HOUR_MS);
        assert_eq!(
            (clock.epoch_ms(end_ms), clock.last_epoch_ms(end_ms)),
            (end_ms, end_ms)
        );
        assert_eq!(WallClock::utc().last_epoch_ms(7), 7);
    }
}
