//! Connectors and formats as the binder knows them: option names, metadata columns, what can be read and written.
//!
//! In: the options of a table. Out: diagnostics ([`check`]), and what a connector can do. Invariant: the values of
//! options are data of the deployment; only names, `connector`, formats and fixed words are looked at.

pub mod check;
mod definitions;
mod formats;

use sql::TypeKind;

/// An option's name and what is known of its value. `*` at the end of a name stands for any rest, `#` for the name
/// of a column.
#[derive(Clone, Copy, Debug)]
pub struct OptionDef {
    pub name: &'static str,
    pub required: bool,
    /// The words the value may be; empty when it is free.
    pub words: &'static [&'static str],
}

const fn optional(name: &'static str) -> OptionDef {
    OptionDef {
        name,
        required: false,
        words: &[],
    }
}

const fn required(name: &'static str) -> OptionDef {
    OptionDef {
        name,
        required: true,
        words: &[],
    }
}

const fn one_of(name: &'static str, words: &'static [&'static str]) -> OptionDef {
    OptionDef {
        name,
        required: false,
        words,
    }
}

/// A metadata column that a connector or format offers.
#[derive(Clone, Copy, Debug)]
pub struct MetadataDef {
    pub key: &'static str,
    pub ty: fn() -> TypeKind,
    pub writable: bool,
}

/// What a sink does with updates and deletions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SinkChanges {
    /// Insertions only.
    Append,
    /// Updates and deletions by primary key; without a key insertions only.
    UpsertWithKey,
    /// The whole changelog.
    All,
}

/// Which options name formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatOptions {
    None,
    /// `format`.
    One,
    /// `format` or `value.format`, and `key.format`.
    KeyAndValue,
    /// `key.format` and `value.format`, both required.
    BothRequired,
}

#[derive(Clone, Copy, Debug)]
pub struct ConnectorDef {
    pub name: &'static str,
    pub options: &'static [OptionDef],
    pub metadata: &'static [MetadataDef],
    pub formats: FormatOptions,
    pub is_source: bool,
    /// The source can end by itself.
    pub may_be_bounded: bool,
    /// None: it cannot be written.
    pub sink: Option<SinkChanges>,
    pub needs_primary_key: bool,
    /// Tables may be PARTITIONED BY columns.
    pub has_partitions: bool,
    /// Any option is taken: a connector for tests.
    pub takes_any_option: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct FormatDef {
    pub name: &'static str,
    /// Without the prefix `json.`.
    pub options: &'static [OptionDef],
    /// The table has exactly one physical column.
    pub is_single_column: bool,
}

pub use definitions::CONNECTORS;
pub use formats::FORMATS;

/// Connectors that Flink has, or services that run it, and this version has not.
pub const CONNECTORS_LATER: &[&str] = &[
    "postgres-cdc",
    "mysql-cdc",
    "elasticsearch-6",
    "elasticsearch-7",
    "elasticsearch-8",
    "opensearch",
    "kinesis",
    "hbase-2.2",
    "mongodb",
    "bigquery",
    "slack",
];

/// Formats that Flink has and this version has not.
pub const FORMATS_LATER: &[&str] = &[
    "avro",
    "avro-confluent",
    "debezium-json",
    "debezium-avro-confluent",
    "canal-json",
    "maxwell-json",
    "ogg-json",
    "parquet",
    "orc",
    "protobuf",
];

pub fn connector(name: &str) -> Option<&'static ConnectorDef> {
    CONNECTORS.iter().find(|connector| connector.name == name)
}

pub fn format(name: &str) -> Option<&'static FormatDef> {
    FORMATS.iter().find(|format| format.name == name)
}
