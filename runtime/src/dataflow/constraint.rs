//! NOT NULL columns of sinks. In: batches on their way to a sink. Out: the same batches, without the rows that have a
//! NULL where the table allows none, or the error that ends the job: `table.exec.sink.not-null-enforcer` decides.
//!
//! NULLs inside rows and collections are looked for only where `table.exec.sink.nested-constraint-enforcer` says so.

use sql::{DataType, TypeKind, Value};

use super::settings::{NestedConstraints, NotNull, Settings};
use crate::error::JobError;
use crate::job::Column;
use crate::row::{Batch, BatchWriter, RowRef};

/// What is checked for one sink.
pub(crate) struct Constraints {
    table: &'static str,
    /// Columns that are NOT NULL.
    not_null: Vec<(usize, &'static str)>,
    /// Columns whose parts are looked at.
    nested: Vec<(usize, Column)>,
    depth: NestedConstraints,
    drops: bool,
    kept: BatchWriter,
}

impl Constraints {
    /// None when the table allows NULL everywhere.
    pub(crate) fn new(table: &'static str, columns: &[Column], settings: &Settings) -> Option<Self> {
        let depth = settings.nested_constraints;
        let places = || columns.iter().enumerate();
        let not_null = places().filter(|(_, column)| !column.ty.nullable);
        let nested = places().filter(|(_, column)| is_looked_into(&column.ty.kind, depth));
        let constraints = Constraints {
            table,
            not_null: not_null.map(|(at, column)| (at, column.name)).collect(),
            nested: nested.map(|(at, column)| (at, column.clone())).collect(),
            depth,
            drops: settings.not_null == NotNull::Drop,
            kept: BatchWriter::new(columns.len()),
        };
        let is_needed = !constraints.not_null.is_empty() || !constraints.nested.is_empty();
        is_needed.then_some(constraints)
    }

    /// The batch without rows that break a constraint; none when all rows may be written.
    pub(crate) fn kept(&mut self, batch: &Batch) -> Result<Option<Batch>, JobError> {
        let Some(broken) = batch.rows().find_map(|(_, row)| self.broken(row)) else {
            return Ok(None);
        };
        if !self.drops {
            return Err(JobError::NotNull {
                table: self.table.to_owned(),
                column: broken,
            });
        }
        for (kind, row) in batch.rows() {
            if self.broken(row).is_none() {
                self.kept.push(kind, row);
            }
        }
        Ok(Some(self.kept.take()))
    }

    /// The column, or the path to a part of one, that is NULL and must not be.
    fn broken(&self, row: RowRef<'_>) -> Option<String> {
        if let Some((_, name)) = self.not_null.iter().find(|(at, _)| row.is_null(*at)) {
            return Some((*name).to_owned());
        }
        self.nested
            .iter()
            .find_map(|(at, column)| inside(&row.value(*at, &column.ty), &column.ty, column.name, self.depth))
    }
}

/// Does the type have parts that are NOT NULL, at the depth that is looked at?
fn is_looked_into(kind: &TypeKind, depth: NestedConstraints) -> bool {
    let part = |ty: &DataType| !ty.nullable || is_looked_into(&ty.kind, depth);
    match (kind, depth) {
        (_, NestedConstraints::Ignore) => false,
        (TypeKind::Row(fields), _) => fields.iter().any(|field| part(&field.ty)),
        (TypeKind::Array(element), NestedConstraints::RowsAndCollections) => part(element),
        (TypeKind::Map(key, value), NestedConstraints::RowsAndCollections) => part(key) || part(value),
        _ => false,
    }
}

/// The path to the first part that is NULL and must not be.
fn inside(value: &Value, ty: &DataType, path: &str, depth: NestedConstraints) -> Option<String> {
    let part = |value: &Value, ty: &DataType, path: String| match value.is_null() && !ty.nullable {
        true => Some(path),
        false => inside(value, ty, &path, depth),
    };
    let in_collections = depth == NestedConstraints::RowsAndCollections;
    match (value, &ty.kind) {
        (Value::Row(values), TypeKind::Row(fields)) => {
            let mut parts = values.iter().zip(fields);
            parts.find_map(|(value, field)| part(value, &field.ty, format!("{path}.{}", field.name)))
        }
        (Value::Array(values), TypeKind::Array(element)) if in_collections => {
            let mut parts = values.iter().enumerate();
            parts.find_map(|(at, value)| part(value, element, format!("{path}[{}]", at + 1)))
        }
        (Value::Map(entries), TypeKind::Map(key_type, value_type)) if in_collections => {
            entries.iter().find_map(|(key, value)| {
                part(key, key_type, format!("a key of {path}"))
                    .or_else(|| part(value, value_type, format!("a value of {path}")))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sql::Field;

    use super::*;
    use crate::row::RowKind;

    fn constraints(enforcer: &str, nested: &str) -> Option<Constraints> {
        let list = DataType::nullable(TypeKind::Array(Box::new(DataType::not_null(TypeKind::Int))));
        let field = Field {
            name: "list".to_owned(),
            ty: list,
        };
        let columns = [
            Column::new("id", DataType::not_null(TypeKind::Int)),
            Column::new("place", DataType::nullable(TypeKind::Row(vec![field]))),
        ];
        let key = |end: &str| format!("table.exec.sink.{end}");
        let config = BTreeMap::from([
            (key("not-null-enforcer"), enforcer.to_owned()),
            (key("nested-constraint-enforcer"), nested.to_owned()),
        ]);
        let settings = Settings::new(&config, false).expect("the settings are right");
        Constraints::new("t", &columns, &settings)
    }

    fn batch() -> Batch {
        let mut writer = BatchWriter::new(2);
        let ty = constraints("DROP", "ROWS_AND_COLLECTIONS")
            .expect("needed")
            .nested[0]
            .1
            .ty
            .clone();
        let list = |element| Value::Row(vec![Value::Array(vec![element])]);
        for (id, place) in [
            (None, Value::Null),
            (Some(2), list(Value::Null)),
            (Some(3), list(Value::Int(3))),
        ] {
            writer.begin(RowKind::Insert);
            writer.put_i32(0, id);
            writer.put_value(1, &place, &ty);
            writer.finish();
        }
        writer.take()
    }

    #[test]
    fn rows_are_dropped_to_the_depth_asked_for() {
        for (nested, kept) in [("IGNORE", 2), ("ROWS", 2), ("ROWS_AND_COLLECTIONS", 1)] {
            let mut constraints = constraints("DROP", nested).expect("id is NOT NULL");
            let found = constraints
                .kept(&batch())
                .expect("nothing fails")
                .expect("a row goes");
            assert_eq!(found.len(), kept, "{nested}");
        }
    }

    #[test]
    fn an_error_names_the_place() {
        let error = constraints("ERROR", "IGNORE")
            .expect("needed")
            .kept(&batch())
            .expect_err("id is NULL");
        assert!(error.to_string().contains("column id of table t"), "{error}");
        let place = batch().rows().nth(1).and_then(|(_, row)| {
            constraints("ERROR", "ROWS_AND_COLLECTIONS")
                .expect("needed")
                .broken(row)
        });
        assert_eq!(place.as_deref(), Some("place.list[1]"));
    }
}
