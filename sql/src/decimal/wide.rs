//! Sign and 256-bit magnitude: what decimal arithmetic needs between its operands and its rounded result.
//!
//! Invariant: no digit is lost before [`Wide::fit`] rounds.

use super::{Decimal, power_of_ten};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wide {
    negative: bool,
    high: u128,
    low: u128,
}

const LOW_HALF: u128 = u64::MAX as u128;

/// Product of two 128-bit numbers: high and low half.
const fn multiply(a: u128, b: u128) -> (u128, u128) {
    let (a1, a0) = (a >> 64, a & LOW_HALF);
    let (b1, b0) = (b >> 64, b & LOW_HALF);
    let low = a0 * b0;
    let middle = a1 * b0 + (low >> 64);
    let middle_low = a0 * b1 + (middle & LOW_HALF);
    let high = a1 * b1 + (middle >> 64) + (middle_low >> 64);
    (high, (middle_low << 64) | (low & LOW_HALF))
}

impl From<i128> for Wide {
    fn from(value: i128) -> Self {
        Wide {
            negative: value < 0,
            high: 0,
            low: value.unsigned_abs(),
        }
    }
}

impl Wide {
    pub(super) fn product(a: i128, b: i128) -> Self {
        let (high, low) = multiply(a.unsigned_abs(), b.unsigned_abs());
        Wide {
            negative: (a < 0) != (b < 0),
            high,
            low,
        }
    }

    /// The digits of `decimal` at a scale not smaller than its own: at most 76 of them.
    pub(super) fn scaled(decimal: Decimal, scale: u8) -> Self {
        Self::product(decimal.unscaled, power_of_ten(scale - decimal.scale))
    }

    fn compare_magnitude(self, other: Wide) -> std::cmp::Ordering {
        (self.high, self.low).cmp(&(other.high, other.low))
    }

    fn add_magnitude(self, other: Wide) -> Wide {
        let (low, carry) = self.low.overflowing_add(other.low);
        let high = self.high + other.high + u128::from(carry);
        Wide { high, low, ..self }
    }

    /// `self - other`, where `other` is not larger.
    fn subtract_magnitude(self, other: Wide) -> Wide {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        let high = self.high - other.high - u128::from(borrow);
        Wide { high, low, ..self }
    }

    /// The sum. Both have at most 76 digits, so it does not overflow.
    pub(super) fn add(self, other: Wide) -> Wide {
        if self.negative == other.negative {
            self.add_magnitude(other)
        } else if self.compare_magnitude(other).is_ge() {
            self.subtract_magnitude(other)
        } else {
            other.subtract_magnitude(self)
        }
    }

    /// `self * 10^digits`; `None` when it has more than 256 bits.
    pub(super) fn shift_left(mut self, mut digits: u8) -> Option<Wide> {
        while digits > 0 {
            let step = digits.min(38);
            let factor = power_of_ten(step) as u128;
            let (overflow, high) = multiply(self.high, factor);
            let (carry, low) = multiply(self.low, factor);
            if overflow > 0 {
                return None;
            }
            self.high = high.checked_add(carry)?;
            self.low = low;
            digits -= step;
        }
        Some(self)
    }

    /// Quotient and remainder of the magnitudes, by shifting and subtracting.
    fn divide(self, divisor: Wide) -> (Wide, Wide) {
        let zero = Wide {
            negative: false,
            high: 0,
            low: 0,
        };
        assert!(divisor.compare_magnitude(zero).is_gt(), "the divisor is not zero");
        if self.high == 0 && divisor.high == 0 {
            let (quotient, remainder) = (self.low / divisor.low, self.low % divisor.low);
            return (
                Wide {
                    low: quotient,
                    ..zero
                },
                Wide {
                    low: remainder,
                    ..zero
                },
            );
        }
        let (mut quotient, mut remainder) = (zero, zero);
        for bit in (0..256).rev() {
            let half = if bit >= 128 { self.high } else { self.low };
            let next = (half >> (bit % 128)) & 1;
            let overflow = remainder.high >> 127 == 1;
            remainder.high = (remainder.high << 1) | (remainder.low >> 127);
            remainder.low = (remainder.low << 1) | next;
            if overflow || remainder.compare_magnitude(divisor).is_ge() {
                let (low, borrow) = remainder.low.overflowing_sub(divisor.low);
                remainder.low = low;
                remainder.high = remainder
                    .high
                    .wrapping_sub(divisor.high)
                    .wrapping_sub(u128::from(borrow));
                if bit >= 128 {
                    quotient.high |= 1 << (bit - 128);
                } else {
                    quotient.low |= 1 << bit;
                }
            }
        }
        (quotient, remainder)
    }

    pub(super) fn remainder(self, modulus: u128) -> u128 {
        let divisor = Wide {
            negative: false,
            high: 0,
            low: modulus,
        };
        self.divide(divisor).1.low
    }

    pub(super) fn divide_half_up(self, divisor: i128) -> Wide {
        self.divide_half_up_wide(divisor.into())
    }

    /// The quotient rounded half away from zero.
    pub(super) fn divide_half_up_wide(self, divisor: Wide) -> Wide {
        let (quotient, remainder) = self.divide(divisor);
        let rest = divisor.subtract_magnitude(remainder);
        let one = Wide {
            negative: false,
            high: 0,
            low: 1,
        };
        let rounded = if remainder.compare_magnitude(rest).is_ge() {
            quotient.add_magnitude(one)
        } else {
            quotient
        };
        Wide {
            negative: self.negative != divisor.negative,
            ..rounded
        }
    }

    /// These digits at `from` decimals, as DECIMAL(precision, scale).
    pub(super) fn fit(self, from: u8, precision: u8, scale: u8) -> Option<Decimal> {
        let fitted = if scale >= from {
            self.shift_left(scale - from)?
        } else {
            // Digits beyond the last 38 do not decide rounding half up, so they may be cut first.
            let cut = from - scale;
            let (first, last) = (cut.saturating_sub(38), cut.min(38));
            let (shortened, _) = self.divide(power_of_ten(first).into());
            let signed = Wide {
                negative: self.negative,
                ..shortened
            };
            signed.divide_half_up(power_of_ten(last))
        };
        if fitted.high > 0 || fitted.low >= power_of_ten(precision) as u128 {
            return None;
        }
        let magnitude = fitted.low as i128;
        Some(Decimal {
            unscaled: if fitted.negative { -magnitude } else { magnitude },
            scale,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_divided_by_a_factor_is_the_other() {
        let factors = [1, 7, 10, u64::MAX as i128 + 5, power_of_ten(37) + 3, i128::MAX];
        for a in factors {
            for b in factors {
                let product = Wide::product(a, -b);
                assert_eq!(product.divide_half_up(a), Wide::from(-b), "{a} * {b}");
                assert_eq!(product.remainder(b as u128), 0);
            }
        }
    }

    #[test]
    fn sums_cancel() {
        let big = Wide::product(i128::MAX, i128::MAX);
        let minus = Wide::product(-i128::MAX, i128::MAX - 1);
        assert_eq!(big.add(minus), Wide::from(i128::MAX));
        assert_eq!(minus.add(big).add(Wide::from(-i128::MAX)).low, 0);
    }
}
