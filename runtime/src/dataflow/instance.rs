//! The whole operator graph on one thread.
//!
//! In: what sources read and channels bring, barriers. Out: batches run to completion through all places.
//! Invariant: after `run` no place has a message that it could take in.

use sql::Timestamp;

use super::message::{Barrier, Message};
use super::node::{NodeInstance, Work};
use super::snapshot::EpochCollector;
use super::topology::Topology;
use crate::error::JobError;

pub(crate) struct Instance<'job> {
    pub(crate) topology: &'job Topology,
    pub(crate) nodes: Vec<NodeInstance<'job>>,
    /// Wall clock of this round.
    pub(crate) clock: Timestamp,
    /// What the places hand over for the checkpoint under way.
    pub(crate) collector: EpochCollector<'job>,
    output: Vec<Message>,
}

impl<'job> Instance<'job> {
    pub(crate) fn new(
        topology: &'job Topology,
        nodes: Vec<NodeInstance<'job>>,
        collector: EpochCollector<'job>,
    ) -> Self {
        Instance {
            topology,
            nodes,
            clock: Timestamp::EPOCH,
            collector,
            output: Vec::new(),
        }
    }

    /// Something that the output of the place can reach in this thread has as much as it should hold. What
    /// piles up at other inputs does not count: they may be waiting for the very barrier that this place is
    /// about to hand on.
    pub(crate) fn is_congested_after(&self, place: usize) -> bool {
        let mut reached = self.topology.places[place].reaches.iter();
        reached.any(|&(reached, input)| self.nodes[reached].is_congested(input))
    }

    /// Hands the messages of a place on and runs all that follows to completion.
    pub(crate) fn emit(&mut self, place: usize, messages: &mut Vec<Message>) -> Result<(), JobError> {
        deliver(self.topology, &mut self.nodes, place, messages);
        self.run(place + 1)
    }

    /// Sources put the barrier into the flow.
    pub(crate) fn inject(&mut self, barrier: Barrier) -> Result<(), JobError> {
        self.collector.begin(barrier, self.nodes.len());
        for place in 0..self.nodes.len() {
            if let Work::Source(source) = &mut self.nodes[place].work {
                let positions = source.end_epoch(barrier.epoch);
                self.collector
                    .add_positions(self.topology.places[place].node, positions);
                self.end_epoch(place, barrier)?;
            }
        }
        self.run(0)
    }

    /// Duties of operators and sinks that are due by the wall clock.
    pub(crate) fn on_clock(&mut self) -> Result<(), JobError> {
        let mut output = std::mem::take(&mut self.output);
        for place in 0..self.nodes.len() {
            self.nodes[place].on_clock(self.clock, &mut output)?;
            deliver(self.topology, &mut self.nodes, place, &mut output);
        }
        self.output = output;
        self.run(0)
    }

    /// Lets every place from `first` on take in all it has.
    pub(crate) fn run(&mut self, first: usize) -> Result<(), JobError> {
        let mut output = std::mem::take(&mut self.output);
        for place in first..self.nodes.len() {
            while let Some((input, message)) = self.nodes[place].take() {
                let barrier = self.nodes[place].accept(input, message, self.clock, &mut output)?;
                deliver(self.topology, &mut self.nodes, place, &mut output);
                if let Some(barrier) = barrier {
                    self.end_epoch(place, barrier)?;
                }
            }
        }
        self.output = output;
        Ok(())
    }

    /// The place has seen all of the epoch: its state is cut off and the barrier goes on.
    fn end_epoch(&mut self, place: usize, barrier: Barrier) -> Result<(), JobError> {
        let mut output = Vec::new();
        let node = &mut self.nodes[place];
        node.end_epoch(self.clock, &mut output)?;
        deliver(self.topology, &mut self.nodes, place, &mut output);
        let node = &mut self.nodes[place];
        self.collector
            .end_place(self.topology.places[place].node, place, node, barrier)?;
        match &mut node.work {
            Work::Send(sender) => sender.send_to_all(&Message::Barrier(barrier)),
            _ => output.push(Message::Barrier(barrier)),
        }
        deliver(self.topology, &mut self.nodes, place, &mut output);
        Ok(())
    }
}

/// Puts messages into the inputs of the place's consumers; rows are shared, not copied.
fn deliver(topology: &Topology, nodes: &mut [NodeInstance<'_>], place: usize, messages: &mut Vec<Message>) {
    let consumers = &topology.places[place].consumers;
    for message in messages.drain(..) {
        if let Message::Batch(batch) = &message {
            nodes[place].count_out(batch.len());
        }
        if let Some((&(last, last_input), others)) = consumers.split_last() {
            for &(consumer, input) in others {
                nodes[consumer].push(input, message.clone());
            }
            nodes[last].push(last_input, message);
        }
    }
}
