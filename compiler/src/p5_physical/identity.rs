//! Stable identities: what an operator computes, in terms of tables and their columns.
//!
//! An identity is made bottom up of *which rows* a node has and *what each column is*. Positions of columns, places
//! in the text, names given by AS, options and other branches of the plan do not enter, so state survives edits there.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::plan::{PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::expr::text::expr_text;
use crate::p3_plan::plan::{Aggregate, Schema, Window, WindowInput};
use crate::p3_plan::text::aggregate_text;

/// Characters of a uid.
const LENGTH: usize = 16;

/// What a node's output is.
struct Meaning {
    /// Which rows.
    rows: String,
    /// Of each column: what it is.
    columns: Vec<String>,
}

/// Fills in `uid` and `state_fingerprint`.
pub(super) fn assign(plan: &mut PhysicalPlan) {
    let mut meanings: Vec<Meaning> = Vec::with_capacity(plan.nodes.len());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..plan.nodes.len() {
        let node = &plan.nodes[index];
        let inputs: Vec<&Meaning> = node.inputs.iter().map(|input| &meanings[input.0]).collect();
        let meaning = meaning(node, &inputs);
        let uid = digest(&[operator(&node.op), &meaning.rows, &meaning.columns.join("|")]);
        let uid = match node.op {
            // A source's state is how far it has read, whatever columns are read.
            PhysicalOp::Source { .. } => digest(&["source", &meaning.rows]),
            _ => uid,
        };
        let number = seen
            .entry(uid.clone())
            .and_modify(|number| *number += 1)
            .or_insert(1);
        let uid = if *number == 1 {
            uid
        } else {
            format!("{uid}-{number}")
        };
        let fingerprint = node
            .inputs
            .first()
            .and_then(|input| fingerprint(node, &plan.nodes[input.0].schema));
        meanings.push(meaning);
        plan.nodes[index].uid = uid;
        plan.nodes[index].state_fingerprint = fingerprint;
    }
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())[..LENGTH].to_owned()
}

fn operator(op: &PhysicalOp) -> &'static str {
    match op {
        PhysicalOp::Source { .. } => "source",
        PhysicalOp::Values { .. } => "values",
        PhysicalOp::Calc {
            drop_update_before: true,
            ..
        } => "drop_update_before",
        PhysicalOp::Calc { .. } => "calc",
        PhysicalOp::Union => "union",
        PhysicalOp::Exchange { .. } => "exchange",
        PhysicalOp::WindowAssign { .. } => "window_assign",
        PhysicalOp::GroupAgg { .. } => "group_agg",
        PhysicalOp::WindowAgg { .. } => "window_agg",
        PhysicalOp::Sink { .. } => "sink",
    }
}

fn meaning(node: &PhysicalNode, inputs: &[&Meaning]) -> Meaning {
    let column = |column: usize| inputs[0].columns[column].clone();
    match &node.op {
        PhysicalOp::Source { table, columns } => Meaning {
            rows: table.name.clone(),
            columns: columns
                .iter()
                .map(|c| format!("{}.{}", table.name, table.columns[*c].name))
                .collect(),
        },
        PhysicalOp::Values { rows } => Meaning {
            rows: digest(&[&format!("{rows:?}")]),
            columns: (0..node.schema.columns.len()).map(|n| n.to_string()).collect(),
        },
        PhysicalOp::Calc { condition, exprs, .. } => Meaning {
            rows: match condition {
                Some(condition) => digest(&["filter", &inputs[0].rows, &expr_text(condition, &column)]),
                None => inputs[0].rows.clone(),
            },
            columns: exprs
                .iter()
                .map(|expr| match expr.as_column() {
                    Some(passed) => column(passed),
                    None => digest(&[&expr_text(expr, &column), &expr.ty.kind.to_string()]),
                })
                .collect(),
        },
        PhysicalOp::Union => union(node, inputs),
        PhysicalOp::Exchange { .. } | PhysicalOp::Sink { table: None } => Meaning {
            rows: inputs[0].rows.clone(),
            columns: inputs[0].columns.clone(),
        },
        PhysicalOp::Sink { table: Some(table) } => Meaning {
            rows: digest(&["sink", &table.name, &inputs[0].rows]),
            columns: inputs[0].columns.clone(),
        },
        PhysicalOp::WindowAssign { window } => {
            let rows = digest(&["window", &inputs[0].rows, &window_meaning(window, inputs[0])]);
            let columns = inputs[0]
                .columns
                .iter()
                .cloned()
                .chain(window_columns(&rows))
                .collect();
            Meaning { rows, columns }
        }
        PhysicalOp::GroupAgg { keys, aggregates, .. } => aggregation("", keys, aggregates, inputs[0]),
        PhysicalOp::WindowAgg {
            window,
            keys,
            aggregates,
            ..
        } => {
            let window = match window {
                WindowInput::Assign(window) => window_meaning(window, inputs[0]),
                WindowInput::Attached { start, end } => format!("{} {}", column(*start), column(*end)),
            };
            let mut meaning = aggregation(&window, keys, aggregates, inputs[0]);
            meaning.columns.extend(window_columns(&meaning.rows));
            meaning
        }
    }
}

fn union(node: &PhysicalNode, inputs: &[&Meaning]) -> Meaning {
    let parts = |part: &dyn Fn(&Meaning) -> String| {
        let parts: Vec<String> = inputs.iter().map(|input| part(input)).collect();
        digest(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    };
    Meaning {
        rows: parts(&|input| input.rows.clone()),
        columns: (0..node.schema.columns.len())
            .map(|n| parts(&|input| input.columns[n].clone()))
            .collect(),
    }
}

fn window_meaning(window: &Window, input: &Meaning) -> String {
    format!(
        "{:?} {:?} {}",
        window.kind, window.time, input.columns[window.time_column]
    )
}

fn window_columns(rows: &str) -> [String; 3] {
    ["start", "end", "time"].map(|part| digest(&["window", part, rows]))
}

fn aggregation(window: &str, keys: &[usize], aggregates: &[Aggregate], input: &Meaning) -> Meaning {
    let name = |column: usize| input.columns[column].clone();
    let keys: Vec<String> = keys.iter().map(|key| name(*key)).collect();
    let rows = digest(&["group", window, &input.rows, &keys.join("|")]);
    let values = aggregates
        .iter()
        .map(|aggregate| digest(&[&rows, &aggregate_text(aggregate, &name)]));
    let columns = keys.iter().cloned().chain(values).collect();
    Meaning { rows, columns }
}

/// What the bytes of an operator's state depend on: types of keys, aggregates and their arguments.
fn fingerprint(node: &PhysicalNode, input: &Schema) -> Option<String> {
    let (keys, aggregates, window, retracts) = match &node.op {
        PhysicalOp::GroupAgg {
            keys,
            aggregates,
            input_retracts,
            ..
        } => (keys, aggregates, None, input_retracts),
        PhysicalOp::WindowAgg {
            window,
            keys,
            aggregates,
            input_retracts,
        } => (keys, aggregates, Some(window), input_retracts),
        _ => return None,
    };
    let ty = |column: usize| input.columns[column].ty.to_string();
    let mut parts: Vec<String> = keys.iter().map(|key| ty(*key)).collect();
    parts.push(format!("retracts={retracts}"));
    if let Some(WindowInput::Assign(window)) = window {
        parts.push(format!("{:?}", window.kind));
    }
    parts.extend(
        aggregates
            .iter()
            .map(|aggregate| format!("{}:{}", aggregate_text(aggregate, &ty), aggregate.ty)),
    );
    Some(digest(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
}
