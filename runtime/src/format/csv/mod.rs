//! `csv`: one line of delimited cells per record, all physical columns in order.
//!
//! The dialect (delimiter, quotes, escape, comments, null literal) comes from the options; decoder and
//! encoder share it.

mod decode;
mod encode;
mod split;

use sql::{DataType, TypeKind};

use super::{DecodeColumn, Decoder, EncodeColumn, Encoder};
use crate::connector::options::Options;
use crate::error::JobError;

/// Names without the `csv.` in front.
pub(super) const OPTIONS: &[&str] = &[
    "field-delimiter",
    "disable-quote-character",
    "quote-character",
    "allow-comments",
    "ignore-parse-errors",
    "array-element-delimiter",
    "escape-character",
    "null-literal",
    "write-bigdecimal-in-scientific-notation",
];

/// How cells are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dialect {
    delimiter: char,
    quote: Option<char>,
    escape: Option<char>,
    allow_comments: bool,
    null_literal: Option<String>,
    array_delimiter: String,
}

fn dialect(options: &Options, prefix: &str) -> Result<Dialect, JobError> {
    let key = |name: &str| format!("{prefix}csv.{name}");
    let character = |name: &str| -> Result<Option<char>, JobError> {
        let Some(text) = options.get(&key(name)) else {
            return Ok(None);
        };
        let unescaped = unescape(text);
        let mut chars = unescaped.chars();
        match (chars.next(), chars.next()) {
            (Some(found), None) => Ok(Some(found)),
            _ => Err(options.error(&key(name), format!("expected one character, found '{text}'"))),
        }
    };
    let disable_quote = options.boolean(&key("disable-quote-character"), false)?;
    let quote = character("quote-character")?;
    if disable_quote && quote.is_some() {
        let message = "cannot be set together with disable-quote-character";
        return Err(options.error(&key("quote-character"), message));
    }
    Ok(Dialect {
        delimiter: character("field-delimiter")?.unwrap_or(','),
        quote: if disable_quote { None } else { quote.or(Some('"')) },
        escape: character("escape-character")?,
        allow_comments: options.boolean(&key("allow-comments"), false)?,
        null_literal: options.get(&key("null-literal")).map(str::to_owned),
        array_delimiter: unescape(options.get(&key("array-element-delimiter")).unwrap_or(";")),
    })
}

/// `\t`, `\n`, `\r`, `\\` and `\u0001` as the characters they stand for; anything else as it is.
fn unescape(text: &str) -> String {
    let mut output = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        output.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let hex = escape.strip_prefix('u').and_then(|digits| digits.get(..4));
        let code = hex
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32);
        let (found, length) = match (escape.as_bytes().first(), code) {
            (Some(b't'), _) => ('\t', 1),
            (Some(b'n'), _) => ('\n', 1),
            (Some(b'r'), _) => ('\r', 1),
            (Some(b'\\'), _) => ('\\', 1),
            (Some(b'u'), Some(code)) => (code, 5),
            _ => ('\\', 0),
        };
        output.push(found);
        rest = &escape[length..];
    }
    output.push_str(rest);
    output
}

/// CSV has cells and lists of cells, nothing deeper.
fn check_type(options: &Options, prefix: &str, name: &str, ty: &DataType) -> Result<(), JobError> {
    let scalar = |ty: &DataType| !ty.kind.is_constructed();
    let fits = match &ty.kind {
        TypeKind::Array(element) => scalar(element),
        TypeKind::Row(fields) => fields.iter().all(|field| scalar(&field.ty)),
        TypeKind::Time { precision } => *precision <= 3,
        _ => scalar(ty),
    };
    if fits {
        return Ok(());
    }
    Err(options.error(
        &format!("{prefix}format"),
        format!("column {name}: CSV has no {ty}"),
    ))
}

pub(super) fn decoder(
    options: &Options,
    prefix: &str,
    columns: Vec<DecodeColumn>,
) -> Result<Box<dyn Decoder>, JobError> {
    for column in &columns {
        check_type(options, prefix, &column.name, &column.ty)?;
    }
    let ignore = options.boolean(&format!("{prefix}csv.ignore-parse-errors"), false)?;
    Ok(Box::new(decode::CsvDecoder::new(
        dialect(options, prefix)?,
        columns,
        ignore,
    )))
}

pub(super) fn encoder(
    options: &Options,
    prefix: &str,
    columns: Vec<EncodeColumn>,
) -> Result<Box<dyn Encoder>, JobError> {
    for column in &columns {
        check_type(options, prefix, &column.name, &column.ty)?;
    }
    let key = format!("{prefix}csv.write-bigdecimal-in-scientific-notation");
    let scientific = options.boolean(&key, true)?;
    Ok(Box::new(encode::CsvEncoder::new(
        dialect(options, prefix)?,
        columns,
        !scientific,
    )))
}

