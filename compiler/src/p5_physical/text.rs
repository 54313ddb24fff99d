//! The physical plan as text, with or without changelog modes.

use super::plan::PhysicalPlan;
use crate::explain::tree;

/// The whole plan as a tree below each sink.
pub fn plan_text(plan: &PhysicalPlan, changelog_mode: bool) -> String {
    let inputs = |index: usize| plan.nodes[index].inputs.iter().map(|input| input.0).collect();
    tree(plan.nodes.len(), &inputs, &|index| {
        node_line(plan, index, changelog_mode)
    })
}

/// One node: `group_by_k: GroupAgg(groupBy=[k], select=[k, SUM(v) AS s])`.
pub fn node_line(plan: &PhysicalPlan, index: usize, changelog_mode: bool) -> String {
    let node = &plan.nodes[index];
    let text = node.op.operator().text(&plan.input_schema(index), &node.schema);
    let line = format!("{}: {text}", node.name);
    match changelog_mode {
        false => line,
        true => format!("{}, changelogMode={})", &line[..line.len() - 1], node.changelog),
    }
}
