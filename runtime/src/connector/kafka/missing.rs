//! Partitions that a consumer is told not to exist, and when that is final.
//!
//! In: lines of the library's log. Out: the partition that is gone. Invariant: a broker that starts, or does not know
//! yet what others know, ends no job: only what is said again and again for [`GRACE`] counts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::log;

/// So long it is waited for a topic to come (back).
const GRACE: Duration = Duration::from_secs(10);
/// The library asks every second or so. What was said longer ago than this has been taken back since.
const SILENCE_MAX: Duration = Duration::from_secs(5);

/// What has been said of partitions that do not exist.
#[derive(Default)]
pub(super) struct Missing {
    /// First and last time, by topic and partition.
    told: BTreeMap<(String, i32), (Instant, Instant)>,
    /// Nobody waits for them any more.
    given_up: BTreeSet<(String, i32)>,
}

impl Missing {
    /// Takes in a line; answers whether it was about a missing partition.
    pub(super) fn note(&mut self, line: &str, now: Instant) -> bool {
        let Some((topic, partition)) = parse(line) else {
            return false;
        };
        let place = (topic.to_owned(), partition);
        if self.given_up.contains(&place) {
            return true;
        }
        let (first, last) = self.told.entry(place).or_insert_with(|| {
            let seconds = GRACE.as_secs();
            log::warn(format_args!(
                "kafka: topic {topic}, partition {partition} does not exist; waiting {seconds} s for it at most"
            ));
            (now, now)
        });
        if now.duration_since(*last) > SILENCE_MAX {
            *first = now;
        }
        *last = now;
        true
    }

    /// A partition that is gone for good, if any.
    pub(super) fn finding(&self) -> Option<(String, i32)> {
        let is_final = |(first, last): &(Instant, Instant)| last.duration_since(*first) >= GRACE;
        let (place, _) = self.told.iter().find(|(_, times)| is_final(times))?;
        Some(place.clone())
    }

    /// The job goes on without it.
    pub(super) fn give_up(&mut self, topic: &str, partition: i32) {
        let place = (topic.to_owned(), partition);
        self.told.remove(&place);
        self.given_up.insert(place);
    }
}

/// `… TOPIC [PARTITION]: topic does not exist (…)`; names of topics have no blanks.
fn parse(line: &str) -> Option<(&str, i32)> {
    let (place, _) = line.split_once("]: topic does not exist")?;
    let (before, partition) = place.rsplit_once(" [")?;
    let topic = before.rsplit(' ').next()?;
    Some((topic, partition.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "[thrd:app]: rdkafka#consumer-2: a.b-c [3]: topic does not exist (Broker: Unknown topic or partition)";

    #[test]
    fn lines_about_missing_partitions_are_understood() {
        assert_eq!(parse(LINE), Some(("a.b-c", 3)));
        for other in [
            "",
            "a [x]: topic does not exist",
            "b:1/bootstrap: Connection refused",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_partition_that_stays_away_is_gone_and_one_that_comes_back_is_not() {
        let start = Instant::now();
        for (gap_s, expected) in [(1, true), (6, false)] {
            let mut missing = Missing::default();
            assert!(!missing.note("something else", start));
            for second in (0..=60).step_by(gap_s) {
                assert!(missing.note(LINE, start + Duration::from_secs(second)));
                let is_gone = expected && second >= GRACE.as_secs();
                assert_eq!(missing.finding().is_some(), is_gone, "{gap_s} {second}");
            }
            assert_eq!(missing.finding(), expected.then(|| ("a.b-c".to_owned(), 3)));
            missing.give_up("a.b-c", 3);
            for second in 60..=90 {
                assert!(missing.note(LINE, start + Duration::from_secs(second)));
            }
            assert_eq!(missing.finding(), None, "it is not spoken of again");
        }
    }
}
