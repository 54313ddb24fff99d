//! Makes part files visible, and clears up after a run that was killed.
//!
//! In: what the writers staged. Out: files under their names. Invariant: a file appears once and whole; a restored
//! checkpoint's open files end where the checkpoint says, whatever was written behind that; hidden files that no
//! checkpoint covers are removed, and only this job's own. Files stay in the folder they were begun in, also when a
//! later version of the application writes to another one.
//!
//! Whoever reads the files may take them away. So a staged file that is neither hidden nor visible may have been
//! committed, or be lost; which of them is told by the checkpoint's log (`is_applied`), and until the log says so by
//! signs, which are empty hidden files made before the first of the files gets its name: one for all closed parts of a
//! checkpoint, which goes when the log knows, and one for each open part that a recovery finishes, which stays until a
//! later checkpoint is committed. What is lost is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{CONNECTOR, FilesAccess, external};
use crate::connector::staged::{self, Taker, give_up_unless, malformed};
use crate::connector::{Committer, RestoredOutput};
use crate::error::JobError;

/// What one thread hands over at the end of an epoch, behind the table's folder; names are relative to that.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Staged {
    /// To be made visible.
    pub(super) closed: Vec<String>,
    /// Still written to; so many bytes belong to the checkpoint.
    pub(super) open: Vec<(String, u64)>,
}

impl Staged {
    pub(super) fn to_bytes(&self, folder: &Path) -> Vec<u8> {
        if self.closed.is_empty() && self.open.is_empty() {
            return Vec::new();
        }
        let body = serde_json::to_vec(self).expect("names and numbers are JSON");
        staged::wrap(CONNECTOR, !self.open.is_empty(), &folder, &body)
    }
}

/// The path of a part before it is committed.
pub(super) fn hidden(name: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/.{file}{IN_PROGRESS}"),
        None => format!(".{name}{IN_PROGRESS}"),
    }
}

const IN_PROGRESS: &str = ".inprogress";
/// Ends the name of a copy that is not visible yet. It is whole where there is a sign.
const RECOVERED: &str = "recovered";
/// Ends the name of what tells that a recovery makes a part visible, or has.
const FINISHED: &str = "finished";
/// Ends the name of what tells that the closed parts of a checkpoint become visible, or are.
const SHOWN: &str = "shown";

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

pub(super) struct FileCommitter {
    pub(super) table: String,
    pub(super) folder: PathBuf,
    pub(super) may_lose_output: bool,
    /// What may be touched; `None`: everything.
    pub(super) access: Option<FilesAccess>,
    /// Names of this job's parts begin with it; `None` where the job has no identity that outlives it.
    pub(super) own_prefix: Option<String>,
    /// Put into a partition's folder when files appear there.
    pub(super) success_file: Option<String>,
    pub(super) signs: Signs,
}

/// What tells a later start that files were there, by the time at which it is needed no more.
#[derive(Default)]
pub(super) struct Signs {
    /// Of closed parts: when the log says that they are visible.
    shown: BTreeSet<PathBuf>,
    /// Of finished parts: when the next checkpoint is committed.
    finished: BTreeSet<PathBuf>,
}

impl FileCommitter {
    fn failed(&self, path: &Path) -> impl Fn(std::io::Error) -> JobError {
        let (table, path) = (self.table.clone(), path.to_owned());
        move |error| external(&table, &path, error)
    }

    /// What all threads staged, by the folder that it lies in.
    fn read(
        &self,
        outputs: &[Vec<u8>],
        is_restored: bool,
        is_applied: bool,
    ) -> Result<BTreeMap<PathBuf, Staged>, JobError> {
        let taker = Taker {
            connector: CONNECTOR,
            table: &self.table,
            is_applied,
            may_lose_output: self.may_lose_output,
        };
        let mut all: BTreeMap<PathBuf, Staged> = BTreeMap::new();
        for (folder, body) in taker.take::<PathBuf>(outputs)? {
            let one: Staged = serde_json::from_slice(body).map_err(|_| malformed())?;
            // The table's own folder was looked at when it was opened; names of a checkpoint made elsewhere may lead
            // out of it.
            if is_restored || folder != self.folder {
                self.check_access(&folder, &one)?;
            }
            let of_folder = all.entry(folder).or_default();
            of_folder.closed.extend(one.closed);
            of_folder.open.extend(one.open);
        }
        Ok(all)
    }

