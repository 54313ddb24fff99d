//! A worker that is cut off from its manager, and not from where its jobs write: nothing is written twice, and no
//! deployment is said to have ended while it may still write.

mod support;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use support::broker::Broker;
use support::cluster::Cluster;
use support::proxy::Proxy;
use support::succeed;

const WAIT_MAX: Duration = Duration::from_secs(60);

/// Numbers from 1 into a table.
fn numbers(interval: &str, options: &str) -> String {
    format!(
        "SET 'execution.checkpointing.interval' = '{interval}';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000');
CREATE TABLE written (n BIGINT) WITH ({options});
INSERT INTO written SELECT n FROM numbers;
"
    )
}

fn wait_until(what: &str, cluster: &Cluster, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < WAIT_MAX, "in vain: {what}\n{}", cluster.logs());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// All numbers in the files of a folder that readers see.
fn in_files(folder: &Path) -> Vec<u64> {
    let files = std::fs::read_dir(folder).expect("the job has written");
    let paths = files.map(|entry| entry.expect("a file").path());
    let is_visible = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_file() && !name.starts_with(['.', '_'])
    };
    let texts = paths
        .filter(is_visible)
        .map(|path| std::fs::read_to_string(path).expect("text"));
    let lines: Vec<String> = texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    lines.iter().map(|line| line.parse().expect("a number")).collect()
}

/// A manager and a worker that reaches it through a proxy.
fn cut_off() -> (Cluster, Proxy) {
    let mut cluster = Cluster::without_workers();
    let proxy = Proxy::to(cluster.port());
    cluster.add_worker("far", &proxy.url());
    (cluster, proxy)
}

#[test]
fn a_cancelled_deployment_that_still_runs_somewhere_is_fenced_before_it_has_ended() {
    let broker = Broker::start();
    broker.topic("written", 1);
    let sql = numbers(
        "500 ms",
        &format!(
            "'connector' = 'kafka', 'properties.bootstrap.servers' = '{}', 'topic' = 'written', 'format' = 'csv',
             'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'app'",
            broker.servers
        ),
    );
    let written = || -> Vec<u64> {
        let messages = support::read_committed(&broker.servers, "written").into_iter();
        let texts = messages.filter_map(|(_, value)| value);
        texts.map(|text| text.trim().parse().expect("a number")).collect()
    };
    let (mut cluster, proxy) = cut_off();
    cluster.deploy("app", &sql, &[]);
    wait_until("rows", &cluster, || !written().is_empty());
    proxy.cut();
    succeed(&mut cluster.client(&["deployment", "cancel", "app", "--no-wait"]));
    let waiting = cluster.await_status("app", "CANCELLING");
    let why = waiting["error_msg"].as_str().unwrap_or_default();
    assert!(
        why.contains("it is not known that attempt 1 on worker"),
        "{waiting}"
    );
    // It goes on writing, and nobody is told that it has ended.
    let rows = written().len();
    wait_until("more rows", &cluster, || written().len() > rows);
    assert_eq!(cluster.status("app"), "CANCELLING");
    assert_eq!(cluster.jobs_of("far").len(), 1);

    let direct = cluster.url();
    cluster.add_worker("near", &direct);
    cluster.await_status("app", "CANCELED");
    let before = written();
    assert_eq!(before, (1..=before.len() as u64).collect::<Vec<u64>>());
    wait_until("the end of the old job", &cluster, || {
        cluster.jobs_of("far").is_empty()
    });
    assert_eq!(
        written().len(),
        before.len(),
        "the old job has written after its end"
    );

    // A new deployment from nothing, and the old worker comes back.
    cluster.deploy("app", &sql, &["--from-scratch"]);
    proxy.mend();
    wait_until("rows of the new job", &cluster, || {
        written().len() > before.len() + 50
    });
    succeed(&mut cluster.client(&["deployment", "stop", "app"]));
    let ended = cluster.await_status("app", "FINISHED");
    assert_eq!(ended["restarts"].as_array().map_or(0, Vec::len), 0, "{ended}");
    let after = written().split_off(before.len());
    assert_eq!(after, (1..=after.len() as u64).collect::<Vec<u64>>());
    assert!(cluster.jobs_of("far").is_empty() && cluster.jobs_of("near").is_empty());
}

#[test]
fn restore_latest_finds_what_a_worker_could_not_tell() {
    let (mut cluster, proxy) = cut_off();
    let folder = cluster.folder().join("written");
    let sql = numbers(
        "2 s",
        &format!(
            "'connector' = 'filesystem', 'path' = '{}', 'format' = 'csv'",
            folder.display()
        ),
    );
    cluster.deploy("app", &sql, &[]);
    succeed(&mut cluster.client(&["app", "update", "app", "--restore", "latest"]));
    std::thread::sleep(Duration::from_secs(3));
    succeed(&mut cluster.client(&["deployment", "cancel", "app"]));
    cluster.await_status("app", "CANCELED");
    // Cut off as soon as it runs: of its first commit, and of those that replace it, nobody hears.
    cluster.deploy("app", &sql, &[]);
    proxy.cut();
    std::thread::sleep(Duration::from_secs(5));
    let direct = cluster.url();
    cluster.add_worker("near", &direct);
    succeed(&mut cluster.client(&["deployment", "cancel", "app", "--no-wait"]));
    cluster.await_status("app", "CANCELED");
    wait_until("the end of the old job", &cluster, || {
        cluster.jobs_of("far").is_empty()
    });
    cluster.deploy("app", &sql, &[]);
    std::thread::sleep(Duration::from_secs(3));
    succeed(&mut cluster.client(&["deployment", "stop", "app"]));
    cluster.await_status("app", "FINISHED");
    let mut numbers = in_files(&folder);
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<u64>>());
    // Three seconds of the first, five of the second, three of the third, less what each had not committed.
    assert!(numbers.len() > 300, "{} rows", numbers.len());
}
