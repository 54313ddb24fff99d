//! The decoder: a record's bytes to rows.
//!
//! A record is one object, or an array of objects with a row for each. What stands behind it is not looked
//! at, as in Flink. With `ignore-parse-errors` a record that is not JSON is skipped and a wrong value is
//! NULL.

use super::DecodeSettings;
use super::object::ObjectDecoder;
use super::scan::{Scanner, Token};
use crate::format::{DecodeColumn, Decoded, Decoder, FormatError};
use crate::row::{BatchWriter, RowKind};

pub(super) struct JsonDecoder {
    object: ObjectDecoder,
    settings: DecodeSettings,
    /// As the table's user writes it, for errors.
    ignoring_option: String,
}

impl JsonDecoder {
    pub(super) fn new(columns: Vec<DecodeColumn>, settings: DecodeSettings, ignoring_option: String) -> Self {
        let read = columns.into_iter().filter_map(|column| {
            let target = column.target?;
            Some((column.name, column.ty, target))
        });
        JsonDecoder {
            object: ObjectDecoder::new(read),
            settings,
            ignoring_option,
        }
    }

    /// The scanner stands behind `{`: appends a row.
    fn row(
        &mut self,
        scanner: &mut Scanner<'_>,
        output: &mut BatchWriter,
        complete: &mut dyn FnMut(&mut BatchWriter),
    ) -> Result<(), FormatError> {
        output.begin(RowKind::Insert);
        let result = self.object.fill(scanner, &self.settings, output);
        match result {
            Ok(()) => {
                complete(output);
                output.finish();
            }
            Err(_) => output.cancel(),
        }
        result
    }

    fn rows(
        &mut self,
        text: &str,
        output: &mut BatchWriter,
        complete: &mut dyn FnMut(&mut BatchWriter),
    ) -> Result<Decoded, FormatError> {
        // Almost every record begins with its object.
        if text.starts_with('{') {
            self.row(&mut Scanner::at(text, 1), output, complete)?;
            return Ok(Decoded::Rows);
        }
        let mut scanner = Scanner::new(text);
        match scanner.token()? {
            Token::Object => self.row(&mut scanner, output, complete)?,
            Token::Array => {
                // Nothing of a broken array may be seen: it is checked before the first row is made.
                Scanner::new(text).skip()?;
                let mut first = true;
                while scanner.element(first)? {
                    first = false;
                    match scanner.token()? {
                        Token::Object => self.row(&mut scanner, output, complete)?,
                        Token::Null => {}
                        _ => return Err(scanner.error("expected an object")),
                    }
                }
            }
            _ => return Err(scanner.error("expected an object")),
        }
        Ok(Decoded::Rows)
    }

    fn or_skipped(&self, result: Result<Decoded, FormatError>) -> Result<Decoded, FormatError> {
        match result {
            Err(_) if self.settings.ignore_parse_errors => Ok(Decoded::Skipped),
            // The two options exclude each other.
            Err(error) if !self.settings.fail_on_missing_field => Err(FormatError::new(format!(
                "{}; '{}' = 'true' skips such records",
                error.message, self.ignoring_option
            ))),
            other => other,
        }
    }
}

/// The record as text; a byte order mark in front does not count.
fn text_of(record: &[u8]) -> Result<&str, FormatError> {
    let record = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record);
    std::str::from_utf8(record).map_err(|error| FormatError::new(format!("not UTF-8: {error}")))
}

/// Blanks are a record that is no JSON; a line without any is none.
fn is_blank(record: &[u8]) -> bool {
    record.iter().all(|c| matches!(c, b'\n' | b'\r'))
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
                Token::Object => {
                    let filled = self.object.fill(&mut scanner, &self.settings, row);
                    filled.map(|()| Decoded::Rows)
                }
                _ => Err(scanner.error("expected an object")),
            }
        });
        self.or_skipped(result)
    }
}
