//! Lines as readers, restarts and disks see them.

use super::*;

/// A line with so many fills a file.
const FILE_CHARACTERS: usize = 1 << 20;

/// Lines with their files, as the manager keeps them.
struct Kept {
    logs: Logs,
    files: LogFiles,
}

impl Kept {
    fn open(folder: &std::path::Path) -> Kept {
        let (files, left) = LogFiles::open(folder).expect("the folder can be made");
        let logs = Logs::with(left);
        Kept { logs, files }
    }

    fn flush(&mut self) {
        let collected = self.files.to_collect();
        self.files.write(&self.logs.unwritten(&collected));
    }

    fn lines(&self) -> Vec<LogEntry> {
        self.logs.find(&all(), &names(&["a", "b", "c", "quiet"])).entries
    }

    fn texts(&self) -> Vec<String> {
        self.lines().into_iter().map(|entry| entry.line).collect()
    }
}

fn query(offset: Option<u64>, is_descending: bool) -> LogQuery {
    LogQuery {
        offset: offset.map(|number| LogCursor {
            epoch: None,
            number,
            time_us: 0,
        }),
        limit: 2,
        is_descending,
        ..LogQuery::default()
    }
}

fn all() -> LogQuery {
    LogQuery {
        limit: 1_000_000,
        level: Level::Debug,
        ..LogQuery::default()
    }
}

fn entry(time_us: i64, deployment: &str, level: Level, line: &str) -> LogEntry {
    LogEntry {
        number: 0,
        time_us,
        level,
        host: "h".to_owned(),
        deployment: deployment.to_owned(),
        line: line.to_owned(),
    }
}

