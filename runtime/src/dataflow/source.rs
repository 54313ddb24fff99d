//! One source node on one thread: reads its splits, computes columns, makes watermarks.
//!
//! In: what the connector's reader appends. Out: batches, watermarks and idleness. Invariant: everything a
//! poll brought has been handed on before positions are asked for, so positions and flow always agree.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sql::{Session, Timestamp};

use super::limits::POLL_ROWS_MAX;
use super::message::{Message, WATERMARK_END};
use super::watermark::WatermarkCombiner;
use crate::connector::{Polled, Split, SplitReader};
use crate::error::JobError;
use crate::job::{BatchKernel, WatermarkKernel};
use crate::row::{Batch, BatchWriter};

/// How a source makes watermarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WatermarkStyle {
    /// Per split, handed on periodically.
    SplitPeriodic,
    /// Per split, handed on after each row that moves it.
    SplitOnEvent,
    /// One for the instance, handed on after a row that moves it by more than the interval (of event time),
    /// and periodically: Flink's watermark assigner.
    Assigner,
}

/// What is fixed about a source node.
#[derive(Clone)]
pub(crate) struct SourceSetup {
    pub(crate) name: &'static str,
    pub(crate) compute: Option<BatchKernel>,
    pub(crate) watermark: Option<WatermarkKernel>,
    pub(crate) read_columns: usize,
    pub(crate) columns: usize,
    pub(crate) style: WatermarkStyle,
    pub(crate) watermark_interval: Duration,
    /// None: splits are never taken for idle.
    pub(crate) idle_timeout: Option<Duration>,
}

struct SplitState {
    /// By the clock that stands still while the source is paused.
    last_row: Instant,
    /// Greatest watermark its rows allowed, not yet handed to the combiner.
    allowed: Option<Timestamp>,
    ended: bool,
}

/// Waiting for a checkpoint that the source asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    No,
    ForBarrier,
    ForCommit(u64),
}

pub(crate) struct SourceTask<'job> {
    setup: SourceSetup,
    reader: Box<dyn SplitReader + 'job>,
    session: Session,
    read: BatchWriter,
    computed: BatchWriter,
    allowed: Vec<Option<Timestamp>>,
    splits: Vec<SplitState>,
    /// The splits of the first look have been assigned, be it none. Before that the source is not idle: if others ran
    /// ahead, the rows of splits to come would be late.
    is_assigned: bool,
    combiner: WatermarkCombiner,
    /// Milliseconds of the assigner's greatest and of its last emitted watermark; both start at the epoch, as
    /// Flink's do.
    assigner_ms: (i64, i64),
    last_periodic: Instant,
    /// Since when rows are not asked for, and how long that was the case before: splits are not idle for it.
    paused_since: Option<Instant>,
    paused: Duration,
    no_more_splits: bool,
    ended: bool,
    wait: Wait,
    pub(crate) rows_read: u64,
}

/// What a poll of the source means for the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Nothing,
    Something,
    CheckpointWanted,
}

impl<'job> SourceTask<'job> {
    pub(crate) fn new(
        setup: SourceSetup,
        reader: Box<dyn SplitReader + 'job>,
        session: Session,
        now: Instant,
    ) -> Self {
        SourceTask {
            read: BatchWriter::new(setup.read_columns),
            computed: BatchWriter::new(setup.columns),
            setup,
            reader,
            session,
            allowed: Vec::new(),
            splits: Vec::new(),
            is_assigned: false,
            combiner: WatermarkCombiner::default(),
            assigner_ms: (0, 0),
            last_periodic: now,
            paused_since: None,
            paused: Duration::ZERO,
            no_more_splits: false,
            ended: false,
            wait: Wait::No,
            rows_read: 0,
        }
    }

    /// Splits found by one look, all those of this thread.
    pub(crate) fn assign(&mut self, splits: Vec<Split>, now: Instant) -> Result<(), JobError> {
        self.is_assigned = true;
        splits
            .into_iter()
            .try_for_each(|split| self.assign_one(split, now))
    }

    fn assign_one(&mut self, split: Split, now: Instant) -> Result<(), JobError> {
        self.splits.push(SplitState {
            last_row: self.active_time(now),
            allowed: None,
            ended: false,
        });
        if self.setup.style != WatermarkStyle::Assigner || self.splits.len() == 1 {
            self.combiner.add();
        }
        self.reader.assign(split)
    }

