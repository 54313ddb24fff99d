//! A piece of one source file, in bytes. Every node from the syntax tree to the generated code carries one.

use serde::{Deserialize, Serialize};

/// Bytes `start..end` of the source numbered `source` in the [`SourceMap`](super::SourceMap).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    pub source: u16,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub const fn new(source: u16, start: u32, end: u32) -> Self {
        Span { source, start, end }
    }

    /// The smallest span that covers both; of two sources the first wins.
    pub fn to(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span {
            source: self.source,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}
