//! `Filter c (Project e (x))` → `Project e (Filter c[e] (x))`, when the expressions may be evaluated for fewer rows.

use super::graph::{private_input, readers};
use super::merge_projects::SIZE_MAX;
use crate::expr::Expr;
use crate::p3_plan::plan::{LogicalOp, LogicalPlan};

pub(super) fn apply(plan: &mut LogicalPlan) -> bool {
    let readers = readers(plan);
    let mut changed = false;
    for upper in 0..plan.nodes.len() {
        let Some(lower) = private_input(plan, &readers, upper) else {
            continue;
        };
        let (LogicalOp::Filter { condition }, LogicalOp::Project { exprs }) =
            (&plan.nodes[upper].op, &plan.nodes[lower].op)
        else {
            continue;
        };
        if !exprs.iter().all(Expr::is_deterministic) {
            continue;
        }
        let condition = condition.substitute(exprs);
        if condition.size() > SIZE_MAX {
            continue;
        }
        // The two nodes change places; the upper one keeps its schema, which is that of the project.
        let project = std::mem::replace(&mut plan.nodes[lower].op, LogicalOp::Filter { condition });
        plan.nodes[upper].op = project;
        let span = plan.nodes[upper].span;
        plan.nodes[upper].span = std::mem::replace(&mut plan.nodes[lower].span, span);
        plan.nodes[upper].schema = plan.nodes[lower].schema.clone();
        let below = plan.nodes[lower].inputs[0];
        plan.nodes[lower].schema = plan.nodes[below.0].schema.clone();
        changed = true;
    }
    changed
}
