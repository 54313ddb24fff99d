//! The folder for what can be made again: the compiled runtime, build folders, artifacts.
//!
//! In: contents. Out: folders and files named by them. Invariant: what has its name is complete; what is removed to
//! keep a folder small was not used for a while and is not needed, the least recently used first.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use sha2::{Digest, Sha256};

/// Whoever has found something has begun to use it by then.
const GRACE: Duration = Duration::from_secs(10 * 60);
/// What nobody has finished by then nobody will.
const UNFINISHED_FOR: Duration = Duration::from_secs(60 * 60);
const UNFINISHED: &str = "unfinished";

/// `$MILLSTREAM_CACHE`, else `millstream` in the user's cache folder.
pub fn folder(name: &str) -> Result<PathBuf> {
    let base = match (
        std::env::var_os("MILLSTREAM_CACHE"),
        std::env::var_os("XDG_CACHE_HOME"),
    ) {
        (Some(folder), _) => PathBuf::from(folder),
        (None, Some(folder)) => PathBuf::from(folder).join("millstream"),
        (None, None) => {
            PathBuf::from(std::env::var_os("HOME").context("HOME is not set")?).join(".cache/millstream")
        }
    };
    let folder = base.join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    Ok(folder)
}

/// A content hash as file names carry it.
pub fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_le_bytes());
        sha.update(part);
    }
    hex::encode(&sha.finalize()[..16])
}

/// Makes `folder` by `fill`, once: complete or not at all, also when several threads or processes make it at a time.
pub fn once(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let unfinished = unfinished(folder);
    std::fs::create_dir_all(&unfinished)?;
    let filled = fill(&unfinished);
    if filled.is_err() {
        let _ = std::fs::remove_dir_all(&unfinished);
        return filled;
    }
    match std::fs::rename(&unfinished, folder) {
        Err(_) if folder.is_dir() => Ok(std::fs::remove_dir_all(&unfinished)?),
        result => Ok(result?),
    }
}

/// A place beside `target` for what becomes it by a rename.
pub fn unfinished(target: &Path) -> PathBuf {
    target.with_extension(format!("{UNFINISHED}-{}", crate::model::fresh_id()))
}

/// Notes that a file was used now.
pub fn touch(file: &Path) {
    // Where that cannot be written down the time of its making counts.
    let _ = File::open(file).and_then(|file| file.set_modified(SystemTime::now()));
}

/// Removes the least recently used entries of a folder that are not needed until all together take at most `bytes_max`.
pub fn trim(folder: &Path, bytes_max: u64, is_needed: impl Fn(&str) -> bool) -> Result<()> {
    let mut entries = entries(folder)?;
    entries.sort_by(|a, b| (a.used_at, &a.name).cmp(&(b.used_at, &b.name)));
    let mut bytes: u64 = entries.iter().map(|entry| entry.size_bytes).sum();
    for entry in entries {
        let is_left = entry.name.contains(UNFINISHED) && entry.age() > UNFINISHED_FOR;
        let is_surplus = bytes > bytes_max && entry.age() > GRACE && !is_needed(&entry.name);
        if is_left || is_surplus {
            match remove(&entry.path) {
                // Another process cleans up, too.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => removed.with_context(|| format!("removing {}", entry.path.display()))?,
            }
            bytes -= entry.size_bytes;
        }
    }
    Ok(())
}

struct Entry {
    name: String,
    path: PathBuf,
    /// Of its files.
    size_bytes: u64,
    used_at: SystemTime,
}

impl Entry {
    fn age(&self) -> Duration {
        SystemTime::now().duration_since(self.used_at).unwrap_or_default()
    }
}

fn entries(folder: &Path) -> Result<Vec<Entry>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        // What another process removes meanwhile is not there.
        if let Some((size_bytes, used_at)) = measure(&path) {
            entries.push(Entry {
                name: path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                path,
                size_bytes,
                used_at,
            });
        }
    }
    Ok(entries)
}

/// Size, and when the newest of its files was used.
fn measure(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    if !metadata.is_dir() {
        return Some((metadata.len(), metadata.modified().ok()?));
    }
    let files: BTreeSet<PathBuf> = std::fs::read_dir(path)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    let mut measured = (0, metadata.modified().ok()?);
    for (size_bytes, used_at) in files.iter().filter_map(|file| measure(file)) {
        measured = (measured.0 + size_bytes, measured.1.max(used_at));
    }
    Some(measured)
}

/// A folder goes as a whole: nobody finds half of one.
fn remove(path: &Path) -> std::io::Result<()> {
    if !path.is_dir() {
        return std::fs::remove_file(path);
    }
    let doomed = unfinished(path);
    std::fs::rename(path, &doomed)?;
    std::fs::remove_dir_all(doomed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(path: &Path, bytes: usize, age: Duration) {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        std::fs::write(path, vec![0; bytes]).expect("written");
        let file = File::open(path).expect("it is there");
        file.set_modified(SystemTime::now() - age).expect("it is ours");
    }

    fn names(folder: &Path) -> BTreeSet<String> {
        let entries = entries(folder).expect("it can be read");
        entries.into_iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn the_least_recently_used_goes_unless_it_is_needed() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let hours = |count: u64| Duration::from_secs(count * 3600);
        let aged = [
            ("needed", 9),
            ("oldest", 8),
            ("old", 7),
            ("a.unfinished-1", 2),
            ("newer", 1),
            ("new", 0),
        ];
        for (name, age) in aged {
            make(&folder.path().join(name), 100, hours(age));
        }
        let trim = |bytes_max| {
            trim(folder.path(), bytes_max, |name| name == "needed").expect("it works");
            names(folder.path())
        };
        let set = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(trim(500), set(&["needed", "old", "newer", "new"]));
        touch(&folder.path().join("old"));
        assert_eq!(trim(300), set(&["needed", "old", "new"]), "what was used is new");
        assert_eq!(
            trim(0),
            set(&["needed", "old", "new"]),
            "what is new may be in use in a moment"
        );
    }

    #[test]
    fn two_that_make_the_same_at_a_time_both_have_it() {
        let parent = tempfile::tempdir().expect("a temporary directory");
        let folder = parent.path().join("job");
        let both_fill = std::sync::Barrier::new(2);
        let make = || {
            once(&folder, |target| {
                both_fill.wait();
                Ok(std::fs::write(target.join("executable"), "bytes")?)
            })
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(make);
            make().expect("one of two");
            other.join().expect("no panic").expect("the other");
        });
        assert_eq!(names(parent.path()), BTreeSet::from(["job".to_owned()]));
        assert!(folder.join("executable").is_file());
    }

    #[test]
    fn folders_go_as_a_whole() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let day = Duration::from_secs(24 * 3600);
        make(&folder.path().join("a/job"), 100, day);
        make(&folder.path().join("b/job"), 100, day);
        for name in ["a", "b"] {
            let file = File::open(folder.path().join(name)).expect("it is there");
            file.set_modified(SystemTime::now() - day).expect("it is ours");
        }
        touch(&folder.path().join("a/job"));
        trim(folder.path(), 150, |_| false).expect("it works");
        assert_eq!(names(folder.path()), BTreeSet::from(["a".to_owned()]));
        trim(&folder.path().join("none"), 0, |_| false).expect("nothing is nothing to do");
    }
}
