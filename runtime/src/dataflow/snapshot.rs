//! What one thread hands over for a checkpoint: positions, staged output, and its state in bounded steps.
//!
//! In: the ends of the places' epochs. Out: parts and the end of the epoch as reports. Invariant: one epoch
//! at a time; its end is reported when every place has passed the barrier and every table is written.

use crossbeam_channel::Sender;

use super::limits::{PART_BYTES, PARTS_IN_FLIGHT_MAX, SNAPSHOT_ENTRIES_STEP};
use super::message::{Barrier, EpochEnd, Part, Report};
use super::node::{NodeInstance, Work};
use crate::checkpoint::part::PartWriter;
use crate::connector::Split;
use crate::error::JobError;
use crate::job::Job;

/// A table whose entries are being written.
struct Table {
    place: usize,
    node: usize,
    index: usize,
}

struct Epoch {
    barrier: Barrier,
    places_left: usize,
    /// Tables still to be written, the next one last.
    tables: Vec<Table>,
    part: PartWriter,
    end: EpochEnd,
}

pub(crate) struct EpochCollector<'job> {
    job: &'job Job,
    thread: usize,
    /// State goes to checkpoint storage; without storage only sinks end their epochs.
    has_storage: bool,
    reports: Sender<Report>,
    epoch: Option<Epoch>,
    parts_in_flight: usize,
}

impl<'job> EpochCollector<'job> {
    pub(crate) fn new(job: &'job Job, thread: usize, has_storage: bool, reports: Sender<Report>) -> Self {
        EpochCollector {
            job,
            thread,
            has_storage,
            reports,
            epoch: None,
            parts_in_flight: 0,
        }
    }

    pub(crate) fn begin(&mut self, barrier: Barrier, places: usize) {
        assert!(self.epoch.is_none(), "one checkpoint at a time");
        self.epoch = Some(Epoch {
            barrier,
            places_left: places,
            tables: Vec::new(),
            part: PartWriter::default(),
            end: EpochEnd {
                epoch: barrier.epoch,
                thread: self.thread,
                parts: 0,
                positions: Vec::new(),
                staged: Vec::new(),
            },
        });
    }

    pub(crate) fn add_positions(&mut self, node: usize, positions: Vec<Split>) {
        let epoch = self
            .epoch
            .as_mut()
            .expect("the barrier has been put into the flow");
        epoch.end.positions.push((node, positions));
    }

    /// A place has passed the barrier.
    pub(crate) fn end_place(
        &mut self,
        node: usize,
        place: usize,
        instance: &mut NodeInstance<'_>,
        barrier: Barrier,
    ) -> Result<(), JobError> {
        let epoch = self.epoch.as_mut().expect("sources pass barriers first");
        assert_eq!(epoch.barrier, barrier, "barriers come in order");
        epoch.places_left -= 1;
        match &mut instance.work {
            Work::Sink(sink) => {
                if barrier.last || barrier.full {
                    sink.writer.settle();
                }
                let staged = sink.writer.end_epoch(barrier.epoch)?;
                epoch.end.staged.push((node, staged));
            }
            Work::Operator(operator, _) if self.has_storage => {
                for (index, table) in operator.state().into_iter().enumerate() {
                    table.begin_snapshot(barrier.epoch, barrier.full);
                    epoch.tables.insert(0, Table { place, node, index });
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn on_part_stored(&mut self) {
        self.parts_in_flight -= 1;
    }

    /// Positions of the epoch under way, for the sources to be told when it is committed.
    pub(crate) fn positions(&self) -> Option<(u64, Vec<(usize, Vec<Split>)>)> {
        let epoch = self.epoch.as_ref()?;
        Some((epoch.barrier.epoch, epoch.end.positions.clone()))
    }

    /// Writes a bounded number of entries; true if there was something to do.
    pub(crate) fn step(&mut self, nodes: &mut [NodeInstance<'_>]) -> bool {
        let Some(epoch) = &mut self.epoch else {
            return false;
        };
        if self.parts_in_flight >= PARTS_IN_FLIGHT_MAX {
            return false;
        }
        if let Some(table) = epoch.tables.last() {
            let Work::Operator(operator, _) = &mut nodes[table.place].work else {
                unreachable!("only operators have state");
            };
            let mut state = operator.state();
            let records = epoch.part.section(self.job.nodes[table.node].uid, table.index);
            if state[table.index].snapshot_step(SNAPSHOT_ENTRIES_STEP, records) {
                epoch.tables.pop();
            }
            if epoch.part.size_bytes() >= PART_BYTES {
                self.hand_over_part();
            }
            return true;
        }
        if epoch.places_left > 0 {
            return false;
        }
        self.hand_over_part();
        let epoch = self.epoch.take().expect("the epoch is under way");
        self.report(Report::EpochEnded(epoch.end));
        true
    }

    fn hand_over_part(&mut self) {
        let epoch = self.epoch.as_mut().expect("the epoch is under way");
        let bytes = epoch.part.take();
        if bytes.is_empty() {
            return;
        }
        let part = Part {
            epoch: epoch.barrier.epoch,
            thread: self.thread,
            number: epoch.end.parts,
            full: epoch.barrier.full,
            bytes,
        };
        epoch.end.parts += 1;
        self.parts_in_flight += 1;
        self.report(Report::Part(part));
    }

    /// A coordinator that has gone has ended the job; the thread learns it by its commands.
    fn report(&self, report: Report) {
        let _ = self.reports.send(report);
    }
}
