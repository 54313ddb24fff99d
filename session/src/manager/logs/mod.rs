//! Log lines of jobs and of the manager about them, as many as fit, in memory and in files.
//!
//! In: lines with their time and level. Out: those that a query asks for, also after a restart. Invariant: bounded in
//! bytes, for each deployment and for all, and in age; what must go is of the deployment that takes most; numbers rise
//! and are never given twice in one folder, so that a reader can go on where it stopped.

mod files;
mod ring;

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use super::live::Heard;
use crate::model::fresh_id;
use crate::protocol::Level;
use crate::protocol::worker::Heartbeat;
pub(super) use files::LogFiles;
use files::{Left, Stored};
use ring::{Dropped, Line, Ring, Seen};

/// Of all deployments: the latest hours of a busy cluster.
const BYTES_MAX: usize = 16 << 20;
/// Of one deployment.
const DEPLOYMENT_BYTES_MAX: usize = 4 << 20;
/// So much goes at once where all together are too many, so that the largest is not looked for at every line.
const SHRINK_BYTES: usize = 64 << 10;
/// Older lines go, however few there are.
const AGE_MAX_US: i64 = 7 * 86_400 * 1_000_000;
/// Lines of what is no deployment (any more) go when it has been silent for so long.
const UNKNOWN_AGE_MAX_US: i64 = 60 * 1_000_000;
/// Left out between two starts: numbers of lines that a crash of the machine has lost are not given again.
const NUMBERS_BETWEEN_STARTS: u64 = 1 << 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// To continue after.
    pub number: u64,
    /// Microseconds since 1970.
    pub time_us: i64,
    pub level: Level,
    /// Host of the worker.
    pub host: String,
    pub deployment: String,
    pub line: String,
}

/// Where a reader has stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogCursor {
    /// Whose numbers it counts by; none: those of whoever is asked.
    pub epoch: Option<String>,
    pub number: u64,
    pub time_us: i64,
}

impl std::fmt::Display for LogCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.epoch {
            Some(epoch) => write!(f, "{epoch}-{}-{}", self.number, self.time_us),
            None => write!(f, "{}", self.number),
        }
    }
}

impl std::str::FromStr for LogCursor {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<LogCursor, Self::Err> {
        let mut parts = text.split('-');
        let (first, number, time) = (parts.next(), parts.next(), parts.next());
        Ok(match (first, number) {
            (Some(epoch), Some(number)) => LogCursor {
                epoch: Some(epoch.to_owned()),
                number: number.parse()?,
                time_us: time.unwrap_or_default().parse()?,
            },
            _ => LogCursor {
                epoch: None,
                number: text.parse()?,
                time_us: 0,
            },
        })
    }
}

#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// Of this deployment only.
    pub deployment: Option<String>,
    /// Lines after (ascending) or before (descending) this one.
    pub offset: Option<LogCursor>,
    pub limit: usize,
    /// The newest first.
    pub is_descending: bool,
    /// Lines of lower levels are left out.
    pub level: Level,
}

/// What a query has found.
#[derive(Clone, Debug, Default)]
pub struct FoundLogs {
    pub entries: Vec<LogEntry>,
    /// Lines that were passed over for their level.
    pub hidden: u64,
    /// Where to go on: after the last line that was looked at.
    pub last: Option<LogCursor>,
    /// Whose numbers these are.
    pub epoch: String,
}

impl FoundLogs {
    pub fn cursor(&self, entry: &LogEntry) -> LogCursor {
        LogCursor {
            epoch: Some(self.epoch.clone()),
            number: entry.number,
            time_us: entry.time_us,
        }
    }
}

/// Where a line comes from: the start of a worker's process, and the line's number there.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) incarnation: Arc<str>,
    pub(super) number: u64,
}

/// What files do not have yet.
pub(super) struct Unwritten {
    lines: Vec<(LogEntry, Option<Origin>)>,
    /// By files that are to be looked through: bytes of lines in them that are still shown.
    wanted: BTreeMap<u64, u64>,
    /// Number of the oldest line that is shown, by deployment.
    first: BTreeMap<String, u64>,
}

pub(super) struct Logs {
    /// By deployment.
    rings: BTreeMap<String, Ring>,
    bytes: usize,
    epoch: String,
    last: u64,
    /// The last number of before this process.
    last_before: u64,
    /// Up to this number lines have been given away to be written.
    written: u64,
    /// By starts of workers' processes: their last line that the files had at the start.
    stored: BTreeMap<String, u64>,
    host: Arc<str>,
}

