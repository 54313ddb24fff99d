//! The world of the commit protocol as a running job sees it: storage, the commit point, committers.
//!
//! In: the protocol's steps. Out: their effects. Invariant: each step is done when it returns; without
//! storage there is no log, and staged output is applied at the end of each epoch all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use crate::checkpoint::manifest::{Manifest, manifest_path};
use crate::checkpoint::protocol::{Committed, LogEntry, World};
use crate::checkpoint::store::CheckpointStore;
use crate::connector::staged::{give_up, is_open};
use crate::connector::{CommitPoint, Committer, RestoredOutput};
use crate::error::JobError;
use crate::log;

/// A table whose staged output has to be applied. Committers remember by table what they have applied, so all
/// sinks that write to one table apply together.
pub(crate) struct StagedTable {
    pub(crate) table: &'static str,
    pub(crate) committer: Box<dyn Committer>,
}

pub(crate) struct JobWorld {
    pub(crate) store: CheckpointStore,
    pub(crate) sinks: JobSinks,
    /// Part of every checkpoint's id. A sink's token that names a checkpoint of another storage (deleted, or
    /// elsewhere) says nothing of this one.
    pub(crate) storage_id: String,
    /// Which start of the job it is, where a session cluster counts them.
    pub(crate) attempt: Option<u32>,
}

/// Where the storage's id is kept.
const STORAGE_ID: &str = "storage-id";

/// The id of the storage. The first job there gives it one.
pub(crate) fn storage_id(store: &CheckpointStore) -> Result<String, JobError> {
    store.create(STORAGE_ID, fresh_id().into_bytes())?;
    Ok(String::from_utf8_lossy(&store.get(STORAGE_ID)?).into_owned())
}

/// An id that no other storage and no other run has.
pub(crate) fn fresh_id() -> String {
    let since_epoch = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let text = format!("{}-{}", since_epoch.as_nanos(), std::process::id());
    hex::encode(&Sha256::digest(text)[..4])
}

/// What the sinks of a job need at the end of an epoch.
pub(crate) struct JobSinks {
    pub(crate) commit_point: Option<Box<dyn CommitPoint>>,
    pub(crate) staged: Vec<StagedTable>,
    /// Output of a predecessor may be dropped when no table of the job takes it.
    pub(crate) may_lose_output: bool,
}

impl JobSinks {
    /// Applies staged output, by table; it is of this run.
    pub(crate) fn apply(
        &mut self,
        epoch: u64,
        checkpoint_id: &str,
        mut staged: BTreeMap<String, Vec<Vec<u8>>>,
    ) -> Result<(), JobError> {
        for table in &mut self.staged {
            if let Some(outputs) = staged.remove(table.table) {
                table.committer.commit(epoch, checkpoint_id, outputs)?;
            }
        }
        let without: Vec<&String> = staged.keys().collect();
        assert!(
            without.is_empty(),
            "no committer for what writers staged: {without:?}"
        );
        Ok(())
    }

    fn recorded(&mut self) -> Result<(), JobError> {
        let mut tables = self.staged.iter_mut();
        tables.try_for_each(|table| table.committer.recorded())
    }

    /// Finishes what the checkpoint restored from staged, and clears up what came after it.
    fn recover(
        &mut self,
        restored: Option<RestoredOutput<'_>>,
        mut staged: BTreeMap<String, Vec<Vec<u8>>>,
    ) -> Result<(), JobError> {
        let homeless = |table: &&String| self.staged.iter().all(|known| known.table != table.as_str());
        for table in staged.keys().filter(homeless) {
            let Some(restored) = restored else { continue };
            if !restored.is_applied || staged[table].iter().any(|output| is_open(output)) {
                let what = format!(
                    "checkpoint {} holds output for table {table}, which this job does not write that way; it may \
                     not be in the table yet",
                    restored.checkpoint_id
                );
                give_up(self.may_lose_output, &what)?;
            }
        }
        for table in &mut self.staged {
            let outputs = staged.remove(table.table).unwrap_or_default();
            table.committer.recover(restored, outputs)?;
        }
        Ok(())
    }
}

