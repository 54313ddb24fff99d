//! Finds the splits of sources and assigns them to threads.
//!
//! In: open sources, what a checkpoint says of their splits. Out: commands to the threads. Invariant: a split is
//! assigned once; those found together are assigned together.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::coordinator::Coordinator;
use super::message::Command;
use super::values::VALUES_SPLIT;
use crate::connector::{Split, SplitSource};
use crate::error::JobError;

/// A source node with what finds its splits; VALUES has one split and needs nobody to find it.
pub(crate) struct OpenSource {
    pub(crate) node: usize,
    pub(crate) source: Option<Box<dyn SplitSource>>,
    known: BTreeSet<String>,
    last_discovery: Option<Instant>,
    is_complete: bool,
}

impl OpenSource {
    pub(crate) fn new(node: usize, source: Option<Box<dyn SplitSource>>) -> Self {
        OpenSource {
            node,
            source,
            known: BTreeSet::new(),
            last_discovery: None,
            is_complete: false,
        }
    }

    /// How often to look for splits; none when all are known.
    pub(super) fn discovery_interval(&self) -> Option<Duration> {
        let interval = self.source.as_ref()?.discovery_interval()?;
        (!self.is_complete).then_some(interval)
    }
}

impl<'a> Coordinator<'a> {
    /// Looks for splits where it is time to, and assigns new ones.
    pub(super) fn discover(&mut self) -> Result<(), JobError> {
        for at in 0..self.sources.len() {
            let open = &self.sources[at];
            let interval = open
                .source
                .as_ref()
                .and_then(|source| source.discovery_interval());
            let is_due = match (open.last_discovery, interval) {
                (None, _) => true,
                (Some(last), Some(interval)) => !open.is_complete && last.elapsed() >= interval,
                (Some(_), None) => false,
            };
            if is_due {
                self.discover_splits(at)?;
            }
        }
        Ok(())
    }

    fn discover_splits(&mut self, at: usize) -> Result<(), JobError> {
        let node = self.sources[at].node;
        let is_first_look = self.sources[at].last_discovery.is_none();
        let restored = self.restored_positions(node).filter(|_| is_first_look);
        let open = &mut self.sources[at];
        let mut splits = match &mut open.source {
            Some(source) => {
                restored.iter().for_each(|positions| source.restore(positions));
                source.discover()?
            }
            None => vec![Split {
                id: VALUES_SPLIT.to_owned(),
                position: serde_json::Value::Null,
            }],
        };
        splits.sort_by(|a, b| a.id.cmp(&b.id));
        take_over_positions(restored.unwrap_or_default(), &mut splits);
        open.last_discovery = Some(Instant::now());
        let is_bounded = open.source.as_ref().is_none_or(|source| source.is_bounded());
        let mut assigned: Vec<Vec<Split>> = vec![Vec::new(); self.commands.len()];
        for split in splits {
            if open.known.insert(split.id.clone()) {
                // Sources start at different threads, so that those with one split do not all meet on the
                // first.
                assigned[(at + open.known.len() - 1) % self.commands.len()].push(split);
            }
        }
        let completes = is_bounded && !std::mem::replace(&mut open.is_complete, is_bounded);
        for (thread, splits) in assigned.into_iter().enumerate() {
            // At first also to threads that get none: only then do they know that others need not wait for them.
            if is_first_look || !splits.is_empty() {
                self.send(thread, Command::Assign { node, splits });
            }
        }
        if completes {
            (0..self.commands.len()).for_each(|thread| self.send(thread, Command::NoMoreSplits { node }));
        }
        Ok(())
    }

    /// What the restored checkpoint says of a source; `None` where there is none.
    fn restored_positions(&self, node: usize) -> Option<&'a [Split]> {
        let uid = self.plan.job.nodes[node].uid;
        self.plan.restored?.manifest.sources.get(uid).map(Vec::as_slice)
    }
}

/// Splits of the checkpoint go on where they were; those that are not found any more are asked for all the same, so
/// that the connector says what is missing.
fn take_over_positions(restored: &[Split], splits: &mut Vec<Split>) {
    for saved in restored {
        match splits.iter_mut().find(|split| split.id == saved.id) {
            Some(split) => split.position = saved.position.clone(),
            None => splits.push(saved.clone()),
        }
    }
}
