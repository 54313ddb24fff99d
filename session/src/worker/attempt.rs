//! One start of a deployment on this worker.
//!
//! In: an assignment, commands, the wish to end it. Out: its state, and what it has to tell the manager. Invariant: the
//! state is an end state only when the process and all it has started are gone; each command is passed on once.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::artifacts::Artifact;
use super::events::{Call, Key};
use super::{Shared, process};
use crate::protocol::Level;
use crate::protocol::job::{Command, Metrics, Report, Row};
use crate::protocol::worker::{Assignment, AttemptState, Event, NumberedCommand, State};

/// Of what is kept of a failure.
const MESSAGE_BYTES_MAX: usize = 2_000;

pub(super) struct Attempt {
    status: Arc<Status>,
    orders: UnboundedSender<Order>,
}

/// What the process's task is told.
#[derive(Debug)]
pub(super) enum Order {
    Command(NumberedCommand),
    /// Take a last checkpoint, to be started elsewhere: the worker ends.
    Leave,
    /// The manager does not want it any more.
    End,
}

/// What the rest of the worker sees of the process's task.
pub(super) struct Status {
    key: Key,
    shared: Arc<Shared>,
    inner: Mutex<Inner>,
}

struct Inner {
    state: State,
    /// What the manager is told until it has all that came before the end.
    state_before: State,
    process_id: Option<u32>,
    memory_bytes: u64,
    cpu_ms: u64,
    metrics: Option<Metrics>,
    /// Of an interactive query.
    rows_reported: u64,
    /// There is no room for further rows.
    is_cut: bool,
    commands_ordered: u64,
    commands_seen: u64,
    is_ending: bool,
    last_line: String,
}

impl Attempt {
    pub(super) fn start(assignment: Assignment, shared: Arc<Shared>) -> Attempt {
        let key = (assignment.deployment.clone(), assignment.attempt);
        let status = Arc::new(Status::new(key, Arc::clone(&shared)));
        let (orders, received) = unbounded_channel();
        let attempt = Attempt { status, orders };
        attempt.command(&assignment.commands);
        tokio::spawn(live(assignment, shared, Arc::clone(&attempt.status), received));
        attempt
    }

    pub(super) fn command(&self, commands: &[NumberedCommand]) {
        let mut inner = self.status.lock();
        for command in commands {
            if command.number > inner.commands_ordered {
                inner.commands_ordered = command.number;
                self.order(Order::Command(command.clone()));
            }
        }
    }

    pub(super) fn end(&self) {
        if !std::mem::replace(&mut self.status.lock().is_ending, true) {
            self.order(Order::End);
        }
    }

    pub(super) fn leave(&self) {
        self.order(Order::Leave);
    }

    fn order(&self, order: Order) {
        // A task that has ended needs no orders.
        let _ = self.orders.send(order);
    }

    pub(super) fn has_ended(&self) -> bool {
        !matches!(self.status.lock().state, State::Starting | State::Running)
    }

    pub(super) fn told(&self) -> Told {
        self.status.told()
    }
}

/// An attempt's state of a moment. It is taken before the events of a call are: so an end never travels without what
/// came before it.
pub(super) struct Told {
    state: AttemptState,
    state_before: State,
}

impl Told {
    /// Takes its events out of the call.
    pub(super) fn with_events(self, call: &mut Call) -> AttemptState {
        let Told {
            mut state,
            state_before,
        } = self;
        let key = (state.deployment.clone(), state.attempt);
        if call.unsent.contains(&key) {
            state.state = state_before;
        }
        state.events = call.events.remove(&key).unwrap_or_default();
        state
    }
}

/// From the artifact to the end of the process.
async fn live(
    assignment: Assignment,
    shared: Arc<Shared>,
    status: Arc<Status>,
    mut orders: UnboundedReceiver<Order>,
) {
    let end = match fetch(&assignment, &shared, &mut orders).await {
        Ok((artifact, waiting)) => {
            let orders = Orders { waiting, orders };
            process::run(artifact.path(), &assignment, &shared, &status, orders).await
        }
        Err(end) => end,
    };
    status.ended(end);
}

/// Orders, and those that came before the process.
pub(super) struct Orders {
    pub(super) waiting: Vec<Order>,
    pub(super) orders: UnboundedReceiver<Order>,
}

/// The executable, and the orders that came meanwhile; or how the attempt ends without one.
async fn fetch(
    assignment: &Assignment,
    shared: &Shared,
    orders: &mut UnboundedReceiver<Order>,
) -> Result<(Arc<Artifact>, Vec<Order>), State> {
    let mut fetching = std::pin::pin!(shared.artifacts.fetch(&assignment.artifact_sha256));
    let mut waiting = Vec::new();
    loop {
        tokio::select! {
            fetched = &mut fetching => {
                let failed = |error| State::Failed { message: format!("{error:#}") };
                return fetched.map(|artifact| (artifact, waiting)).map_err(failed);
            }
            Some(order) = orders.recv() => match order {
                Order::End => return Err(State::Canceled),
                Order::Leave => return Err(State::Left),
                order @ Order::Command(_) => waiting.push(order),
            },
        }
    }
}

