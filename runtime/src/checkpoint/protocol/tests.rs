//! Every crash point of the commit protocol against a simulated world.
//!
//! A job counts: epoch n outputs the number n, and its state after n epochs is n. The world survives crashes:
//! log, manifests, and the sink (a transaction with a token, or rows applied by epoch). Whatever happens, the
//! sink must show 1, 2, 3 … without gap or repetition once a job has run to its end.

mod attempts;
mod choice;

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// What outlives a crash.
#[derive(Clone, Default)]
struct Outside {
    log: BTreeMap<u64, LogEntry>,
    /// State of each prepared checkpoint, by id.
    manifests: BTreeMap<String, u64>,
    /// Output that readers see, by epoch.
    visible: BTreeMap<u64, u64>,
    /// Times an output became visible by a transaction.
    transactions: Vec<u64>,
    /// By the place where they lie.
    tokens: BTreeMap<&'static str, Committed>,
    /// The producer that the sink's system accepts at each place.
    producers: BTreeMap<&'static str, u64>,
}

/// Places of tokens: a statement's first sink may become another one between runs.
const PLACES: [&str; 2] = ["a", "b"];

/// How output becomes visible.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sink {
    Staged,
    Transaction,
}

/// One instance's view of the world; it may die at any operation, before or after its effect.
struct Instance<'a> {
    outside: &'a mut Outside,
    sink: Sink,
    place: &'static str,
    attempt: Option<u32>,
    producer: u64,
    operations: usize,
    crash_at: Option<(usize, bool)>,
}

impl<'a> Instance<'a> {
    fn new(outside: &'a mut Outside, sink: Sink, crash_at: Option<(usize, bool)>) -> Self {
        Instance {
            outside,
            sink,
            place: PLACES[0],
            attempt: None,
            producer: 0,
            operations: 0,
            crash_at,
        }
    }

    fn at(mut self, place: &'static str) -> Self {
        self.place = place;
        self
    }

    fn operate<T>(&mut self, effect: impl FnOnce(&mut Self) -> Result<T, JobError>) -> Result<T, JobError> {
        let here = self.operations;
        self.operations += 1;
        match self.crash_at {
            Some((at, false)) if at == here => Err(crash()),
            Some((at, true)) if at == here => {
                effect(self)?;
                Err(crash())
            }
            _ => effect(self),
        }
    }
}

fn crash() -> JobError {
    JobError::Cancelled
}

impl World for Instance<'_> {
    fn read_log(&mut self) -> Result<Vec<(u64, LogEntry)>, JobError> {
        self.operate(|this| Ok(this.outside.log.clone().into_iter().collect()))
    }

    fn append(&mut self, sequence: u64, entry: &LogEntry) -> Result<bool, JobError> {
        self.operate(|this| {
            let free = !this.outside.log.contains_key(&sequence);
            if free {
                this.outside.log.insert(sequence, entry.clone());
            }
            Ok(free)
        })
    }

    fn attempt(&self) -> Option<u32> {
        self.attempt
    }

    fn place(&self) -> Option<String> {
        (self.sink == Sink::Transaction).then(|| self.place.to_owned())
    }

    fn recover(&mut self, places: &[String]) -> Result<Option<Committed>, JobError> {
        self.operate(|this| {
            if this.sink == Sink::Staged {
                return Ok(None);
            }
            let is_meant = |place: &&str| *place == this.place || places.iter().any(|named| named == place);
            let meant: Vec<&'static str> = PLACES.into_iter().filter(|place| is_meant(place)).collect();
            for place in &meant {
                *this.outside.producers.entry(place).or_default() += 1;
            }
            this.producer = this.outside.producers[this.place];
            let tokens = meant.iter().filter_map(|place| this.outside.tokens.get(place));
            Ok(tokens.max_by_key(|token| token.epoch).cloned())
        })
    }

    fn store_manifest(&mut self, manifest: &Manifest) -> Result<(), JobError> {
        self.operate(|this| {
            this.outside.manifests.insert(manifest.id.clone(), manifest.epoch);
            Ok(())
        })
    }

    fn commit_sink(&mut self, manifest: &Manifest) -> Result<(), JobError> {
        self.operate(|this| {
            if this.sink == Sink::Staged {
                return Ok(());
            }
            if this.producer != this.outside.producers[this.place] {
                return Err(JobError::external("sink", "the producer is fenced"));
            }
            this.outside.transactions.push(manifest.epoch);
            this.outside.visible.insert(manifest.epoch, manifest.epoch);
            let token = Committed {
                epoch: manifest.epoch,
                checkpoint: manifest.id.clone(),
            };
            this.outside.tokens.insert(this.place, token);
            Ok(())
        })
    }

    fn apply_staged(&mut self, manifest: &Manifest) -> Result<(), JobError> {
        self.operate(|this| {
            if this.sink == Sink::Staged {
                this.outside.visible.insert(manifest.epoch, manifest.epoch);
            }
            Ok(())
        })
    }

    fn trim_log(&mut self, first_needed: u64) -> Result<(), JobError> {
        self.operate(|this| {
            this.outside.log.retain(|sequence, _| *sequence >= first_needed);
            Ok(())
        })
    }
}

