//! The source files of one application and the way from byte offsets to lines.

use serde::{Deserialize, Serialize};

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

/// A place as people and editors count: both from 1, characters not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub line: usize,
    pub character: usize,
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

    /// The 1-based line and character of a byte; past the end of the text, the end.
    pub fn position(&self, source: u16, offset: u32) -> Position {
        let text = &self.file(source).text;
        let before = &text.as_bytes()[..text.len().min(offset as usize)];
        let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let in_line = String::from_utf8_lossy(&before[line_start..]);
        Position {
            line: 1 + before.iter().filter(|b| **b == b'\n').count(),
            character: 1 + in_line.chars().count(),
        }
    }

    /// The text of a 1-based line, without its end.
    pub fn line(&self, source: u16, line: usize) -> &str {
        let text = self.file(source).text.split('\n').nth(line - 1);
        text.map_or("", |l| l.strip_suffix('\r').unwrap_or(l))
    }

    /// The text a span covers.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.source).text[span.start as usize..span.end as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters() {
        let mut sources = SourceMap::default();
        let source = sources.add("a.sql", "ab\r\né日x\n");
        let cases = [
            (0, 1, 1),
            (2, 1, 3),
            (4, 2, 1),
            (6, 2, 2),
            (9, 2, 3),
            (10, 2, 4),
            (11, 3, 1),
            (99, 3, 1),
        ];
        for (offset, line, character) in cases {
            assert_eq!(
                sources.position(source, offset),
                Position { line, character },
                "byte {offset}"
            );
        }
        assert_eq!(sources.line(source, 1), "ab");
        assert_eq!(sources.line(source, 2), "é日x");
        assert_eq!(sources.line(source, 3), "");
    }
}
