//! What a job starts from, and its right to write.
//!
//! In: the job's storage and its log, the deployment's `restore_from` or `predecessors`. Out: the job's generation, the
//! checkpoint or savepoint whose state it takes over. Invariant: the output of what is restored is visible, once,
//! before a row flows.
//!
//! The job's own last committed checkpoint comes first; `restore_from` and `predecessors` count only while there is
//! none.
//! - A **savepoint** is restored as it is: it was written after its output had been made visible.
//! - A **checkpoint** belongs to the job that took it, and that job may have died anywhere. So its commit protocol is
//!   finished in its name first: its generation is claimed (it can write no more), its sinks' tokens are read, a
//!   checkpoint that its transaction decided without a mark in the log is marked, and staged output is applied, guarded
//!   by that job's own identity, so that nothing is applied twice. What is restored is the checkpoint that counts then:
//!   the one named, or a later one. Finishing it again (the new job died before its first checkpoint) changes nothing.
//!   The predecessor's sinks are reached with the options of this job's tables: if no table writes with exactly-once to
//!   the same Kafka any more, a transaction committed in the moment of the predecessor's death is not noticed.
//! - **Predecessors** are the jobs that may have come between: each is finished like the owner of a checkpoint, the
//!   newest first, until one has committed something. One that died between its first commit and telling anybody
//!   counts, too.

use std::time::Instant;

use tokio::runtime::Handle;

use super::build::stateful;
use super::commit::{JobWorld, LOG, storage_id};
use super::coordinator::Storage;
use super::run::Opening;
use crate::checkpoint::collect::Collector;
use crate::checkpoint::manifest::{Manifest, OperatorState, manifest_path};
use crate::checkpoint::place::{self, Found};
use crate::checkpoint::protocol::{self, Start, World as _};
use crate::checkpoint::restore::{Lost, Restored};
use crate::checkpoint::store::CheckpointStore;
use crate::connector::options::JobEnvironment;
use crate::error::JobError;
use crate::job::SinkSpec;
use crate::log;
use crate::state::key::KEY_GROUPS;