/// An instance that has started: its tenure and the epochs it has behind it.
struct Started {
    tenure: Tenure,
    epoch: u64,
    producer: u64,
}

fn begin(world: &mut Instance<'_>) -> Result<Started, JobError> {
    let start = start(world, false)?;
    if let Some(chosen) = &start.restore {
        let state = world.outside.manifests.get(&chosen.checkpoint);
        assert_eq!(state, Some(&chosen.epoch), "the checkpoint that counts is there");
        world.apply_staged(&manifest(chosen.epoch, start.tenure.generation))?;
        world.trim_log(start.first_needed)?;
    }
    let epoch = start.restore.map_or(0, |chosen| chosen.epoch);
    Ok(Started {
        tenure: start.tenure,
        epoch,
        producer: world.producer,
    })
}

fn manifest(epoch: u64, generation: u64) -> Manifest {
    Manifest::new(epoch, generation, "a", 1, 128)
}

/// Runs to the end or to the crash.
fn run(world: &mut Instance<'_>, epochs: u64) -> Result<(), JobError> {
    let mut started = begin(world)?;
    go_on(world, &mut started, epochs)
}

fn assert_exactly_once(outside: &Outside, epochs: u64, case: &str) {
    let expected: Vec<u64> = (1..=epochs).collect();
    let visible: Vec<u64> = outside.visible.values().copied().collect();
    assert_eq!(visible, expected, "{case}: lost or invented");
    let transactions: BTreeSet<u64> = outside.transactions.iter().copied().collect();
    assert_eq!(transactions.len(), outside.transactions.len(), "{case}: twice");
}

/// Operations of a run without crash.
fn operations(sink: Sink, epochs: u64) -> usize {
    let mut outside = Outside::default();
    let mut world = Instance::new(&mut outside, sink, None);
    run(&mut world, epochs).expect("nothing crashes");
    world.operations
}

const SINKS: [Sink; 2] = [Sink::Staged, Sink::Transaction];

#[test]
fn two_crashes_anywhere_lose_nothing_and_repeat_nothing() {
    for sink in SINKS {
        let count = operations(sink, 3) + 4;
        for first in (0..count).flat_map(|at| [(at, false), (at, true)]) {
            let mut once = Outside::default();
            let _ = run(&mut Instance::new(&mut once, sink, Some(first)), 3);
            for second in (0..count).flat_map(|at| [(at, false), (at, true)]) {
                let mut outside = once.clone();
                let _ = run(&mut Instance::new(&mut outside, sink, Some(second)), 3);
                run(&mut Instance::new(&mut outside, sink, None), 3).expect("the last run ends");
                assert_exactly_once(
                    &outside,
                    3,
                    &format!("{sink:?}, crashes at {first:?} and {second:?}"),
                );
                let last = outside.log.values().next_back().expect("the log has an end");
                assert!(matches!(
                    last,
                    LogEntry::Commit { epoch: 3, .. } | LogEntry::Claim { .. }
                ));
            }
        }
    }
}

/// Each run has another statement, whose first sink and so the token's place is another one.
#[test]
fn two_crashes_anywhere_are_survived_while_the_place_of_the_token_changes() {
    let sink = Sink::Transaction;
    let count = operations(sink, 3) + 4;
    for places in (0..8).map(|bits: usize| [0, 1, 2].map(|run| PLACES[bits >> run & 1])) {
        for first in (0..count).flat_map(|at| [(at, false), (at, true)]) {
            let mut once = Outside::default();
            let _ = run(&mut Instance::new(&mut once, sink, Some(first)).at(places[0]), 3);
            for second in (0..count).flat_map(|at| [(at, false), (at, true)]) {
                let mut outside = once.clone();
                let _ = run(
                    &mut Instance::new(&mut outside, sink, Some(second)).at(places[1]),
                    4,
                );
                run(&mut Instance::new(&mut outside, sink, None).at(places[2]), 5)
                    .expect("the last run ends");
                let case = format!("places {places:?}, crashes at {first:?} and {second:?}");
                assert_exactly_once(&outside, 5, &case);
            }
        }
    }
}

