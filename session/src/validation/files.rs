//! Which files the tables of a session cluster may be.
//!
//! In: the folders that the operator names, tables as declared. Out: what is outside of them. Invariant: no path that
//! passes leaves the open folders by its text; where links on the worker lead, the job itself looks at when it starts.

use std::path::{Component, Path, PathBuf};

use compiler::base::Diagnostic;
use compiler::declared::{Declared, DeclaredTable};
use serde::Serialize;

/// What jobs may reach by the `filesystem` connector. Jobs are told as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FilesAccess {
    /// Folders with all that is below them; none: nothing.
    pub open: Vec<PathBuf>,
    /// Not even where they lie in an open one: what belongs to the cluster itself.
    pub closed: Vec<PathBuf>,
}

impl FilesAccess {
    /// Tables whose files are out of reach.
    pub fn problems(&self, declared: &Declared) -> Vec<Diagnostic> {
        let problem = |table: &DeclaredTable| {
            let option = |key: &str| table.options.iter().find(|(name, _)| name == key);
            let (_, connector) = option("connector")?;
            let (_, path) = option("path")?;
            let is_refused = connector == "filesystem" && !self.allows(path);
            is_refused.then(|| Diagnostic::error("E0006", table.span, self.refusal(path)))
        };
        declared.tables.iter().filter_map(problem).collect()
    }

    fn allows(&self, path: &str) -> bool {
        let Some(path) = local(path) else {
            // Not a file of the worker's; the connector says what it makes of it.
            return true;
        };
        let is_plain = path
            .components()
            .all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
        let is_in = |folders: &[PathBuf]| folders.iter().any(|folder| path.starts_with(folder));
        is_plain && path.is_absolute() && is_in(&self.open) && !is_in(&self.closed)
    }

    fn refusal(&self, path: &str) -> String {
        let open: Vec<String> = self
            .open
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        let open = match open.is_empty() {
            true => "no folder is".to_owned(),
            false => format!("open is {}", open.join(", ")),
        };
        format!(
            "'path' = '{path}' is not open to jobs of this cluster; its operator opens folders with `--files-root DIR` \
             at the start of the manager, as absolute paths; {open}"
        )
    }
}

/// The path of a file of the machine; `None` for what lies elsewhere.
fn local(path: &str) -> Option<&Path> {
    match path.strip_prefix("file:") {
        Some(rest) if rest.starts_with("///") => Some(Path::new(&rest[2..])),
        Some(rest) => Some(Path::new(rest)),
        None if path.contains("://") => None,
        None => Some(Path::new(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_held_to_the_open_folders() {
        let access = FilesAccess {
            open: vec!["/data".into(), "/more/of it".into()],
            closed: vec!["/data/cluster".into()],
        };
        for (path, expected) in [
            ("/data", true),
            ("/data/a/b.json", true),
            ("file:///data/a", true),
            ("file:/more/of it/x", true),
            ("s3://bucket/a", true),
            ("/database", false),
            ("/", false),
            ("data/a", false),
            ("", false),
            ("/data/../etc/passwd", false),
            ("/data/./a", true),
            ("file:///etc/passwd", false),
            ("file://host/data", false),
            ("/data/cluster/catalogue.sqlite", false),
            ("//data/x", true),
        ] {
            assert_eq!(access.allows(path), expected, "{path}");
        }
        assert!(!FilesAccess::default().allows("/data"));
    }
}
