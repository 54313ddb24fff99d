//! The connectors of this version, as data.
//!
//! In: nothing. Out: [`CONNECTORS`]. Invariant: names and words are Flink's; a test looks for double ones.

use sql::{DataType, Field, TypeKind};

use super::{ConnectorDef, FormatOptions, MetadataDef, OptionDef, SinkChanges, one_of, optional, required};

/// Options that every source takes.
pub(super) const SOURCE_OPTIONS: &[OptionDef] = &[
    optional("scan.parallelism"),
    one_of("scan.watermark.emit.strategy", &["on-event", "on-periodic"]),
    optional("scan.watermark.emit.on-event.gap"),
    optional("scan.watermark.idle-timeout"),
    optional("scan.watermark.alignment.group"),
    optional("scan.watermark.alignment.max-drift"),
    optional("scan.watermark.alignment.update-interval"),
];

/// Options that every sink takes.
pub(super) const SINK_OPTIONS: &[OptionDef] = &[optional("sink.parallelism")];

const DELIVERY: &[&str] = &["at-least-once", "exactly-once", "none"];
const FIELDS_INCLUDE: &[&str] = &["ALL", "EXCEPT_KEY"];

const KAFKA: &[OptionDef] = &[
    optional("topic"),
    optional("topic-pattern"),
    required("properties.bootstrap.servers"),
    optional("properties.*"),
    optional("key.fields"),
    optional("key.fields-prefix"),
    one_of("value.fields-include", FIELDS_INCLUDE),
    one_of(
        "scan.startup.mode",
        &[
            "earliest-offset",
            "latest-offset",
            "group-offsets",
            "timestamp",
            "specific-offsets",
        ],
    ),
    optional("scan.startup.specific-offsets"),
    optional("scan.startup.timestamp-millis"),
    one_of(
        "scan.bounded.mode",
        &[
            "unbounded",
            "latest-offset",
            "group-offsets",
            "timestamp",
            "specific-offsets",
        ],
    ),
    optional("scan.bounded.specific-offsets"),
    optional("scan.bounded.timestamp-millis"),
    optional("scan.topic-partition-discovery.interval"),
    optional("sink.partitioner"),
    one_of("sink.delivery-guarantee", DELIVERY),
    one_of("sink.semantic", DELIVERY),
    optional("sink.transactional-id-prefix"),
    one_of("sink.transaction-naming-strategy", &["INCREMENTING", "POOLING"]),
];

const UPSERT_KAFKA: &[OptionDef] = &[
    required("topic"),
    required("properties.bootstrap.servers"),
    optional("properties.*"),
    optional("key.fields-prefix"),
    one_of("value.fields-include", FIELDS_INCLUDE),
    one_of(
        "scan.bounded.mode",
        &[
            "unbounded",
            "latest-offset",
            "group-offsets",
            "timestamp",
            "specific-offsets",
        ],
    ),
    optional("scan.bounded.specific-offsets"),
    optional("scan.bounded.timestamp-millis"),
    optional("sink.buffer-flush.max-rows"),
    optional("sink.buffer-flush.interval"),
    one_of("sink.delivery-guarantee", DELIVERY),
    optional("sink.transactional-id-prefix"),
    one_of("sink.transaction-naming-strategy", &["INCREMENTING", "POOLING"]),
];

const JDBC: &[OptionDef] = &[
    required("url"),
    required("table-name"),
    optional("driver"),
    optional("compatible-mode"),
    optional("username"),
    optional("password"),
    optional("connection.max-retry-timeout"),
    optional("scan.partition.column"),
    optional("scan.partition.num"),
    optional("scan.partition.lower-bound"),
    optional("scan.partition.upper-bound"),
    optional("scan.fetch-size"),
    optional("scan.auto-commit"),
    one_of("lookup.cache", &["NONE", "PARTIAL"]),
    optional("lookup.cache.max-rows"),
    optional("lookup.cache.ttl"),
    optional("lookup.partial-cache.max-rows"),
    optional("lookup.partial-cache.expire-after-write"),
    optional("lookup.partial-cache.expire-after-access"),
    optional("lookup.partial-cache.cache-missing-key"),
    optional("lookup.max-retries"),
    one_of("filter.handling.policy", &["always", "never"]),
    optional("sink.buffer-flush.max-rows"),
    optional("sink.buffer-flush.interval"),
    optional("sink.max-retries"),
    one_of("sink.delivery-guarantee", DELIVERY),
];