#[test]
fn output_never_runs_ahead_of_what_a_restart_would_restore() {
    for sink in SINKS {
        for crash_at in (0..operations(sink, 3)).flat_map(|at| [(at, false), (at, true)]) {
            let mut outside = Outside::default();
            let _ = run(&mut Instance::new(&mut outside, sink, Some(crash_at)), 3);
            let seen = outside.visible.keys().next_back().copied().unwrap_or(0);
            let mut world = Instance::new(&mut outside, sink, None);
            let started = start(&mut world, false).expect("it starts");
            let restored = started.restore.map_or(0, |chosen| chosen.epoch);
            assert!(
                restored >= seen,
                "{sink:?}, crash at {crash_at:?}: {restored} < {seen}"
            );
            if started.is_applied {
                assert_eq!(
                    restored, seen,
                    "{sink:?}, crash at {crash_at:?}: not all is applied"
                );
            }
        }
        let mut outside = Outside::default();
        run(&mut Instance::new(&mut outside, sink, None), 3).expect("it ends");
        let next = start(&mut Instance::new(&mut outside, sink, None), false).expect("it starts");
        assert!(next.is_applied, "{sink:?}: a run that ended well left nothing");
    }
}

/// A predecessor that stops (a long pause, a cut network) before its operation `pause_at`, while a successor
/// starts and commits, and then goes on.
#[test]
fn a_replaced_instance_can_commit_nothing_wherever_it_was_paused() {
    for sink in SINKS {
        for pause_at in 0..operations(sink, 4) {
            for (successor_epochs, place) in [0, 1, 5]
                .into_iter()
                .flat_map(|epochs| PLACES.map(|p| (epochs, p)))
            {
                let mut outside = Outside::default();
                let case =
                    format!("{sink:?}, pause at {pause_at}, successor at {place} commits {successor_epochs}");
                zombie(&mut outside, sink, pause_at, (successor_epochs, place), &case);
            }
        }
    }
}

/// The zombie's world: at operation `pause_at` the successor runs first.
struct Paused<'a> {
    inner: Instance<'a>,
    pause_at: usize,
    successor_epochs: u64,
    successor_place: &'static str,
    /// Log of the successor's time: entries that only the zombie could have added later.
    successor: Option<Started>,
}

impl Paused<'_> {
    fn before(&mut self) {
        if self.inner.operations != self.pause_at || self.successor.is_some() {
            return;
        }
        let sink = self.inner.sink;
        let mut world = Instance::new(self.inner.outside, sink, None).at(self.successor_place);
        let mut started = begin(&mut world).expect("the successor starts");
        let epochs = started.epoch + self.successor_epochs;
        go_on(&mut world, &mut started, epochs).expect("the successor commits");
        self.successor = Some(started);
    }
}

impl World for Paused<'_> {
    fn read_log(&mut self) -> Result<Vec<(u64, LogEntry)>, JobError> {
        self.before();
        self.inner.read_log()
    }

    fn append(&mut self, sequence: u64, entry: &LogEntry) -> Result<bool, JobError> {
        self.before();
        self.inner.append(sequence, entry)
    }

    fn attempt(&self) -> Option<u32> {
        self.inner.attempt
    }

    fn place(&self) -> Option<String> {
        self.inner.place()
    }

    fn recover(&mut self, places: &[String]) -> Result<Option<Committed>, JobError> {
        self.before();
        self.inner.recover(places)
    }

    fn store_manifest(&mut self, manifest: &Manifest) -> Result<(), JobError> {
        self.before();
        self.inner.store_manifest(manifest)
    }

    fn commit_sink(&mut self, manifest: &Manifest) -> Result<(), JobError> {
        self.before();
        self.inner.commit_sink(manifest)
    }

    fn apply_staged(&mut self, manifest: &Manifest) -> Result<(), JobError> {
        self.before();
        self.inner.apply_staged(manifest)
    }

    fn trim_log(&mut self, first_needed: u64) -> Result<(), JobError> {
        self.before();
        self.inner.trim_log(first_needed)
    }
}

