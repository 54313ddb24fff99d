//! Files, generated rows, the terminal, and how jobs stop and go on. In: files written here, signals. Out: files and
//! lines as Flink would write them. Invariant: nothing is visible before its checkpoint, nothing twice.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use support::script::{Script, eventually};
use xtask::services::{Kind, Services};

const ROWS: usize = 1_500;

/// Rows in the visible files of a folder, file by file; each file must end with a whole row.
fn visible(folder: &Path) -> Vec<Vec<usize>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("the folder can be listed").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        let content = std::fs::read_to_string(&path).expect("the file can be read");
        assert!(content.ends_with("}\n"), "{name}: {content}");
        let number = |line: &str| {
            let digits = line
                .strip_prefix("{\"i\":")
                .and_then(|rest| rest.strip_suffix('}'));
            digits
                .and_then(|digits| digits.parse().ok())
                .expect("a whole row")
        };
        files.push(content.lines().map(number).collect());
    }
    files
}

#[test]
fn part_files_appear_with_their_checkpoint_and_once() {
    let script = Script::new(
        &format!(
            "SET 'execution.checkpointing.interval' = '100 ms';
             CREATE TABLE gen (i BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '500',
               'fields.i.kind' = 'sequence', 'fields.i.start' = '1', 'fields.i.end' = '{ROWS}');
             CREATE TABLE parts (i BIGINT) WITH ('connector' = 'filesystem', 'path' = 'parts', 'format' = 'json',
               'sink.rolling-policy.file-size' = '100b');
             INSERT INTO parts SELECT i FROM gen;"
        ),
        &[],
    );
    let folder = script.folder().join("parts");
    let count = || visible(&folder).concat().len();
    for _ in 0..3 {
        let before = count();
        let running = script.start(&[]);
        eventually("files appear", || count() > before);
        running.kill();
        let rows = visible(&folder).concat();
        let different: BTreeSet<usize> = rows.iter().copied().collect();
        assert_eq!(different.len(), rows.len(), "nothing twice");
    }
    // A signal ends it with a final checkpoint: all that was read is visible.
    let mut running = script.start(&["--parallelism 2"]);
    running.logged("restored checkpoint");
    running.logged("completed");
    let (code, log) = running.signal("TERM");
    assert_eq!(code, Some(0), "{log}");
    let shown = script.run(&["tables.gen.rows-per-second=100000"]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    assert!(shown.log.contains("restored checkpoint"), "{}", shown.log);
    let mut rows = visible(&folder).concat();
    rows.sort_unstable();
    assert_eq!(rows, (1..=ROWS).collect::<Vec<_>>());
}

/// Paths of all files below a folder, relative to it.
fn paths(folder: &Path, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("the folder can be listed").path();
        let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
        match path.is_dir() {
            true => found.extend(paths(&path, &format!("{name}/"))),
            false => found.push(name),
        }
    }
    found
}

/// Parts go on through checkpoints; a restart shows what the checkpoint covers of them, and removes the rest.
#[test]
fn partitions_are_written_once_and_read_back() {
    let script = Script::new(
        &format!(
            "SET 'execution.checkpointing.interval' = '100 ms';
             CREATE TABLE gen (i BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '500',
               'fields.i.kind' = 'sequence', 'fields.i.start' = '1', 'fields.i.end' = '{ROWS}');
             CREATE TABLE parts (p STRING, i BIGINT, d DATE) PARTITIONED BY (d, p) WITH ('connector' = 'filesystem',
               'path' = 'parts', 'format' = 'json', 'sink.partition-commit.policy.kind' = 'success-file');
             INSERT INTO parts SELECT CASE MOD(i, 3) WHEN 0 THEN 'a/b' WHEN 1 THEN 'c' END, i, DATE '2024-01-31'
             FROM gen;"
        ),
        &[],
    );
    let folder = script.folder().join("parts");
    for run in 0..3 {
        let mut running = script.start(&[]);
        if run > 0 {
            running.logged("restored checkpoint");
        }
        (0..4).for_each(|_| drop(running.logged("completed")));
        running.kill();
    }
    let open = paths(&folder, "")
        .iter()
        .filter(|path| path.ends_with(".inprogress"))
        .count();
    assert_eq!(open, 3, "one part of each partition was being written");
    let shown = script.run(&["--parallelism 2", "tables.gen.rows-per-second=100000"]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    let all = paths(&folder, "");
    assert!(!all.iter().any(|path| path.contains("/.")), "{all:?}");
    for partition in ["p=a%2Fb", "p=c", "p=__DEFAULT_PARTITION__"] {
        let success = format!("d=2024-01-31/{partition}/_SUCCESS");
        assert!(all.contains(&success), "{success}: {all:?}");
    }
    let read = Script::new(
        &format!(
            "CREATE TABLE parts (p STRING, i BIGINT, d DATE) PARTITIONED BY (d, p) WITH ('connector' = 'filesystem',
               'path' = '{}', 'format' = 'json');
             CREATE TABLE shown (p STRING, d DATE, n BIGINT, different BIGINT, total BIGINT)
               WITH ('connector' = 'print');
             INSERT INTO shown SELECT p, d, COUNT(*), COUNT(DISTINCT i), SUM(i) FROM parts GROUP BY p, d;",
            folder.display()
        ),
        &[],
    );
    let rows = read.rows(&[]);
    let total = |rest: usize| (1..=ROWS).filter(|i| i % 3 == rest).sum::<usize>();
    for (p, rest) in [("a/b", 0), ("c", 1), ("null", 2)] {
        let last = format!("[{p}, 2024-01-31, 500, 500, {}]", total(rest));
        assert!(rows.iter().any(|row| row.ends_with(&last)), "{last}: {rows:?}");
    }
}