impl Default for Logs {
    fn default() -> Logs {
        Logs {
            rings: BTreeMap::new(),
            bytes: 0,
            epoch: fresh_epoch(),
            last: 0,
            last_before: 0,
            written: 0,
            stored: BTreeMap::new(),
            host: Arc::default(),
        }
    }
}

/// Of a folder of lines: another manager has others.
fn fresh_epoch() -> String {
    fresh_id().chars().filter(|one| *one != '-').take(12).collect()
}

impl Logs {
    /// With what an earlier process has left.
    pub(super) fn with(left: Left) -> Logs {
        let mut logs = Logs {
            epoch: left.epoch,
            last: left.last,
            ..Logs::default()
        };
        for one in left.lines {
            logs.take_back(one);
        }
        for (deployment, dropped) in left.dropped {
            logs.last = logs.last.max(dropped.number);
            logs.rings.entry(deployment).or_default().were_dropped(dropped);
        }
        if logs.last > 0 {
            logs.last += NUMBERS_BETWEEN_STARTS;
        }
        logs.last_before = logs.last;
        logs.written = logs.last;
        logs
    }

    fn take_back(&mut self, stored: Stored) {
        self.last = self.last.max(stored.number);
        if let Some(incarnation) = stored.incarnation {
            let last = self.stored.entry(incarnation).or_default();
            *last = stored.origin_number.max(*last);
        }
        let entry = LogEntry {
            number: stored.number,
            time_us: stored.time_us,
            level: stored.level,
            host: stored.host,
            deployment: stored.deployment,
            line: stored.line,
        };
        self.add(entry, None);
    }

    /// The last line of a worker's process that an earlier manager took in.
    pub(super) fn stored_up_to(&self, incarnation: &str) -> u64 {
        self.stored.get(incarnation).copied().unwrap_or(0)
    }

    /// Takes in the lines of a call that were not there before, but those of `unlogged` deployments.
    pub(super) fn hear(&mut self, heartbeat: &Heartbeat, heard: Heard, unlogged: &BTreeSet<String>) {
        // A worker's clock may be ahead by days; lines are kept by their age.
        let now_us = jiff::Timestamp::now().as_microsecond();
        let lines = heartbeat.logs.iter();
        let fresh = lines
            .filter(|line| line.number > heard.logs_seen)
            .filter(|line| !unlogged.contains(&line.deployment));
        let incarnation: Arc<str> = heartbeat.incarnation.as_str().into();
        for line in fresh {
            let mut push = |level: Level, text: String| {
                let entry = LogEntry {
                    number: 0,
                    time_us: line.time_us.min(now_us),
                    level,
                    host: heartbeat.host.clone(),
                    deployment: line.deployment.clone(),
                    line: text,
                };
                let origin = Origin {
                    incarnation: Arc::clone(&incarnation),
                    number: line.number,
                };
                self.push(entry, Some(origin));
            };
            if line.lost_before > 0 {
                push(
                    Level::Warn,
                    format!(
                        "… {} lines dropped: the worker could not keep them",
                        line.lost_before
                    ),
                );
            }
            push(line.level, line.line.clone());
        }
    }

    /// The entry gets its number here.
    pub(super) fn push(&mut self, entry: LogEntry, origin: Option<Origin>) {
        self.last += 1;
        let entry = LogEntry {
            number: self.last,
            ..entry
        };
        self.add(entry, origin);
    }

    /// Each line is given away once. `files`: those that are to be looked through, by their first numbers.
    pub(super) fn unwritten(&mut self, files: &[u64]) -> Unwritten {
        let mut lines = Vec::new();
        for (deployment, ring) in &self.rings {
            lines.extend(ring.written_after(self.written, deployment));
        }
        lines.sort_by_key(|(entry, _)| entry.number);
        let ends = files.iter().skip(1).copied().chain([self.written + 1]);
        let wanted = |(from, before): (&u64, u64)| {
            let rings = self.rings.values();
            (*from, rings.map(|ring| ring.stored_bytes(*from, before)).sum())
        };
        let wanted = files.iter().zip(ends).map(wanted).collect();
        let first = match files.is_empty() {
            true => BTreeMap::new(),
            false => self.first(),
        };
        self.written = self.last;
        Unwritten { lines, wanted, first }
    }

    /// Files may lag behind: a slow disk has not been waited for.
    pub(super) fn has_unwritten(&self) -> bool {
        self.written < self.last
    }

