//! `values`: rows that stand in the statement.

use sql::Value;

use super::super::identity::{Meaning, digest};
use super::super::plan::{ChangelogMode, PhysicalNode};
use super::Operator;
use crate::p3_plan::plan::Schema;
use crate::p3_plan::text::fields;

#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    pub rows: Vec<Vec<Value>>,
}

impl Operator for Values {
    fn kind(&self) -> &'static str {
        "values"
    }

    fn base_name(&self, _: &Schema, _: &Schema) -> String {
        "values".to_owned()
    }

    fn text(&self, _: &Schema, output: &Schema) -> String {
        format!("Values(rows=[{}], fields=[{}])", self.rows.len(), fields(output))
    }

    fn derive_mode(&mut self, _: ChangelogMode, _: bool) -> ChangelogMode {
        ChangelogMode::INSERT_ONLY
    }

    fn upsert_keys(&self, _: &[&PhysicalNode], _: usize) -> Vec<Vec<usize>> {
        Vec::new()
    }

    fn meaning(&self, _: &[&Meaning], width: usize) -> Meaning {
        let rows = digest(&[&format!("{:?}", self.rows)]);
        Meaning {
            rows,
            columns: (0..width).map(|column| column.to_string()).collect(),
        }
    }
}
