//! Where each node of the job runs inside a worker thread.
//!
//! In: the job's graph and the parallelism. Out: places in topological order; with several threads an
//! exchange has two, one that sends and one that receives. Invariant: within a thread messages only go to
//! later places.

use crate::job::{Job, OperatorSpec};

/// What a place does for its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// All of the node.
    Whole,
    /// The sending half of this exchange (counted from 0 in the job).
    Send { exchange: usize },
    /// The receiving half; it has one input for each thread.
    Receive { exchange: usize },
}

#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Position of the node in the job.
    pub(crate) node: usize,
    pub(crate) role: Role,
    pub(crate) inputs: usize,
    /// Place and input of each reader in the same thread.
    pub(crate) consumers: Vec<(usize, usize)>,
    /// Places of the thread that the output can reach, each with the input by which it does.
    pub(crate) reaches: Vec<(usize, usize)>,
}

/// The same for every thread of a job.
#[derive(Clone, Debug)]
pub(crate) struct Topology {
    pub(crate) places: Vec<Place>,
    pub(crate) exchanges: usize,
    pub(crate) threads: usize,
}

impl Topology {
    pub(crate) fn new(job: &Job, threads: usize) -> Self {
        let mut topology = Topology {
            places: Vec::new(),
            exchanges: 0,
            threads,
        };
        // Place whose output is the node's output.
        let mut output_of = Vec::with_capacity(job.nodes.len());
        for (node, described) in job.nodes.iter().enumerate() {
            let first = topology.places.len();
            for (input, producer) in described.inputs.iter().enumerate() {
                assert!(producer.0 < node, "nodes stand inputs first");
                let producing: usize = output_of[producer.0];
                topology.places[producing].consumers.push((first, input));
            }
            let is_exchange = matches!(described.operator, OperatorSpec::Exchange { .. });
            if is_exchange && threads > 1 {
                let exchange = topology.exchanges;
                topology.exchanges += 1;
                topology.push(node, Role::Send { exchange }, described.inputs.len());
                topology.push(node, Role::Receive { exchange }, threads);
            } else {
                topology.push(node, Role::Whole, described.inputs.len());
            }
            output_of.push(topology.places.len() - 1);
        }
        topology.find_reaches();
        topology
    }

    fn push(&mut self, node: usize, role: Role, inputs: usize) {
        let place = Place {
            node,
            role,
            inputs,
            consumers: Vec::new(),
            reaches: Vec::new(),
        };
        self.places.push(place);
    }

    fn find_reaches(&mut self) {
        for at in (0..self.places.len()).rev() {
            let mut reaches = Vec::new();
            for &(consumer, input) in &self.places[at].consumers {
                reaches.push((consumer, input));
                reaches.extend(&self.places[consumer].reaches);
            }
            reaches.sort_unstable();
            reaches.dedup();
            self.places[at].reaches = reaches;
        }
    }
}
