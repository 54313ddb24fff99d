//! Generators of one column: random values of any type, or a sequence.
//!
//! In: the options `fields.<name>.…` and the column's type. Out: a value for each row number, the same each
//! time.

use std::time::{SystemTime, UNIX_EPOCH};

use sql::{DataType, Date, Decimal, Time, Timestamp, TypeKind, Value};

use crate::connector::options::Options;
use crate::error::JobError;

const DAY_MS: i64 = 86_400_000;

/// What a column's option names may end with.
const SUFFIXES: [&str; 9] = [
    "kind",
    "min",
    "max",
    "max-past",
    "length",
    "var-len",
    "start",
    "end",
    "null-rate",
];

#[derive(Clone, Debug)]
pub(super) struct Generator {
    ty: DataType,
    shape: Shape,
    null_rate: f64,
    /// Tells the columns of a table apart.
    seed: u64,
}

#[derive(Clone, Debug)]
enum Shape {
    Sequence {
        start: i64,
        end: i64,
    },
    Boolean,
    /// Bounds, both included.
    Integer {
        min: i64,
        max: i64,
    },
    Float {
        min: f64,
        max: f64,
    },
    Decimal {
        min: i128,
        max: i128,
        scale: u8,
    },
    Text {
        length: u32,
        varies: bool,
    },
    Bytes {
        length: u32,
        varies: bool,
    },
    /// Today, now, or up to so long ago.
    Date {
        max_past_ms: i64,
    },
    Time,
    Timestamp {
        max_past_ms: i64,
    },
    Array {
        length: u32,
        element: Box<Generator>,
    },
    Map {
        length: u32,
        key: Box<Generator>,
        value: Box<Generator>,
    },
    Row(Vec<Generator>),
}

/// Numbers that look random and depend on the seed alone (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// From 0 to below 1.
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn between(&mut self, min: i128, max: i128) -> i128 {
        // The widest DECIMAL range is more than an i128 holds, but not more than a u128.
        let count = max.wrapping_sub(min) as u128 + 1;
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        min.wrapping_add((bits % count) as i128)
    }

    fn length(&mut self, length: u32, varies: bool) -> usize {
        let length = i128::from(length);
        self.between(if varies { length.min(1) } else { length }, length) as usize
    }
}

fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, c| {
        (h ^ u64::from(c)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as i64
}

/// Every `fields.<name>.<suffix>` names a column (or a field of one) and a known suffix.
pub(super) fn check_names<'t>(
    options: &Options,
    columns: impl Iterator<Item = (&'t str, &'t DataType)>,
) -> Result<(), JobError> {
    fn paths(name: &str, ty: &DataType, into: &mut Vec<String>) {
        into.push(name.to_owned());
        match &ty.kind {
            TypeKind::Row(fields) => {
                fields
                    .iter()
                    .for_each(|f| paths(&format!("{name}.{}", f.name), &f.ty, into));
            }
            TypeKind::Array(element) | TypeKind::Multiset(element) => {
                paths(&format!("{name}.element"), element, into);
            }
            TypeKind::Map(key, value) => {
                paths(&format!("{name}.key"), key, into);
                paths(&format!("{name}.value"), value, into);
            }
            _ => {}
        }
    }
    let mut known = Vec::new();
    columns.for_each(|(name, ty)| paths(name, ty, &mut known));
    for key in options.values.keys() {
        let Some(rest) = key.strip_prefix("fields.") else {
            continue;
        };
        let (name, suffix) = rest.rsplit_once('.').unwrap_or((rest, ""));
        if !known.iter().any(|path| path == name) {
            return Err(options.error(key, format!("the table has no column '{name}'")));
        }
        if !SUFFIXES.contains(&suffix) {
            return Err(options.error(key, format!("unknown option; there are {}", SUFFIXES.join(", "))));
        }
    }
    Ok(())
}

/// The generator of a column, as its options say.
pub(super) fn of_column(options: &Options, name: &str, ty: &DataType) -> Result<Generator, JobError> {
    let key = |suffix: &str| format!("fields.{name}.{suffix}");
    let sequence = options.choice(&key("kind"), &[("random", false), ("sequence", true)], false)?;
    let null_rate = options.parsed(&key("null-rate"), "a number from 0 to 1", |text| {
        text.parse::<f64>().ok().filter(|rate| (0.0..=1.0).contains(rate))
    })?;
    let shape = if sequence {
        sequence_shape(options, name, ty)?
    } else {
        random_shape(options, name, ty)?
    };
    Ok(Generator {
        ty: ty.clone(),
        shape,
        null_rate: null_rate.unwrap_or(0.0),
        seed: hash(name),
    })
}

