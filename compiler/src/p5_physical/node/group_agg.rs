//! `group_agg`: GROUP BY without a window, and DISTINCT. One result row per key, updated as rows come.

use super::super::identity::{Meaning, digest};
use super::super::keys::Distribution;
use super::super::plan::{ChangelogMode, PhysicalNode};
use super::{Operator, listed};
use crate::p3_plan::plan::{Aggregate, Schema};
use crate::p3_plan::text::{aggregate_text, aggregates_text};

#[derive(Clone, Debug, PartialEq)]
pub struct GroupAgg {
    pub keys: Vec<usize>,
    pub aggregates: Vec<Aggregate>,
    /// The input updates or deletes: accumulators must be able to take rows back.
    pub input_retracts: bool,
    pub emit_update_before: bool,
}

impl Operator for GroupAgg {
    fn kind(&self) -> &'static str {
        "group_agg"
    }

    fn base_name(&self, input: &Schema, _: &Schema) -> String {
        match (self.keys.is_empty(), self.aggregates.is_empty()) {
            (true, _) => "group_all".to_owned(),
            (false, true) => format!("distinct_{}", listed(&self.keys, input)),
            (false, false) => format!("group_by_{}", listed(&self.keys, input)),
        }
    }

    fn text(&self, input: &Schema, output: &Schema) -> String {
        format!(
            "GroupAgg({})",
            aggregates_text(&self.keys, &self.aggregates, input, output)
        )
    }

    fn derive_mode(&mut self, input: ChangelogMode, needs_update_before: bool) -> ChangelogMode {
        self.input_retracts = !input.is_insert_only();
        self.emit_update_before = needs_update_before;
        ChangelogMode {
            insert: true,
            update_before: needs_update_before,
            update_after: true,
            delete: self.input_retracts,
        }
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

    fn upsert_keys(&self, _: &[&PhysicalNode], _: usize) -> Vec<Vec<usize>> {
        vec![(0..self.keys.len()).collect()]
    }

    fn meaning(&self, inputs: &[&Meaning], _: usize) -> Meaning {
        aggregation("", &self.keys, &self.aggregates, inputs[0])
    }

    fn state_layout(&self, input: &Schema) -> Option<String> {
        Some(layout(
            "",
            &self.keys,
            &self.aggregates,
            self.input_retracts,
            input,
        ))
    }
}

/// What an aggregation answers; `window` says over which windows, if any.
pub(super) fn aggregation(
    window: &str,
    keys: &[usize],
    aggregates: &[Aggregate],
    input: &Meaning,
) -> Meaning {
    let name = |column: usize| input.columns[column].clone();
    let keys: Vec<String> = keys.iter().map(|key| name(*key)).collect();
    let rows = digest(&["group", window, &input.rows, &keys.join("|")]);
    let values = aggregates
        .iter()
        .map(|aggregate| digest(&[&rows, &aggregate_text(aggregate, &name)]));
    let columns = keys.iter().cloned().chain(values).collect();
    Meaning { rows, columns }
}

/// Types of keys, aggregates with the types of their arguments and results.
pub(super) fn layout(
    window: &str,
    keys: &[usize],
    aggregates: &[Aggregate],
    retracts: bool,
    input: &Schema,
) -> String {
    let ty = |column: usize| input.columns[column].ty.to_string();
    let mut parts: Vec<String> = keys.iter().map(|key| ty(*key)).collect();
    parts.push(format!("window={window} retracts={retracts}"));
    parts.extend(
        aggregates
            .iter()
            .map(|aggregate| format!("{}:{}", aggregate_text(aggregate, &ty), aggregate.ty)),
    );
    parts.join("|")
}
