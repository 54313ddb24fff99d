//! `Filter b (Filter a (x))` → `Filter a AND b (x)`. The lower condition is tested first, as before.

use super::graph::{private_input, readers};
use crate::expr::{Expr, ExprKind};
use crate::p3_plan::plan::{LogicalOp, LogicalPlan};

pub(super) fn apply(plan: &mut LogicalPlan) -> bool {
    let readers = readers(plan);
    let mut changed = false;
    for upper in 0..plan.nodes.len() {
        let Some(lower) = private_input(plan, &readers, upper) else {
            continue;
        };
        let (LogicalOp::Filter { condition: second }, LogicalOp::Filter { condition: first }) =
            (&plan.nodes[upper].op, &plan.nodes[lower].op)
        else {
            continue;
        };
        let condition = conjunction(first, second);
        plan.nodes[upper].inputs = plan.nodes[lower].inputs.clone();
        plan.nodes[upper].span = plan.nodes[lower].span.to(plan.nodes[upper].span);
        plan.nodes[upper].op = LogicalOp::Filter { condition };
        changed = true;
    }
    changed
}

fn conjunction(first: &Expr, second: &Expr) -> Expr {
    let mut operands = Vec::new();
    for side in [first, second] {
        match &side.kind {
            ExprKind::And(list) => operands.extend(list.iter().cloned()),
            _ => operands.push(side.clone()),
        }
    }
    Expr {
        kind: ExprKind::And(operands),
        ty: first.ty.with_nullable(first.ty.nullable || second.ty.nullable),
        span: first.span.to(second.span),
    }
}