fn sequence_shape(options: &Options, name: &str, ty: &DataType) -> Result<Shape, JobError> {
    let bound = |suffix: &str| -> Result<i64, JobError> {
        let key = format!("fields.{name}.{suffix}");
        options
            .integer(&key)?
            .ok_or_else(|| options.error(&key, "is required for a sequence"))
    };
    let (start, end) = (bound("start")?, bound("end")?);
    let fits = ty.kind.is_numeric() || ty.kind.is_text();
    if !fits {
        return Err(options.error(
            &format!("fields.{name}.kind"),
            format!("there is no sequence of {ty}"),
        ));
    }
    if start > end {
        return Err(options.error(&format!("fields.{name}.end"), "must not be less than start"));
    }
    Ok(Shape::Sequence { start, end })
}

fn bounds<T: PartialOrd + std::str::FromStr + Copy>(
    options: &Options,
    name: &str,
    defaults: (T, T),
) -> Result<(T, T), JobError> {
    let bound = |suffix: &str, default: T| -> Result<T, JobError> {
        let key = format!("fields.{name}.{suffix}");
        Ok(options
            .parsed(&key, "a number", |text| text.parse().ok())?
            .unwrap_or(default))
    };
    let (min, max) = (bound("min", defaults.0)?, bound("max", defaults.1)?);
    if min > max {
        return Err(options.error(&format!("fields.{name}.max"), "must not be less than min"));
    }
    Ok((min, max))
}

fn integers<T>(options: &Options, name: &str, min: T, max: T) -> Result<Shape, JobError>
where
    T: PartialOrd + std::str::FromStr + Copy + Into<i64>,
{
    let (min, max) = bounds(options, name, (min, max))?;
    Ok(Shape::Integer {
        min: min.into(),
        max: max.into(),
    })
}

fn random_shape(options: &Options, name: &str, ty: &DataType) -> Result<Shape, JobError> {
    let key = |suffix: &str| format!("fields.{name}.{suffix}");
    let length = || -> Result<u32, JobError> {
        let parse = |text: &str| text.parse().ok();
        Ok(options.parsed(&key("length"), "a length", parse)?.unwrap_or(100))
    };
    let max_past_ms = || -> Result<i64, JobError> {
        Ok(options
            .duration(&key("max-past"))?
            .map_or(0, |past| past.as_millis() as i64))
    };
    Ok(match &ty.kind {
        TypeKind::Boolean => Shape::Boolean,
        TypeKind::TinyInt => integers(options, name, i8::MIN, i8::MAX)?,
        TypeKind::SmallInt => integers(options, name, i16::MIN, i16::MAX)?,
        TypeKind::Int => integers(options, name, i32::MIN, i32::MAX)?,
        TypeKind::BigInt => integers(options, name, i64::MIN, i64::MAX)?,
        TypeKind::IntervalYearMonth => integers(options, name, 0i32, 120_000)?,
        TypeKind::IntervalDayTime => integers(options, name, 0i64, i64::MAX)?,
        TypeKind::Float | TypeKind::Double => {
            let widest = if ty.kind == TypeKind::Float {
                f64::from(f32::MAX)
            } else {
                f64::MAX
            };
            let (min, max) = bounds(options, name, (-widest, widest))?;
            Shape::Float { min, max }
        }
        TypeKind::Decimal { precision, scale } => decimals(options, name, *precision, *scale)?,
        TypeKind::Char { length } => Shape::Text {
            length: *length,
            varies: false,
        },
        TypeKind::VarChar { length: most } => Shape::Text {
            length: length()?.min(*most),
            varies: options.boolean(&key("var-len"), false)?,
        },
        TypeKind::Binary { length } => Shape::Bytes {
            length: *length,
            varies: false,
        },
        TypeKind::VarBinary { length: most } => Shape::Bytes {
            length: length()?.min(*most),
            varies: options.boolean(&key("var-len"), false)?,
        },
        TypeKind::Date => Shape::Date {
            max_past_ms: max_past_ms()?,
        },
        TypeKind::Time { .. } => Shape::Time,
        TypeKind::Timestamp { .. } | TypeKind::TimestampLtz { .. } => Shape::Timestamp {
            max_past_ms: max_past_ms()?,
        },
        TypeKind::Array(_) | TypeKind::Map(..) | TypeKind::Multiset(_) | TypeKind::Row(_) => {
            constructed_shape(options, name, ty)?
        }
        TypeKind::Null => return Err(options.error("connector", format!("column {name} has no type"))),
    })
}

