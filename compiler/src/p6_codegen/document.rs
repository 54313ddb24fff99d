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
    let spaced = |line: &String| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    };
    let lines = lines.iter().map(spaced);
    quote!(#(#[doc = #lines])*)
}

/// What an item was made of.
pub(super) struct Origin {
    /// The plan line.
    pub(super) plan: Vec<String>,
    /// The SQL with its place.
    sql: Vec<String>,
}

impl Origin {
    pub(super) fn new(plan_line: &str, span: Span, sources: &SourceMap) -> Self {
        let position = sources.position(span.source, span.start);
        let place = format!(
            "{}:{}:{}",
            sources.file(span.source).name,
            position.line,
            position.character
        );
        let fragment = sources
            .text(span)
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let fragment: Vec<&str> = fragment.collect();
        let mut quoted: Vec<String> = fragment
            .iter()
            .take(LINES_MAX)
            .flat_map(|line| wrapped(line))
            .collect();
        if fragment.len() > LINES_MAX {
            quoted.push("…".to_owned());
        }
        let mut sql = vec![place];
        sql.extend(fenced("sql", quoted));
        Origin {
            plan: fenced("text", wrapped(plan_line)),
            sql,
        }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        [self.plan.as_slice(), &self.sql].concat()
    }
}

fn fenced(language: &str, lines: Vec<String>) -> Vec<String> {
    let mut fenced = vec![format!("```{language}")];
    fenced.extend(lines);
    fenced.push("```".to_owned());
    fenced
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
