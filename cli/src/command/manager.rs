//! `millstream manager`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use session::api::Tls;
use session::cluster::{ManagerOptions, run_manager};

use crate::standard_output::announce;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    millstream manager --listen 0.0.0.0:8080 --data /var/lib/millstream --storage s3://bucket/millstream\n  \
    millstream worker --manager http://manager:8080 --key-file cluster.key --slots 8")]
pub(super) struct ManagerArguments {
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// URL under which others reach it, as behind a proxy: answers name it [default: where it listens; for 0.0.0.0
    /// the name of the machine]
    #[arg(long, value_name = "URL", value_parser = session::cluster::public_url)]
    public_url: Option<String>,
    /// Folder of this manager
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// postgres://… that several managers share: one is in charge, the others stand by. It holds a password, so the
    /// variable is the better place [env: MILLSTREAM_CATALOGUE] [default: a file in the folder]
    #[arg(long, value_name = "URL")]
    catalogue: Option<String>,
    /// Where checkpoints and savepoints are kept: an object-store URL, or file:// on a disk that all workers share
    #[arg(long, value_name = "URL")]
    storage: Option<String>,
    /// Folder of the workers whose files tables of the `filesystem` connector may be; again for each. Jobs reach no
    /// other file [default: none]
    #[arg(long = "files-root", value_name = "DIR")]
    files_roots: Vec<PathBuf>,
    #[arg(long, default_value = "dev", value_name = "NAME")]
    project: String,
    /// The session cluster that is there from the start
    #[arg(long, default_value = "millstream", value_name = "NAME")]
    service: String,
    /// Access token; one is made and kept in the folder if none is given [env: MILLSTREAM_TOKEN]
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// Key that workers show; made if it is not there [default: cluster.key in the folder]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Certificate chain, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// A worker that is silent for so many seconds is lost, and its jobs start elsewhere
    #[arg(long, default_value_t = 15, value_name = "SECONDS")]
    worker_timeout: u64,
    /// Executables that no deployment needs are kept up to this size: 512mb, 2g
    #[arg(long, default_value = "2g", value_name = "SIZE", value_parser = super::worker::size)]
    artifact_cache: u64,
}

pub(super) fn run(arguments: ManagerArguments) -> Result<ExitCode> {
    if arguments.worker_timeout < 2 {
        bail!("--worker-timeout: workers are heard of every second; expected at least 2");
    }
    let tls = arguments.tls_certificate.zip(arguments.tls_key);
    let options = ManagerOptions {
        listen: arguments.listen,
        public_url: arguments.public_url,
        data: arguments.data,
        catalogue: arguments
            .catalogue
            .or_else(|| std::env::var("MILLSTREAM_CATALOGUE").ok()),
        storage: arguments.storage,
        files_roots: arguments.files_roots,
        tls: tls.map(|(certificates, key)| Tls { certificates, key }),
        project: arguments.project,
        service: arguments.service,
        token: arguments.token.or_else(|| std::env::var("MILLSTREAM_TOKEN").ok()),
        trusts_loopback: false,
        key_file: arguments.key_file,
        worker_timeout: Some(Duration::from_secs(arguments.worker_timeout)),
        artifact_cache_bytes: arguments.artifact_cache,
    };
    run_manager(options, None, |announcement| {
        announce(&format!("URL    {}", announcement.url));
        announce(&format!("key    {}", announcement.key_file.display()));
        announce(&format!(
            "next   millstream worker --manager {} --key-file {} --slots 8",
            announcement.url,
            announcement.key_file.display()
        ));
    })?;
    Ok(ExitCode::SUCCESS)
}
