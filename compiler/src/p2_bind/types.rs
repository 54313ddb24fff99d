//! Types: from their text, the least restrictive of several, and which casts INSERT does by itself.
//!
//! In: written types, or types of expressions. Out: `sql::DataType`s by Flink's rules. Invariant: a result is
//! nullable when any input is.

use sql::types::LENGTH_MAX;
use sql::{DataType, Field, TypeKind};

use super::Binder;
use crate::base::{Diagnostic, Span};
use crate::p1_parse::ast::{TypeText, TypeTextKind};

impl Binder<'_> {
    /// The type that a text names; reports and answers nothing when there is none.
    pub(super) fn data_type(&mut self, text: &TypeText) -> Option<DataType> {
        let kind = match &text.kind {
            TypeTextKind::Named { name, numbers } => self.named_type(name, numbers, text.span)?,
            TypeTextKind::Interval { from, .. } => match from.as_str() {
                "YEAR" | "MONTH" => TypeKind::IntervalYearMonth,
                _ => TypeKind::IntervalDayTime,
            },
            TypeTextKind::Array(element) => TypeKind::Array(Box::new(self.data_type(element)?)),
            TypeTextKind::Multiset(element) => TypeKind::Multiset(Box::new(self.data_type(element)?)),
            TypeTextKind::Map(key, value) => {
                let (key, value) = (self.data_type(key), self.data_type(value));
                TypeKind::Map(Box::new(key?), Box::new(value?))
            }
            TypeTextKind::Row(fields) => TypeKind::Row(self.row_fields(fields)?),
        };
        Some(DataType {
            kind,
            nullable: text.nullable,
        })
    }

    fn row_fields(&mut self, fields: &[(crate::p1_parse::ast::Text, TypeText)]) -> Option<Vec<Field>> {
        let bound: Vec<Option<Field>> = fields
            .iter()
            .map(|(name, ty)| {
                self.data_type(ty).map(|ty| Field {
                    name: name.value.clone(),
                    ty,
                })
            })
            .collect();
        bound.into_iter().collect()
    }

    fn named_type(&mut self, name: &str, numbers: &[u32], span: Span) -> Option<TypeKind> {
        match named_type(name, numbers) {
            Ok(kind) => Some(kind),
            Err(message) => {
                // Diagnostic: E2001 a type that does not exist, is not supported, or has a number out of range.
                self.errors.push(Diagnostic::error("E2001", span, message));
                None
            }
        }
    }
}

fn named_type(name: &str, numbers: &[u32]) -> Result<TypeKind, String> {
    let number = |position: usize, default: u32, low: u32, high: u32| match numbers.get(position) {
        None => Ok(default),
        Some(&n) if (low..=high).contains(&n) => Ok(n),
        Some(n) => Err(format!(
            "{name}({n}) is not possible: expected a number from {low} to {high}"
        )),
    };
    let small = |position, default, low, high| {
        number(position, default, low, high).map(|n| u8::try_from(n).expect("the range fits a byte"))
    };
    let accepted = match name {
        "DECIMAL" | "DEC" | "NUMERIC" => 2,
        "CHAR" | "VARCHAR" | "BINARY" | "VARBINARY" | "TIME" | "TIMESTAMP" | "TIMESTAMP_LTZ" | "FLOAT" => 1,
        _ => 0,
    };
    if numbers.len() > accepted {
        return Err(format!(
            "type {name} takes at most {accepted} numbers, found {}",
            numbers.len()
        ));
    }
    Ok(match name {
        "BOOLEAN" => TypeKind::Boolean,
        "TINYINT" => TypeKind::TinyInt,
        "SMALLINT" => TypeKind::SmallInt,
        "INT" | "INTEGER" => TypeKind::Int,
        "BIGINT" => TypeKind::BigInt,
        "FLOAT" => TypeKind::Float,
        "DOUBLE" => TypeKind::Double,
        "DECIMAL" | "DEC" | "NUMERIC" => {
            let precision = small(0, 10, 1, 38)?;
            let scale = small(1, 0, 0, 38)?;
            if scale > precision {
                return Err(format!(
                    "{name}({precision}, {scale}): the scale is larger than the precision"
                ));
            }
            TypeKind::Decimal { precision, scale }
        }
        "CHAR" => TypeKind::Char {
            length: number(0, 1, 1, LENGTH_MAX)?,
        },
        // Without a length, Flink's planner takes the greatest.
        "VARCHAR" => TypeKind::VarChar {
            length: number(0, LENGTH_MAX, 1, LENGTH_MAX)?,
        },
        "STRING" => TypeKind::STRING,
        "BINARY" => TypeKind::Binary {
            length: number(0, 1, 1, LENGTH_MAX)?,
        },
        "VARBINARY" => TypeKind::VarBinary {
            length: number(0, LENGTH_MAX, 1, LENGTH_MAX)?,
        },
        "BYTES" => TypeKind::BYTES,
        "DATE" => TypeKind::Date,
        "TIME" => TypeKind::Time {
            precision: small(0, 0, 0, 9)?,
        },
        "TIMESTAMP" => TypeKind::Timestamp {
            precision: small(0, 6, 0, 9)?,
        },
        "TIMESTAMP_LTZ" => TypeKind::TimestampLtz {
            precision: small(0, 6, 0, 9)?,
        },
        _ => return Err(format!("unknown or unsupported type '{name}'")),
    })
}

