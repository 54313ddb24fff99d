//! Which files the tables of a session cluster may be.
//!
//! In: the folders that the operator names, tables as declared. Out: what is outside of them. Invariant: no path that
//! passes leaves the open folders by its text; where links on the worker lead, the job itself looks at when it starts.

use std::path::{Component, Path, PathBuf};

use compiler::base::Diagnostic;
use compiler::declared::{Declared, DeclaredTable};
use serde::Serialize;

use super::worker_files;

/// What jobs may reach by the `filesystem` connector, and as key stores and certificates. Jobs are told as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FilesAccess {
    /// Folders with all that is below them; none: nothing.
    pub open: Vec<PathBuf>,
    /// Not even where they lie in an open one: what belongs to the cluster itself.
    pub closed: Vec<PathBuf>,
}

impl FilesAccess {
    /// Tables whose files are out of reach, or that would have more done than files read.
    pub fn problems(&self, declared: &Declared) -> Vec<Diagnostic> {
        let problem = |table: &DeclaredTable| {
            let message = self.problem(&table.options)?;
            Some(Diagnostic::error("E0006", table.span, message))
        };
        declared.tables.iter().filter_map(problem).collect()
    }

    fn problem(&self, options: &[(String, String)]) -> Option<String> {
        let is_connector = |(key, value): &(String, String)| key == "connector" && value == "filesystem";
        let has_files = options.iter().any(is_connector);
        options.iter().find_map(|(key, value)| {
            if key == "path" && has_files && !self.allows(value) {
                return Some(self.refusal(key, value));
            }
            // Paths in addresses may be encoded, and what these name is never elsewhere than on the worker.
            let is_open = |path: &str| !path.contains(['%', ':']) && self.allows(path);
            let closed = worker_files::named(key, value)
                .into_iter()
                .find(|path| !is_open(path));
            worker_files::refusal(key).or_else(|| closed.map(|path| self.refusal(key, path)))
        })
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

    fn refusal(&self, option: &str, path: &str) -> String {
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
            "'{option}' = '{path}' is not open to jobs of this cluster; its operator opens folders with `--files-root DIR` \
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

    #[test]
    fn key_stores_and_certificates_are_held_to_them_too() {
        let access = FilesAccess {
            open: vec!["/data".into()],
            closed: Vec::new(),
        };
        for (option, value, expected) in [
            ("properties.ssl.ca.location", "/data/ca.pem", None),
            (
                "properties.ssl.ca.location",
                "/etc/passwd",
                Some("'properties.ssl.ca.location' = '/etc/passwd' is"),
            ),
            (
                "properties.ssl.key.location",
                "s3://x",
                Some("'properties.ssl.key.location' = 's3://x' is"),
            ),
            ("url", "jdbc:postgresql://h/d?sslrootcert=/data/ca", None),
            (
                "url",
                "jdbc:postgresql://h/d?sslrootcert=/data/%2e%2e/x",
                Some("'url' = '/data/%2e%2e/x' is"),
            ),
            (
                "properties.plugin.library.paths",
                "/data/x.so",
                Some("'properties.plugin.library.paths' is not"),
            ),
        ] {
            let problem = access.problem(&[(option.to_owned(), value.to_owned())]);
            assert_eq!(problem.is_some(), expected.is_some(), "{option} = {value}");
            let message = problem.unwrap_or_default();
            assert!(message.starts_with(expected.unwrap_or_default()), "{message}");
        }
    }
}
