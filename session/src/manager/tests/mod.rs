//! The rules in virtual time, and the manager's answers to calls of workers.

mod calls;
mod fences;
mod full_disk;
mod restarts;
mod walks;

use jiff::{SignedDuration, Timestamp};

use super::transition::{self, Event};
use crate::model::deployment::Artifact;
use crate::model::restart::RestartStrategy;
use crate::model::{Deployment, Status, timestamp};

/// A moment of the tests' own time.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("in range") + SignedDuration::from_secs(second)
}

fn fresh(id: &str) -> Deployment {
    Deployment::new(id, "a", "v", "u", timestamp(at(0)))
}

fn artifact() -> Artifact {
    Artifact {
        sha256: "0".repeat(64),
        size_bytes: 1,
    }
}

fn placed() -> Event {
    Event::Placed {
        worker: "w".to_owned(),
        incarnation: "i".to_owned(),
    }
}

/// Applies events at a second each may share.
fn after(events: &[Event], strategy: &RestartStrategy) -> Deployment {
    let mut deployment = fresh("d");
    for event in events {
        transition::apply(&mut deployment, event.clone(), strategy, at(0));
    }
    deployment
}