const FILESYSTEM: &[OptionDef] = &[
    required("path"),
    optional("source.monitor-interval"),
    optional("source.path.regex-pattern"),
    one_of("source.report-statistics", &["all", "none"]),
    optional("sink.rolling-policy.file-size"),
    optional("sink.rolling-policy.rollover-interval"),
    optional("sink.rolling-policy.check-interval"),
    optional("sink.rolling-policy.inactivity-interval"),
    optional("auto-compaction"),
    optional("compaction.file-size"),
    one_of(
        "sink.partition-commit.trigger",
        &["process-time", "partition-time"],
    ),
    optional("sink.partition-commit.delay"),
    optional("sink.partition-commit.watermark-time-zone"),
    optional("sink.partition-commit.policy.kind"),
    optional("sink.partition-commit.policy.class"),
    optional("sink.partition-commit.success-file.name"),
    optional("partition.time-extractor.kind"),
    optional("partition.time-extractor.class"),
    optional("partition.time-extractor.timestamp-pattern"),
    optional("partition.time-extractor.timestamp-formatter"),
    optional("partition.default-name"),
    optional("sink.shuffle-by-partition.enable"),
];

const DATAGEN: &[OptionDef] = &[
    optional("rows-per-second"),
    optional("number-of-rows"),
    one_of("fields.#.kind", &["random", "sequence"]),
    optional("fields.#.min"),
    optional("fields.#.max"),
    optional("fields.#.max-past"),
    optional("fields.#.length"),
    optional("fields.#.var-len"),
    optional("fields.#.start"),
    optional("fields.#.end"),
    optional("fields.#.null-rate"),
];

const PRINT: &[OptionDef] = &[optional("print-identifier"), optional("standard-error")];

const fn readable(key: &'static str, ty: fn() -> TypeKind) -> MetadataDef {
    MetadataDef {
        key,
        ty,
        writable: false,
    }
}

const fn writable(key: &'static str, ty: fn() -> TypeKind) -> MetadataDef {
    MetadataDef {
        key,
        ty,
        writable: true,
    }
}

const fn string() -> TypeKind {
    TypeKind::STRING
}

const fn int() -> TypeKind {
    TypeKind::Int
}

const fn bigint() -> TypeKind {
    TypeKind::BigInt
}

const fn instant() -> TypeKind {
    TypeKind::TimestampLtz { precision: 3 }
}

fn headers() -> TypeKind {
    let key = DataType::not_null(TypeKind::STRING);
    TypeKind::Map(Box::new(key), Box::new(DataType::not_null(TypeKind::BYTES)))
}

fn header_list() -> TypeKind {
    let field = |name: &str, kind| Field {
        name: name.to_owned(),
        ty: DataType::nullable(kind),
    };
    let row = TypeKind::Row(vec![
        field("key", TypeKind::STRING),
        field("value", TypeKind::BYTES),
    ]);
    TypeKind::Array(Box::new(DataType::nullable(row)))
}

const KAFKA_METADATA: &[MetadataDef] = &[
    writable("topic", string),
    readable("partition", int),
    writable("headers", headers),
    writable("header-list", header_list),
    readable("leader-epoch", int),
    readable("offset", bigint),
    writable("timestamp", instant),
    readable("timestamp-type", string),
];

const FILE_METADATA: &[MetadataDef] = &[
    readable("file.path", string),
    readable("file.name", string),
    readable("file.size", bigint),
    readable("file.modification-time", instant),
];

/// What most connectors are.
const PLAIN: ConnectorDef = ConnectorDef {
    name: "",
    options: &[],
    metadata: &[],
    formats: FormatOptions::None,
    is_source: true,
    may_be_bounded: true,
    sink: None,
    needs_primary_key: false,
    has_partitions: false,
    takes_any_option: false,
};

pub const CONNECTORS: &[ConnectorDef] = &[
    ConnectorDef {
        name: "kafka",
        options: KAFKA,
        metadata: KAFKA_METADATA,
        formats: FormatOptions::KeyAndValue,
        sink: Some(SinkChanges::Append),
        ..PLAIN
    },
    ConnectorDef {
        name: "upsert-kafka",
        options: UPSERT_KAFKA,
        metadata: KAFKA_METADATA,
        formats: FormatOptions::BothRequired,
        sink: Some(SinkChanges::UpsertWithKey),
        needs_primary_key: true,
        ..PLAIN
    },
    ConnectorDef {
        name: "jdbc",
        options: JDBC,
        sink: Some(SinkChanges::UpsertWithKey),
        ..PLAIN
    },
    ConnectorDef {
        name: "filesystem",
        options: FILESYSTEM,
        metadata: FILE_METADATA,
        formats: FormatOptions::One,
        sink: Some(SinkChanges::Append),
        has_partitions: true,
        ..PLAIN
    },
    ConnectorDef {
        name: "datagen",
        options: DATAGEN,
        ..PLAIN
    },
    ConnectorDef {
        name: "print",
        options: PRINT,
        is_source: false,
        may_be_bounded: false,
        sink: Some(SinkChanges::All),
        ..PLAIN
    },
    ConnectorDef {
        name: "blackhole",
        is_source: false,
        may_be_bounded: false,
        sink: Some(SinkChanges::All),
        ..PLAIN
    },
    ConnectorDef {
        name: "values",
        sink: Some(SinkChanges::All),
        takes_any_option: true,
        ..PLAIN
    },
];
