//! The commit protocol: which checkpoint counts, and what makes it count.
//!
//! In: an event log in storage that grows by conditional creates, the sink's token, durable checkpoints. Out:
//! the checkpoint to restore; commits in order. Invariant: a generation that is not the latest can append
//! nothing, so it can commit nothing; a checkpoint is restored exactly if its output is, or is about to be
//! made, visible.
//!
//! A job claims its generation by appending to the log. Entry *n* is created only if there is no entry *n*:
//! whoever comes second reads on, and a job that finds a later generation has been replaced. Where a session cluster
//! counts the starts of a job, a start that comes after a later one claims nothing: the cluster gave it up. A
//! checkpoint is committed
//! - without a commit point: by its entry in the log;
//! - with one (a sink whose transaction carries the token): by that transaction; the entry follows, and is made up for
//!   at the next start when a crash came between.
//!
//! A token lies at a place of the sink's, which a changed statement may change. So every entry names the place of its
//! generation, and a start reads the token wherever a generation since the last commit may have written one.
//!
//! Staged output is applied after the decision, and again after a restore: its committers are idempotent.

use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use crate::error::JobError;

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum LogEntry {
    /// A job has started.
    Claim {
        generation: u64,
        /// Where the sink's tokens of this generation lie, if its sink has any; so in all entries.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
        /// Which start of the job it was, where somebody counts them; so in all entries.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
    },
    /// The checkpoint is committed.
    Commit {
        generation: u64,
        epoch: u64,
        checkpoint: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
    },
    /// The job starts from nothing: checkpoints and tokens up to this epoch do not count any more.
    Reset {
        generation: u64,
        epoch: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
    },
}

impl LogEntry {
    pub(crate) fn generation(&self) -> u64 {
        match self {
            LogEntry::Claim { generation, .. }
            | LogEntry::Commit { generation, .. }
            | LogEntry::Reset { generation, .. } => *generation,
        }
    }

    fn place(&self) -> Option<&String> {
        match self {
            LogEntry::Claim { place, .. }
            | LogEntry::Commit { place, .. }
            | LogEntry::Reset { place, .. } => place.as_ref(),
        }
    }

    fn attempt(&self) -> Option<u32> {
        match self {
            LogEntry::Claim { attempt, .. }
            | LogEntry::Commit { attempt, .. }
            | LogEntry::Reset { attempt, .. } => *attempt,
        }
    }
}

/// A committed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Committed {
    pub(crate) epoch: u64,
    pub(crate) checkpoint: String,
}

/// What a log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogState {
    /// Sequence number of the next entry.
    pub(crate) next: u64,
    /// The latest generation; 0: none yet.
    pub(crate) generation: u64,
    /// The latest start that has claimed one, where somebody counts them.
    pub(crate) attempt: Option<u32>,
    pub(crate) committed: Option<Committed>,
    /// Its staged output is known to be applied: only then is the log trimmed to the entry that commits it.
    pub(crate) is_applied: bool,
    /// Epochs up to this one are used up.
    pub(crate) epoch: u64,
    /// Tokens up to this epoch do not count.
    pub(crate) reset_epoch: u64,
    /// Where a token may lie that the log does not know of: the places of the generation that committed last and of all
    /// that have claimed since. Earlier ones were fenced before that commit.
    pub(crate) places: Vec<String>,
    /// Entries before this one are not needed.
    pub(crate) first_needed: u64,
}

/// Reads a log, which is in the order of its sequence numbers. A stale entry (a replaced job refilled a
/// number whose entry had been collected) stands before the later ones and is overruled by them.
pub(crate) fn fold(log: &[(u64, LogEntry)]) -> LogState {
    let mut state = LogState::default();
    for (at, (sequence, entry)) in log.iter().enumerate() {
        state.next = sequence + 1;
        state.generation = state.generation.max(entry.generation());
        state.attempt = state.attempt.max(entry.attempt());
        if !matches!(entry, LogEntry::Claim { .. }) {
            state.places.clear();
        }
        if let Some(place) = entry.place().filter(|place| !state.places.contains(place)) {
            state.places.push(place.clone());
        }
        match entry {
            LogEntry::Claim { .. } => {}
            LogEntry::Commit {
                epoch, checkpoint, ..
            } => {
                state.epoch = state.epoch.max(*epoch);
                state.first_needed = *sequence;
                state.is_applied = at == 0;
                state.committed = Some(Committed {
                    epoch: *epoch,
                    checkpoint: checkpoint.clone(),
                });
            }
            LogEntry::Reset { epoch, .. } => {
                state.epoch = state.epoch.max(*epoch);
                state.reset_epoch = *epoch;
                state.first_needed = *sequence;
                state.is_applied = false;
                state.committed = None;
            }
        }
    }
    state
}

