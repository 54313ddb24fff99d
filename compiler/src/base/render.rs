//! Diagnostics as text and as data.
//!
//! In: diagnostics in the order they are to be told, and the sources. Out: text with the line and a mark under the
//! place, or [`Report`]s for machines with 1-based lines and characters. Nothing of a source is changed but tabs,
//! which become blanks so that the mark stands under its place.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::source_map::Position;
use super::{Diagnostic, Severity, SourceMap};

/// Text for a terminal or a log.
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap, color: bool) -> String {
    let paint = if color { &COLORS } else { &PLAIN };
    let texts: Vec<String> = diagnostics.iter().map(|d| one(d, sources, paint)).collect();
    texts.join("\n")
}

/// What stands before and after the parts of a diagnostic.
struct Paint {
    error: &'static str,
    warning: &'static str,
    frame: &'static str,
    bold: &'static str,
    off: &'static str,
}

const PLAIN: Paint = Paint {
    error: "",
    warning: "",
    frame: "",
    bold: "",
    off: "",
};

const COLORS: Paint = Paint {
    error: "\u{1b}[1;31m",
    warning: "\u{1b}[1;33m",
    frame: "\u{1b}[1;34m",
    bold: "\u{1b}[1m",
    off: "\u{1b}[0m",
};

fn one(diagnostic: &Diagnostic, sources: &SourceMap, paint: &Paint) -> String {
    let (word, tint) = match diagnostic.severity {
        Severity::Error => ("error", paint.error),
        Severity::Warning => ("warning", paint.warning),
    };
    let Paint { frame, bold, off, .. } = paint;
    let span = diagnostic.span;
    let start = sources.position(span.source, span.start);
    let end = sources.position(span.source, span.end);
    let name = &sources.file(span.source).name;
    let line = sources.line(span.source, start.line);
    let number = start.line.to_string();
    let margin = " ".repeat(number.len());
    let (line, cut) = shortened(line, start.character);
    let (blank, mark) = mark(&line, start.character - cut, end_character(start, end, cut));
    let mut text = String::new();
    let code = diagnostic.code;
    let message = &diagnostic.message;
    let shown = line.replace('\t', TAB);
    let Position { line: row, character } = start;
    let _ = writeln!(text, "{tint}{word}[{code}]{off}{bold}: {message}{off}");
    let _ = writeln!(text, "{margin}{frame}-->{off} {name}:{row}:{character}");
    let _ = writeln!(text, "{margin} {frame}|{off}");
    let _ = writeln!(text, "{frame}{number} |{off} {shown}");
    let _ = writeln!(text, "{margin} {frame}|{off} {blank}{tint}{mark}{off}");
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(text, "{margin} {frame}={off} {bold}help{off}: {help}");
    }
    text
}

const TAB: &str = "    ";

/// Lines of more characters than this are cut around the mark.
const LINE_CHARACTERS_MAX: usize = 500;
/// What is shown of such a line before the mark, and from it on.
const BEFORE_MARK: usize = 60;
const FROM_MARK: usize = 140;
const CUT: char = '…';

/// The line, or the part of a very long one around the character, and how many characters went in front.
fn shortened(line: &str, character: usize) -> (String, usize) {
    let count = line.chars().count();
    if count <= LINE_CHARACTERS_MAX {
        return (line.to_owned(), 0);
    }
    let first = (character - 1).saturating_sub(BEFORE_MARK);
    let last = (character - 1 + FROM_MARK).min(count);
    let kept = line.chars().skip(first).take(last - first);
    // The sign of the cut takes the place of the first character that is left out.
    let (front, cut) = match first {
        0 => (None, 0),
        _ => (Some(CUT), first - 1),
    };
    let back = (last < count).then_some(CUT);
    (front.into_iter().chain(kept).chain(back).collect(), cut)
}

/// Where the mark ends in the line as it is shown; none when it goes on.
fn end_character(start: Position, end: Position, cut: usize) -> Option<usize> {
    (end.line == start.line).then(|| end.character - cut)
}

/// The blanks before the mark and the mark: carets to the end of the span or, when it goes on, of the line.
fn mark(line: &str, start: usize, end: Option<usize>) -> (String, String) {
    let width = |text: &str| text.chars().map(char_width).sum::<usize>();
    let from = byte_of(line, start);
    let to = match end {
        Some(end) => byte_of(line, end),
        None => line.trim_end().len(),
    };
    let blank = " ".repeat(width(&line[..from]));
    let carets = "^".repeat(width(&line[from..to.max(from)]).max(1));
    (blank, carets)
}

