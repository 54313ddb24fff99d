//! Sinks whose primary key does not tell apart what the query updates get their rows through a materializer.
//!
//! Two rows of the query with one key in the sink would replace each other, and changes that come from different
//! threads reach the sink in any order. As Flink plans it: only where the input updates, the sink can do with the
//! latest row per key, and no upsert key of the query is part of the primary key.

use super::connector::{SinkMode, sink_mode};
use super::lower::new_node;
use super::node::sink::sink_key;
use super::node::{Sink, SinkUpsertMaterializer};
use super::plan::{NodeId, PhysicalNode, PhysicalOp, PhysicalPlan};
use super::settings::UpsertMaterialize;

/// Puts materializers in front of the sinks that need them. Upsert keys and changelog modes are known.
pub(super) fn insert(plan: &mut PhysicalPlan, strategy: UpsertMaterialize) {
    let old = std::mem::take(&mut plan.nodes);
    let mut at: Vec<NodeId> = Vec::with_capacity(old.len());
    for mut node in old {
        for input in &mut node.inputs {
            *input = at[input.0];
        }
        if let Some(operator) = materializer(&node, &plan.nodes, strategy) {
            let input = node.inputs[0];
            let below = &plan.nodes[input.0];
            let key = operator.key.clone();
            let op = PhysicalOp::SinkUpsertMaterializer(operator);
            let mut inserted = new_node(op, vec![input], below.schema.clone(), node.span);
            inserted.upsert_keys = vec![key];
            node.upsert_keys.clone_from(&inserted.upsert_keys);
            plan.nodes.push(inserted);
            node.inputs = vec![NodeId(plan.nodes.len() - 1)];
        }
        at.push(NodeId(plan.nodes.len()));
        plan.nodes.push(node);
    }
}

/// What a sink needs in front of it, if anything.
fn materializer(
    sink: &PhysicalNode,
    below: &[PhysicalNode],
    strategy: UpsertMaterialize,
) -> Option<SinkUpsertMaterializer> {
    let PhysicalOp::Sink(Sink { table: Some(table) }) = &sink.op else {
        return None;
    };
    let key = sink_key(table);
    let takes_latest = matches!(
        sink_mode(table),
        SinkMode::Upsert | SinkMode::AsGiven | SinkMode::AfterOnly
    );
    if key.is_empty() || !takes_latest {
        return None;
    }
    let input = &below[sink.inputs[0].0];
    if input.changelog.is_insert_only() {
        return None;
    }
    let is_unique = |unique: &Vec<usize>| unique.iter().all(|column| key.contains(column));
    let is_needed = match strategy {
        UpsertMaterialize::Force => true,
        UpsertMaterialize::None => false,
        UpsertMaterialize::Auto => !input.upsert_keys.iter().any(is_unique),
    };
    // The shortest key, of those the first: it is what is compared for every row taken back.
    let shortest = input
        .upsert_keys
        .iter()
        .min_by_key(|unique| (unique.len(), *unique));
    is_needed.then(|| SinkUpsertMaterializer {
        key,
        upsert_key: shortest.cloned().unwrap_or_default(),
    })
}