    fn first(&self) -> BTreeMap<String, u64> {
        let rings = self.rings.iter();
        let first = rings.filter_map(|(deployment, ring)| Some((deployment.clone(), ring.first()?)));
        first.collect()
    }

    fn add(&mut self, entry: LogEntry, origin: Option<Origin>) {
        if *self.host != *entry.host {
            self.host = entry.host.as_str().into();
        }
        let ring = self.rings.entry(entry.deployment).or_default();
        let before = ring.bytes();
        ring.add(Line {
            number: entry.number,
            time_us: entry.time_us,
            level: entry.level,
            origin,
            host: Arc::clone(&self.host),
            text: entry.line.into_boxed_str(),
        });
        self.bytes += ring.bytes() - before;
        self.bytes -= ring.shrink_to(DEPLOYMENT_BYTES_MAX);
        while self.bytes > BYTES_MAX {
            let largest = self.rings.values_mut().max_by_key(|ring| ring.bytes());
            let largest = largest.expect("one was added");
            self.bytes -= largest.shrink_to(largest.bytes().saturating_sub(SHRINK_BYTES));
        }
    }

    /// Now and then: what is too old goes, and what nobody can ask for.
    pub(super) fn tidy(&mut self, now_us: i64, is_known: impl Fn(&str) -> bool) {
        for (deployment, ring) in &mut self.rings {
            let is_silent = ring
                .newest_us()
                .is_none_or(|at| now_us.saturating_sub(at) > UNKNOWN_AGE_MAX_US);
            self.bytes -= match is_silent && !is_known(deployment) {
                true => ring.shrink_to(0),
                false => ring.forget_before(now_us.saturating_sub(AGE_MAX_US)),
            };
        }
        self.rings.retain(|_, ring| !ring.is_empty());
    }

    /// Lines of these deployments.
    pub(super) fn find(&self, query: &LogQuery, deployments: &[String]) -> FoundLogs {
        let is_wanted = |one: &&String| query.deployment.as_ref().is_none_or(|wanted| wanted == *one);
        let wanted = deployments.iter().filter(is_wanted);
        let wanted = wanted.filter_map(|one| self.rings.get_key_value(one));
        let (limit_us, start) = self.start(query);
        let mut heads = Vec::new();
        for (deployment, ring) in wanted {
            let seen: Box<dyn Iterator<Item = Seen<'_>>> = match query.is_descending {
                true => Box::new(ring.before(start)),
                false => Box::new(ring.after(start)),
            };
            heads.push((deployment.as_str(), seen.peekable()));
        }
        // The least number first, or the greatest.
        let key = |number: u64| if query.is_descending { number } else { !number };
        let mut next: BinaryHeap<(u64, usize)> = BinaryHeap::new();
        for (at, (_, seen)) in heads.iter_mut().enumerate() {
            next.extend(seen.peek().map(|seen| (key(seen.number()), at)));
        }
        let mut found = FoundLogs {
            epoch: self.epoch.clone(),
            ..FoundLogs::default()
        };
        while found.entries.len() < query.limit
            && let Some((_, at)) = next.pop()
        {
            let (deployment, seen) = &mut heads[at];
            let one = seen.next().expect("it was looked at");
            next.extend(seen.peek().map(|seen| (key(seen.number()), at)));
            if limit_us.is_some_and(|limit_us| one.time_us() >= limit_us) {
                continue;
            }
            found.last = Some(LogCursor {
                epoch: Some(self.epoch.clone()),
                number: one.number(),
                time_us: one.time_us(),
            });
            match one.is_shown(query.level) {
                true => found.entries.push(one.entry(deployment)),
                false => found.hidden += 1,
            }
        }
        found
    }

    /// The number from which on a query looks, and the moment before which lines must be. A reader that comes from
    /// another manager goes on with all that this process has taken in: what it has of before was read there.
    fn start(&self, query: &LogQuery) -> (Option<i64>, u64) {
        let beginning = if query.is_descending { u64::MAX } else { 0 };
        match &query.offset {
            None => (None, beginning),
            Some(cursor) if cursor.epoch.as_ref().is_none_or(|one| *one == self.epoch) => {
                (None, cursor.number)
            }
            Some(cursor) if query.is_descending => (Some(cursor.time_us), beginning),
            Some(_) => (None, self.last_before),
        }
    }
}

#[cfg(test)]
mod tests;
