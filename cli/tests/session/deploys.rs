//! `millstream deploy` as a user meets it: mistakes, loss of state, no room, and going on after whatever has ended.
//!
//! In: scripts that change. Out: what runs afterwards and what was said. Invariant: a refused deploy changes nothing
//! that runs; an accepted one continues from the newest state unless told otherwise.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::support::cluster::Cluster;
use crate::support::{millstream, succeed};

/// Long enough for some checkpoints.
const CHECKPOINTS: Duration = Duration::from_secs(2);

fn sums(of: &str) -> String {
    format!(
        "SET 'execution.checkpointing.interval' = '300 ms';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000');
CREATE TABLE sums (parity BIGINT, total BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO sums SELECT MOD(n, 2), SUM({of}) FROM numbers GROUP BY MOD(n, 2);
"
    )
}

/// Exit code and standard error.
fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().expect("millstream can be started");
    let said = String::from_utf8(output.stderr).expect("it says it in UTF-8");
    (output.status.code(), said)
}

struct World {
    cluster: Cluster,
}

impl World {
    fn deploy(&self, sql: &str, arguments: &[&str]) -> (Option<i32>, String) {
        let script = self.cluster.script("app", sql);
        said(self.cluster.client(&["deploy"]).arg(script).args(arguments))
    }

    fn deployed(&self, sql: &str, arguments: &[&str]) -> (Value, String) {
        let (code, said) = self.deploy(sql, arguments);
        assert_eq!(code, Some(0), "{said}\n{}", self.cluster.logs());
        (self.cluster.await_status("app", "RUNNING"), said)
    }

    /// It says why, and what ran runs on.
    fn refused(&self, sql: &str, arguments: &[&str], expected: &[&str]) {
        let before = self.cluster.await_status("app", "RUNNING");
        let (code, said) = self.deploy(sql, arguments);
        assert_eq!(code, Some(3), "{said}");
        for part in expected {
            assert!(said.contains(part), "{part}: {said}");
        }
        let after = self.cluster.await_status("app", "RUNNING");
        assert_eq!(
            (&after["id"], &after["attempt"]),
            (&before["id"], &before["attempt"])
        );
    }
}

#[test]
fn deploy_stops_nothing_in_vain_and_goes_on_from_the_newest_state() {
    let world = World {
        cluster: Cluster::start(&["--slots", "2"]),
    };
    let cluster = &world.cluster;

    let (code, shown) = world.deploy(&sums("m"), &[]);
    let explained = said(&mut millstream(&[
        "explain",
        &cluster.folder().join("app.sql").display().to_string(),
    ]));
    assert_eq!((code, shown), explained, "errors are those of explain");
    assert_eq!(code, Some(2));
    let (_, said) = said(&mut cluster.client(&["app", "get", "app"]));
    assert!(
        said.contains("there is no application 'app'"),
        "nothing is made: {said}"
    );

    // Before its first checkpoint as well.
    let (first, said) = world.deployed(&sums("n"), &[]);
    assert!(said.contains("starts from scratch"), "{said}");
    world.refused(&sums("n + 1"), &[], &["reset", "--approve"]);
    std::thread::sleep(CHECKPOINTS);
    world.refused(&sums("n + 1"), &[], &["reset", "--approve"]);
    world.refused(&sums("n"), &["--parallelism", "11"], &["waits for 11 slots"]);

    succeed(&mut cluster.client(&["deployment", "stop", "app"]));
    let stopped = cluster.await_status("app", "FINISHED");
    assert_eq!(stopped["id"], first["id"]);
    let (second, said) = world.deployed(&sums("n"), &["--no-restart"]);
    assert_eq!(second["restore_from"], stopped["last_savepoint"]);
    assert!(
        said.contains("starts from the savepoint file://") && said.contains("reused"),
        "{said}"
    );

    std::thread::sleep(CHECKPOINTS);
    let job = cluster.jobs()[0].to_string();
    succeed(Command::new("kill").args(["-9", &job]));
    let failed = cluster.await_status("app", "FAILED");
    let (third, said) = world.deployed(&sums("n"), &[]);
    assert!(said.contains("starts from the checkpoint"), "{said}");
    let failed = failed["id"].as_str().expect("an id");
    assert!(
        third["restore_from"]
            .as_str()
            .is_some_and(|url| url.contains(failed)),
        "{third}"
    );

    let (fourth, said) = world.deployed(&sums("n + 1"), &["--approve"]);
    assert!(said.contains("reset"), "{said}");
    assert!(fourth["restore_from"].is_string(), "its source goes on: {fourth}");
    let (fifth, said) = world.deployed(&sums("n"), &["--from-scratch"]);
    assert!(said.contains("starts from scratch"), "{said}");
    assert_eq!(fifth["restore_from"], Value::Null);
}
