//! DECIMAL(p, s): an unscaled 128-bit integer and its scale; exact arithmetic with 256-bit intermediates.
//!
//! In: two numbers and the declared type of the result. Out: the result rounded half up (away from zero), or `None`
//! when its digits do not fit, which SQL sees as NULL. Invariant: `scale <= 38` and `|unscaled| < 10^38`.

use std::cmp::Ordering;
use std::fmt;

mod text;
mod wide;

pub use text::ParseDecimal;
use wide::Wide;

/// `unscaled * 10^-scale`. Two decimals are equal as Rust values when their digits and scales are; numbers are
/// compared by [`Decimal::compare`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    pub unscaled: i128,
    pub scale: u8,
}

/// 10^0 to 10^38.
const POWERS: [i128; 39] = powers();

const fn powers() -> [i128; 39] {
    let mut table = [1i128; 39];
    let mut i = 1;
    while i < 39 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
}

/// 10 to that power.
pub(crate) const fn power_of_ten(exponent: u8) -> i128 {
    POWERS[exponent as usize]
}

/// `value / divisor`, rounded half away from zero. The divisor is a positive power of ten.
const fn divide_half_up(value: i128, divisor: i128) -> i128 {
    let quotient = value / divisor;
    let remainder = (value % divisor).unsigned_abs();
    if remainder >= (divisor as u128).div_ceil(2) && divisor > 1 {
        if value < 0 { quotient - 1 } else { quotient + 1 }
    } else {
        quotient
    }
}

impl Decimal {
    pub const ZERO: Decimal = Decimal {
        unscaled: 0,
        scale: 0,
    };

    pub const fn new(unscaled: i128, scale: u8) -> Self {
        Decimal { unscaled, scale }
    }

    pub const fn from_i64(value: i64) -> Self {
        Decimal {
            unscaled: value as i128,
            scale: 0,
        }
    }

    /// The number as DECIMAL(precision, scale).
    #[inline]
    pub fn fit(self, precision: u8, scale: u8) -> Option<Decimal> {
        let unscaled = match scale.cmp(&self.scale) {
            Ordering::Equal => self.unscaled,
            Ordering::Greater => self.unscaled.checked_mul(power_of_ten(scale - self.scale))?,
            Ordering::Less => divide_half_up(self.unscaled, power_of_ten(self.scale - scale)),
        };
        (unscaled.unsigned_abs() < power_of_ten(precision) as u128).then_some(Decimal { unscaled, scale })
    }

    pub fn add(self, other: Decimal, precision: u8, scale: u8) -> Option<Decimal> {
        let common = self.scale.max(other.scale);
        let narrow = self
            .unscaled
            .checked_mul(power_of_ten(common - self.scale))
            .zip(other.unscaled.checked_mul(power_of_ten(common - other.scale)))
            .and_then(|(a, b)| a.checked_add(b));
        match narrow {
            Some(unscaled) => Decimal::new(unscaled, common).fit(precision, scale),
            None => Wide::scaled(self, common)
                .add(Wide::scaled(other, common))
                .fit(common, precision, scale),
        }
    }

    pub fn subtract(self, other: Decimal, precision: u8, scale: u8) -> Option<Decimal> {
        self.add(other.negate(), precision, scale)
    }

    pub fn multiply(self, other: Decimal, precision: u8, scale: u8) -> Option<Decimal> {
        let product_scale = self.scale + other.scale;
        match self.unscaled.checked_mul(other.unscaled) {
            Some(unscaled) if product_scale <= 38 => {
                Decimal::new(unscaled, product_scale).fit(precision, scale)
            }
            _ => Wide::product(self.unscaled, other.unscaled).fit(product_scale, precision, scale),
        }
    }

    /// The quotient, rounded once to `scale`. The divisor is not zero.
    pub fn divide(self, divisor: Decimal, precision: u8, scale: u8) -> Option<Decimal> {
        // self / divisor * 10^scale = self.unscaled * 10^(scale + divisor.scale - self.scale) / divisor.unscaled
        let shift = i32::from(scale) + i32::from(divisor.scale) - i32::from(self.scale);
        let quotient = if shift >= 0 {
            Wide::from(self.unscaled)
                .shift_left(shift as u8)?
                .divide_half_up(divisor.unscaled)
        } else {
            let denominator = Wide::from(divisor.unscaled).shift_left((-shift) as u8)?;
            Wide::from(self.unscaled).divide_half_up_wide(denominator)
        };
        quotient.fit(scale, precision, scale)
    }

    /// The remainder with the sign of `self`, at the larger scale. The divisor is not zero.
    pub fn remainder(self, divisor: Decimal) -> Decimal {
        let scale = self.scale.max(divisor.scale);
        let shift = scale - divisor.scale;
        let Some(modulus) = divisor
            .unscaled
            .unsigned_abs()
            .checked_mul(power_of_ten(shift) as u128)
        else {
            // The divisor is larger than any decimal of this scale.
            return self;
        };
        let magnitude = Wide::scaled(self, scale).remainder(modulus) as i128;
        Decimal {
            unscaled: if self.unscaled < 0 { -magnitude } else { magnitude },
            scale,
        }
    }

    pub const fn negate(self) -> Decimal {
        Decimal {
            unscaled: -self.unscaled,
            scale: self.scale,
        }
    }

    /// Integer part, toward zero.
    pub const fn truncate(self) -> i128 {
        self.unscaled / power_of_ten(self.scale)
    }

