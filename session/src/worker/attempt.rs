//! One start of a deployment on this worker.
//!
//! In: an assignment, commands, the wish to end it. Out: its state, and what it has to tell the manager. Invariant: the
//! state is an end state only when the process and all it has started are gone; each command is passed on once.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Shared, process};
use crate::protocol::job::{Command, Metrics, Report};
use crate::protocol::worker::{Assignment, AttemptState, Event, NumberedCommand, State};

/// Events that wait for a manager that is away; the oldest go first.
const EVENTS_MAX: usize = 1_000;

pub(super) struct Attempt {
    status: Arc<Status>,
    orders: UnboundedSender<Order>,
}

/// What the process's task is told.
#[derive(Debug)]
pub(super) enum Order {
    Command(NumberedCommand),
    /// Take a last checkpoint; the worker ends.
    Stop,
    /// The manager does not want it any more.
    End,
}

/// What the rest of the worker sees of the process's task.
pub(super) struct Status {
    deployment: String,
    attempt: u32,
    shared: Arc<Shared>,
    inner: Mutex<Inner>,
}

struct Inner {
    state: State,
    process_id: Option<u32>,
    memory_bytes: u64,
    cpu_ms: u64,
    metrics: Option<Metrics>,
    events: Vec<Event>,
    /// Of an interactive query.
    rows_reported: u64,
    commands_ordered: u64,
    commands_seen: u64,
    is_ending: bool,
    last_line: String,
}

impl Attempt {
    pub(super) fn start(assignment: Assignment, shared: Arc<Shared>) -> Attempt {
        let status = Arc::new(Status {
            deployment: assignment.deployment.clone(),
            attempt: assignment.attempt,
            shared: Arc::clone(&shared),
            inner: Mutex::new(Inner {
                state: State::Starting,
                process_id: None,
                memory_bytes: 0,
                cpu_ms: 0,
                metrics: None,
                events: Vec::new(),
                rows_reported: 0,
                commands_ordered: 0,
                commands_seen: 0,
                is_ending: false,
                last_line: String::new(),
            }),
        });
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

    pub(super) fn stop(&self) {
        self.order(Order::Stop);
    }

    fn order(&self, order: Order) {
        // A task that has ended needs no orders.
        let _ = self.orders.send(order);
    }

    pub(super) fn has_ended(&self) -> bool {
        !matches!(self.status.lock().state, State::Starting | State::Running)
    }

    pub(super) fn forget_events(&self, count: usize) {
        let mut inner = self.status.lock();
        let count = count.min(inner.events.len());
        inner.events.drain(..count);
    }

    pub(super) fn state(&self) -> AttemptState {
        let inner = self.status.lock();
        AttemptState {
            deployment: self.status.deployment.clone(),
            attempt: self.status.attempt,
            state: inner.state.clone(),
            process_id: inner.process_id,
            memory_bytes: inner.memory_bytes,
            cpu_ms: inner.cpu_ms,
            metrics: inner.metrics.clone(),
            commands_seen: inner.commands_seen,
            events: inner.events.clone(),
        }
    }
}

/// From the artifact to the end of the process.
async fn live(
    assignment: Assignment,
    shared: Arc<Shared>,
    status: Arc<Status>,
    orders: UnboundedReceiver<Order>,
) {
    let fetched = shared.artifacts.fetch(&assignment.artifact_sha256).await;
    let end = match fetched {
        Ok(executable) => process::run(&executable, &assignment, &shared, &status, orders).await,
        Err(error) => State::Failed {
            message: format!("{error:#}"),
        },
    };
    status.ended(end);
}

impl Status {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics while holding it")
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

    pub(super) fn log(&self, line: String) {
        self.lock().last_line.clone_from(&line);
        self.shared.lines.push(&self.deployment, line);
    }

    fn ended(&self, end: State) {
        let mut inner = self.lock();
        inner.state = end;
        inner.process_id = None;
        inner.memory_bytes = 0;
        drop(inner);
        self.shared.news.notify_one();
    }

    /// Takes a report in; the answer is the state that the process wants to end with.
    pub(super) fn report(&self, report: Report) -> Option<State> {
        let mut inner = self.lock();
        let event = match report {
            Report::Running { restored } => {
                inner.state = State::Running;
                Event::Restored { url: restored }
            }
            Report::CheckpointCompleted(checkpoint) => Event::Checkpoint(checkpoint),
            Report::CheckpointFailed(failed) => Event::CheckpointFailed(failed),
            Report::SavepointCompleted(savepoint) => Event::Savepoint(savepoint),
            Report::SavepointFailed { url, message } => Event::SavepointFailed { url, message },
            Report::Rows { rows } => {
                let first = inner.rows_reported;
                inner.rows_reported += rows.len() as u64;
                Event::Rows { first, rows }
            }
            Report::Metrics(metrics) => {
                inner.metrics = Some(metrics);
                return None;
            }
            Report::Finished { savepoint } => return Some(State::Finished { savepoint }),
            Report::Failed { message } => return Some(State::Failed { message }),
        };
        let is_urgent = !matches!(event, Event::Checkpoint(_));
        inner.events.push(event);
        if inner.events.len() > EVENTS_MAX {
            inner.events.remove(0);
        }
        drop(inner);
        if is_urgent {
            self.shared.news.notify_one();
        }
        None
    }
}

/// How a command travels to the job.
pub(super) fn line(command: &Command) -> String {
    let mut line = serde_json::to_string(command).expect("commands are plain data");
    line.push('\n');
    line
}
