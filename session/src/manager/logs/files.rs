//! Log lines in files: one JSON object a line, a new file from time to time, lines that are kept no longer taken out.
//!
//! In: lines in the order of their numbers. Out: the lines of earlier processes. Invariant: a file's name is the number
//! of its first line, and files do not overlap; what a crash cut off is passed over; a disk that fails is no reason not
//! to run; there is no more on it than about twice of what is in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::{Dropped, LogEntry, Origin, Unwritten, fresh_epoch};
use crate::protocol::Level;

/// A file that has become so large is followed by another.
const FILE_BYTES: u64 = 1 << 20;
/// A disk that takes nothing is tried again after so long.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(60);
const ENDING: &str = "jsonl";
const EPOCH: &str = "epoch";
const DROPPED: &str = "dropped.json";

/// A line as files have it.
#[derive(Deserialize)]
pub(super) struct Stored {
    pub(super) number: u64,
    pub(super) time_us: i64,
    #[serde(default)]
    pub(super) level: Level,
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
    level: Level,
    host: &'a str,
    deployment: &'a str,
    line: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    incarnation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin_number: Option<u64>,
}

/// As much of a line as says whether it is still wanted.
#[derive(Deserialize)]
struct Placed {
    number: u64,
    time_us: i64,
    deployment: String,
}

pub(in crate::manager) struct LogFiles {
    folder: PathBuf,
    /// Bytes of each, by the number of its first line; the last one may be open.
    files: BTreeMap<u64, u64>,
    current: Option<BufWriter<File>>,
    /// Lines that were in files, by deployment.
    dropped: BTreeMap<String, Dropped>,
    failed_at: Option<Instant>,
    pub(super) try_again_after: Duration,
}

/// What earlier processes have left.
pub(in crate::manager) struct Left {
    pub(super) epoch: String,
    /// In the order of their numbers.
    pub(super) lines: Vec<Stored>,
    /// Numbers up to this one were given, whether or not their lines are still there.
    pub(super) last: u64,
    pub(super) dropped: BTreeMap<String, Dropped>,
}

impl LogFiles {
    /// The files of the folder, and what is in them.
    pub(in crate::manager) fn open(folder: &Path) -> Result<(LogFiles, Left)> {
        let mut builder = std::fs::DirBuilder::new();
        // Lines of jobs are nobody else's.
        builder.recursive(true).mode(0o700);
        builder
            .create(folder)
            .with_context(|| format!("creating {}", folder.display()))?;
        let mut files = BTreeMap::new();
        let mut stored: BTreeMap<u64, Stored> = BTreeMap::new();
        let numbers = numbers(folder)?;
        for number in &numbers {
            let path = path(folder, *number);
            let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            // A crash may have cut off the last one, and left others in two files.
            let lines = bytes.split(|byte| *byte == b'\n');
            let lines = lines.filter_map(|line| serde_json::from_slice::<Stored>(line).ok());
            stored.extend(lines.map(|line| (line.number, line)));
            files.insert(*number, bytes.len() as u64);
        }
        let dropped = std::fs::read(folder.join(DROPPED)).unwrap_or_default();
        let dropped: BTreeMap<String, Dropped> = serde_json::from_slice(&dropped).unwrap_or_default();
        let files = LogFiles {
            folder: folder.to_owned(),
            files,
            current: None,
            dropped: dropped.clone(),
            failed_at: None,
            try_again_after: TRY_AGAIN_AFTER,
        };
        let left = Left {
            epoch: files.epoch()?,
            lines: stored.into_values().collect(),
            // Of a file that somebody has emptied to have room there is still its name.
            last: numbers.last().copied().unwrap_or(0),
            dropped,
        };
        Ok((files, left))
    }

