//! `union`: the rows of several inputs.

use super::super::identity::{Meaning, digest};
use super::super::plan::PhysicalNode;
use super::Operator;
use crate::p3_plan::plan::Schema;
use crate::p3_plan::text::fields;

#[derive(Clone, Debug, PartialEq)]
pub struct Union;

impl Operator for Union {
    fn kind(&self) -> &'static str {
        "union"
    }

    fn base_name(&self, _: &Schema, _: &Schema) -> String {
        "union".to_owned()
    }

    fn text(&self, _: &Schema, output: &Schema) -> String {
        format!("Union(fields=[{}])", fields(output))
    }

    fn upsert_keys(&self, _: &[&PhysicalNode], _: usize) -> Vec<Vec<usize>> {
        Vec::new()
    }

    fn meaning(&self, inputs: &[&Meaning], width: usize) -> Meaning {
        let together = |part: &dyn Fn(&Meaning) -> String| {
            let parts: Vec<String> = inputs.iter().map(|input| part(input)).collect();
            digest(&parts.iter().map(String::as_str).collect::<Vec<_>>())
        };
        Meaning {
            rows: together(&|input| input.rows.clone()),
            columns: (0..width)
                .map(|n| together(&|input| input.columns[n].clone()))
                .collect(),
        }
    }
}
