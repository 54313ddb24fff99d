//! A project that answers its input's columns as they are disappears. Names are of interest only to printed rows.

use crate::p3_plan::plan::{LogicalNode, LogicalOp, LogicalPlan, SchemaColumn};

pub(super) fn apply(plan: &mut LogicalPlan) -> bool {
    let mut changed = false;
    for reader in 0..plan.nodes.len() {
        let printed = matches!(plan.nodes[reader].op, LogicalOp::Collect);
        for n in 0..plan.nodes[reader].inputs.len() {
            let input = plan.nodes[reader].inputs[n];
            let project = &plan.nodes[input.0];
            if is_identity(plan, project, printed) {
                plan.nodes[reader].inputs[n] = project.inputs[0];
                changed = true;
            }
        }
    }
    changed
}

fn is_identity(plan: &LogicalPlan, project: &LogicalNode, names_matter: bool) -> bool {
    let LogicalOp::Project { exprs } = &project.op else {
        return false;
    };
    let below = &plan.nodes[project.inputs[0].0].schema.columns;
    let same = |(above, below): (&SchemaColumn, &SchemaColumn)| {
        above.ty.kind == below.ty.kind
            && above.time == below.time
            && (!names_matter || above.name == below.name)
    };
    exprs.len() == below.len()
        && exprs
            .iter()
            .enumerate()
            .all(|(i, expr)| expr.as_column() == Some(i))
        && project.schema.columns.iter().zip(below).all(same)
}
