//! Mutated records against serde_json, and shapes against no shapes: many records go through one decoder, and each
//! again through a fresh one. The records are the same in every run.

use serde_json::Value as Json;
use sql::{Field, TypeKind, Value};

use super::tests::{array, decode_with, decoder, field};
use crate::format::number::parse_decimal;
use crate::format::temporal::{TimestampStandard, parse_timestamp, parse_timestamp_ltz};

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

fn schema() -> Vec<Field> {
    let inner = vec![field("x", TypeKind::Int), field("s", TypeKind::STRING)];
    vec![
        field("id", TypeKind::BigInt),
        field("name", TypeKind::STRING),
        field("price", TypeKind::Double),
        field("ok", TypeKind::Boolean),
        field("row", TypeKind::Row(inner)),
        field("list", array(TypeKind::Int)),
        field("at", TypeKind::Timestamp { precision: 3 }),
        field("count", TypeKind::Int),
        field(
            "amount",
            TypeKind::Decimal {
                precision: 6,
                scale: 2,
            },
        ),
        field("seen", TypeKind::TimestampLtz { precision: 3 }),
    ]
}

/// Keys and some of their values.
const MEMBERS: [(&str, &[&str]); 11] = [
    (
        "id",
        &[
            "1",
            "-77",
            "123456789012",
            "-999999999999999999",
            "\"5\"",
            "null",
            "1.9",
        ],
    ),
    (
        "name",
        &[
            "\"\"",
            "\"abc\"",
            "\"a text that is longer than any block of bytes\"",
            "\"\\u00e9\\n\"",
            "\"é😀\"",
            "7",
            "{\"k\":[1]}",
        ],
    ),
    ("price", &["0", "1.25", "-3e2", "\"2.5\"", "null"]),
    ("ok", &["true", "false", "\"true\"", "0"]),
    (
        "row",
        &["{\"x\":1,\"s\":\"q\"}", "{\"s\":\"q\\\"}", "null", "{}", "[]"],
    ),
    ("list", &["[]", "[1,2]", "[ 1 , null ]", "null", "[\"3\"]"]),
    ("unknown", &["{\"a\":[{}]}", "1", "\"x\""]),
    (
        "at",
        &[
            "\"2020-01-31 10:11:12.345\"",
            "\"2020-01-31 10:11:59\"",
            "\"2020-02-31 00:00:00.123456789\"",
            "null",
        ],
    ),
    ("count", &["0", "2147483647", "-2147483648", "1"]),
    (
        "amount",
        &[
            "1", "-0", "9999.99", "9999.995", "-123.4", "0.005", "12345", "\"1.5\"", "1e2",
        ],
    ),
    (
        "seen",
        &["\"2020-01-31 10:11:12.3Z\"", "\"2020-01-31 10:11:59Z\"", "null"],
    ),
];

/// A record of the schema, mostly of a few shapes.
fn record(random: &mut Random) -> Vec<u8> {
    // Three of four records have one shape, so that it is learned and used.
    let is_plain = random.below(4) > 0;
    let colon = if is_plain {
        ":"
    } else {
        random.pick(&[":", ": ", " :\t"])
    };
    let comma = if is_plain { "," } else { random.pick(&[",", ", "]) };
    let mut members: Vec<String> = MEMBERS
        .iter()
        .map(|(name, values)| format!("\"{name}\"{colon}{}", random.pick(values)))
        .collect();
    for _ in 0..if is_plain { 0 } else { random.below(3) } {
        let (from, to) = (random.below(members.len()), random.below(members.len()));
        members.swap(from, to);
    }
    members.truncate(members.len() - if is_plain { 0 } else { random.below(3) });
    format!("{{{}}}", members.join(comma)).into_bytes()
}

fn mutate(record: &mut Vec<u8>, random: &mut Random) {
    const BYTES: &[u8] = b"\"\\{}[]:,0123456789-+.eEtfnul xs\xc3\xa9\xff";
    for _ in 0..random.below(4) {
        let at = random.below(record.len());
        let byte = BYTES[random.below(BYTES.len())];
        match random.below(4) {
            0 => record[at] = byte,
            1 => record.insert(at, byte),
            2 if record.len() > 1 => drop(record.remove(at)),
            _ => {
                let end = (at + random.below(8)).min(record.len());
                let part = record[at..end].to_vec();
                record.splice(at..at, part);
            }
        }
    }
}

