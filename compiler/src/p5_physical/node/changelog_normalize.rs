//! `changelog_normalize`: upserts by key → a changelog that says what was there before.

use super::super::identity::{Meaning, digest};
use super::super::plan::{ChangelogMode, PhysicalNode};
use super::{Operator, listed};
use crate::p3_plan::plan::Schema;
use crate::p3_plan::text::names_of;

#[derive(Clone, Debug, PartialEq)]
pub struct ChangelogNormalize {
    /// The table's primary key.
    pub key: Vec<usize>,
    pub emit_update_before: bool,
}

impl Operator for ChangelogNormalize {
    fn kind(&self) -> &'static str {
        "changelog_normalize"
    }

    fn base_name(&self, input: &Schema, _: &Schema) -> String {
        format!("normalize_by_{}", listed(&self.key, input))
    }

    fn text(&self, input: &Schema, _: &Schema) -> String {
        format!("ChangelogNormalize(key=[{}])", names_of(&self.key, input))
    }

    fn derive_mode(&mut self, input: ChangelogMode, needs_update_before: bool) -> ChangelogMode {
        self.emit_update_before = needs_update_before;
        ChangelogMode {
            insert: true,
            update_before: needs_update_before,
            update_after: true,
            delete: input.delete,
        }
    }

    fn needs_update_before(&self, _: bool, _: &PhysicalNode) -> bool {
        false
    }

    fn row_key(&self) -> Option<&[usize]> {
        Some(&self.key)
    }

    fn meaning(&self, inputs: &[&Meaning], _: usize) -> Meaning {
        let columns = &inputs[0].columns;
        let key: Vec<&str> = self.key.iter().map(|key| columns[*key].as_str()).collect();
        Meaning {
            rows: digest(&["normalized", &inputs[0].rows, &key.join("|")]),
            columns: columns.clone(),
        }
    }
}