    pub(crate) fn set_no_more_splits(&mut self) {
        self.no_more_splits = true;
    }

    /// All rows have been read and the final watermark has been handed on.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// The last watermark handed on.
    pub(crate) fn watermark(&self) -> Option<Timestamp> {
        self.combiner.combined()
    }

    pub(crate) fn skipped(&self) -> u64 {
        self.reader.skipped()
    }

    /// Where to read on after the barrier of `epoch`, which is being put into the flow.
    pub(crate) fn end_epoch(&mut self, epoch: u64) -> Vec<Split> {
        if self.wait == Wait::ForBarrier {
            self.wait = Wait::ForCommit(epoch);
        }
        self.reader.positions()
    }

    pub(crate) fn on_committed(&mut self, epoch: u64, positions: &[Split]) {
        if matches!(self.wait, Wait::ForCommit(awaited) if awaited <= epoch) {
            self.wait = Wait::No;
        }
        self.reader.on_committed(positions);
    }

    /// Reads once and appends what flows on to `output`.
    pub(crate) fn poll(
        &mut self,
        now: Instant,
        clock: Timestamp,
        output: &mut Vec<Message>,
    ) -> Result<Progress, JobError> {
        if let Some(since) = self.paused_since.take() {
            self.paused += now.duration_since(since);
        }
        if self.ended {
            return Ok(Progress::Nothing);
        }
        if self.wait != Wait::No {
            self.pause(now);
            return Ok(Progress::Nothing);
        }
        let splits = self.splits.iter();
        if self.no_more_splits && splits.clone().all(|split| split.ended) {
            self.end(output);
            return Ok(Progress::Something);
        }
        if splits.len() == 0 {
            return Ok(Progress::Nothing);
        }
        match self.reader.poll(POLL_ROWS_MAX, &mut self.read)? {
            Polled::Rows { split } => self.take_rows(split, now, clock, output)?,
            Polled::SplitEnd { split } => {
                self.take_rows(split, now, clock, output)?;
                self.splits[split].ended = true;
                if self.setup.style != WatermarkStyle::Assigner {
                    self.advance_splits();
                    self.combiner.remove(split);
                    self.hand_on_watermarks(output);
                }
            }
            Polled::Watermark { split, watermark } => {
                if self.setup.style != WatermarkStyle::Assigner {
                    self.combiner.set_idle(split, false);
                    self.combiner.advance(split, watermark);
                    self.hand_on_watermarks(output);
                }
            }
            Polled::Checkpoint => {
                self.wait = Wait::ForBarrier;
                return Ok(Progress::CheckpointWanted);
            }
            Polled::Idle => return Ok(Progress::Nothing),
        }
        Ok(Progress::Something)
    }

    /// Rows are not asked for until the next poll: what follows is congested.
    pub(crate) fn pause(&mut self, now: Instant) {
        self.paused_since.get_or_insert(now);
    }

    fn active_time(&self, now: Instant) -> Instant {
        self.paused_since.unwrap_or(now) - self.paused
    }

    /// Watermarks and idleness that are due by the wall clock.
    pub(crate) fn on_clock(&mut self, now: Instant, output: &mut Vec<Message>) {
        if self.ended || !self.is_assigned {
            return;
        }
        self.find_idle(now);
        if now.duration_since(self.last_periodic) < self.setup.watermark_interval {
            return;
        }
        self.last_periodic = now;
        if self.setup.style == WatermarkStyle::Assigner {
            self.emit_assigned();
        } else {
            self.advance_splits();
        }
        output.extend(self.combiner.changes());
    }

    fn end(&mut self, output: &mut Vec<Message>) {
        self.ended = true;
        output.push(Message::Active);
        output.push(Message::Watermark(WATERMARK_END));
    }

    /// The watermark of the end is handed on by `end` alone: more splits may still be assigned.
    fn hand_on_watermarks(&mut self, output: &mut Vec<Message>) {
        self.advance_splits();
        let is_end = |message: &Message| matches!(message, Message::Watermark(w) if *w == WATERMARK_END);
        output.extend(self.combiner.changes().filter(|message| !is_end(message)));
    }

    fn advance_splits(&mut self) {
        for (index, split) in self.splits.iter_mut().enumerate() {
            if let Some(allowed) = split.allowed.take() {
                self.combiner.advance(index, allowed);
            }
        }
    }

