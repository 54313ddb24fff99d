//! Finds the files of a table. Each file is a split; its id is the path.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sql::{DataType, Session};

use super::partition::{PartitionColumn, Partitioning};
use super::reader::{FileReader, Partitions};
use super::{FilesAccess, check, external, open_path};
use crate::connector::options::{JobEnvironment, Options};
use crate::connector::{Split, SplitReader, SplitSource};
use crate::error::JobError;
use crate::format::{self, DecodeColumn};
use crate::job::{ReadFrom, SourceSpec};

/// What is known of a file beside its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileMetadata {
    Path,
    Name,
    Size,
    ModificationTime,
}

struct FileSource {
    root: PathBuf,
    /// What may be touched; `None`: everything.
    access: Option<FilesAccess>,
    pattern: Option<String>,
    monitor_interval: Option<Duration>,
    options: Options,
    columns: Vec<DecodeColumn>,
    metadata: Vec<(usize, FileMetadata, DataType)>,
    partitioning: Option<Partitioning>,
}

pub(in crate::connector) fn open_source(
    spec: &SourceSpec,
    options: &Options,
    environment: &JobEnvironment,
) -> Result<Box<dyn SplitSource>, JobError> {
    check(options)?;
    let metadata = spec
        .read
        .iter()
        .enumerate()
        .filter_map(|(i, read)| match read.from {
            ReadFrom::Metadata(key) => Some((i, key, read.column.ty.clone())),
            ReadFrom::Physical(_) | ReadFrom::Partition(_) => None,
        });
    let metadata = metadata.map(|(i, key, ty)| Ok((i, metadata_of(key, options)?, ty)));
    let source = FileSource {
        root: open_path(options, environment)?,
        access: environment.files.clone(),
        pattern: options.get("source.path.regex-pattern").map(str::to_owned),
        monitor_interval: options.duration("source.monitor-interval")?,
        options: options.clone(),
        columns: format::physical_columns(spec),
        metadata: metadata.collect::<Result<_, JobError>>()?,
        partitioning: partitioning(spec, options)?,
    };
    if let Some(pattern) = &source.pattern
        && Session::utc().pattern(pattern, whole).is_none()
    {
        return Err(options.error("source.path.regex-pattern", format!("not a pattern: '{pattern}'")));
    }
    // A format that cannot be opened is an error at start, not in a thread.
    format::open_decoder(options, "", source.columns.clone())?;
    Ok(Box::new(source))
}

/// Columns that are read and for which folders stand.
fn partitioning(spec: &SourceSpec, options: &Options) -> Result<Option<Partitioning>, JobError> {
    let read = spec.read.iter().enumerate();
    let folders = read.filter(|(_, read)| matches!(read.from, ReadFrom::Partition(_)));
    let columns = folders.map(|(column, read)| PartitionColumn {
        name: read.column.name.to_owned(),
        ty: read.column.ty.clone(),
        column,
    });
    let columns: Vec<PartitionColumn> = columns.collect();
    match columns.is_empty() {
        true => Ok(None),
        false => Partitioning::new(columns, options).map(Some),
    }
}

fn metadata_of(key: &str, options: &Options) -> Result<FileMetadata, JobError> {
    match key {
        "file.path" => Ok(FileMetadata::Path),
        "file.name" => Ok(FileMetadata::Name),
        "file.size" => Ok(FileMetadata::Size),
        "file.modification-time" => Ok(FileMetadata::ModificationTime),
        other => Err(options.error(
            "connector",
            format!("'filesystem' has no metadata column '{other}'"),
        )),
    }
}

/// The pattern must match all of the path.
fn whole(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}

impl FileSource {
    fn external(&self, path: &Path, error: std::io::Error) -> JobError {
        external(&self.options.table, path, error)
    }

    /// A file in no folder of the partition columns is none of the table's.
    fn is_in_partition(&self, file: &Path) -> Result<bool, JobError> {
        let Some(partitioning) = &self.partitioning else {
            return Ok(true);
        };
        let relative = file.strip_prefix(&self.root).unwrap_or(file);
        let values = partitioning.values(relative);
        let values = values.map_err(|message| self.external(file, std::io::Error::other(message)))?;
        Ok(values.is_some())
    }

    fn collect(&self, path: &Path, files: &mut Vec<PathBuf>) -> Result<(), JobError> {
        let metadata = std::fs::metadata(path).map_err(|error| self.external(path, error))?;
        if !metadata.is_dir() {
            files.push(path.to_owned());
            return Ok(());
        }
        for entry in std::fs::read_dir(path).map_err(|error| self.external(path, error))? {
            let entry = entry.map_err(|error| self.external(path, error))?;
            let name = entry.file_name();
            let hidden = matches!(name.as_encoded_bytes().first(), Some(b'.' | b'_'));
            if !hidden {
                self.collect(&entry.path(), files)?;
            }
        }
        Ok(())
    }
}

impl SplitSource for FileSource {
    fn discover(&mut self) -> Result<Vec<Split>, JobError> {
        let mut files = Vec::new();
        self.collect(&self.root, &mut files)?;
        if let Some(access) = &self.access {
            // A link in an open folder may lead out of it.
            files.retain(|file| access.check(file).is_ok());
        }
        files.sort();
        let session = Session::utc();
        let pattern = self
            .pattern
            .as_deref()
            .and_then(|pattern| session.pattern(pattern, whole));
        let mut splits = Vec::new();
        for file in files {
            let Some(id) = file.to_str() else {
                return Err(self.external(&file, std::io::Error::other("the path is not UTF-8")));
            };
            // As in Flink, the pattern speaks of the absolute path.
            let absolute = std::path::absolute(&file).map_err(|error| self.external(&file, error))?;
            let matches = pattern.as_ref().is_none_or(|pattern| {
                let path = absolute.to_str();
                path.is_some_and(|path| pattern.is_match(path).unwrap_or(false))
            });
            if matches && self.is_in_partition(&file)? {
                splits.push(Split {
                    id: id.to_owned(),
                    position: serde_json::Value::Null,
                });
            }
        }
        Ok(splits)
    }

    fn discovery_interval(&self) -> Option<Duration> {
        self.monitor_interval
    }

    fn is_bounded(&self) -> bool {
        self.monitor_interval.is_none()
    }

    fn reader(&self) -> Result<Box<dyn SplitReader>, JobError> {
        let decoder = format::open_decoder(&self.options, "", self.columns.clone())?;
        Ok(Box::new(FileReader::new(
            self.options.table.clone(),
            self.access.clone(),
            decoder,
            self.metadata.clone(),
            Partitions {
                root: self.root.clone(),
                partitioning: self.partitioning.clone(),
            },
        )))
    }
}
