//! `raw`: the record is the value of the table's only column: text in a charset, bytes, or a number in its
//! binary form.

use std::borrow::Cow;

use sql::{DataType, TypeKind};

use super::{DecodeColumn, Decoded, Decoder, EncodeColumn, Encoder, FormatError};
use crate::connector::options::Options;
use crate::error::JobError;
use crate::row::{BatchWriter, RowKind, RowRef};

/// Names without the `raw.` in front.
pub(super) const OPTIONS: &[&str] = &["charset", "endianness"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Charset {
    Utf8,
    Ascii,
    Latin1,
    /// With a byte order mark; big endian without one.
    Utf16,
    Utf16Be,
    Utf16Le,
}

const CHARSETS: &[(&str, Charset)] = &[
    ("UTF-8", Charset::Utf8),
    ("US-ASCII", Charset::Ascii),
    ("ASCII", Charset::Ascii),
    ("ISO-8859-1", Charset::Latin1),
    ("UTF-16", Charset::Utf16),
    ("UTF-16BE", Charset::Utf16Be),
    ("UTF-16LE", Charset::Utf16Le),
];

#[derive(Clone, Debug)]
struct Raw {
    ty: DataType,
    /// Position in the row; a decoder has none if nobody reads the column.
    column: Option<usize>,
    charset: Charset,
    little_endian: bool,
}

fn raw(options: &Options, prefix: &str, columns: &[(DataType, Option<usize>)]) -> Result<Raw, JobError> {
    let format = format!("{prefix}format");
    let [(ty, column)] = columns else {
        let message = format!(
            "'raw' needs a table with one column, this one has {}",
            columns.len()
        );
        return Err(options.error(&format, message));
    };
    let fits = ty.kind.is_integer() || ty.kind.is_approximate() || ty.kind.is_text() || ty.kind.is_binary();
    if !fits && ty.kind != TypeKind::Boolean {
        return Err(options.error(&format, format!("'raw' has no {ty}")));
    }
    let key = |name: &str| format!("{prefix}raw.{name}");
    let endianness = [("big-endian", false), ("little-endian", true)];
    Ok(Raw {
        ty: ty.clone(),
        column: *column,
        charset: options.choice(&key("charset"), CHARSETS, Charset::Utf8)?,
        little_endian: options.choice(&key("endianness"), &endianness, false)?,
    })
}

pub(super) fn decoder(
    options: &Options,
    prefix: &str,
    columns: Vec<DecodeColumn>,
) -> Result<Box<dyn Decoder>, JobError> {
    let columns: Vec<_> = columns
        .into_iter()
        .map(|column| (column.ty, column.target))
        .collect();
    Ok(Box::new(raw(options, prefix, &columns)?))
}

pub(super) fn encoder(
    options: &Options,
    prefix: &str,
    columns: Vec<EncodeColumn>,
) -> Result<Box<dyn Encoder>, JobError> {
    let columns: Vec<_> = columns
        .into_iter()
        .map(|column| (column.ty, Some(column.source)))
        .collect();
    Ok(Box::new(raw(options, prefix, &columns)?))
}

/// Text of the bytes; what is no character becomes U+FFFD.
fn decode_text(bytes: &[u8], charset: Charset) -> Cow<'_, str> {
    let utf16 = |bytes: &[u8], little: bool| {
        let unit = |pair: &[u8]| match (pair, little) {
            ([a, b], true) => u16::from_le_bytes([*a, *b]),
            ([a, b], false) => u16::from_be_bytes([*a, *b]),
            // Half a unit at the end.
            _ => 0xfffd,
        };
        let units: Vec<u16> = bytes.chunks(2).map(unit).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match charset {
        Charset::Utf8 => String::from_utf8_lossy(bytes),
        Charset::Ascii => {
            let character = |c: &u8| if c.is_ascii() { *c as char } else { '\u{fffd}' };
            Cow::Owned(bytes.iter().map(character).collect())
        }
        Charset::Latin1 => Cow::Owned(bytes.iter().map(|c| *c as char).collect()),
        Charset::Utf16Be => utf16(bytes, false),
        Charset::Utf16Le => utf16(bytes, true),
        Charset::Utf16 => match bytes {
            [0xff, 0xfe, rest @ ..] => utf16(rest, true),
            [0xfe, 0xff, rest @ ..] => utf16(rest, false),
            all => utf16(all, false),
        },
    }
}

/// Bytes of a text; what the charset does not have becomes `?`.
fn encode_text(text: &str, charset: Charset, output: &mut Vec<u8>) {
    let narrow = |limit: u32| {
        text.chars()
            .map(move |c| if (c as u32) < limit { c as u32 as u8 } else { b'?' })
    };
    match charset {
        Charset::Utf8 => output.extend_from_slice(text.as_bytes()),
        Charset::Ascii => output.extend(narrow(0x80)),
        Charset::Latin1 => output.extend(narrow(0x100)),
        Charset::Utf16 | Charset::Utf16Be => {
            if charset == Charset::Utf16 && !text.is_empty() {
                output.extend_from_slice(&[0xfe, 0xff]);
            }
            output.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        }
        Charset::Utf16Le => output.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
    }
}

/// Bytes of a number of the type in a record.
fn width(kind: &TypeKind) -> usize {
    match kind {
        TypeKind::Boolean | TypeKind::TinyInt => 1,
        TypeKind::SmallInt => 2,
        TypeKind::Int | TypeKind::Float => 4,
        _ => 8,
    }
}

impl Decoder for Raw {
    fn fill(&mut self, record: &[u8], row: &mut BatchWriter) -> Result<Decoded, FormatError> {
        let kind = &self.ty.kind;
        if kind.is_text() {
            if let Some(column) = self.column {
                row.put_text(column, Some(&decode_text(record, self.charset)));
            }
            return Ok(Decoded::Rows);
        }
        if kind.is_binary() {
            if let Some(column) = self.column {
                row.put_bytes(column, Some(record));
            }
            return Ok(Decoded::Rows);
        }
        if record.len() != width(kind) {
            let (expected, found) = (width(kind), record.len());
            return Err(FormatError::new(format!(
                "a {kind} has {expected} bytes, found {found}"
            )));
        }
        let Some(column) = self.column else {
            return Ok(Decoded::Rows);
        };
        // Most significant byte last, sign-extended by the narrowing below.
        let fold = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
        let bits = if self.little_endian {
            record.iter().rev().fold(0, fold)
        } else {
            record.iter().fold(0, fold)
        };
        match kind {
            TypeKind::Boolean => row.put_boolean(column, Some(bits != 0)),
            TypeKind::TinyInt => row.put_i8(column, Some(bits as i8)),
            TypeKind::SmallInt => row.put_i16(column, Some(bits as i16)),
            TypeKind::Int => row.put_i32(column, Some(bits as i32)),
            TypeKind::Float => row.put_f32(column, Some(f32::from_bits(bits as u32))),
            TypeKind::Double => row.put_f64(column, Some(f64::from_bits(bits))),
            _ => row.put_i64(column, Some(bits as i64)),
        }
        Ok(Decoded::Rows)
    }
}

impl Encoder for Raw {
    fn encode(&mut self, _kind: RowKind, row: RowRef<'_>, output: &mut Vec<u8>) -> Result<(), FormatError> {
        let column = self.column.expect("an encoder's column has a source");
        let kind = &self.ty.kind;
        if kind.is_text() {
            if let Some(text) = row.text(column) {
                encode_text(text, self.charset, output);
            }
        } else if kind.is_binary() {
            output.extend_from_slice(row.bytes(column).unwrap_or_default());
        } else if !row.is_null(column) {
            // The slot holds the bits; sign extension is cut off.
            let bytes = row.slot(column).to_be_bytes();
            let bytes = &bytes[8 - width(kind)..];
            if self.little_endian {
                output.extend(bytes.iter().rev());
            } else {
                output.extend_from_slice(bytes);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{open_decoder, open_encoder};
    use super::*;
    use sql::Value;

    fn options(extra: &[(&str, &str)]) -> Options {
        let mut options = Options::new("t", [("format", "raw")]);
        options
            .values
            .extend(extra.iter().map(|(k, v)| (format!("raw.{k}"), (*v).to_owned())));
        options
    }

    #[test]
    fn every_type_both_ways() {
        let little = [("endianness", "little-endian")];
        let text = |t: &str| Value::Text(t.to_owned());
        for (kind, extra, value, record) in [
            (TypeKind::Boolean, &[][..], Value::Boolean(true), &[1][..]),
            (TypeKind::TinyInt, &[], Value::TinyInt(-2), &[0xfe]),
            (TypeKind::SmallInt, &[], Value::SmallInt(-2), &[0xff, 0xfe]),
            (TypeKind::Int, &[], Value::Int(1), &[0, 0, 0, 1]),
            (TypeKind::Int, &little, Value::Int(1), &[1, 0, 0, 0]),
            (
                TypeKind::BigInt,
                &little,
                Value::BigInt(-2),
                &[0xfe, 255, 255, 255, 255, 255, 255, 255],
            ),
            (TypeKind::Float, &[], Value::Float(1.0), &[0x3f, 0x80, 0, 0]),
            (
                TypeKind::Double,
                &[],
                Value::Double(1.0),
                &[0x3f, 0xf0, 0, 0, 0, 0, 0, 0],
            ),
            (TypeKind::BYTES, &[], Value::Bytes(vec![9, 8]), &[9, 8]),
            (TypeKind::STRING, &[], text("é"), &[0xc3, 0xa9]),
            (TypeKind::STRING, &[("charset", "ISO-8859-1")], text("é"), &[0xe9]),
            (
                TypeKind::STRING,
                &[("charset", "UTF-16")],
                text("a"),
                &[0xfe, 0xff, 0, 0x61],
            ),
            (
                TypeKind::STRING,
                &[("charset", "UTF-16LE")],
                text("a"),
                &[0x61, 0],
            ),
        ] {
            let ty = DataType::nullable(kind);
            let name = "c".to_owned();
            let column = DecodeColumn {
                name: name.clone(),
                ty: ty.clone(),
                target: Some(0),
            };
            let mut decoder = open_decoder(&options(extra), "", vec![column]).expect("opens");
            let mut rows = BatchWriter::new(1);
            assert_eq!(decoder.decode(record, &mut rows, &mut |_| {}), Ok(Decoded::Rows));
            let batch = rows.take();
            assert_eq!(batch.row(0).value(0, &ty), value);
            let column = EncodeColumn { name, ty, source: 0 };
            let mut encoder = open_encoder(&options(extra), "", vec![column]).expect("opens");
            let mut output = Vec::new();
            encoder
                .encode(RowKind::Insert, batch.row(0), &mut output)
                .expect("encodes");
            assert_eq!(output, record);
        }
    }

    #[test]
    fn wrong_lengths_and_tables() {
        let column = |kind| DecodeColumn {
            name: "c".into(),
            ty: DataType::nullable(kind),
            target: Some(0),
        };
        let mut decoder = open_decoder(&options(&[]), "", vec![column(TypeKind::Int)]).expect("opens");
        assert!(
            decoder
                .decode(&[1], &mut BatchWriter::new(1), &mut |_| {})
                .is_err()
        );
        assert!(open_decoder(&options(&[]), "", vec![column(TypeKind::Date)]).is_err());
        let two = vec![column(TypeKind::Int), column(TypeKind::Int)];
        assert!(open_decoder(&options(&[]), "", two).is_err());
        assert!(open_decoder(&options(&[("charset", "x")]), "", vec![column(TypeKind::STRING)]).is_err());
    }
}