/// Digits of an integer type.
fn integer_digits(kind: &TypeKind) -> u8 {
    match kind {
        TypeKind::TinyInt => 3,
        TypeKind::SmallInt => 5,
        TypeKind::Int => 10,
        TypeKind::BigInt => 19,
        _ => 0,
    }
}

/// Whether INSERT casts `from` to the sink's `to` by itself. Nullability is the NOT NULL enforcer's business.
pub(super) fn is_implicit_cast(from: &TypeKind, to: &TypeKind) -> bool {
    use TypeKind::*;
    match (from, to) {
        (Null, _) => true,
        (Char { .. }, Char { .. }) => true,
        (text, VarChar { .. }) => text.is_text(),
        (Binary { .. }, Binary { .. }) => true,
        (bytes, VarBinary { .. }) => bytes.is_binary(),
        (number, Decimal { .. } | Double) => number.is_numeric(),
        (number, Float) => number.is_numeric() && *number != Double,
        (a, b) if a.is_integer() && b.is_integer() => integer_digits(a) <= integer_digits(b),
        (Timestamp { .. }, Date | Time { .. }) => true,
        (Time { .. }, Time { .. }) => true,
        (a, b) if a.is_timestamp() && b.is_timestamp() => true,
        (Array(a), Array(b)) | (Multiset(a), Multiset(b)) => is_implicit_cast(&a.kind, &b.kind),
        (Map(a, x), Map(b, y)) => is_implicit_cast(&a.kind, &b.kind) && is_implicit_cast(&x.kind, &y.kind),
        (Row(a), Row(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| is_implicit_cast(&a.ty.kind, &b.ty.kind))
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> TypeKind {
        let (name, numbers) = text.split_once('(').unwrap_or((text, ""));
        let numbers = numbers.trim_end_matches(')').split(',').filter(|n| !n.is_empty());
        let numbers: Vec<u32> = numbers.map(|n| n.trim().parse().expect("a number")).collect();
        named_type(name, &numbers).expect("a type")
    }

    #[test]
    fn implicit_casts_are_flinks() {
        let cases = [
            ("INT", "BIGINT", true),
            ("BIGINT", "INT", false),
            ("BIGINT", "DECIMAL(5,2)", true),
            ("DOUBLE", "FLOAT", false),
            ("STRING", "CHAR(3)", false),
            ("CHAR(3)", "STRING", true),
            ("TIMESTAMP(3)", "TIMESTAMP_LTZ(3)", true),
            ("INT", "STRING", false),
            ("TIMESTAMP(3)", "DATE", true),
        ];
        for (from, to, expected) in cases {
            assert_eq!(
                is_implicit_cast(&kind(from), &kind(to)),
                expected,
                "{from} to {to}"
            );
        }
    }

    #[test]
    fn numbers_of_types_are_checked() {
        for (name, numbers) in [
            ("DECIMAL", vec![39]),
            ("DECIMAL", vec![5, 6]),
            ("INT", vec![3]),
            ("FOO", vec![]),
        ] {
            assert!(named_type(name, &numbers).is_err(), "{name}{numbers:?}");
        }
    }
}
