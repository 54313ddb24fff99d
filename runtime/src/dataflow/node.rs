//! One place of the graph on one thread: its inputs, and what it does with them.
//!
//! In: messages on each input. Out: messages for the consumers. Invariant: an input that has delivered a
//! barrier is held back until all others have; the watermark seen is the combination of all inputs.

use std::collections::VecDeque;

use sql::Timestamp;

use super::counters::Figures;
use super::enforcer::Enforcer;
use super::exchange::ExchangeSender;
use super::limits::ALIGNMENT_BYTES_MAX;
use super::message::{Barrier, Message, WATERMARK_END};
use super::source::SourceTask;
use super::topology::Role;
use super::watermark::WatermarkCombiner;
use crate::connector::SinkWriter;
use crate::error::JobError;
use crate::operator::{Context, Event, Operator};
use crate::row::Batch;

/// One input of a place.
#[derive(Default)]
struct Inbox {
    queue: VecDeque<Message>,
    bytes: usize,
    /// The barrier has arrived; the queue belongs to the next epoch.
    is_held: bool,
}

/// What a place does.
pub(crate) enum Work<'job> {
    Source(SourceTask<'job>),
    /// Hands on what comes: UNION ALL, and the receiving half of an exchange.
    Pass,
    Operator(Box<dyn Operator>, Context),
    Send(ExchangeSender),
    Sink(SinkTask),
}

pub(crate) struct SinkTask {
    pub(crate) writer: Box<dyn SinkWriter>,
    pub(crate) rows_written: u64,
}

impl SinkTask {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        self.rows_written += batch.len() as u64;
        self.writer.write(batch)
    }
}

pub(crate) struct NodeInstance<'job> {
    inboxes: Vec<Inbox>,
    progress: WatermarkCombiner,
    rows_in: u64,
    rows_out: u64,
    /// What comes in is held to the table of the sink that it goes to.
    enforcer: Option<Enforcer>,
    pub(crate) work: Work<'job>,
}

impl<'job> NodeInstance<'job> {
    pub(crate) fn new(inputs: usize, enforcer: Option<Enforcer>, work: Work<'job>) -> Self {
        NodeInstance {
            inboxes: (0..inputs).map(|_| Inbox::default()).collect(),
            progress: WatermarkCombiner::new(inputs),
            rows_in: 0,
            rows_out: 0,
            enforcer,
            work,
        }
    }

    /// The place has handed on these rows.
    pub(crate) fn count_out(&mut self, rows: usize) {
        self.rows_out += rows as u64;
    }

    pub(crate) fn figures(&mut self, role: Role) -> Figures {
        let (rows_in, rows_out) = match &self.work {
            Work::Source(source) => (source.rows_read, self.rows_out),
            Work::Sink(sink) => (self.rows_in, sink.rows_written),
            _ => (self.rows_in, self.rows_out),
        };
        let watermark = match &self.work {
            Work::Source(source) => source.watermark(),
            _ => self.progress.combined(),
        };
        let state_bytes = match &mut self.work {
            Work::Operator(operator, _) => {
                let sizes = operator
                    .state()
                    .into_iter()
                    .map(|table| table.size_bytes() as u64);
                sizes.reduce(|sum, size| sum + size)
            }
            _ => None,
        };
        let is_receiver = matches!(role, Role::Receive { .. });
        let is_sender = matches!(role, Role::Send { .. });
        Figures {
            // An exchange takes rows in where it sends them and hands them on where it receives them.
            rows_in: if is_receiver { 0 } else { rows_in },
            rows_out: if is_sender { 0 } else { rows_out },
            watermark_ms: watermark.map(watermark_ms),
            state_bytes,
        }
    }

    pub(crate) fn push(&mut self, input: usize, message: Message) {
        let inbox = &mut self.inboxes[input];
        inbox.bytes += message.size_bytes();
        inbox.queue.push_back(message);
    }

    /// What feeds the input should wait: rows pile up there because it is held back, or in the channels that
    /// the place fills.
    pub(crate) fn is_congested(&self, input: usize) -> bool {
        let piled = self.inboxes[input].bytes > ALIGNMENT_BYTES_MAX;
        piled || matches!(&self.work, Work::Send(sender) if sender.is_over_budget())
    }

    /// The input waits for the barrier of others.
    pub(crate) fn is_held(&self, input: usize) -> bool {
        self.inboxes[input].is_held
    }

