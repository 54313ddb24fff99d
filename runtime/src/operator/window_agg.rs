//! Window aggregate: one row per key and window, once, when the window is over.
//!
//! In: rows of any kind, watermarks (or, for processing time, the clock); out: insertions, by window end,
//! then by the order in which keys first came. Rows are accumulated per slice; a window that fires merges
//! its slices, and a slice goes when its last window fired. A row is late, dropped and counted, when the
//! last window of its slice has fired; until then it counts for the windows that have not. Windows without
//! rows give nothing.

use std::collections::{BTreeMap, BTreeSet};

use sql::Timestamp;

use super::aggregate::{AggregateNeeds, Aggregates, DistinctMerge, OWNER};
use super::copy::ColumnCopy;
use super::window::Frame;
use super::window::clock::WallClock;
use super::window::output::{Output, Window};
use super::{Context, Event, Operator};
use crate::error::JobError;
use crate::job::{Column, Node, WindowAggInput, WindowAggSpec, WindowTime};
use crate::row::{Batch, BatchWriter, RowRef};
use crate::state::{EntryId, KEY_GROUPS, KeyEncoder, StateTable, hash_key};

/// How the slice of a row is found.
#[derive(Clone, Copy)]
enum SliceOf {
    Rowtime {
        column: usize,
        precision: u8,
    },
    Proctime,
    /// The row carries its window.
    Columns {
        start: usize,
        end: usize,
    },
}

/// The slice of the row before: most rows fall into the same one.
struct Slice {
    start: i64,
    end: i64,
    late: bool,
}

pub(super) struct WindowAgg {
    name: &'static str,
    slice_of: SliceOf,
    /// `None` where rows carry their window.
    frame: Option<Frame>,
    local: bool,
    aggregates: Aggregates,
    /// Slice end (where rows carry their window: and start), keys → accumulator row.
    table: StateTable,
    /// How far time has come, once per key group, so that every thread finds it after a restart.
    progress: StateTable,
    /// Entries by slice end, in the order they came; an entry's OWNER word is its place here.
    slices: BTreeMap<i64, Vec<EntryId>>,
    /// Ends of windows that wait to be fired.
    pending: BTreeSet<i64>,
    /// The watermark; for processing time the last millisecond that is over.
    progress_ms: i64,
    /// Every window that ends until here has fired; finding out takes a look at the calendar.
    fired_until: i64,
    /// No window that ends here or later has fired.
    open_from: i64,
    late_rows: u64,
    current: Option<Slice>,
    /// Known from the first call on; until then `pending` is empty.
    clock: Option<WallClock>,
    keys: KeyEncoder,
    /// The keys without the slice, as the exchange saw them.
    group_keys: KeyEncoder,
    output: Output,
}

impl WindowAgg {
    pub(super) fn new(node: &Node, spec: &WindowAggSpec, input: &[Column]) -> Result<Self, JobError> {
        let (slice_of, frame, local) = match &spec.window {
            WindowAggInput::Assign(window) => {
                let frame = Frame::new(node.name, window.kind, true)?;
                let (slice_of, local) = match window.time {
                    // Rowtime columns have at most three fraction digits.
                    WindowTime::Rowtime { column, local } => {
                        (SliceOf::Rowtime { column, precision: 3 }, local)
                    }
                    WindowTime::Proctime => (SliceOf::Proctime, true),
                };
                (slice_of, Some(frame), local)
            }
            &WindowAggInput::Attached { start, end, local } => (SliceOf::Columns { start, end }, None, local),
        };
        let (keys, results) = (spec.keys.len(), spec.aggregates.len());
        assert_eq!(node.columns.len(), keys + results + 3, "columns of {}", node.name);
        let leading = if frame.is_some() { 1 } else { 2 };
        let needs = AggregateNeeds {
            input_retracts: spec.input_retracts,
            groups_end: true,
        };
        Ok(WindowAgg {
            name: node.name,
            slice_of,
            frame,
            local,
            aggregates: Aggregates::new(node.name, &spec.aggregates, input, needs)?,
            table: StateTable::new(),
            progress: StateTable::new(),
            slices: BTreeMap::new(),
            pending: BTreeSet::new(),
            progress_ms: i64::MIN,
            fired_until: i64::MIN,
            open_from: i64::MAX,
            late_rows: 0,
            current: None,
            clock: None,
            keys: KeyEncoder::new(&spec.keys, input, leading),
            group_keys: KeyEncoder::new(&spec.keys, input, 0),
            output: Output {
                key_copy: ColumnCopy::from_position(leading, &node.columns[..keys]),
                leading,
                results,
                input_retracts: spec.input_retracts,
                writer: BatchWriter::new(node.columns.len()),
            },
        })
    }

