//! Reads the files assigned to a thread one after another, in big chunks, and hands each record to the
//! decoder.
//!
//! Position of a split: `{"offset": bytes read, "line": records read, "done": bool}`. Offsets stand at the
//! start of a record, so reading on from a position loses and repeats nothing.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sql::{DataType, Timestamp, TypeKind, Value};

use super::FilesAccess;
use super::partition::Partitioning;
use super::source::FileMetadata;
use crate::connector::{Polled, Split, SplitReader};
use crate::error::JobError;
use crate::format::{Decoded, Decoder};
use crate::row::BatchWriter;

const CHUNK_BYTES: usize = 256 * 1024;
/// A longer record is taken for a file of another format.
const RECORD_BYTES_MAX: usize = 256 * 1024 * 1024;

/// How far a file has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    offset: u64,
    line: u64,
    done: bool,
}

struct FileSplit {
    path: String,
    position: Position,
}

/// The file that is being read.
struct OpenFile {
    file: File,
    /// `start..end` are bytes read from the file and not yet decoded.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    /// Absolute, as metadata shows it.
    path: String,
    size_bytes: u64,
    modified: Timestamp,
    /// What the folders stand for, in the order of the partition columns.
    folder_values: Vec<Value>,
}

/// How folders become columns.
pub(super) struct Partitions {
    pub(super) root: PathBuf,
    pub(super) partitioning: Option<Partitioning>,
}

impl Partitions {
    fn values(&self, path: &Path) -> Result<Vec<Value>, String> {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        let values = match &self.partitioning {
            Some(partitioning) => partitioning.values(relative)?,
            None => None,
        };
        Ok(values.unwrap_or_default())
    }

    fn put(&self, values: &[Value], row: &mut BatchWriter) {
        let columns = self
            .partitioning
            .iter()
            .flat_map(|partitioning| &partitioning.columns);
        for (column, value) in columns.zip(values) {
            row.put_value(column.column, value, &column.ty);
        }
    }
}

pub(super) struct FileReader {
    table: String,
    /// What may be touched; `None`: everything.
    access: Option<FilesAccess>,
    decoder: Box<dyn Decoder>,
    metadata: Vec<(usize, FileMetadata, DataType)>,
    partitions: Partitions,
    splits: Vec<FileSplit>,
    /// The split that is being read: all before it are done.
    current: usize,
    open: Option<OpenFile>,
    skipped: u64,
}

impl FileReader {
    pub(super) fn new(
        table: String,
        access: Option<FilesAccess>,
        decoder: Box<dyn Decoder>,
        metadata: Vec<(usize, FileMetadata, DataType)>,
        partitions: Partitions,
    ) -> Self {
        FileReader {
            table,
            access,
            decoder,
            metadata,
            partitions,
            splits: Vec::new(),
            current: 0,
            open: None,
            skipped: 0,
        }
    }

    fn external(&self, error: std::io::Error) -> JobError {
        let path = &self.splits[self.current].path;
        JobError::external(format!("table {}: file {path}", self.table), error)
    }

    fn open_current(&self) -> Result<OpenFile, JobError> {
        let split = &self.splits[self.current];
        let open = || {
            // The split may be of a checkpoint made elsewhere, and a link may lead elsewhere by now.
            if let Some(access) = &self.access {
                access
                    .check(Path::new(&split.path))
                    .map_err(std::io::Error::other)?;
            }
            let mut file = File::open(&split.path)?;
            let metadata = file.metadata()?;
            file.seek(SeekFrom::Start(split.position.offset))?;
            let modified = metadata
                .modified()?
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            Ok(OpenFile {
                file,
                buffer: Vec::new(),
                start: 0,
                end: 0,
                at_end: false,
                path: std::path::absolute(&split.path)?.to_string_lossy().into_owned(),
                size_bytes: metadata.len(),
                modified: Timestamp::from_millis(modified.as_millis() as i64),
                folder_values: self
                    .partitions
                    .values(Path::new(&split.path))
                    .map_err(std::io::Error::other)?,
            })
        };
        open().map_err(|error| self.external(error))
    }