    /// The next message of an input that is not held back.
    pub(crate) fn take(&mut self) -> Option<(usize, Message)> {
        let mut ready = self.inboxes.iter_mut().enumerate();
        let (input, inbox) = ready.find(|(_, inbox)| !inbox.is_held && !inbox.queue.is_empty())?;
        let message = inbox.queue.pop_front().expect("the queue is not empty");
        inbox.bytes -= message.size_bytes();
        Some((input, message))
    }

    /// Takes in one message; the barrier if it was the last that the place waited for. The caller then ends
    /// the place's epoch and hands the barrier on.
    pub(crate) fn accept(
        &mut self,
        input: usize,
        message: Message,
        clock: Timestamp,
        output: &mut Vec<Message>,
    ) -> Result<Option<Barrier>, JobError> {
        if let Message::Batch(batch) = &message {
            self.rows_in += batch.len() as u64;
        }
        match message {
            Message::Batch(batch) => {
                let batch = match &mut self.enforcer {
                    Some(enforcer) => enforcer.enforced(batch)?,
                    None => batch,
                };
                match self.work {
                    Work::Pass => output.push(Message::Batch(batch)),
                    _ => self.on_batch(&batch, clock, output)?,
                }
            }
            Message::Watermark(watermark) => {
                self.progress.advance(input, watermark);
                self.on_progress(clock, output)?;
            }
            Message::Idle => {
                self.progress.set_idle(input, true);
                self.on_progress(clock, output)?;
            }
            Message::Active => {
                self.progress.set_idle(input, false);
                self.on_progress(clock, output)?;
            }
            Message::Barrier(barrier) => {
                self.inboxes[input].is_held = true;
                if self.inboxes.iter().all(|inbox| inbox.is_held) {
                    self.inboxes.iter_mut().for_each(|inbox| inbox.is_held = false);
                    return Ok(Some(barrier));
                }
            }
        }
        Ok(None)
    }

    /// All input of the epoch has been taken in: what was held back comes out.
    pub(crate) fn end_epoch(&mut self, clock: Timestamp, output: &mut Vec<Message>) -> Result<(), JobError> {
        if let Work::Operator(operator, context) = &mut self.work {
            context.session.now = clock;
            operator.on_barrier(context)?;
            hand_on(context, output);
        }
        Ok(())
    }

    /// Timers and duties that are due by the wall clock.
    pub(crate) fn on_clock(&mut self, clock: Timestamp, output: &mut Vec<Message>) -> Result<(), JobError> {
        match &mut self.work {
            Work::Operator(operator, context) => {
                if operator.next_timer().is_some_and(|due| due <= clock) {
                    context.session.now = clock;
                    operator.on_timer(clock, context)?;
                    hand_on(context, output);
                }
            }
            Work::Sink(sink) => sink.writer.tick()?,
            Work::Source(_) | Work::Pass | Work::Send(_) => {}
        }
        Ok(())
    }

    fn on_batch(
        &mut self,
        batch: &Batch,
        clock: Timestamp,
        output: &mut Vec<Message>,
    ) -> Result<(), JobError> {
        match &mut self.work {
            Work::Operator(operator, context) => {
                context.session.now = clock;
                operator.on_batch(batch, context)?;
                hand_on(context, output);
            }
            Work::Send(sender) => sender.send_rows(batch),
            Work::Sink(sink) => sink.write(batch)?,
            Work::Source(_) | Work::Pass => unreachable!("sources have no inputs, passing is done before"),
        }
        Ok(())
    }

    fn on_progress(&mut self, clock: Timestamp, output: &mut Vec<Message>) -> Result<(), JobError> {
        for change in self.progress.changes() {
            match (&mut self.work, change) {
                (Work::Operator(operator, context), Message::Watermark(watermark)) => {
                    context.session.now = clock;
                    context.session.watermark = Some(watermark);
                    operator.on_watermark(watermark, context)?;
                    hand_on(context, output);
                }
                (Work::Send(sender), change) => sender.send_to_all(&change),
                (Work::Sink(_), _) => {}
                (_, change) => output.push(change),
            }
        }
        Ok(())
    }
}

/// The end of all input is Flink's greatest watermark.
fn watermark_ms(watermark: Timestamp) -> i64 {
    if watermark == WATERMARK_END {
        i64::MAX
    } else {
        watermark.millis()
    }
}

fn hand_on(context: &mut Context, output: &mut Vec<Message>) {
    output.extend(context.output.drain(..).filter_map(|event| match event {
        Event::Batch(batch) if batch.is_empty() => None,
        Event::Batch(batch) => Some(Message::Batch(batch.into())),
        Event::Watermark(watermark) => Some(Message::Watermark(watermark)),
    }));
}
