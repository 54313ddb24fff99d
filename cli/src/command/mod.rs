//! The subcommands. Each is thin: it reads arguments, calls the library, prints.

mod build;
mod compile;
mod explain;
mod run;

use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory as _, Parser, Subcommand};

pub use build::BuildArguments;

/// Exit code for problems in the user's SQL or arguments, as compilers have it.
const INVALID: u8 = 2;

#[derive(Parser)]
#[command(
    name = "millstream",
    version,
    about = "Streaming SQL, compiled: Flink SQL in, one native executable out",
    after_help = "Examples:\n  \
        millstream run examples/cpu_load              compile and run an application\n  \
        millstream run query.sql --parallelism 2      the same for one script\n  \
        millstream explain query.sql --stage rust     the code that would be built\n  \
        millstream build query.sql --out artifacts    executable and manifest, by content"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compiles (or takes from the cache) and runs an application in this process
    Run(run::RunArguments),
    /// Builds artifacts: an executable and its manifest for each application
    Build(BuildArguments),
    /// Prints a stage of the compilation
    Explain(explain::ExplainArguments),
    /// Prints a completion script for a shell
    Completions { shell: clap_complete::Shell },
}

impl Arguments {
    pub fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Run(arguments) => run::run(arguments),
            Command::Build(arguments) => arguments.run(),
            Command::Explain(arguments) => explain::run(arguments),
            Command::Completions { shell } => {
                let mut command = Arguments::command();
                clap_complete::generate(shell, &mut command, "millstream", &mut std::io::stdout());
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}