    /// A new folder gets one.
    fn epoch(&self) -> Result<String> {
        let path = self.folder.join(EPOCH);
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        if !known.is_empty() && known.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(known);
        }
        let fresh = fresh_epoch();
        self.write_whole(EPOCH, fresh.as_bytes())?;
        Ok(fresh)
    }

    /// When a file is full: all of them, by their first numbers.
    pub(in crate::manager) fn to_collect(&self) -> Vec<u64> {
        let is_full = |(_, bytes): (&u64, &u64)| self.current.is_some() && *bytes >= FILE_BYTES;
        match self.files.last_key_value().is_some_and(is_full) {
            true => self.files.keys().copied().collect(),
            false => Vec::new(),
        }
    }

    /// What is written is the system's when this returns.
    pub(in crate::manager) fn write(&mut self, unwritten: &Unwritten) {
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
        if !unwritten.wanted.is_empty() {
            self.current = None;
        }
        for (entry, origin) in &unwritten.lines {
            self.append(entry, origin.as_ref())?;
        }
        if let Some(current) = &mut self.current {
            current.flush()?;
        }
        match unwritten.wanted.is_empty() {
            true => Ok(()),
            false => self.collect(unwritten),
        }
    }

    fn append(&mut self, entry: &LogEntry, origin: Option<&Origin>) -> Result<()> {
        let storing = Storing {
            number: entry.number,
            time_us: entry.time_us,
            level: entry.level,
            host: &entry.host,
            deployment: &entry.deployment,
            line: &entry.line,
            incarnation: origin.map(|origin| &*origin.incarnation),
            origin_number: origin.map(|origin| origin.number),
        };
        let mut text = serde_json::to_vec(&storing).expect("a line is plain data");
        text.push(b'\n');
        let current = match &mut self.current {
            Some(current) => current,
            None => {
                let file = begin(&path(&self.folder, entry.number))?;
                self.files.insert(entry.number, 0);
                self.current.insert(file)
            }
        };
        current.write_all(&text)?;
        let mut bytes = self.files.last_entry().expect("one is being written");
        *bytes.get_mut() += text.len() as u64;
        Ok(())
    }

    /// Stretches of files that have little in them that is wanted become fewer and smaller.
    fn collect(&mut self, unwritten: &Unwritten) -> Result<()> {
        let mut stretches = Vec::new();
        let mut stretch: Vec<u64> = Vec::new();
        let mut is_worth_it = false;
        for (from, wanted_bytes) in &unwritten.wanted {
            if *wanted_bytes < FILE_BYTES / 2 {
                is_worth_it |= wanted_bytes * 2 <= self.files[from] || !stretch.is_empty();
                stretch.push(*from);
            } else if !stretch.is_empty() {
                stretches.push((std::mem::take(&mut stretch), std::mem::take(&mut is_worth_it)));
            }
        }
        stretches.push((stretch, is_worth_it));
        for (stretch, is_worth_it) in stretches {
            if is_worth_it {
                self.rewrite(&stretch, &unwritten.first)?;
            }
        }
        self.dropped.retain(|one, _| unwritten.first.contains_key(one));
        let text = serde_json::to_vec(&self.dropped).expect("counts are plain data");
        self.write_whole(DROPPED, &text)
    }

    /// Only what is still shown of these files stays.
    fn rewrite(&mut self, stretch: &[u64], first_kept: &BTreeMap<String, u64>) -> Result<()> {
        let mut fresh = BTreeSet::new();
        let mut first = None;
        let mut text = Vec::new();
        for number in stretch {
            let path = path(&self.folder, *number);
            let bytes = match std::fs::read(&path) {
                // Somebody has tidied up.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
                read => read.with_context(|| format!("reading {}", path.display()))?,
            };
            for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                let Ok(placed) = serde_json::from_slice::<Placed>(line) else {
                    continue;
                };
                let kept = first_kept.get(&placed.deployment);
                if kept.is_none_or(|kept| placed.number < *kept) {
                    self.dropped.entry(placed.deployment).or_default().add(Dropped {
                        lines: 1,
                        number: placed.number,
                        time_us: placed.time_us,
                    });
                    continue;
                }
                first.get_or_insert(placed.number);
                text.extend_from_slice(line);
            }
            let is_last = stretch.last() == Some(number);
            if let Some(from) = first.filter(|_| is_last || text.len() as u64 >= FILE_BYTES) {
                self.write_whole(&name(from), &text)?;
                fresh.insert(from);
                self.files.insert(from, text.len() as u64);
                first = None;
                text.clear();
            }
        }
        for number in stretch.iter().filter(|number| !fresh.contains(number)) {
            let path = path(&self.folder, *number);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("removing {}", path.display()));
                }
                _ => self.files.remove(number),
            };
        }
        Ok(())
    }

    /// Whole or not at all.
    fn write_whole(&self, name: &str, text: &[u8]) -> Result<()> {
        let part = self.folder.join(format!("{name}.part"));
        let path = self.folder.join(name);
        let written = begin(&part).and_then(|mut file| {
            file.get_ref().set_len(0)?;
            file.write_all(text)?;
            Ok(file.flush()?)
        });
        written
            .and_then(|()| Ok(std::fs::rename(&part, &path)?))
            .with_context(|| format!("writing {}", path.display()))
    }
}

/// Of the first lines of the folder's files.
fn numbers(folder: &Path) -> Result<BTreeSet<u64>> {
    let mut numbers = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_ours = path.extension().is_some_and(|ending| ending == ENDING);
        let number = path
            .file_stem()
            .and_then(|stem| stem.to_str()?.parse::<u64>().ok());
        numbers.extend(number.filter(|number| is_ours && path.ends_with(name(*number))));
    }
    Ok(numbers)
}

fn name(number: u64) -> String {
    format!("{number:020}.{ENDING}")
}

fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(name(number))
}

/// For appending.
fn begin(path: &Path) -> Result<BufWriter<File>> {
    let mut options = OpenOptions::new();
    let file = options
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("creating {}", path.display()))?;
    Ok(BufWriter::new(file))
}
