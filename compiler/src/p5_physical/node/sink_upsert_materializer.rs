//! `sink_upsert_materializer`: the rows of a query by the primary key of the sink, of which the last is the one to see.

use super::super::identity::{Meaning, digest};
use super::super::plan::{ChangelogMode, PhysicalNode};
use super::{Operator, is_unique_by, listed};
use crate::p3_plan::plan::Schema;
use crate::p3_plan::text::names_of;

#[derive(Clone, Debug, PartialEq)]
pub struct SinkUpsertMaterializer {
    /// The sink's primary key.
    pub key: Vec<usize>,
    /// What tells the rows of the query apart; empty when nothing does, and whole rows are compared.
    pub upsert_key: Vec<usize>,
}

impl Operator for SinkUpsertMaterializer {
    fn kind(&self) -> &'static str {
        "sink_upsert_materializer"
    }

    fn base_name(&self, input: &Schema, _: &Schema) -> String {
        format!("materialize_by_{}", listed(&self.key, input))
    }

    fn text(&self, input: &Schema, _: &Schema) -> String {
        format!(
            "SinkUpsertMaterializer(primaryKey=[{}], upsertKey=[{}])",
            names_of(&self.key, input),
            names_of(&self.upsert_key, input)
        )
    }

    fn derive_mode(&mut self, input: ChangelogMode, _: bool) -> ChangelogMode {
        ChangelogMode {
            insert: true,
            update_before: false,
            update_after: true,
            delete: input.update_before || input.delete,
        }
    }

    /// Without -U only a row of the same key takes a row's place, and that row must be of the same primary key.
    fn needs_update_before(&self, _: bool, input: &PhysicalNode) -> bool {
        !is_unique_by(input, &self.key)
    }

    fn row_key(&self) -> Option<&[usize]> {
        Some(&self.key)
    }

    fn meaning(&self, inputs: &[&Meaning], _: usize) -> Meaning {
        let columns = &inputs[0].columns;
        let list = |keys: &[usize]| {
            let names: Vec<&str> = keys.iter().map(|key| columns[*key].as_str()).collect();
            names.join("|")
        };
        let (key, upsert_key) = (list(&self.key), list(&self.upsert_key));
        Meaning {
            rows: digest(&["latest", &inputs[0].rows, &key, &upsert_key]),
            columns: columns.clone(),
        }
    }
}
