//! `filesystem`: tables over files and folders of one file system, records of the given format one per line.
//!
//! The source reads every file that is neither hidden (a name that begins with `.` or `_`) nor left out by
//! `source.path.regex-pattern`; with `source.monitor-interval` it never ends and looks for new files.

mod reader;
mod sink;
mod source;

use std::path::PathBuf;

use super::options::{Known, Options};
use crate::error::JobError;
use crate::format;

pub(super) use sink::open_sink;
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
    use crate::connector::options::JobEnvironment;
    use crate::connector::registry::SinkRequest;
    use crate::connector::{Polled, Split};
    use crate::job::{Column, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn};
    use crate::row::{BatchWriter, RowKind};
    use sql::{DataType, TypeKind, Value};

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

    fn columns() -> Vec<Column> {
        vec![
            Column {
                name: "a",
                ty: DataType::nullable(TypeKind::Int),
            },
            Column {
                name: "b",
                ty: DataType::string(),
            },
        ]
    }

    /// Columns a, b and the name of the file.
    fn spec() -> SourceSpec {
        let read = columns().into_iter().enumerate().map(|(i, column)| ReadColumn {
            column,
            from: ReadFrom::Physical(i),
        });
        let name = ReadColumn {
            column: Column {
                name: "f",
                ty: DataType::string(),
            },
            from: ReadFrom::Metadata("file.name"),
        };
        SourceSpec {
            table: "t",
            read: read.chain([name]).collect(),
            compute: None,
            watermark: None,
            physical: columns(),
            primary_key: vec![],
        }
    }

    fn options(folder: &std::path::Path, format: &str, extra: &[(&str, &str)]) -> Options {
        let url = format!("file://{}", folder.display());
        let mut options = Options::new(
            "t",
            [("connector", "filesystem"), ("path", &url), ("format", format)],
        );
        options
            .values
            .extend(extra.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        options
    }

    /// Reads all splits (or those given), `rows_max` rows per poll and at most so many polls.
    fn read(
        options: &Options,
        splits: Option<Vec<Split>>,
        rows_max: usize,
        polls: usize,
    ) -> Result<(Vec<Vec<Value>>, Vec<Split>, u64), JobError> {
        let mut source = open_source(&spec(), options)?;
        let splits = match splits {
            Some(splits) => splits,
            None => source.discover()?,
        };
        let mut reader = source.reader()?;
        for split in splits {
            reader.assign(split)?;
        }
        let mut output = BatchWriter::new(3);
        for _ in 0..polls {
            if reader.poll(rows_max, &mut output)? == Polled::Idle {
                break;
            }
        }
        let types: Vec<DataType> = spec().read.iter().map(|read| read.column.ty.clone()).collect();
        let rows = output
            .take()
            .rows()
            .map(|(_, row)| row.values(types.iter()))
            .collect();
        Ok((rows, reader.positions(), reader.skipped()))
    }

    fn row(a: i32, b: &str, file: &str) -> Vec<Value> {
        vec![Value::Int(a), Value::Text(b.into()), Value::Text(file.into())]
    }

    #[test]
    fn files_of_a_folder_are_read_but_hidden_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("sub")).expect("created");
        for (name, content) in [
            ("1.json", "{\"a\":1,\"b\":\"x\"}\r\n\n{\"b\":\"y\",\"a\":2}"),
            ("sub/2.json", "{\"a\":3,\"b\":\"z\"}\n"),
            ("_hidden", "no json"),
            (".hidden", "no json"),
            ("3.txt", "no json"),
        ] {
            std::fs::write(folder.path().join(name), content).expect("written");
        }
        let pattern = [("source.path.regex-pattern", ".*\\.json")];
        let options = options(folder.path(), "json", &pattern);
        let (rows, _, _) = read(&options, None, 10, 100).expect("read");
        assert_eq!(
            rows,
            [
                row(1, "x", "1.json"),
                row(2, "y", "1.json"),
                row(3, "z", "2.json")
            ]
        );
    }

    #[test]
    fn a_position_goes_on_where_it_stood() {
        let folder = tempfile::tempdir().expect("a folder");
        let line = |i: i32| format!("{i},\"line\n{i}\"\n");
        for file in 0..2 {
            let content: String = (0..20_000).map(|i| line(file * 20_000 + i)).collect();
            std::fs::write(folder.path().join(format!("{file}.csv")), content).expect("written");
        }
        let options = options(folder.path(), "csv", &[]);
        let (all, _, _) = read(&options, None, 1_000, usize::MAX).expect("read");
        assert_eq!(all.len(), 40_000);
        assert_eq!(all[39_999], row(39_999, "line\n39999", "1.csv"));
        for polls in [0, 1, 7, 25] {
            let (first, positions, _) = read(&options, None, 1_000, polls).expect("read");
            let (second, _, _) = read(&options, Some(positions), 777, usize::MAX).expect("read");
            assert_eq!([first, second].concat(), all, "{polls}");
        }
    }

    #[test]
    fn malformed_records_are_located_or_skipped() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("f"), "{\"a\":1}\n{\"a\":\n").expect("written");
        let error = read(&options(folder.path(), "json", &[]), None, 10, 10).expect_err("malformed");
        let error = error.to_string();
        assert!(error.contains("f line 2 (byte 8)"), "{error}");
        let ignore = options(folder.path(), "json", &[("json.ignore-parse-errors", "true")]);
        let (rows, _, skipped) = read(&ignore, None, 10, 10).expect("read");
        assert_eq!((rows.len(), skipped), (1, 1));
    }

    #[test]
    fn parts_are_visible_once_committed() {
        let folder = tempfile::tempdir().expect("a folder");
        let spec = SinkSpec {
            table: Some("t"),
            write: vec![WriteColumn::Physical, WriteColumn::Physical],
            primary_key: vec![],
            input_updates: false,
        };
        let columns = columns();
        let options = options(folder.path(), "json", &[("sink.rolling-policy.file-size", "1")]);
        let request = SinkRequest {
            spec: &spec,
            columns: &columns,
            options: options.clone(),
        };
        let environment = JobEnvironment {
            job_id: "j".into(),
            time_zone: "UTC".into(),
            parallelism: 1,
            config: Default::default(),
            ..JobEnvironment::default()
        };
        let sink = open_sink(&request, &environment).expect("opened");
        let mut writer = sink.table.writer(0).expect("a writer");
        let mut committer = sink.committer.expect("a committer");
        let write = |a: i32| {
            let mut rows = BatchWriter::new(2);
            rows.begin(RowKind::Insert);
            rows.put_i32(0, Some(a));
            rows.put_null(1);
            rows.finish();
            rows.take()
        };
        let visible = || {
            let (rows, _, _) = read(&options, None, 10, 100).expect("read");
            let mut found: Vec<Value> = rows.into_iter().map(|row| row[0].clone()).collect();
            found.sort_by_key(|value| format!("{value:?}"));
            found
        };
        writer.write(&write(1)).expect("written");
        let first = writer.end_epoch(1).expect("staged");
        writer.write(&write(2)).expect("written");
        let second = writer.end_epoch(2).expect("staged");
        assert_eq!(visible(), []);
        committer
            .commit(1, "1", vec![first.clone(), vec![]])
            .expect("committed");
        committer.commit(1, "1", vec![first]).expect("committed again");
        assert_eq!(visible(), [Value::Int(1)]);
        committer.commit(2, "2", vec![second]).expect("committed");
        assert_eq!(visible(), [Value::Int(1), Value::Int(2)]);
        assert!(writer.end_epoch(3).expect("nothing to stage").is_empty());
    }
}
