//! Whether every sink can take the changes it is given.

use super::connector::{SinkMode, how_to_take_updates, is_upsert_source, sink_mode};
use super::node::sink::sink_key;
use super::node::{Sink, Source};
use super::plan::{PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::base::{Diagnostic, ErrorSink};
use crate::catalog::table::Table;

pub(super) fn check(plan: &PhysicalPlan, errors: &mut ErrorSink) {
    for node in &plan.nodes {
        match &node.op {
            PhysicalOp::Sink(Sink { table: Some(table) }) => check_sink(plan, node, table, errors),
            PhysicalOp::Source(Source { table, .. }) if is_upsert_source(table) => {
                let message = format!(
                    "table '{}' delivers updates without the rows before, which this version cannot read",
                    table.name
                );
                let help = "read a changelog with -U rows ('format' = 'debezium-json'), or insertions";
                errors.push(Diagnostic::error("E5004", node.span, message).with_help(help));
            }
            _ => {}
        }
    }
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
    if sink.changelog.is_insert_only() {
        return;
    }
    match mode {
        SinkMode::Retract => {}
        SinkMode::AppendOnly => errors.push(updates_into_append_only(plan, sink, table)),
        SinkMode::Upsert => {
            let key = sink_key(table);
            if !sink
                .upsert_keys
                .iter()
                .any(|unique| unique.iter().all(|column| key.contains(column)))
            {
                errors.push(key_mismatch(sink, table));
            }
        }
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

fn key_mismatch(sink: &PhysicalNode, table: &Table) -> Diagnostic {
    let list = |names: Vec<&str>| format!("({})", names.join(", "));
    let of_table = table
        .primary_key
        .iter()
        .map(|key| table.columns[*key].name.as_str());
    let key = list(of_table.collect());
    let of_query = |column: &usize| sink.schema.columns[*column].name.as_str();
    let message = match sink.upsert_keys.first() {
        Some(unique) => format!(
            "the query updates rows told apart by {}, but table '{}' has PRIMARY KEY {key}",
            list(unique.iter().map(of_query).collect()),
            table.name
        ),
        None => format!(
            "the query updates rows that no columns tell apart, but table '{}' has PRIMARY KEY {key}",
            table.name
        ),
    };
    Diagnostic::error("E5003", sink.span, message).with_help(
        "let the sink's PRIMARY KEY contain the columns the query groups by, and select them unchanged",
    )
}
