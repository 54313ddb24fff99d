//! `cargo xtask bench preview`: how long somebody waits for the first row of a preview.
//!
//! In: the `millstream` program. Out: from its start to its first line, here and by a session cluster, for a statement
//! that nobody has compiled before and for one that was. The best of several runs counts.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::best;
use crate::services::process::{free_port, port_is_open};

/// Targets in seconds: something must be compiled, nothing must.
const COMPILED: f64 = 2.0;
const CACHED: f64 = 0.3;
const START_MAX: Duration = Duration::from_secs(30);
const TOKEN: &str = "token-of-a-measurement";

const BIDS: &str =
    "CREATE TABLE bid (auction BIGINT, price BIGINT, channel STRING) WITH ('connector' = 'datagen',
  'rows-per-second' = '1000', 'fields.price.min' = '100000', 'fields.price.max' = '200000');
CREATE TABLE written (auction BIGINT, n BIGINT) WITH ('connector' = 'blackhole');\n";

/// Measures and prints a table.
pub fn preview(binary: &Path, runs: u32) -> Result<()> {
    if !binary.is_file() {
        bail!(
            "{} does not exist; cargo build --release --package cli makes it",
            binary.display()
        );
    }
    let folder = tempfile::tempdir()?;
    let measurement = Measurement {
        binary,
        script: folder.path().join("bids.sql"),
    };
    println!("{:<52} {:>8} {:>8}", "measurement", "found", "target");
    measurement.both("preview, first row", &[], runs)?;
    let cluster = Cluster::start(binary, &folder.path().join("cluster"))?;
    cluster.create_application(binary, "bids")?;
    let there = ["--url", &cluster.url, "--token", TOKEN];
    measurement.both("preview by a session cluster, first row", &there, runs)
}

struct Measurement<'a> {
    binary: &'a Path,
    script: PathBuf,
}

impl Measurement<'_> {
    fn both(&self, name: &str, arguments: &[&str], runs: u32) -> Result<()> {
        let mut edits = 0;
        let compiled = best(runs, || {
            edits += 1;
            // A number nobody used before, so that nothing is in the cache.
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
            self.write(u64::from(now.subsec_nanos() / 10_000) + edits)?;
            self.first_row(arguments)
        })?;
        let cached = best(runs, || self.first_row(arguments))?;
        for (what, found, target) in [("compiled", compiled, COMPILED), ("cached", cached, CACHED)] {
            let name = format!("{name}, {what}");
            println!("{name:<52} {:>6.2} s {target:>6.1} s", found.as_secs_f64());
        }
        Ok(())
    }

    fn write(&self, number: u64) -> Result<()> {
        let statement = format!(
            "{BIDS}INSERT INTO written SELECT auction, price * 2 FROM bid WHERE price > {};\n",
            number % 100_000
        );
        Ok(std::fs::write(&self.script, statement)?)
    }

    fn first_row(&self, arguments: &[&str]) -> Result<Duration> {
        let started = Instant::now();
        let mut command = Command::new(self.binary);
        command.arg("preview").arg(&self.script).args(arguments);
        let mut child = Ended(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?);
        let stdout = child.0.stdout.take().context("it is piped")?;
        let mut line = String::new();
        if BufReader::new(stdout).read_line(&mut line)? == 0 {
            bail!("the preview ended without a row");
        }
        Ok(started.elapsed())
    }
}

/// `millstream dev`.
struct Cluster {
    _child: Ended,
    url: String,
}

impl Cluster {
    fn start(binary: &Path, data: &Path) -> Result<Cluster> {
        let port = free_port()?;
        let listen = format!("127.0.0.1:{port}");
        let mut command = Command::new(binary);
        command
            .args(["dev", "--token", TOKEN, "--listen", &listen, "--data"])
            .arg(data);
        let child = Ended(
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?,
        );
        let started = Instant::now();
        while !port_is_open(port) {
            if started.elapsed() > START_MAX {
                bail!("the session cluster does not start");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Cluster {
            _child: child,
            url: format!("http://{listen}"),
        })
    }

    fn create_application(&self, binary: &Path, name: &str) -> Result<()> {
        let mut command = Command::new(binary);
        command.args(["app", "create", name, "--url", &self.url, "--token", TOKEN]);
        if !command.stdout(Stdio::null()).status()?.success() {
            bail!("the application could not be created");
        }
        Ok(())
    }
}

/// Ends with its value.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // An error says that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
