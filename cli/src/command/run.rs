//! `millstream run`.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use super::INVALID;
use super::compile::{MessageFormat, compile};
use crate::standard_output::print_line;
use session::build::Profile;
use session::build::application::Application;
use session::build::deployment::{self, Overrides};

#[derive(Args)]
#[command(
    after_help = "It continues where the last run of the same application in the same checkpoint location \
    stopped, and says so.\nRows of `print` tables go to standard output, progress and logs to standard error. Exit \
    code 0: a bounded job has\nfinished, or SIGINT/SIGTERM came and a final checkpoint was taken; 2: the SQL has \
    errors; 1: anything else.\n\nExamples:\n  \
    millstream run examples/cpu_load\n  \
    millstream run query.sql --from-scratch\n  \
    millstream run app/ --checkpoints s3://bucket/checkpoints --parallelism 2\n  \
    millstream run app/ --set execution.checkpointing.interval=1s --set tables.orders.topic=orders_test"
)]
pub(super) struct RunArguments {
    /// Folder of an application or a .sql script
    path: PathBuf,
    /// Where checkpoints are kept: a folder or an object-store URL (file://, s3://)
    #[arg(long, value_name = "URL")]
    checkpoints: Option<String>,
    /// Threads that run the job; the same as --set parallelism.default=N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=128))]
    parallelism: Option<u16>,
    /// A configuration key as in SET, or an option of a table: tables.TABLE.OPTION=VALUE
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = super::key_value)]
    set: Vec<(String, String)>,
    /// Begins anew instead of continuing from the last checkpoint
    #[arg(long)]
    from_scratch: bool,
    /// How much to optimise the generated code
    #[arg(long, value_enum, default_value = "release")]
    profile: Profile,
    #[arg(long, value_enum, default_value = "human")]
    message_format: MessageFormat,
}

pub(super) fn run(arguments: RunArguments) -> Result<ExitCode> {
    let mut application = Application::read(&arguments.path)?;
    let mut set = arguments.set;
    if let Some(parallelism) = arguments.parallelism {
        set.push(("parallelism.default".to_owned(), parallelism.to_string()));
    }
    application.settle_plan(&set);
    let Some(compiled) = compile(&application, arguments.message_format) else {
        return Ok(ExitCode::from(INVALID));
    };
    for text in &compiled.explains {
        print_line(text.trim_end());
    }
    if compiled.operators.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let overrides = Overrides {
        set,
        checkpoints: arguments.checkpoints,
        from_scratch: arguments.from_scratch,
    };
    for warning in deployment::unknown_settings(&application, &overrides.set) {
        eprintln!("warning: {warning}");
    }
    let deployment = deployment::deployment(&application, &compiled, overrides)?;
    if let Some(message) = deployment::missing_variable(&deployment, |name| std::env::var(name).is_ok()) {
        bail!("{message}");
    }
    let built = session::build::build(&compiled.rust, arguments.profile)?;
    if !built.was_cached {
        eprintln!("{}: built in {:.1} s", application.name, built.time.as_secs_f32());
    }
    let mut command = Command::new(&built.executable);
    command
        .args(["--deployment", "/dev/stdin"])
        .stdin(deployment.open()?);
    command.current_dir(&application.folder);
    // The job takes this process's place, so signals and the exit code are its own.
    let error = command.exec();
    Err(error).with_context(|| format!("starting {}", built.executable.display()))
}
