//! Rows as JSON arrays, for people who look at a query: values as the format writes them by default, decimals as
//! text with all their digits.
//!
//! In: rows of known types. Out: `[1,"a",null]`. Invariant: every type has a JSON value; keys of maps that are no text
//! become theirs.

use sql::DataType;

use super::encode::{Decimals, EncodeSettings, NullKey, write_column};
use crate::format::FormatError;
use crate::format::temporal::TimestampStandard;
use crate::row::RowRef;

pub(crate) struct RowWriter {
    types: Vec<DataType>,
    settings: EncodeSettings,
}

impl RowWriter {
    pub(crate) fn new(types: Vec<DataType>) -> Self {
        let settings = EncodeSettings {
            standard: TimestampStandard::Sql,
            null_key: NullKey::Literal,
            null_key_literal: "null".to_owned(),
            decimals: Decimals::Text,
            ignore_null_fields: false,
        };
        RowWriter { types, settings }
    }

    pub(crate) fn write(&self, row: RowRef<'_>, output: &mut Vec<u8>) -> Result<(), FormatError> {
        output.push(b'[');
        for (column, ty) in self.types.iter().enumerate() {
            if column > 0 {
                output.push(b',');
            }
            match row.is_null(column) {
                true => output.extend_from_slice(b"null"),
                false => write_column(row, column, ty, &self.settings, output)?,
            }
        }
        output.push(b']');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sql::{Decimal, TypeKind, Value};

    use super::*;
    use crate::row::{BatchWriter, RowKind};

    #[test]
    fn rows_are_arrays_of_their_values() {
        let int = || DataType::nullable(TypeKind::Int);
        let decimal = TypeKind::Decimal {
            precision: 30,
            scale: 2,
        };
        let columns = [
            (Value::Int(1), int()),
            (Value::Text("a \"b\"".to_owned()), DataType::string()),
            (Value::Null, int()),
            (
                Value::Decimal(Decimal {
                    unscaled: 1_230,
                    scale: 2,
                }),
                DataType::nullable(decimal),
            ),
            (Value::Double(f64::NAN), DataType::nullable(TypeKind::Double)),
            (
                Value::Map(vec![(Value::Int(7), Value::Int(8)), (Value::Null, Value::Null)]),
                DataType::nullable(TypeKind::Map(int().into(), int().into())),
            ),
        ];
        let mut batch = BatchWriter::new(columns.len());
        batch.begin(RowKind::Insert);
        for (at, (value, ty)) in columns.iter().enumerate() {
            batch.put_value(at, value, ty);
        }
        batch.finish();
        let writer = RowWriter::new(columns.iter().map(|(_, ty)| ty.clone()).collect());
        let mut output = Vec::new();
        writer
            .write(batch.take().row(0), &mut output)
            .expect("every type can be shown");
        assert_eq!(
            String::from_utf8(output).expect("text"),
            r#"[1,"a \"b\"",null,"12.30","NaN",{"7":8,"null":null}]"#
        );
    }
}
