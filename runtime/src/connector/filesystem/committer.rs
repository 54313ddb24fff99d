//! Makes part files visible, and clears up after a run that was killed.
//!
//! In: what the writers staged. Out: files under their names. Invariant: a file appears once and whole; a restored
//! checkpoint's open files end where the checkpoint says, whatever was written behind that; hidden files that no
//! checkpoint covers are removed, and only this job's own. Files stay in the folder they were begun in, also when a
//! later version of the application writes to another one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{CONNECTOR, FilesAccess, external};
use crate::connector::Committer;
use crate::connector::staged::{self, Found, malformed};
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
}

impl FileCommitter {
    fn failed(&self, path: &Path) -> impl Fn(std::io::Error) -> JobError {
        let (table, path) = (self.table.clone(), path.to_owned());
        move |error| external(&table, &path, error)
    }

    /// What all threads staged, by the folder that it lies in.
    fn read(&self, outputs: &[Vec<u8>]) -> Result<BTreeMap<PathBuf, Staged>, JobError> {
        let mut all: BTreeMap<PathBuf, Staged> = BTreeMap::new();
        for bytes in outputs.iter().filter(|bytes| !bytes.is_empty()) {
            match staged::read::<PathBuf>(CONNECTOR, bytes)? {
                Found::Own(folder, body) => {
                    if let Some(access) = self.access.as_ref().filter(|_| folder != self.folder) {
                        access.check(&folder).map_err(JobError::Checkpoint)?;
                    }
                    let one: Staged = serde_json::from_slice(body).map_err(|_| malformed())?;
                    let of_folder = all.entry(folder).or_default();
                    of_folder.closed.extend(one.closed);
                    of_folder.open.extend(one.open);
                }
                Found::Foreign(connector) => {
                    staged::not_of(CONNECTOR, &connector, &self.table, self.may_lose_output)?;
                }
            }
        }
        Ok(all)
    }

    /// Shows files under their names. One that is not there was committed before; whoever reads the files may have
    /// taken it away since.
    fn show(&self, root: &Path, names: &[String], folders: &mut BTreeSet<PathBuf>) -> Result<(), JobError> {
        for name in names {
            let (from, to) = (root.join(hidden(name)), root.join(name));
            match std::fs::rename(&from, &to) {
                Ok(()) => drop(folders.insert(to.parent().expect("a file lies in a folder").to_owned())),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(self.failed(&from)(error)),
            }
        }
        Ok(())
    }

    /// Shows the part of a file that the checkpoint covers. It is copied: a predecessor that is not quite dead may
    /// still write to the file.
    fn finish(
        &self,
        root: &Path,
        (name, size_bytes): &(String, u64),
        folders: &mut BTreeSet<PathBuf>,
    ) -> Result<(), JobError> {
        let (from, to) = (root.join(hidden(name)), root.join(name));
        let file = match File::open(&from) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.failed(&from)(error)),
        };
        let copy = from.with_extension("recovered");
        let mut target = File::create(&copy).map_err(self.failed(&copy))?;
        let copied = std::io::copy(&mut file.take(*size_bytes), &mut target).map_err(self.failed(&copy))?;
        if copied != *size_bytes {
            let message = format!("{} has {copied} of {size_bytes} bytes", from.display());
            return Err(JobError::Checkpoint(message));
        }
        target.sync_all().map_err(self.failed(&copy))?;
        std::fs::rename(&copy, &to).map_err(self.failed(&to))?;
        std::fs::remove_file(&from).map_err(self.failed(&from))?;
        folders.insert(to.parent().expect("a file lies in a folder").to_owned());
        Ok(())
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
            if is_own && (name.ends_with(IN_PROGRESS) || name.ends_with(".recovered")) {
                std::fs::remove_file(&path).map_err(self.failed(&path))?;
            }
        }
        Ok(())
    }
}

impl Committer for FileCommitter {
    fn commit(&mut self, _epoch: u64, _checkpoint_id: &str, staged: Vec<Vec<u8>>) -> Result<(), JobError> {
        for (root, staged) in self.read(&staged)? {
            let mut folders = BTreeSet::new();
            self.show(&root, &staged.closed, &mut folders)?;
            self.settle(&root, &folders)?;
        }
        Ok(())
    }

    fn recover(&mut self, _restored: Option<(u64, &str)>, staged: Vec<Vec<u8>>) -> Result<(), JobError> {
        for (root, staged) in self.read(&staged)? {
            let mut folders = BTreeSet::new();
            self.show(&root, &staged.closed, &mut folders)?;
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