fn constructed_shape(options: &Options, name: &str, ty: &DataType) -> Result<Shape, JobError> {
    let child = |part: &str, ty: &DataType| of_column(options, &format!("{name}.{part}"), ty);
    let length = || -> Result<u32, JobError> {
        let length = options.parsed(&format!("fields.{name}.length"), "a length", |text| {
            text.parse().ok()
        })?;
        Ok(length.unwrap_or(3))
    };
    Ok(match &ty.kind {
        TypeKind::Array(element) => Shape::Array {
            length: length()?,
            element: child("element", element)?.into(),
        },
        TypeKind::Map(k, v) => Shape::Map {
            length: length()?,
            key: child("key", k)?.into(),
            value: child("value", v)?.into(),
        },
        TypeKind::Multiset(element) => Shape::Map {
            length: length()?,
            key: child("element", element)?.into(),
            value: count().into(),
        },
        TypeKind::Row(fields) => {
            let fields = fields.iter().map(|field| child(&field.name, &field.ty));
            Shape::Row(fields.collect::<Result<_, _>>()?)
        }
        other => unreachable!("{other} has no parts"),
    })
}

/// How often an element is in a MULTISET.
fn count() -> Generator {
    Generator {
        ty: DataType::not_null(TypeKind::Int),
        shape: Shape::Integer { min: 1, max: 10 },
        null_rate: 0.0,
        seed: 0,
    }
}

fn decimals(options: &Options, name: &str, precision: u8, scale: u8) -> Result<Shape, JobError> {
    let widest = 10f64.powi(i32::from(precision) - i32::from(scale));
    let (min, max) = bounds(options, name, (-widest, widest))?;
    let limit = 10i128.pow(u32::from(precision)) - 1;
    let unscaled = |bound: f64| {
        // Beyond 2^53 a bound is not exact anyway.
        let scaled = (bound * 10f64.powi(i32::from(scale))) as i128;
        scaled.clamp(-limit, limit)
    };
    Ok(Shape::Decimal {
        min: unscaled(min),
        max: unscaled(max),
        scale,
    })
}

impl Generator {
    pub(super) fn ty(&self) -> &DataType {
        &self.ty
    }

    /// How many rows there are, for a sequence.
    pub(super) fn rows(&self) -> Option<u64> {
        match self.shape {
            Shape::Sequence { start, end } => Some(start.abs_diff(end).saturating_add(1)),
            _ => None,
        }
    }

    /// The value in row number `row`.
    pub(super) fn value(&self, row: u64) -> Value {
        if let Shape::Sequence { start, .. } = self.shape {
            return sequence_value(start.wrapping_add(row as i64), &self.ty.kind);
        }
        let mut random = Random(self.seed ^ row.wrapping_mul(0xd134_2543_de82_ef95));
        self.random_value(&mut random)
    }

    fn random_value(&self, random: &mut Random) -> Value {
        if self.null_rate > 0.0 && random.fraction() < self.null_rate {
            return Value::Null;
        }
        match &self.shape {
            Shape::Sequence { start, .. } => sequence_value(*start, &self.ty.kind),
            Shape::Boolean => Value::Boolean(random.next() & 1 == 1),
            Shape::Integer { min, max } => {
                let number = random.between(i128::from(*min), i128::from(*max)) as i64;
                integer_value(number, &self.ty.kind)
            }
            Shape::Float { min, max } => {
                // Two products, since max - min may be too great for a double.
                let part = random.fraction();
                let number = min * (1.0 - part) + max * part;
                if self.ty.kind == TypeKind::Float {
                    Value::Float(number as f32)
                } else {
                    Value::Double(number)
                }
            }
            Shape::Decimal { min, max, scale } => Value::Decimal(Decimal {
                unscaled: random.between(*min, *max),
                scale: *scale,
            }),
            Shape::Text { length, varies } => {
                let length = random.length(*length, *varies);
                let digit = |_| b"0123456789abcdef"[(random.next() >> 60) as usize] as char;
                Value::Text((0..length).map(digit).collect())
            }
            Shape::Bytes { length, varies } => {
                let length = random.length(*length, *varies);
                Value::Bytes((0..length).map(|_| (random.next() >> 56) as u8).collect())
            }
            Shape::Date { max_past_ms } => {
                Value::Date(Date(past_ms(random, *max_past_ms).div_euclid(DAY_MS) as i32))
            }
            Shape::Time => Value::Time(Time(random.between(0, i128::from(DAY_MS) - 1) as i32)),
            Shape::Timestamp { max_past_ms } => {
                let point = Timestamp::from_millis(past_ms(random, *max_past_ms));
                Value::Timestamp(point.truncate(precision(&self.ty.kind)))
            }
            Shape::Array { length, element } => {
                Value::Array((0..*length).map(|_| element.random_value(random)).collect())
            }
            Shape::Map { length, key, value } => map_value(*length, key, value, random),
            Shape::Row(fields) => Value::Row(fields.iter().map(|field| field.random_value(random)).collect()),
        }
    }
}

