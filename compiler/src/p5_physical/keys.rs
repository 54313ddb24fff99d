//! Which columns tell rows apart, and exchanges so that rows that belong together meet on one thread.

use std::collections::BTreeMap;

use sql::TypeKind;
use sql::types::LENGTH_MAX;

use super::lower::new_node;
use super::node::Exchange;
use super::plan::{NodeId, PhysicalNode, PhysicalOp, PhysicalPlan};

/// Where the rows of a node's output are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Distribution {
    Anywhere,
    /// Rows of equal keys are on one thread.
    Keys(Vec<usize>),
    OneThread,
}

impl Distribution {
    /// Behind an exchange by these keys.
    pub(super) fn by(keys: Vec<usize>) -> Self {
        if keys.is_empty() {
            Distribution::OneThread
        } else {
            Distribution::Keys(keys)
        }
    }
}

/// Fills in `upsert_keys` before there are exchanges.
pub(super) fn tell_apart(plan: &mut PhysicalPlan) {
    for index in 0..plan.nodes.len() {
        let node = &plan.nodes[index];
        let inputs: Vec<&PhysicalNode> = node.inputs.iter().map(|input| &plan.nodes[input.0]).collect();
        let keys = node.op.operator().upsert_keys(&inputs, node.schema.columns.len());
        plan.nodes[index].upsert_keys = keys;
    }
}

/// Inserts exchanges and fills in `upsert_keys` anew.
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
        if let Some(wanted) = node.op.operator().exchange_keys() {
            node.inputs[0] = rebuilt.exchanged(node.inputs[0], wanted, &node);
        }
        at.push(rebuilt.push(node));
    }
    plan.nodes = rebuilt.nodes;
}

/// The values of the keys may be trimmed or padded to a sink's columns before they are exchanged; nobody else wants
/// them so.
fn is_trimmed(input: &PhysicalNode, keys: &[usize], reader: &PhysicalNode) -> bool {
    let is_to_sink = matches!(
        reader.op,
        PhysicalOp::Sink(_) | PhysicalOp::SinkUpsertMaterializer(_)
    );
    let has_length = |key: &usize| match input.schema.columns[*key].ty.kind {
        TypeKind::Char { length }
        | TypeKind::VarChar { length }
        | TypeKind::Binary { length }
        | TypeKind::VarBinary { length } => length < LENGTH_MAX,
        _ => false,
    };
    is_to_sink && keys.iter().any(has_length)
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
        let operator = node.op.operator();
        let keys = operator.upsert_keys(&inputs, node.schema.columns.len());
        let below = node
            .inputs
            .first()
            .map_or(&Distribution::Anywhere, |input| &self.places[input.0]);
        let place = operator.distribution(below);
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
            (Distribution::Keys(found), PhysicalOp::Sink(_)) => found.iter().all(|key| keys.contains(key)),
            (Distribution::Keys(found), _) => *found == keys,
            (Distribution::OneThread, PhysicalOp::Sink(_)) => true,
            (Distribution::OneThread, _) => keys.is_empty(),
        };
        if is_met {
            return input;
        }
        let is_shared = !is_trimmed(&self.nodes[input.0], &keys, reader);
        if let Some(exchange) = self.exchanges.get(&(input, keys.clone())).filter(|_| is_shared) {
            return *exchange;
        }
        let below = &self.nodes[input.0];
        let op = PhysicalOp::Exchange(Exchange { keys: keys.clone() });
        let schema = below.schema.clone();
        let mut exchange = new_node(op, vec![input], schema, reader.span);
        exchange.changelog = below.changelog;
        let id = self.push(exchange);
        if is_shared {
            self.exchanges.insert((input, keys), id);
        }
        id
    }
}
