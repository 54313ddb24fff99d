//! Where generated code comes from: the SQL fragment, the plan line and the place, as doc comments.

use proc_macro2::TokenStream;
use quote::quote;

use crate::base::{SourceMap, Span};

/// Characters of a line in a comment.
const WIDTH: usize = 100;
/// Lines of SQL that are quoted.
const LINES_MAX: usize = 12;

/// `/// line` for every line.
pub(super) fn comment(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    });
    quote!(#(#[doc = #lines])*)
}

/// The plan line and the SQL it was made of, with its place.
pub(super) fn origin(plan_line: &str, span: Span, sources: &SourceMap) -> Vec<String> {
    let mut lines = vec!["```text".to_owned()];
    lines.extend(wrapped(plan_line));
    lines.push("```".to_owned());
    let Some(file) = sources.files().get(usize::from(span.source)) else {
        return lines;
    };
    let (line, column) = position(&file.text, span.start as usize);
    lines.push(format!("{}:{line}:{column}", file.name));
    lines.push("```sql".to_owned());
    let fragment: Vec<&str> = sources
        .text(span)
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.extend(fragment.iter().take(LINES_MAX).flat_map(|line| wrapped(line)));
    if fragment.len() > LINES_MAX {
        lines.push("…".to_owned());
    }
    lines.push("```".to_owned());
    lines
}

/// Line and character from 1.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// The text in lines of bounded width, broken at spaces.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("    {word}"));
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines
}
