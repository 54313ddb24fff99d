//! The place of a socket between a job and the process that started it.
//!
//! In: nothing. Out: a path that only this user can reach. Invariant: the folder is private from the moment it is
//! there and goes with its value; what a killed process has left is removed by the next one of the same user, and
//! nothing else is: the name says who made it, by boot of the machine, process namespace, process id and start time.

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};

const PREFIX: &str = "millstream-";
/// Names of sockets are limited to about 100 bytes, whatever the user's folders are called.
const FOLDER_BYTES_MAX: usize = 32;
const SHORT: &str = "/tmp";
/// Of the id of a boot, in a name.
const BOOT_CHARACTERS: usize = 8;
/// A job has long called back, and a connection outlives the name.
const OLD: Duration = Duration::from_secs(60 * 60);

pub(crate) struct Socket {
    folder: PathBuf,
    path: PathBuf,
}

impl Socket {
    pub(crate) fn new() -> Result<Socket> {
        let random = &crate::model::fresh_id()[..8];
        let folder = base().join(format!("{PREFIX}{}-{random}", Owner::this()?.name()));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("creating {}", folder.display()))?;
        Ok(Socket {
            path: folder.join("job"),
            folder,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Whoever cleans temporary files may have been quicker. A connection outlives the name.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn base() -> PathBuf {
    let folder = std::env::temp_dir();
    match folder.as_os_str().len() <= FOLDER_BYTES_MAX {
        true => folder,
        false => SHORT.into(),
    }
}

/// Removes what processes of this user have left that were killed.
pub(crate) fn remove_abandoned() {
    let Ok(this) = Owner::this() else { return };
    remove_abandoned_in(&base(), &this);
}

fn remove_abandoned_in(base: &Path, this: &Owner) {
    let (Ok(entries), Ok(own)) = (std::fs::read_dir(base), std::fs::metadata("/proc/self")) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let Some(owner) = owner.and_then(Owner::read) else {
            continue;
        };
        // Of the entry itself: a link is followed nowhere.
        let Ok(metadata) = std::fs::symlink_metadata(entry.path()) else {
            continue;
        };
        let is_own = metadata.is_dir() && metadata.uid() == own.uid();
        let age = metadata.modified().ok().and_then(|at| at.elapsed().ok());
        if is_own && owner.is_gone(this, age.unwrap_or_default()) {
            // Another process may clean up in the same moment.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A process, told from a later one with the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owner {
    /// The beginning of its id. After a reboot the same process id and start time are another process.
    boot: String,
    /// Ids of another namespace (a container that shares the folder) say nothing here.
    namespace: u64,
    process_id: u32,
    /// In the kernel's ticks since the machine started.
    started: u64,
}

impl Owner {
    fn this() -> Result<Owner> {
        let namespace = std::fs::metadata("/proc/self/ns/pid").context("reading /proc/self/ns/pid")?;
        let process_id = std::process::id();
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        let boot = boot.context("reading /proc/sys/kernel/random/boot_id")?;
        Ok(Owner {
            boot: boot.chars().take(BOOT_CHARACTERS).collect(),
            namespace: namespace.ino(),
            process_id,
            started: started(process_id).context("reading /proc/self/stat")?,
        })
    }

    fn name(&self) -> String {
        let Owner {
            boot,
            namespace,
            process_id,
            started,
        } = self;
        format!("{boot}-{namespace}-{process_id}-{started}")
    }

    /// From a name without its prefix.
    fn read(name: &str) -> Option<Owner> {
        let mut parts = name.split('-');
        let owner = Owner {
            boot: parts.next()?.to_owned(),
            namespace: parts.next()?.parse().ok()?,
            process_id: parts.next()?.parse().ok()?,
            started: parts.next()?.parse().ok()?,
        };
        parts.next()?;
        parts.next().is_none().then_some(owner)
    }

    /// As far as `this` process can know of what is of this age.
    fn is_gone(&self, this: &Owner, age: Duration) -> bool {
        if self.boot != this.boot {
            // Of this machine before it was started anew, or of another one that shares the folder.
            return age > OLD;
        }
        self.namespace == this.namespace && started(self.process_id) != Some(self.started)
    }
}

/// When a process has started; none if there is no such process.
fn started(process_id: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process_id}/stat")).ok()?;
    // The name in parentheses may hold anything; fields are counted after it.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_socket_is_private_and_goes_with_its_value() {
        let socket = Socket::new().expect("it is made");
        let folder = socket.path().parent().expect("a folder").to_owned();
        let mode = std::fs::metadata(&folder)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        std::os::unix::net::UnixListener::bind(socket.path()).expect("the path is short enough");
        drop(socket);
        assert!(!folder.exists());
    }

    #[test]
    fn only_what_dead_processes_of_this_user_left_is_removed() {
        let base = tempfile::tempdir().expect("a temporary directory");
        let this = Owner::this().expect("Linux");
        let other = |change: &dyn Fn(&mut Owner)| {
            let mut owner = this.clone();
            change(&mut owner);
            format!("{PREFIX}{}-a", owner.name())
        };
        let no_process = |owner: &mut Owner| owner.process_id = u32::MAX;
        let cases = [
            (other(&|_| {}), true),
            (other(&no_process), false),
            (other(&|owner| owner.started += 1), false),
            (
                other(&|owner| {
                    no_process(owner);
                    owner.namespace += 1;
                }),
                true,
            ),
            (other(&|owner| owner.boot = "00000000".to_owned()), true),
            (format!("{PREFIX}0fd4-41d2-8b1e-77"), true),
            ("another".to_owned(), true),
        ];
        for (name, _) in &cases {
            std::fs::create_dir(base.path().join(name)).expect("created");
            std::fs::write(base.path().join(name).join("job"), "").expect("written");
        }
        let link = base.path().join(other(&no_process).replace("-a", "-b"));
        std::os::unix::fs::symlink(base.path().join("another"), &link).expect("linked");
        // From before a reboot, whatever its process id says now.
        let old = base
            .path()
            .join(other(&|owner| owner.boot = "00000001".to_owned()));
        std::fs::create_dir(&old).expect("created");
        let long_ago = std::time::SystemTime::now() - 2 * OLD;
        let folder = std::fs::File::open(&old).expect("it is there");
        folder.set_modified(long_ago).expect("it is ours");
        remove_abandoned_in(base.path(), &this);
        assert!(!old.exists());
        for (name, stays) in &cases {
            assert_eq!(base.path().join(name).exists(), *stays, "{name}");
        }
        assert!(link.exists());
    }
}
