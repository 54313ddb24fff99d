//! Writes part files that become visible when the checkpoint that covers them is committed.
//!
//! A writer appends to a hidden file (`.part-….inprogress`). At the end of an epoch, or when the file is big
//! enough, the file is made durable and its name belongs to the epoch; the committer renames it. Renaming
//! again after a restore finds nothing to do. Files that no checkpoint covers stay hidden, and no reader sees
//! them.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{check, path};
use crate::connector::options::{JobEnvironment, Options};
use crate::connector::registry::SinkRequest;
use crate::connector::{Committer, SinkTable, SinkTableFactory, SinkWriter};
use crate::error::JobError;
use crate::format::{self, EncodeColumn, Encoder};
use crate::job::WriteColumn;
use crate::row::Batch;

const BUFFER_BYTES: usize = 256 * 1024;
const FILE_BYTES_MAX: u64 = 128 << 20;

struct FileSink {
    folder: PathBuf,
    options: Options,
    columns: Vec<EncodeColumn>,
    file_bytes_max: u64,
    /// Unique to this start of the job, so that no part is written twice under one name.
    run: String,
}

pub(in crate::connector) fn open_sink(
    request: &SinkRequest<'_>,
    environment: &JobEnvironment,
) -> Result<SinkTable, JobError> {
    let options = &request.options;
    check(options)?;
    if request.spec.input_updates {
        return Err(options.error("connector", "'filesystem' takes no updates or deletions"));
    }
    let written = request.spec.write.iter().zip(request.columns).enumerate();
    let columns = written.map(|(source, (write, column))| match write {
        WriteColumn::Physical => Ok(EncodeColumn {
            name: column.name.to_owned(),
            ty: column.ty.clone(),
            source,
        }),
        WriteColumn::Metadata(key) => {
            Err(options.error("connector", format!("'filesystem' cannot write metadata '{key}'")))
        }
    });
    let sink = FileSink {
        folder: path(options)?,
        columns: columns.collect::<Result<_, _>>()?,
        file_bytes_max: options
            .memory_size_bytes("sink.rolling-policy.file-size")?
            .unwrap_or(FILE_BYTES_MAX),
        options: options.clone(),
        run: run_name(&environment.job_id),
    };
    // A format that cannot be opened is an error at start, not in a thread.
    format::open_encoder(&sink.options, "", sink.columns.clone())?;
    let committer = FileCommitter {
        table: options.table.clone(),
        folder: sink.folder.clone(),
    };
    Ok(SinkTable {
        table: Arc::new(sink),
        committer: Some(Box::new(committer)),
    })
}

fn run_name(job_id: &str) -> String {
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write(job_id.as_bytes());
    format!("{:016x}", hasher.finish())
}

fn external(table: &str, path: &Path, error: std::io::Error) -> JobError {
    JobError::external(format!("table {table}: file {}", path.display()), error)
}

impl SinkTableFactory for FileSink {
    fn writer(&self, thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| external(&self.options.table, &self.folder, error))?;
        Ok(Box::new(FileWriter {
            table: self.options.table.clone(),
            folder: self.folder.clone(),
            name_start: format!("part-{}-{thread}", self.run),
            encoder: format::open_encoder(&self.options, "", self.columns.clone())?,
            file_bytes_max: self.file_bytes_max,
            files: 0,
            open: None,
            closed: Vec::new(),
            buffer: Vec::new(),
        }))
    }
}

struct PartFile {
    name: String,
    file: File,
    size_bytes: u64,
}

struct FileWriter {
    table: String,
    folder: PathBuf,
    name_start: String,
    encoder: Box<dyn Encoder>,
    file_bytes_max: u64,
    /// Files begun so far.
    files: u64,
    open: Option<PartFile>,
    /// Files of this epoch that are whole.
    closed: Vec<String>,
    /// Encoded rows that are not yet in the file.
    buffer: Vec<u8>,
}

/// The name of a part before it is committed.
fn hidden(name: &str) -> String {
    format!(".{name}.inprogress")
}

impl FileWriter {
    fn flush(&mut self) -> Result<(), JobError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let mut part = match self.open.take() {
            Some(part) => part,
            None => self.begin_file()?,
        };
        let path = self.folder.join(hidden(&part.name));
        part.file
            .write_all(&self.buffer)
            .map_err(|error| external(&self.table, &path, error))?;
        part.size_bytes += self.buffer.len() as u64;
        self.buffer.clear();
        let is_full = part.size_bytes >= self.file_bytes_max;
        self.open = Some(part);
        if is_full { self.close_file() } else { Ok(()) }
    }

    fn begin_file(&mut self) -> Result<PartFile, JobError> {
        let name = format!("{}-{}", self.name_start, self.files);
        self.files += 1;
        let path = self.folder.join(hidden(&name));
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        Ok(PartFile {
            name,
            file: file.map_err(|error| external(&self.table, &path, error))?,
            size_bytes: 0,
        })
    }

    fn close_file(&mut self) -> Result<(), JobError> {
        let Some(part) = self.open.take() else {
            return Ok(());
        };
        let path = self.folder.join(hidden(&part.name));
        part.file
            .sync_all()
            .map_err(|error| external(&self.table, &path, error))?;
        self.closed.push(part.name);
        Ok(())
    }
}

impl SinkWriter for FileWriter {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        for (kind, row) in batch.rows() {
            self.encoder
                .encode(kind, row, &mut self.buffer)
                .map_err(|error| JobError::Malformed {
                    table: self.table.clone(),
                    place: "a row to write".to_owned(),
                    message: error.message,
                })?;
            self.buffer.push(b'\n');
            if self.buffer.len() >= BUFFER_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        self.flush()?;
        self.close_file()?;
        let closed = std::mem::take(&mut self.closed);
        if closed.is_empty() {
            return Ok(Vec::new());
        }
        sync_folder(&self.folder).map_err(|error| external(&self.table, &self.folder, error))?;
        Ok(closed.join("\n").into_bytes())
    }
}

/// Makes the names in a folder durable.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

struct FileCommitter {
    table: String,
    folder: PathBuf,
}

impl Committer for FileCommitter {
    fn commit(&mut self, _epoch: u64, _checkpoint_id: &str, staged: Vec<Vec<u8>>) -> Result<(), JobError> {
        let mut renamed = false;
        for part in staged.iter().filter(|part| !part.is_empty()) {
            let names = std::str::from_utf8(part).map_err(|error| JobError::external("filesystem", error))?;
            for name in names.lines() {
                let from = self.folder.join(hidden(name));
                match std::fs::rename(&from, self.folder.join(name)) {
                    Ok(()) => renamed = true,
                    // Committed before; whoever reads the files may have taken it away since.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(external(&self.table, &from, error)),
                }
            }
        }
        if renamed {
            sync_folder(&self.folder).map_err(|error| external(&self.table, &self.folder, error))?;
        }
        Ok(())
    }
}