    /// Learns the session's time zone, and after a restart which windows wait.
    fn prepare(&mut self, cx: &Context) {
        if self.clock.is_some() {
            return;
        }
        self.clock = Some(match self.local {
            true => WallClock::of(&cx.session.time_zone),
            false => WallClock::utc(),
        });
        let restored: Vec<i64> = self.slices.keys().copied().collect();
        for slice_end in restored {
            self.await_windows(slice_end);
        }
    }

    /// Notes the first window of a slice that has not fired; the ones after it follow when it fires.
    fn await_windows(&mut self, slice_end: i64) {
        let mut windows = match self.frame {
            None => slice_end..=slice_end,
            Some(frame) => slice_end..=frame.last_window_end(slice_end),
        }
        .step_by(self.frame.map_or(1, Frame::step_ms) as usize);
        let waiting = windows.find(|&end| !self.has_fired(end));
        self.pending.extend(waiting);
    }

    /// True once no row of the window can come in time.
    fn has_fired(&mut self, window_end: i64) -> bool {
        if window_end <= self.fired_until {
            return true;
        }
        if window_end >= self.open_from {
            return false;
        }
        let clock = self.clock.as_ref().expect("every call prepares the clock");
        let fired = self.progress_ms >= clock.last_epoch_ms(window_end - 1);
        if fired {
            self.fired_until = window_end;
        } else {
            self.open_from = window_end;
        }
        fired
    }

    /// Makes the slice of a row the current one. False: the row is late.
    #[inline]
    fn enter_slice_of(&mut self, row: RowRef<'_>, now: Timestamp) -> Result<bool, JobError> {
        let time_ms = match self.slice_of {
            SliceOf::Rowtime { column, precision } => {
                let time = row.timestamp(column, precision);
                time.ok_or_else(|| self.time_is_null())?.millis()
            }
            SliceOf::Proctime => now.millis().max(self.progress_ms.saturating_add(1)),
            SliceOf::Columns { start, end } => return self.enter_carried_slice(row, start, end),
        };
        let clock = self.clock.as_mut().expect("every call prepares the clock");
        let wall_ms = clock.wall_ms(time_ms);
        match &self.current {
            Some(slice) if slice.start <= wall_ms && wall_ms < slice.end => Ok(!slice.late),
            _ => {
                let frame = self
                    .frame
                    .expect("only rows that carry their window have no frame");
                let (start, end) = frame.slice(wall_ms);
                Ok(self.enter(start, end, frame.last_window_end(end)))
            }
        }
    }

    fn enter_carried_slice(&mut self, row: RowRef<'_>, start: usize, end: usize) -> Result<bool, JobError> {
        let (start, end) = (row.timestamp(start, 3), row.timestamp(end, 3));
        let (Some(start), Some(end)) = (start, end) else {
            return Err(self.time_is_null());
        };
        let (start, end) = (start.millis(), end.millis());
        match &self.current {
            Some(slice) if (slice.start, slice.end) == (start, end) => Ok(!slice.late),
            _ => Ok(self.enter(start, end, end)),
        }
    }

    /// False: rows of the slice are late.
    fn enter(&mut self, start: i64, end: i64, last_window_end: i64) -> bool {
        let late = self.has_fired(last_window_end);
        self.current = Some(Slice { start, end, late });
        !late
    }

    fn time_is_null(&self) -> JobError {
        JobError::Value {
            operator: self.name.to_owned(),
            source: sql::SqlError::Argument {
                function: "window",
                message: "the time attribute of a row is NULL".to_owned(),
            },
        }
    }

    /// Adds a row to the current slice.
    #[inline]
    fn add(&mut self, row: RowRef<'_>, retract: bool) {
        let slice = self.current.as_ref().expect("the slice of the row was entered");
        let (slice_start, slice_end) = (slice.start, slice.end);
        let leading = [slice_end, slice_start];
        let key = self.keys.encode(&leading[..self.output.leading], row);
        let hash = hash_key(key);
        let entry = match self.table.find(hash, key) {
            Some(entry) => entry,
            None => self.add_entry(hash, slice_end, row),
        };
        let moved = self.aggregates.apply(&mut self.table, entry, row, retract);
        if moved != entry {
            let place = self.table.value(moved)[OWNER] as usize;
            self.slices.get_mut(&slice_end).expect("the slice is open")[place] = moved;
        }
    }