    /// Order of the numbers, whatever their scales.
    #[inline]
    pub fn compare(self, other: Decimal) -> Ordering {
        if self.scale == other.scale {
            return self.unscaled.cmp(&other.unscaled);
        }
        let parts = |d: Decimal| {
            let unit = power_of_ten(d.scale);
            let fraction = d.unscaled.rem_euclid(unit) * power_of_ten(38 - d.scale);
            (d.unscaled.div_euclid(unit), fraction)
        };
        parts(self).cmp(&parts(other))
    }

    /// The same number with no zeros at the end: equal numbers become equal values (for hashing).
    pub fn normalize(mut self) -> Decimal {
        while self.scale > 0 && self.unscaled % 10 == 0 {
            self.unscaled /= 10;
            self.scale -= 1;
        }
        self
    }

    /// The nearest double.
    pub fn to_f64(self) -> f64 {
        const EXACT: u128 = 1 << 53;
        if self.unscaled.unsigned_abs() <= EXACT && self.scale <= 22 {
            return self.unscaled as f64 / power_of_ten(self.scale) as f64;
        }
        format!("{}e-{}", self.unscaled, self.scale)
            .parse()
            .expect("digits with an exponent are a number")
    }

    /// The shortest decimal text of the double, as DECIMAL(precision, scale); `None` when it does not fit or is not
    /// finite.
    pub fn from_f64(value: f64, precision: u8, scale: u8) -> Option<Decimal> {
        if !value.is_finite() {
            return None;
        }
        match Self::parse(&format!("{value:e}"), precision, scale) {
            ParseDecimal::Value(decimal) => Some(decimal),
            ParseDecimal::Overflow | ParseDecimal::Invalid => None,
        }
    }
}

impl fmt::Display for Decimal {
    /// All digits of the scale, never an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let magnitude = self.unscaled.unsigned_abs();
        if self.scale == 0 {
            return write!(f, "{sign}{magnitude}");
        }
        let unit = power_of_ten(self.scale) as u128;
        let width = usize::from(self.scale);
        write!(f, "{sign}{}.{:0width$}", magnitude / unit, magnitude % unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        let digits: String = text.chars().filter(|c| *c != '.').collect();
        let scale = text.split_once('.').map_or(0, |(_, f)| f.len());
        Decimal::new(digits.parse().expect("digits"), scale as u8)
    }

    #[test]
    fn arithmetic_rounds_half_up_and_answers_none_on_overflow() {
        let nines = dec("99999999999999999999999999999999999999");
        let cases: Vec<(Option<Decimal>, Option<&str>)> = vec![
            (dec("1.25").fit(2, 1), Some("1.3")),
            (dec("-1.25").fit(2, 1), Some("-1.3")),
            (dec("-1.24").fit(2, 1), Some("-1.2")),
            (dec("9.95").fit(2, 1), None),
            (dec("1").fit(38, 38), None),
            (dec("1.5").add(dec("2.25"), 4, 2), Some("3.75")),
            (nines.add(dec("1"), 38, 0), None),
            (
                nines.add(dec("0.00000000000000000000000000000000000001"), 38, 0),
                Some("99999999999999999999999999999999999999"),
            ),
            (dec("1.00").subtract(dec("2.5"), 5, 2), Some("-1.50")),
            (dec("-0.5").multiply(dec("0.3"), 3, 2), Some("-0.15")),
            (nines.multiply(nines, 38, 0), None),
            (
                dec("12345678901234567890.123456789012345678").multiply(
                    dec("0.000000000000000001000000000000000000"),
                    38,
                    17,
                ),
                Some("12.34567890123456789"),
            ),
            (dec("1").divide(dec("3"), 38, 6), Some("0.333333")),
            (dec("2").divide(dec("-3"), 38, 6), Some("-0.666667")),
            (nines.divide(nines, 38, 19), Some("1.0000000000000000000")),
            (dec("0.00125").divide(dec("1"), 5, 2), Some("0.00")),
            (dec("0.005").divide(dec("1"), 5, 2), Some("0.01")),
        ];
        for (i, (found, expected)) in cases.into_iter().enumerate() {
            assert_eq!(found.map(|d| d.to_string()).as_deref(), expected, "case {i}");
        }
    }

    #[test]
    fn remainder_keeps_the_sign_of_the_dividend() {
        assert_eq!(dec("-7.5").remainder(dec("2")), dec("-1.5"));
        assert_eq!(dec("7").remainder(dec("-2.5")), dec("2.0"));
        let nines = dec("99999999999999999999999999999999999999");
        assert_eq!(nines.remainder(dec("0.7")).to_string(), "0.3");
        let tiny = dec("0.00000000000000000000000000000000000001");
        assert_eq!(tiny.remainder(nines), tiny);
    }

    #[test]
    fn numbers_of_different_scales_compare() {
        assert_eq!(dec("1.0").compare(dec("1.00")), Ordering::Equal);
        assert_eq!(dec("-1.5").compare(dec("-1.49")), Ordering::Less);
        assert_eq!(dec("-0.5").compare(dec("-1")), Ordering::Greater);
        assert_eq!(dec("1.10").normalize(), dec("1.1"));
    }

    #[test]
    fn doubles_are_nearest() {
        assert_eq!(dec("0.1").to_f64(), 0.1);
        assert_eq!(
            dec("123456789.123456789123456789").to_f64(),
            123_456_789.123_456_79
        );
        assert_eq!(Decimal::from_f64(12.678, 5, 3), Some(dec("12.678")));
        assert_eq!(
            Decimal::from_f64(1e30, 38, 2).map(|d| d.to_string()).as_deref(),
            Some("1000000000000000000000000000000.00")
        );
        assert_eq!(Decimal::from_f64(f64::NAN, 5, 3), None);
    }
}
