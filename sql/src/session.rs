//! What an expression may know beside its arguments: the session's time zone, the current time,
//! the current watermark, and compiled patterns.
//!
//! One `Session` per kernel and thread. The runtime sets `now` before each row that asks for it
//! (streaming queries evaluate CURRENT_TIMESTAMP per row) and `watermark` when it changes.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;

use fancy_regex::Regex;
use jiff::tz::TimeZone;

use crate::function::random::JavaRandom;
use crate::time::Timestamp;

/// Compiled patterns kept per kernel; the table is emptied when it is full, since patterns may come from data.
const PATTERNS_MAX: usize = 1_000;

/// Environment of one kernel on one thread.
pub struct Session {
    pub time_zone: TimeZone,
    /// Wall-clock time of the row being evaluated.
    pub now: Timestamp,
    /// Watermark of the operator that evaluates, if one has arrived.
    pub watermark: Option<Timestamp>,
    patterns: RefCell<HashMap<String, Option<Rc<Regex>>>>,
    /// One generator per literal seed.
    randoms: RefCell<HashMap<i32, JavaRandom>>,
    /// Keyed hashes of a counter under a random key are the random numbers without a seed.
    entropy: RandomState,
    entropy_count: Cell<u64>,
}

impl Session {
    pub fn new(time_zone: TimeZone) -> Self {
        Session {
            time_zone,
            now: Timestamp::EPOCH,
            watermark: None,
            patterns: RefCell::new(HashMap::new()),
            randoms: RefCell::new(HashMap::new()),
            entropy: RandomState::new(),
            entropy_count: Cell::new(0),
        }
    }

    /// A session in UTC at the epoch, for tests and constants.
    pub fn utc() -> Self {
        Self::new(TimeZone::UTC)
    }

    /// The compiled form of a Java pattern, or `None` when it is not a valid pattern. `translate` turns
    /// Java's syntax into that of the engine used here.
    pub fn pattern(&self, text: &str, translate: fn(&str) -> String) -> Option<Rc<Regex>> {
        let mut patterns = self.patterns.borrow_mut();
        if let Some(found) = patterns.get(text) {
            return found.clone();
        }
        if patterns.len() >= PATTERNS_MAX {
            patterns.clear();
        }
        let compiled = Regex::new(&translate(text)).ok().map(Rc::new);
        patterns.insert(text.to_owned(), compiled.clone());
        compiled
    }

    /// Draws from the generator of a literal seed.
    pub(crate) fn with_random<T>(&self, seed: i32, draw: impl FnOnce(&mut JavaRandom) -> T) -> T {
        let mut randoms = self.randoms.borrow_mut();
        draw(
            randoms
                .entry(seed)
                .or_insert_with(|| JavaRandom::new(seed.into())),
        )
    }

    /// 64 random bits.
    pub(crate) fn next_entropy(&self) -> u64 {
        let count = self.entropy_count.get();
        self.entropy_count.set(count.wrapping_add(1));
        self.entropy.hash_one(count)
    }
}
