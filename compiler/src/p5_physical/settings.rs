//! What SET says about the plan.
//!
//! In: the settings that the script leaves, checked when they were bound. Out: those that decide which operators a job
//! has. Everything else is read when the job starts.

use indexmap::IndexMap;

use crate::catalog::table::OptionValue;

/// Which sinks get their rows through a `sink_upsert_materializer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UpsertMaterialize {
    /// Those whose primary key does not tell apart what the query updates.
    Auto,
    /// All that have a primary key and are given updates.
    Force,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlanSettings {
    pub(super) upsert_materialize: UpsertMaterialize,
}

impl PlanSettings {
    pub(super) fn read(config: &IndexMap<String, OptionValue>) -> Self {
        let word = |key: &str| {
            let value = config.get(key).map(|set| set.value.trim().to_ascii_uppercase());
            value.unwrap_or_default()
        };
        PlanSettings {
            upsert_materialize: match word("table.exec.sink.upsert-materialize").as_str() {
                "FORCE" => UpsertMaterialize::Force,
                "NONE" => UpsertMaterialize::None,
                _ => UpsertMaterialize::Auto,
            },
        }
    }
}