impl Opening<'_> {
    /// Claims the job's generation, finds the checkpoint to restore, and makes its output visible if it is
    /// not yet.
    pub(super) fn start_storage(&self, mut world: JobWorld) -> Result<(Storage, Option<Restored>), JobError> {
        let begun = Instant::now();
        let log = protocol::fold(&world.read_log()?);
        // Before predecessors are touched: a start that was given up must not disturb the one that took its place.
        protocol::admit(&log, world.attempt)?;
        let has_own = log.committed.is_some();
        let runtime = world.store.runtime().clone();
        // Before the job's own sinks are claimed: they may have the names of the predecessor's.
        let given = if has_own { None } else { self.given(&runtime)? };
        let start = protocol::start(&mut world, self.deployment.from_scratch)?;
        let own = match &start.restore {
            Some(chosen) => Some(self.own(&mut world, &chosen.checkpoint, &start)?),
            None => {
                world.begin_anew()?;
                None
            }
        };
        let last = own.as_ref().map(|own| own.manifest.clone());
        let restored = own.or(given);
        if let Some(restored) = &restored {
            let (url, taken_ms) = (&restored.url, begun.elapsed().as_millis());
            log::info(format_args!(
                "restored checkpoint {} from {url} in {taken_ms} ms",
                restored.manifest.id
            ));
        }
        // Epochs go on from those of the predecessor, as committers and tokens may be the same.
        let taken_over = restored.as_ref().map_or(0, |restored| restored.manifest.epoch);
        let used_epoch = start.epoch.max(taken_over);
        let generation = start.tenure.generation;
        let collector = Collector::start(&world.store, last.as_ref(), generation, self.settings.retained)?;
        let storage = Storage {
            world,
            operators: self.operators()?,
            tenure: start.tenure,
            collector,
            last,
            used_epoch,
        };
        Ok((storage, restored))
    }

    /// The job's own committed checkpoint.
    fn own(&self, world: &mut JobWorld, id: &str, start: &Start) -> Result<Restored, JobError> {
        let restored = self.restored(world.store.clone(), read(&world.store, id)?)?;
        world.recover_staged(&restored.manifest, start.is_applied)?;
        world.trim_log(start.first_needed)?;
        Ok(restored)
    }

    /// Takes the right to write from earlier starts of the job, and finishes what they had decided on if their tables
    /// can be reached; otherwise whoever restores the checkpoint does. Of a job that has committed nothing, what it
    /// had begun is cleared up.
    pub(super) fn fence(&self, mut world: JobWorld, environment: &JobEnvironment) -> Result<(), JobError> {
        let start = protocol::start(&mut world, false)?;
        log::info(format_args!("earlier starts of the job can write no more"));
        let Some(chosen) = &start.restore else {
            if let Err(error) = self.clear_up(&mut world, environment) {
                log::warn(format_args!("what the job had begun to write is left: {error}"));
            }
            return Ok(());
        };
        let manifest = read(&world.store, &chosen.checkpoint)?;
        if let Err(error) = self.finish(&mut world, &manifest, start.is_applied, environment) {
            log::warn(format_args!(
                "the output of checkpoint {} is not finished, rows of it may be missing until it is restored: {error}",
                manifest.id
            ));
            return Ok(());
        }
        world.trim_log(start.first_needed)
    }

    /// Opens the tables that a checkpoint holds output of with something left to do, and applies it.
    fn finish(
        &self,
        world: &mut JobWorld,
        manifest: &Manifest,
        is_applied: bool,
        environment: &JobEnvironment,
    ) -> Result<(), JobError> {
        let unfinished = world.unfinished(manifest, is_applied)?;
        if unfinished.is_empty() {
            return Ok(());
        }
        let is_unfinished = |spec: &SinkSpec| spec.table.is_some_and(|table| unfinished.contains(table));
        let sinks = self.open_sinks_where(environment, |spec| Ok(is_unfinished(spec)))?;
        world.sinks.staged = sinks.job.staged;
        world.recover_staged(manifest, is_applied)
    }

    /// Tables with something to claim have done so.
    fn clear_up(&self, world: &mut JobWorld, environment: &JobEnvironment) -> Result<(), JobError> {
        let is_known = |table: &str| self.deployment.tables.contains_key(table);
        let is_wanted = |spec: &SinkSpec| Ok(spec.table.is_some_and(is_known) && !self.claims(spec)?);
        world.sinks.staged = self.open_sinks_where(environment, is_wanted)?.job.staged;
        world.begin_anew()
    }

    /// What the deployment says to restore from.
    pub(super) fn given(&self, runtime: &Handle) -> Result<Option<Restored>, JobError> {
        let deployment = self.deployment;
        let is_told = deployment.restore_from.is_some() || !deployment.predecessors.is_empty();
        if deployment.from_scratch && is_told {
            let message = "the deployment says both to begin anew and what to restore from";
            return Err(JobError::Configuration(message.to_owned()));
        }
        if let Some(url) = &deployment.restore_from {
            let found = self.found(url, runtime)?;
            let missing = || JobError::Checkpoint(format!("{url} has no committed checkpoint"));
            return found.ok_or_else(missing).map(Some);
        }
        // Before anything is written there: a storage that is not mounted looks like an empty one.
        let is_there = |url: &String| place::holds_anything(url, LOG, runtime);
        if deployment.must_restore && !deployment.predecessors.iter().any(is_there) {
            return Err(self.nothing_found());
        }
        for url in &deployment.predecessors {
            let found = self.found(url, runtime)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        match deployment.must_restore {
            true => Err(self.nothing_found()),
            false => Ok(None),
        }
    }

    fn nothing_found(&self) -> JobError {
        JobError::Checkpoint(format!(
            "an earlier deployment has committed a checkpoint, and none is found at {}",
            self.deployment.predecessors.join(", ")
        ))
    }

    fn found(&self, url: &str, runtime: &Handle) -> Result<Option<Restored>, JobError> {
        match place::find(url, runtime)? {
            Found::Savepoint { manifest, store } => self.restored(store, manifest).map(Some),
            Found::Checkpoint { id, job_id, store } => self.take_over(Some(&id), &job_id, store),
            Found::Job { job_id, store } => self.take_over(None, &job_id, store),
        }
    }

    /// Finishes the commit protocol of another job in its name; `None` if it has committed nothing.
    fn take_over(
        &self,
        named: Option<&str>,
        job_id: &str,
        store: CheckpointStore,
    ) -> Result<Option<Restored>, JobError> {
        let storage_id = storage_id(&store)?;
        let sinks = self.open_sinks(&self.environment(job_id, &storage_id))?.job;
        let mut world = JobWorld::new(store, storage_id, sinks);
        let start = protocol::start(&mut world, false)?;
        let Some(chosen) = &start.restore else {
            world.begin_anew()?;
            return Ok(None);
        };
        if let Some(id) = named.filter(|id| *id != chosen.checkpoint) {
            log::warn(format_args!(
                "checkpoint {} of {} is the last one committed; it is restored in place of {id}",
                chosen.checkpoint,
                world.store.url()
            ));
        }
        self.own(&mut world, &chosen.checkpoint, &start).map(Some)
    }

    fn restored(&self, store: CheckpointStore, manifest: Manifest) -> Result<Restored, JobError> {
        let id = &manifest.id;
        if manifest.key_groups != KEY_GROUPS {
            let message = format!("checkpoint {id} has {} key groups", manifest.key_groups);
            return Err(JobError::Checkpoint(message));
        }
        let lost = Lost::new(&manifest, &self.job.nodes);
        lost.check(id, self.may_drop_state())?;
        for (node, _) in stateful(self.job)? {
            let node = &self.job.nodes[node];
            if !manifest.operators.iter().any(|operator| operator.uid == node.uid) {
                log::warn(format_args!(
                    "checkpoint {id}: operator {} starts without state",
                    node.name
                ));
            }
        }
        let url = match manifest.self_contained {
            true => store.url_of(crate::checkpoint::manifest::MANIFEST),
            false => store.url_of(&manifest_path(id)),
        };
        Ok(Restored {
            url,
            store,
            reset: lost.reset(),
            manifest,
        })
    }

    /// Operators with state, as manifests name them.
    fn operators(&self) -> Result<Vec<OperatorState>, JobError> {
        let state = |(node, tables): (usize, usize)| {
            let node = &self.job.nodes[node];
            OperatorState {
                uid: node.uid.to_owned(),
                name: node.name.to_owned(),
                state_fingerprint: node.state_fingerprint.map(str::to_owned),
                tables,
            }
        };
        Ok(stateful(self.job)?.into_iter().map(state).collect())
    }
}

fn read(store: &CheckpointStore, id: &str) -> Result<Manifest, JobError> {
    Manifest::from_bytes(&store.get(&manifest_path(id))?)
}
