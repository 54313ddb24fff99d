//! Rows from and to `sql::Value`: the slow way, for nested values, literals, tests and printing.

use sql::{DataType, TypeKind, Value};

use super::{BatchWriter, RowKind, RowRef};

/// Puts a value of type `ty` into a column of the open row.
pub(super) fn put(writer: &mut BatchWriter, column: usize, value: &Value, ty: &DataType) {
    match (value, &ty.kind) {
        (Value::Null, _) => writer.put_null(column),
        (Value::Boolean(v), _) => writer.put_boolean(column, Some(*v)),
        (Value::TinyInt(v), _) => writer.put_i8(column, Some(*v)),
        (Value::SmallInt(v), _) => writer.put_i16(column, Some(*v)),
        (Value::Int(v) | Value::Months(v), _) => writer.put_i32(column, Some(*v)),
        (Value::BigInt(v) | Value::Millis(v), _) => writer.put_i64(column, Some(*v)),
        (Value::Float(v), _) => writer.put_f32(column, Some(*v)),
        (Value::Double(v), _) => writer.put_f64(column, Some(*v)),
        (Value::Decimal(v), TypeKind::Decimal { precision, .. }) => {
            writer.put_decimal(column, Some(*v), *precision)
        }
        (Value::Text(v), _) => writer.put_text(column, Some(v)),
        (Value::Bytes(v), _) => writer.put_bytes(column, Some(v)),
        (Value::Date(v), _) => writer.put_date(column, Some(*v)),
        (Value::Time(v), _) => writer.put_time(column, Some(*v)),
        (Value::Timestamp(v), TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision }) => {
            writer.put_timestamp(column, Some(*v), *precision);
        }
        (Value::Row(values), TypeKind::Row(fields)) => {
            let row = encode_row(values, &mut fields.iter().map(|f| &f.ty));
            writer.put_words(column, &row);
        }
        (Value::Array(values), TypeKind::Array(element)) => {
            let words = encode_counted(values.len(), values, &mut std::iter::repeat(element.as_ref()));
            writer.put_words(column, &words);
        }
        (Value::Map(entries), TypeKind::Map(..) | TypeKind::Multiset(_)) => {
            let (key, value) = entry_types(&ty.kind);
            let values: Vec<Value> = entries
                .iter()
                .map(|e| e.0.clone())
                .chain(entries.iter().map(|e| e.1.clone()))
                .collect();
            let n = entries.len();
            let mut types = std::iter::repeat_n(&key, n).chain(std::iter::repeat_n(&value, n));
            writer.put_words(column, &encode_counted(n, &values, &mut types));
        }
        (value, _) => unreachable!("{value:?} is not a value of {ty}"),
    }
}

fn entry_types(kind: &TypeKind) -> (DataType, DataType) {
    match kind {
        TypeKind::Map(key, value) => (key.as_ref().clone(), value.as_ref().clone()),
        TypeKind::Multiset(element) => (element.as_ref().clone(), DataType::not_null(TypeKind::Int)),
        other => unreachable!("{other} has no entries"),
    }
}

fn encode_row(values: &[Value], types: &mut dyn Iterator<Item = &DataType>) -> Vec<u64> {
    let mut writer = BatchWriter::new(values.len());
    writer.begin(RowKind::Insert);
    for (i, (value, ty)) in values.iter().zip(types).enumerate() {
        put(&mut writer, i, value, ty);
    }
    writer.finish();
    writer.take().words
}

fn encode_counted(count: usize, values: &[Value], types: &mut dyn Iterator<Item = &DataType>) -> Vec<u64> {
    let mut words = vec![count as u64];
    words.extend(encode_row(values, types));
    words
}

