//! The decoder and encoder against tables of Flink's behaviour, against serde_json on mutated records, and
//! against each other. Shapes are exercised by decoding many records with one decoder and each again with a
//! fresh one.

use sql::{DataType, Date, Decimal, Field, Time, Timestamp, TypeKind, Value};

use crate::connector::options::Options;
use crate::format::{DecodeColumn, Decoded, Decoder, EncodeColumn, FormatError, open_decoder, open_encoder};
use crate::row::{BatchWriter, RowKind};

fn options(extra: &[(&str, &str)]) -> Options {
    let mut options = Options::new("t", [("format", "json")]);
    let prefixed = extra.iter().map(|(k, v)| (format!("json.{k}"), (*v).to_owned()));
    options.values.extend(prefixed);
    options
}

pub(super) fn field(name: &str, kind: TypeKind) -> Field {
    Field {
        name: name.to_owned(),
        ty: DataType::nullable(kind),
    }
}

pub(super) fn decoder(fields: &[Field], extra: &[(&str, &str)]) -> Box<dyn Decoder> {
    let columns = fields.iter().enumerate().map(|(i, field)| DecodeColumn {
        name: field.name.clone(),
        ty: field.ty.clone(),
        target: Some(i),
    });
    open_decoder(&options(extra), "", columns.collect()).expect("opens")
}

pub(super) type Rows = Result<Vec<Vec<Value>>, FormatError>;

pub(super) fn decode_with(decoder: &mut dyn Decoder, fields: &[Field], record: &[u8]) -> Rows {
    let mut output = BatchWriter::new(fields.len());
    let result = decoder.decode(record, &mut output, &mut |_| {});
    let batch = output.take();
    assert!(
        matches!(result, Ok(Decoded::Rows)) || batch.is_empty(),
        "rows of a record without rows"
    );
    result?;
    let types = || fields.iter().map(|field| &field.ty);
    Ok(batch.rows().map(|(_, row)| row.values(types())).collect())
}

/// The value of column `a`.
fn decode(kind: TypeKind, extra: &[(&str, &str)], record: &str) -> Result<Value, FormatError> {
    let fields = [field("a", kind)];
    let rows = decode_with(decoder(&fields, extra).as_mut(), &fields, record.as_bytes())?;
    Ok(rows[0][0].clone())
}

