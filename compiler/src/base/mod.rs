//! Where text comes from and how problems in it are told: spans, sources, diagnostics.

pub mod diagnostic;
pub mod error_sink;
pub mod nearest;
pub mod render;
pub mod source_map;
pub mod span;

pub use diagnostic::{Diagnostic, Severity};
pub use error_sink::ErrorSink;
pub use render::{Report, render, reports};
pub use source_map::{Position, SourceMap};
pub use span::Span;
