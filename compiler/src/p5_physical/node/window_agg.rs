//! `window_agg`: GROUP BY the bounds of a window. One row per key and window, when the window ends.

use super::super::identity::Meaning;
use super::super::keys::Distribution;
use super::super::plan::{ChangelogMode, PhysicalNode};
use super::group_agg::{aggregation, layout};
use super::window_assign::{window_columns, window_meaning, window_name};
use super::{Operator, WINDOW_COLUMNS, listed};
use crate::p3_plan::plan::{Aggregate, Schema, WindowInput, WindowKind};
use crate::p3_plan::text::{aggregates_text, window_input_text};

#[derive(Clone, Debug, PartialEq)]
pub struct WindowAgg {
    pub window: WindowInput,
    pub keys: Vec<usize>,
    pub aggregates: Vec<Aggregate>,
    /// The input updates or deletes: accumulators must be able to take rows back.
    pub input_retracts: bool,
}

impl Operator for WindowAgg {
    fn kind(&self) -> &'static str {
        "window_agg"
    }

    fn base_name(&self, input: &Schema, _: &Schema) -> String {
        let window = match &self.window {
            WindowInput::Assign(window) => window_name(window.kind),
            WindowInput::Attached { .. } => "window".to_owned(),
        };
        match self.keys.is_empty() {
            true => format!("{window}_all"),
            false => format!("{window}_by_{}", listed(&self.keys, input)),
        }
    }

    fn text(&self, input: &Schema, output: &Schema) -> String {
        let window = window_input_text(&self.window, input);
        let aggregates = aggregates_text(&self.keys, &self.aggregates, input, output);
        format!("WindowAgg(window=[{window}], {aggregates})")
    }

    fn derive_mode(&mut self, input: ChangelogMode, _: bool) -> ChangelogMode {
        self.input_retracts = !input.is_insert_only();
        ChangelogMode::INSERT_ONLY
    }

    fn needs_update_before(&self, _: bool, _: &PhysicalNode) -> bool {
        true
    }

    fn exchange_keys(&self) -> Option<Vec<usize>> {
        Some(self.keys.clone())
    }

    fn distribution(&self, _: &Distribution) -> Distribution {
        Distribution::by((0..self.keys.len()).collect())
    }

    fn upsert_keys(&self, _: &[&PhysicalNode], width: usize) -> Vec<Vec<usize>> {
        let start = width - WINDOW_COLUMNS;
        let (end, time) = (start + 1, start + 2);
        let with = |columns: &[usize]| (0..self.keys.len()).chain(columns.iter().copied()).collect();
        match &self.window {
            WindowInput::Attached { .. } => vec![with(&[start, end])],
            WindowInput::Assign(window) if matches!(window.kind, WindowKind::Cumulate { .. }) => {
                vec![with(&[end]), with(&[time])]
            }
            WindowInput::Assign(_) => vec![with(&[start]), with(&[end]), with(&[time])],
        }
    }

    fn meaning(&self, inputs: &[&Meaning], _: usize) -> Meaning {
        let input = inputs[0];
        let window = match &self.window {
            WindowInput::Assign(window) => window_meaning(window, input),
            WindowInput::Attached { start, end } => {
                format!("{} {}", input.columns[*start], input.columns[*end])
            }
        };
        let mut meaning = aggregation(&window, &self.keys, &self.aggregates, input);
        meaning.columns.extend(window_columns(&meaning.rows));
        meaning
    }

    fn state_layout(&self, input: &Schema) -> Option<String> {
        let window = match &self.window {
            WindowInput::Assign(window) => format!("{:?}", window.kind),
            WindowInput::Attached { .. } => "attached".to_owned(),
        };
        Some(layout(
            &window,
            &self.keys,
            &self.aggregates,
            self.input_retracts,
            input,
        ))
    }
}
