//! Objects: the members of a JSON object to the columns of a row, nested rows included.
//!
//! Two steps, so that the row does not depend on the order of the keys: the object is read once, with every
//! byte checked, and the place and form of each wanted value noted (the last of equal keys counts); then the
//! values are converted in the order of the columns (`column`). Reading goes by learned shapes first (`shapes`), else
//! key by key.

use sql::{DataType, TypeKind};

use super::DecodeSettings;
use super::column::Column;
use super::fit::{Cell, Fit, read_value};
use super::scan::Scanner;
use super::shapes::Shapes;
use super::simd::Processor;
use crate::format::FormatError;
use crate::row::{BatchWriter, RowKind};

pub(super) struct Child {
    object: ObjectDecoder,
    row: BatchWriter,
}

pub(super) struct ObjectDecoder {
    columns: Vec<Column>,
    /// What the object being read has for each column.
    cells: Vec<Cell>,
    processor: Processor,
    shapes: Shapes,
    /// Start, end and column of each value of the object being read, for learning its shape.
    values: Vec<(usize, usize, Option<usize>)>,
}

impl ObjectDecoder {
    /// Names, types and positions in the row.
    pub(super) fn new(columns: impl Iterator<Item = (String, DataType, usize)>) -> Self {
        let mut columns: Vec<Column> = columns
            .map(|(name, ty, target)| Column::new(name, ty, target))
            .collect();
        columns.sort_by_key(|column| column.target);
        ObjectDecoder {
            cells: vec![Cell::Missing; columns.len()],
            columns,
            processor: Processor::detect(),
            shapes: Shapes::default(),
            values: Vec::new(),
        }
    }

    /// The scanner stands behind `{`: fills the open row; afterwards it stands behind `}`.
    pub(super) fn fill(
        &mut self,
        scanner: &mut Scanner<'_>,
        settings: &DecodeSettings,
        row: &mut BatchWriter,
    ) -> Result<(), FormatError> {
        if !self.read_by_shape(scanner, settings)? {
            self.read(scanner, settings)?;
        }
        let text = scanner.text();
        for (column, cell) in self.columns.iter_mut().zip(&self.cells) {
            if let Err(error) = column.put(text, *cell, settings, row) {
                if !settings.ignore_parse_errors {
                    return Err(FormatError::new(format!("field '{}': {error}", column.name)));
                }
                row.put_null(column.target);
            }
        }
        Ok(())
    }

    /// Reads the object if it fits a shape; if not, the scanner stays where it is.
    fn read_by_shape(
        &mut self,
        scanner: &mut Scanner<'_>,
        settings: &DecodeSettings,
    ) -> Result<bool, FormatError> {
        let to_try = self.shapes.tries();
        for index in 0..to_try {
            self.cells.fill(Cell::Missing);
            let fit = Fit {
                shape: self.shapes.get(index),
                columns: &mut self.columns,
                cells: &mut self.cells,
                text: scanner.text(),
                start: scanner.position(),
                settings,
            };
            if let Some(end) = self.processor.run(fit)? {
                *scanner = Scanner::at(scanner.text(), end);
                self.shapes.hit(index);
                return Ok(true);
            }
        }
        if to_try > 0 {
            self.shapes.miss();
        }
        Ok(false)
    }

    /// Reads the object key by key.
    fn read(&mut self, scanner: &mut Scanner<'_>, settings: &DecodeSettings) -> Result<(), FormatError> {
        self.cells.fill(Cell::Missing);
        self.values.clear();
        let start = scanner.position();
        let mut first = true;
        let mut expected = 0;
        while let Some(key) = scanner.key(first)? {
            first = false;
            let column = self.find(&key, expected);
            scanner.white_space();
            let value_start = scanner.position();
            read_value(&mut self.columns, &mut self.cells, column, scanner, settings)?;
            expected = column.map_or(expected, |column| column + 1);
            self.values.push((value_start, scanner.position(), column));
        }
        if self.shapes.is_learning() {
            let end = scanner.position();
            self.shapes
                .learn(scanner.text().as_bytes(), start, &self.values, end);
        }
        Ok(())
    }

    /// The column of this name; most records have their keys in the order of the columns.
    fn find(&self, key: &str, expected: usize) -> Option<usize> {
        if self
            .columns
            .get(expected)
            .is_some_and(|column| column.name == key)
        {
            return Some(expected);
        }
        self.columns.iter().position(|column| column.name == key)
    }
}

impl Child {
    pub(super) fn of(ty: &DataType) -> Option<Child> {
        let TypeKind::Row(fields) = &ty.kind else {
            return None;
        };
        let columns = fields
            .iter()
            .enumerate()
            .map(|(i, field)| (field.name.clone(), field.ty.clone(), i));
        Some(Child {
            object: ObjectDecoder::new(columns),
            row: BatchWriter::new(fields.len()),
        })
    }

    /// The row that was read last.
    pub(super) fn words(&self) -> &[u64] {
        self.row.row(0).words()
    }

    /// The scanner stands at `{`.
    pub(super) fn read(
        &mut self,
        scanner: &mut Scanner<'_>,
        settings: &DecodeSettings,
    ) -> Result<(), FormatError> {
        scanner.take(b'{');
        self.row.truncate(0);
        self.row.begin(RowKind::Insert);
        match self.object.fill(scanner, settings, &mut self.row) {
            Ok(()) => {
                self.row.finish();
                Ok(())
            }
            Err(error) => {
                self.row.cancel();
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::temporal::TimestampStandard;

    #[test]
    fn a_known_shape_is_used() {
        let settings = DecodeSettings {
            fail_on_missing_field: false,
            ignore_parse_errors: false,
            standard: TimestampStandard::Sql,
        };
        let columns = [("a".to_owned(), DataType::nullable(TypeKind::BigInt), 0)];
        let mut object = ObjectDecoder::new(columns.into_iter());
        let mut row = BatchWriter::new(1);
        for (text, by_shape) in [("\"a\":1}", false), ("\"a\":22}", true), ("\"a\" :3}", false)] {
            let mut scanner = Scanner::new(text);
            assert_eq!(
                object.read_by_shape(&mut scanner, &settings),
                Ok(by_shape),
                "{text}"
            );
            assert_eq!(scanner.position(), if by_shape { text.len() } else { 0 });
            row.begin(RowKind::Insert);
            object
                .fill(&mut Scanner::new(text), &settings, &mut row)
                .expect("an object");
            row.finish();
        }
        let batch = row.take();
        let found: Vec<_> = batch.rows().map(|(_, row)| row.i64(0)).collect();
        assert_eq!(found, [Some(1), Some(22), Some(3)]);
    }
}
