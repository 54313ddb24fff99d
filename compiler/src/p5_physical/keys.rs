//! Which columns tell rows apart, and exchanges so that rows that belong together meet on one thread.

use std::collections::BTreeMap;

use super::connector::{SinkMode, sink_mode};
use super::lower::new_node;
use super::plan::{NodeId, PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::catalog::table::{ColumnKind, Table};
use crate::expr::Expr;
use crate::p3_plan::plan::{WindowInput, WindowKind};

/// Where the rows of a node's output are.
#[derive(Clone, Debug, PartialEq)]
enum Distribution {
    Anywhere,
    /// Rows of equal keys are on one thread.
    Keys(Vec<usize>),
    OneThread,
}

/// Inserts exchanges and fills in `upsert_keys`.
pub(super) fn distribute(plan: &mut PhysicalPlan) {
    let old = std::mem::take(&mut plan.nodes);
    let mut rebuilt = Rebuilt {
        nodes: Vec::new(),
        places: Vec::new(),
        exchanges: BTreeMap::new(),
    };
    let mut at: Vec<NodeId> = Vec::with_capacity(old.len());
    for mut node in old {
        for input in &mut node.inputs {
            *input = at[input.0];
        }
        if let Some(wanted) = wanted_keys(&node) {
            node.inputs[0] = rebuilt.exchanged(node.inputs[0], wanted, &node);
        }
        at.push(rebuilt.push(node));
    }
    plan.nodes = rebuilt.nodes;
}

/// The columns of the input by which rows must meet.
fn wanted_keys(node: &PhysicalNode) -> Option<Vec<usize>> {
    match &node.op {
        PhysicalOp::GroupAgg { keys, .. } | PhysicalOp::WindowAgg { keys, .. } => Some(keys.clone()),
        PhysicalOp::Sink { table: Some(table) } if sink_mode(table) == SinkMode::Upsert => {
            Some(sink_key(table)).filter(|key| !key.is_empty())
        }
        _ => None,
    }
}

/// Positions of the primary key among the columns that are written.
pub fn sink_key(table: &Table) -> Vec<usize> {
    let written: Vec<usize> = written_columns(table);
    let position = |key: &usize| written.iter().position(|column| column == key);
    table.primary_key.iter().filter_map(position).collect()
}

/// Columns of a table that are written: physical ones, and metadata unless virtual.
pub fn written_columns(table: &Table) -> Vec<usize> {
    let is_written = |kind: &ColumnKind| {
        matches!(
            kind,
            ColumnKind::Physical
                | ColumnKind::Metadata {
                    is_virtual: false,
                    ..
                }
        )
    };
    (0..table.columns.len())
        .filter(|column| is_written(&table.columns[*column].kind))
        .collect()
}

struct Rebuilt {
    nodes: Vec<PhysicalNode>,
    places: Vec<Distribution>,
    /// Exchanges by input and keys: two readers that want the same share one.
    exchanges: BTreeMap<(NodeId, Vec<usize>), NodeId>,
}

impl Rebuilt {
    fn push(&mut self, mut node: PhysicalNode) -> NodeId {
        let inputs: Vec<&PhysicalNode> = node.inputs.iter().map(|input| &self.nodes[input.0]).collect();
        let keys = upsert_keys(&node, &inputs);
        let place = match node.inputs.first() {
            Some(input) => place(&node, &self.places[input.0]),
            None => Distribution::Anywhere,
        };
        node.upsert_keys = keys;
        self.nodes.push(node);
        self.places.push(place);
        NodeId(self.nodes.len() - 1)
    }

    /// The input, behind an exchange unless its rows are where the reader wants them.
    fn exchanged(&mut self, input: NodeId, keys: Vec<usize>, reader: &PhysicalNode) -> NodeId {
        let is_met = match (&self.places[input.0], &reader.op) {
            (Distribution::Anywhere, _) => false,
            // State belongs to key groups, so its keys must be the exchange's; a sink has no state.
            (Distribution::Keys(found), PhysicalOp::Sink { .. }) => {
                found.iter().all(|key| keys.contains(key))
            }
            (Distribution::Keys(found), _) => *found == keys,
            (Distribution::OneThread, PhysicalOp::Sink { .. }) => true,
            (Distribution::OneThread, _) => keys.is_empty(),
        };
        if is_met {
            return input;
        }
        if let Some(exchange) = self.exchanges.get(&(input, keys.clone())) {
            return *exchange;
        }
        let below = &self.nodes[input.0];
        let (op, schema) = (PhysicalOp::Exchange { keys: keys.clone() }, below.schema.clone());
        let mut exchange = new_node(op, vec![input], schema, reader.span);
        exchange.changelog = below.changelog;
        let id = self.push(exchange);
        self.exchanges.insert((input, keys), id);
        id
    }
}

fn place(node: &PhysicalNode, input: &Distribution) -> Distribution {
    match &node.op {
        PhysicalOp::Exchange { keys } if keys.is_empty() => Distribution::OneThread,
        PhysicalOp::Exchange { keys } => Distribution::Keys(keys.clone()),
        PhysicalOp::GroupAgg { keys, .. } | PhysicalOp::WindowAgg { keys, .. } if keys.is_empty() => {
            Distribution::OneThread
        }
        PhysicalOp::GroupAgg { keys, .. } | PhysicalOp::WindowAgg { keys, .. } => {
            Distribution::Keys((0..keys.len()).collect())
        }
        PhysicalOp::Calc { exprs, .. } => match input {
            Distribution::Keys(keys) => {
                passed_on(keys, exprs).map_or(Distribution::Anywhere, Distribution::Keys)
            }
            other => other.clone(),
        },
        PhysicalOp::WindowAssign { .. } => input.clone(),
        _ => Distribution::Anywhere,
    }
}

/// Where a calc puts these columns, if it passes all of them on.
fn passed_on(columns: &[usize], exprs: &[Expr]) -> Option<Vec<usize>> {
    columns
        .iter()
        .map(|column| exprs.iter().position(|expr| expr.as_column() == Some(*column)))
        .collect()
}

fn upsert_keys(node: &PhysicalNode, inputs: &[&PhysicalNode]) -> Vec<Vec<usize>> {
    let width = node.schema.columns.len();
    match &node.op {
        PhysicalOp::Source { table, columns } if !table.primary_key.is_empty() => {
            let position = |key: &usize| columns.iter().position(|column| column == key);
            table
                .primary_key
                .iter()
                .map(position)
                .collect::<Option<Vec<usize>>>()
                .into_iter()
                .collect()
        }
        PhysicalOp::Calc { exprs, .. } => inputs[0]
            .upsert_keys
            .iter()
            .filter_map(|key| passed_on(key, exprs))
            .collect(),
        PhysicalOp::Exchange { .. } | PhysicalOp::Sink { .. } => inputs[0].upsert_keys.clone(),
        PhysicalOp::WindowAssign { .. } => {
            // A row may belong to several windows.
            let with_window = |key: &Vec<usize>| [key.as_slice(), &[width - 3, width - 2]].concat();
            inputs[0].upsert_keys.iter().map(with_window).collect()
        }
        PhysicalOp::GroupAgg { keys, .. } => vec![(0..keys.len()).collect()],
        PhysicalOp::WindowAgg { window, keys, .. } => {
            let (start, end, time) = (width - 3, width - 2, width - 1);
            let with = |columns: &[usize]| (0..keys.len()).chain(columns.iter().copied()).collect();
            match window {
                WindowInput::Attached { .. } => vec![with(&[start, end])],
                WindowInput::Assign(window) if matches!(window.kind, WindowKind::Cumulate { .. }) => {
                    vec![with(&[end]), with(&[time])]
                }
                WindowInput::Assign(_) => vec![with(&[start]), with(&[end]), with(&[time])],
            }
        }
        PhysicalOp::Source { .. } | PhysicalOp::Values { .. } | PhysicalOp::Union => Vec::new(),
    }
}
