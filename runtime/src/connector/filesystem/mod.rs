//! `filesystem`: tables over files and folders of one file system, records of the given format one per line.
//!
//! The source reads every file that is neither hidden (a name that begins with `.` or `_`) nor left out by
//! `source.path.regex-pattern`; with `source.monitor-interval` it never ends and looks for new files. Columns of
//! PARTITIONED BY are not in the files: folders `k=v` stand for their values.

mod access;
mod committer;
mod partition;
mod reader;
mod sink;
mod source;
mod writer;

use std::path::{Path, PathBuf};

use super::options::{JobEnvironment, Known, Options};
use crate::error::JobError;
use crate::format;

pub use access::FilesAccess;
pub(super) use sink::open_sink;
pub(super) use source::open_source;

const CONNECTOR: &str = "filesystem";

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

fn external(table: &str, path: &Path, error: std::io::Error) -> JobError {
    JobError::external(format!("table {table}: file {}", path.display()), error)
}

/// The table's path, if the job may touch it.
fn open_path(options: &Options, environment: &JobEnvironment) -> Result<PathBuf, JobError> {
    let path = path(options)?;
    // A job that is run by hand reaches what its user reaches.
    if let Some(access) = &environment.files {
        access
            .check(&path)
            .map_err(|message| options.error("path", message))?;
    }
    Ok(path)
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
    use crate::connector::registry::SinkRequest;
    use crate::connector::{Committer, Polled, RestoredOutput, SinkWriter, Split};
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

    fn options(folder: &Path, format: &str, extra: &[(&str, &str)]) -> Options {
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
        let mut source = open_source(&spec(), options, &JobEnvironment::default())?;
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

    /// A sink table as one run of the job has it.
    struct Run {
        writer: Box<dyn SinkWriter>,
        committer: Box<dyn Committer>,
    }

    impl Run {
        fn start(options: &Options, partitions: &[usize]) -> Result<Run, JobError> {
            Run::start_in(options, partitions, JobEnvironment::default())
        }

        fn start_in(
            options: &Options,
            partitions: &[usize],
            environment: JobEnvironment,
        ) -> Result<Run, JobError> {
            let write = |column: usize| match partitions.iter().position(|key| *key == column) {
                Some(at) => WriteColumn::Partition(at),
                None => WriteColumn::Physical,
            };
            let spec = SinkSpec {
                table: Some("t"),
                write: vec![write(0), write(1)],
                primary_key: vec![],
                input_updates: false,
            };
            let columns = columns();
            let request = SinkRequest {
                spec: &spec,
                columns: &columns,
                options: options.clone(),
            };
            let environment = JobEnvironment {
                job_id: "j".into(),
                storage_id: "s".into(),
                parallelism: 1,
                ..environment
            };
            let sink = open_sink(&request, &environment)?;
            Ok(Run {
                writer: sink.table.writer(0)?,
                committer: sink.committer.expect("a committer"),
            })
        }

        /// One epoch with these rows; answers what is staged.
        fn epoch(&mut self, rows: &[(i32, Option<&str>)]) -> Vec<u8> {
            let mut batch = BatchWriter::new(2);
            for (a, b) in rows {
                batch.begin(RowKind::Insert);
                batch.put_i32(0, Some(*a));
                batch.put_text(1, *b);
                batch.finish();
            }
            self.writer.write(&batch.take()).expect("written");
            self.writer.end_epoch(1).expect("staged")
        }

        fn recover(&mut self, is_applied: bool, staged: &[&Vec<u8>]) -> Result<(), JobError> {
            let restored = RestoredOutput {
                epoch: 1,
                checkpoint_id: "1",
                is_applied,
            };
            let staged = staged.iter().map(|staged| (*staged).clone()).collect();
            self.committer.recover(Some(restored), staged)
        }

        fn commit(&mut self, staged: &[u8]) {
            let staged = vec![staged.to_vec(), vec![]];
            self.committer.commit(1, "1", staged).expect("committed");
            self.committer.recorded().expect("nothing is left to tell");
        }
    }

    /// How the names of all files in a folder end.
    fn ends(folder: &Path) -> Vec<String> {
        let end = |name: String| name.rsplit_once('.').map_or("", |(_, end)| end).to_owned();
        let found = files(folder).into_iter().map(|name| match name.starts_with('.') {
            true => end(name),
            false => String::new(),
        });
        let mut found: Vec<String> = found.collect();
        found.sort();
        found
    }

    /// A part that is neither hidden nor visible is lost, unless it is known to have been committed.
    #[test]
    fn a_staged_file_that_is_gone_is_an_error_unless_it_was_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = options(folder.path(), "json", &[]);
        let clear = || {
            for name in files(folder.path())
                .iter()
                .filter(|name| !name.ends_with("finished"))
            {
                std::fs::remove_file(folder.path().join(name)).expect("removed");
            }
        };
        for is_closed in [true, false] {
            let mut run = Run::start(&options, &[]).expect("opened");
            if is_closed {
                run.writer.settle();
            }
            let staged = run.epoch(&[(1, None)]);
            let hidden = files(folder.path()).pop().expect("a staged file");
            let name = hidden.trim_start_matches('.').trim_end_matches(".inprogress");
            clear();
            let error = run.recover(false, &[&staged]).expect_err("lost").to_string();
            let remedy = "to have it written put the file back";
            assert!(error.contains(name) && error.contains(remedy), "{error}");
            if is_closed {
                assert!(run.committer.commit(1, "1", vec![staged.clone()]).is_err());
            }
            assert_eq!(
                run.recover(true, &[&staged]).is_ok(),
                is_closed,
                "an open part is finished later"
            );
            let environment = JobEnvironment {
                may_lose_output: true,
                ..JobEnvironment::default()
            };
            let mut careless = Run::start_in(&options, &[], environment).expect("opened");
            careless.recover(false, &[&staged]).expect("dropped");
            // A reader may take away what it has seen.
            std::fs::write(folder.path().join(name), "{\"a\":1,\"b\":null}\n").expect("written");
            run.recover(false, &[&staged]).expect("recovered");
            assert_eq!(numbers(&options), [Value::Int(1)]);
            run.recover(false, &[&staged]).expect("it is visible");
            clear();
            assert_eq!(
                run.recover(false, &[&staged]).is_ok(),
                !is_closed,
                "an open part leaves a sign"
            );
            run.recover(true, &[&staged]).expect("it was visible");
        }
    }

    fn take_away(folder: &Path) {
        for name in files(folder).iter().filter(|name| !name.starts_with('.')) {
            std::fs::remove_file(folder.join(name)).expect("removed");
        }
    }

    /// Another table's commit fails, or the process dies, before the log says that the files were shown.
    #[test]
    fn files_that_were_shown_may_be_taken_away_before_the_log_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = options(folder.path(), "json", &[("sink.rolling-policy.file-size", "1")]);
        let mut run = Run::start(&options, &[]).expect("opened");
        let staged = run.epoch(&[(1, None)]);
        let commit = |run: &mut Run| run.committer.commit(1, "1", vec![staged.clone()]);
        commit(&mut run).expect("committed");
        take_away(folder.path());
        assert_eq!(ends(folder.path()), ["shown"]);
        for _ in 0..2 {
            let mut next = Run::start(&options, &[]).expect("opened");
            next.recover(false, &[&staged]).expect("they were shown");
        }
        let mut next = Run::start(&options, &[]).expect("opened");
        next.recover(false, &[&staged]).expect("they were shown");
        next.committer.recorded().expect("the sign goes");
        assert_eq!(files(folder.path()), Vec::<String>::new());
        commit(&mut next).expect_err("nothing tells any more");
    }

    #[test]
    fn a_finished_part_is_shown_once_wherever_the_recovery_died() {
        for is_renamed in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            let options = options(folder.path(), "json", &[]);
            let mut run = Run::start(&options, &[]).expect("opened");
            let staged = run.epoch(&[(1, None)]);
            // It died behind the sign, before the copy had its name, or when it had.
            let hidden = folder.path().join(files(folder.path()).pop().expect("a part"));
            std::fs::write(hidden.with_extension("finished"), "").expect("written");
            if !is_renamed {
                std::fs::copy(&hidden, hidden.with_extension("recovered")).expect("copied");
            }
            let mut next = Run::start(&options, &[]).expect("opened");
            next.recover(false, &[&staged]).expect("recovered");
            let expected: &[Value] = if is_renamed { &[] } else { &[Value::Int(1)] };
            assert_eq!(numbers(&options), expected, "a reader took what had its name");
            take_away(folder.path());
            next.recover(false, &[&staged]).expect("recovered");
            assert_eq!(ends(folder.path()), ["finished"], "{is_renamed}");
        }
    }

    /// A savepoint made elsewhere opens nothing here.
    #[test]
    fn restored_splits_and_staged_files_lie_in_open_folders() {
        let (open, outside) = (
            tempfile::tempdir().expect("a folder"),
            tempfile::tempdir().expect("a folder"),
        );
        let environment = JobEnvironment {
            files: Some(FilesAccess {
                open: vec![open.path().to_owned()],
                closed: vec![open.path().join("key")],
            }),
            ..JobEnvironment::default()
        };
        let given = options(open.path(), "csv", &[]);
        for (file, is_open) in [
            (open.path().join("a"), true),
            (open.path().join("key"), false),
            (outside.path().join("a"), false),
            (open.path().join("../a"), false),
        ] {
            if file.parent().is_some_and(Path::is_dir) && !file.ends_with("../a") {
                std::fs::write(&file, "1,x\n").expect("written");
            }
            let source = open_source(&spec(), &given, &environment).expect("opened");
            let mut reader = source.reader().expect("a reader");
            let split = Split {
                id: file.display().to_string(),
                position: serde_json::Value::Null,
            };
            reader.assign(split).expect("assigned");
            let polled = reader.poll(10, &mut BatchWriter::new(3));
            assert_eq!(polled.is_ok(), is_open, "{}: {polled:?}", file.display());
        }
        let mut elsewhere = Run::start(&options(outside.path(), "json", &[]), &[]).expect("opened");
        elsewhere.writer.settle();
        let staged = elsewhere.epoch(&[(1, None)]);
        let mut run = Run::start_in(&given, &[], environment).expect("opened");
        let error = run.recover(false, &[&staged]).expect_err("closed").to_string();
        assert!(error.contains("is not open to jobs"), "{error}");
    }

    fn numbers(options: &Options) -> Vec<Value> {
        let (rows, _, _) = read(options, None, 10, 100).expect("read");
        let mut found: Vec<Value> = rows.into_iter().map(|row| row[0].clone()).collect();
        found.sort_by_key(|value| format!("{value:?}"));
        found
    }

    /// Names of all files below a folder, hidden ones too.
    fn files(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => found.extend(files(&path)),
                false => found.push(path.file_name().expect("a name").to_string_lossy().into_owned()),
            }
        }
        found.sort();
        found
    }

    #[test]
    fn parts_are_visible_once_committed() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = options(folder.path(), "json", &[("sink.rolling-policy.file-size", "1")]);
        let mut run = Run::start(&options, &[]).expect("opened");
        let first = run.epoch(&[(1, None)]);
        let second = run.epoch(&[(2, None)]);
        assert_eq!(numbers(&options), []);
        run.commit(&first);
        run.commit(&first);
        assert_eq!(numbers(&options), [Value::Int(1)]);
        run.commit(&second);
        assert_eq!(numbers(&options), [Value::Int(1), Value::Int(2)]);
        assert!(run.epoch(&[]).is_empty());
    }

    #[test]
    fn an_open_part_goes_on_and_ends_where_the_restored_checkpoint_says() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = options(folder.path(), "json", &[]);
        let foreign = folder.path().join(".part-other-0.inprogress");
        std::fs::write(&foreign, "another job's").expect("written");
        let mut run = Run::start(&options, &[]).expect("opened");
        let first = run.epoch(&[(1, None)]);
        run.commit(&first);
        let second = run.epoch(&[(2, None)]);
        run.commit(&second);
        assert_eq!(numbers(&options), [], "the part is neither big nor old");
        run.epoch(&[(3, None)]);
        // The process dies; its file, for all we know, may still be written to.
        let mut next = Run::start(&options, &[]).expect("opened");
        for _ in 0..2 {
            next.recover(false, &[&second]).expect("recovered");
            assert_eq!(numbers(&options), [Value::Int(1), Value::Int(2)]);
        }
        assert_eq!(
            ends(folder.path()),
            ["", "finished", "inprogress"],
            "what was begun after it is gone"
        );
        assert!(foreign.exists(), "what others write is not");
        next.writer.settle();
        let last = next.epoch(&[(4, None)]);
        next.commit(&last);
        assert_eq!(ends(folder.path()), ["", "", "inprogress"], "the sign is gone");
        assert_eq!(numbers(&options), [Value::Int(1), Value::Int(2), Value::Int(4)]);
        // One that starts from nothing removes what it left before.
        let mut lost = Run::start(&options, &[]).expect("opened");
        lost.epoch(&[(5, None)]);
        let before = files(folder.path()).len();
        lost.committer.recover(None, Vec::new()).expect("recovered");
        assert_eq!(files(folder.path()).len(), before - 1);
    }

    #[test]
    fn output_staged_for_a_folder_stays_there_when_the_table_moves() {
        let (old, new) = (
            tempfile::tempdir().expect("a folder"),
            tempfile::tempdir().expect("a folder"),
        );
        let before = options(old.path(), "json", &[("sink.rolling-policy.file-size", "1")]);
        let closed = Run::start(&before, &[]).expect("opened").epoch(&[(1, None)]);
        let before = options(old.path(), "json", &[]);
        let open = Run::start(&before, &[]).expect("opened").epoch(&[(2, None)]);
        let after = options(new.path(), "json", &[]);
        let mut run = Run::start(&after, &[]).expect("opened");
        run.recover(false, &[&closed, &open]).expect("recovered");
        assert_eq!(numbers(&before), [Value::Int(1), Value::Int(2)]);
        assert_eq!(numbers(&after), []);
    }

    #[test]
    fn parts_are_closed_by_age() {
        let folder = tempfile::tempdir().expect("a folder");
        for (key, is_closed) in [
            ("sink.rolling-policy.rollover-interval", true),
            ("sink.rolling-policy.inactivity-interval", true),
            ("sink.rolling-policy.check-interval", false),
        ] {
            let age = [("sink.rolling-policy.check-interval", "0 ms"), (key, "1 ms")];
            let mut run = Run::start(&options(folder.path(), "json", &age), &[]).expect("opened");
            run.epoch(&[(1, None)]);
            std::thread::sleep(std::time::Duration::from_millis(5));
            run.writer.tick().expect("closed");
            let staged = String::from_utf8(run.epoch(&[])).expect("JSON");
            assert_eq!(staged.contains("\"open\":[]"), is_closed, "{key}: {staged}");
        }
    }

    #[test]
    fn partitions_are_folders() {
        let folder = tempfile::tempdir().expect("a folder");
        let commit = [
            ("sink.partition-commit.policy.kind", "success-file"),
            ("partition.default-name", "none"),
        ];
        let written = options(folder.path(), "csv", &commit);
        let mut run = Run::start(&written, &[1]).expect("opened");
        run.writer.settle();
        let staged = run.epoch(&[(1, Some("x")), (2, Some("y=z")), (3, Some("x")), (4, None)]);
        run.commit(&staged);
        for (name, content) in [("b=x", "1\n3\n"), ("b=y%3Dz", "2\n"), ("b=none", "4\n")] {
            let of_partition = folder.path().join(name);
            let names = files(&of_partition);
            assert_eq!(
                (names.len(), names[0].as_str()),
                (2, "_SUCCESS"),
                "{name}: {names:?}"
            );
            let found = std::fs::read_to_string(of_partition.join(&names[1])).expect("a file");
            assert_eq!(found, content, "{name}");
        }
        std::fs::write(folder.path().join("elsewhere"), "9\n").expect("written");
        let mut spec = spec();
        spec.physical.pop();
        spec.read[1].from = ReadFrom::Partition(0);
        spec.read.pop();
        let mut source = open_source(&spec, &written, &JobEnvironment::default()).expect("opened");
        let mut reader = source.reader().expect("a reader");
        for split in source.discover().expect("files") {
            reader.assign(split).expect("assigned");
        }
        let mut output = BatchWriter::new(2);
        while reader.poll(10, &mut output).expect("read") != Polled::Idle {}
        let types = [DataType::nullable(TypeKind::Int), DataType::string()];
        let mut rows: Vec<String> = output
            .take()
            .rows()
            .map(|(_, row)| format!("{:?}", row.values(types.iter())))
            .collect();
        rows.sort();
        assert_eq!(
            rows,
            [
                "[Int(1), Text(\"x\")]",
                "[Int(2), Text(\"y=z\")]",
                "[Int(3), Text(\"x\")]",
                "[Int(4), Null]"
            ]
        );
    }

    #[test]
    fn partition_commits_that_are_not_supported_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let kind = ("sink.partition-commit.policy.kind", "success-file");
        for (given, expected) in [
            (
                vec![("sink.partition-commit.policy.kind", "metastore,success-file")],
                "found 'metastore'",
            ),
            (
                vec![kind, ("sink.partition-commit.trigger", "partition-time")],
                "only process-time",
            ),
            (vec![kind, ("sink.partition-commit.delay", "1 h")], "only 0 s"),
        ] {
            let opened = Run::start(&options(folder.path(), "csv", &given), &[1]);
            let error = opened.err().expect(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