    /// Appends up to `rows_max` rows of the current file. False: the file has been read to its end.
    fn read_rows(&mut self, rows_max: usize, output: &mut BatchWriter) -> Result<bool, JobError> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.open_current()?,
        };
        let rows_before = output.len();
        let more = loop {
            if output.len() - rows_before >= rows_max {
                break true;
            }
            let Some((record, consumed)) = next_record(&open, self.decoder.as_ref()) else {
                if open.at_end {
                    break false;
                }
                // One chunk per poll once there are rows, so that a poll stays short.
                if output.len() > rows_before {
                    break true;
                }
                open.fill().map_err(|error| self.external(error))?;
                continue;
            };
            self.decode(&open, record, output)?;
            open.start += consumed;
            let position = &mut self.splits[self.current].position;
            position.offset += consumed as u64;
            position.line += 1;
        };
        self.open = Some(open);
        Ok(more)
    }

    fn decode(
        &mut self,
        open: &OpenFile,
        record: std::ops::Range<usize>,
        output: &mut BatchWriter,
    ) -> Result<(), JobError> {
        let FileReader {
            decoder,
            metadata,
            partitions,
            splits,
            current,
            skipped,
            table,
            ..
        } = self;
        let split = &splits[*current];
        let mut complete = |row: &mut BatchWriter| {
            put_metadata(metadata, open, row);
            partitions.put(&open.folder_values, row);
        };
        match decoder.decode(&open.buffer[record], output, &mut complete) {
            Ok(Decoded::Rows | Decoded::Empty) => Ok(()),
            Ok(Decoded::Skipped) => {
                *skipped += 1;
                Ok(())
            }
            Err(error) => Err(JobError::Malformed {
                table: table.clone(),
                place: format!(
                    "{} line {} (byte {})",
                    split.path,
                    split.position.line + 1,
                    split.position.offset
                ),
                message: error.message,
            }),
        }
    }
}

/// The next complete record and the number of bytes up to the one after it. At the end of the file the rest
/// counts.
fn next_record(open: &OpenFile, decoder: &dyn Decoder) -> Option<(std::ops::Range<usize>, usize)> {
    let rest = &open.buffer[open.start..open.end];
    let (mut length, consumed) = match decoder.record_end(rest) {
        Some(end) => (end, end + 1),
        None if open.at_end && !rest.is_empty() => (rest.len(), rest.len()),
        None => return None,
    };
    if length > 0 && rest[length - 1] == b'\r' {
        length -= 1;
    }
    Some((open.start..open.start + length, consumed))
}

impl OpenFile {
    /// Reads another chunk behind what is not yet decoded.
    fn fill(&mut self) -> std::io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end >= RECORD_BYTES_MAX {
            return Err(std::io::Error::other(format!(
                "a record is longer than {RECORD_BYTES_MAX} bytes"
            )));
        }
        // A record longer than the buffer doubles it, so that it is not searched too often.
        let wanted = self.end + CHUNK_BYTES.max(self.end);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        while self.end < wanted && !self.at_end {
            match self.file.read(&mut self.buffer[self.end..wanted]) {
                Ok(read) => {
                    self.end += read;
                    self.at_end = read == 0;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn put_metadata(metadata: &[(usize, FileMetadata, DataType)], open: &OpenFile, row: &mut BatchWriter) {
    for (column, key, ty) in metadata {
        match key {
            FileMetadata::Path => row.put_text(*column, Some(&open.path)),
            FileMetadata::Name => row.put_text(*column, open.path.rsplit('/').next()),
            FileMetadata::Size => row.put_i64(*column, Some(open.size_bytes as i64)),
            FileMetadata::ModificationTime => {
                let precision = match ty.kind {
                    TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => precision,
                    _ => 3,
                };
                row.put_timestamp(*column, Some(open.modified), precision);
            }
        }
    }
}

impl SplitReader for FileReader {
    fn assign(&mut self, split: Split) -> Result<(), JobError> {
        let position = if split.position.is_null() {
            Position::default()
        } else {
            serde_json::from_value(split.position)
                .map_err(|error| JobError::external(format!("position of file {}", split.id), error))?
        };
        self.splits.push(FileSplit {
            path: split.id,
            position,
        });
        Ok(())
    }

    fn poll(&mut self, rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError> {
        let split = self.current;
        let Some(current) = self.splits.get(split) else {
            return Ok(Polled::Idle);
        };
        let rows_before = output.len();
        let more = !current.position.done && self.read_rows(rows_max, output)?;
        if more || output.len() > rows_before {
            return Ok(Polled::Rows { split });
        }
        self.splits[split].position.done = true;
        self.open = None;
        self.current += 1;
        Ok(Polled::SplitEnd { split })
    }

    fn positions(&self) -> Vec<Split> {
        let split = |split: &FileSplit| Split {
            id: split.path.clone(),
            position: serde_json::to_value(split.position).expect("a position is JSON"),
        };
        self.splits.iter().map(split).collect()
    }

    fn skipped(&self) -> u64 {
        self.skipped
    }
}