#[test]
fn folders_are_read_and_watched() {
    let script = Script::new(
        "SET 'execution.checkpointing.interval' = '100 ms';
         CREATE TABLE t (a INT, b STRING, name STRING METADATA FROM 'file.name', size BIGINT METADATA FROM 'file.size',
           path STRING METADATA FROM 'file.path', changed TIMESTAMP_LTZ(3) METADATA FROM 'file.modification-time')
         WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'csv', 'source.path.regex-pattern' = '.*[.]csv',
           'csv.quote-character' = '''', 'csv.null-literal' = 'n/a', 'csv.allow-comments' = 'true');
         CREATE TABLE shown (a INT, b STRING, name STRING, size BIGINT, has_path BOOLEAN, is_dated BOOLEAN)
         WITH ('connector' = 'print');
         INSERT INTO shown SELECT a, b, name, size, path LIKE '%/in/%', changed > TO_TIMESTAMP_LTZ(0, 3) FROM t;",
        &[],
    );
    let input = script.folder().join("in");
    std::fs::create_dir_all(input.join("deep")).expect("created");
    let write = |name: &str, content: &str| {
        // Written aside and renamed: a folder that is watched must not show half a file.
        let aside = input.join(".new");
        std::fs::write(&aside, content).expect("written");
        std::fs::rename(aside, input.join(name)).expect("renamed");
    };
    write("1.csv", "1,'x, ''y'''\n# a comment\nn/a,n/a\n");
    write("deep/2.csv", "2,'two\nlines'");
    write("3.txt", "no,csv,at all");
    assert_eq!(
        script.rows(&[]),
        [
            "+I[1, x, 'y', 1.csv, 33, true, true]",
            "+I[2, two",
            "+I[null, null, 1.csv, 33, true, true]",
            "lines, 2.csv, 13, true, true]",
        ]
    );
    let watched = ["--from-scratch", "tables.t.source.monitor-interval=100ms"];
    let mut running = script.start(&watched);
    running.row("lines, 2.csv");
    write("4.csv", "4,four\n");
    assert_eq!(running.row("4.csv"), "+I[4, four, 4.csv, 7, true, true]");
    let (code, log) = running.signal("INT");
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("finished: 4 rows read"), "{log}");
    write("5.csv", "5,five\n");
    let mut running = script.start(&watched[1..]);
    assert_eq!(running.row("+I"), "+I[5, five, 5.csv, 7, true, true]");
    let (code, log) = running.signal("TERM");
    assert_eq!(
        (code, log.contains("restored checkpoint")),
        (Some(0), true),
        "{log}"
    );
    assert!(log.contains("finished: 1 rows read"), "{log}");

    write("6.csv", "6,six\nseven,7\n");
    let error = script.failure(&[]);
    assert!(
        error.contains("table t: ") && error.contains("6.csv line 2"),
        "{error}"
    );
}

