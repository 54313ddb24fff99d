//! Reading an object by a learned shape, and the cells that reading leaves for conversion.
//!
//! In: a shape, the record and where the object's content begins. Out: where the object ends, with a cell
//! for each column, or `None` if the object has another shape. Invariant: whatever is not one of the common
//! forms is read by the scanner, so every value is accepted or refused exactly as on the general path.

use super::DecodeSettings;
use super::object::Column;
use super::scan::{Form, Scanner};
use super::shapes::Shape;
use super::simd::{BLOCK_BYTES, Simd, Task};
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
    /// An integer of at most [`DIGITS_MAX`] digits.
    Integer {
        value: i64,
        start: usize,
        end: usize,
    },
    /// A nested row, in the child's writer.
    Row,
}

/// Integers of as many digits fit 64 bits, whatever the digits are.
pub(super) const DIGITS_MAX: usize = 18;

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
            if let Some((cell, end)) = common_value(simd, bytes, start) {
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
    let form = scanner.form()?;
    cells[column] = Cell::At {
        form,
        start,
        end: scanner.position(),
    };
    Ok(())
}

/// A string without escapes or a short integer, and where it ends; `None` for all else, wrong values
/// included.
#[inline(always)]
fn common_value(simd: impl Simd, bytes: &[u8], start: usize) -> Option<(Cell, usize)> {
    if *bytes.get(start)? == b'"' {
        let end = closing_quote(simd, bytes, start + 1)? + 1;
        let form = Form::PlainText;
        return Some((Cell::At { form, start, end }, end));
    }
    let (value, end) = short_integer(bytes, start)?;
    Some((Cell::Integer { value, start, end }, end))
}

/// The closing quote of the string whose text begins at `at`, if no escape comes before it.
#[inline(always)]
fn closing_quote(simd: impl Simd, bytes: &[u8], mut at: usize) -> Option<usize> {
    let end = loop {
        let Some(block) = bytes.get(at..)?.first_chunk() else {
            break last_string_end(simd, bytes, at)?;
        };
        let ends = simd.string_ends(block);
        if ends != 0 {
            break at + ends.trailing_zeros() as usize;
        }
        at += BLOCK_BYTES;
    };
    (bytes[end] == b'"').then_some(end)
}

/// The first quote or escape from `at` on, where less than a block is left: the last block is asked again.
#[inline(always)]
fn last_string_end(simd: impl Simd, bytes: &[u8], at: usize) -> Option<usize> {
    let Some(block) = bytes.last_chunk() else {
        let is_end = |c: &u8| matches!(c, b'"' | b'\\');
        return Some(at + bytes[at..].iter().position(is_end)?);
    };
    let seen = at + BLOCK_BYTES - bytes.len();
    let ends = simd.string_ends(block).checked_shr(seen as u32)?;
    (ends != 0).then(|| at + ends.trailing_zeros() as usize)
}

/// An integer of at most [`DIGITS_MAX`] digits and where it ends. `None`: another value, or one the scanner
/// must judge.
#[inline(always)]
fn short_integer(bytes: &[u8], start: usize) -> Option<(i64, usize)> {
    let is_negative = bytes[start] == b'-';
    let first = start + usize::from(is_negative);
    let word = u64::from_le_bytes(*bytes.get(first..)?.first_chunk()?) ^ 0x3030_3030_3030_3030;
    // The top bit of each byte that is no digit; what a byte carries into those behind it does not count.
    let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    let length = others.trailing_zeros() as usize / 8;
    if length == 0 {
        return None;
    }
    // The last digit in the highest byte, zeros in front of the first.
    let mut magnitude = eight_digits(word << (64 - 8 * length)) as i64;
    let mut end = first + length;
    if length == 8 {
        while let Some(digit) = bytes
            .get(end)
            .map(|c| c.wrapping_sub(b'0'))
            .filter(|digit| *digit <= 9)
        {
            if end - first == DIGITS_MAX {
                return None;
            }
            magnitude = magnitude * 10 + i64::from(digit);
            end += 1;
        }
    }
    let is_odd = length > 1 && bytes[first] == b'0' || matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
    let value = if is_negative { -magnitude } else { magnitude };
    (!is_odd).then_some((value, end))
}

/// The value of eight digits (not their characters), the first in the lowest byte.
#[inline(always)]
fn eight_digits(digits: u64) -> u64 {
    const TWO_OF_FOUR: u64 = 0x0000_00ff_0000_00ff;
    // Pairs in every other byte, then fours, then all.
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & TWO_OF_FOUR).wrapping_mul(100 + (1_000_000 << 32));
    let low = (pairs >> 16 & TWO_OF_FOUR).wrapping_mul(1 + (10_000 << 32));
    high.wrapping_add(low) >> 32
}

#[cfg(test)]
mod tests {
    use super::super::simd::Processor;
    use super::*;

    struct CommonValue<'a>(&'a [u8], usize);

    impl Task for CommonValue<'_> {
        type Output = Option<(Cell, usize)>;

        #[inline(always)]
        fn run(self, simd: impl Simd) -> Self::Output {
            common_value(simd, self.0, self.1)
        }
    }

    fn found(bytes: &[u8], start: usize) -> Option<(Cell, usize)> {
        let found: Vec<_> = Processor::all()
            .into_iter()
            .map(|processor| processor.run(CommonValue(bytes, start)))
            .collect();
        assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
        found[0]
    }

    /// The common value with all of these lengths in front of it and behind it.
    fn around(value: &str, mut check: impl FnMut(Option<(Cell, usize)>, usize, usize)) {
        for before in [0, 1, 31, 40] {
            for behind in [0, 1, 7, 8, 30, 31, 32, 33, 70] {
                let text = format!("{}{value}{}", "x".repeat(before), ",".repeat(behind));
                check(found(text.as_bytes(), before), before, behind);
            }
        }
    }

    #[test]
    fn integers_of_every_length() {
        for text in [
            "0",
            "7",
            "-0",
            "-1",
            "12",
            "1234567",
            "12345678",
            "123456789",
            "999999999999999999",
        ] {
            around(text, |found, start, behind| {
                let end = start + text.len();
                let value = text.parse().expect("an integer");
                let expected = (Cell::Integer { value, start, end }, end);
                // So near the end the scanner reads it.
                let may_be_left = found.is_none() && text.len() + behind < 9;
                assert!(
                    may_be_left || found == Some(expected),
                    "{text} {start} {behind}: {found:?}"
                );
            });
        }
        for text in [
            "01",
            "-",
            "-x",
            "1.5",
            "1e5",
            "12345678.5",
            "12345678E1",
            "1234567890123456789",
            "x",
            "00",
        ] {
            around(text, |found, _, _| assert_eq!(found, None, "{text}"));
        }
        assert_eq!(found(b"1", 1), None);
    }

    #[test]
    fn strings_end_at_their_quote() {
        for length in [0, 1, 14, 31, 32, 33, 63, 64, 100] {
            let text = format!("\"{}\"", "é".repeat(length / 2));
            around(&text, |found, start, _| {
                let end = start + text.len();
                let form = Form::PlainText;
                assert_eq!(found, Some((Cell::At { form, start, end }, end)), "{text}");
            });
            let escaped = format!("\"{}\\\"", "a".repeat(length));
            around(&escaped, |found, _, _| assert_eq!(found, None, "{escaped}"));
            let open = format!("\"{}", "a".repeat(length));
            around(&open, |found, _, _| assert_eq!(found, None, "{open}"));
        }
    }
}
