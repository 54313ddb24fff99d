//! The physical plan as text, with or without changelog modes.

use super::plan::{PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::explain::tree;
use crate::p3_plan::plan::Schema;
use crate::p3_plan::text::{aggregates_text, fields, select_text, text_over, window_input_text, window_text};

/// The whole plan as a tree below each sink.
pub fn plan_text(plan: &PhysicalPlan, changelog_mode: bool) -> String {
    let inputs = |index: usize| plan.nodes[index].inputs.iter().map(|input| input.0).collect();
    tree(plan.nodes.len(), &inputs, &|index| {
        node_line(plan, index, changelog_mode)
    })
}

/// The operator as messages call it.
pub fn operator_kind(op: &PhysicalOp) -> &'static str {
    match op {
        PhysicalOp::Source { .. } => "source",
        PhysicalOp::Values { .. } => "values",
        PhysicalOp::Calc { .. } => "calc",
        PhysicalOp::Union => "union",
        PhysicalOp::Exchange { .. } => "exchange",
        PhysicalOp::WindowAssign { .. } => "window assignment",
        PhysicalOp::GroupAgg { .. } => "aggregation",
        PhysicalOp::WindowAgg { .. } => "window aggregation",
        PhysicalOp::Sink { .. } => "sink",
    }
}

/// One node: `group_by_k: GroupAgg(groupBy=[k], select=[k, SUM(v) AS s])`.
pub fn node_line(plan: &PhysicalPlan, index: usize, changelog_mode: bool) -> String {
    let node = &plan.nodes[index];
    let empty = Schema { columns: Vec::new() };
    let input = node
        .inputs
        .first()
        .map_or(&empty, |input| &plan.nodes[input.0].schema);
    let line = format!("{}: {}", node.name, node_text(node, input));
    match changelog_mode {
        false => line,
        true => format!("{}, changelogMode={})", &line[..line.len() - 1], node.changelog),
    }
}

fn node_text(node: &PhysicalNode, input: &Schema) -> String {
    match &node.op {
        PhysicalOp::Source { table, .. } => format!(
            "Source(table=[{}], fields=[{}])",
            table.name,
            fields(&node.schema)
        ),
        PhysicalOp::Values { rows } => {
            format!("Values(rows=[{}], fields=[{}])", rows.len(), fields(&node.schema))
        }
        PhysicalOp::Calc {
            drop_update_before: true,
            ..
        } => "DropUpdateBefore()".to_owned(),
        PhysicalOp::Calc { condition, exprs, .. } => {
            let select = select_text(exprs, input, &node.schema);
            match condition {
                Some(condition) => {
                    format!("Calc(select=[{select}], where=[{}])", text_over(condition, input))
                }
                None => format!("Calc(select=[{select}])"),
            }
        }
        PhysicalOp::Union => format!("Union(fields=[{}])", fields(&node.schema)),
        PhysicalOp::Exchange { keys } if keys.is_empty() => "Exchange(distribution=[single])".to_owned(),
        PhysicalOp::Exchange { keys } => {
            let names: Vec<&str> = keys.iter().map(|key| input.columns[*key].name.as_str()).collect();
            format!("Exchange(distribution=[hash[{}]])", names.join(", "))
        }
        PhysicalOp::WindowAssign { window } => {
            format!("WindowAssign(window=[{}])", window_text(window, input))
        }
        PhysicalOp::GroupAgg { keys, aggregates, .. } => {
            format!(
                "GroupAgg({})",
                aggregates_text(keys, aggregates, input, &node.schema)
            )
        }
        PhysicalOp::WindowAgg {
            window,
            keys,
            aggregates,
            ..
        } => {
            let window = window_input_text(window, input);
            format!(
                "WindowAgg(window=[{window}], {})",
                aggregates_text(keys, aggregates, input, &node.schema)
            )
        }
        PhysicalOp::Sink { table: Some(table) } => {
            format!("Sink(table=[{}], fields=[{}])", table.name, fields(&node.schema))
        }
        PhysicalOp::Sink { table: None } => format!("Collect(fields=[{}])", fields(&node.schema)),
    }
}
