//! All Rust files of the workspace, read and parsed once.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Folders that hold crates.
const CRATES: [&str; 9] = [
    "sql",
    "compiler",
    "runtime",
    "cli",
    "session",
    "xtask",
    "tests",
    "golden/jobs",
    "templates",
];

pub(super) struct Tree {
    pub root: PathBuf,
    pub files: Vec<File>,
}

pub(super) struct File {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: String,
    pub syntax: syn::File,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Tree> {
        let mut paths = Vec::new();
        for folder in CRATES {
            collect(&root.join(folder), &mut paths)?;
        }
        paths.sort();
        let files = paths
            .iter()
            .map(|path| File::read(root, path))
            .collect::<Result<_>>()?;
        Ok(Tree {
            root: root.to_owned(),
            files,
        })
    }
}

impl File {
    fn read(root: &Path, path: &Path) -> Result<File> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let syntax = syn::parse_file(&text).with_context(|| format!("parsing {}", path.display()))?;
        let relative = path.strip_prefix(root).expect("files lie below the root");
        Ok(File {
            path: relative.to_string_lossy().replace('\\', "/"),
            text,
            syntax,
        })
    }

    /// Lines before the tests.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let code = self
            .text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"));
        code.enumerate().map(|(i, line)| (i + 1, line))
    }

    /// Made by our compiler, not by hand.
    pub(super) fn is_generated(&self) -> bool {
        self.path.starts_with("golden/jobs/src/") && self.path != "golden/jobs/src/lib.rs"
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.exists() || path.file_name().is_some_and(|name| name == "target") {
        return Ok(());
    }
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        files.push(path.to_owned());
    }
    Ok(())
}