impl RowRef<'_> {
    /// The value of a column of type `ty`, owned.
    pub fn value(self, column: usize, ty: &DataType) -> Value {
        if self.is_null(column) {
            return Value::Null;
        }
        self.some_value(column, ty).expect("the column is not NULL")
    }

    /// All columns as values.
    pub fn values<'t>(self, types: impl Iterator<Item = &'t DataType>) -> Vec<Value> {
        types.enumerate().map(|(i, ty)| self.value(i, ty)).collect()
    }

    fn some_value(self, column: usize, ty: &DataType) -> Option<Value> {
        Some(match &ty.kind {
            TypeKind::Boolean => Value::Boolean(self.boolean(column)?),
            TypeKind::TinyInt => Value::TinyInt(self.i8(column)?),
            TypeKind::SmallInt => Value::SmallInt(self.i16(column)?),
            TypeKind::Int => Value::Int(self.i32(column)?),
            TypeKind::BigInt => Value::BigInt(self.i64(column)?),
            TypeKind::Float => Value::Float(self.f32(column)?),
            TypeKind::Double => Value::Double(self.f64(column)?),
            TypeKind::Decimal { precision, scale } => {
                Value::Decimal(self.decimal(column, *precision, *scale)?)
            }
            TypeKind::Char { .. } | TypeKind::VarChar { .. } => Value::Text(self.text(column)?.to_owned()),
            TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => {
                Value::Bytes(self.bytes(column)?.to_vec())
            }
            TypeKind::Date => Value::Date(self.date(column)?),
            TypeKind::Time { .. } => Value::Time(self.time(column)?),
            TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => {
                Value::Timestamp(self.timestamp(column, *precision)?)
            }
            TypeKind::IntervalYearMonth => Value::Months(self.i32(column)?),
            TypeKind::IntervalDayTime => Value::Millis(self.i64(column)?),
            TypeKind::Row(fields) => Value::Row(
                self.row(column, fields.len())?
                    .values(fields.iter().map(|f| &f.ty)),
            ),
            TypeKind::Array(element) => {
                let words = self.nested(column)?;
                let count = words[0] as usize;
                Value::Array(
                    RowRef::of(&words[1..], count).values(std::iter::repeat_n(element.as_ref(), count)),
                )
            }
            TypeKind::Map(..) | TypeKind::Multiset(_) => {
                let (key, value) = entry_types(&ty.kind);
                let words = self.nested(column)?;
                let count = words[0] as usize;
                let row = RowRef::of(&words[1..], 2 * count);
                Value::Map(
                    (0..count)
                        .map(|i| (row.value(i, &key), row.value(count + i, &value)))
                        .collect(),
                )
            }
            TypeKind::Null => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sql::{Decimal, Timestamp};

    fn round_trip(value: Value, ty: DataType) {
        let mut writer = BatchWriter::new(2);
        writer.begin(RowKind::UpdateAfter);
        writer.put_i64(0, Some(-1));
        writer.put_value(1, &value, &ty);
        writer.finish();
        let batch = writer.take();
        assert_eq!(batch.row(0).value(1, &ty), value, "{ty}");
        assert_eq!(batch.kind(0), RowKind::UpdateAfter);
        assert_eq!(batch.row(0).i64(0), Some(-1));
    }

    #[test]
    fn every_shape_comes_back() {
        let int = DataType::nullable(TypeKind::Int);
        round_trip(Value::Null, int.clone());
        round_trip(Value::Int(-5), int.clone());
        let wide = Decimal {
            unscaled: -123_456_789_012_345_678_901_234_567,
            scale: 3,
        };
        round_trip(
            Value::Decimal(wide),
            DataType::nullable(TypeKind::Decimal {
                precision: 38,
                scale: 3,
            }),
        );
        let narrow = Decimal {
            unscaled: -99,
            scale: 2,
        };
        round_trip(
            Value::Decimal(narrow),
            DataType::nullable(TypeKind::Decimal {
                precision: 5,
                scale: 2,
            }),
        );
        let nanos = Timestamp {
            micros: -7,
            nanos: 999,
        };
        round_trip(
            Value::Timestamp(nanos),
            DataType::nullable(TypeKind::Timestamp { precision: 9 }),
        );
        round_trip(Value::Text("grün".into()), DataType::string());
        let array = DataType::nullable(TypeKind::Array(Box::new(DataType::string())));
        round_trip(
            Value::Array(vec![Value::Text("a".into()), Value::Null]),
            array.clone(),
        );
        let map = DataType::nullable(TypeKind::Map(Box::new(DataType::string()), Box::new(array)));
        let inner = Value::Array(vec![Value::Text("long enough for two words".into())]);
        round_trip(Value::Map(vec![(Value::Text("k".into()), inner)]), map);
        let row = DataType::nullable(TypeKind::Row(vec![sql::Field {
            name: "f".into(),
            ty: int,
        }]));
        round_trip(Value::Row(vec![Value::Null]), row);
    }
}
