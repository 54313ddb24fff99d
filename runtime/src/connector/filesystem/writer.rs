//! Writes one thread's rows into part files that become visible when a checkpoint that covers them is committed.
//!
//! A part is a hidden file (`.part-….inprogress`), one at a time per folder. It is closed when it is big, old or idle
//! enough, and at the end of an epoch that must stand alone; until then it goes on through checkpoints, which note how
//! much of it they cover. Invariant: what a checkpoint covers is durable when the epoch has ended.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::committer::{Staged, hidden, sync_folder};
use super::external;
use super::sink::FileSink;
use crate::connector::SinkWriter;
use crate::error::JobError;
use crate::format::Encoder;
use crate::row::Batch;

const BUFFER_BYTES: usize = 256 * 1024;

/// When a part is closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct RollingPolicy {
    pub(super) file_bytes_max: u64,
    /// Since its first row.
    pub(super) rollover: Duration,
    /// Since its last row.
    pub(super) inactivity: Duration,
    /// How often ages are looked at.
    pub(super) check_interval: Duration,
}

/// A file that rows are still written to.
struct Part {
    /// Relative to the table's folder.
    name: String,
    /// Made with the first bytes that go out.
    file: Option<File>,
    size_bytes: u64,
    /// Encoded rows that are not yet in the file.
    buffer: Vec<u8>,
    /// Some of the file is not durable yet.
    is_dirty: bool,
    begun: Instant,
    last_row: Instant,
}

pub(super) struct FileWriter {
    sink: Arc<FileSink>,
    name_start: String,
    encoder: Box<dyn Encoder>,
    /// Files begun so far.
    files: u64,
    /// By folder, relative to the table's.
    parts: BTreeMap<String, Part>,
    /// Files that are whole, since the last end of an epoch.
    closed: Vec<String>,
    /// Folders with files that were made since then.
    changed: BTreeSet<String>,
    last_check: Instant,
    must_stand_alone: bool,
}

impl FileWriter {
    pub(super) fn new(sink: Arc<FileSink>, thread: usize, encoder: Box<dyn Encoder>) -> FileWriter {
        FileWriter {
            name_start: format!("{}-{}-{thread}", sink.name_prefix, sink.run),
            sink,
            encoder,
            files: 0,
            parts: BTreeMap::new(),
            closed: Vec::new(),
            changed: BTreeSet::new(),
            last_check: Instant::now(),
            must_stand_alone: false,
        }
    }