    /// An entry for the key that was encoded last.
    fn add_entry(&mut self, hash: u64, slice_end: i64, row: RowRef<'_>) -> EntryId {
        if !self.slices.contains_key(&slice_end) {
            self.await_windows(slice_end);
        }
        let key_group = self.group_keys.key_group(row);
        let entries = self.slices.entry(slice_end).or_default();
        let entry = self
            .table
            .insert(hash, key_group, self.keys.encoded(), self.aggregates.initial());
        self.table.value_mut(entry)[OWNER] = entries.len() as u64;
        entries.push(entry);
        entry
    }

    /// Time has come to `progress_ms`: fires what is due.
    fn advance(&mut self, progress_ms: i64, cx: &mut Context) {
        if progress_ms > self.progress_ms {
            self.progress_ms = progress_ms;
            self.open_from = i64::MAX;
            self.current = None;
        }
        while let Some(&window_end) = self.pending.first() {
            if !self.has_fired(window_end) {
                break;
            }
            self.pending.pop_first();
            match self.frame {
                Some(frame) if frame.is_shared() => self.fire_merged(frame, window_end, cx),
                _ => self.fire_slice(window_end, cx),
            }
        }
        cx.emit(&mut self.output.writer);
    }

    /// A window of one slice.
    fn fire_slice(&mut self, window_end: i64, cx: &mut Context) {
        let entries = self.slices.remove(&window_end);
        let start_slot = self.output.key_slot(1);
        for entry in entries.expect("a window that waits has a slice") {
            let (key, slots) = (self.table.key(entry), self.table.value(entry));
            let window = Window {
                start: match self.frame {
                    Some(frame) => frame.window_start(window_end),
                    None => key[start_slot] as i64,
                },
                end: window_end,
                clock: self.clock.as_ref().expect("every call prepares the clock"),
            };
            self.output.write(key, &self.aggregates, slots, window, cx);
            self.remove(entry);
        }
    }

    /// A window that shares its slices with others. As in Flink, the parts of a HOP window are added from the newest
    /// back, which lists and sums of floats show; rows come out in the order in which their keys came.
    fn fire_merged(&mut self, frame: Frame, window_end: i64, cx: &mut Context) {
        let mut merged = StateTable::new();
        let mut order: Vec<(i64, usize, EntryId)> = Vec::new();
        let mut distinct = DistinctMerge::default();
        let slot = self.output.key_slot(0);
        let mut key = Vec::new();
        let start = frame.window_start(window_end);
        let mut ends: Vec<i64> = self
            .slices
            .range(start + 1..=window_end)
            .map(|slice| *slice.0)
            .collect();
        if frame.adds_newest_first() {
            ends.reverse();
        }
        for slice_end in ends {
            for (place, &entry) in self.slices[&slice_end].iter().enumerate() {
                key.clear();
                key.extend_from_slice(self.table.key(entry));
                key[slot] = window_end as u64;
                let hash = hash_key(&key);
                let target = merged.find(hash, &key).unwrap_or_else(|| {
                    let target = merged.insert(hash, 0, &key, self.aggregates.initial());
                    merged.value_mut(target)[OWNER] = order.len() as u64;
                    order.push((slice_end, place, target));
                    target
                });
                let target = self
                    .aggregates
                    .merge(&mut merged, target, self.table.value(entry));
                distinct.add(&self.aggregates, &mut merged, target, self.table.key(entry));
                let came = &mut order[merged.value(target)[OWNER] as usize];
                let (slice_end, place) = (slice_end, place).min((came.0, came.1));
                *came = (slice_end, place, target);
            }
        }
        order.sort_unstable_by_key(|&(slice_end, place, _)| (slice_end, place));
        let window = Window {
            start,
            end: window_end,
            clock: self.clock.as_ref().expect("every call prepares the clock"),
        };
        for (_, _, entry) in order {
            let (key, slots) = (merged.key(entry), merged.value(entry));
            self.output.write(key, &self.aggregates, slots, window, cx);
        }
        self.free_slices(frame, window_end);
        let next = window_end + frame.step_ms();
        if self
            .slices
            .range(frame.window_start(next) + 1..=next)
            .next()
            .is_some()
        {
            self.pending.insert(next);
        }
    }

