//! Which changes flow between the operators.
//!
//! Bottom up: which kinds of change each node can cause. Top down: who needs -U rows. A node that can leave them out
//! does so when nobody needs them; behind a source that cannot, they are dropped. Behind a source of upserts they are
//! made where somebody needs them.

use super::lower::{identity, new_node};
use super::node::{Calc, ChangelogNormalize};
use super::plan::{ChangelogMode, NodeId, PhysicalNode, PhysicalOp, PhysicalPlan};
use super::push_conditions;
use crate::catalog::changelog::delivers_upserts;

/// Fills in the widest `changelog` that every node may have: with -U wherever a node can make them.
pub(super) fn widest(plan: &mut PhysicalPlan) {
    fill(plan, &vec![true; plan.nodes.len()]);
}

/// Fills in `changelog` of every node, and what aggregations need to know of it.
pub(super) fn derive(plan: &mut PhysicalPlan) {
    widest(plan);
    let edges = update_before_needs(plan);
    adapt_sources(plan, &edges);
    push_conditions::push(plan);
    widest(plan);
    let needs = node_needs(plan, &update_before_needs(plan));
    fill(plan, &needs);
}

/// Sets every node's mode, given who needs -U of it.
fn fill(plan: &mut PhysicalPlan, needs: &[bool]) {
    for (index, needed) in needs.iter().enumerate() {
        let inputs = plan.nodes[index].inputs.clone();
        let input = inputs
            .iter()
            .map(|input| plan.nodes[input.0].changelog)
            .reduce(ChangelogMode::union)
            .unwrap_or(ChangelogMode::INSERT_ONLY);
        let node = &mut plan.nodes[index];
        node.changelog = node.op.operator_mut().derive_mode(input, *needed);
    }
}

/// For every input of every node: whether -U rows must come through it.
fn update_before_needs(plan: &PhysicalPlan) -> Vec<Vec<bool>> {
    let mut edges = vec![Vec::new(); plan.nodes.len()];
    let mut needs = vec![false; plan.nodes.len()];
    for (index, node) in plan.nodes.iter().enumerate().rev() {
        for input in &node.inputs {
            let updates = !plan.nodes[input.0].changelog.is_insert_only();
            let needed = updates
                && node
                    .op
                    .operator()
                    .needs_update_before(needs[index], &plan.nodes[input.0]);
            edges[index].push(needed);
            needs[input.0] |= needed;
        }
    }
    edges
}

fn node_needs(plan: &PhysicalPlan, edges: &[Vec<bool>]) -> Vec<bool> {
    let mut needs = vec![false; plan.nodes.len()];
    for (node, edges) in plan.nodes.iter().zip(edges) {
        for (input, needed) in node.inputs.iter().zip(edges) {
            needs[input.0] |= needed;
        }
    }
    needs
}

/// What stands between a source and those of its readers that need other changes than it delivers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Between {
    /// -U rows are left out.
    Drop,
    /// -U rows are made, from the latest row of each key.
    Normalize,
}

fn between(source: &PhysicalNode, needs_update_before: bool) -> Option<Between> {
    let PhysicalOp::Source(operator) = &source.op else {
        return None;
    };
    if source.changelog.update_before {
        return (!needs_update_before).then_some(Between::Drop);
    }
    let has_key = !source.upsert_keys.is_empty();
    (needs_update_before && has_key && delivers_upserts(&operator.table)).then_some(Between::Normalize)
}

/// Gives every reader of a source the changes it needs; readers that need the same share what makes them.
fn adapt_sources(plan: &mut PhysicalPlan, edges: &[Vec<bool>]) {
    let old = std::mem::take(&mut plan.nodes);
    let mut at: Vec<NodeId> = Vec::with_capacity(old.len());
    let mut inserted: Vec<Option<NodeId>> = vec![None; old.len()];
    for (index, mut node) in old.into_iter().enumerate() {
        for (input, needed) in node.inputs.iter_mut().zip(&edges[index]) {
            let source = at[input.0];
            *input = match between(&plan.nodes[source.0], *needed) {
                // A source needs one of them at most: it delivers -U rows or it does not.
                Some(what) => *inserted[input.0].get_or_insert_with(|| push_between(plan, source, what)),
                None => source,
            };
        }
        at.push(NodeId(plan.nodes.len()));
        plan.nodes.push(node);
    }
}

fn push_between(plan: &mut PhysicalPlan, source: NodeId, what: Between) -> NodeId {
    let below = &plan.nodes[source.0];
    let op = match what {
        Between::Drop => PhysicalOp::Calc(Calc {
            condition: None,
            exprs: identity(&below.schema, below.span),
            drop_update_before: true,
            deletes_failing: None,
        }),
        Between::Normalize => PhysicalOp::ChangelogNormalize(ChangelogNormalize {
            key: below.upsert_keys[0].clone(),
            emit_update_before: false,
        }),
    };
    let mut node = new_node(op, vec![source], below.schema.clone(), below.span);
    node.upsert_keys.clone_from(&below.upsert_keys);
    plan.nodes.push(node);
    NodeId(plan.nodes.len() - 1)
}
