//! The source files of one application and the way from byte offsets to lines.

use super::Span;

/// Files by number; a [`Span`] names one.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

/// One file: the name shown to the user (`statement.sql`) and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub name: String,
    pub text: String,
}

impl SourceMap {
    /// Adds a file and answers its number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u16 {
        self.files.push(SourceFile {
            name: name.into(),
            text: text.into(),
        });
        u16::try_from(self.files.len() - 1).expect("an application has few files")
    }

    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    pub fn file(&self, source: u16) -> &SourceFile {
        &self.files[usize::from(source)]
    }

    /// The text a span covers.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.source).text[span.start as usize..span.end as usize]
    }
}
