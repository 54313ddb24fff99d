//! The decoder: a record's bytes to the columns of a row.
//!
//! Two steps, so that the row does not depend on the order of the keys: the record is checked as a whole and
//! the place of each wanted value noted (the last of equal keys counts), then the values are converted in the
//! order of the columns.

use sql::{DataType, TypeKind};

use super::scan::{Scanner, Token};
use super::{DecodeSettings, nested};
use crate::format::{DecodeColumn, Decoded, Decoder, FormatError};
use crate::row::{BatchWriter, RowKind};

/// A column that is read.
struct Wanted {
    name: String,
    ty: DataType,
    target: usize,
}

pub(super) struct JsonDecoder {
    wanted: Vec<Wanted>,
    settings: DecodeSettings,
    /// Where the value of each wanted column starts in the record.
    starts: Vec<Option<usize>>,
}

impl JsonDecoder {
    pub(super) fn new(columns: Vec<DecodeColumn>, settings: DecodeSettings) -> Self {
        let wanted = columns.into_iter().filter_map(|column| {
            column.target.map(|target| Wanted {
                name: column.name,
                ty: column.ty,
                target,
            })
        });
        let wanted: Vec<Wanted> = wanted.collect();
        JsonDecoder {
            starts: vec![None; wanted.len()],
            wanted,
            settings,
        }
    }

    /// The scanner stands behind `{`: fills the open row, and stands behind `}`.
    fn object(
        &mut self,
        text: &str,
        scanner: &mut Scanner<'_>,
        row: &mut BatchWriter,
    ) -> Result<(), FormatError> {
        self.starts.fill(None);
        let mut first = true;
        let mut expected = 0;
        while let Some(key) = scanner.key(first)? {
            first = false;
            if let Some(column) = self.find(&key, expected) {
                self.starts[column] = Some(scanner.position());
                expected = column + 1;
            }
            scanner.skip()?;
        }
        for (column, start) in self.wanted.iter().zip(&self.starts) {
            match start {
                Some(start) => put(Scanner::at(text, *start), column, &self.settings, row)?,
                None if self.settings.fail_on_missing_field => {
                    return Err(FormatError::new(format!("there is no field '{}'", column.name)));
                }
                None => row.put_null(column.target),
            }
        }
        Ok(())
    }

    /// The column of this name; most records have their keys in the order of the columns.
    fn find(&self, key: &str, expected: usize) -> Option<usize> {
        if self.wanted.get(expected).is_some_and(|column| column.name == key) {
            return Some(expected);
        }
        self.wanted.iter().position(|column| column.name == key)
    }

    fn rows(
        &mut self,
        text: &str,
        output: &mut BatchWriter,
        complete: &mut dyn FnMut(&mut BatchWriter),
    ) -> Result<Decoded, FormatError> {
        let mut scanner = Scanner::new(text);
        let mut one = |decoder: &mut Self, scanner: &mut Scanner<'_>, output: &mut BatchWriter| {
            output.begin(RowKind::Insert);
            let result = decoder.object(text, scanner, output);
            match &result {
                Ok(()) => {
                    complete(output);
                    output.finish();
                }
                Err(_) => output.cancel(),
            }
            result
        };
        match scanner.token()? {
            Token::Object => one(self, &mut scanner, output)?,
            Token::Array => {
                let mut first = true;
                while scanner.element(first)? {
                    first = false;
                    match scanner.token()? {
                        Token::Object => one(self, &mut scanner, output)?,
                        Token::Null => {}
                        _ => return Err(scanner.error("expected an object")),
                    }
                }
            }
            Token::Null => return Ok(Decoded::Empty),
            _ => return Err(scanner.error("expected an object")),
        }
        Ok(Decoded::Rows)
    }

    fn or_skipped(&self, result: Result<Decoded, FormatError>) -> Result<Decoded, FormatError> {
        match result {
            Err(_) if self.settings.ignore_parse_errors => Ok(Decoded::Skipped),
            other => other,
        }
    }
}

/// Converts the value at `scanner` and puts it into its column. What is common goes without a `Value`.
fn put(
    mut scanner: Scanner<'_>,
    column: &Wanted,
    settings: &DecodeSettings,
    row: &mut BatchWriter,
) -> Result<(), FormatError> {
    let start = scanner;
    match (scanner.token()?, &column.ty.kind) {
        (Token::Null, _) => row.put_null(column.target),
        (Token::Text(text), TypeKind::Char { .. } | TypeKind::VarChar { .. }) => {
            row.put_text(column.target, Some(&text));
        }
        _ => {
            scanner = start;
            let value = nested::value(&mut scanner, &column.ty, settings)
                .map_err(|error| FormatError::new(format!("field '{}': {error}", column.name)))?;
            row.put_value(column.target, &value, &column.ty);
        }
    }
    Ok(())
}

/// The record as text; a byte order mark in front does not count.
fn text_of(record: &[u8]) -> Result<&str, FormatError> {
    let record = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record);
    std::str::from_utf8(record).map_err(|error| FormatError::new(format!("not UTF-8: {error}")))
}

fn is_blank(record: &[u8]) -> bool {
    record.iter().all(|c| matches!(c, b' ' | b'\n' | b'\r' | b'\t'))
}

impl Decoder for JsonDecoder {
    fn decode(
        &mut self,
        record: &[u8],
        output: &mut BatchWriter,
        complete: &mut dyn FnMut(&mut BatchWriter),
    ) -> Result<Decoded, FormatError> {
        if is_blank(record) {
            return Ok(Decoded::Empty);
        }
        let result = text_of(record).and_then(|text| self.rows(text, output, complete));
        self.or_skipped(result)
    }

    fn fill(&mut self, record: &[u8], row: &mut BatchWriter) -> Result<Decoded, FormatError> {
        if is_blank(record) {
            return Ok(Decoded::Empty);
        }
        let result = text_of(record).and_then(|text| {
            let mut scanner = Scanner::new(text);
            match scanner.token()? {
                Token::Object => self.object(text, &mut scanner, row).map(|()| Decoded::Rows),
                _ => Err(scanner.error("expected an object")),
            }
        });
        self.or_skipped(result)
    }
}