/// Fraction digits of a timestamp type.
fn precision(kind: &TypeKind) -> u8 {
    match kind {
        TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => *precision,
        _ => 0,
    }
}

fn past_ms(random: &mut Random, max_past_ms: i64) -> i64 {
    now_ms() - random.between(0, i128::from(max_past_ms)) as i64
}

/// Keys that come twice are one entry.
fn map_value(length: u32, key: &Generator, value: &Generator, random: &mut Random) -> Value {
    let mut entries: Vec<(Value, Value)> = Vec::new();
    for _ in 0..length {
        let entry = (key.random_value(random), value.random_value(random));
        if entries.iter().all(|known| known.0 != entry.0) {
            entries.push(entry);
        }
    }
    Value::Map(entries)
}

fn integer_value(number: i64, kind: &TypeKind) -> Value {
    match kind {
        TypeKind::TinyInt => Value::TinyInt(number as i8),
        TypeKind::SmallInt => Value::SmallInt(number as i16),
        TypeKind::Int => Value::Int(number as i32),
        TypeKind::IntervalYearMonth => Value::Months(number as i32),
        TypeKind::IntervalDayTime => Value::Millis(number),
        _ => Value::BigInt(number),
    }
}

fn sequence_value(number: i64, kind: &TypeKind) -> Value {
    match kind {
        TypeKind::Float => Value::Float(number as f32),
        TypeKind::Double => Value::Double(number as f64),
        TypeKind::Decimal { precision, scale } => {
            let unscaled = i128::from(number).checked_mul(10i128.pow(u32::from(*scale)));
            let limit = 10i128.pow(u32::from(*precision));
            let fits = unscaled.filter(|unscaled| unscaled.abs() < limit);
            fits.map_or(Value::Null, |unscaled| {
                Value::Decimal(Decimal {
                    unscaled,
                    scale: *scale,
                })
            })
        }
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => Value::Text(number.to_string()),
        _ => integer_value(number, kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_gives_values_of_its_type() {
        let int = || Box::new(DataType::nullable(TypeKind::Int));
        for kind in [
            TypeKind::Boolean,
            TypeKind::TinyInt,
            TypeKind::SmallInt,
            TypeKind::BigInt,
            TypeKind::Float,
            TypeKind::Double,
            TypeKind::Decimal {
                precision: 38,
                scale: 10,
            },
            TypeKind::Decimal {
                precision: 5,
                scale: 2,
            },
            TypeKind::Char { length: 4 },
            TypeKind::STRING,
            TypeKind::BYTES,
            TypeKind::Date,
            TypeKind::Time { precision: 0 },
            TypeKind::Timestamp { precision: 3 },
            TypeKind::IntervalDayTime,
            TypeKind::IntervalYearMonth,
            TypeKind::Array(int()),
            TypeKind::Multiset(int()),
            TypeKind::Map(int(), int()),
            TypeKind::Row(vec![sql::Field {
                name: "x".into(),
                ty: *int(),
            }]),
        ] {
            let ty = DataType::nullable(kind);
            let generator = of_column(&Options::default(), "c", &ty).expect("a generator");
            let mut writer = crate::row::BatchWriter::new(1);
            for row in 0..50 {
                let value = generator.value(row);
                writer.begin(crate::row::RowKind::Insert);
                writer.put_value(0, &value, &ty);
                writer.finish();
                let batch = writer.take();
                assert_eq!(batch.row(0).value(0, &ty), value, "{ty}");
            }
        }
    }
}