/// What serde_json and Flink's rules make of a value. `Err(())`: not a value of the type. A float that
/// becomes text is left out (inner `None`), since serde_json forgets how it was written.
fn reference(json: &Json, kind: &TypeKind) -> Result<Option<Value>, ()> {
    let text = match json {
        Json::Null => return Ok(Some(Value::Null)),
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(v) => v.to_string(),
        Json::Array(_) | Json::Object(_) => String::new(),
    };
    let is_nested = json.is_array() || json.is_object();
    let trimmed = text.trim_matches(|c| c <= ' ');
    match kind {
        _ if kind.is_text() && (is_nested || json.is_f64()) => Ok(None),
        _ if kind.is_text() && json.is_number() && (text == "-0" || text.len() > 18) => Ok(None),
        _ if kind.is_text() => Ok(Some(Value::Text(text))),
        TypeKind::Row(fields) => {
            let object = json.as_object().ok_or(())?;
            let values = fields
                .iter()
                .map(|f| reference(object.get(&f.name).unwrap_or(&Json::Null), &f.ty.kind));
            let values: Option<Vec<Value>> = values.collect::<Result<Vec<_>, ()>>()?.into_iter().collect();
            Ok(values.map(Value::Row))
        }
        TypeKind::Array(element) => {
            let values = json
                .as_array()
                .ok_or(())?
                .iter()
                .map(|value| reference(value, &element.kind));
            let values: Option<Vec<Value>> = values.collect::<Result<Vec<_>, ()>>()?.into_iter().collect();
            Ok(values.map(Value::Array))
        }
        _ if is_nested => Err(()),
        TypeKind::Boolean => Ok(Some(Value::Boolean(trimmed.eq_ignore_ascii_case("true")))),
        // An integer too long for serde_json comes as a float.
        TypeKind::Int | TypeKind::BigInt
            if json.is_f64() && json.as_f64().is_some_and(|v| v.abs() > 1e15) =>
        {
            Ok(None)
        }
        TypeKind::Int if json.is_f64() => {
            let number = json.as_f64().expect("a float");
            let fits = (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
            if fits {
                Ok(Some(Value::Int(number as i32)))
            } else {
                Err(())
            }
        }
        TypeKind::BigInt if json.is_f64() => Ok(Some(Value::BigInt(json.as_f64().expect("a float") as i64))),
        TypeKind::Int => trimmed.parse().map(|v| Some(Value::Int(v))).map_err(|_| ()),
        TypeKind::BigInt => trimmed.parse().map(|v| Some(Value::BigInt(v))).map_err(|_| ()),
        // How Java reads the text of a double has its own test.
        TypeKind::Double if json.is_string() => Ok(None),
        TypeKind::Double => Ok(Some(Value::Double(json.as_f64().expect("a number")))),
        TypeKind::Timestamp { precision } => parse_timestamp(&text, TimestampStandard::Sql)
            .map(|point| Some(Value::Timestamp(point.truncate(*precision))))
            .ok_or(()),
        TypeKind::TimestampLtz { precision } => parse_timestamp_ltz(&text, TimestampStandard::Sql)
            .map(|point| Some(Value::Timestamp(point.truncate(*precision))))
            .ok_or(()),
        // serde_json forgets digits that a double does not have.
        TypeKind::Decimal { .. } if json.is_f64() && text.len() > 15 => Ok(None),
        TypeKind::Decimal { precision, scale } => parse_decimal(trimmed, *precision, *scale)
            .map(|decimal| Some(decimal.map_or(Value::Null, Value::Decimal)))
            .ok_or(()),
        other => unreachable!("{other} is not in the schema"),
    }
}

/// Equal, but for the last digit of doubles, which serde_json does not get right.
fn same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Double(a), Value::Double(b)) => (a - b).abs() <= a.abs() * 1e-15,
        _ => expected == found,
    }
}

#[test]
fn mutated_records_against_a_reference() {
    const RECORDS: usize = 40_000;
    let fields = schema();
    let mut learned = decoder(&fields, &[]);
    let mut random = Random(0x5eed);
    let mut accepted = 0;
    for _ in 0..RECORDS {
        let mut bytes = record(&mut random);
        mutate(&mut bytes, &mut random);
        let found = decode_with(learned.as_mut(), &fields, &bytes);
        let fresh = decode_with(decoder(&fields, &[]).as_mut(), &fields, &bytes);
        let shown = String::from_utf8_lossy(&bytes);
        assert_eq!(
            found.as_ref().ok(),
            fresh.as_ref().ok(),
            "shapes change nothing: {shown}"
        );
        if std::str::from_utf8(&bytes).is_err() {
            assert!(found.is_err(), "{shown}");
            continue;
        }
        let mut stream = serde_json::Deserializer::from_slice(&bytes).into_iter::<Json>();
        let parsed = match stream.next() {
            Some(Ok(parsed @ Json::Object(_))) => parsed,
            // Arrays at the root and numbers beyond a double are not what serde_json means by them.
            Some(Ok(_)) => continue,
            Some(Err(error)) if error.to_string().contains("out of range") => continue,
            // Flink lets control characters pass.
            Some(Err(error)) if error.to_string().contains("control character") => continue,
            _ => {
                assert!(found.is_err(), "{shown}");
                continue;
            }
        };
        let expected: Result<Vec<Option<Value>>, ()> = fields
            .iter()
            .map(|f| reference(parsed.get(&f.name).unwrap_or(&Json::Null), &f.ty.kind))
            .collect();
        match (expected, &found) {
            (Ok(expected), Ok(rows)) => {
                accepted += 1;
                for (expected, found) in expected.iter().zip(&rows[0]) {
                    assert!(
                        expected.as_ref().is_none_or(|e| same(e, found)),
                        "{shown}: {found:?}"
                    );
                }
            }
            (Err(()), Err(_)) => {}
            // What the reference leaves out may be wrong.
            (Ok(expected), Err(_)) if expected.iter().any(Option::is_none) => {}
            (expected, found) => panic!("{shown}: expected {expected:?}, found {found:?}"),
        }
    }
    assert!(accepted > RECORDS / 5, "{accepted}");
}
