//! Which changes a table's connector delivers or accepts: the only options that matter to a plan.

use super::plan::ChangelogMode;
use crate::catalog::table::Table;

/// What a sink does with updates and deletions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SinkMode {
    /// Takes insertions only.
    AppendOnly,
    /// Keeps the latest row per primary key.
    Upsert,
    /// Takes the latest rows, without keeping any.
    AfterOnly,
    /// Takes what it is given, -U rows where there are any.
    AsGiven,
    /// Takes the whole changelog, which it needs.
    Retract,
}

/// Formats whose records say what they do to a row.
const CHANGELOG_FORMATS: &[&str] = &[
    "debezium-json",
    "debezium-avro-confluent",
    "canal-json",
    "maxwell-json",
    "ogg-json",
];

fn option<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.options.get(key).map(|option| option.value.as_str())
}

fn connector(table: &Table) -> &str {
    option(table, "connector").unwrap_or_default()
}

fn has_changelog_format(table: &Table) -> bool {
    let format = option(table, "value.format").or_else(|| option(table, "format"));
    format.is_some_and(|format| CHANGELOG_FORMATS.contains(&format))
}

/// What a table delivers when it is read.
pub(super) fn source_mode(table: &Table) -> ChangelogMode {
    match connector(table) {
        "upsert-kafka" => ChangelogMode {
            insert: false,
            update_before: false,
            ..ChangelogMode::ALL
        },
        "postgres-cdc" | "mysql-cdc" => ChangelogMode::ALL,
        "values" => option(table, "changelog-mode").map_or(ChangelogMode::INSERT_ONLY, listed_mode),
        _ if has_changelog_format(table) => ChangelogMode::ALL,
        _ => ChangelogMode::INSERT_ONLY,
    }
}

/// `I,UA,UB,D` as the `values` connector lists it.
fn listed_mode(text: &str) -> ChangelogMode {
    let has = |kind: &str| text.split(',').any(|listed| listed.trim() == kind);
    ChangelogMode {
        insert: has("I"),
        update_before: has("UB"),
        update_after: has("UA"),
        delete: has("D"),
    }
}

/// What a table accepts when it is written.
pub(super) fn sink_mode(table: &Table) -> SinkMode {
    let has_key = !table.primary_key.is_empty();
    let is_true = |key: &str| option(table, key) == Some("true");
    match connector(table) {
        "upsert-kafka" => SinkMode::Upsert,
        "jdbc" | "elasticsearch-7" | "opensearch" if has_key => SinkMode::Upsert,
        "print" => SinkMode::AsGiven,
        "blackhole" => SinkMode::AfterOnly,
        "values" if is_true("sink-insert-only") => SinkMode::AppendOnly,
        "values" => match option(table, "sink-changelog-mode-enforced").map(listed_mode) {
            Some(mode) if mode.is_insert_only() => SinkMode::AppendOnly,
            Some(mode) if mode.update_before => SinkMode::Retract,
            Some(_) => SinkMode::Upsert,
            None if has_key => SinkMode::Upsert,
            None => SinkMode::AsGiven,
        },
        _ if has_changelog_format(table) => SinkMode::Retract,
        _ => SinkMode::AppendOnly,
    }
}

/// What to do when a table that takes insertions only is given updates.
pub(super) fn how_to_take_updates(table: &Table) -> &'static str {
    match connector(table) {
        "kafka" => {
            "write to a table with 'connector' = 'upsert-kafka' and a PRIMARY KEY, or group by a window"
        }
        "jdbc" | "elasticsearch-7" | "opensearch" => {
            "declare PRIMARY KEY (…) NOT ENFORCED on the sink table, or group by a window"
        }
        _ => "group by a window, or write to a table whose connector takes updates",
    }
}
