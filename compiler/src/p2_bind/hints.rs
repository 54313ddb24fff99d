//! Table hints: `t /*+ OPTIONS('key' = 'value', …) */`.
//!
//! In: the hints of a query, each with the place it stands behind. Out: a table whose options have the hint's on
//! top. Invariant: a hint that no table takes is an error, so that none is lost.

use super::Binder;
use crate::base::{Diagnostic, Span};
use crate::catalog::table::{OptionValue, Table};
use crate::p1_parse::ast::Hint;

impl Binder<'_> {
    /// The table with the options of the hint that stands behind its name at `span`.
    pub(super) fn with_dynamic_options(&mut self, mut table: Table, span: Span) -> Table {
        let is_own = |hint: &Hint| hint.span.source == span.source && hint.after == span.end;
        let Some(position) = self.hints.iter().position(is_own) else {
            return table;
        };
        let hint = self.hints.remove(position);
        match dynamic_options(&hint) {
            Some(options) => {
                for (key, value) in options {
                    let value = OptionValue { value, key_span: hint.span, value_span: hint.span };
                    table.options.insert(key, value);
                }
            }
            None => self.hint_error(&hint),
        }
        table
    }

    /// Reports the hints that are left.
    pub(super) fn unclaimed_hints(&mut self) {
        for hint in std::mem::take(&mut self.hints) {
            self.hint_error(&hint);
        }
    }

    fn hint_error(&mut self, hint: &Hint) {
        let message = format!("the hint /*+{}*/ has no effect", hint.text);
        let help = "expected OPTIONS('key' = 'value', …) right behind the name of a table";
        // Diagnostic: a hint of another kind, at another place, or not well formed.
        self.errors.push(Diagnostic::error("E2022", hint.span, message).with_help(help));
    }
}

/// The pairs of `OPTIONS('k' = 'v', …)`.
fn dynamic_options(hint: &Hint) -> Option<Vec<(String, String)>> {
    let text = hint.text.trim();
    let (name, rest) = text.split_at_checked("OPTIONS".len())?;
    if !name.eq_ignore_ascii_case("OPTIONS") {
        return None;
    }
    let mut rest = rest.trim().strip_prefix('(')?.strip_suffix(')')?.trim();
    let mut options = Vec::new();
    loop {
        let (key, after) = quoted(rest)?;
        let (value, after) = quoted(after.trim_start().strip_prefix('=')?.trim_start())?;
        options.push((key, value));
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(options);
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

/// A string in single quotes at the start, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('\'')?;
    let mut value = String::new();
    let mut characters = inner.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        if character != '\'' {
            value.push(character);
        } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
            value.push('\'');
        } else {
            return Some((value, &inner[offset + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let pairs = |text: &str| {
            let span = Span::new(0, 0, 1);
            dynamic_options(&Hint { after: 0, text: text.to_owned(), span })
        };
        let expected = vec![("a.b".to_owned(), "it's".to_owned()), ("c".to_owned(), String::new())];
        assert_eq!(pairs(" OPTIONS('a.b' = 'it''s', 'c'='') "), Some(expected));
        assert_eq!(pairs("options('a'='b')"), Some(vec![("a".to_owned(), "b".to_owned())]));
        for wrong in ["BROADCAST(t)", "OPTIONS('a')", "OPTIONS('a'='b',)", "OPTIONS('a'='b"] {
            assert_eq!(pairs(wrong), None, "{wrong}");
        }
    }
}