#[test]
fn lines_on_the_terminal_have_their_prefixes() {
    let script = Script::new(
        "CREATE TABLE gen (i BIGINT, s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '3',
           'fields.i.kind' = 'sequence', 'fields.i.start' = '7', 'fields.i.end' = '100', 'fields.s.length' = '4');
         CREATE TABLE shown (i BIGINT) WITH ('connector' = 'print');
         CREATE TABLE hole (i BIGINT, s STRING) WITH ('connector' = 'blackhole');
         EXECUTE STATEMENT SET BEGIN
           INSERT INTO shown SELECT i FROM gen WHERE CHAR_LENGTH(s) = 4;
           INSERT INTO hole SELECT i, s FROM gen;
         END;",
        &[],
    );
    assert_eq!(script.rows(&[]), ["+I[7]", "+I[8]", "+I[9]"]);
    let named = "tables.shown.print-identifier=x";
    assert_eq!(script.rows(&[named]), ["x> +I[7]", "x> +I[8]", "x> +I[9]"]);
    // Blocks of 1,024 rows stand together, so one thread has them all.
    let prefix = |rows: Vec<String>| {
        let mut prefixes: Vec<String> = rows
            .iter()
            .map(|row| row[..row.find("+I").expect("a row")].to_owned())
            .collect();
        prefixes.dedup();
        prefixes
    };
    assert_eq!(prefix(script.rows(&["--parallelism 2"])), ["1> "]);
    assert_eq!(prefix(script.rows(&["--parallelism 2", named])), ["x:1> "]);
    let shown = script.run(&["--from-scratch", "tables.shown.standard-error=true"]);
    assert_eq!((shown.code, shown.rows.len()), (Some(0), 0), "{}", shown.log);
    assert!(shown.log.contains("+I[7]\n+I[8]\n+I[9]\n"), "{}", shown.log);
    assert!(shown.log.contains("finished: 3 rows read"), "{}", shown.log);
    let error = script.failure(&["tables.shown.print-identifer=x"]);
    assert!(error.contains("did you mean 'print-identifier'?"), "{error}");
    let error = script.failure(&["tables.gen.fields.s.length=-1"]);
    assert!(error.contains("table gen: option 'fields.s.length'"), "{error}");
}

#[test]
fn state_in_an_object_store_goes_on_at_another_parallelism() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let services = Services::start(&[Kind::S3], folder.path()).expect("S3 starts");
    let s3 = services.addresses.s3.as_ref().expect("S3 runs");
    let environment = s3.environment();
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let script = Script::new(
        "SET 'execution.checkpointing.interval' = '200 ms';
         CREATE TABLE t (k STRING, n INT) WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'csv',
           'source.monitor-interval' = '100 ms');
         CREATE TABLE shown (k STRING, total INT) WITH ('connector' = 'print');
         INSERT INTO shown SELECT k, SUM(n) FROM t GROUP BY k;",
        &environment,
    );
    let input = script.folder().join("in");
    std::fs::create_dir(&input).expect("created");
    let lines = |n: u32| (0..40).map(|k| format!("k{k},{n}\n")).collect::<String>();
    std::fs::write(input.join("1.csv"), lines(1)).expect("written");
    let checkpoints = format!("--checkpoints s3://{}/checkpoints", s3.bucket);
    for (n, parallelism) in [(1, 3), (2, 1), (3, 2)] {
        let mut running = script.start(&[&checkpoints, &format!("--parallelism {parallelism}")]);
        if n > 1 {
            running.logged("restored checkpoint");
            std::fs::write(input.join(format!("{n}.csv")), lines(1)).expect("written");
        }
        // All keys, in whatever order the threads show them.
        let mut found = BTreeSet::new();
        while found.len() < 40 {
            let row = running.row(&format!(", {n}]"));
            found.insert(row.split_once('[').expect("a row").1.to_owned());
        }
        let (code, log) = running.signal("TERM");
        assert_eq!(code, Some(0), "{log}");
    }
    let mut running = script.start(&[&checkpoints, "--from-scratch"]);
    let row = running.row("k39, 3]");
    assert!(row.ends_with("[k39, 3]"), "{row}");
    let (code, log) = running.signal("TERM");
    assert_eq!((code, log.contains("restored")), (Some(0), false), "{log}");
    assert!(log.contains("finished: 120 rows read"), "{log}");
}
