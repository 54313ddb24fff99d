//! Lengths of CHAR, VARCHAR, BINARY and VARBINARY columns of sinks: `table.exec.sink.type-length-enforcer` decides.
//!
//! In: batches on their way to a sink. Out: the same batches with values trimmed and padded to the columns' lengths, or
//! the error that ends the job. Invariant: a batch whose values fit is not copied.

use sql::function::cast::length::{bytes_to_binary, bytes_to_varbinary, text_to_char, text_to_varchar};
use sql::types::LENGTH_MAX;
use sql::{DataType, TypeKind, Value};

use super::settings::{Settings, TypeLength};
use crate::error::JobError;
use crate::job::Column;
use crate::row::{Batch, BatchWriter, RowRef};

/// What is checked for one sink.
pub(crate) struct Lengths {
    table: &'static str,
    columns: Vec<Column>,
    fails: bool,
    fitted: BatchWriter,
}

impl Lengths {
    /// None when no column has a length, or none is looked after.
    pub(crate) fn new(table: &'static str, columns: &[Column], settings: &Settings) -> Option<Self> {
        let has_length = columns.iter().any(|column| limit(&column.ty).is_some());
        let is_needed = has_length && settings.type_length != TypeLength::Ignore;
        is_needed.then(|| Lengths {
            table,
            columns: columns.to_vec(),
            fails: settings.type_length == TypeLength::Error,
            fitted: BatchWriter::new(columns.len()),
        })
    }

    /// The batch with values of the columns' lengths; none when they all have them.
    pub(crate) fn fitted(&mut self, batch: &Batch) -> Result<Option<Batch>, JobError> {
        let Some(column) = batch.rows().find_map(|(_, row)| self.misfit(row)) else {
            return Ok(None);
        };
        if self.fails {
            return Err(JobError::TypeLength {
                table: self.table.to_owned(),
                column: column.name.to_owned(),
                ty: column.ty.to_string(),
            });
        }
        for (kind, row) in batch.rows() {
            self.fitted.begin(kind);
            for (at, column) in self.columns.iter().enumerate() {
                let value = fit(row.value(at, &column.ty), &column.ty);
                self.fitted.put_value(at, &value, &column.ty);
            }
            self.fitted.finish();
        }
        Ok(Some(self.fitted.take()))
    }

    /// The first column whose value is not of its length.
    fn misfit(&self, row: RowRef<'_>) -> Option<&Column> {
        let is_misfit = |(at, column): &(usize, &Column)| {
            let Some(limit) = limit(&column.ty) else {
                return false;
            };
            !row.is_null(*at) && !limit.holds(&row.value(*at, &column.ty))
        };
        let mut columns = self.columns.iter().enumerate();
        columns.find(is_misfit).map(|(_, column)| column)
    }
}

struct Limit {
    length: u32,
    is_fixed: bool,
}

impl Limit {
    fn holds(&self, value: &Value) -> bool {
        let length = match value {
            Value::Text(text) => text.chars().count(),
            Value::Bytes(bytes) => bytes.len(),
            other => unreachable!("a column with a length holds text or bytes, not {other:?}"),
        };
        let limit = self.length as usize;
        if self.is_fixed {
            length == limit
        } else {
            length <= limit
        }
    }
}

fn limit(ty: &DataType) -> Option<Limit> {
    let (length, is_fixed) = match ty.kind {
        TypeKind::Char { length } | TypeKind::Binary { length } => (length, true),
        TypeKind::VarChar { length } | TypeKind::VarBinary { length } => (length, false),
        _ => return None,
    };
    (length < LENGTH_MAX).then_some(Limit { length, is_fixed })
}

fn fit(value: Value, ty: &DataType) -> Value {
    match (value, &ty.kind) {
        (Value::Text(text), TypeKind::Char { length }) => Value::Text(text_to_char(&text, *length)),
        (Value::Text(text), TypeKind::VarChar { length }) => Value::Text(text_to_varchar(&text, *length)),
        (Value::Bytes(bytes), TypeKind::Binary { length }) => Value::Bytes(bytes_to_binary(&bytes, *length)),
        (Value::Bytes(bytes), TypeKind::VarBinary { length }) => {
            Value::Bytes(bytes_to_varbinary(&bytes, *length))
        }
        (value, _) => value,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sql::types::build;

    use super::*;
    use crate::row::RowKind;

    fn lengths(enforcer: &str) -> Option<Lengths> {
        let columns = [
            Column::new("c", build::char(3)),
            Column::new("v", build::varchar(2)),
            Column::new("b", build::binary(2)),
            Column::new("n", build::int()),
        ];
        let key = "table.exec.sink.type-length-enforcer".to_owned();
        let settings = Settings::new(&BTreeMap::from([(key, enforcer.to_owned())]), false);
        Lengths::new("t", &columns, &settings.expect("the setting is right"))
    }

    fn batch(rows: &[(Option<&str>, &str, &[u8])]) -> Batch {
        let mut writer = BatchWriter::new(4);
        for (char, varchar, binary) in rows {
            writer.begin(RowKind::Insert);
            writer.put_text(0, *char);
            writer.put_text(1, Some(varchar));
            writer.put_bytes(2, Some(binary));
            writer.put_i32(3, Some(7));
            writer.finish();
        }
        writer.take()
    }

    #[test]
    fn values_are_trimmed_and_padded() {
        let mut lengths = lengths("TRIM_PAD").expect("needed");
        let fits = batch(&[(Some("äöü"), "", &[1, 2]), (None, "ab", &[0, 0])]);
        assert!(lengths.fitted(&fits).expect("nothing fails").is_none());
        let given = batch(&[(Some("a"), "abc", &[1]), (None, "äöü", &[1, 2, 3])]);
        let expected = batch(&[(Some("a  "), "ab", &[1, 0]), (None, "äö", &[1, 2])]);
        let found = lengths.fitted(&given).expect("nothing fails").expect("changed");
        let rows = |batch: &Batch| -> Vec<Vec<Value>> {
            let row = |row: RowRef<'_>| {
                let columns = lengths.columns.iter().enumerate();
                columns.map(|(at, column)| row.value(at, &column.ty)).collect()
            };
            batch.rows().map(|(_, found)| row(found)).collect()
        };
        assert_eq!(rows(&found), rows(&expected));
    }

    #[test]
    fn an_error_names_column_and_type() {
        let mut lengths = lengths("ERROR").expect("needed");
        let given = batch(&[(Some("abc"), "abc", &[1, 2])]);
        let error = lengths.fitted(&given).expect_err("v is too long").to_string();
        assert!(
            error.contains("column v of table t") && error.contains("VARCHAR(2)"),
            "{error}"
        );
    }

    #[test]
    fn lengths_are_not_looked_after_by_default() {
        assert!(lengths("IGNORE").is_none());
    }
}
