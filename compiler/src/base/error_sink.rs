//! Collects the diagnostics of a pass, so that all of them are reported together.

use super::Diagnostic;

#[derive(Debug, Default)]
pub struct ErrorSink {
    diagnostics: Vec<Diagnostic>,
    errors: usize,
}

impl ErrorSink {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity == super::Severity::Error);
        self.diagnostics.push(diagnostic);
    }

    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// What was reported and is no error.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let is_warning = |d: &&Diagnostic| d.severity == super::Severity::Warning;
        self.diagnostics.iter().filter(is_warning).cloned().collect()
    }

    /// Everything reported, in the order of the source text.
    pub fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|d| (d.span, d.code));
        self.diagnostics.dedup();
        self.diagnostics
    }
}