pub(super) const LOG: &str = "log";

/// Sequence numbers are padded so that names sort as numbers.
pub(super) fn log_path(sequence: u64) -> String {
    format!("{LOG}/{sequence:020}.json")
}

impl JobWorld {
    /// The world of a job with storage.
    pub(crate) fn new(store: CheckpointStore, storage_id: String, sinks: JobSinks) -> Self {
        JobWorld {
            store,
            sinks,
            storage_id,
            attempt: None,
        }
    }

    /// The job starts from nothing that was staged.
    pub(crate) fn begin_anew(&mut self) -> Result<(), JobError> {
        self.sinks.recover(None, BTreeMap::new())
    }

    /// Applies the output of the checkpoint restored from, whatever had been applied of it, and lets sinks clear up.
    /// `is_applied`: all of it is known to have been.
    pub(crate) fn recover_staged(&mut self, manifest: &Manifest, is_applied: bool) -> Result<(), JobError> {
        let staged = self.staged(manifest)?;
        let restored = RestoredOutput {
            epoch: manifest.epoch,
            checkpoint_id: &manifest.id,
            is_applied,
        };
        self.sinks.recover(Some(restored), staged)
    }

    /// Tables whose output in this checkpoint is not known to be visible, or was left open.
    pub(super) fn unfinished(
        &self,
        manifest: &Manifest,
        is_applied: bool,
    ) -> Result<BTreeSet<String>, JobError> {
        let has_work = |outputs: &[Vec<u8>]| !is_applied || outputs.iter().any(|output| is_open(output));
        let staged = self.staged(manifest)?.into_iter();
        Ok(staged
            .filter(|(_, outputs)| has_work(outputs))
            .map(|(table, _)| table)
            .collect())
    }

    fn staged(&self, manifest: &Manifest) -> Result<BTreeMap<String, Vec<Vec<u8>>>, JobError> {
        let mut staged = BTreeMap::new();
        for (table, paths) in &manifest.staged {
            let outputs: Result<Vec<_>, _> = paths.iter().map(|path| self.store.get(path)).collect();
            staged.insert(table.clone(), outputs?);
        }
        Ok(staged)
    }

    fn log_sequences(&self) -> Result<Vec<u64>, JobError> {
        let (names, _) = self.store.list(LOG)?;
        let sequence = |name: &String| name.strip_suffix(".json")?.parse().ok();
        Ok(names.iter().filter_map(sequence).collect())
    }
}

impl World for JobWorld {
    fn read_log(&mut self) -> Result<Vec<(u64, LogEntry)>, JobError> {
        let mut log = Vec::new();
        for sequence in self.log_sequences()? {
            // Another instance may be trimming the log; what it removes is not needed.
            let Some(bytes) = self.store.get_if_exists(&log_path(sequence))? else {
                continue;
            };
            let entry = serde_json::from_slice(&bytes)
                .map_err(|error| JobError::Checkpoint(format!("log entry {sequence} is damaged: {error}")))?;
            log.push((sequence, entry));
        }
        Ok(log)
    }

    fn append(&mut self, sequence: u64, entry: &LogEntry) -> Result<bool, JobError> {
        let bytes = serde_json::to_vec(entry).expect("a log entry is plain data");
        self.store.create(&log_path(sequence), bytes)
    }

    fn attempt(&self) -> Option<u32> {
        self.attempt
    }

    fn place(&self) -> Option<String> {
        self.sinks
            .commit_point
            .as_ref()
            .map(|commit_point| commit_point.place())
    }

