//! PostgreSQL with logical replication switched on, from the machine or from Debian's packages.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::process::{Daemon, free_port};
use super::{Identity, fetch};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Address {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub database: String,
    pub jdbc_url: String,
}

/// Starts a server with its data in `folder`.
pub fn start(folder: &Path) -> Result<(Daemon, Address)> {
    let port = free_port()?;
    let daemon = start_on(folder, port, None)?;
    let address = Address {
        host: "127.0.0.1".to_owned(),
        port,
        user: "postgres".to_owned(),
        database: "postgres".to_owned(),
        jdbc_url: format!("jdbc:postgresql://127.0.0.1:{port}/postgres"),
    };
    Ok((daemon, address))
}

/// Starts a server on a given port; on the same folder again after it was stopped or killed.
/// With an identity it also takes encrypted connections.
pub fn start_on(folder: &Path, port: u16, identity: Option<&Identity>) -> Result<Daemon> {
    let programs = programs()?;
    std::fs::create_dir_all(folder)?;
    let folder = folder.canonicalize()?;
    let data = folder.join("data");
    if fetch::is_root() {
        let (user, group) = postgres_user()?;
        chown(&folder, Some(user), Some(group))?;
    }
    if !data.join("PG_VERSION").is_file() {
        let mut init = as_postgres(&programs.join("initdb"));
        init.arg("-D").arg(&data);
        init.args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        fetch::run("creating a PostgreSQL cluster", &mut init)?;
    }
    let _ = std::fs::remove_file(data.join("postmaster.pid"));
    let mut command = as_postgres(&programs.join("postgres"));
    command.arg("-D").arg(&data);
    for setting in settings(&folder, port) {
        command.arg("-c").arg(setting);
    }
    if let Some(identity) = identity {
        for (setting, content) in [
            ("ssl_key_file", &identity.key_pem),
            ("ssl_cert_file", &identity.certificate_pem),
            ("ssl_ca_file", &identity.authority_pem),
        ] {
            let file = folder.join(setting);
            write_private(&file, content)?;
            command.arg("-c").arg(format!("{setting}={}", file.display()));
        }
        command.arg("-c").arg("ssl=on");
    }
    let ready = programs.join("pg_isready");
    Daemon::start("postgres", command, &folder.join("postgres.out"), || {
        let mut probe = Command::new(&ready);
        probe.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        probe.status().is_ok_and(|status| status.success())
    })
}

/// The server takes no key that others may read.
fn write_private(file: &Path, content: &str) -> Result<()> {
    std::fs::write(file, content)?;
    std::fs::set_permissions(file, Permissions::from_mode(0o600))?;
    if fetch::is_root() {
        let (user, group) = postgres_user()?;
        chown(file, Some(user), Some(group))?;
    }
    Ok(())
}

fn settings(folder: &Path, port: u16) -> [String; 9] {
    [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        format!("unix_socket_directories={}", folder.display()),
        "wal_level=logical".to_owned(),
        "max_replication_slots=10".to_owned(),
        "max_wal_senders=10".to_owned(),
        "fsync=off".to_owned(),
        "full_page_writes=off".to_owned(),
        "shared_buffers=32MB".to_owned(),
    ]
}

/// The server refuses to run as root: then it runs as the user its package made.
fn as_postgres(program: &Path) -> Command {
    if !fetch::is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"])
        .arg(program);
    command
}

fn postgres_user() -> Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd")?;
    let line = users
        .lines()
        .find(|line| line.starts_with("postgres:"))
        .context("there is no user postgres")?;
    let mut fields = line.split(':').skip(2);
    let mut number = || {
        fields
            .next()
            .and_then(|field| field.parse().ok())
            .context("/etc/passwd is malformed")
    };
    Ok((number()?, number()?))
}

/// The folder with initdb, postgres and pg_isready: the newest Debian package, or PATH.
fn programs() -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    fetch::install("postgresql")?;
    installed().context("PostgreSQL's programs are missing after installing the package postgresql")
}

fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    folders.sort();
    let newest = folders.pop().map(|(_, folder)| folder);
    newest.or_else(|| fetch::find_program("initdb").and_then(|file| Some(file.parent()?.to_owned())))
}
