//! Child processes that are servers: started on a free port, awaited until ready, stopped with their value.

use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::BuildHasher as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Longest wait for a server to become ready: a cold Kafka on a loaded two-core machine takes about 15 s.
const READY_MAX: Duration = Duration::from_secs(90);

/// A running server.
pub struct Daemon {
    name: &'static str,
    child: Option<Child>,
}

impl Daemon {
    /// Starts `command` with its output in `log`, and waits until `ready` answers true.
    pub fn start(
        name: &'static str,
        mut command: Command,
        log: &Path,
        ready: impl Fn() -> bool,
    ) -> Result<Daemon> {
        let file = File::create(log).with_context(|| format!("creating {}", log.display()))?;
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        let started = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("starting {name}: {command:?}"))?;
        let mut daemon = Daemon {
            name,
            child: Some(child),
        };
        while !ready() {
            let child = daemon.child.as_mut().expect("the child was just started");
            if let Some(status) = child.try_wait()? {
                daemon.child = None;
                bail!("{name} ended with {status}; its log:\n{}", tail(log));
            }
            if started.elapsed() > READY_MAX {
                bail!(
                    "{name} is not ready after {} s; its log:\n{}",
                    READY_MAX.as_secs(),
                    tail(log)
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        eprintln!("{name}: ready after {:.1} s", started.elapsed().as_secs_f32());
        Ok(daemon)
    }

    pub fn pid(&self) -> i32 {
        self.child.as_ref().map_or(0, |child| child.id() as i32)
    }

    /// Ends the process at once, as a crash of its machine would: with the processes it has started, some of which
    /// (PostgreSQL's backends) go on answering for a moment otherwise.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let started_by_it = children(child.id() as i32);
            let _ = child.kill();
            let _ = child.wait();
            for pid in &started_by_it {
                signal(*pid, "-KILL");
            }
            while started_by_it.iter().any(|pid| is_alive(*pid)) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// The process goes on without this value.
    pub(super) fn detach(mut self) -> (String, i32) {
        let pid = self.pid();
        self.child = None;
        (self.name.to_owned(), pid)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            stop(child.id() as i32);
            let _ = child.wait();
        }
    }
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

/// A port nobody listens on, and which stays free until it is used: below those that Linux gives to outgoing
/// connections (a server takes seconds to start, and may be started again on its port), and never given twice.
pub fn free_port() -> Result<u16> {
    static NEXT: OnceLock<AtomicU16> = OnceLock::new();
    let next = NEXT.get_or_init(|| {
        // Processes that run at the same time begin at places of their own.
        let start = RandomState::new().hash_one(std::process::id()) % u64::from(GIVEN_PORTS);
        AtomicU16::new(start as u16)
    });
    for _ in 0..GIVEN_PORTS {
        let port = FIRST_PORT + next.fetch_add(1, Ordering::Relaxed) % GIVEN_PORTS;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!(
        "no port from {FIRST_PORT} to {} is free",
        FIRST_PORT + GIVEN_PORTS - 1
    )
}

/// The kernel's own begin at 32,768. A power of two of them, so that a count that wraps goes on at the right one.
const FIRST_PORT: u16 = 16_384;
const GIVEN_PORTS: u16 = 16_384;

pub fn port_is_open(port: u16) -> bool {
    TcpStream::connect_timeout(&([127, 0, 0, 1], port).into(), Duration::from_millis(200)).is_ok()
}

pub fn is_alive(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn children(pid: i32) -> Vec<i32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

fn signal(pid: i32, name: &str) {
    let _ = Command::new("kill")
        .args([name, &pid.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// Asks the process to end, and ends it after five seconds.
pub fn stop(pid: i32) {
    signal(pid, "-INT");
    let started = Instant::now();
    while is_alive(pid) && started.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(20));
    }
    if is_alive(pid) {
        signal(pid, "-KILL");
    }
}
