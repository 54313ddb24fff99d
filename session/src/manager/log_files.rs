//! Log lines in files: one JSON object a line, a new file from time to time, old files removed whole.
//!
//! In: lines in the order of their numbers. Out: the lines of earlier processes. Invariant: a file's name is the number
//! of its first line; what a crash cut off is passed over; nothing waits for the disk.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::logs::{LogEntry, Origin};

/// A file that has become so large is followed by another.
const FILE_BYTES: u64 = 1 << 20;
const ENDING: &str = "jsonl";

/// A line as files have it.
#[derive(Deserialize)]
pub(super) struct Stored {
    pub(super) number: u64,
    pub(super) time_us: i64,
    pub(super) host: String,
    pub(super) deployment: String,
    pub(super) line: String,
    pub(super) incarnation: Option<String>,
    #[serde(default)]
    pub(super) origin_number: u64,
}

#[derive(Serialize)]
struct Storing<'a> {
    number: u64,
    time_us: i64,
    host: &'a str,
    deployment: &'a str,
    line: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    incarnation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin_number: Option<u64>,
}

pub(super) struct LogFiles {
    folder: PathBuf,
    /// By the number of their first line.
    files: BTreeMap<u64, PathBuf>,
    current: Option<Current>,
}

struct Current {
    writer: BufWriter<File>,
    bytes: u64,
}

impl LogFiles {
    /// The files of the folder, and the lines in them.
    pub(super) fn open(folder: &Path) -> Result<(LogFiles, Vec<Stored>)> {
        let mut builder = std::fs::DirBuilder::new();
        // Lines of jobs are nobody else's.
        builder.recursive(true).mode(0o700);
        builder
            .create(folder)
            .with_context(|| format!("creating {}", folder.display()))?;
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let is_ours = path.extension().is_some_and(|ending| ending == ENDING);
            let number = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse::<u64>().ok());
            if let Some(number) = number.filter(|_| is_ours) {
                files.insert(number, path);
            }
        }
        let mut stored = Vec::new();
        for path in files.values() {
            let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
            let lines = bytes.split(|byte| *byte == b'\n');
            // A crash may have cut off the last one.
            stored.extend(lines.filter_map(|line| serde_json::from_slice::<Stored>(line).ok()));
        }
        let files = LogFiles {
            folder: folder.to_owned(),
            files,
            current: None,
        };
        Ok((files, stored))
    }

    pub(super) fn append(&mut self, entry: &LogEntry, origin: Option<Origin<'_>>) -> Result<()> {
        let storing = Storing {
            number: entry.number,
            time_us: entry.time_us,
            host: &entry.host,
            deployment: &entry.deployment,
            line: &entry.line,
            incarnation: origin.map(|origin| origin.incarnation),
            origin_number: origin.map(|origin| origin.number),
        };
        let mut text = serde_json::to_vec(&storing).expect("a line is plain data");
        text.push(b'\n');
        if self
            .current
            .as_ref()
            .is_some_and(|current| current.bytes >= FILE_BYTES)
        {
            self.end_current()?;
        }
        let current = match &mut self.current {
            Some(current) => current,
            None => self
                .current
                .insert(begin(&self.folder, &mut self.files, entry.number)?),
        };
        current.bytes += text.len() as u64;
        current.writer.write_all(&text)?;
        Ok(())
    }

    /// Hands over what is buffered; files that hold only lines before `oldest` go.
    pub(super) fn flush(&mut self, oldest: u64) -> Result<()> {
        if let Some(current) = &mut self.current {
            current.writer.flush()?;
        }
        while let Some((_, next)) = first_two(&self.files)
            && next <= oldest
            && let Some((_, path)) = self.files.pop_first()
        {
            std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        }
        Ok(())
    }

    fn end_current(&mut self) -> Result<()> {
        if let Some(mut current) = self.current.take() {
            current.writer.flush()?;
        }
        Ok(())
    }
}

/// Numbers of the first lines of the two oldest files.
fn first_two(files: &BTreeMap<u64, PathBuf>) -> Option<(u64, u64)> {
    let mut numbers = files.keys();
    Some((*numbers.next()?, *numbers.next()?))
}

/// A file whose first line has this number.
fn begin(folder: &Path, files: &mut BTreeMap<u64, PathBuf>, number: u64) -> Result<Current> {
    let path = folder.join(format!("{number:020}.{ENDING}"));
    let mut options = OpenOptions::new();
    let file = options
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("creating {}", path.display()))?;
    files.insert(number, path);
    Ok(Current {
        writer: BufWriter::new(file),
        bytes: 0,
    })
}
