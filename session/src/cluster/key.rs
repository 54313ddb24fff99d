//! Secrets in files: the key of the cluster, the first token.
//!
//! In: a path. Out: the secret. Invariant: nobody but the owner may read a file made here.

use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

pub(super) fn read(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    match text.trim() {
        "" => bail!("{} is empty", path.display()),
        text => Ok(text.to_owned()),
    }
}

/// The secret of a file, which is made with a random one if it is not there.
pub(super) fn read_or_make(path: &Path) -> Result<String> {
    let mut options = std::fs::OpenOptions::new();
    match options.write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let secret = format!(
                "{}{}",
                uuid::Uuid::new_v4().simple(),
                uuid::Uuid::new_v4().simple()
            );
            writeln!(file, "{secret}").with_context(|| format!("writing {}", path.display()))?;
            Ok(secret)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(error).with_context(|| format!("creating {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_is_made_once_and_for_the_owner_alone() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("key");
        let secret = read_or_make(&path).expect("it is made");
        assert_eq!(
            (secret.len(), read_or_make(&path).expect("it is there")),
            (64, secret)
        );
        let mode = std::fs::metadata(&path)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(read(&folder.path().join("another")).is_err());
    }
}
