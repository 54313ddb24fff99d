//! The operators, one module each, under the names they have in code generation, runtime and documentation.
//!
//! A module holds everything the physical plan knows of its operator: what EXPLAIN prints, its name in the job, which
//! changes come out and which must come in, where its rows are, what tells them apart, and what they mean.

pub mod calc;
pub mod changelog_normalize;
pub mod exchange;
pub mod group_agg;
pub mod sink;
pub mod sink_upsert_materializer;
pub mod source;
pub mod union;
pub mod values;
pub mod window_agg;
pub mod window_assign;

use super::identity::Meaning;
use super::keys::Distribution;
use super::plan::{ChangelogMode, PhysicalNode};
use crate::p3_plan::plan::Schema;

pub use calc::Calc;
pub use changelog_normalize::ChangelogNormalize;
pub use exchange::Exchange;
pub use group_agg::GroupAgg;
pub use sink::Sink;
pub use sink_upsert_materializer::SinkUpsertMaterializer;
pub use source::Source;
pub use union::Union;
pub use values::Values;
pub use window_agg::WindowAgg;
pub use window_assign::WindowAssign;

/// Columns that windows append: window_start, window_end, window_time.
pub(super) const WINDOW_COLUMNS: usize = 3;

/// What the steps of this pass ask an operator. `input` is the schema of the (first) input, empty for sources.
pub(super) trait Operator {
    /// The operator's name everywhere; part of identities.
    fn kind(&self) -> &'static str;

    /// The name in the job, before it is made unique and an identifier.
    fn base_name(&self, input: &Schema, output: &Schema) -> String;

    /// The line of the plan, without the name.
    fn text(&self, input: &Schema, output: &Schema) -> String;

    /// Which changes come out, given those that go in and whether somebody needs -U rows. Remembers what the running
    /// operator must know of it.
    fn derive_mode(&mut self, input: ChangelogMode, _needs_update_before: bool) -> ChangelogMode {
        input
    }

    /// This updating input must deliver -U rows, given whether they are needed above.
    fn needs_update_before(&self, needed_above: bool, _input: &PhysicalNode) -> bool {
        needed_above
    }

    /// Where the operator keeps whole rows by a key and hands on such rows, one for each: the key's columns.
    fn row_key(&self) -> Option<&[usize]> {
        None
    }

    /// The columns of the input by which rows must meet on one thread.
    fn exchange_keys(&self) -> Option<Vec<usize>> {
        self.row_key().map(<[usize]>::to_vec)
    }

    /// Where the rows of the output are.
    fn distribution(&self, _input: &Distribution) -> Distribution {
        match self.row_key() {
            Some(key) => Distribution::by(key.to_vec()),
            None => Distribution::Anywhere,
        }
    }

    /// Sets of output columns of which each tells rows apart; `width` is the number of output columns.
    fn upsert_keys(&self, _inputs: &[&PhysicalNode], _width: usize) -> Vec<Vec<usize>> {
        self.row_key().iter().map(|key| key.to_vec()).collect()
    }

    /// What the output is, for identities; `width` is the number of output columns.
    fn meaning(&self, inputs: &[&Meaning], width: usize) -> Meaning;

    /// What the bytes of the operator's state depend on, when it has state.
    fn state_layout(&self, input: &Schema) -> Option<String> {
        let key = self.row_key()?;
        let types: Vec<String> = input.columns.iter().map(|column| column.ty.to_string()).collect();
        Some(format!("{} key={key:?}", types.join("|")))
    }
}

/// Exactly these columns tell the node's rows apart.
fn is_unique_by(node: &PhysicalNode, columns: &[usize]) -> bool {
    let is_same = |unique: &Vec<usize>| {
        unique.iter().all(|column| columns.contains(column))
            && columns.iter().all(|column| unique.contains(column))
    };
    node.upsert_keys.iter().any(is_same)
}

/// `a_b_c`, or the first ones and how many more.
fn listed(columns: &[usize], schema: &Schema) -> String {
    /// Columns that a name lists at most.
    const COLUMNS_MAX: usize = 3;
    let names: Vec<&str> = columns
        .iter()
        .map(|column| schema.columns[*column].name.as_str())
        .collect();
    match names.len() {
        0 => "rows".to_owned(),
        count if count <= COLUMNS_MAX => names.join("_"),
        count => format!("{}_and_{}", names[..COLUMNS_MAX].join("_"), count - COLUMNS_MAX),
    }
}
