//! The decoder: cells to the columns of a row.
//!
//! With `ignore-parse-errors` a wrong cell is NULL, missing cells are NULL and a record that cannot be split
//! is skipped; without, each of these is an error.

use std::borrow::Cow;

use sql::{DataType, TypeKind, Value};

use super::{Dialect, split};
use crate::format::number::java_trim;
use crate::format::scalar::{self, wrong};
use crate::format::temporal::{self, TimestampStandard};
use crate::format::{DecodeColumn, Decoded, Decoder, FormatError};
use crate::row::BatchWriter;

pub(super) struct CsvDecoder {
    dialect: Dialect,
    columns: usize,
    /// Cell, position in the row and type of each column read, in the order of the row.
    wanted: Vec<(usize, usize, DataType)>,
    ignore_errors: bool,
}

impl CsvDecoder {
    pub(super) fn new(dialect: Dialect, columns: Vec<DecodeColumn>, ignore_errors: bool) -> Self {
        let read = columns.iter().enumerate();
        let mut wanted: Vec<_> = read
            .filter_map(|(cell, column)| column.target.map(|target| (cell, target, column.ty.clone())))
            .collect();
        wanted.sort_by_key(|(_, target, _)| *target);
        CsvDecoder {
            dialect,
            columns: columns.len(),
            wanted,
            ignore_errors,
        }
    }

    fn cells<'a>(&self, record: &'a str) -> Result<Vec<Cow<'a, str>>, FormatError> {
        let mut cells = split::cells(record, &self.dialect)?;
        // One delimiter behind the last cell is no cell.
        if cells.len() == self.columns + 1 && cells[self.columns].is_empty() {
            cells.pop();
        }
        if cells.len() > self.columns || (cells.len() < self.columns && !self.ignore_errors) {
            let (expected, found) = (self.columns, cells.len());
            return Err(FormatError::new(format!(
                "expected {expected} cells, found {found}"
            )));
        }
        Ok(cells)
    }

    fn fill_row(&self, record: &[u8], row: &mut BatchWriter) -> Result<(), FormatError> {
        let record =
            std::str::from_utf8(record).map_err(|error| FormatError::new(format!("not UTF-8: {error}")))?;
        let cells = self.cells(record)?;
        for (cell, target, ty) in &self.wanted {
            match cells.get(*cell) {
                Some(text) if self.dialect.null_literal.as_deref() == Some(text) => row.put_null(*target),
                Some(text) if ty.kind.is_text() => row.put_text(*target, Some(text)),
                Some(text) => match self.value(text, ty) {
                    Ok(value) => row.put_value(*target, &value, ty),
                    Err(_) if self.ignore_errors => row.put_null(*target),
                    Err(error) => return Err(error),
                },
                None => row.put_null(*target),
            }
        }
        Ok(())
    }

    fn value(&self, text: &str, ty: &DataType) -> Result<Value, FormatError> {
        match &ty.kind {
            TypeKind::Array(element) => {
                let values = self.elements(text).map(|text| self.element(text, element));
                Ok(Value::Array(values.collect::<Result<_, _>>()?))
            }
            TypeKind::Row(fields) => {
                let texts: Vec<&str> = self.elements(text).collect();
                if texts.is_empty() || texts.len() != fields.len() && !self.ignore_errors {
                    return Err(wrong(text, &ty.kind));
                }
                let field = |(i, field): (usize, &sql::Field)| match texts.get(i) {
                    Some(text) => self.element(text, &field.ty),
                    None => Ok(Value::Null),
                };
                let values: Result<Vec<Value>, FormatError> = fields.iter().enumerate().map(field).collect();
                Ok(Value::Row(values?))
            }
            kind => scalar_value(text, kind),
        }
    }

    fn elements<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let has_any = !text.is_empty();
        has_any
            .then(|| text.split(self.dialect.array_delimiter.as_str()))
            .into_iter()
            .flatten()
    }

    fn element(&self, text: &str, ty: &DataType) -> Result<Value, FormatError> {
        if self.dialect.null_literal.as_deref() == Some(text) {
            return Ok(Value::Null);
        }
        match scalar_value(text, &ty.kind) {
            Err(_) if self.ignore_errors => Ok(Value::Null),
            other => other,
        }
    }
}

fn scalar_value(text: &str, kind: &TypeKind) -> Result<Value, FormatError> {
    const SQL: TimestampStandard = TimestampStandard::Sql;
    let trimmed = java_trim(text);
    let value = match kind {
        TypeKind::Date => temporal::parse_date_lenient(trimmed).map(Value::Date),
        // Flink reads no fraction of a second.
        TypeKind::Time { .. } => {
            temporal::parse_time_iso(trimmed).map(|time| Value::Time(time.whole_seconds()))
        }
        TypeKind::Timestamp { precision } => {
            temporal::parse_timestamp(trimmed, SQL).map(|v| Value::Timestamp(v.truncate(*precision)))
        }
        TypeKind::TimestampLtz { precision } => {
            temporal::parse_timestamp_ltz(trimmed, SQL).map(|v| Value::Timestamp(v.truncate(*precision)))
        }
        TypeKind::Null => Some(Value::Null),
        _ => return scalar::parse(text, kind),
    };
    value.ok_or_else(|| wrong(text, kind))
}

impl Decoder for CsvDecoder {
    fn fill(&mut self, record: &[u8], row: &mut BatchWriter) -> Result<Decoded, FormatError> {
        let record = without_mark(record);
        if record.is_empty() || (self.dialect.allow_comments && record[0] == b'#') {
            return Ok(Decoded::Empty);
        }
        match self.fill_row(record, row) {
            Ok(()) => Ok(Decoded::Rows),
            Err(_) if self.ignore_errors => Ok(Decoded::Skipped),
            Err(error) => Err(error),
        }
    }

    fn record_end(&self, bytes: &[u8]) -> Option<usize> {
        let record = without_mark(bytes);
        Some(bytes.len() - record.len() + split::record_end(record, &self.dialect)?)
    }
}

/// A byte order mark in front does not count: a quote behind it opens a cell.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}
