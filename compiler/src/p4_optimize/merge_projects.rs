//! `Project b (Project a (x))` → `Project b[a] (x)`. What the upper one reads twice is computed once by the
//! generated code, which shares equal sub-expressions.

use super::graph::{private_input, readers};
use crate::expr::Expr;
use crate::p3_plan::plan::{LogicalOp, LogicalPlan};

/// Most nodes of one merged expression: a tower of views that each use a column twice must not double each time.
pub(super) const SIZE_MAX: usize = 1_000;

pub(super) fn apply(plan: &mut LogicalPlan) -> bool {
    let readers = readers(plan);
    let mut changed = false;
    for upper in 0..plan.nodes.len() {
        let Some(lower) = private_input(plan, &readers, upper) else {
            continue;
        };
        let (LogicalOp::Project { exprs: outer }, LogicalOp::Project { exprs: inner }) =
            (&plan.nodes[upper].op, &plan.nodes[lower].op)
        else {
            continue;
        };
        if !inner.iter().all(Expr::is_deterministic) {
            continue;
        }
        let exprs: Vec<Expr> = outer.iter().map(|expr| expr.substitute(inner)).collect();
        if exprs.iter().any(|expr| expr.size() > SIZE_MAX) {
            continue;
        }
        plan.nodes[upper].op = LogicalOp::Project { exprs };
        plan.nodes[upper].inputs = plan.nodes[lower].inputs.clone();
        changed = true;
    }
    changed
}
