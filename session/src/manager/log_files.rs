//! Log lines in files: one JSON object a line, a new file from time to time, old files removed whole.
//!
//! In: lines in the order of their numbers. Out: the lines of earlier processes. Invariant: a file's name is the number
//! of its first line; what a crash cut off is passed over; a disk that fails is no reason not to run.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::logs::{Line, Stored, Unwritten};

/// A file that has become so large is followed by another.
const FILE_BYTES: u64 = 1 << 20;
/// A disk that takes nothing is tried again after so long.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(60);
const ENDING: &str = "jsonl";

/// A line as files get it; `Stored` is how it comes back.
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
    failed_at: Option<Instant>,
    pub(super) try_again_after: Duration,
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
            failed_at: None,
            try_again_after: TRY_AGAIN_AFTER,
        };
        Ok((files, stored))
    }

    /// What is written is the system's when this returns. Files that hold only lines before the oldest go.
    pub(super) fn write(&mut self, unwritten: &Unwritten) {
        let waits = self
            .failed_at
            .is_some_and(|at| at.elapsed() < self.try_again_after);
        if waits {
            return;
        }
        match self.try_to_write(unwritten) {
            Ok(()) => self.failed_at = None,
            Err(error) => {
                if self.failed_at.is_none() {
                    eprintln!("log lines are kept in memory only: {error:#}");
                }
                self.failed_at = Some(Instant::now());
                // What it ends with may be half a line.
                self.current = None;
            }
        }
    }

    fn try_to_write(&mut self, unwritten: &Unwritten) -> Result<()> {
        for line in &unwritten.lines {
            self.append(line)?;
        }
        if let Some(current) = &mut self.current {
            current.writer.flush()?;
        }
        while let Some((_, next)) = first_two(&self.files)
            && next <= unwritten.oldest
            && let Some((_, path)) = self.files.pop_first()
        {
            std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        }
        Ok(())
    }

    fn append(&mut self, line: &Line) -> Result<()> {
        let Line { entry, origin } = line;
        let storing = Storing {
            number: entry.number,
            time_us: entry.time_us,
            host: &entry.host,
            deployment: &entry.deployment,
            line: &entry.line,
            incarnation: origin.as_ref().map(|origin| &*origin.incarnation),
            origin_number: origin.as_ref().map(|origin| origin.number),
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
