//! `exchange`: rows of equal keys go to one thread; without keys all rows go to the first.

use super::super::identity::Meaning;
use super::super::keys::Distribution;
use super::super::plan::PhysicalNode;
use super::{Operator, listed};
use crate::p3_plan::plan::Schema;
use crate::p3_plan::text::names_of;

#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    pub keys: Vec<usize>,
}

impl Operator for Exchange {
    fn kind(&self) -> &'static str {
        "exchange"
    }

    fn base_name(&self, input: &Schema, _: &Schema) -> String {
        match self.keys.is_empty() {
            true => "exchange_to_one".to_owned(),
            false => format!("exchange_by_{}", listed(&self.keys, input)),
        }
    }

    fn text(&self, input: &Schema, _: &Schema) -> String {
        if self.keys.is_empty() {
            return "Exchange(distribution=[single])".to_owned();
        }
        format!("Exchange(distribution=[hash[{}]])", names_of(&self.keys, input))
    }

    fn distribution(&self, _: &Distribution) -> Distribution {
        Distribution::by(self.keys.clone())
    }

    /// Changes of one row stay in order only where they go to one thread, whatever its values are.
    fn upsert_keys(&self, inputs: &[&PhysicalNode], _: usize) -> Vec<Vec<usize>> {
        let is_kept = |unique: &&Vec<usize>| self.keys.iter().all(|key| unique.contains(key));
        inputs[0].upsert_keys.iter().filter(is_kept).cloned().collect()
    }

    fn meaning(&self, inputs: &[&Meaning], _: usize) -> Meaning {
        Meaning {
            rows: inputs[0].rows.clone(),
            columns: inputs[0].columns.clone(),
        }
    }
}
