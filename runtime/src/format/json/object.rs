//! Objects: the members of a JSON object to the columns of a row, nested rows included.
//!
//! Two steps, so that the row does not depend on the order of the keys: the object is read once, with every
//! byte checked, and the place and form of each wanted value noted (the last of equal keys counts); then the
//! values are converted in the order of the columns. Reading goes by learned shapes first (`shapes`), else
//! key by key.

use sql::{DataType, TypeKind};

use super::fit::{Cell, DIGITS_MAX, Fit, read_value};
use super::scan::{Form, Scanner};
use super::shapes::Shapes;
use super::simd::Processor;
use super::{DecodeSettings, nested};
use crate::format::FormatError;
use crate::format::timestamp_memo::TimestampMemo;
use crate::row::{BatchWriter, RowKind};

/// A column that is read.
pub(super) struct Column {
    name: String,
    ty: DataType,
    target: usize,
    direct: Direct,
    /// For a ROW: reads its fields.
    pub(super) child: Option<Box<Child>>,
}

/// How the usual values of a column get into the row without a [`sql::Value`] between.
enum Direct {
    Text,
    Int,
    BigInt,
    Timestamp { precision: u8, memo: TimestampMemo },
    Never,
}

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
            .map(|(name, ty, target)| Column {
                child: Child::of(&ty).map(Box::new),
                direct: Direct::of(&ty.kind),
                name,
                ty,
                target,
            })
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
            if put_direct(text, column, *cell, settings, row) {
                continue;
            }
            if let Err(error) = put(text, column, *cell, settings, row) {
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
    fn of(ty: &DataType) -> Option<Child> {
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

impl Direct {
    fn of(kind: &TypeKind) -> Direct {
        match *kind {
            TypeKind::Char { .. } | TypeKind::VarChar { .. } => Direct::Text,
            TypeKind::Int => Direct::Int,
            TypeKind::BigInt => Direct::BigInt,
            TypeKind::Timestamp { precision } => Direct::Timestamp {
                precision,
                memo: TimestampMemo::default(),
            },
            _ => Direct::Never,
        }
    }
}

/// Puts a usual value into its column. False: nothing has been put, `put` must judge.
#[inline]
fn put_direct(
    text: &str,
    column: &mut Column,
    cell: Cell,
    settings: &DecodeSettings,
    row: &mut BatchWriter,
) -> bool {
    let target = column.target;
    match (cell, &mut column.direct) {
        (Cell::Integer { value, .. }, Direct::BigInt) => row.put_i64(target, Some(value)),
        (Cell::Integer { value, .. }, Direct::Int) => match i32::try_from(value) {
            Ok(value) => row.put_i32(target, Some(value)),
            Err(_) => return false,
        },
        (Cell::At { form: Form::Null, .. }, _) => row.put_null(target),
        (
            Cell::At {
                form: Form::PlainText,
                start,
                end,
            },
            direct,
        ) => {
            let text = &text[start + 1..end - 1];
            match direct {
                Direct::Text => row.put_text(target, Some(text)),
                Direct::Timestamp { precision, memo } => match memo.parse(text, settings.standard) {
                    Some(point) => row.put_timestamp(target, Some(point.truncate(*precision)), *precision),
                    None => return false,
                },
                _ => return false,
            }
        }
        _ => return false,
    }
    true
}

/// Converts a value and puts it into its column. On an error nothing has been put.
#[inline(never)]
fn put(
    text: &str,
    column: &Column,
    cell: Cell,
    settings: &DecodeSettings,
    row: &mut BatchWriter,
) -> Result<(), FormatError> {
    let target = column.target;
    let (form, start, end) = match cell {
        Cell::Missing if settings.fail_on_missing_field => return Err(FormatError::new("is missing")),
        Cell::Missing => {
            row.put_null(target);
            return Ok(());
        }
        Cell::Row => {
            let child = column.child.as_ref().expect("only a ROW has a nested row");
            row.put_words(target, child.row.row(0).words());
            return Ok(());
        }
        Cell::Integer { start, end, .. } => (Form::Integer, start, end),
        Cell::At { form, start, end } => (form, start, end),
    };
    let kind = &column.ty.kind;
    let value = match form {
        Form::Null => {
            row.put_null(target);
            return Ok(());
        }
        Form::PlainText => nested::text_value(&text[start + 1..end - 1], kind, settings)?,
        Form::Integer => {
            let text = &text[start..end];
            if put_integer(text, kind, target, row) {
                return Ok(());
            }
            nested::number_value(text, false, kind, settings)?
        }
        Form::Boolean if *kind == TypeKind::Boolean => {
            row.put_boolean(target, Some(text.as_bytes()[start] == b't'));
            return Ok(());
        }
        Form::Boolean | Form::Other => nested::value(&mut Scanner::at(text, start), &column.ty, settings)?,
    };
    row.put_value(target, &value, &column.ty);
    Ok(())
}

/// Puts an integer that surely fits; false: it is too long to be sure, or the column is of another type.
#[inline]
fn put_integer(text: &str, kind: &TypeKind, target: usize, row: &mut BatchWriter) -> bool {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > DIGITS_MAX {
        return false;
    }
    let magnitude = digits
        .iter()
        .fold(0i64, |value, c| value * 10 + i64::from(c - b'0'));
    let value = if negative { -magnitude } else { magnitude };
    match kind {
        TypeKind::BigInt => row.put_i64(target, Some(value)),
        TypeKind::Int => match i32::try_from(value) {
            Ok(value) => row.put_i32(target, Some(value)),
            Err(_) => return false,
        },
        _ => return false,
    }
    true
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
