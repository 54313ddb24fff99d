//! `filesystem`: tables over files and folders of one file system, records of the given format one per line.
//!
//! The source reads every file that is neither hidden (a name that begins with `.` or `_`) nor left out by
//! `source.path.regex-pattern`; with `source.monitor-interval` it never ends and looks for new files.

mod reader;
mod source;

use std::path::PathBuf;

use super::options::{Known, Options};
use crate::error::JobError;
use crate::format;

pub(super) use source::open_source;

const OPTIONS: &[&str] = &[
    "source.monitor-interval",
    "source.path.regex-pattern",
    "source.report-statistics",
    "sink.rolling-policy.file-size",
    "sink.rolling-policy.rollover-interval",
    "sink.rolling-policy.check-interval",
    "sink.rolling-policy.inactivity-interval",
    "sink.partition-commit.*",
    "partition.time-extractor.*",
    "partition.default-name",
    "sink.shuffle-by-partition.enable",
    "auto-compaction",
    "compaction.file-size",
    "compaction.parallelism",
];

fn check(options: &Options) -> Result<(), JobError> {
    let mut known = vec![Known::required("path")];
    known.extend(OPTIONS.iter().map(|name| Known::optional(*name)));
    known.extend(format::known_options(options, ""));
    options.check(&known)
}

/// The folder or file of the table: a path, or a `file:` URL.
fn path(options: &Options) -> Result<PathBuf, JobError> {
    let text = options.required("path")?;
    let local = match text.strip_prefix("file:") {
        Some(rest) if rest.starts_with("///") => &rest[2..],
        Some(rest) if !rest.starts_with("//") => rest,
        Some(_) => return Err(options.error("path", "a file URL with a host")),
        None if text.contains("://") => {
            return Err(options.error("path", format!("only local paths are supported, found '{text}'")));
        }
        None => text,
    };
    Ok(PathBuf::from(local))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_urls() {
        for (text, expected) in [
            ("/a/b", Some("/a/b")),
            ("file:///a/b", Some("/a/b")),
            ("file:/a/b", Some("/a/b")),
            ("a/b", Some("a/b")),
            ("s3://bucket/a", None),
            ("file://host/a", None),
        ] {
            let found = path(&Options::new("t", [("path", text)])).ok();
            assert_eq!(found, expected.map(PathBuf::from), "{text}");
        }
    }
}
