//! A table that is written as files: its options, its writers and its committer.

use std::hash::{BuildHasher as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::committer::{FileCommitter, Signs};
use super::partition::{PartitionColumn, Partitioning};
use super::writer::{FileWriter, RollingPolicy};
use super::{check, external, open_path};
use crate::connector::options::{JobEnvironment, Options};
use crate::connector::registry::SinkRequest;
use crate::connector::{SinkTable, SinkTableFactory, SinkWriter};
use crate::error::JobError;
use crate::format::{self, EncodeColumn};
use crate::job::WriteColumn;

const FILE_BYTES_MAX: u64 = 128 << 20;
const ROLLOVER: Duration = Duration::from_secs(30 * 60);
const INACTIVITY: Duration = Duration::from_secs(30 * 60);
const CHECK_INTERVAL: Duration = Duration::from_secs(60);
const SUCCESS_FILE: &str = "_SUCCESS";

pub(super) struct FileSink {
    pub(super) folder: PathBuf,
    pub(super) options: Options,
    /// Columns that the files hold.
    columns: Vec<EncodeColumn>,
    pub(super) partitioning: Option<Partitioning>,
    pub(super) policy: RollingPolicy,
    /// `part-` and the job's identity.
    pub(super) name_prefix: String,
    /// Unique to this start of the job, so that no part is written twice under one name.
    pub(super) run: String,
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
    let (columns, partitioning) = columns(request)?;
    let sink = FileSink {
        folder: open_path(options, environment)?,
        columns,
        policy: policy(options)?,
        partitioning,
        options: options.clone(),
        name_prefix: name_prefix(&options.table, environment),
        run: run_name(&environment.job_id),
    };
    // A format that cannot be opened is an error at start, not in a thread.
    format::open_encoder(&sink.options, "", sink.columns.clone())?;
    let committer = FileCommitter {
        table: options.table.clone(),
        folder: sink.folder.clone(),
        may_lose_output: environment.may_lose_output,
        access: environment.files.clone(),
        own_prefix: (!environment.storage_id.is_empty()).then(|| sink.name_prefix.clone()),
        success_file: success_file(options)?,
        signs: Signs::default(),
    };
    Ok(SinkTable {
        table: Arc::new(FileSinkTable(Arc::new(sink))),
        committer: Some(Box::new(committer)),
    })
}

/// What goes into files, and what becomes folders.
fn columns(request: &SinkRequest<'_>) -> Result<(Vec<EncodeColumn>, Option<Partitioning>), JobError> {
    let options = &request.options;
    let mut held = Vec::new();
    let mut folders: Vec<(usize, PartitionColumn)> = Vec::new();
    for (source, (write, column)) in request.spec.write.iter().zip(request.columns).enumerate() {
        let (name, ty) = (column.name.to_owned(), column.ty.clone());
        match write {
            WriteColumn::Physical => held.push(EncodeColumn { name, ty, source }),
            WriteColumn::Partition(at) => {
                let column = PartitionColumn {
                    name,
                    ty,
                    column: source,
                };
                folders.push((*at, column));
            }
            WriteColumn::Metadata(key) => {
                return Err(options.error("connector", format!("'filesystem' cannot write metadata '{key}'")));
            }
        }
    }
    folders.sort_by_key(|(at, _)| *at);
    let folders: Vec<PartitionColumn> = folders.into_iter().map(|(_, column)| column).collect();
    let partitioning = match folders.is_empty() {
        true => None,
        false => Some(Partitioning::new(folders, options)?),
    };
    Ok((held, partitioning))
}

fn policy(options: &Options) -> Result<RollingPolicy, JobError> {
    let duration = |key: &str, default| Ok::<_, JobError>(options.duration(key)?.unwrap_or(default));
    let size = options.memory_size_bytes("sink.rolling-policy.file-size")?;
    Ok(RollingPolicy {
        file_bytes_max: size.unwrap_or(FILE_BYTES_MAX),
        rollover: duration("sink.rolling-policy.rollover-interval", ROLLOVER)?,
        inactivity: duration("sink.rolling-policy.inactivity-interval", INACTIVITY)?,
        check_interval: duration("sink.rolling-policy.check-interval", CHECK_INTERVAL)?,
    })
}

/// What tells readers that a partition has new files, by `sink.partition-commit.*`.
fn success_file(options: &Options) -> Result<Option<String>, JobError> {
    const KIND: &str = "sink.partition-commit.policy.kind";
    const TRIGGER: &str = "sink.partition-commit.trigger";
    const DELAY: &str = "sink.partition-commit.delay";
    let Some(kinds) = options.get(KIND) else {
        return Ok(None);
    };
    if let Some(other) = kinds
        .split(',')
        .map(str::trim)
        .find(|kind| *kind != "success-file")
    {
        return Err(options.error(KIND, format!("only success-file is supported, found '{other}'")));
    }
    if options
        .get(TRIGGER)
        .is_some_and(|trigger| trigger != "process-time")
    {
        return Err(options.error(TRIGGER, "only process-time is supported"));
    }
    if options.duration(DELAY)?.is_some_and(|delay| !delay.is_zero()) {
        return Err(options.error(
            DELAY,
            "only 0 s is supported: partitions are told with their files",
        ));
    }
    let name = options.get("sink.partition-commit.success-file.name");
    Ok(Some(name.unwrap_or(SUCCESS_FILE).to_owned()))
}

/// The same for every run of the job, and of no other table or job that writes into the folder.
fn name_prefix(table: &str, environment: &JobEnvironment) -> String {
    let text = format!("{}\n{}\n{table}", environment.job_id, environment.storage_id);
    format!("part-{}", hex::encode(&Sha256::digest(text)[..4]))
}

fn run_name(job_id: &str) -> String {
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write(job_id.as_bytes());
    format!("{:08x}", hasher.finish() as u32)
}

struct FileSinkTable(Arc<FileSink>);

impl SinkTableFactory for FileSinkTable {
    fn writer(&self, thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        let sink = &self.0;
        std::fs::create_dir_all(&sink.folder)
            .map_err(|error| external(&sink.options.table, &sink.folder, error))?;
        let encoder = format::open_encoder(&sink.options, "", sink.columns.clone())?;
        Ok(Box::new(FileWriter::new(sink.clone(), thread, encoder)))
    }
}