    /// The part that takes rows of a folder.
    fn part<'a>(
        parts: &'a mut BTreeMap<String, Part>,
        files: &mut u64,
        name_start: &str,
        folder: String,
        now: Instant,
    ) -> &'a mut Part {
        parts.entry(folder).or_insert_with_key(|folder| {
            let file = format!("{name_start}-{files}");
            *files += 1;
            Part {
                name: if folder.is_empty() {
                    file
                } else {
                    format!("{folder}/{file}")
                },
                file: None,
                size_bytes: 0,
                buffer: Vec::new(),
                is_dirty: false,
                begun: now,
                last_row: now,
            }
        })
    }

    /// Puts a part's buffer into its file.
    fn flush(&mut self, folder: &str) -> Result<(), JobError> {
        let FileWriter {
            sink, parts, changed, ..
        } = self;
        let Some(part) = parts.get_mut(folder).filter(|part| !part.buffer.is_empty()) else {
            return Ok(());
        };
        let path = sink.folder.join(hidden(&part.name));
        let failed = |error| external(&sink.options.table, &path, error);
        let file = match &mut part.file {
            Some(file) => file,
            none => {
                let parent = path.parent().expect("a file lies in a folder");
                std::fs::create_dir_all(parent).map_err(failed)?;
                changed.insert(folder.to_owned());
                none.insert(
                    OpenOptions::new()
                        .write(true)
                        .create_new(true)
                        .open(&path)
                        .map_err(failed)?,
                )
            }
        };
        file.write_all(&part.buffer).map_err(failed)?;
        part.size_bytes += part.buffer.len() as u64;
        part.is_dirty = true;
        part.buffer.clear();
        if part.size_bytes >= sink.policy.file_bytes_max {
            return self.close(folder);
        }
        Ok(())
    }

    /// Makes what a part's file holds durable.
    fn sync(sink: &FileSink, part: &mut Part) -> Result<(), JobError> {
        if let Some(file) = part.file.as_ref().filter(|_| part.is_dirty) {
            let path = sink.folder.join(hidden(&part.name));
            file.sync_all()
                .map_err(|error| external(&sink.options.table, &path, error))?;
            part.is_dirty = false;
        }
        Ok(())
    }

    /// No row follows in this part, whose buffer is empty.
    fn close(&mut self, folder: &str) -> Result<(), JobError> {
        let Some(mut part) = self.parts.remove(folder) else {
            return Ok(());
        };
        Self::sync(&self.sink, &mut part)?;
        self.closed.push(part.name);
        Ok(())
    }

    /// Closes the parts that `is_due` picks.
    fn close_if(&mut self, is_due: impl Fn(&Part) -> bool) -> Result<(), JobError> {
        let due = self.parts.iter().filter(|(_, part)| is_due(part));
        let due: Vec<String> = due.map(|(folder, _)| folder.clone()).collect();
        for folder in due {
            self.flush(&folder)?;
            self.close(&folder)?;
        }
        Ok(())
    }

    /// Makes the names of new files durable, up to the table's folder.
    fn sync_folders(&mut self) -> Result<(), JobError> {
        let mut folders: BTreeSet<&Path> = BTreeSet::new();
        for folder in &self.changed {
            folders.extend(Path::new(folder).ancestors());
        }
        for folder in folders {
            let path = self.sink.folder.join(folder);
            sync_folder(&path).map_err(|error| external(&self.sink.options.table, &path, error))?;
        }
        self.changed.clear();
        Ok(())
    }
}

impl SinkWriter for FileWriter {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        let now = Instant::now();
        for (kind, row) in batch.rows() {
            let folder = match &self.sink.partitioning {
                Some(partitioning) => partitioning.folder(row),
                None => String::new(),
            };
            let key = self.sink.partitioning.as_ref().map(|_| folder.clone());
            let part = Self::part(&mut self.parts, &mut self.files, &self.name_start, folder, now);
            part.last_row = now;
            let encoded = self.encoder.encode(kind, row, &mut part.buffer);
            encoded.map_err(|error| JobError::Malformed {
                table: self.sink.options.table.clone(),
                place: "a row to write".to_owned(),
                message: error.message,
            })?;
            part.buffer.push(b'\n');
            if part.buffer.len() >= BUFFER_BYTES {
                self.flush(key.as_deref().unwrap_or_default())?;
            }
        }
        Ok(())
    }

    fn settle(&mut self) {
        self.must_stand_alone = true;
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        let folders: Vec<String> = self.parts.keys().cloned().collect();
        for folder in &folders {
            self.flush(folder)?;
        }
        if std::mem::take(&mut self.must_stand_alone) {
            self.close_if(|_| true)?;
        }
        for part in self.parts.values_mut() {
            Self::sync(&self.sink, part)?;
        }
        self.sync_folders()?;
        let open = self
            .parts
            .values()
            .map(|part| (part.name.clone(), part.size_bytes));
        let staged = Staged {
            closed: std::mem::take(&mut self.closed),
            open: open.collect(),
        };
        Ok(staged.to_bytes(&self.sink.folder))
    }

    fn tick(&mut self) -> Result<(), JobError> {
        let policy = self.sink.policy;
        if self.last_check.elapsed() < policy.check_interval {
            return Ok(());
        }
        self.last_check = Instant::now();
        self.close_if(|part| {
            part.begun.elapsed() >= policy.rollover || part.last_row.elapsed() >= policy.inactivity
        })
    }
}
