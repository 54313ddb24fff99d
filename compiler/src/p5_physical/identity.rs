//! Stable identities: what an operator computes, in terms of tables and their columns.
//!
//! An identity is made bottom up of *which rows* a node has and *what each column is*. Positions of columns, places
//! in the text, names given by AS, options and other branches of the plan do not enter, so state survives edits there.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::plan::{PhysicalOp, PhysicalPlan};

/// Characters of an identity.
const LENGTH: usize = 16;

/// What a node's output is.
pub(super) struct Meaning {
    /// Which rows.
    pub(super) rows: String,
    /// Of each column: what it is.
    pub(super) columns: Vec<String>,
}

/// Fills in `uid` and `state_fingerprint`.
pub(super) fn assign(plan: &mut PhysicalPlan) {
    let mut meanings: Vec<Meaning> = Vec::with_capacity(plan.nodes.len());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..plan.nodes.len() {
        let node = &plan.nodes[index];
        let operator = node.op.operator();
        let inputs: Vec<&Meaning> = node.inputs.iter().map(|input| &meanings[input.0]).collect();
        let meaning = operator.meaning(&inputs, node.schema.columns.len());
        let uid = match node.op {
            // A source's state is how far it has read, whatever columns are read.
            PhysicalOp::Source(_) => digest(&["source", &meaning.rows]),
            _ => digest(&[operator.kind(), &meaning.rows, &meaning.columns.join("|")]),
        };
        let number = seen
            .entry(uid.clone())
            .and_modify(|number| *number += 1)
            .or_insert(1);
        let uid = if *number == 1 {
            uid
        } else {
            format!("{uid}-{number}")
        };
        let layout = operator.state_layout(&plan.input_schema(index));
        meanings.push(meaning);
        plan.nodes[index].uid = uid;
        plan.nodes[index].state_fingerprint = layout.map(|layout| digest(&[&layout]));
    }
}

/// A short hash of the parts in order.
pub(super) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())[..LENGTH].to_owned()
}
