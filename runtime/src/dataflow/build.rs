//! From the job's description to what each worker thread holds.
//!
//! In: nodes, opened tables, a checkpoint. Out: workers. Invariant: all threads have the same places; only
//! the halves of their exchanges, their readers and writers differ.

use std::collections::BTreeMap;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender};
use sql::Session;

use super::channel::{ChannelReceiver, ChannelSender, Wakers, channel};
use super::enforcer::{Enforcer, enforced_sink};
use super::exchange::ExchangeSender;
use super::instance::Instance;
use super::message::{Command, Report};
use super::node::{NodeInstance, SinkTask, Work};
use super::settings::Settings;
use super::snapshot::EpochCollector;
use super::source::{SourceSetup, SourceTask, WatermarkStyle};
use super::topology::{Place, Role, Topology};
use super::values::ValuesReader;
use super::worker::{Incoming, Shared, Worker};
use crate::checkpoint::restore::{self, Restored};
use crate::connector::options::Options;
use crate::connector::{SinkWriter, SplitReader, SplitSource};
use crate::error::JobError;
use crate::job::{Job, Node, OperatorSpec, SourceSpec};
use crate::operator::{Context, Operator, Partitioner, build, values_batch};
use crate::state::key::KeyGroupRange;

/// What is the same for all threads.
#[derive(Clone, Copy)]
pub(crate) struct Plan<'job> {
    pub(crate) job: &'job Job,
    pub(crate) topology: &'job Topology,
    pub(crate) settings: &'job Settings,
    /// Checkpoints are kept.
    pub(crate) has_storage: bool,
    /// Where state comes from.
    pub(crate) restored: Option<&'job Restored>,
}

/// What one thread takes with it.
pub(crate) struct ThreadParts {
    pub(crate) thread: usize,
    pub(crate) sources: BTreeMap<usize, (SourceSetup, Box<dyn SplitReader>)>,
    pub(crate) writers: BTreeMap<usize, Box<dyn SinkWriter>>,
    /// By exchange: to and from each thread.
    pub(crate) senders: Vec<Vec<ChannelSender>>,
    pub(crate) receivers: Vec<Vec<ChannelReceiver>>,
    pub(crate) commands: Receiver<Command>,
    pub(crate) reports: Sender<Report>,
    pub(crate) wakers: Wakers,
    pub(crate) shared: Shared,
}

/// Channels between all threads through all exchanges: of each thread by exchange, to and from each thread.
pub(crate) fn channels(
    topology: &Topology,
    wakers: &Wakers,
) -> Vec<(Vec<Vec<ChannelSender>>, Vec<Vec<ChannelReceiver>>)> {
    let mut all: Vec<(Vec<Vec<_>>, Vec<Vec<_>>)> = Vec::new();
    all.resize_with(topology.threads, Default::default);
    for _ in 0..topology.exchanges {
        for (senders, receivers) in &mut all {
            senders.push(Vec::new());
            receivers.push(Vec::new());
        }
        for from in 0..topology.threads {
            for to in 0..topology.threads {
                let (sender, receiver) = channel(from, to, wakers);
                all[from].0.last_mut().expect("just pushed").push(sender);
                all[to].1.last_mut().expect("just pushed").push(receiver);
            }
        }
    }
    all
}

/// How a table is read, from its description, its options and the configuration.
pub(crate) fn source_setup(
    node: &Node,
    spec: &SourceSpec,
    options: &Options,
    source: &dyn SplitSource,
    settings: &Settings,
) -> Result<SourceSetup, JobError> {
    let on_event = options.choice(
        "scan.watermark.emit.strategy",
        &[("on-periodic", false), ("on-event", true)],
        false,
    )?;
    let idle_timeout = options.duration("scan.watermark.idle-timeout")?;
    let style = match (
        source.has_split_watermarks() || spec.watermark.is_none(),
        on_event,
    ) {
        (true, true) => WatermarkStyle::SplitOnEvent,
        (true, false) => WatermarkStyle::SplitPeriodic,
        (false, _) => WatermarkStyle::Assigner,
    };
    Ok(SourceSetup {
        name: node.name,
        compute: spec.compute,
        watermark: spec.watermark,
        read_columns: spec.read.len(),
        columns: node.columns.len(),
        style,
        watermark_interval: settings.watermark_interval,
        idle_timeout: idle_timeout
            .filter(|timeout| !timeout.is_zero())
            .or(settings.idle_timeout),
    })
}

/// The rows of a VALUES node as a source.
pub(crate) fn values_source(node: &Node, settings: &Settings) -> Option<(SourceSetup, Box<dyn SplitReader>)> {
    let OperatorSpec::Values(spec) = &node.operator else {
        return None;
    };
    let setup = SourceSetup {
        name: node.name,
        compute: None,
        watermark: None,
        read_columns: node.columns.len(),
        columns: node.columns.len(),
        style: WatermarkStyle::SplitPeriodic,
        watermark_interval: settings.watermark_interval,
        idle_timeout: None,
    };
    let reader = ValuesReader::new(values_batch(spec, &node.columns));
    Some((setup, Box::new(reader)))
}