fn push(logs: &mut Logs, time_us: i64, deployment: &str, line: &str) {
    logs.push(entry(time_us, deployment, Level::Info, line), None);
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn texts(logs: &Logs, query: &LogQuery, deployments: &[&str]) -> Vec<String> {
    let found = logs.find(query, &names(deployments));
    found.entries.into_iter().map(|entry| entry.line).collect()
}

fn folder_bytes(path: &std::path::Path) -> u64 {
    let files = std::fs::read_dir(path).expect("a folder");
    files
        .map(|file| file.expect("a file").metadata().expect("it is there").len())
        .sum()
}

#[test]
fn readers_go_on_where_they_stopped() {
    let mut logs = Logs::default();
    for number in 1..=5 {
        let deployment = ["a", "c"][usize::from(number == 2)];
        let deployment = if number == 3 { "b" } else { deployment };
        push(&mut logs, number, deployment, &number.to_string());
    }
    let texts = |query: &LogQuery| texts(&logs, query, &["a", "c"]);
    assert_eq!(texts(&query(None, false)), ["1", "2"]);
    assert_eq!(texts(&query(Some(2), false)), ["4", "5"]);
    assert_eq!(texts(&query(None, true)), ["5", "4"]);
    assert_eq!(texts(&query(Some(4), true)), ["2", "1"]);
    let of = |deployment: &str| LogQuery {
        deployment: Some(deployment.to_owned()),
        ..query(None, false)
    };
    assert_eq!(texts(&of("c")), ["2"]);
    assert!(
        texts(&of("b")).is_empty(),
        "a deployment of another service stays hidden"
    );
}

#[test]
fn lines_of_lower_levels_are_passed_over_and_counted() {
    let mut logs = Logs::default();
    for (number, level) in [Level::Debug, Level::Warn, Level::Debug, Level::Error]
        .iter()
        .enumerate()
    {
        logs.push(entry(0, "a", *level, &number.to_string()), None);
    }
    let find = |level: Level, offset: Option<u64>| {
        let query = LogQuery {
            level,
            ..query(offset, false)
        };
        let found = logs.find(&query, &names(&["a"]));
        let lines: Vec<String> = found.entries.into_iter().map(|entry| entry.line).collect();
        (lines.concat(), found.hidden, found.last.map(|last| last.number))
    };
    assert_eq!(find(Level::Debug, None), ("01".to_owned(), 0, Some(2)));
    assert_eq!(find(Level::Info, None), ("13".to_owned(), 2, Some(4)));
    assert_eq!(find(Level::Error, None), ("3".to_owned(), 3, Some(4)));
    assert_eq!(find(Level::Info, Some(2)), ("3".to_owned(), 1, Some(4)));
    assert_eq!(find(Level::Info, Some(4)), (String::new(), 0, None));
}

#[test]
fn a_loud_deployment_drives_out_its_own_lines_only_and_says_how_many() {
    let mut logs = Logs::default();
    push(&mut logs, 1, "quiet", "hello");
    let line = "x".repeat(10_000);
    for number in 0..1_000 {
        push(&mut logs, number, "loud", &line);
    }
    assert!(logs.bytes <= DEPLOYMENT_BYTES_MAX + 1_000, "{}", logs.bytes);
    assert_eq!(texts(&logs, &all(), &["quiet"]), ["hello"]);
    let found = logs.find(&all(), &names(&["loud"]));
    let kept = found.entries.len() as u64 - 1;
    let gap = format!(
        "… {} lines dropped: more than is kept of one deployment",
        1_000 - kept
    );
    assert_eq!(
        (found.entries[0].line.as_str(), found.entries[0].level),
        (gap.as_str(), Level::Warn)
    );
    let newest_first = LogQuery {
        is_descending: true,
        level: Level::Error,
        ..all()
    };
    assert_eq!(
        texts(&logs, &newest_first, &["loud"]),
        [gap.as_str()],
        "at every level"
    );
    let after_gap = LogQuery {
        offset: Some(found.cursor(&found.entries[0])),
        ..all()
    };
    assert_eq!(texts(&logs, &after_gap, &["loud"]).len() as u64, kept);
    // Many loud ones share what there is; the quiet one keeps its line.
    for number in 0..4_000 {
        push(&mut logs, number, &format!("loud {}", number % 8), &line);
    }
    assert!(logs.bytes <= BYTES_MAX);
    let counted: usize = logs.rings.values().map(Ring::bytes).sum();
    assert_eq!(logs.bytes, counted);
    assert_eq!(texts(&logs, &all(), &["quiet"]), ["hello"]);
}

#[test]
fn what_is_old_or_nobodys_goes() {
    let mut logs = Logs::default();
    let now_us = AGE_MAX_US * 2;
    push(&mut logs, now_us - AGE_MAX_US - 1, "a", "more than a week ago");
    push(&mut logs, now_us - AGE_MAX_US, "a", "a week ago");
    push(
        &mut logs,
        now_us - UNKNOWN_AGE_MAX_US - 1,
        "query",
        "some time ago",
    );
    push(&mut logs, now_us, "query 2", "now");
    logs.tidy(now_us, |deployment| deployment == "a");
    let lines = texts(&logs, &all(), &["a", "query", "query 2"]);
    assert_eq!(lines[1..], ["a week ago", "now"]);
    assert!(lines[0].starts_with("… 1 line dropped"), "{}", lines[0]);
    logs.tidy(now_us * 2, |_| true);
    assert_eq!((logs.bytes, logs.rings.len()), (0, 0));
}

#[test]
fn lines_outlive_the_process_and_the_disk_holds_little_more_than_memory() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("logs");
    let mut kept = Kept::open(&path);
    for number in 1..=3 {
        let origin = Origin {
            incarnation: "w1".into(),
            number: number + 10,
        };
        let line = format!("line {number}\u{0}\n\"é\"");
        kept.logs.push(entry(7, "a", Level::Warn, &line), Some(origin));
    }
    kept.flush();
    drop(kept);
    let mut kept = Kept::open(&path);
    let third = &kept.lines()[2];
    assert_eq!(
        (third.line.as_str(), third.level),
        ("line 3\u{0}\n\"é\"", Level::Warn)
    );
    let stored = |incarnation: &str| kept.logs.stored_up_to(incarnation);
    assert_eq!((stored("w1"), stored("w2")), (13, 0));
    assert!(
        kept.logs.unwritten(&[]).lines.is_empty(),
        "the files have them already"
    );
    push(&mut kept.logs, 8, "a", "after");
    assert!(kept.lines()[3].number > 3, "numbers go on");
    for number in 0..150 {
        push(&mut kept.logs, number, "b", &"x".repeat(100_000));
        push(&mut kept.logs, number, "c", "y");
        kept.flush();
    }
    let shown = kept.lines();
    assert_eq!(
        shown[0].line, "line 1\u{0}\n\"é\"",
        "the quiet one's are still there"
    );
    drop(kept);
    let bytes = folder_bytes(&path);
    assert!(bytes < 3 * DEPLOYMENT_BYTES_MAX as u64, "{bytes}");
    assert_eq!(
        Kept::open(&path).lines(),
        shown,
        "with the count of dropped lines"
    );
}

#[test]
fn many_files_with_little_in_them_become_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut kept = Kept::open(folder.path());
    for number in 0..40 {
        push(&mut kept.logs, number, "quiet", "one");
        for _ in 0..11 {
            push(&mut kept.logs, number, "loud", &"x".repeat(100_000));
        }
        kept.flush();
    }
    let files = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert!(files < 14, "{files}");
    assert_eq!(Kept::open(folder.path()).texts(), ["one"; 40]);
}

