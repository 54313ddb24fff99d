//! A compiled job at a session's socket: it is told what to do and tells what it does, as its worker would hear it.

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use session::protocol::job::{Checkpoint, Command as Order, Metrics, Report};

/// Longest wait for a report or an end.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// Numbers from 1 on, some thousands a second; their count and sum agree if none is lost and none comes twice.
const TOTALS: &str = "
    CREATE TABLE numbers (id BIGINT) WITH (
        'connector' = 'datagen', 'rows-per-second' = '4000',
        'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '20000');
    CREATE TABLE totals (parity BIGINT, n BIGINT, s BIGINT) WITH ('connector' = 'print');
    INSERT INTO totals SELECT MOD(id, 2), COUNT(*), SUM(id) FROM numbers GROUP BY MOD(id, 2);";

const QUERY: &str = "
    CREATE TABLE numbers (id BIGINT, name STRING) WITH (
        'connector' = 'datagen', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '9',
        'fields.name.kind' = 'sequence', 'fields.name.start' = '1', 'fields.name.end' = '9');
    SELECT id * 2, name, CAST(1.50 AS DECIMAL(5, 2)) FROM numbers;";

/// An application, built.
struct Built {
    folder: tempfile::TempDir,
    executable: PathBuf,
}

impl Built {
    fn new(sql: &str) -> Built {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = folder.path().join("job.sql");
        std::fs::write(&script, sql).expect("the script can be written");
        let mut build = support::millstream(&["build", "--profile", "preview", "--out"]);
        support::succeed(build.arg(folder.path().join("built")).arg(&script));
        let built = std::fs::read_dir(folder.path().join("built")).expect("it is built");
        let artifact = built.last().expect("one artifact").expect("an entry").path();
        Built {
            executable: artifact.join("job"),
            folder,
        }
    }

    fn url(&self, name: &str) -> String {
        format!("file://{}/{name}", self.folder.path().display())
    }

    /// The deployment of `TOTALS`.
    fn totals(&self, job_id: &str, parallelism: usize) -> Value {
        let numbers = json!({
            "connector": "datagen", "rows-per-second": "4000", "fields.id.kind": "sequence",
            "fields.id.start": "1", "fields.id.end": "20000",
        });
        json!({
            "job_id": job_id,
            "parallelism": parallelism,
            "config": {"execution.checkpointing.interval": "0 s"},
            "tables": {"numbers": numbers, "totals": {"connector": "print"}},
            "checkpoints": self.url("checkpoints"),
        })
    }

    fn start(&self, deployment: &Value) -> Job {
        Job::start(&self.executable, self.folder.path(), deployment)
    }
}

/// A job at the other end of the socket.
struct Job {
    child: Child,
    stream: UnixStream,
    reports: Receiver<Report>,
    seen: Vec<Report>,
    output: Receiver<String>,
}

impl Job {
    fn start(executable: &Path, folder: &Path, deployment: &Value) -> Job {
        let socket = folder.join("socket");
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket).expect("the socket can be bound");
        let mut child = Command::new(executable)
            .arg("--session")
            .arg(&socket)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the job starts");
        let (mut stream, _) = listener.accept().expect("the job connects");
        writeln!(stream, "{deployment}").expect("it listens");
        let lines = BufReader::new(stream.try_clone().expect("a second handle")).lines();
        let (sender, reports) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let report = serde_json::from_str(&line).expect("a report");
                if sender.send(report).is_err() {
                    return;
                }
            }
        });
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, rows) = channel();
        std::thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Job {
            child,
            stream,
            reports,
            seen: Vec::new(),
            output: rows,
        }
    }

    fn order(&mut self, order: &Order) {
        let line = serde_json::to_string(order).expect("orders are plain data");
        writeln!(self.stream, "{line}").expect("the job listens");
    }

    /// Waits for a report of this kind.
    fn wait<T>(&mut self, what: &str, find: impl Fn(&Report) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            let left = WAIT_MAX.saturating_sub(begun.elapsed());
            let Ok(report) = self.reports.recv_timeout(left) else {
                panic!("in vain: {what}; there were {:#?}", self.seen);
            };
            let found = find(&report);
            self.seen.push(report);
            if let Some(found) = found {
                return found;
            }
        }
    }

    fn running(&mut self) -> Option<String> {
        self.wait("running", |report| match report {
            Report::Running { restored } => Some(restored.clone()),
            _ => None,
        })
    }

    fn metrics(&mut self, is_it: impl Fn(&Metrics) -> bool) -> Metrics {
        self.wait("metrics", |report| match report {
            Report::Metrics(metrics) if is_it(metrics) => Some(metrics.clone()),
            _ => None,
        })
    }

    fn savepoint(&mut self) -> Checkpoint {
        self.wait("a savepoint", |report| match report {
            Report::SavepointCompleted(savepoint) => Some(savepoint.clone()),
            _ => None,
        })
    }

    /// The last report, and how the process ended.
    fn end(mut self) -> (Report, ExitStatus) {
        let last = self.wait("an end", |report| {
            matches!(report, Report::Finished { .. } | Report::Failed { .. }).then(|| report.clone())
        });
        (last, self.exit())
    }

    fn exit(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be awaited") {
                return status;
            }
            assert!(begun.elapsed() < WAIT_MAX, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_job_is_led_by_its_session() {
    let built = Built::new(TOTALS);
    let mut first = built.start(&built.totals("first", 1));
    assert_eq!(first.running(), None);
    let metrics = first.metrics(|metrics| metrics.rows_read > 2_000);
    let aggregate = metrics
        .operators
        .iter()
        .find(|operator| operator.state_bytes.is_some());
    let aggregate = aggregate.expect("one has state");
    assert!(
        aggregate.rows_in > 1_000 && aggregate.rows_out > 0,
        "{aggregate:?}"
    );
    first.order(&Order::Checkpoint);
    let checkpoint = first.wait("a checkpoint", |report| match report {
        Report::CheckpointCompleted(checkpoint) => Some(checkpoint.clone()),
        _ => None,
    });
    assert!(
        checkpoint.size_bytes > 0 && checkpoint.full_size_bytes > 0,
        "{checkpoint:?}"
    );
    first.order(&Order::Savepoint {
        url: built.url("savepoints"),
    });
    let savepoint = first.savepoint();
    first.order(&Order::Stop {
        savepoint: Some(built.url("savepoints")),
    });
    let last_savepoint = first.savepoint();
    assert!(last_savepoint.epoch > savepoint.epoch);
    let (last, status) = first.end();
    let expected = Report::Finished {
        savepoint: Some(last_savepoint.url.clone()),
    };
    assert_eq!((last, status.code()), (expected, Some(0)));

    // From either savepoint, by other jobs, at other parallelisms: to the end, nothing lost and nothing twice.
    for (job_id, parallelism, from) in [("second", 2, last_savepoint), ("third", 1, savepoint)] {
        let mut deployment = built.totals(job_id, parallelism);
        deployment["restore_from"] = json!(from.url);
        let mut job = built.start(&deployment);
        assert_eq!(job.running(), Some(from.url));
        job.wait("its end", |report| {
            matches!(report, Report::Finished { .. }).then_some(())
        });
        assert_eq!(job.exit().code(), Some(0));
        let rows: Vec<String> = job.output.iter().collect();
        for (parity, sum) in [(0, 100_010_000), (1, 100_000_000)] {
            let expected = format!("+U[{parity}, 10000, {sum}]");
            assert!(
                rows.iter().any(|row| row.ends_with(&expected)),
                "{expected}: {:?}",
                rows.last()
            );
        }
    }
}

#[test]
fn a_job_ends_as_it_is_told() {
    let built = Built::new(TOTALS);
    let mut cancelled = built.start(&built.totals("cancelled", 1));
    cancelled.running();
    cancelled.order(&Order::Cancel);
    let (last, status) = cancelled.end();
    let message = "the job was cancelled".to_owned();
    assert_eq!((last, status.code()), (Report::Failed { message }, Some(1)));

    // The worker is gone: as in a crash, and what was committed is restored.
    let mut left = built.start(&built.totals("left", 1));
    left.running();
    left.order(&Order::Checkpoint);
    let url = left.wait("a checkpoint", |report| match report {
        Report::CheckpointCompleted(checkpoint) => Some(checkpoint.url.clone()),
        _ => None,
    });
    left.stream.shutdown(std::net::Shutdown::Both).expect("closed");
    assert_eq!(left.exit().code(), Some(1));
    let mut again = built.start(&built.totals("left", 2));
    assert_eq!(again.running(), Some(url));
    again.order(&Order::Stop { savepoint: None });
    let (last, status) = again.end();
    assert_eq!(
        (last, status.code()),
        (Report::Finished { savepoint: None }, Some(0))
    );

    let mut wrong = built.totals("wrong", 1);
    wrong["tables"]["numbers"]["rows-per-second"] = json!("many");
    let (last, status) = built.start(&wrong).end();
    let Report::Failed { message } = last else {
        panic!("{last:?}");
    };
    assert!(
        message.starts_with("table numbers: option 'rows-per-second'"),
        "{message}"
    );
    assert_eq!(status.code(), Some(1));
}

#[test]
fn rows_of_a_query_come_to_its_session() {
    let built = Built::new(QUERY);
    let sequence = |name: &str| {
        [("kind", "sequence"), ("start", "1"), ("end", "9")]
            .map(|(key, value)| (format!("fields.{name}.{key}"), json!(value)))
    };
    let options = sequence("id").into_iter().chain(sequence("name"));
    let mut options: serde_json::Map<String, Value> = options.collect();
    options.insert("connector".to_owned(), json!("datagen"));
    for (rows_max, expected) in [(4, 4), (100, 9)] {
        let job = built.start(&json!({
            "job_id": "query",
            "tables": {"numbers": options},
            "query": {"max_rows": rows_max},
        }));
        let mut job = job;
        let last = job.wait("its end", |report| {
            matches!(report, Report::Finished { .. } | Report::Failed { .. }).then(|| report.clone())
        });
        assert_eq!(last, Report::Finished { savepoint: None });
        assert_eq!(job.exit().code(), Some(0));
        let rows = job.seen.iter().filter_map(|report| match report {
            Report::Rows { rows } => Some(rows.clone()),
            _ => None,
        });
        let rows: Vec<_> = rows.flatten().collect();
        assert_eq!(rows.len(), expected);
        assert_eq!(rows[1].kind, "+I");
        assert_eq!(rows[1].data, [json!(4), json!("2"), json!("1.50")]);
        assert_eq!(job.output.iter().count(), 0, "nothing goes to standard output");
    }
}
