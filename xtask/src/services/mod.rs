//! Real services on loopback: Apache Kafka, PostgreSQL, an S3 server. Fetched once into a cache outside the
//! checkout, started on free ports, described in `.millstream/services.json`.
//!
//! Tests use [`Services::start`] and stop everything when the value is dropped; `cargo xtask services up` leaves
//! them running until `services down`.

pub mod avn;
pub mod fetch;
pub mod kafka;
pub mod postgres;
pub mod process;
pub mod s3;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use process::Daemon;

/// Addresses and credentials of what runs: the content of `.millstream/services.json`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Addresses {
    pub kafka: Option<kafka::Address>,
    pub postgres: Option<postgres::Address>,
    pub s3: Option<s3::Address>,
}

/// What a server shows its clients, and whom it trusts; all in PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    pub key_pem: String,
    pub certificate_pem: String,
    /// Who signs the certificates of clients.
    pub authority_pem: String,
}

/// Which services to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Kafka,
    Postgres,
    S3,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Kafka, Kind::Postgres, Kind::S3];
}

/// Running services; dropping stops them.
pub struct Services {
    pub addresses: Addresses,
    daemons: Vec<Daemon>,
}

impl Services {
    /// Fetches what is missing and starts the services with their data below `folder`.
    pub fn start(kinds: &[Kind], folder: &Path) -> Result<Services> {
        let mut services = Services {
            addresses: Addresses::default(),
            daemons: Vec::new(),
        };
        for kind in kinds {
            let daemon = match kind {
                Kind::Kafka => {
                    let (daemon, address) = kafka::start(&folder.join("kafka"))?;
                    services.addresses.kafka = Some(address);
                    daemon
                }
                Kind::Postgres => {
                    let (daemon, address) = postgres::start(&folder.join("postgres"))?;
                    services.addresses.postgres = Some(address);
                    daemon
                }
                Kind::S3 => {
                    let (daemon, address) = s3::start(&folder.join("s3"))?;
                    services.addresses.s3 = Some(address);
                    daemon
                }
            };
            services.daemons.push(daemon);
        }
        Ok(services)
    }

    /// Leaves the services running after this process; `down` finds them by their process ids.
    fn detach(self) -> Vec<(String, i32)> {
        self.daemons.into_iter().map(Daemon::detach).collect()
    }
}

/// What `up` leaves behind for `down` and for users.
#[derive(Serialize, Deserialize)]
struct Registration {
    #[serde(flatten)]
    addresses: Addresses,
    processes: Vec<(String, i32)>,
}

fn registration_path(root: &Path) -> PathBuf {
    root.join(".millstream/services.json")
}

fn registration(root: &Path) -> Result<Option<Registration>> {
    match std::fs::read_to_string(registration_path(root)) {
        Ok(text) => Ok(Some(
            serde_json::from_str(&text).context("reading .millstream/services.json")?,
        )),
        Err(_) => Ok(None),
    }
}

/// `services up`: starts all services that are not running and prints their addresses.
pub fn up(root: &Path) -> Result<()> {
    if let Some(found) = registration(root)?
        && found.processes.iter().all(|(_, pid)| process::is_alive(*pid))
    {
        println!("already running; addresses in .millstream/services.json");
        return print(&found.addresses);
    }
    down(root)?;
    let services = Services::start(&Kind::ALL, &root.join(".millstream/services"))?;
    let addresses = services.addresses.clone();
    let registration = Registration {
        addresses: addresses.clone(),
        processes: services.detach(),
    };
    std::fs::write(
        registration_path(root),
        serde_json::to_string_pretty(&registration)? + "\n",
    )?;
    print(&addresses)?;
    println!("\nwritten to .millstream/services.json; stop them with: cargo xtask services down");
    Ok(())
}

/// `services down`: stops what `up` started.
pub fn down(root: &Path) -> Result<()> {
    let Some(found) = registration(root)? else {
        return Ok(());
    };
    for (name, pid) in &found.processes {
        process::stop(*pid);
        eprintln!("stopped {name}");
    }
    std::fs::remove_file(registration_path(root))?;
    Ok(())
}

/// `services status`: one line per service; the exit code of the command is 1 when one is missing.
pub fn status(root: &Path) -> Result<bool> {
    let Some(found) = registration(root)? else {
        println!("nothing runs; start with: cargo xtask services up");
        return Ok(false);
    };
    let mut all = true;
    for (name, pid) in &found.processes {
        let alive = process::is_alive(*pid);
        all &= alive;
        println!("{name:<10} {}", if alive { "running" } else { "stopped" });
    }
    print(&found.addresses)?;
    Ok(all)
}

fn print(addresses: &Addresses) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(addresses)?);
    Ok(())
}
