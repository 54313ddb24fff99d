//! Names of operators from what the query says: `tumble_30s_by_hostname_cpu`, `filter_usage`, `cpu_sink`.

use std::collections::BTreeSet;

use super::plan::{PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::p3_plan::plan::{Schema, WindowInput, WindowKind};
use crate::p3_plan::text::duration_text;

/// Columns that a name lists at most.
const COLUMNS_MAX: usize = 3;
const LENGTH_MAX: usize = 60;
/// What the generated code appends for the functions of an operator; no operator may be called so itself.
const SUFFIXES: [&str; 4] = ["", "_kernel", "_compute", "_watermark"];

/// Names every node, uniquely in the job.
pub(super) fn assign(plan: &mut PhysicalPlan) {
    let mut taken: BTreeSet<String> = ["job".to_owned()].into();
    for index in 0..plan.nodes.len() {
        let node = &plan.nodes[index];
        let empty = Schema { columns: Vec::new() };
        let input = node
            .inputs
            .first()
            .map_or(&empty, |input| &plan.nodes[input.0].schema);
        let name = unique(identifier(&base_name(node, input)), &taken);
        taken.extend(SUFFIXES.map(|suffix| format!("{name}{suffix}")));
        plan.nodes[index].name = name;
    }
}

fn unique(base: String, taken: &BTreeSet<String>) -> String {
    let is_free = |name: &String| {
        SUFFIXES
            .iter()
            .all(|suffix| !taken.contains(&format!("{name}{suffix}")))
    };
    if is_free(&base) {
        return base;
    }
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    numbered.into_iter().find(is_free).expect("numbers do not end")
}

fn base_name(node: &PhysicalNode, input: &Schema) -> String {
    match &node.op {
        PhysicalOp::Source { table, .. } => format!("{}_source", table.name),
        PhysicalOp::Values { .. } => "values".to_owned(),
        PhysicalOp::Calc {
            drop_update_before: true,
            ..
        } => "drop_update_before".to_owned(),
        PhysicalOp::Calc {
            condition: Some(condition),
            ..
        } => {
            let columns: Vec<usize> = condition.columns().into_iter().collect();
            format!("filter_{}", listed(&columns, input))
        }
        PhysicalOp::Calc { .. } => {
            let columns: Vec<usize> = (0..node.schema.columns.len()).collect();
            format!("project_{}", listed(&columns, &node.schema))
        }
        PhysicalOp::Union => "union".to_owned(),
        PhysicalOp::Exchange { keys } if keys.is_empty() => "exchange_to_one".to_owned(),
        PhysicalOp::Exchange { keys } => format!("exchange_by_{}", listed(keys, input)),
        PhysicalOp::WindowAssign { window } => format!("assign_{}", window_name(window.kind)),
        PhysicalOp::GroupAgg { keys, aggregates, .. } => match (keys.is_empty(), aggregates.is_empty()) {
            (true, _) => "group_all".to_owned(),
            (false, true) => format!("distinct_{}", listed(keys, input)),
            (false, false) => format!("group_by_{}", listed(keys, input)),
        },
        PhysicalOp::WindowAgg { window, keys, .. } => {
            let window = match window {
                WindowInput::Assign(window) => window_name(window.kind),
                WindowInput::Attached { .. } => "window".to_owned(),
            };
            if keys.is_empty() {
                format!("{window}_all")
            } else {
                format!("{window}_by_{}", listed(keys, input))
            }
        }
        PhysicalOp::Sink { table: Some(table) } => format!("{}_sink", table.name),
        PhysicalOp::Sink { table: None } => "collect".to_owned(),
    }
}

fn window_name(kind: WindowKind) -> String {
    match kind {
        WindowKind::Tumble { size_ms, .. } => format!("tumble_{}", duration_text(size_ms)),
        WindowKind::Hop {
            slide_ms, size_ms, ..
        } => {
            format!("hop_{}_{}", duration_text(slide_ms), duration_text(size_ms))
        }
        WindowKind::Cumulate { step_ms, size_ms, .. } => {
            format!("cumulate_{}_{}", duration_text(step_ms), duration_text(size_ms))
        }
    }
}

fn listed(columns: &[usize], schema: &Schema) -> String {
    let names: Vec<&str> = columns
        .iter()
        .map(|column| schema.columns[*column].name.as_str())
        .collect();
    match names.len() {
        0 => "rows".to_owned(),
        count if count <= COLUMNS_MAX => names.join("_"),
        count => format!("{}_and_{}", names[..COLUMNS_MAX].join("_"), count - COLUMNS_MAX),
    }
}

/// Lower case letters, digits and single underscores, beginning with a letter.
fn identifier(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars().take(LENGTH_MAX) {
        let c = if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        };
        if c != '_' || !name.ends_with('_') {
            name.push(c);
        }
    }
    let name = name.trim_matches('_').to_owned();
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name
    } else {
        format!("t_{name}")
    }
}
