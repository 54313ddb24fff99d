//! The encoder: the columns of a row to a line of cells.
//!
//! Which cells are quoted follows Jackson's generator, which Flink writes with: any text that is longer than
//! 24 characters or has a character at or below the greater of delimiter and quote (or the escape). Numbers
//! never are.

use base64::Engine;
use sql::{DataType, TypeKind, Value};

use super::Dialect;
use crate::format::number::{write_decimal, write_double, write_float, write_integer, write_short_decimal};
use crate::format::scalar::BASE64;
use crate::format::temporal::{self, TimestampStandard};
use crate::format::{EncodeColumn, Encoder, FormatError};
use crate::row::{RowKind, RowRef};

/// Longer texts are quoted without looking at them.
const QUOTE_CHECK_CHARS_MAX: usize = 24;

pub(super) struct CsvEncoder {
    dialect: Dialect,
    columns: Vec<EncodeColumn>,
    plain_decimals: bool,
    /// A text of characters from here on needs no quotes.
    safe_from: char,
    cell: Vec<u8>,
}

impl CsvEncoder {
    pub(super) fn new(dialect: Dialect, columns: Vec<EncodeColumn>, plain_decimals: bool) -> Self {
        let greatest = dialect.quote.unwrap_or('\0').max(dialect.delimiter);
        CsvEncoder {
            safe_from: char::from_u32(greatest as u32 + 1).unwrap_or(char::MAX),
            dialect,
            columns,
            plain_decimals,
            cell: Vec::new(),
        }
    }

    fn needs_quotes(&self, text: &str) -> bool {
        // A character has at most three bytes for each of Java's chars.
        (text.len() > QUOTE_CHECK_CHARS_MAX && text.encode_utf16().count() > QUOTE_CHECK_CHARS_MAX)
            || text
                .chars()
                .any(|c| c < self.safe_from || Some(c) == self.dialect.escape)
    }

    fn write_text(&self, text: &str, output: &mut Vec<u8>) {
        let Some(quote) = self.dialect.quote.filter(|_| self.needs_quotes(text)) else {
            output.extend_from_slice(text.as_bytes());
            return;
        };
        let mut push = |c: char| {
            output.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        };
        push(quote);
        for c in text.chars() {
            if c == quote || Some(c) == self.dialect.escape {
                push(c);
            }
            push(c);
        }
        push(quote);
    }

    /// A scalar without quotes. True: it is text, so quotes may be needed.
    fn write_scalar(&self, value: &Value, ty: &DataType, output: &mut Vec<u8>) -> bool {
        const SQL: TimestampStandard = TimestampStandard::Sql;
        match value {
            Value::Null => {
                let literal = self.dialect.null_literal.as_deref().unwrap_or_default();
                output.extend_from_slice(literal.as_bytes());
            }
            Value::Boolean(v) => output.extend_from_slice(if *v { b"true" } else { b"false" }),
            Value::TinyInt(v) => write_integer(i64::from(*v), output),
            Value::SmallInt(v) => write_integer(i64::from(*v), output),
            Value::Int(v) | Value::Months(v) => write_integer(i64::from(*v), output),
            Value::BigInt(v) | Value::Millis(v) => write_integer(*v, output),
            Value::Float(v) => write_float(*v, output),
            Value::Double(v) => write_double(*v, output),
            Value::Decimal(v) if self.plain_decimals => write_decimal(*v, true, output),
            Value::Decimal(v) => write_short_decimal(*v, output),
            Value::Text(v) => output.extend_from_slice(v.as_bytes()),
            Value::Bytes(v) => output.extend_from_slice(BASE64.encode(v).as_bytes()),
            Value::Date(v) => temporal::write_date(*v, output),
            Value::Time(v) => temporal::write_time(*v, output),
            Value::Timestamp(v) => {
                temporal::write_timestamp(*v, SQL, output);
                if matches!(ty.kind, TypeKind::TimestampLtz { .. }) {
                    output.push(b'Z');
                }
            }
            Value::Array(_) | Value::Map(_) | Value::Row(_) => unreachable!("{ty} is no scalar"),
        }
        ty.kind.is_text() || ty.kind.is_binary() || ty.kind.is_temporal()
    }

    fn write_list<'v>(
        &self,
        elements: impl Iterator<Item = (&'v Value, &'v DataType)>,
        output: &mut Vec<u8>,
    ) {
        for (i, (value, ty)) in elements.enumerate() {
            if i > 0 {
                output.extend_from_slice(self.dialect.array_delimiter.as_bytes());
            }
            self.write_scalar(value, ty, output);
        }
    }

    fn write_column(&self, row: RowRef<'_>, column: &EncodeColumn, cell: &mut Vec<u8>, output: &mut Vec<u8>) {
        let value = row.value(column.source, &column.ty);
        cell.clear();
        let is_text = match (&value, &column.ty.kind) {
            (Value::Array(values), TypeKind::Array(element)) => {
                self.write_list(values.iter().map(|value| (value, element.as_ref())), cell);
                true
            }
            (Value::Row(values), TypeKind::Row(fields)) => {
                let typed = values.iter().zip(fields).map(|(value, field)| (value, &field.ty));
                self.write_list(typed, cell);
                true
            }
            _ => self.write_scalar(&value, &column.ty, cell) && !value.is_null(),
        };
        if is_text {
            let text = std::str::from_utf8(cell).expect("cells are UTF-8");
            self.write_text(text, output);
        } else {
            output.extend_from_slice(cell);
        }
    }
}

impl Encoder for CsvEncoder {
    fn encode(&mut self, _kind: RowKind, row: RowRef<'_>, output: &mut Vec<u8>) -> Result<(), FormatError> {
        let mut cell = std::mem::take(&mut self.cell);
        for (i, column) in self.columns.iter().enumerate() {
            if i > 0 {
                output.extend_from_slice(self.dialect.delimiter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            match column
                .ty
                .kind
                .is_text()
                .then(|| row.text(column.source))
                .flatten()
            {
                Some(text) => self.write_text(text, output),
                None => self.write_column(row, column, &mut cell, output),
            }
        }
        self.cell = cell;
        Ok(())
    }
}
