//! The formats of this version, as data.
//!
//! In: nothing. Out: [`FORMATS`]. Invariant: option names stand without the format's prefix.

use super::{FormatDef, OptionDef, one_of, optional};

const FLAG: &[&str] = &["true", "false"];

const JSON: &[OptionDef] = &[
    one_of("fail-on-missing-field", FLAG),
    one_of("ignore-parse-errors", FLAG),
    one_of("timestamp-format.standard", &["SQL", "ISO-8601"]),
    one_of("map-null-key.mode", &["FAIL", "DROP", "LITERAL"]),
    optional("map-null-key.literal"),
    one_of("encode.decimal-as-plain-number", FLAG),
    one_of("encode.ignore-null-fields", FLAG),
    one_of("decode.json-parser.enabled", FLAG),
];

const CSV: &[OptionDef] = &[
    optional("field-delimiter"),
    one_of("disable-quote-character", FLAG),
    optional("quote-character"),
    one_of("allow-comments", FLAG),
    one_of("ignore-parse-errors", FLAG),
    optional("array-element-delimiter"),
    optional("escape-character"),
    optional("null-literal"),
    one_of("write-bigdecimal-in-scientific-notation", FLAG),
];

const RAW: &[OptionDef] = &[
    optional("charset"),
    one_of("endianness", &["big-endian", "little-endian"]),
    optional("line-delimiter"),
];

pub const FORMATS: &[FormatDef] = &[
    FormatDef {
        name: "json",
        options: JSON,
        is_single_column: false,
    },
    FormatDef {
        name: "csv",
        options: CSV,
        is_single_column: false,
    },
    FormatDef {
        name: "raw",
        options: RAW,
        is_single_column: true,
    },
];
