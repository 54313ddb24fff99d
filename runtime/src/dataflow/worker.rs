//! The loop of one worker thread.
//!
//! In: commands, channels, sources. Out: rows in sinks, reports. Invariant: the thread never blocks on
//! another; it sleeps only when there is nothing to do, and stops reading what would fill a place or channel
//! that has enough.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crossbeam_channel::{Receiver, Sender, TryRecvError};
use sql::Timestamp;

use super::channel::{ChannelReceiver, Wakers};
use super::counters::{Figures, OperatorCounters};
use super::instance::Instance;
use super::limits::{DRAIN_BYTES_MAX, DUTIES_INTERVAL, FIGURES_INTERVAL, IDLE_SLEEP, IDLE_SLEEPS_LONG};
use super::message::{Command, Message, Report};
use super::node::Work;
use super::source::Progress;
use crate::connector::Split;
use crate::error::JobError;

/// What all threads of a job share.
#[derive(Clone, Default)]
pub(crate) struct Shared {
    /// End at once; nothing final is done.
    pub(crate) abandon: Arc<AtomicBool>,
    pub(crate) rows_read: Arc<AtomicU64>,
    pub(crate) rows_written: Arc<AtomicU64>,
    pub(crate) rows_skipped: Arc<AtomicU64>,
    pub(crate) rows_late: Arc<AtomicU64>,
    pub(crate) operators: Arc<OperatorCounters>,
}

impl Shared {
    pub(crate) fn new(threads: usize, nodes: usize) -> Self {
        Shared {
            operators: Arc::new(OperatorCounters::new(threads, nodes)),
            ..Shared::default()
        }
    }
}

/// The receiving half of an exchange: its place and a channel for each thread.
pub(crate) struct Incoming {
    pub(crate) place: usize,
    pub(crate) channels: Vec<ChannelReceiver>,
}

pub(crate) struct Worker<'job> {
    pub(crate) thread: usize,
    pub(crate) instance: Instance<'job>,
    /// In the order of their places.
    pub(crate) incoming: Vec<Incoming>,
    pub(crate) commands: Receiver<Command>,
    pub(crate) reports: Sender<Report>,
    pub(crate) wakers: Wakers,
    pub(crate) shared: Shared,
    /// Positions by epoch and node, until the epoch is committed.
    pub(crate) positions: BTreeMap<u64, Vec<(usize, Vec<Split>)>>,
    pub(crate) messages: Vec<Message>,
    pub(crate) sources_ended: bool,
    /// The last barrier has been put into the flow.
    pub(crate) is_last_epoch: bool,
    pub(crate) last_duties: Option<Instant>,
    pub(crate) last_figures: Option<Instant>,
    /// Rows already added to the shared counts: read, written, skipped, late.
    pub(crate) counted: [u64; 4],
}