#[test]
fn broken_files_are_passed_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("logs");
    let mut kept = Kept::open(&path);
    push(&mut kept.logs, 1, "a", "whole");
    kept.flush();
    drop(kept);
    let files = std::fs::read_dir(&path).expect("a folder");
    let mut files = files.map(|file| file.expect("readable").path());
    let file = files.find(|file| file.extension().is_some_and(|ending| ending == "jsonl"));
    let file = file.expect("one file of lines");
    let mut bytes = std::fs::read(&file).expect("it is read");
    bytes.extend(b"{\"number\": 2, \"li\xff");
    std::fs::write(&file, bytes).expect("it is written");
    std::fs::write(path.join("notes.txt"), "not ours").expect("it is written");
    let mut kept = Kept::open(&path);
    push(&mut kept.logs, 2, "a", "next");
    kept.flush();
    drop(kept);
    assert_eq!(Kept::open(&path).texts(), ["whole", "next"]);
    assert!(path.join("notes.txt").exists());
    let file = folder.path().join("a file");
    std::fs::write(&file, "").expect("it is written");
    assert!(LogFiles::open(&file).is_err());
}

#[test]
fn numbers_go_on_after_files_that_somebody_has_emptied() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut kept = Kept::open(folder.path());
    kept.logs.last = 4_000;
    for _ in 0..2 {
        push(&mut kept.logs, 1, "a", &"x".repeat(FILE_CHARACTERS));
        kept.flush();
    }
    let last = kept.lines().last().expect("two lines").number;
    drop(kept);
    let files = std::fs::read_dir(folder.path()).expect("a folder");
    for file in files.map(|file| file.expect("readable").path()) {
        if file.extension().is_some_and(|ending| ending == "jsonl") {
            std::fs::write(&file, "").expect("it is emptied");
        }
    }
    let mut kept = Kept::open(folder.path());
    assert!(kept.texts().is_empty());
    // The disk tidies up with the second file that is full.
    for text in ["1", "2"] {
        push(&mut kept.logs, 2, "a", &text.repeat(FILE_CHARACTERS));
        kept.flush();
    }
    push(&mut kept.logs, 2, "a", "3");
    kept.flush();
    let shown = kept.lines();
    assert_eq!(shown.len(), 3);
    assert!(shown[0].number > last, "{} after {last}", shown[0].number);
    drop(kept);
    assert_eq!(Kept::open(folder.path()).lines(), shown);
}

#[test]
fn a_disk_that_fails_costs_lines_of_the_files_until_it_works_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("logs");
    let mut kept = Kept::open(&path);
    kept.files.try_again_after = std::time::Duration::from_millis(50);
    std::fs::remove_dir_all(&path).expect("it is there");
    for line in ["one", "two"] {
        push(&mut kept.logs, 1, "a", line);
        kept.flush();
    }
    std::fs::create_dir(&path).expect("the disk is back");
    std::thread::sleep(std::time::Duration::from_millis(60));
    push(&mut kept.logs, 1, "a", "three");
    kept.flush();
    assert_eq!(kept.texts(), ["one", "two", "three"], "memory has them all");
    assert_eq!(Kept::open(&path).texts(), ["three"]);
}

#[test]
fn a_reader_of_another_manager_gets_what_came_since_this_one_began() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut kept = Kept::open(folder.path());
    push(&mut kept.logs, 1, "a", "of an earlier reign");
    kept.flush();
    let own = kept.logs.find(&all(), &names(&["a"])).last.expect("one line");
    drop(kept);
    let mut logs = Kept::open(folder.path()).logs;
    push(&mut logs, 5, "a", "one");
    push(&mut logs, 6, "a", "two");
    let after = |cursor: LogCursor, is_descending: bool| {
        let query = LogQuery {
            offset: Some(cursor),
            is_descending,
            ..all()
        };
        texts(&logs, &query, &["a"])
    };
    let text = own.to_string();
    assert_eq!(text.parse(), Ok(own.clone()), "{text}");
    assert_eq!(after(own, false), ["one", "two"], "numbers outlive the process");
    let of_other: LogCursor = "other-1000000-6".parse().expect("a cursor");
    assert_eq!(after(of_other.clone(), false), ["one", "two"]);
    assert_eq!(after(of_other, true), ["one", "of an earlier reign"]);
    let plain: LogCursor = "3".parse().expect("a number");
    assert_eq!((plain.epoch, plain.number), (None, 3));
    assert!("x".parse::<LogCursor>().is_err());
}