fn zombie(
    outside: &mut Outside,
    sink: Sink,
    pause_at: usize,
    (successor_epochs, successor_place): (u64, &'static str),
    case: &str,
) {
    let mut world = Paused {
        inner: Instance::new(outside, sink, None),
        pause_at,
        successor_epochs,
        successor_place,
        successor: None,
    };
    let ended = zombie_run(&mut world);
    let Some(mut successor) = world.successor else {
        return;
    };
    let epochs = (successor.epoch + 3).max(8);
    // The successor goes on, unless the zombie had not claimed yet and came after it, or has taken the sink's
    // producer from it (having stopped between its claim and `recover`): then a third instance takes over.
    let mut world = Instance::new(outside, sink, None).at(successor_place);
    world.producer = successor.producer;
    let log: Vec<_> = world.outside.log.clone().into_iter().collect();
    let is_replaced = fold(&log).generation > successor.tenure.generation;
    if !is_replaced {
        // Only applying and trimming may follow the zombie's last commit; all of it is right then.
        let had_committed_all = pause_at >= operations(sink, 4) - 2;
        assert!(
            ended.is_err() || had_committed_all,
            "{case}: the zombie must learn of it"
        );
    }
    let goes_on = go_on(&mut world, &mut successor, epochs);
    let has_producer = sink == Sink::Staged || world.outside.producers[successor_place] == successor.producer;
    assert_eq!(
        goes_on.is_ok(),
        !is_replaced && has_producer,
        "{case}: {goes_on:?}"
    );
    if goes_on.is_err() {
        run(&mut Instance::new(outside, sink, None), epochs).expect("a third instance ends");
    }
    assert_exactly_once(outside, epochs, case);
}

fn go_on(world: &mut Instance<'_>, started: &mut Started, epochs: u64) -> Result<(), JobError> {
    while started.epoch < epochs {
        started.epoch += 1;
        let manifest = manifest(started.epoch, started.tenure.generation);
        commit(world, &mut started.tenure, &manifest)?;
    }
    Ok(())
}

fn zombie_run(world: &mut Paused<'_>) -> Result<(), JobError> {
    let start = start(world, false)?;
    let mut tenure = start.tenure;
    for epoch in start.restore.map_or(0, |chosen| chosen.epoch) + 1..=4 {
        let manifest = manifest(epoch, tenure.generation);
        commit(world, &mut tenure, &manifest)?;
    }
    Ok(())
}

#[test]
fn a_start_from_scratch_forgets_checkpoints_and_tokens_for_good() {
    for sink in SINKS {
        let mut outside = Outside::default();
        run(&mut Instance::new(&mut outside, sink, None), 3).expect("it ends");
        let fresh = start(&mut Instance::new(&mut outside, sink, None), true).expect("it starts");
        assert_eq!(
            (fresh.restore, fresh.epoch),
            (None, 3),
            "epochs are never used twice"
        );
        let again = start(&mut Instance::new(&mut outside, sink, None), false).expect("it starts");
        assert_eq!(
            (again.restore, again.epoch),
            (None, 3),
            "{sink:?}: the old state does not come back"
        );
    }
}

#[test]
fn the_later_of_log_and_token_counts() {
    let committed = |epoch: u64| Committed {
        epoch,
        checkpoint: format!("{epoch}-1"),
    };
    let log = |marked: Option<u64>, reset_epoch| LogState {
        committed: marked.map(committed),
        reset_epoch,
        ..LogState::default()
    };
    let cases = [
        (None, None, 0, None),
        (Some(3), None, 0, Some(3)),
        (Some(3), Some(4), 0, Some(4)),
        (Some(3), Some(3), 0, Some(3)),
        (Some(3), Some(2), 0, Some(3)),
        (None, Some(2), 0, Some(2)),
        (None, Some(2), 2, None),
        (None, Some(3), 2, Some(3)),
    ];
    for (marked, token, reset, expected) in cases {
        let chosen = choose(&log(marked, reset), token.map(committed).as_ref());
        assert_eq!(
            chosen.map(|chosen| chosen.epoch),
            expected,
            "log {marked:?}, token {token:?}, reset {reset}"
        );
    }
}