impl Worker<'_> {
    /// Until the job ends, is abandoned or fails.
    pub(crate) fn run(mut self) -> Result<(), JobError> {
        self.wakers.register(self.thread);
        let mut idle_rounds: u32 = 0;
        loop {
            if self.shared.abandon.load(Ordering::Acquire) || !self.obey()? {
                self.count_rows();
                self.publish_figures();
                return Ok(());
            }
            let now = Instant::now();
            self.instance.clock = wall_clock();
            let mut busy = self.drain_channels()?;
            busy |= self.poll_sources(now)?;
            let Instance { collector, nodes, .. } = &mut self.instance;
            busy |= collector.step(nodes);
            if self
                .last_duties
                .is_none_or(|last| now.duration_since(last) >= DUTIES_INTERVAL)
            {
                self.last_duties = Some(now);
                self.duties(now)?;
            }
            if busy {
                idle_rounds = 0;
                continue;
            }
            idle_rounds = idle_rounds.saturating_add(1);
            std::thread::park_timeout(idle_sleep(idle_rounds));
        }
    }

    /// Carries out what the coordinator asked for; false when the thread is to end.
    fn obey(&mut self) -> Result<bool, JobError> {
        loop {
            let command = match self.commands.try_recv() {
                Ok(command) => command,
                Err(TryRecvError::Empty) => return Ok(true),
                Err(TryRecvError::Disconnected) => return Ok(false),
            };
            match command {
                Command::Assign { node, splits } => {
                    self.with_source(node, |source| source.assign(splits, Instant::now()))?;
                }
                Command::NoMoreSplits { node } => self.with_source(node, |source| {
                    source.set_no_more_splits();
                    Ok(())
                })?,
                Command::Barrier(barrier) => {
                    self.instance.clock = wall_clock();
                    self.is_last_epoch = barrier.last;
                    self.instance.inject(barrier)?;
                    self.positions.extend(self.instance.collector.positions());
                }
                Command::Committed { epoch } => self.on_committed(epoch)?,
                Command::PartStored => self.instance.collector.on_part_stored(),
                Command::Finish => return Ok(false),
            }
        }
    }

    fn with_source(
        &mut self,
        node: usize,
        act: impl FnOnce(&mut super::source::SourceTask<'_>) -> Result<(), JobError>,
    ) -> Result<(), JobError> {
        let mut places = self.instance.topology.places.iter();
        let place = places
            .position(|place| place.node == node)
            .expect("the node has a place");
        match &mut self.instance.nodes[place].work {
            Work::Source(source) => act(source),
            _ => unreachable!("only sources get splits"),
        }
    }

    fn on_committed(&mut self, epoch: u64) -> Result<(), JobError> {
        let later = self.positions.split_off(&(epoch + 1));
        let committed = std::mem::replace(&mut self.positions, later).remove(&epoch);
        for (node, positions) in committed.into_iter().flatten() {
            self.with_source(node, |source| {
                source.on_committed(epoch, &positions);
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Later stages first, so that what is in flight leaves before more enters.
    fn drain_channels(&mut self) -> Result<bool, JobError> {
        let mut busy = false;
        for at in (0..self.incoming.len()).rev() {
            let Incoming { place, channels } = &self.incoming[at];
            if self.instance.is_congested_after(*place) {
                continue;
            }
            let mut received = false;
            for (input, channel) in channels.iter().enumerate() {
                received |= drain(&mut self.instance, *place, input, channel);
            }
            if received {
                self.instance.run(*place)?;
                busy = true;
            }
        }
        Ok(busy)
    }

    fn poll_sources(&mut self, now: Instant) -> Result<bool, JobError> {
        if self.is_last_epoch {
            return Ok(false);
        }
        let mut busy = false;
        let mut all_ended = true;
        let mut wanted = false;
        for place in 0..self.instance.nodes.len() {
            let congested = self.instance.is_congested_after(place);
            let Work::Source(source) = &mut self.instance.nodes[place].work else {
                continue;
            };
            if congested {
                source.pause(now);
            } else {
                match source.poll(now, self.instance.clock, &mut self.messages)? {
                    Progress::Nothing => {}
                    Progress::Something => busy = true,
                    Progress::CheckpointWanted => wanted = true,
                }
            }
            all_ended &= source.has_ended();
            if !self.messages.is_empty() {
                self.instance.emit(place, &mut self.messages)?;
            }
        }
        if wanted {
            self.report(Report::CheckpointWanted);
        }
        if all_ended && !self.sources_ended {
            self.sources_ended = true;
            self.report(Report::SourcesEnded { thread: self.thread });
        }
        Ok(busy)
    }

    fn duties(&mut self, now: Instant) -> Result<(), JobError> {
        for place in 0..self.instance.nodes.len() {
            let Work::Source(source) = &mut self.instance.nodes[place].work else {
                continue;
            };
            source.on_clock(now, &mut self.messages);
            if !self.messages.is_empty() {
                self.instance.emit(place, &mut self.messages)?;
            }
        }
        self.instance.on_clock()?;
        self.count_rows();
        let last = self.last_figures;
        if last.is_none_or(|last| now.duration_since(last) >= FIGURES_INTERVAL) {
            self.last_figures = Some(now);
            self.publish_figures();
        }
        Ok(())
    }

    fn count_rows(&mut self) {
        let mut counts = [0; 4];
        for node in &self.instance.nodes {
            match &node.work {
                Work::Source(source) => {
                    counts[0] += source.rows_read;
                    counts[2] += source.skipped();
                }
                Work::Sink(sink) => counts[1] += sink.rows_written,
                Work::Operator(operator, _) => counts[3] += operator.late_rows(),
                Work::Pass | Work::Send(_) => {}
            }
        }
        let shared = [
            &self.shared.rows_read,
            &self.shared.rows_written,
            &self.shared.rows_skipped,
            &self.shared.rows_late,
        ];
        for ((total, count), counted) in shared.into_iter().zip(counts).zip(&mut self.counted) {
            total.fetch_add(count - *counted, Ordering::Relaxed);
            *counted = count;
        }
    }

    fn publish_figures(&mut self) {
        let places = &self.instance.topology.places;
        let nodes = places.last().map_or(0, |place| place.node + 1);
        let mut figures = vec![Figures::default(); nodes];
        for (place, node) in places.iter().zip(&mut self.instance.nodes) {
            let of_node = &mut figures[place.node];
            *of_node = of_node.join(node.figures(place.role));
        }
        self.shared.operators.publish(self.thread, &figures);
    }

    /// A coordinator that has gone has ended the job; the thread learns it by its commands.
    fn report(&self, report: Report) {
        let _ = self.reports.send(report);
    }
}

/// The longer there has been nothing to do, the longer a thread sleeps.
fn idle_sleep(idle_rounds: u32) -> Duration {
    let mut long = IDLE_SLEEPS_LONG.iter().rev();
    long.find(|(rounds, _)| idle_rounds >= *rounds)
        .map_or(IDLE_SLEEP, |(_, sleep)| *sleep)
}

/// Takes a bounded number of bytes out of a channel; nothing while the input waits for the barriers of
/// others.
fn drain(instance: &mut Instance<'_>, place: usize, input: usize, channel: &ChannelReceiver) -> bool {
    let mut bytes = 0;
    let mut received = false;
    while bytes <= DRAIN_BYTES_MAX && !instance.nodes[place].is_held(input) {
        let Some(message) = channel.receive() else { break };
        received = true;
        bytes += message.size_bytes();
        let is_barrier = matches!(message, Message::Barrier(_));
        instance.nodes[place].push(input, message);
        if is_barrier {
            // What follows belongs to the next epoch and stays in the channel until the barrier is taken in.
            break;
        }
    }
    received
}

/// The wall clock as SQL sees it.
pub(crate) fn wall_clock() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(since_epoch.as_micros() as i64)
}