/// Which checkpoint to restore: the later of the log's and the token's. The token is ahead when a crash came
/// between the sink's transaction and the log; it is behind or absent when the sink is another one than
/// before.
pub(crate) fn choose(log: &LogState, token: Option<&Committed>) -> Option<Committed> {
    let token = token.filter(|token| token.epoch > log.reset_epoch);
    match (&log.committed, token) {
        (Some(marked), Some(token)) if token.epoch > marked.epoch => Some(token.clone()),
        (Some(marked), _) => Some(marked.clone()),
        (None, token) => token.cloned(),
    }
}

/// What the protocol does to the world.
pub(crate) trait World {
    /// All entries in the order of their sequence numbers.
    fn read_log(&mut self) -> Result<Vec<(u64, LogEntry)>, JobError>;
    /// Creates entry `sequence`; false if there is one.
    fn append(&mut self, sequence: u64, entry: &LogEntry) -> Result<bool, JobError>;
    /// Which start of the job this instance is, where somebody counts them.
    fn attempt(&self) -> Option<u32>;
    /// Names where this instance's tokens lie; `None` without a commit point.
    fn place(&self) -> Option<String>;
    /// Fences predecessors at the commit point, also those with tokens at these places, and reads the latest token
    /// found there or at its own place; `None` without one.
    fn recover(&mut self, places: &[String]) -> Result<Option<Committed>, JobError>;
    /// Makes the manifest durable; its parts are.
    fn store_manifest(&mut self, manifest: &Manifest) -> Result<(), JobError>;
    /// Commits the sink's transaction with the token, if there is a commit point.
    fn commit_sink(&mut self, manifest: &Manifest) -> Result<(), JobError>;
    /// Makes staged output visible.
    fn apply_staged(&mut self, manifest: &Manifest) -> Result<(), JobError>;
    /// Forgets log entries before this one.
    fn trim_log(&mut self, first_needed: u64) -> Result<(), JobError>;
}

/// A job's right to commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tenure {
    pub(crate) generation: u64,
    next: u64,
    place: Option<String>,
    attempt: Option<u32>,
}

/// What a start found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) tenure: Tenure,
    pub(crate) restore: Option<Committed>,
    /// The staged output of `restore` is known to be applied, but for what committers left open.
    pub(crate) is_applied: bool,
    /// Log entries before this one are not needed once it is.
    pub(crate) first_needed: u64,
    /// Epochs up to this one are used up.
    pub(crate) epoch: u64,
}

/// Claims a generation and finds the checkpoint to restore. The caller restores it, applies its staged output again
/// and tells that it has by [`World::trim_log`], so that a later start of the same checkpoint does not do it again.
pub(crate) fn start(world: &mut dyn World, from_scratch: bool) -> Result<Start, JobError> {
    let (log, mut tenure) = claim(world)?;
    let token = world.recover(&log.places)?;
    // A successor may have claimed before the commit point fenced it; it must not be fenced by its
    // predecessor for good.
    tenure.check(world)?;
    let token_epoch = token.as_ref().map_or(0, |token| token.epoch);
    let epoch = log.epoch.max(token_epoch);
    if from_scratch {
        let entry = LogEntry::Reset {
            generation: tenure.generation,
            epoch,
            place: tenure.place.clone(),
            attempt: tenure.attempt,
        };
        tenure.append(world, &entry)?;
        return Ok(Start {
            tenure,
            restore: None,
            is_applied: false,
            first_needed: log.first_needed,
            epoch,
        });
    }
    let restore = choose(&log, token.as_ref());
    let is_applied = log.is_applied && restore == log.committed;
    let mut first_needed = log.first_needed;
    if let Some(chosen) = restore
        .as_ref()
        .filter(|&chosen| log.committed.as_ref() != Some(chosen))
    {
        first_needed = tenure.next;
        tenure.commit(world, chosen.epoch, &chosen.checkpoint)?;
    }
    Ok(Start {
        tenure,
        restore,
        is_applied,
        first_needed,
        epoch,
    })
}

