//! A condition over upserts is decided before their changelog is made, as Flink plans it.
//!
//! In: a plan where conditions stand over what makes upserts a changelog. Out: the rows that fail such a condition
//! reach it as deletions of their key, so its state holds rows that pass and nothing else, and a row that no longer
//! passes is taken back with -D. Invariant: a changelog that several operators read stays as it is, since each of
//! them has conditions of its own.

use super::lower::{identity, new_node};
use super::node::Calc;
use super::plan::{NodeId, PhysicalOp, PhysicalPlan};
use crate::expr::Expr;
use crate::p3_plan::plan::Schema;

/// Moves every condition that stands directly over a changelog of upserts below it.
pub(super) fn push(plan: &mut PhysicalPlan) {
    let mut conditions = conditions(plan);
    let old = std::mem::take(&mut plan.nodes);
    let mut at: Vec<NodeId> = Vec::with_capacity(old.len());
    for (index, mut node) in old.into_iter().enumerate() {
        for input in &mut node.inputs {
            *input = at[input.0];
        }
        if let Some(condition) = conditions[index].take() {
            node.inputs[0] = push_filter(plan, node.inputs[0], condition);
        }
        if is_moved(&node.op, node.inputs.first(), plan)
            && let PhysicalOp::Calc(calc) = &mut node.op
        {
            calc.condition = None;
            if is_identity(&calc.exprs, &node.schema, &plan.nodes[node.inputs[0].0].schema) {
                at.push(node.inputs[0]);
                continue;
            }
        }
        at.push(NodeId(plan.nodes.len()));
        plan.nodes.push(node);
    }
}

/// For every node: the condition that its only reader has, where the node is a changelog of upserts.
fn conditions(plan: &PhysicalPlan) -> Vec<Option<Expr>> {
    let readers = |index: usize| {
        plan.nodes
            .iter()
            .filter(move |node| node.inputs.contains(&NodeId(index)))
    };
    let condition = |(index, node): (usize, &super::plan::PhysicalNode)| {
        let PhysicalOp::ChangelogNormalize(_) = &node.op else {
            return None;
        };
        let mut readers = readers(index);
        match (readers.next().map(|reader| &reader.op), readers.next()) {
            (Some(PhysicalOp::Calc(calc)), None) => calc.condition.clone(),
            _ => None,
        }
    };
    plan.nodes.iter().enumerate().map(condition).collect()
}

/// The filter that makes deletions of what fails.
fn push_filter(plan: &mut PhysicalPlan, input: NodeId, condition: Expr) -> NodeId {
    let below = &plan.nodes[input.0];
    let (key, span) = (below.upsert_keys[0].clone(), condition.span);
    let op = PhysicalOp::Calc(Calc {
        condition: Some(condition),
        exprs: identity(&below.schema, span),
        drop_update_before: false,
        deletes_failing: Some(key),
    });
    let mut filter = new_node(op, vec![input], below.schema.clone(), span);
    filter.upsert_keys.clone_from(&below.upsert_keys);
    plan.nodes.push(filter);
    NodeId(plan.nodes.len() - 1)
}

/// Whether the condition of this calc went below the changelog it reads.
fn is_moved(op: &PhysicalOp, input: Option<&NodeId>, plan: &PhysicalPlan) -> bool {
    let (PhysicalOp::Calc(calc), Some(input)) = (op, input) else {
        return false;
    };
    let below = |node: NodeId| &plan.nodes[node.0];
    let PhysicalOp::ChangelogNormalize(_) = &below(*input).op else {
        return false;
    };
    match &below(below(*input).inputs[0]).op {
        PhysicalOp::Calc(filter) => filter.deletes_failing.is_some() && filter.condition == calc.condition,
        _ => false,
    }
}

/// The columns of the input as they are, under their names.
fn is_identity(exprs: &[Expr], output: &Schema, input: &Schema) -> bool {
    output == input
        && exprs
            .iter()
            .enumerate()
            .all(|(at, expr)| expr.as_column() == Some(at))
}