    fn recover(&mut self, places: &[String]) -> Result<Option<Committed>, JobError> {
        let Some(commit_point) = &mut self.sinks.commit_point else {
            if !places.is_empty() {
                log::warn(format_args!(
                    "the job no longer writes to Kafka with exactly-once; if the run before did not end well, its last \
                     epoch may be processed again"
                ));
            }
            return Ok(None);
        };
        let tokens = commit_point.recover(places)?;
        let is_ours = |token: &&(u64, String)| token.1.ends_with(&self.storage_id);
        if let Some((_, other)) = tokens.iter().find(|token| !is_ours(token)) {
            log::warn(format_args!(
                "the sink was last written from other checkpoint storage (checkpoint {other})"
            ));
        }
        let latest = tokens.iter().filter(is_ours).max_by_key(|(epoch, _)| *epoch);
        Ok(latest.map(|(epoch, checkpoint)| Committed {
            epoch: *epoch,
            checkpoint: checkpoint.clone(),
        }))
    }

    fn store_manifest(&mut self, manifest: &Manifest) -> Result<(), JobError> {
        let path = manifest_path(&manifest.id);
        let bytes = manifest.to_bytes();
        if self.store.create(&path, bytes.clone())? || self.store.get(&path)? == bytes {
            return Ok(());
        }
        Err(JobError::Checkpoint(format!(
            "there is another checkpoint {}",
            manifest.id
        )))
    }

    fn commit_sink(&mut self, manifest: &Manifest) -> Result<(), JobError> {
        let Some(commit_point) = &mut self.sinks.commit_point else {
            return Ok(());
        };
        commit_point.commit(manifest.epoch, &manifest.id)
    }

    fn apply_staged(&mut self, manifest: &Manifest) -> Result<(), JobError> {
        let staged = self.staged(manifest)?;
        self.sinks.apply(manifest.epoch, &manifest.id, staged)
    }

    fn trim_log(&mut self, first_needed: u64) -> Result<(), JobError> {
        for sequence in self.log_sequences()? {
            if sequence < first_needed {
                self.store.delete(&log_path(sequence))?;
            }
        }
        self.sinks.recorded()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    struct Kept(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Committer for Kept {
        fn commit(&mut self, _epoch: u64, _id: &str, staged: Vec<Vec<u8>>) -> Result<(), JobError> {
            self.0.lock().expect("no panic").extend(staged);
            Ok(())
        }
    }

    /// A job that writes to table `orders`.
    fn sinks(may_lose_output: bool) -> (JobSinks, Arc<Mutex<Vec<Vec<u8>>>>) {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let committer = Box::new(Kept(kept.clone()));
        let sinks = JobSinks {
            commit_point: None,
            staged: vec![StagedTable {
                table: "orders",
                committer,
            }],
            may_lose_output,
        };
        (sinks, kept)
    }

    #[test]
    fn staged_output_finds_its_table_or_is_an_error() {
        let settled = b"{\"connector\":\"jdbc\",\"is_open\":false,\"target\":null}\n";
        let open = b"{\"connector\":\"filesystem\",\"is_open\":true,\"target\":null}\n";
        for (output, is_applied, may_lose, is_taken) in [
            (&settled[..], true, false, true),
            (settled, false, false, false),
            (settled, false, true, true),
            (open, true, false, false),
            (open, true, true, true),
        ] {
            let (mut sinks, kept) = sinks(may_lose);
            let staged = BTreeMap::from([
                ("gone".to_owned(), vec![output.to_vec()]),
                ("orders".to_owned(), vec![b"o".to_vec()]),
            ]);
            let restored = RestoredOutput {
                epoch: 3,
                checkpoint_id: "3-1-a",
                is_applied,
            };
            let recovered = sinks.recover(Some(restored), staged);
            let kept = kept.lock().expect("no panic").clone();
            match is_taken {
                true => assert_eq!((recovered.is_ok(), kept), (true, vec![b"o".to_vec()])),
                false => {
                    let error = recovered.expect_err("output would be lost").to_string();
                    assert!(error.contains("3-1-a") && error.contains("table gone"), "{error}");
                    assert!(kept.is_empty(), "nothing is applied before that is clear");
                }
            }
        }
    }
}
