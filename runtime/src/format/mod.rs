//! Formats: bytes of records to rows and back.
//!
//! A connector hands a [`Decoder`] the bytes of one record and the columns it wants; the decoder appends rows
//! to a batch. An [`Encoder`] appends the bytes of one row to a buffer. Which format it is, the `format`
//! option says (`key.format`, `value.format` under a prefix). A wrong record is a value ([`FormatError`]),
//! never a panic.

mod csv;
pub(crate) mod json;
pub mod number;
mod raw;
pub mod scalar;
pub mod temporal;
mod timestamp_memo;

use sql::DataType;
use thiserror::Error;

use crate::connector::options::{Known, Options};
use crate::error::JobError;
use crate::job::{ReadColumn, ReadFrom, SourceSpec};
use crate::row::{BatchWriter, RowKind, RowRef};

/// Why a record cannot be read or a row cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct FormatError {
    pub message: String,
}

impl FormatError {
    pub fn new(message: impl Into<String>) -> Self {
        FormatError {
            message: message.into(),
        }
    }
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// Rows were appended (or the open row was filled).
    Rows,
    /// The record is empty and stands for nothing.
    Empty,
    /// The record is malformed and the format was told to ignore that: count it.
    Skipped,
}

/// One column of the record a decoder reads.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodeColumn {
    pub name: String,
    pub ty: DataType,
    /// Position in the row to write; `None`: nobody reads it.
    pub target: Option<usize>,
}

/// Reads records. One instance per thread: decoders learn and keep buffers.
pub trait Decoder: Send {
    /// Appends the rows of one record. `complete` fills the columns of each row that are not the decoder's
    /// (metadata, key columns) and is called while the row is open.
    fn decode(
        &mut self,
        record: &[u8],
        output: &mut BatchWriter,
        complete: &mut dyn FnMut(&mut BatchWriter),
    ) -> Result<Decoded, FormatError> {
        output.begin(RowKind::Insert);
        match self.fill(record, output) {
            Ok(Decoded::Rows) => {
                complete(output);
                output.finish();
                Ok(Decoded::Rows)
            }
            other => {
                output.cancel();
                other
            }
        }
    }

    /// Fills the decoder's columns of the row that is open. After anything but `Rows` the caller cancels the
    /// row.
    fn fill(&mut self, record: &[u8], row: &mut BatchWriter) -> Result<Decoded, FormatError>;

    /// In a file: where the record that starts at the beginning of `bytes` ends, its line break excluded.
    /// `None`: the record is not complete.
    fn record_end(&self, bytes: &[u8]) -> Option<usize> {
        memchr::memchr(b'\n', bytes)
    }
}

/// One column that an encoder writes.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodeColumn {
    pub name: String,
    pub ty: DataType,
    /// Position in the row.
    pub source: usize,
}

/// Writes records. One instance per thread.
pub trait Encoder: Send {
    /// Appends the record of one row to `output`, without a line break.
    fn encode(&mut self, kind: RowKind, row: RowRef<'_>, output: &mut Vec<u8>) -> Result<(), FormatError>;
}

/// The record columns of a table without key fields: all physical columns, with the positions of those read.
pub fn physical_columns(spec: &SourceSpec) -> Vec<DecodeColumn> {
    let target = |physical: usize| {
        let is_it = |read: &ReadColumn| matches!(read.from, ReadFrom::Physical(p) if p == physical);
        spec.read.iter().position(is_it)
    };
    spec.physical
        .iter()
        .enumerate()
        .map(|(i, column)| DecodeColumn {
            name: column.name.to_owned(),
            ty: column.ty.clone(),
            target: target(i),
        })
        .collect()
}

/// Options of the format named under `prefix` (`""`, `key.`, `value.`), for the check of a table's options.
pub fn known_options(options: &Options, prefix: &str) -> Vec<Known> {
    let mut known = vec![Known::required(format!("{prefix}format"))];
    let names: &[&str] = match options.get(&format!("{prefix}format")) {
        Some("json") => json::OPTIONS,
        Some("csv") => csv::OPTIONS,
        Some("raw") => raw::OPTIONS,
        // Opening the format says what is wrong; its options are not the mistake.
        _ => &["*"],
    };
    let format = options.get(&format!("{prefix}format")).unwrap_or_default();
    known.extend(
        names
            .iter()
            .map(|name| Known::optional(format!("{prefix}{format}.{name}"))),
    );
    known
}

/// The decoder that the option `<prefix>format` names.
pub fn open_decoder(
    options: &Options,
    prefix: &str,
    columns: Vec<DecodeColumn>,
) -> Result<Box<dyn Decoder>, JobError> {
    match options.required(&format!("{prefix}format"))? {
        "json" => json::decoder(options, prefix, columns),
        "csv" => csv::decoder(options, prefix, columns),
        "raw" => raw::decoder(options, prefix, columns),
        other => Err(unknown_format(options, prefix, other)),
    }
}

/// The encoder that the option `<prefix>format` names.
pub fn open_encoder(
    options: &Options,
    prefix: &str,
    columns: Vec<EncodeColumn>,
) -> Result<Box<dyn Encoder>, JobError> {
    match options.required(&format!("{prefix}format"))? {
        "json" => json::encoder(options, prefix, columns),
        "csv" => csv::encoder(options, prefix, columns),
        "raw" => raw::encoder(options, prefix, columns),
        other => Err(unknown_format(options, prefix, other)),
    }
}

fn unknown_format(options: &Options, prefix: &str, found: &str) -> JobError {
    options.error(
        &format!("{prefix}format"),
        format!("unknown format '{found}'; there are json, csv and raw"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_belong_to_the_format_that_is_named() {
        for (values, error) in [
            (
                &[
                    ("value.format", "json"),
                    ("value.json.ignore-parse-errors", "true"),
                ][..],
                None,
            ),
            (
                &[("value.format", "json"), ("value.csv.null-literal", "x")],
                Some("value.csv.null-literal"),
            ),
            (
                &[("value.format", "json"), ("json.ignore-parse-errors", "true")],
                Some("json.ignore-parse-errors"),
            ),
            (&[], Some("value.format")),
            (&[("value.format", "xml"), ("value.xml.depth", "1")], None),
        ] {
            let options = Options::new("t", values.iter().copied());
            let found = options.check(&known_options(&options, "value."));
            let option = found.err().map(|error| error.to_string());
            let expected = error.map(|option| format!("option '{option}'"));
            match (&option, &expected) {
                (Some(found), Some(expected)) => assert!(found.contains(expected), "{found}"),
                (found, expected) => assert_eq!(found, expected),
            }
        }
        let options = Options::new("t", [("value.format", "xml")]);
        let error = open_decoder(&options, "value.", vec![])
            .err()
            .expect("refused")
            .to_string();
        assert!(error.contains("unknown format 'xml'"), "{error}");
    }
}
