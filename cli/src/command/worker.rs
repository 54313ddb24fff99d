//! `millstream worker`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use session::cluster::{WorkerOptions, run_worker};
use session::worker;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    millstream worker --manager http://manager:8080 --key-file cluster.key --slots 8\n  \
    millstream worker --manager https://a:8080 --manager https://b:8080 --ca-cert ca.pem --key-file cluster.key")]
pub(super) struct WorkerArguments {
    /// Address of the manager; again for each that stands by
    #[arg(long = "manager", value_name = "URL", required = true)]
    managers: Vec<String>,
    /// Threads of jobs that run at a time
    #[arg(long, default_value_t = 8, value_name = "N")]
    slots: u32,
    /// Folder of this worker
    #[arg(long, default_value = ".millstream/worker", value_name = "DIR")]
    data: PathBuf,
    /// The manager's cluster.key
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// Certificate authority of the manager, PEM
    #[arg(long, value_name = "FILE")]
    ca_cert: Option<PathBuf>,
    /// Memory of a job for each of its slots: 512mb, 2g [default: an equal share of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory_per_slot: Option<u64>,
    /// Executables that no job uses are kept up to this size: 512mb, 2g
    #[arg(long, default_value = "2g", value_name = "SIZE", value_parser = size)]
    artifact_cache: u64,
}

pub(super) fn size(text: &str) -> Result<u64, String> {
    let size = session::manager::parse_bytes(text).filter(|bytes| *bytes > 0);
    size.ok_or_else(|| "expected a size as in 512mb or 2g".to_owned())
}

pub(super) fn run(arguments: WorkerArguments) -> Result<ExitCode> {
    run_worker(WorkerOptions {
        managers: arguments.managers,
        key_file: arguments.key_file,
        ca_certificate: arguments.ca_cert,
        worker: worker::Settings {
            data: arguments.data,
            slots: arguments.slots,
            memory_per_slot_bytes: arguments.memory_per_slot,
            artifact_cache_bytes: arguments.artifact_cache,
        },
    })?;
    Ok(ExitCode::SUCCESS)
}
