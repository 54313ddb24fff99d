//! Reading an object by a learned shape, and the cells that reading leaves for conversion.
//!
//! In: a shape, the record and where the object's content begins. Out: where the object ends, with a cell
//! for each column, or `None` if the object has another shape. Invariant: whatever is not one of the common
//! forms is read by the scanner, so every value is accepted or refused exactly as on the general path.

use super::DecodeSettings;
use super::column::Column;
use super::plain::{Number, plain_value, short_number};
use super::scan::{Form, Scanner};
use super::shapes::Shape;
use super::simd::{Simd, Task};
use crate::format::FormatError;

/// What is known of a column's value after reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    Missing,
    /// A value of this form at this place.
    At {
        form: Form,
        start: usize,
        end: usize,
    },
    /// A number of few digits, without exponent.
    Number {
        number: Number,
        start: usize,
        end: usize,
    },
    /// A nested row, in the child's writer.
    Row,
}

/// Reads the object whose content begins at `start`.
pub(super) struct Fit<'a, 'text> {
    pub(super) shape: &'a Shape,
    pub(super) columns: &'a mut [Column],
    pub(super) cells: &'a mut [Cell],
    pub(super) text: &'text str,
    pub(super) start: usize,
    pub(super) settings: &'a DecodeSettings,
}

impl Task for Fit<'_, '_> {
    type Output = Result<Option<usize>, FormatError>;

    #[inline(always)]
    fn run(self, simd: impl Simd) -> Self::Output {
        let bytes = self.text.as_bytes();
        let mut at = self.start;
        for step in &self.shape.steps {
            let Some(start) = step.behind_literal(simd, bytes, at) else {
                return Ok(None);
            };
            if let Some((cell, end)) = plain_value(simd, bytes, start) {
                if let Some(column) = step.column {
                    self.cells[column] = cell;
                }
                at = end;
                continue;
            }
            let mut scanner = Scanner::at(self.text, start);
            read_value(self.columns, self.cells, step.column, &mut scanner, self.settings)?;
            at = scanner.position();
        }
        Ok(self.shape.last.behind_literal(simd, bytes, at))
    }
}

/// Moves behind the value at the scanner and notes it for its column.
#[inline(never)]
pub(super) fn read_value(
    columns: &mut [Column],
    cells: &mut [Cell],
    column: Option<usize>,
    scanner: &mut Scanner<'_>,
    settings: &DecodeSettings,
) -> Result<(), FormatError> {
    let Some(column) = column else {
        return scanner.form().map(drop);
    };
    if let Some(child) = &mut columns[column].child
        && scanner.peek() == Some(b'{')
    {
        cells[column] = Cell::Row;
        return child.read(scanner, settings);
    }
    let start = scanner.position();
    if let Some((number, end)) = short_number(scanner.text().as_bytes(), start) {
        cells[column] = Cell::Number { number, start, end };
        *scanner = Scanner::at(scanner.text(), end);
        return Ok(());
    }
    let form = scanner.form()?;
    cells[column] = Cell::At {
        form,
        start,
        end: scanner.position(),
    };
    Ok(())
}