    fn find_idle(&mut self, now: Instant) {
        let Some(timeout) = self.setup.idle_timeout else {
            return;
        };
        let now = self.active_time(now);
        let is_idle = |split: &SplitState| split.ended || now.duration_since(split.last_row) >= timeout;
        if self.setup.style == WatermarkStyle::Assigner {
            if !self.splits.is_empty() {
                self.combiner.set_idle(0, self.splits.iter().all(is_idle));
            }
            return;
        }
        for (index, split) in self.splits.iter().enumerate() {
            if !split.ended && is_idle(split) {
                self.combiner.set_idle(index, true);
            }
        }
    }

    fn take_rows(
        &mut self,
        split: usize,
        now: Instant,
        clock: Timestamp,
        output: &mut Vec<Message>,
    ) -> Result<(), JobError> {
        if self.read.is_empty() {
            return Ok(());
        }
        let mut batch = self.read.take();
        self.rows_read += batch.len() as u64;
        self.session.now = clock;
        self.splits[split].last_row = self.active_time(now);
        let waker = if self.setup.style == WatermarkStyle::Assigner {
            0
        } else {
            split
        };
        if self.combiner.is_idle(waker) {
            self.combiner.set_idle(waker, false);
            output.extend(self.combiner.changes());
        }
        if let Some(compute) = self.setup.compute {
            let result = compute(&batch, &mut self.computed, &mut self.session);
            result.map_err(|source| self.value_error(source))?;
            batch = self.computed.take();
        }
        let Some(kernel) = self.setup.watermark else {
            output.push(Message::Batch(Arc::new(batch)));
            return Ok(());
        };
        self.allowed.clear();
        let result = kernel(&batch, &mut self.allowed, &mut self.session);
        result.map_err(|source| self.value_error(source))?;
        let marks = self.marks(split);
        hand_on(batch, marks, output);
        Ok(())
    }

    /// Which watermarks follow which rows of the batch just read: number of rows before, watermark.
    fn marks(&mut self, split: usize) -> Vec<(usize, Message)> {
        let mut marks = Vec::new();
        let allowed = std::mem::take(&mut self.allowed);
        for (row, watermark) in allowed.iter().enumerate() {
            let Some(watermark) = watermark else { continue };
            match self.setup.style {
                WatermarkStyle::SplitPeriodic => {
                    let greatest = &mut self.splits[split].allowed;
                    *greatest = (*greatest).max(Some(whole_millis(*watermark)));
                }
                WatermarkStyle::SplitOnEvent => {
                    self.combiner.advance(split, whole_millis(*watermark));
                    marks.extend(self.combiner.changes().map(|change| (row + 1, change)));
                }
                WatermarkStyle::Assigner => {
                    let (greatest, emitted) = &mut self.assigner_ms;
                    *greatest = (*greatest).max(watermark.millis());
                    if greatest.saturating_sub(*emitted) > self.setup.watermark_interval.as_millis() as i64 {
                        self.emit_assigned();
                        marks.extend(self.combiner.changes().map(|change| (row + 1, change)));
                    }
                }
            }
        }
        self.allowed = allowed;
        marks
    }

    fn emit_assigned(&mut self) {
        let (greatest, emitted) = &mut self.assigner_ms;
        if *greatest > *emitted {
            *emitted = *greatest;
            self.combiner.advance(0, Timestamp::from_millis(*greatest));
        }
    }

    fn value_error(&self, source: sql::SqlError) -> JobError {
        JobError::Value {
            operator: self.setup.name.to_owned(),
            source,
        }
    }
}

/// Watermarks are milliseconds in Flink.
fn whole_millis(watermark: Timestamp) -> Timestamp {
    Timestamp::from_millis(watermark.millis())
}

/// The rows with the watermarks between them.
fn hand_on(mut batch: Batch, marks: Vec<(usize, Message)>, output: &mut Vec<Message>) {
    let first = output.len();
    // From the back, so that no row is copied more than once.
    for (row, message) in marks.into_iter().rev() {
        hand_on_rows(batch.split_off(row), output);
        output.push(message);
    }
    hand_on_rows(batch, output);
    output[first..].reverse();
}

fn hand_on_rows(rows: Batch, output: &mut Vec<Message>) {
    if !rows.is_empty() {
        output.push(Message::Batch(Arc::new(rows)));
    }
}

#[cfg(test)]
mod tests;
