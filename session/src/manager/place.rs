//! Which worker gets which deployment.
//!
//! In: deployments that wait, in the order in which they are to be served; workers and session clusters with their
//! free slots. Out: a worker for each, or why there is none. Invariant: no worker and no session cluster gives more
//! slots than it has.

use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) deployment: String,
    /// Key of the session cluster.
    pub(super) service: String,
    /// None for an attempt that needs no room.
    pub(super) slots: u32,
    /// What needs no room goes to one worker after the other: what fails on one may succeed on the next.
    pub(super) turn: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Free {
    pub(super) worker: String,
    pub(super) slots: u32,
    pub(super) slots_free: u32,
}

/// The worker with the most room wins, so that jobs spread; small ones may overtake a large one that does not fit.
pub(super) fn place(
    waiting: &[Waiting],
    mut workers: Vec<Free>,
    mut limits: BTreeMap<String, u32>,
) -> Vec<(String, Result<String, String>)> {
    let mut placed = Vec::new();
    for one in waiting {
        let of_service = limits.get(&one.service).copied().unwrap_or(u32::MAX);
        let count = workers.len().max(1);
        let choice = match one.slots {
            0 => workers.get_mut(one.turn % count),
            _ => workers.iter_mut().rev().max_by_key(|worker| worker.slots_free),
        };
        let place = match choice {
            _ if of_service < one.slots => Err(format!(
                "waits for {}: its session cluster has {of_service} free (number_of_task_slots)",
                slots_text(one.slots)
            )),
            Some(worker) if worker.slots_free >= one.slots => {
                worker.slots_free -= one.slots;
                Ok(worker.worker.clone())
            }
            _ => Err(shortage(one.slots, &workers)),
        };
        if place.is_ok()
            && let Some(limit) = limits.get_mut(&one.service)
        {
            *limit -= one.slots;
        }
        placed.push((one.deployment.clone(), place));
    }
    placed
}

fn slots_text(slots: u32) -> String {
    match slots {
        1 => "1 slot".to_owned(),
        _ => format!("{slots} slots"),
    }
}

fn shortage(slots: u32, workers: &[Free]) -> String {
    if slots == 0 {
        return "no worker is connected".to_owned();
    }
    let wanted = slots_text(slots);
    let most_free = workers.iter().map(|worker| worker.slots_free).max();
    let largest = workers.iter().map(|worker| worker.slots).max();
    match (most_free, largest) {
        (Some(free), Some(largest)) if largest >= slots => {
            format!("waits for {wanted} on one worker; the most that are free on one are {free} of {largest}")
        }
        (Some(_), Some(largest)) => {
            format!("waits for {wanted} on one worker; the largest worker has {largest}")
        }
        _ => format!("waits for {wanted}: no worker is connected"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(deployment: &str, slots: u32) -> Waiting {
        Waiting {
            deployment: deployment.to_owned(),
            service: "p/s".to_owned(),
            slots,
            turn: 0,
        }
    }

    fn free(worker: &str, slots_free: u32) -> Free {
        Free {
            worker: worker.to_owned(),
            slots: 4,
            slots_free,
        }
    }

    #[test]
    fn the_worker_with_most_room_wins_and_nobody_is_overfilled() {
        let waiting = [
            waiting("a", 2),
            waiting("b", 4),
            waiting("c", 2),
            waiting("d", 5),
            waiting("e", 3),
        ];
        let placed = place(&waiting, vec![free("v", 3), free("w", 4)], BTreeMap::new());
        let expected = [
            ("a", Ok("w")),
            (
                "b",
                Err("waits for 4 slots on one worker; the most that are free on one are 3 of 4"),
            ),
            ("c", Ok("v")),
            (
                "d",
                Err("waits for 5 slots on one worker; the largest worker has 4"),
            ),
            (
                "e",
                Err("waits for 3 slots on one worker; the most that are free on one are 2 of 4"),
            ),
        ];
        let placed: Vec<_> = placed
            .iter()
            .map(|(id, place)| (id.as_str(), place.as_deref().map_err(String::as_str)))
            .collect();
        assert_eq!(placed, expected);
    }

    #[test]
    fn what_needs_no_room_goes_round() {
        let workers = || vec![free("v", 0), free("w", 4)];
        for (turn, expected) in [(1, "w"), (2, "v"), (3, "w")] {
            let fence = Waiting {
                turn,
                ..waiting("a", 0)
            };
            let placed = place(&[fence], workers(), BTreeMap::new());
            assert_eq!(placed[0].1.as_deref(), Ok(expected));
        }
        let placed = place(&[waiting("a", 0)], Vec::new(), BTreeMap::new());
        assert_eq!(placed[0].1, Err("no worker is connected".to_owned()));
    }

    #[test]
    fn session_clusters_have_their_own_limit() {
        let limits = BTreeMap::from([("p/s".to_owned(), 1)]);
        let placed = place(&[waiting("a", 1), waiting("b", 1)], vec![free("w", 4)], limits);
        assert_eq!(placed[0].1.as_deref(), Ok("w"));
        let error = placed[1].1.as_ref().expect_err("the limit is reached");
        assert_eq!(
            error,
            "waits for 1 slot: its session cluster has 0 free (number_of_task_slots)"
        );
        let placed = place(&[waiting("a", 1)], vec![], BTreeMap::new());
        let error = placed[0].1.as_ref().expect_err("nobody is there");
        assert_eq!(error, "waits for 1 slot: no worker is connected");
    }
}
