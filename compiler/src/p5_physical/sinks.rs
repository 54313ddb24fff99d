//! Whether every sink can take the changes it is given, and every source can tell what it changes.

use super::connector::{SinkMode, how_to_take_updates, sink_mode};
use super::node::{Sink, Source};
use super::plan::{PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::base::{Diagnostic, ErrorSink};
use crate::catalog::changelog::delivers_upserts;
use crate::catalog::table::Table;

pub(super) fn check(plan: &PhysicalPlan, errors: &mut ErrorSink) {
    for node in &plan.nodes {
        match &node.op {
            PhysicalOp::Sink(Sink { table: Some(table) }) => check_sink(plan, node, table, errors),
            PhysicalOp::Source(Source { table, .. }) => check_source(node, table, errors),
            _ => {}
        }
    }
}

/// Which row an update replaces, only a key can tell.
fn check_source(source: &PhysicalNode, table: &Table, errors: &mut ErrorSink) {
    if !delivers_upserts(table) || !table.primary_key.is_empty() {
        return;
    }
    let message = format!(
        "table '{}' delivers updates without the rows before, but has no PRIMARY KEY",
        table.name
    );
    let help = "declare PRIMARY KEY (…) NOT ENFORCED in its CREATE TABLE";
    errors.push(Diagnostic::error("E5004", source.span, message).with_help(help));
}

fn check_sink(plan: &PhysicalPlan, sink: &PhysicalNode, table: &Table, errors: &mut ErrorSink) {
    let mode = sink_mode(table);
    if mode == SinkMode::Upsert && table.primary_key.is_empty() {
        let message = format!(
            "table '{}' keeps the latest row per key but has no PRIMARY KEY",
            table.name
        );
        errors.push(
            Diagnostic::error("E5002", table.span, message)
                .with_help("declare PRIMARY KEY (…) NOT ENFORCED in its CREATE TABLE"),
        );
        return;
    }
    if mode == SinkMode::AppendOnly && !sink.changelog.is_insert_only() {
        errors.push(updates_into_append_only(plan, sink, table));
    }
}

fn updates_into_append_only(plan: &PhysicalPlan, sink: &PhysicalNode, table: &Table) -> Diagnostic {
    let origin = updating_operator(plan, sink);
    let changes = if origin.changelog.delete {
        "updates and deletes rows"
    } else {
        "updates rows"
    };
    let message = format!(
        "table '{}' takes insertions only, but {} '{}' {changes} {}",
        table.name,
        origin.op.operator().kind(),
        origin.name,
        origin.changelog,
    );
    Diagnostic::error("E5001", origin.span, message).with_help(how_to_take_updates(table))
}

/// The operator nearest to the sources from which changes other than insertions come.
fn updating_operator<'p>(plan: &'p PhysicalPlan, node: &'p PhysicalNode) -> &'p PhysicalNode {
    let inputs = node.inputs.iter().map(|input| &plan.nodes[input.0]);
    match inputs.into_iter().find(|input| !input.changelog.is_insert_only()) {
        Some(input) => updating_operator(plan, input),
        None => node,
    }
}
