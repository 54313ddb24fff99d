//! SET and RESET.
//!
//! In: keys and values. Out: the settings that are left, in the order of their first SET. Invariant: an unknown key
//! is kept, as Flink keeps it, with a warning that names the nearest known one; a value that a known key does not take
//! is an error.

use super::Binder;
use crate::base::{Diagnostic, Severity, Span};
use crate::catalog::table::OptionValue;
use crate::catalog::{setting, setting_value};
use crate::p1_parse::ast::Text;

impl Binder<'_> {
    pub(super) fn set(&mut self, key: &Text, value: &Text) {
        let setting = OptionValue {
            value: value.value.clone(),
            key_span: key.span,
            value_span: value.span,
        };
        self.check_setting(&key.value, key.span);
        self.check_value(&key.value, value);
        self.bound.config.insert(key.value.clone(), setting);
    }

    pub(super) fn reset(&mut self, key: Option<&Text>) {
        match key {
            Some(key) => {
                self.bound.config.shift_remove(&key.value);
            }
            None => self.bound.config.clear(),
        }
    }

    fn check_setting(&mut self, key: &str, span: Span) {
        if setting::is_known(key) {
            return;
        }
        // Diagnostic: E2038 a setting that Flink does not know; it is kept.
        let mut warning = Diagnostic::error(
            "E2038",
            span,
            format!("setting '{key}' is unknown and has no effect"),
        );
        warning.severity = Severity::Warning;
        warning.help = setting::nearest_key(key).map(|near| format!("did you mean '{near}'?"));
        self.error(warning);
    }

    fn check_value(&mut self, key: &str, value: &Text) {
        if let Some(expected) = setting_value::expected(key, &value.value) {
            // Diagnostic: E2040 a value that the setting does not take.
            let message = format!("setting '{key}' cannot be '{}'; expected {expected}", value.value);
            self.error(Diagnostic::error("E2040", value.span, message));
        } else if let Some(what) = setting_value::not_done(key, &value.value) {
            self.unsupported(what, value.span);
        }
    }
}
