//! `millstream explain`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::INVALID;
use super::compile::MessageFormat;
use crate::standard_output::print_line;
use session::build::application::Application;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    millstream explain app/                    the physical plan with changelog modes\n  \
    millstream explain app/ --stage logical    before optimisation\n  \
    millstream explain app/ --stage rust       the generated code")]
pub(super) struct ExplainArguments {
    /// Folder of an application or a .sql script
    path: PathBuf,
    /// Which form to print
    #[arg(long, value_enum, default_value = "physical")]
    stage: Stage,
    #[arg(long, value_enum, default_value = "human")]
    message_format: MessageFormat,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Stage {
    Ast,
    Bound,
    Logical,
    /// Every plan on the way through the optimizer's rules
    Trace,
    Optimized,
    Physical,
    Rust,
}

impl Stage {
    fn of_compiler(self) -> compiler::Stage {
        match self {
            Stage::Ast => compiler::Stage::Ast,
            Stage::Bound => compiler::Stage::Bound,
            Stage::Logical => compiler::Stage::Logical,
            Stage::Trace => compiler::Stage::Trace,
            Stage::Optimized => compiler::Stage::Optimized,
            Stage::Physical => compiler::Stage::Physical,
            Stage::Rust => compiler::Stage::Rust,
        }
    }
}

pub(super) fn run(arguments: ExplainArguments) -> Result<ExitCode> {
    let mut application = Application::read(&arguments.path)?;
    application.settle_plan(&[]);
    match compiler::explain(&application.sources, arguments.stage.of_compiler()) {
        Ok(explained) => {
            super::compile::show(
                &explained.warnings,
                &application.sources,
                arguments.message_format,
            );
            print_line(explained.text.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Err(diagnostics) => {
            super::compile::show(&diagnostics, &application.sources, arguments.message_format);
            Ok(ExitCode::from(INVALID))
        }
    }
}
