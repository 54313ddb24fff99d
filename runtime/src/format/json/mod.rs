//! `json`: one JSON object per record. Columns are found by name, in any order; what nobody reads is skipped.

mod column;
mod decode;
mod encode;

mod fit;
#[cfg(test)]
mod fuzz;
mod nested;
mod object;
mod plain;
mod rows;
mod scan;
mod shapes;
mod simd;
#[cfg(test)]
mod tests;

pub(crate) use rows::RowWriter;

use super::temporal::TimestampStandard;
use super::{DecodeColumn, Decoder, EncodeColumn, Encoder};
use crate::connector::options::Options;
use crate::error::JobError;

/// Names without the `json.` in front.
pub(super) const OPTIONS: &[&str] = &[
    "fail-on-missing-field",
    "ignore-parse-errors",
    "timestamp-format.standard",
    "map-null-key.mode",
    "map-null-key.literal",
    "encode.decimal-as-plain-number",
    "encode.ignore-null-fields",
    "decode.json-parser.enabled",
];

const STANDARDS: &[(&str, TimestampStandard)] = &[
    ("SQL", TimestampStandard::Sql),
    ("ISO-8601", TimestampStandard::Iso8601),
];

/// How records are read.
#[derive(Clone, Copy, Debug)]
struct DecodeSettings {
    fail_on_missing_field: bool,
    ignore_parse_errors: bool,
    standard: TimestampStandard,
}

pub(super) fn decoder(
    options: &Options,
    prefix: &str,
    columns: Vec<DecodeColumn>,
) -> Result<Box<dyn Decoder>, JobError> {
    let key = |name: &str| format!("{prefix}json.{name}");
    let settings = DecodeSettings {
        fail_on_missing_field: options.boolean(&key("fail-on-missing-field"), false)?,
        ignore_parse_errors: options.boolean(&key("ignore-parse-errors"), false)?,
        standard: options.choice(
            &key("timestamp-format.standard"),
            STANDARDS,
            TimestampStandard::Sql,
        )?,
    };
    if settings.fail_on_missing_field && settings.ignore_parse_errors {
        let message = "cannot be true together with fail-on-missing-field";
        return Err(options.error(&key("ignore-parse-errors"), message));
    }
    for column in columns.iter().filter(|column| column.target.is_some()) {
        check_type(options, prefix, &column.name, &column.ty)?;
    }
    Ok(Box::new(decode::JsonDecoder::new(
        columns,
        settings,
        key("ignore-parse-errors"),
    )))
}

pub(super) fn encoder(
    options: &Options,
    prefix: &str,
    columns: Vec<EncodeColumn>,
) -> Result<Box<dyn Encoder>, JobError> {
    use encode::{Decimals, NullKey};
    let key = |name: &str| format!("{prefix}json.{name}");
    let modes = [
        ("FAIL", NullKey::Fail),
        ("DROP", NullKey::Drop),
        ("LITERAL", NullKey::Literal),
    ];
    let settings = encode::EncodeSettings {
        standard: options.choice(
            &key("timestamp-format.standard"),
            STANDARDS,
            TimestampStandard::Sql,
        )?,
        null_key: options.choice(&key("map-null-key.mode"), &modes, NullKey::Fail)?,
        null_key_literal: options
            .get(&key("map-null-key.literal"))
            .unwrap_or("null")
            .to_owned(),
        decimals: match options.boolean(&key("encode.decimal-as-plain-number"), false)? {
            true => Decimals::Plain,
            false => Decimals::Short,
        },
        ignore_null_fields: options.boolean(&key("encode.ignore-null-fields"), false)?,
    };
    for column in &columns {
        check_type(options, prefix, &column.name, &column.ty)?;
    }
    Ok(Box::new(encode::JsonEncoder::new(columns, settings)))
}

/// JSON has only text as keys.
fn check_type(options: &Options, prefix: &str, name: &str, ty: &sql::DataType) -> Result<(), JobError> {
    use sql::TypeKind;
    let children: Vec<&sql::DataType> = match &ty.kind {
        TypeKind::Map(key, _) | TypeKind::Multiset(key) if !key.kind.is_text() => {
            let message = format!("column {name}: JSON has no {ty}: keys must be character strings");
            return Err(options.error(&format!("{prefix}format"), message));
        }
        TypeKind::Map(_, value) => vec![value],
        TypeKind::Array(element) => vec![element],
        TypeKind::Row(fields) => fields.iter().map(|field| &field.ty).collect(),
        _ => vec![],
    };
    children
        .into_iter()
        .try_for_each(|child| check_type(options, prefix, name, child))
}