impl Status {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics while holding it")
    }

    pub(super) fn new(key: Key, shared: Arc<Shared>) -> Status {
        Status {
            key,
            shared,
            inner: Mutex::new(Inner {
                state: State::Starting,
                state_before: State::Starting,
                process_id: None,
                memory_bytes: 0,
                cpu_ms: 0,
                metrics: None,
                rows_reported: 0,
                is_cut: false,
                commands_ordered: 0,
                commands_seen: 0,
                is_ending: false,
                last_line: String::new(),
            }),
        }
    }

    pub(super) fn told(&self) -> Told {
        let inner = self.lock();
        let key = &self.key;
        Told {
            state_before: inner.state_before.clone(),
            state: AttemptState {
                deployment: key.0.clone(),
                attempt: key.1,
                state: inner.state.clone(),
                process_id: inner.process_id,
                memory_bytes: inner.memory_bytes,
                cpu_ms: inner.cpu_ms,
                metrics: inner.metrics.clone(),
                commands_seen: inner.commands_seen,
                events: Vec::new(),
            },
        }
    }

    pub(super) fn started(&self, process_id: u32) {
        self.lock().process_id = Some(process_id);
    }

    pub(super) fn used(&self, memory_bytes: u64, cpu_ms: u64) {
        let mut inner = self.lock();
        (inner.memory_bytes, inner.cpu_ms) = (memory_bytes, cpu_ms);
    }

    pub(super) fn passed_on(&self, number: u64) {
        self.lock().commands_seen = number;
        self.shared.news.notify_one();
    }

    pub(super) fn is_running(&self) -> bool {
        self.lock().state == State::Running
    }

    /// The last words of a job that ended without a report.
    pub(super) fn last_line(&self) -> String {
        let inner = self.lock();
        match inner.last_line.is_empty() {
            true => String::new(),
            false => format!("; its last line: {}", inner.last_line),
        }
    }

    pub(super) fn log(&self, level: Level, line: String) {
        self.lock().last_line.clone_from(&line);
        self.shared.lines.push(&self.key.0, level, line);
    }

    fn ended(&self, end: State) {
        let mut inner = self.lock();
        inner.state_before = std::mem::replace(&mut inner.state, end);
        inner.process_id = None;
        inner.memory_bytes = 0;
        drop(inner);
        self.shared.news.notify_one();
    }

    /// Nobody can get further rows of this query.
    pub(super) fn is_cut(&self) -> bool {
        self.lock().is_cut
    }

    /// Takes a report in; the answer is the state that the process wants to end with.
    pub(super) fn report(&self, report: Report) -> Option<State> {
        let event = match report {
            Report::Running { restored } => {
                self.lock().state = State::Running;
                Event::Restored { url: restored }
            }
            Report::CheckpointCompleted(checkpoint) => Event::Checkpoint(checkpoint),
            Report::CheckpointFailed(mut failed) => {
                failed.message = cut(failed.message);
                Event::CheckpointFailed(failed)
            }
            Report::SavepointCompleted(savepoint) => Event::Savepoint(savepoint),
            Report::SavepointFailed { url, message } => {
                let message = cut(message);
                Event::SavepointFailed { url, message }
            }
            Report::Rows { rows } => {
                self.rows(rows);
                self.shared.news.notify_one();
                return None;
            }
            Report::Metrics(metrics) => {
                self.lock().metrics = Some(metrics);
                return None;
            }
            Report::Finished { savepoint } => return Some(State::Finished { savepoint }),
            Report::Failed { message } => {
                let message = cut(message);
                return Some(State::Failed { message });
            }
        };
        let is_urgent = !matches!(event, Event::Checkpoint(_));
        self.shared.events.push(&self.key, event);
        if is_urgent {
            self.shared.news.notify_one();
        }
        None
    }

    fn rows(&self, rows: Vec<Row>) {
        let mut inner = self.lock();
        if inner.is_cut {
            return;
        }
        let first = inner.rows_reported;
        inner.rows_reported += rows.len() as u64;
        inner.is_cut = !self.shared.events.push_rows(&self.key, first, rows);
    }
}

/// What a job says of its failure may quote a whole value; a call must stay small.
fn cut(mut message: String) -> String {
    if message.len() > MESSAGE_BYTES_MAX {
        message.truncate(message.floor_char_boundary(MESSAGE_BYTES_MAX));
        message.push('…');
    }
    message
}

/// How a command travels to the job.
pub(super) fn line(command: &Command) -> String {
    let mut line = serde_json::to_string(command).expect("commands are plain data");
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_cut_between_characters() {
        assert_eq!(cut("short".to_owned()), "short");
        let text = cut(format!("a{}", "ü".repeat(8_000_000)));
        assert_eq!((text.len(), text.chars().last()), (1_999 + "…".len(), Some('…')));
    }
}
