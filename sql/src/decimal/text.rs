//! Decimals from text. In: digits with an optional sign, point and exponent. Out: a number rounded half up to the
//! wanted type, or why not.

use super::{Decimal, power_of_ten};

/// What reading a decimal from text gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseDecimal {
    Value(Decimal),
    /// A number, with more integer digits than the type holds.
    Overflow,
    /// Not a number.
    Invalid,
}

/// The parts of a number in text.
struct Parts<'t> {
    negative: bool,
    integer: &'t [u8],
    fraction: &'t [u8],
    exponent: i64,
}

impl<'t> Parts<'t> {
    fn split(text: &'t str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let (mantissa, exponent) = match rest.iter().position(|b| matches!(b, b'e' | b'E')) {
            Some(at) => {
                let digits = std::str::from_utf8(&rest[at + 1..]).ok()?;
                (&rest[..at], i64::from(digits.parse::<i32>().ok()?))
            }
            None => (rest, 0),
        };
        let (integer, fraction) = match mantissa.iter().position(|b| *b == b'.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, &[][..]),
        };
        let digits = integer.iter().chain(fraction);
        let valid = integer.len() + fraction.len() > 0 && digits.clone().all(u8::is_ascii_digit);
        valid.then_some(Parts {
            negative,
            integer,
            fraction,
            exponent,
        })
    }
}

impl Decimal {
    /// Reads `1.5`, `-.5`, `12e-3`, … as DECIMAL(precision, scale).
    pub fn parse(text: &str, precision: u8, scale: u8) -> ParseDecimal {
        let Some(parts) = Parts::split(text) else {
            return ParseDecimal::Invalid;
        };
        // How many of the digits stand before the last decimal of the target.
        let kept = parts.integer.len() as i64 + parts.exponent + i64::from(scale);
        let limit = power_of_ten(precision);
        let mut unscaled: i128 = 0;
        let mut digits = parts
            .integer
            .iter()
            .chain(parts.fraction)
            .map(|b| i128::from(b - b'0'));
        let mut taken = 0;
        while taken < kept {
            let Some(digit) = digits.next() else { break };
            unscaled = unscaled * 10 + digit;
            taken += 1;
            if unscaled >= limit {
                return ParseDecimal::Overflow;
            }
        }
        if kept >= 0 && digits.next().is_some_and(|d| d >= 5) {
            unscaled += 1;
        }
        while taken < kept && unscaled != 0 {
            unscaled *= 10;
            taken += 1;
            if unscaled >= limit {
                return ParseDecimal::Overflow;
            }
        }
        if unscaled >= limit {
            return ParseDecimal::Overflow;
        }
        ParseDecimal::Value(Decimal {
            unscaled: if parts.negative { -unscaled } else { unscaled },
            scale,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_text() {
        let cases = [
            ("100.004", 7, 2, Some("100.00")),
            ("100.005", 7, 2, Some("100.01")),
            ("-.5", 3, 0, Some("-1")),
            ("5.", 3, 1, Some("5.0")),
            ("12e-3", 5, 3, Some("0.012")),
            ("1.5E+2", 5, 0, Some("150")),
            ("4e-9", 5, 3, Some("0.000")),
            ("5e-4", 5, 3, Some("0.001")),
            ("0e999", 5, 3, Some("0.000")),
            ("999.995", 5, 2, None),
            ("1000", 5, 2, None),
            ("1e300", 38, 0, None),
        ];
        for (text, precision, scale, expected) in cases {
            let found = match Decimal::parse(text, precision, scale) {
                ParseDecimal::Value(d) => Some(d.to_string()),
                ParseDecimal::Overflow => None,
                ParseDecimal::Invalid => panic!("{text} is a number"),
            };
            assert_eq!(found.as_deref(), expected, "{text}");
        }
        for text in ["", "-", ".", "1 2", "0x1", "1e", "NaN", "1.2.3"] {
            assert_eq!(Decimal::parse(text, 38, 0), ParseDecimal::Invalid, "{text}");
        }
    }
}