fn encode(fields: &[Field], extra: &[(&str, &str)], values: &[Value]) -> Result<String, FormatError> {
    let columns = fields.iter().enumerate().map(|(i, field)| EncodeColumn {
        name: field.name.clone(),
        ty: field.ty.clone(),
        source: i,
    });
    let mut encoder = open_encoder(&options(extra), "", columns.collect()).expect("opens");
    let mut rows = BatchWriter::new(fields.len());
    rows.begin(RowKind::Insert);
    for (i, value) in values.iter().enumerate() {
        rows.put_value(i, value, &fields[i].ty);
    }
    rows.finish();
    let mut output = Vec::new();
    encoder.encode(RowKind::Insert, rows.take().row(0), &mut output)?;
    Ok(String::from_utf8(output).expect("UTF-8"))
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

pub(super) fn array(kind: TypeKind) -> TypeKind {
    TypeKind::Array(DataType::nullable(kind).into())
}

fn map(kind: TypeKind) -> TypeKind {
    TypeKind::Map(DataType::string().into(), DataType::nullable(kind).into())
}

fn check_coercions(cases: impl IntoIterator<Item = (TypeKind, &'static str, Option<Value>)>) {
    for (kind, json, expected) in cases {
        let record = format!("{{\"a\":{json}}}");
        let found = decode(kind.clone(), &[], &record);
        assert_eq!(found.as_ref().ok(), expected.as_ref(), "{kind} {json} {found:?}");
        let ignored = decode(kind.clone(), &[("ignore-parse-errors", "true")], &record);
        assert_eq!(ignored, Ok(expected.unwrap_or(Value::Null)), "{kind} {json}");
    }
}

#[test]
fn scalars_are_coerced_as_flink_does() {
    let decimal = TypeKind::Decimal {
        precision: 5,
        scale: 2,
    };
    check_coercions([
        (TypeKind::Boolean, "true", Some(Value::Boolean(true))),
        (TypeKind::Boolean, "\" TRUE \"", Some(Value::Boolean(true))),
        (TypeKind::Boolean, "1", Some(Value::Boolean(false))),
        (TypeKind::Int, "\" 12 \"", Some(Value::Int(12))),
        (TypeKind::Int, "-3.9", Some(Value::Int(-3))),
        (TypeKind::Int, "2147483648", None),
        (TypeKind::Int, "true", None),
        (TypeKind::Int, "[]", None),
        (TypeKind::TinyInt, "-128", Some(Value::TinyInt(-128))),
        (TypeKind::TinyInt, "1.0", None),
        (TypeKind::SmallInt, "40000", None),
        (
            TypeKind::BigInt,
            "9223372036854775807",
            Some(Value::BigInt(i64::MAX)),
        ),
        (TypeKind::BigInt, "9223372036854775808", None),
        (TypeKind::BigInt, "1e3", Some(Value::BigInt(1000))),
        (TypeKind::Double, "1", Some(Value::Double(1.0))),
        (TypeKind::Double, "\"1.5\"", Some(Value::Double(1.5))),
        (TypeKind::Float, "0.1", Some(Value::Float(0.1))),
        (
            decimal.clone(),
            "1.005",
            Some(Value::Decimal(Decimal {
                unscaled: 101,
                scale: 2,
            })),
        ),
        (
            decimal.clone(),
            "\"-2\"",
            Some(Value::Decimal(Decimal {
                unscaled: -200,
                scale: 2,
            })),
        ),
        (decimal, "1000", Some(Value::Null)),
        (TypeKind::STRING, "\"x\\u00e9\\n\"", Some(text("xé\n"))),
        (TypeKind::STRING, "\"a\tb\"", Some(text("a\tb"))),
        (TypeKind::STRING, "1.10", Some(text("1.10"))),
        (TypeKind::STRING, "false", Some(text("false"))),
        (
            TypeKind::STRING,
            "{ \"k\" : [1, 2.50, \"\\u0001\"], \"k\": null }",
            Some(text("{\"k\":null}")),
        ),
        (TypeKind::STRING, "[1, 2.50, \"é\"]", Some(text("[1,2.5,\"é\"]"))),
    ]);
}

#[test]
fn times_and_nested_values_are_coerced_as_flink_does() {
    let point = Timestamp::from_millis(1_500);
    let ts3 = TypeKind::Timestamp { precision: 3 };
    check_coercions([
        (TypeKind::BYTES, "\"AQI=\"", Some(Value::Bytes(vec![1, 2]))),
        (TypeKind::BYTES, "\"?\"", None),
        (TypeKind::Date, "\"1970-01-02\"", Some(Value::Date(Date(1)))),
        (
            TypeKind::Time { precision: 3 },
            "\"00:00:01.5\"",
            Some(Value::Time(Time(1_000))),
        ),
        (
            ts3.clone(),
            "\"1970-01-01 00:00:01.5009\"",
            Some(Value::Timestamp(point)),
        ),
        (ts3, "\"1970-01-01T00:00:01.5\"", None),
        (
            TypeKind::TimestampLtz { precision: 3 },
            "\"1970-01-01 00:00:01.5Z\"",
            Some(Value::Timestamp(point)),
        ),
        (
            array(TypeKind::Int),
            "[1, null, \"3\"]",
            Some(Value::Array(vec![Value::Int(1), Value::Null, Value::Int(3)])),
        ),
        (array(TypeKind::Int), "{}", None),
        (
            map(TypeKind::Int),
            "{\"x\":1,\"y\":2,\"x\":3}",
            Some(Value::Map(vec![
                (text("x"), Value::Int(3)),
                (text("y"), Value::Int(2)),
            ])),
        ),
        (TypeKind::Int, "null", Some(Value::Null)),
    ]);
    let iso = [("timestamp-format.standard", "ISO-8601")];
    let found = decode(
        TypeKind::Timestamp { precision: 3 },
        &iso,
        "{\"a\":\"1970-01-01T00:00:01.5\"}",
    );
    assert_eq!(found, Ok(Value::Timestamp(point)));
}

#[test]
fn records_as_a_whole() {
    let fields = [field("a", TypeKind::Int), field("b", TypeKind::STRING)];
    let row = |a: i32, b: &str| vec![Value::Int(a), text(b)];
    for (record, expected) in [
        ("{\"a\":1,\"b\":\"x\"}", Some(vec![row(1, "x")])),
        (
            " { \"b\" : \"x\" , \"z\" : [{}] , \"a\" : 1 } ",
            Some(vec![row(1, "x")]),
        ),
        ("{\"a\":1,\"b\":\"x\",\"a\":2}", Some(vec![row(2, "x")])),
        ("{\"b\":\"x\"}", Some(vec![vec![Value::Null, text("x")]])),
        ("{}", Some(vec![vec![Value::Null, Value::Null]])),
        ("{\"a\":1,\"b\":\"x\"} trailing", Some(vec![row(1, "x")])),
        (
            "[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"y\"}]",
            Some(vec![row(1, "x"), row(2, "y")]),
        ),
        ("\u{feff}{\"a\":1,\"b\":\"x\"}", Some(vec![row(1, "x")])),
        ("", Some(vec![])),
        ("null", None),
        ("1", None),
        ("{\"a\":1", None),
        ("{\"a\":1,}", None),
        ("{\"a\":01}", None),
        ("[{\"a\":1},{\"a\"}]", None),
    ] {
        let found = decode_with(decoder(&fields, &[]).as_mut(), &fields, record.as_bytes());
        assert_eq!(found.ok(), expected, "{record}");
        let mut lenient = decoder(&fields, &[("ignore-parse-errors", "true")]);
        let found = decode_with(lenient.as_mut(), &fields, record.as_bytes());
        assert_eq!(found, Ok(expected.unwrap_or_default()), "{record}");
    }
    let mut strict = decoder(&fields, &[("fail-on-missing-field", "true")]);
    assert!(decode_with(strict.as_mut(), &fields, b"{\"a\":1}").is_err());
    assert!(decode_with(strict.as_mut(), &fields, b"{\"a\":1,\"b\":null}").is_ok());
    let both = options(&[("fail-on-missing-field", "true"), ("ignore-parse-errors", "true")]);
    assert!(open_decoder(&both, "", vec![]).is_err());
}

#[test]
fn every_type_both_ways() {
    let nested = TypeKind::Row(vec![
        field("x", TypeKind::Int),
        field("y", array(TypeKind::STRING)),
    ]);
    let row = Value::Row(vec![Value::Int(1), Value::Array(vec![text("p"), Value::Null])]);
    let point = Timestamp {
        micros: 1_500_000,
        nanos: 7,
    };
    for (kind, value, json) in [
        (TypeKind::Boolean, Value::Boolean(false), "false"),
        (TypeKind::TinyInt, Value::TinyInt(-1), "-1"),
        (TypeKind::SmallInt, Value::SmallInt(300), "300"),
        (TypeKind::Int, Value::Int(i32::MIN), "-2147483648"),
        (TypeKind::BigInt, Value::BigInt(i64::MIN), "-9223372036854775808"),
        (TypeKind::Float, Value::Float(0.1), "0.1"),
        (TypeKind::Double, Value::Double(1e10), "1.0E10"),
        (TypeKind::Double, Value::Double(f64::INFINITY), "\"Infinity\""),
        (
            TypeKind::Decimal {
                precision: 30,
                scale: 9,
            },
            Value::Decimal(Decimal {
                unscaled: 27,
                scale: 9,
            }),
            "2.7E-8",
        ),
        (
            TypeKind::STRING,
            text("a\"\\\n\u{1}é"),
            "\"a\\\"\\\\\\n\\u0001é\"",
        ),
        (TypeKind::BYTES, Value::Bytes(vec![1, 2]), "\"AQI=\""),
        (TypeKind::Date, Value::Date(Date(-1)), "\"1969-12-31\""),
        (
            TypeKind::Time { precision: 0 },
            Value::Time(Time(1_000)),
            "\"00:00:01\"",
        ),
        (
            TypeKind::Timestamp { precision: 9 },
            Value::Timestamp(point),
            "\"1970-01-01 00:00:01.500000007\"",
        ),
        (
            TypeKind::TimestampLtz { precision: 3 },
            Value::Timestamp(Timestamp::EPOCH),
            "\"1970-01-01 00:00:00Z\"",
        ),
        (nested, row, "{\"x\":1,\"y\":[\"p\",null]}"),
        (
            map(TypeKind::Int),
            Value::Map(vec![(text("k"), Value::Int(1))]),
            "{\"k\":1}",
        ),
        (TypeKind::Int, Value::Null, "null"),
    ] {
        let record = format!("{{\"a\":{json}}}");
        let fields = [field("a", kind.clone())];
        assert_eq!(
            encode(&fields, &[], std::slice::from_ref(&value)),
            Ok(record.clone())
        );
        assert_eq!(decode(kind, &[], &record), Ok(value));
    }
}

#[test]
fn options_of_the_encoder() {
    let fields = [field("a", TypeKind::Int), field("m", map(TypeKind::Int))];
    let null_key = Value::Map(vec![(Value::Null, Value::Int(1)), (text("k"), Value::Null)]);
    let values = [Value::Null, null_key];
    assert!(encode(&fields, &[], &values).is_err());
    for (extra, expected) in [
        (
            &[("map-null-key.mode", "DROP")][..],
            "{\"a\":null,\"m\":{\"k\":null}}",
        ),
        (
            &[("map-null-key.mode", "LITERAL"), ("map-null-key.literal", "n")],
            "{\"a\":null,\"m\":{\"n\":1,\"k\":null}}",
        ),
        (
            &[
                ("map-null-key.mode", "DROP"),
                ("encode.ignore-null-fields", "true"),
            ],
            "{\"m\":{\"k\":null}}",
        ),
    ] {
        assert_eq!(encode(&fields, extra, &values).as_deref(), Ok(expected));
    }
    let decimal = [field(
        "a",
        TypeKind::Decimal {
            precision: 10,
            scale: 9,
        },
    )];
    let round = [Value::Decimal(Decimal {
        unscaled: 100_000_000_000,
        scale: 9,
    })];
    assert_eq!(encode(&decimal, &[], &round).as_deref(), Ok("{\"a\":1E+2}"));
    let plain = [("encode.decimal-as-plain-number", "true")];
    let value = [Value::Decimal(Decimal {
        unscaled: 27,
        scale: 9,
    })];
    assert_eq!(
        encode(&decimal, &plain, &value).as_deref(),
        Ok("{\"a\":0.000000027}")
    );
    let columns = vec![EncodeColumn {
        name: "a".into(),
        ty: DataType::nullable(TypeKind::Map(
            DataType::nullable(TypeKind::Int).into(),
            DataType::string().into(),
        )),
        source: 0,
    }];
    assert!(open_encoder(&options(&[]), "", columns).is_err());
}

#[test]
fn equal_rows_have_equal_bytes() {
    let fields = [field("a", TypeKind::STRING), field("b", TypeKind::STRING)];
    let mut learned = decoder(&fields, &[]);
    let mut output = BatchWriter::new(2);
    for record in [
        "{\"a\":\"x\",\"b\":\"longer text\"}",
        "{\"b\":\"longer text\",\"b\":\"longer text\",\"a\":\"\\u0078\"}",
    ] {
        for _ in 0..3 {
            assert_eq!(
                learned.decode(record.as_bytes(), &mut output, &mut |_| {}),
                Ok(Decoded::Rows)
            );
        }
    }
    let batch = output.take();
    for row in 1..6 {
        assert_eq!(batch.row(row).words(), batch.row(0).words());
    }
}

#[test]
fn an_error_names_the_option_that_would_skip_the_record() {
    let int = TypeKind::Int;
    let error = |extra: &[(&str, &str)]| {
        let error = decode(int.clone(), extra, "{\"a\":").expect_err("it is cut off");
        error.message
    };
    let hint = "; 'json.ignore-parse-errors' = 'true' skips such records";
    assert!(error(&[]).ends_with(hint), "{}", error(&[]));
    let strict = error(&[("fail-on-missing-field", "true")]);
    assert!(!strict.contains(hint), "{strict}");
}
