//! Compiling with the errors shown as a person or a machine wants them.

use std::io::IsTerminal as _;

use compiler::Compiled;
use compiler::base::{Diagnostic, SourceMap, render, reports};

use crate::standard_output::print_line;
use session::build::application::Application;

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum MessageFormat {
    /// For people: line, caret, help; on standard error
    #[default]
    Human,
    /// One JSON object a line on standard output, positions 1-based
    Json,
}

/// The compiled application; `None` when its SQL has errors, which have been shown.
pub(super) fn compile(application: &Application, format: MessageFormat) -> Option<Compiled> {
    match compiler::compile(&application.sources) {
        Ok(compiled) => {
            show(&compiled.warnings, &application.sources, format);
            Some(compiled)
        }
        Err(diagnostics) => {
            show(&diagnostics, &application.sources, format);
            None
        }
    }
}

pub(super) fn show(diagnostics: &[Diagnostic], sources: &SourceMap, format: MessageFormat) {
    match format {
        MessageFormat::Human if diagnostics.is_empty() => {}
        MessageFormat::Human => {
            let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            eprint!("{}", render(diagnostics, sources, color));
        }
        MessageFormat::Json => {
            for report in reports(diagnostics, sources) {
                let message = serde_json::json!({ "reason": "diagnostic", "diagnostic": report });
                print_line(&message.to_string());
            }
        }
    }
}