    /// Drops the slices whose last window has fired.
    fn free_slices(&mut self, frame: Frame, window_end: i64) {
        let start = frame.window_start(window_end);
        let ends = self.slices.range(start + 1..=window_end).map(|slice| *slice.0);
        let over: Vec<i64> = ends
            .filter(|&end| frame.last_window_end(end) == window_end)
            .collect();
        for slice_end in over {
            for entry in self.slices.remove(&slice_end).into_iter().flatten() {
                self.remove(entry);
            }
        }
    }

    fn remove(&mut self, entry: EntryId) {
        self.aggregates.remove_group(self.table.key(entry));
        self.table.remove(entry);
    }

    /// Lists the entries by slice, in the order they had before the restart.
    fn list_entries(&mut self) {
        let slot = self.output.key_slot(0);
        let place = |entry| {
            let key = self.table.key(entry);
            (
                key[slot] as i64,
                self.table.value(entry)[OWNER],
                key.to_vec(),
                entry,
            )
        };
        let mut places: Vec<(i64, u64, Vec<u64>, EntryId)> = self.table.entries().map(place).collect();
        places.sort_unstable();
        self.slices.clear();
        for (slice_end, old_place, _, entry) in places {
            let entries = self.slices.entry(slice_end).or_default();
            let new_place = entries.len() as u64;
            entries.push(entry);
            // Unchanged entries stay out of the next delta.
            if new_place != old_place {
                self.table.value_mut(entry)[OWNER] = new_place;
            }
        }
    }
}

impl Operator for WindowAgg {
    fn on_batch(&mut self, input: &Batch, cx: &mut Context) -> Result<(), JobError> {
        self.prepare(cx);
        let now = cx.session.now;
        if matches!(self.slice_of, SliceOf::Proctime) {
            self.advance(now.millis() - 1, cx);
        }
        for (kind, row) in input.rows() {
            if self.enter_slice_of(row, now)? {
                self.add(row, !kind.is_addition());
            } else {
                self.late_rows += 1;
            }
        }
        self.aggregates.check(self.name)
    }

    fn on_watermark(&mut self, watermark: Timestamp, cx: &mut Context) -> Result<(), JobError> {
        self.prepare(cx);
        if !matches!(self.slice_of, SliceOf::Proctime) {
            self.advance(watermark.millis(), cx);
        }
        cx.output.push(Event::Watermark(watermark));
        // Merging slices can bring values together that an aggregate does not take.
        self.aggregates.check(self.name)
    }

    fn on_timer(&mut self, now: Timestamp, cx: &mut Context) -> Result<(), JobError> {
        self.prepare(cx);
        if matches!(self.slice_of, SliceOf::Proctime) {
            self.advance(now.millis() - 1, cx);
        }
        self.aggregates.check(self.name)
    }

    fn next_timer(&self) -> Option<Timestamp> {
        if !matches!(self.slice_of, SliceOf::Proctime) {
            return None;
        }
        let Some(clock) = &self.clock else {
            // After a restart the first call tells what waits.
            return (!self.table.is_empty()).then_some(Timestamp::EPOCH);
        };
        let window_end = *self.pending.first()?;
        Some(Timestamp::from_millis(clock.last_epoch_ms(window_end - 1) + 1))
    }

    fn on_barrier(&mut self, _cx: &mut Context) -> Result<(), JobError> {
        let value = [self.progress_ms as u64];
        for group in 0..KEY_GROUPS {
            let key = [0, group as u64];
            let hash = hash_key(&key);
            match self.progress.find(hash, &key) {
                Some(entry) if self.progress.value(entry) == value => {}
                Some(entry) => self.progress.value_mut(entry).copy_from_slice(&value),
                None => {
                    self.progress.insert(hash, group as u8, &key, &value);
                }
            }
        }
        Ok(())
    }

    fn late_rows(&self) -> u64 {
        self.late_rows
    }

    fn state(&mut self) -> Vec<&mut StateTable> {
        [&mut self.table, &mut self.progress]
            .into_iter()
            .chain(self.aggregates.tables())
            .collect()
    }

    fn on_restored(&mut self) -> Result<(), JobError> {
        self.aggregates.on_restored(&self.table)?;
        // All threads had the same watermark at the barrier, since it was aligned.
        let progress = self.progress.entries().map(|e| self.progress.value(e)[0] as i64);
        self.progress_ms = progress.min().unwrap_or(i64::MIN);
        self.list_entries();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
