//! Table hints: `t /*+ OPTIONS('key' = 'value', …) */`.
//!
//! In: the hints of a query, each with the place it stands behind. Out: a table whose options have the hint's on
//! top. Invariant: a hint that no table takes is an error, so that none is lost.

use super::Binder;
use crate::base::{Diagnostic, Span};
use crate::catalog::table::{OptionValue, Table};
use crate::p1_parse::ast::Hint;
use crate::p1_parse::hints::{self, HintArgument, HintCall};

/// Hints of Flink's that this version does not follow.
const LATER: &[&str] = &[
    "STATE_TTL",
    "LOOKUP",
    "BROADCAST",
    "SHUFFLE_HASH",
    "SHUFFLE_MERGE",
    "NEST_LOOP",
    "MULTI_JOIN",
];

impl Binder<'_> {
    /// The table with the options of the hint that stands behind its name at `span`.
    pub(super) fn with_dynamic_options(&mut self, mut table: Table, span: Span) -> Table {
        let is_own = |hint: &Hint| hint.span.source == span.source && hint.after == span.end;
        let Some(position) = self.hints.iter().position(is_own) else {
            return table;
        };
        let hint = self.hints.remove(position);
        match hints::calls(&hint) {
            Ok(calls) => calls
                .into_iter()
                .for_each(|call| self.apply_options(&mut table, call)),
            Err(diagnostic) => self.error(diagnostic),
        }
        self.check_connector(&table);
        table
    }

    fn apply_options(&mut self, table: &mut Table, call: HintCall) {
        if call.name.value != "OPTIONS" {
            self.hint_error(&call.name.value, call.name.span);
            return;
        }
        for argument in call.arguments {
            match argument {
                HintArgument::Pair(key, value) => {
                    let option = OptionValue {
                        value: value.value,
                        key_span: key.span,
                        value_span: value.span,
                    };
                    table.options.insert(key.value, option);
                }
                HintArgument::Text(_) | HintArgument::Name(_) => self.hint_error("OPTIONS", call.name.span),
            }
        }
    }

    /// Reports the hints that are left.
    pub(super) fn unclaimed_hints(&mut self) {
        for hint in std::mem::take(&mut self.hints) {
            let name = hint
                .text
                .trim()
                .split('(')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_uppercase();
            if LATER.contains(&name.as_str()) {
                self.unsupported(&format!("the hint {name}"), hint.span);
                continue;
            }
            self.hint_error(hint.text.trim(), hint.span);
        }
    }

    fn hint_error(&mut self, hint: &str, span: Span) {
        let message = format!("the hint {hint} has no effect here");
        let help = "expected OPTIONS('key' = 'value', …) right behind the name of a table";
        // Diagnostic: E2022 a hint of another kind, at another place, or not well formed.
        self.errors
            .push(Diagnostic::error("E2022", span, message).with_help(help));
    }
}
