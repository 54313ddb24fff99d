//! `exchange`: rows of equal keys go to one thread; without keys all rows go to the first.

use super::super::identity::Meaning;
use super::super::keys::Distribution;
use super::super::plan::PhysicalNode;
use super::{Operator, listed};
use crate::p3_plan::plan::Schema;

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
        let names: Vec<&str> = self
            .keys
            .iter()
            .map(|key| input.columns[*key].name.as_str())
            .collect();
        format!("Exchange(distribution=[hash[{}]])", names.join(", "))
    }

    fn distribution(&self, _: &Distribution) -> Distribution {
        Distribution::by(self.keys.clone())
    }

    fn upsert_keys(&self, inputs: &[&PhysicalNode], _: usize) -> Vec<Vec<usize>> {
        inputs[0].upsert_keys.clone()
    }

    fn meaning(&self, inputs: &[&Meaning], _: usize) -> Meaning {
        Meaning {
            rows: inputs[0].rows.clone(),
            columns: inputs[0].columns.clone(),
        }
    }
}