/// The worker of one thread with its state restored; called on that thread.
pub(crate) fn worker<'job>(plan: Plan<'job>, mut parts: ThreadParts) -> Result<Worker<'job>, JobError> {
    let mut nodes = Vec::new();
    for place in &plan.topology.places {
        let work = work_of(plan, place.node, place.role, &mut parts)?;
        nodes.push(NodeInstance::new(place.inputs, enforcer(plan, place), work));
    }
    if let Some(restored) = plan.restored {
        let own = KeyGroupRange::of_thread(parts.thread, plan.topology.threads);
        let mut operators = operators(plan, &mut nodes);
        restore::fill(restored, &mut operators, own)?;
    }
    let collector = EpochCollector::new(plan.job, parts.thread, plan.has_storage, parts.reports.clone());
    let receives = plan
        .topology
        .places
        .iter()
        .enumerate()
        .filter_map(|(at, place)| match place.role {
            Role::Receive { exchange } => Some((at, exchange)),
            Role::Whole | Role::Send { .. } => None,
        });
    let incoming = receives.map(|(place, exchange)| Incoming {
        place,
        channels: std::mem::take(&mut parts.receivers[exchange]),
    });
    Ok(Worker {
        thread: parts.thread,
        incoming: incoming.collect(),
        instance: Instance::new(plan.topology, nodes, collector),
        commands: parts.commands,
        reports: parts.reports,
        wakers: parts.wakers,
        shared: parts.shared,
        positions: BTreeMap::new(),
        messages: Vec::new(),
        sources_ended: false,
        is_last_epoch: false,
        last_duties: None,
        last_figures: None,
        counted: [0; 4],
    })
}

/// What holds the rows that come into a place to the table that they go to.
fn enforcer(plan: Plan<'_>, place: &Place) -> Option<Enforcer> {
    if matches!(place.role, Role::Receive { .. }) {
        return None;
    }
    let sink = &plan.job.nodes[enforced_sink(plan.job, place.node)?];
    match &sink.operator {
        OperatorSpec::Sink(spec) => Enforcer::new(spec.table?, &sink.columns, plan.settings),
        _ => unreachable!("it is a sink"),
    }
}

fn work_of<'job>(
    plan: Plan<'job>,
    node: usize,
    role: Role,
    parts: &mut ThreadParts,
) -> Result<Work<'job>, JobError> {
    let described = &plan.job.nodes[node];
    let session = || Session::new(plan.settings.time_zone.clone());
    let input = || &plan.job.nodes[described.inputs[0].0].columns;
    Ok(match (&described.operator, role) {
        (OperatorSpec::Exchange { keys }, Role::Send { exchange }) => Work::Send(ExchangeSender {
            partitioner: Partitioner::new(keys, input(), plan.topology.threads),
            channels: std::mem::take(&mut parts.senders[exchange]),
        }),
        (OperatorSpec::Exchange { .. } | OperatorSpec::Union, _) => Work::Pass,
        (OperatorSpec::Source(_) | OperatorSpec::Values(_), _) => {
            let (setup, reader) = parts.sources.remove(&node).expect("every source has a reader");
            Work::Source(SourceTask::new(setup, reader, session(), Instant::now()))
        }
        (OperatorSpec::Sink(_), _) => Work::Sink(SinkTask {
            writer: parts.writers.remove(&node).expect("every sink has a writer"),
            rows_written: 0,
        }),
        _ => Work::Operator(build(described, input())?, Context::new(session())),
    })
}

/// The operators of the thread by uid.
fn operators<'a>(
    plan: Plan<'_>,
    nodes: &'a mut [NodeInstance<'_>],
) -> BTreeMap<&'static str, &'a mut Box<dyn Operator>> {
    let places = plan.topology.places.iter().zip(nodes);
    let operators = places.filter_map(|(place, node)| match &mut node.work {
        Work::Operator(operator, _) => Some((plan.job.nodes[place.node].uid, operator)),
        _ => None,
    });
    operators.collect()
}

/// Uid and number of state tables of each operator that has state, and of every source.
pub(crate) fn stateful(job: &Job) -> Result<Vec<(usize, usize)>, JobError> {
    let mut found = Vec::new();
    for (at, node) in job.nodes.iter().enumerate() {
        let is_own = matches!(
            node.operator,
            OperatorSpec::Source(_)
                | OperatorSpec::Values(_)
                | OperatorSpec::Sink(_)
                | OperatorSpec::Union
                | OperatorSpec::Exchange { .. }
        );
        if !is_own {
            let tables = build(node, &job.nodes[node.inputs[0].0].columns)?.state().len();
            if tables > 0 {
                found.push((at, tables));
            }
        }
    }
    Ok(found)
}
