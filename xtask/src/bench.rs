//! `cargo xtask bench smoke`: how fast a job is made and how much work a CPU-second does.
//!
//! Throughput is marginal: the CPU time (user and system, of the whole process) of a long input minus that of a short
//! one, so that starting and ending do not count.

mod preview;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};
use session::build::application::Application;
use session::build::deployment::{Overrides, deployment};
use session::build::{Profile, build};

pub use preview::preview;

const SHORT_ROWS: u64 = 500_000;
const LONG_ROWS: u64 = 2_500_000;
/// Floors in million events per CPU-second.
const FILTER_FLOOR: f64 = 2.5;
const TUMBLE_FLOOR: f64 = 1.5;

const SOURCE: &str =
    "CREATE TABLE bid (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
  `dateTime` TIMESTAMP(3), extra STRING, WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'bids.json', 'format' = 'json');\n";
const FILTER: &str = "CREATE TABLE written (auction BIGINT, price BIGINT, channel STRING, url STRING) WITH ('connector' = 'blackhole');
INSERT INTO written SELECT auction, price * 2, channel, url FROM bid WHERE price > 2000;\n";
const TUMBLE: &str = "CREATE TABLE written (ws TIMESTAMP(3), auction BIGINT, n BIGINT, total BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO written SELECT window_start, auction, COUNT(*), SUM(price)
FROM TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND) GROUP BY window_start, window_end, auction;\n";

/// Runs the suite and prints a table.
pub fn smoke(runs: u32) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let short = write_bids(&folder.path().join("short.json"), SHORT_ROWS)?;
    let long = write_bids(&folder.path().join("long.json"), LONG_ROWS)?;
    println!("{:<44} {:>10} {:>10}", "measurement", "found", "target");
    latency(folder.path(), runs)?;
    for (name, statement, floor) in [
        ("filter + project, JSON → blackhole", FILTER, FILTER_FLOOR),
        ("10 s tumble, 1,000 keys", TUMBLE, TUMBLE_FLOOR),
    ] {
        let executable = job(folder.path(), &format!("{SOURCE}{statement}"))?;
        let cpu = |input: &Path| {
            best(runs, || {
                run(&executable, folder.path(), input).map(|used| used.cpu)
            })
        };
        let (short, long) = (cpu(&short)?, cpu(&long)?);
        let millions = (LONG_ROWS - SHORT_ROWS) as f64 / 1e6 / (long.as_secs_f64() - short.as_secs_f64());
        println!(
            "{:<44} {millions:>8.2} M {floor:>8.1} M",
            format!("{name}, events/CPU-s")
        );
    }
    Ok(())
}

/// From an edit to a running job, and from nothing changed to a running job.
fn latency(folder: &Path, runs: u32) -> Result<()> {
    let tiny = write_bids(&folder.join("tiny.json"), 1)?;
    let mut edit = 0;
    job(folder, &format!("{SOURCE}{FILTER}"))?;
    let edited = best(runs, || {
        edit += 1;
        // A number nobody used before, so that nothing is in the cache.
        let unused = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)?
            .subsec_nanos();
        let sql = format!(
            "{SOURCE}{}",
            FILTER.replace("2000", &format!("{}", u64::from(unused) + edit))
        );
        let started = Instant::now();
        let executable = job(folder, &sql)?;
        run(&executable, folder, &tiny)?;
        Ok(started.elapsed())
    })?;
    let cached = best(runs, || {
        let started = Instant::now();
        let executable = job(folder, &format!("{SOURCE}{FILTER}"))?;
        run(&executable, folder, &tiny)?;
        Ok(started.elapsed())
    })?;
    println!(
        "{:<44} {:>8.2} s {:>8.1} s",
        "edit → ran one row, release",
        edited.as_secs_f64(),
        3.0
    );
    println!(
        "{:<44} {:>8.2} s {:>8.1} s",
        "cached → ran one row",
        cached.as_secs_f64(),
        0.2
    );
    Ok(())
}

fn best(runs: u32, mut measure: impl FnMut() -> Result<Duration>) -> Result<Duration> {
    let mut least = measure()?;
    for _ in 1..runs {
        least = least.min(measure()?);
    }
    Ok(least)
}

/// Compiles and builds a script, and writes its deployment beside it.
fn job(folder: &Path, sql: &str) -> Result<PathBuf> {
    std::fs::write(folder.join("bench.sql"), sql)?;
    let application = Application::read(&folder.join("bench.sql"))?;
    let compiled = match compiler::compile(&application.sources) {
        Ok(compiled) => compiled,
        Err(errors) => bail!("{}", compiler::base::render(&errors, &application.sources, false)),
    };
    let overrides = Overrides {
        set: Vec::new(),
        checkpoints: None,
        from_scratch: true,
    };
    let deployment = deployment(&application, &compiled, overrides)?;
    std::fs::write(folder.join("deployment.json"), serde_json::to_vec(&deployment)?)?;
    Ok(build(&compiled.rust, Profile::Release)?.executable)
}

struct Used {
    cpu: Duration,
}

/// Runs a job over an input to its end.
fn run(executable: &Path, folder: &Path, input: &Path) -> Result<Used> {
    let before = children_cpu()?;
    let text = std::fs::read_to_string(folder.join("deployment.json"))?;
    let path = input.to_str().context("the path is UTF-8")?;
    std::fs::write(folder.join("run.json"), text.replace("bids.json", path))?;
    let mut command = Command::new(executable);
    command
        .arg("--deployment")
        .arg(folder.join("run.json"))
        .current_dir(folder);
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        bail!(
            "the job ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(Used {
        cpu: children_cpu()?.saturating_sub(before),
    })
}

/// User and system time of all processes that this one has awaited.
fn children_cpu() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let duration = |time: nix::sys::time::TimeVal| {
        Duration::from_secs(time.tv_sec() as u64) + Duration::from_micros(time.tv_usec() as u64)
    };
    Ok(duration(usage.user_time()) + duration(usage.system_time()))
}

/// Bids of about 270 bytes over 1,000 auctions, 10,000 a second of event time.
fn write_bids(path: &Path, rows: u64) -> Result<PathBuf> {
    const CHANNELS: [&str; 4] = ["Apple", "Google", "Facebook", "Baidu"];
    let mut out = BufWriter::new(File::create(path)?);
    let mut state = 88_172_645_463_325_252u64;
    for i in 0..rows {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let millis = i / 10;
        let (hour, minute, second) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1_000 % 60);
        writeln!(
            out,
            "{{\"auction\":{},\"bidder\":{},\"price\":{},\"channel\":\"{}\",\
             \"url\":\"https://www.example.com/{:016x}/item.htm?query=1&channel_id={}\",\
             \"dateTime\":\"2026-01-01 {hour:02}:{minute:02}:{second:02}.{:03}\",\"extra\":\"{:016x}{:016x}{:016x}{:016x}\"}}",
            1_000 + state % 1_000,
            2_000 + state / 7 % 10_000,
            state / 11 % 10_000,
            CHANNELS[(state / 13 % 4) as usize],
            state,
            state % 10_000_000,
            millis % 1_000,
            state.rotate_left(9),
            state.rotate_left(21),
            state.rotate_left(33),
            state.rotate_left(45),
        )?;
    }
    out.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(path.to_owned())
}