#[cfg(test)]
mod tests {
    use super::super::{DecodeColumn, Decoded, EncodeColumn, FormatError, open_decoder, open_encoder};
    use super::*;
    use crate::row::{BatchWriter, RowKind};
    use sql::{Decimal, Timestamp, Value};

    fn options(extra: &[(&str, &str)]) -> Options {
        let mut options = Options::new("t", [("format", "csv")]);
        options
            .values
            .extend(extra.iter().map(|(k, v)| (format!("csv.{k}"), (*v).to_owned())));
        options
    }

    fn decode(
        kinds: &[TypeKind],
        extra: &[(&str, &str)],
        record: &str,
    ) -> Result<Option<Vec<Value>>, FormatError> {
        let types: Vec<DataType> = kinds.iter().cloned().map(DataType::nullable).collect();
        let columns = types.iter().enumerate().map(|(i, ty)| DecodeColumn {
            name: format!("c{i}"),
            ty: ty.clone(),
            target: Some(i),
        });
        let mut decoder = open_decoder(&options(extra), "", columns.collect()).expect("opens");
        let mut output = BatchWriter::new(types.len());
        let decoded = decoder.decode(record.as_bytes(), &mut output, &mut |_| {})?;
        let batch = output.take();
        assert_eq!(batch.len(), usize::from(decoded == Decoded::Rows));
        Ok((decoded == Decoded::Rows).then(|| batch.row(0).values(types.iter())))
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_cell() {
        let kinds = [TypeKind::Int, TypeKind::STRING];
        let row = decode(&kinds, &[], "\u{feff}1,x").expect("a row");
        assert_eq!(row, Some(vec![Value::Int(1), text("x")]));
        let columns = vec![DecodeColumn {
            name: "c".into(),
            ty: DataType::nullable(TypeKind::STRING),
            target: Some(0),
        }];
        let decoder = open_decoder(&options(&[]), "", columns).expect("opens");
        let file = "\u{feff}\"a\nb\"\nc\n";
        assert_eq!(decoder.record_end(file.as_bytes()), file.find("\nc"));
    }

    fn encode(kinds: &[TypeKind], extra: &[(&str, &str)], values: &[Value]) -> String {
        let types: Vec<DataType> = kinds.iter().cloned().map(DataType::nullable).collect();
        let columns = types.iter().enumerate().map(|(i, ty)| EncodeColumn {
            name: format!("c{i}"),
            ty: ty.clone(),
            source: i,
        });
        let mut encoder = open_encoder(&options(extra), "", columns.collect()).expect("opens");
        let mut rows = BatchWriter::new(types.len());
        rows.begin(RowKind::Insert);
        for (i, value) in values.iter().enumerate() {
            rows.put_value(i, value, &types[i]);
        }
        rows.finish();
        let mut output = Vec::new();
        encoder
            .encode(RowKind::Insert, rows.take().row(0), &mut output)
            .expect("encodes");
        String::from_utf8(output).expect("UTF-8")
    }

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    #[test]
    fn cells_are_split_by_the_dialect() {
        let two = [TypeKind::STRING, TypeKind::STRING];
        for (extra, record, expected) in [
            (&[][..], "a,b", ["a", "b"]),
            (&[], "\"a,\"\"x\"\"\",b ", ["a,\"x\"", "b "]),
            (&[], "a\"b,\"c\nd\"", ["a\"b", "c\nd"]),
            (&[], ",", ["", ""]),
            (&[("field-delimiter", "\\t")], "a\tb,c", ["a", "b,c"]),
            (&[("field-delimiter", "\\u0001")], "a\u{1}b", ["a", "b"]),
            (&[("quote-character", "'")], "'a,b',c", ["a,b", "c"]),
            (&[("disable-quote-character", "true")], "\"a,b", ["\"a", "b"]),
            (&[("escape-character", "\\")], "a\\,b,\"c\\\"d\"", ["a,b", "c\"d"]),
            (&[], "é,ü,", ["é", "ü"]),
        ] {
            let found = decode(&two, extra, record);
            assert_eq!(
                found,
                Ok(Some(expected.iter().map(|t| text(t)).collect())),
                "{record}"
            );
        }
    }

    #[test]
    fn wrong_records() {
        let kinds = [TypeKind::Int, TypeKind::STRING];
        for record in ["1", "1,a,b", "x,a", ",a", "1,\"a", "1,\"a\"b"] {
            assert!(decode(&kinds, &[], record).is_err(), "{record}");
        }
        let ignore = [("ignore-parse-errors", "true")];
        assert_eq!(
            decode(&kinds, &ignore, "x,a"),
            Ok(Some(vec![Value::Null, text("a")]))
        );
        assert_eq!(
            decode(&kinds, &ignore, "1"),
            Ok(Some(vec![Value::Int(1), Value::Null]))
        );
        assert_eq!(decode(&kinds, &ignore, "1,a,b"), Ok(None));
        assert_eq!(decode(&kinds, &[("allow-comments", "true")], "#1,a"), Ok(None));
        assert_eq!(decode(&kinds, &[], ""), Ok(None));
        let nulls = [("null-literal", "n/a")];
        assert_eq!(
            decode(&kinds, &nulls, "n/a,n/a"),
            Ok(Some(vec![Value::Null, Value::Null]))
        );
    }

    #[test]
    fn every_type_both_ways() {
        let decimal = TypeKind::Decimal {
            precision: 20,
            scale: 9,
        };
        let timestamp = Timestamp::from_millis(1_500);
        for (kind, value, record) in [
            (TypeKind::Boolean, Value::Boolean(true), "true"),
            (TypeKind::TinyInt, Value::TinyInt(-1), "-1"),
            (TypeKind::BigInt, Value::BigInt(7), "7"),
            (TypeKind::Double, Value::Double(1e10), "1.0E10"),
            (TypeKind::Float, Value::Float(0.5), "0.5"),
            (
                decimal,
                Value::Decimal(Decimal {
                    unscaled: 27,
                    scale: 9,
                }),
                "2.7E-8",
            ),
            (TypeKind::STRING, text("a b"), "\"a b\""),
            (TypeKind::STRING, text("abc"), "abc"),
            (
                TypeKind::STRING,
                text("abcdefghijklmnopqrstuvwxyz"),
                "\"abcdefghijklmnopqrstuvwxyz\"",
            ),
            (TypeKind::STRING, text("a\"b"), "\"a\"\"b\""),
            (TypeKind::BYTES, Value::Bytes(vec![1, 2]), "AQI="),
            (TypeKind::Date, Value::Date(sql::Date(1)), "1970-01-02"),
            (
                TypeKind::Time { precision: 0 },
                Value::Time(sql::Time(1_000)),
                "00:00:01",
            ),
            (
                TypeKind::Timestamp { precision: 3 },
                Value::Timestamp(timestamp),
                "\"1970-01-01 00:00:01.5\"",
            ),
            (
                TypeKind::TimestampLtz { precision: 3 },
                Value::Timestamp(timestamp),
                "\"1970-01-01 00:00:01.5Z\"",
            ),
            (
                TypeKind::Array(DataType::nullable(TypeKind::Int).into()),
                Value::Array(vec![Value::Int(1), Value::Int(2)]),
                "1;2",
            ),
        ] {
            let kinds = [kind, TypeKind::Int];
            let values = vec![value, Value::Int(0)];
            let record = format!("{record},0");
            assert_eq!(encode(&kinds, &[], &values), record);
            assert_eq!(decode(&kinds, &[], &record), Ok(Some(values)));
        }
        let none = [Value::Null, Value::Null];
        assert_eq!(encode(&[TypeKind::Int, TypeKind::STRING], &[], &none), ",");
        let nulls = [("null-literal", "n/a")];
        assert_eq!(
            encode(&[TypeKind::Int, TypeKind::STRING], &nulls, &none),
            "n/a,n/a"
        );
    }

    #[test]
    fn any_text_survives() {
        use proptest::prelude::*;
        let two = [TypeKind::STRING, TypeKind::STRING];
        proptest!(|(a in "\\PC{0,30}|[ -~\n\"',;\\\\]{0,30}", b in "[ -~\n\"',;\\\\]{0,30}")| {
            let values = vec![text(&a), text(&b)];
            for extra in [&[][..], &[("escape-character", "\\")], &[("field-delimiter", "|")]] {
                let record = encode(&two, extra, &values);
                if !record.is_empty() {
                    prop_assert_eq!(decode(&two, extra, &record), Ok(Some(values.clone())), "{}", record);
                }
            }
        });
    }

    #[test]
    fn any_bytes_do_no_harm() {
        use proptest::prelude::*;
        let column = DecodeColumn {
            name: "c".into(),
            ty: DataType::nullable(TypeKind::Int),
            target: Some(0),
        };
        proptest!(|(bytes in proptest::collection::vec(any::<u8>(), 0..60))| {
            let mut decoder = open_decoder(&options(&[]), "", vec![column.clone()]).expect("opens");
            let mut output = BatchWriter::new(1);
            let result = decoder.decode(&bytes, &mut output, &mut |_| {});
            prop_assert_eq!(output.take().len(), usize::from(result == Ok(Decoded::Rows)));
            if let Some(end) = decoder.record_end(&bytes) {
                prop_assert_eq!(bytes[end], b'\n');
            }
        });
    }
}
