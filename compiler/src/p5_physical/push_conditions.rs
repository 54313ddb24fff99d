//! A condition over upserts is decided before their changelog is made, as Flink plans it.
//!
//! In: a plan where conditions stand over what makes upserts a changelog. Out: the rows that fail such a condition
//! reach it as deletions of their key, so its state holds rows that pass and nothing else, and a row that no longer
//! passes is taken back with -D. Invariant: every condition has a changelog of its own, however many others read the
//! table, so that the state of a query survives statements that are added to it or taken away.

use super::lower::{identity, new_node};
use super::node::Calc;
use super::plan::{NodeId, PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::base::Span;
use crate::expr::Expr;
use crate::p3_plan::plan::Schema;

/// Moves every condition that stands directly over a changelog of upserts below it.
pub(super) fn push(plan: &mut PhysicalPlan) {
    let old = std::mem::take(&mut plan.nodes);
    let mut at: Vec<NodeId> = Vec::with_capacity(old.len());
    let mut changelogs: Vec<Changelog> = Vec::new();
    for (index, mut node) in old.into_iter().enumerate() {
        let reads = |input: &NodeId| changelogs.iter().any(|changelog| changelog.index == input.0);
        let reads_changelog = node.inputs.iter().any(reads);
        for input in &mut node.inputs {
            let changelog = changelogs.iter_mut().find(|changelog| changelog.index == input.0);
            *input = match changelog {
                Some(changelog) => changelog.under(plan, condition(&node.op)),
                None => at[input.0],
            };
        }
        if let PhysicalOp::ChangelogNormalize(_) = &node.op {
            at.push(node.inputs[0]);
            changelogs.push(Changelog::new(index, node));
            continue;
        }
        if reads_changelog && without_condition(&mut node, plan) {
            at.push(node.inputs[0]);
            continue;
        }
        at.push(NodeId(plan.nodes.len()));
        plan.nodes.push(node);
    }
}

/// What makes upserts a changelog, once for each condition that its readers have.
struct Changelog {
    /// Its place in the plan as it was.
    index: usize,
    /// The node; it reads the upserts as they are.
    node: PhysicalNode,
    made: Vec<(Option<Expr>, NodeId)>,
}

impl Changelog {
    fn new(index: usize, node: PhysicalNode) -> Self {
        let made = Vec::new();
        Changelog { index, node, made }
    }

    /// The changelog of the rows that pass.
    fn under(&mut self, plan: &mut PhysicalPlan, condition: Option<Expr>) -> NodeId {
        let is_same = |known: &Option<Expr>| match (known, &condition) {
            (Some(known), Some(condition)) => condition.is_deterministic() && known.same_as(condition),
            (known, condition) => known.is_none() && condition.is_none(),
        };
        if let Some((_, made)) = self.made.iter().find(|(known, _)| is_same(known)) {
            return *made;
        }
        let mut node = self.node.clone();
        if let Some(condition) = &condition {
            node.inputs[0] = push_filter(plan, node.inputs[0], condition.clone());
        }
        plan.nodes.push(node);
        let made = NodeId(plan.nodes.len() - 1);
        self.made.push((condition, made));
        made
    }
}

fn condition(op: &PhysicalOp) -> Option<Expr> {
    match op {
        PhysicalOp::Calc(calc) => calc.condition.clone(),
        _ => None,
    }
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

/// Takes the condition, which went below, out of a calc, whose place in the text is that of its list from now on.
/// Whether it does nothing any more.
fn without_condition(node: &mut PhysicalNode, plan: &PhysicalPlan) -> bool {
    let PhysicalOp::Calc(calc) = &mut node.op else {
        return false;
    };
    if calc.condition.take().is_none() {
        return false;
    }
    let list = calc.exprs.iter().map(|expr| expr.span);
    node.span = list.reduce(Span::to).unwrap_or(node.span);
    is_identity(&calc.exprs, &node.schema, &plan.nodes[node.inputs[0].0].schema)
}

/// The columns of the input as they are, under their names.
fn is_identity(exprs: &[Expr], output: &Schema, input: &Schema) -> bool {
    output == input
        && exprs
            .iter()
            .enumerate()
            .all(|(at, expr)| expr.as_column() == Some(at))
}
