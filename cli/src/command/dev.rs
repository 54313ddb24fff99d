//! `millstream dev`: a whole session cluster in one process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use session::cluster::{ManagerOptions, run_manager};
use session::worker;

use crate::standard_output::announce;

#[derive(Args)]
#[command(
    after_help = "Callers on this machine need no token, unless --public-url is given: they may be a proxy. Ctrl-C: every \
    job takes a last\ncheckpoint; the next start with the same --data goes on from there.\n\nExamples:\n  \
    millstream dev\n  \
    millstream dev --listen 127.0.0.1:9000 --data /var/lib/millstream --slots 4"
)]
pub(super) struct DevArguments {
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// URL under which others reach it, as behind a proxy: answers name it, and all callers need a token
    /// [default: where it listens; for 0.0.0.0 127.0.0.1]
    #[arg(long, value_name = "URL", value_parser = session::cluster::public_url)]
    public_url: Option<String>,
    /// Folder for everything that is kept
    #[arg(long, default_value = ".millstream/cluster", value_name = "DIR")]
    data: PathBuf,
    /// Folder whose files tables of the `filesystem` connector may be; again for each. Jobs reach no other file, and
    /// none of --data
    #[arg(long = "files-root", default_value = ".", value_name = "DIR")]
    files_roots: Vec<PathBuf>,
    /// Threads of jobs that run at a time
    #[arg(long, default_value_t = 10, value_name = "N")]
    slots: u32,
    /// Access token; one is made if none is given [env: MILLSTREAM_TOKEN]
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// Memory of a job for each of its slots: 512mb, 2g
    #[arg(long, value_name = "SIZE", value_parser = super::worker::size)]
    memory_per_slot: Option<u64>,
    /// Executables that no job uses are kept up to this size: 512mb, 2g
    #[arg(long, default_value = "2g", value_name = "SIZE", value_parser = super::worker::size)]
    artifact_cache: u64,
}

pub(super) fn run(arguments: DevArguments) -> Result<ExitCode> {
    let worker = worker::Settings {
        data: arguments.data.join("worker"),
        slots: arguments.slots,
        memory_per_slot_bytes: arguments.memory_per_slot,
        artifact_cache_bytes: arguments.artifact_cache,
    };
    // What a proxy on this machine hands on comes from anywhere.
    let trusts_loopback = arguments.public_url.is_none();
    let options = ManagerOptions {
        listen: arguments.listen,
        public_url: arguments.public_url,
        data: arguments.data,
        catalogue: None,
        storage: None,
        files_roots: arguments.files_roots,
        tls: None,
        project: "dev".to_owned(),
        service: "millstream".to_owned(),
        token: arguments.token.or_else(|| std::env::var("MILLSTREAM_TOKEN").ok()),
        trusts_loopback,
        key_file: None,
        worker_timeout: None,
        artifact_cache_bytes: arguments.artifact_cache,
    };
    run_manager(options, Some(worker), |announcement| {
        announce(&format!("URL    {}", announcement.url));
        announce(&format!("token  {}", announcement.token));
        let is_default = announcement.url == "http://127.0.0.1:8080";
        let url = if is_default {
            String::new()
        } else {
            format!(" --url {}", announcement.url)
        };
        announce(&format!("next   millstream deploy examples/cpu_load_live{url}"));
    })?;
    Ok(ExitCode::SUCCESS)
}
