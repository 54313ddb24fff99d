//! Which files a job may touch.
//!
//! In: the folders that a session cluster's operator names, paths of tables. Out: the paths, or why not. Invariant:
//! what passes lies in an open folder after all links have been followed, and in none that is closed.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

/// Folders with all that is below them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesAccess {
    #[serde(default)]
    pub open: Vec<PathBuf>,
    /// Not even where they lie in an open one.
    #[serde(default)]
    pub closed: Vec<PathBuf>,
}

impl FilesAccess {
    /// Why the path may not be touched, if so.
    pub(in crate::connector) fn check(&self, path: &Path) -> Result<(), String> {
        let resolved = resolved(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let is_in = |folders: &[PathBuf]| {
            let mut folders = folders.iter().filter_map(|folder| resolved_root(folder));
            folders.any(|folder| resolved.starts_with(folder))
        };
        match is_in(&self.open) && !is_in(&self.closed) {
            true => Ok(()),
            false => Err(format!(
                "{} is not open to jobs of this cluster; its operator opens folders with `--files-root DIR` at the \
                 start of the manager",
                path.display()
            )),
        }
    }
}

/// A folder that is not on this machine opens and closes nothing.
fn resolved_root(folder: &Path) -> Option<PathBuf> {
    folder.canonicalize().ok()
}

/// The path without links, as far as it exists; what is to be made below that may not lead up again.
fn resolved(path: &Path) -> std::io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut existing = absolute.as_path();
    loop {
        match existing.canonicalize() {
            Ok(found) => {
                let rest = absolute.strip_prefix(existing).expect("it is an ancestor");
                let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
                return match rest.components().all(is_plain) {
                    true => Ok(found.join(rest)),
                    false => Err(std::io::Error::new(ErrorKind::InvalidInput, "leads through '..'")),
                };
            }
            // A link whose target is missing is there all the same: what is made there would be made elsewhere.
            Err(error) if error.kind() == ErrorKind::NotFound && existing.symlink_metadata().is_err() => {
                existing = existing.parent().ok_or(error)?;
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_and_ways_up_are_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["open/a", "open/cluster", "other"] {
            std::fs::create_dir_all(at(name)).expect("made");
        }
        std::fs::write(at("other/secret"), "x").expect("written");
        symlink(at("other"), at("open/out")).expect("linked");
        symlink(at("nowhere"), at("open/dangling")).expect("linked");
        symlink(at("open"), at("other/in")).expect("linked");
        let access = FilesAccess {
            open: vec![at("open"), at("not-there")],
            closed: vec![at("open/cluster")],
        };
        for (path, expected) in [
            ("open", true),
            ("open/a/new/part", true),
            ("open/a/../new", true),
            ("other/in/a", true),
            ("other", false),
            ("open/../other/secret", false),
            ("open/new/../../other", false),
            ("open/out/secret", false),
            ("open/out/new", false),
            ("open/dangling", false),
            ("open/dangling/new", false),
            ("open/cluster/token", false),
            ("opened", false),
            ("not-there/x", false),
        ] {
            assert_eq!(access.check(&at(path)).is_ok(), expected, "{path}");
        }
        assert!(FilesAccess::default().check(&at("open")).is_err());
    }
}