fn byte_of(line: &str, character: usize) -> usize {
    line.char_indices()
        .nth(character - 1)
        .map_or(line.len(), |(at, _)| at)
}

/// Columns a character takes on a terminal: the wide scripts of East Asia take two.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x09 => TAB.len(),
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// A diagnostic as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub code: String,
    /// `error` or `warning`.
    pub severity: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    pub file: String,
    pub start: Position,
    /// The place after the last character.
    pub end: Position,
}

/// Every diagnostic as data, in the same order.
pub fn reports(diagnostics: &[Diagnostic], sources: &SourceMap) -> Vec<Report> {
    let report = |d: &Diagnostic| Report {
        code: d.code.to_owned(),
        severity: match d.severity {
            Severity::Error => "error".to_owned(),
            Severity::Warning => "warning".to_owned(),
        },
        message: d.message.clone(),
        help: d.help.clone(),
        file: sources.file(d.span.source).name.clone(),
        start: sources.position(d.span.source, d.span.start),
        end: sources.position(d.span.source, d.span.end),
    };
    diagnostics.iter().map(report).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;

    fn sources() -> SourceMap {
        let mut sources = SourceMap::default();
        sources.add("tables/bid.sql", "CREATE TABLE bid (\n\tprise INT\n);\n");
        sources.add("statement.sql", "SELECT '日本', x\nFROM bid");
        sources
    }

    #[test]
    fn marks_the_place_under_its_line() {
        let diagnostics = [
            Diagnostic::error("E2001", Span::new(0, 20, 25), "no column `prise`")
                .with_help("did you mean `price`?"),
            Diagnostic::error("E2002", Span::new(1, 7, 15), "a string"),
        ];
        let expected = "\
error[E2001]: no column `prise`
 --> tables/bid.sql:2:2
  |
2 |     prise INT
  |     ^^^^^
  = help: did you mean `price`?

error[E2002]: a string
 --> statement.sql:1:8
  |
1 | SELECT '日本', x
  |        ^^^^^^
";
        assert_eq!(render(&diagnostics, &sources(), false), expected);
    }

    #[test]
    fn marks_to_the_end_of_the_line_and_past_the_end_of_the_text() {
        let over_lines = Diagnostic::error("E1001", Span::new(1, 17, 27), "over two lines");
        let text = render(&[over_lines], &sources(), false);
        assert!(
            text.contains("1 | SELECT '日本', x\n  |                ^\n"),
            "{text}"
        );
        let at_end = Diagnostic::error("E1001", Span::new(1, 27, 27), "at the end");
        let text = render(&[at_end], &sources(), false);
        assert!(text.contains("2 | FROM bid\n  |         ^\n"), "{text}");
    }

    #[test]
    fn very_long_lines_are_cut_around_the_mark() {
        let mut sources = SourceMap::default();
        sources.add(
            "q.sql",
            format!("SELECT {}x{}", "a, ".repeat(300), " + 1".repeat(300)),
        );
        let at = 7 + 900;
        let text = render(
            &[Diagnostic::error("E2005", Span::new(0, at, at + 1), "m")],
            &sources,
            false,
        );
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], " --> q.sql:1:908");
        assert!(
            lines[3].starts_with("1 | …a, ") && lines[3].ends_with('…'),
            "{text}"
        );
        assert!(lines[3].chars().count() < 220, "{text}");
        let column = lines[4].chars().position(|c| c == '^').expect("a mark");
        assert_eq!(lines[3].chars().nth(column), Some('x'), "{text}");
    }

    #[test]
    fn color_only_adds_escapes() {
        let diagnostics = [Diagnostic::error("E1001", Span::new(1, 0, 6), "m").with_help("h")];
        let colored = render(&diagnostics, &sources(), true);
        assert!(colored.contains("\u{1b}[1;31merror[E1001]\u{1b}[0m"));
        let mut stripped = colored;
        for escape in [COLORS.error, COLORS.frame, COLORS.bold, COLORS.off] {
            stripped = stripped.replace(escape, "");
        }
        assert_eq!(stripped, render(&diagnostics, &sources(), false));
    }

    #[test]
    fn reports_carry_lines_and_characters() {
        let diagnostics = [Diagnostic::error("E2002", Span::new(1, 7, 15), "a string")];
        let json = serde_json::to_value(reports(&diagnostics, &sources())).expect("plain data");
        let expected = serde_json::json!([{
            "code": "E2002", "severity": "error", "message": "a string", "file": "statement.sql",
            "start": {"line": 1, "character": 8}, "end": {"line": 1, "character": 12},
        }]);
        assert_eq!(json, expected);
    }
}
