//! Logical nodes → operators: filters and projects that follow each other become one calc.

use super::node::{Calc, GroupAgg, Sink, Source, Union, Values, WindowAgg, WindowAssign};
use super::plan::{ChangelogMode, NodeId, PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::expr::{Expr, ExprKind};
use crate::p3_plan::plan::{LogicalNode, LogicalOp, LogicalPlan, Schema};

/// Operators without names, changelog modes, keys and exchanges.
pub(super) fn lower(logical: &LogicalPlan) -> PhysicalPlan {
    let mut readers = vec![0; logical.nodes.len()];
    for input in logical.nodes.iter().flat_map(|node| &node.inputs) {
        readers[input.0] += 1;
    }
    let mut plan = PhysicalPlan::default();
    let mut at: Vec<NodeId> = Vec::with_capacity(logical.nodes.len());
    for node in &logical.nodes {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|input| at[input.0]).collect();
        let below = node
            .inputs
            .first()
            .filter(|input| readers[input.0] == 1)
            .map(|input| at[input.0]);
        if let (LogicalOp::Project { exprs }, Some(below)) = (&node.op, below)
            && is_bare_filter(logical, node)
        {
            let calc = &mut plan.nodes[below.0];
            if let PhysicalOp::Calc(Calc { exprs: identity, .. }) = &mut calc.op {
                identity.clone_from(exprs);
                calc.schema = node.schema.clone();
                at.push(below);
                continue;
            }
        }
        at.push(NodeId(plan.nodes.len()));
        plan.nodes
            .push(physical_node(operator(node), inputs, node.schema.clone(), node));
    }
    plan
}

/// The input is a filter: a calc whose expressions are still its columns as they are.
fn is_bare_filter(logical: &LogicalPlan, node: &LogicalNode) -> bool {
    matches!(logical.nodes[node.inputs[0].0].op, LogicalOp::Filter { .. })
}

fn physical_node(op: PhysicalOp, inputs: Vec<NodeId>, schema: Schema, origin: &LogicalNode) -> PhysicalNode {
    new_node(op, inputs, schema, origin.span)
}

/// A node of which the later steps fill in the rest.
pub(super) fn new_node(
    op: PhysicalOp,
    inputs: Vec<NodeId>,
    schema: Schema,
    span: crate::base::Span,
) -> PhysicalNode {
    PhysicalNode {
        op,
        inputs,
        schema,
        span,
        name: String::new(),
        uid: String::new(),
        state_fingerprint: None,
        changelog: ChangelogMode::default(),
        upsert_keys: Vec::new(),
    }
}

fn operator(node: &LogicalNode) -> PhysicalOp {
    match node.op.clone() {
        LogicalOp::Source { table, columns } => PhysicalOp::Source(Source { table, columns }),
        LogicalOp::Values { rows } => PhysicalOp::Values(Values { rows }),
        LogicalOp::Filter { condition } => {
            let exprs = identity(&node.schema, condition.span);
            PhysicalOp::Calc(Calc {
                condition: Some(condition),
                exprs,
                drop_update_before: false,
                deletes_failing: None,
            })
        }
        LogicalOp::Project { exprs } => PhysicalOp::Calc(Calc {
            condition: None,
            exprs,
            drop_update_before: false,
            deletes_failing: None,
        }),
        LogicalOp::Union => PhysicalOp::Union(Union),
        LogicalOp::WindowAssign { window } => PhysicalOp::WindowAssign(WindowAssign { window }),
        LogicalOp::GroupAgg { keys, aggregates } => {
            let (input_retracts, emit_update_before) = (false, false);
            PhysicalOp::GroupAgg(GroupAgg {
                keys,
                aggregates,
                input_retracts,
                emit_update_before,
            })
        }
        LogicalOp::WindowAgg {
            window,
            keys,
            aggregates,
        } => PhysicalOp::WindowAgg(WindowAgg {
            window,
            keys,
            aggregates,
            input_retracts: false,
        }),
        LogicalOp::Sink { table } => PhysicalOp::Sink(Sink { table: Some(table) }),
        LogicalOp::Collect => PhysicalOp::Sink(Sink { table: None }),
    }
}

/// Every column as it is.
pub(super) fn identity(schema: &Schema, span: crate::base::Span) -> Vec<Expr> {
    let column = |(i, column): (usize, &crate::p3_plan::plan::SchemaColumn)| Expr {
        kind: ExprKind::Column(i),
        ty: column.ty.clone(),
        span,
    };
    schema.columns.iter().enumerate().map(column).collect()
}