/// Commits a checkpoint whose parts are durable.
pub(crate) fn commit(
    world: &mut dyn World,
    tenure: &mut Tenure,
    manifest: &Manifest,
) -> Result<(), JobError> {
    world.store_manifest(manifest)?;
    world.commit_sink(manifest)?;
    let sequence = tenure.next;
    tenure.commit(world, manifest.epoch, &manifest.id)?;
    world.apply_staged(manifest)?;
    world.trim_log(sequence)
}

/// Attempts to claim before giving up: each lost one means that another job started in the same moment.
const CLAIM_ATTEMPTS: usize = 8;

/// Refuses a start that a later one of the same job has overtaken: it was given up before it began.
pub(crate) fn admit(log: &LogState, attempt: Option<u32>) -> Result<(), JobError> {
    match (attempt, log.attempt) {
        (Some(attempt), Some(successor)) if attempt < successor => {
            Err(JobError::Overtaken { attempt, successor })
        }
        _ => Ok(()),
    }
}

fn claim(world: &mut dyn World) -> Result<(LogState, Tenure), JobError> {
    for _ in 0..CLAIM_ATTEMPTS {
        let log = fold(&world.read_log()?);
        admit(&log, world.attempt())?;
        let mut tenure = Tenure {
            generation: log.generation + 1,
            next: log.next,
            place: world.place(),
            attempt: world.attempt(),
        };
        let entry = LogEntry::Claim {
            generation: tenure.generation,
            place: tenure.place.clone(),
            attempt: tenure.attempt,
        };
        if tenure.try_append(world, &entry)? {
            return Ok((log, tenure));
        }
    }
    Err(JobError::Checkpoint(
        "other instances of this job keep starting".to_owned(),
    ))
}

impl Tenure {
    fn commit(&mut self, world: &mut dyn World, epoch: u64, checkpoint: &str) -> Result<(), JobError> {
        let entry = LogEntry::Commit {
            generation: self.generation,
            epoch,
            checkpoint: checkpoint.to_owned(),
            place: self.place.clone(),
            attempt: self.attempt,
        };
        self.append(world, &entry)
    }

    fn append(&mut self, world: &mut dyn World, entry: &LogEntry) -> Result<(), JobError> {
        if self.try_append(world, entry)? {
            return Ok(());
        }
        Err(self.fenced(world)?)
    }

    /// Fails if there is a successor.
    fn check(&self, world: &mut dyn World) -> Result<(), JobError> {
        let next = fold(&world.read_log()?).next;
        if next == self.next {
            Ok(())
        } else {
            Err(self.fenced(world)?)
        }
    }

    fn fenced(&self, world: &mut dyn World) -> Result<JobError, JobError> {
        let (generation, successor) = (self.generation, fold(&world.read_log()?).generation);
        Ok(match successor > generation {
            true => JobError::Fenced {
                generation,
                successor,
            },
            false => JobError::Checkpoint("the log of this job has been removed".to_owned()),
        })
    }

    /// False: somebody else has written to the log since.
    fn try_append(&mut self, world: &mut dyn World, entry: &LogEntry) -> Result<bool, JobError> {
        let sequence = self.next;
        if !world.append(sequence, entry)? {
            // The answer to an earlier attempt of this very request may have been lost on the way.
            let written = world.read_log()?;
            let is_ours = written.last() == Some(&(sequence, entry.clone()));
            if !is_ours || matches!(entry, LogEntry::Claim { .. }) {
                return Ok(false);
            }
        }
        // The number may have been free only because later entries let the log be trimmed, or because the job was ended
        // for good and its log removed: then the entry before it, which no trimming of ours takes, is gone.
        let log = world.read_log()?;
        let is_last = log.last().is_some_and(|(last, _)| *last == sequence);
        let is_connected = sequence == 0 || log.iter().any(|(other, _)| other + 1 == sequence);
        self.next = sequence + 1;
        Ok(is_last && is_connected)
    }
}

#[cfg(test)]
mod tests;
