//! Keys that SET takes.
//!
//! In: a key. Out: whether it is one of Flink's, and the nearest one. Invariant: the list is data; what a key does is
//! decided by who reads it.

use super::nearest::nearest;

/// Flink's keys by common prefix.
const KEYS: &[(&str, &[&str])] = &[
    (
        "execution.checkpointing.",
        &[
            "interval",
            "mode",
            "timeout",
            "min-pause",
            "max-concurrent-checkpoints",
            "tolerable-failed-checkpoints",
            "num-retained",
            "externalized-checkpoint-retention",
            "dir",
            "storage",
            "savepoint-dir",
            "incremental",
            "unaligned.enabled",
            "unaligned.forced",
            "aligned-checkpoint-timeout",
            "checkpoints-after-tasks-finish",
            "interval-during-backlog",
            "create-subdir",
            "data-inline-threshold",
            "write-buffer-size",
            "local-backup.enabled",
            "local-backup.dirs",
            "file-merging.enabled",
            "file-merging.max-file-size",
            "cleaner.parallel-mode",
            "snapshot-compression",
        ],
    ),
    (
        "execution.",
        &[
            "runtime-mode",
            "target",
            "attached",
            "buffer-timeout.interval",
            "batch-shuffle-mode",
            "state-recovery.path",
            "state-recovery.claim-mode",
            "state-recovery.ignore-unclaimed-state",
            "state-recovery.from-local",
        ],
    ),
    (
        "restart-strategy.",
        &[
            "type",
            "fixed-delay.attempts",
            "fixed-delay.delay",
            "failure-rate.max-failures-per-interval",
            "failure-rate.failure-rate-interval",
            "failure-rate.delay",
            "exponential-delay.initial-backoff",
            "exponential-delay.max-backoff",
            "exponential-delay.backoff-multiplier",
            "exponential-delay.jitter-factor",
            "exponential-delay.reset-backoff-threshold",
            "exponential-delay.attempts-before-reset-backoff",
        ],
    ),
    (
        "state.",
        &[
            "backend.type",
            "backend.rocksdb.localdir",
            "backend.rocksdb.memory.managed",
            "backend.rocksdb.memory.fixed-per-slot",
            "backend.rocksdb.checkpoint.transfer.thread.num",
            "backend.rocksdb.timer-service.factory",
            "backend.rocksdb.predefined-options",
            "changelog.enabled",
            "changelog.storage",
            "changelog.periodic-materialize.interval",
        ],
    ),
    (
        "pipeline.",
        &[
            "name",
            "max-parallelism",
            "auto-watermark-interval",
            "object-reuse",
            "operator-chaining.enabled",
            "jars",
            "classpaths",
            "global-job-parameters",
            "watermark-alignment.allow-unaligned-source-splits",
            "watermark-alignment.buffer-size",
            "jobvertex-parallelism-overrides",
            "vertex-description-mode",
        ],
    ),
    (
        "table.exec.",
        &[
            "resource.default-parallelism",
            "state.ttl",
            "source.idle-timeout",
            "source.cdc-events-duplicate",
            "mini-batch.enabled",
            "mini-batch.allow-latency",
            "mini-batch.size",
            "sink.not-null-enforcer",
            "sink.type-length-enforcer",
            "sink.nested-constraint-enforcer",
            "sink.upsert-materialize",
            "sink.keyed-shuffle",
            "sink.rowtime-inserter",
            "async-lookup.buffer-capacity",
            "async-lookup.timeout",
            "async-lookup.output-mode",
            "async-lookup.key-ordered-enabled",
            "async-scalar.max-concurrent-operations",
            "async-scalar.timeout",
            "async-scalar.retry-strategy",
            "async-scalar.retry-delay",
            "async-scalar.max-attempts",
            "rank.topn-cache-size",
            "deduplicate.insert-update-after-sensitive-enabled",
            "deduplicate.mini-batch.compact-changes-enabled",
            "window-agg.buffer-size-limit",
            "legacy-cast-behaviour",
            "interval-join.min-cleanup-interval",
            "sort.default-limit",
            "disabled-operators",
            "async-state.enabled",
            "unbounded-over.version",
            "uid.generation",
            "simplify-operator-name-enabled",
            "emit.early-fire.enabled",
            "emit.early-fire.delay",
            "emit.late-fire.enabled",
            "emit.late-fire.delay",
            "emit.allow-lateness",
        ],
    ),
    (
        "table.optimizer.",
        &[
            "agg-phase-strategy",
            "distinct-agg.split.enabled",
            "distinct-agg.split.bucket-num",
            "incremental-agg-enabled",
            "join-reorder-enabled",
            "reuse-source-enabled",
            "reuse-sub-plan-enabled",
            "reuse-sink-enabled",
            "multi-join.enabled",
            "delta-join.strategy",
            "non-deterministic-update.strategy",
            "source.report-statistics-enabled",
            "multiple-input-enabled",
            "join.broadcast-threshold",
        ],
    ),
    (
        "table.",
        &[
            "builtin-catalog-name",
            "builtin-database-name",
            "local-time-zone",
            "dynamic-table-options.enabled",
            "sql-dialect",
            "display.max-column-width",
            "plan.force-recompile",
            "plan.compile.catalog-objects",
            "plan.restore.catalog-objects",
            "column-expansion-strategy",
            "dml-sync",
            "rtas-ctas.atomicity-enabled",
        ],
    ),
    (
        "sql-client.",
        &[
            "execution.result-mode",
            "execution.max-table-result.rows",
            "display.print-time-cost",
            "verbose",
        ],
    ),
    ("parallelism.", &["default"]),
    ("taskmanager.", &["numberOfTaskSlots"]),
    ("rest.", &["port"]),
];

/// Whether the key is one of Flink's.
pub fn is_known(key: &str) -> bool {
    let is_of = |(prefix, rests): &(&str, &[&str])| {
        key.strip_prefix(prefix).is_some_and(|rest| rests.contains(&rest))
    };
    KEYS.iter().any(is_of)
}

/// Whether the key decides which operators a job has; all others are read when the job starts.
pub fn decides_plan(key: &str) -> bool {
    key == "table.exec.sink.upsert-materialize"
}

/// The known key that an unknown one most likely means.
pub fn nearest_key(key: &str) -> Option<String> {
    let all: Vec<String> = KEYS
        .iter()
        .flat_map(|(prefix, rests)| rests.iter().map(move |rest| format!("{prefix}{rest}")))
        .collect();
    nearest(key, all.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_or_near() {
        assert!(is_known("table.local-time-zone"));
        assert!(is_known("execution.checkpointing.interval"));
        assert!(!is_known("table."));
        let cases = [
            ("table.exec.state.tll", Some("table.exec.state.ttl")),
            (
                "execution.checkpoint.interval",
                Some("execution.checkpointing.interval"),
            ),
            ("my.own.key", None),
        ];
        for (key, expected) in cases {
            assert_eq!(nearest_key(key).as_deref(), expected, "{key}");
        }
    }
}
