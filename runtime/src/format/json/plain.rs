//! The values that most records are made of: strings without escapes, numbers of few digits, words.
//!
//! In: a record's bytes and where a value begins. Out: what it is and where it ends, or `None` for anything
//! that the scanner must judge, wrong values included. Invariant: what is found here is what the grammar says
//! stands there.

use super::fit::Cell;
use super::scan::Form;
use super::simd::{BLOCK_BYTES, Simd};

/// Numbers of as many digits fit 64 bits, whatever the digits are.
const DIGITS_MAX: usize = 18;

const POWERS_OF_TEN: [i64; DIGITS_MAX + 1] = {
    let mut powers = [1; DIGITS_MAX + 1];
    let mut exponent = 1;
    while exponent <= DIGITS_MAX {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// `unscaled / 10^scale`, of at most [`DIGITS_MAX`] digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) unscaled: i64,
    /// Digits behind the point; 0: there is no point.
    pub(super) scale: u8,
}

impl Number {
    /// The nearest double, if one division finds it: of numbers that are doubles exactly.
    #[inline]
    pub(super) fn to_double(self) -> Option<f64> {
        const EXACT_MAX: u64 = 1 << 53;
        const EXACT_POWER_MAX: u8 = 22;
        const { assert!(DIGITS_MAX <= EXACT_POWER_MAX as usize) };
        let is_exact = self.unscaled.unsigned_abs() <= EXACT_MAX;
        is_exact.then(|| self.unscaled as f64 / POWERS_OF_TEN[usize::from(self.scale)] as f64)
    }

    /// The unscaled value at a scale, if no digit is cut off.
    #[inline]
    pub(super) fn unscaled_at(self, scale: u8) -> Option<i128> {
        let more_digits = scale.checked_sub(self.scale)?;
        let power = POWERS_OF_TEN.get(usize::from(more_digits))?;
        Some(i128::from(self.unscaled) * i128::from(*power))
    }
}

/// The plain value that begins at `start`, and where it ends.
#[inline(always)]
pub(super) fn plain_value(simd: impl Simd, bytes: &[u8], start: usize) -> Option<(Cell, usize)> {
    let at = |form, end| Some((Cell::At { form, start, end }, end));
    match *bytes.get(start)? {
        b'"' => at(Form::PlainText, closing_quote(simd, bytes, start + 1)? + 1),
        b'n' if bytes[start..].starts_with(b"null") => at(Form::Null, start + 4),
        b't' if bytes[start..].starts_with(b"true") => at(Form::Boolean, start + 4),
        b'f' if bytes[start..].starts_with(b"false") => at(Form::Boolean, start + 5),
        _ => {
            let (number, end) = short_number(bytes, start)?;
            Some((Cell::Number { number, start, end }, end))
        }
    }
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

/// A number of at most [`DIGITS_MAX`] digits without exponent, and where it ends. Not a negative zero, whose
/// sign a [`Number`] does not have.
#[inline(always)]
pub(super) fn short_number(bytes: &[u8], start: usize) -> Option<(Number, usize)> {
    let is_negative = *bytes.get(start)? == b'-';
    let first = start + usize::from(is_negative);
    let (mut magnitude, mut end) = digits(bytes, first)?;
    if bytes[first] == b'0' && end - first > 1 {
        return None;
    }
    let mut scale = 0;
    if bytes.get(end) == Some(&b'.') {
        let point = end;
        let fraction;
        (fraction, end) = digits(bytes, point + 1)?;
        scale = end - (point + 1);
        if point - first + scale > DIGITS_MAX {
            return None;
        }
        magnitude = magnitude * POWERS_OF_TEN[scale] + fraction;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) || is_negative && magnitude == 0 {
        return None;
    }
    let number = Number {
        unscaled: if is_negative { -magnitude } else { magnitude },
        scale: scale as u8,
    };
    Some((number, end))
}

/// The value of the digits from `first` on, one to [`DIGITS_MAX`] of them, and where they end.
#[inline(always)]
fn digits(bytes: &[u8], first: usize) -> Option<(i64, usize)> {
    let word = match bytes.get(first..)?.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        // Less than a word is left: zeros, which are no digits, behind it.
        None => {
            let missing = first + 8 - bytes.len();
            u64::from_le_bytes(*bytes.last_chunk()?).checked_shr(8 * missing as u32)?
        }
    };
    let word = word ^ 0x3030_3030_3030_3030;
    // The top bit of each byte that is no digit; what a byte carries into those behind it does not count.
    let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    let length = others.trailing_zeros() as usize / 8;
    if length == 0 {
        return None;
    }
    // The last digit in the highest byte, zeros in front of the first.
    let mut value = eight_digits(word << (64 - 8 * length)) as i64;
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
            value = value * 10 + i64::from(digit);
            end += 1;
        }
    }
    Some((value, end))
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
    use super::super::simd::{Processor, Task};
    use super::*;

    struct PlainValue<'a>(&'a [u8], usize);

    impl Task for PlainValue<'_> {
        type Output = Option<(Cell, usize)>;

        #[inline(always)]
        fn run(self, simd: impl Simd) -> Self::Output {
            plain_value(simd, self.0, self.1)
        }
    }

    fn found(bytes: &[u8], start: usize) -> Option<(Cell, usize)> {
        let found: Vec<_> = Processor::all()
            .into_iter()
            .map(|processor| processor.run(PlainValue(bytes, start)))
            .collect();
        assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
        found[0]
    }

    /// The plain value with so many bytes in front of it and behind it.
    fn around(value: &str, mut check: impl FnMut(Option<(Cell, usize)>, usize)) {
        for before in [0, 1, 7, 31, 40] {
            for behind in [0, 1, 7, 8, 30, 31, 32, 33, 70] {
                let text = format!("{}{value}{}", "x".repeat(before), ",".repeat(behind));
                let found = found(text.as_bytes(), before);
                // The scanner reads a number that is almost all of a text.
                if found.is_some() || text.len() >= 8 {
                    check(found, before);
                }
            }
        }
    }

    #[test]
    fn numbers_of_every_length() {
        for (text, unscaled, scale) in [
            ("0", 0, 0),
            ("7", 7, 0),
            ("-1", -1, 0),
            ("12", 12, 0),
            ("1234567", 1_234_567, 0),
            ("12345678", 12_345_678, 0),
            ("123456789", 123_456_789, 0),
            ("999999999999999999", 999_999_999_999_999_999, 0),
            ("0.0", 0, 1),
            ("0.05", 5, 2),
            ("-12.50", -1_250, 2),
            ("12345678.12345678", 1_234_567_812_345_678, 8),
            ("0.12345678901234567", 12_345_678_901_234_567, 17),
            ("12345678901234567.8", 123_456_789_012_345_678, 1),
        ] {
            around(text, |found, start| {
                let (end, number) = (start + text.len(), Number { unscaled, scale });
                assert_eq!(found, Some((Cell::Number { number, start, end }, end)), "{text}");
            });
        }
    }

    #[test]
    fn what_the_scanner_must_judge() {
        for text in [
            "01",
            "00",
            "-01",
            "00.1",
            "-",
            "-x",
            "1.",
            "1.x",
            ".5",
            "1e5",
            "1.5e5",
            "12345678E1",
            "-0",
            "-0.0",
            "1234567890123456789",
            "1.123456789012345678",
            "12345678901234567.89",
            "x",
            "nul",
            "tru",
            "falsy",
            "[1]",
            "{}",
        ] {
            around(text, |found, _| assert_eq!(found, None, "{text}"));
        }
        assert_eq!(found(b"12345678", 8), None);
        assert_eq!(found(b"1234567-", 7), None);
    }

    #[test]
    fn words_are_read_whole() {
        for (text, form) in [
            ("null", Form::Null),
            ("true", Form::Boolean),
            ("false", Form::Boolean),
        ] {
            around(text, |found, start| {
                let end = start + text.len();
                assert_eq!(found, Some((Cell::At { form, start, end }, end)));
            });
        }
    }

    #[test]
    fn strings_end_at_their_quote() {
        for length in [0, 1, 14, 31, 32, 33, 63, 64, 100] {
            let text = format!("\"{}\"", "é".repeat(length / 2));
            around(&text, |found, start| {
                let end = start + text.len();
                let form = Form::PlainText;
                assert_eq!(found, Some((Cell::At { form, start, end }, end)), "{text}");
            });
            let escaped = format!("\"{}\\\"", "a".repeat(length));
            around(&escaped, |found, _| assert_eq!(found, None, "{escaped}"));
            let open = format!("\"{}", "a".repeat(length));
            around(&open, |found, _| assert_eq!(found, None, "{open}"));
        }
    }

    #[test]
    fn doubles_and_decimals_of_numbers() {
        let number = |unscaled, scale| Number { unscaled, scale };
        for (text, found) in [
            ("0.1", number(1, 1)),
            ("63.11", number(6_311, 2)),
            ("9007199254740.992", number(1 << 53, 3)),
        ] {
            assert_eq!(found.to_double(), text.parse().ok(), "{text}");
        }
        assert_eq!(number((1 << 53) + 1, 0).to_double(), None);
        assert_eq!(number(-125, 2).unscaled_at(3), Some(-1_250));
        assert_eq!(number(125, 2).unscaled_at(1), None);
        assert_eq!(
            number(999_999_999_999_999_999, 0).unscaled_at(18),
            Some(999_999_999_999_999_999 * 10i128.pow(18))
        );
        assert_eq!(number(1, 0).unscaled_at(19), None);
    }
}