    /// A checkpoint may have been made elsewhere, where other folders are open.
    fn check_access(&self, folder: &Path, staged: &Staged) -> Result<(), JobError> {
        let Some(access) = &self.access else {
            return Ok(());
        };
        let open = staged.open.iter().map(|(name, _)| name);
        staged
            .closed
            .iter()
            .chain(open)
            .try_for_each(|name| access.check(&folder.join(name)).map_err(JobError::Checkpoint))
    }

    /// Shows files under their names.
    fn show(
        &mut self,
        root: &Path,
        names: &[String],
        checkpoint: RestoredOutput<'_>,
        folders: &mut BTreeSet<PathBuf>,
    ) -> Result<(), JobError> {
        if !checkpoint.is_applied {
            self.announce(root, names, checkpoint.checkpoint_id)?;
        }
        for name in names {
            let (from, to) = (root.join(hidden(name)), root.join(name));
            match std::fs::rename(&from, &to) {
                Ok(()) => drop(folders.insert(to.parent().expect("a file lies in a folder").to_owned())),
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(self.failed(&from)(error)),
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Leaves the sign that all these files were there, so that what is gone later has been shown.
    fn announce(&mut self, root: &Path, names: &[String], checkpoint_id: &str) -> Result<(), JobError> {
        let sign = self
            .own_prefix
            .as_ref()
            .map(|own_prefix| root.join(format!(".{own_prefix}-{checkpoint_id}.{SHOWN}")));
        if let Some(sign) = sign.as_ref().filter(|sign| sign.exists()) {
            self.signs.shown.insert(sign.clone());
            return Ok(());
        }
        let mut is_hidden = false;
        for name in names {
            let (from, to) = (root.join(hidden(name)), root.join(name));
            match from.exists() {
                true => is_hidden = true,
                false if to.exists() => {}
                false => self.miss(&from, &to)?,
            }
        }
        match sign.filter(|_| is_hidden) {
            Some(sign) => {
                self.signs.shown.insert(sign.clone());
                self.make_sign(&sign)
            }
            None => Ok(()),
        }
    }

    fn make_sign(&self, sign: &Path) -> Result<(), JobError> {
        File::create(sign).map_err(self.failed(sign))?;
        let folder = sign.parent().expect("a file lies in a folder");
        sync_folder(folder).map_err(self.failed(folder))
    }

    /// A staged file is in neither place.
    fn miss(&self, from: &Path, to: &Path) -> Result<(), JobError> {
        let what = format!(
            "table {}: file {} was staged for the checkpoint and is gone, and {} is not there either",
            self.table,
            from.display(),
            to.display()
        );
        give_up_unless(
            self.may_lose_output,
            &what,
            "put the file back to one of these places",
        )
    }

    /// Shows the part of a file that the checkpoint covers. It is copied: a predecessor that is not quite dead may
    /// still write to the file.
    fn finish(
        &mut self,
        root: &Path,
        (name, size_bytes): &(String, u64),
        folders: &mut BTreeSet<PathBuf>,
    ) -> Result<(), JobError> {
        let (from, to) = (root.join(hidden(name)), root.join(name));
        let (copy, sign) = (from.with_extension(RECOVERED), from.with_extension(FINISHED));
        self.signs.finished.insert(sign.clone());
        if sign.exists() {
            // What is left of the hidden one is removed with all that no checkpoint covers.
            return self.show_copy(&copy, &to, folders);
        }
        let file = match File::open(&from) {
            Ok(file) => file,
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(self.failed(&from)(error)),
            Err(_) => {
                return match to.metadata().is_ok_and(|found| found.len() == *size_bytes) {
                    true => self.make_sign(&sign),
                    false => self.miss(&from, &to),
                };
            }
        };
        let mut target = File::create(&copy).map_err(self.failed(&copy))?;
        let copied = std::io::copy(&mut file.take(*size_bytes), &mut target).map_err(self.failed(&copy))?;
        if copied != *size_bytes {
            let message = format!("{} has {copied} of {size_bytes} bytes", from.display());
            return Err(JobError::Checkpoint(message));
        }
        target.sync_all().map_err(self.failed(&copy))?;
        self.make_sign(&sign)?;
        self.show_copy(&copy, &to, folders)?;
        std::fs::remove_file(&from).map_err(self.failed(&from))
    }

    /// Shows a whole copy; where there is none any more, that has been done, whoever has taken the file since.
    fn show_copy(&self, copy: &Path, to: &Path, folders: &mut BTreeSet<PathBuf>) -> Result<(), JobError> {
        match std::fs::rename(copy, to) {
            Ok(()) => {
                folders.insert(to.parent().expect("a file lies in a folder").to_owned());
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.failed(to)(error)),
        }
    }

    /// Makes the new names durable, and tells readers of partitions.
    fn settle(&self, root: &Path, folders: &BTreeSet<PathBuf>) -> Result<(), JobError> {
        for folder in folders {
            if let Some(name) = self.success_file.as_ref().filter(|_| folder != root) {
                let path = folder.join(name);
                File::create(&path).map_err(self.failed(&path))?;
            }
            sync_folder(folder).map_err(self.failed(folder))?;
        }
        Ok(())
    }

    /// Removes this job's hidden files below a folder.
    fn clear(&self, folder: &Path, own_prefix: &str) -> Result<(), JobError> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.failed(folder)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(self.failed(folder))?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if entry.file_type().map_err(self.failed(&path))?.is_dir() && name.contains('=') {
                self.clear(&path, own_prefix)?;
            }
            let is_own = name
                .strip_prefix('.')
                .is_some_and(|name| name.starts_with(own_prefix));
            let is_hidden = [IN_PROGRESS, RECOVERED, FINISHED, SHOWN]
                .iter()
                .any(|end| name.ends_with(end));
            if is_own && is_hidden && !self.signs.holds(&path) {
                std::fs::remove_file(&path).map_err(self.failed(&path))?;
            }
        }
        Ok(())
    }

    fn remove(&self, signs: BTreeSet<PathBuf>) -> Result<(), JobError> {
        for sign in signs {
            match std::fs::remove_file(&sign) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(self.failed(&sign)(error)),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Signs {
    fn holds(&self, path: &Path) -> bool {
        self.shown.contains(path) || self.finished.contains(path)
    }
}

impl Committer for FileCommitter {
    fn commit(&mut self, epoch: u64, checkpoint_id: &str, staged: Vec<Vec<u8>>) -> Result<(), JobError> {
        let checkpoint = RestoredOutput {
            epoch,
            checkpoint_id,
            is_applied: false,
        };
        for (root, staged) in self.read(&staged, false, false)? {
            let mut folders = BTreeSet::new();
            self.show(&root, &staged.closed, checkpoint, &mut folders)?;
            self.settle(&root, &folders)?;
        }
        // A later checkpoint counts: nobody asks any more what became of the open parts of the one restored.
        let finished = std::mem::take(&mut self.signs.finished);
        self.remove(finished)
    }

    fn recorded(&mut self) -> Result<(), JobError> {
        let shown = std::mem::take(&mut self.signs.shown);
        self.remove(shown)
    }

    fn recover(
        &mut self,
        restored: Option<RestoredOutput<'_>>,
        staged: Vec<Vec<u8>>,
    ) -> Result<(), JobError> {
        let is_applied = restored.is_some_and(|restored| restored.is_applied);
        for (root, staged) in self.read(&staged, true, is_applied)? {
            let mut folders = BTreeSet::new();
            if let Some(checkpoint) = restored {
                self.show(&root, &staged.closed, checkpoint, &mut folders)?;
            }
            for part in &staged.open {
                self.finish(&root, part, &mut folders)?;
            }
            self.settle(&root, &folders)?;
        }
        match &self.own_prefix {
            Some(own_prefix) => self.clear(&self.folder, own_prefix),
            None => Ok(()),
        }
    }
}
