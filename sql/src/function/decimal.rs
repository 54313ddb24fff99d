//! Arithmetic over DECIMAL. The result's precision and scale come last; digits that do not fit are NULL.
//!
//! The `exact_*` forms are for result types that every answer fits into: the compiler proves that from the types.

use crate::decimal::Decimal;
use crate::error::SqlError;
use crate::function::arithmetic::Integer;

const FITS: &str = "the compiler chose a type that holds every answer";

#[inline]
pub fn add(a: Decimal, b: Decimal, precision: u8, scale: u8) -> Option<Decimal> {
    a.add(b, precision, scale)
}

#[inline]
pub fn subtract(a: Decimal, b: Decimal, precision: u8, scale: u8) -> Option<Decimal> {
    a.subtract(b, precision, scale)
}

#[inline]
pub fn multiply(a: Decimal, b: Decimal, precision: u8, scale: u8) -> Option<Decimal> {
    a.multiply(b, precision, scale)
}

#[inline]
pub fn divide(a: Decimal, b: Decimal, precision: u8, scale: u8) -> Result<Option<Decimal>, SqlError> {
    if b.unscaled == 0 {
        return Err(SqlError::DivisionByZero);
    }
    Ok(a.divide(b, precision, scale))
}

#[inline]
pub fn exact_add(a: Decimal, b: Decimal, precision: u8, scale: u8) -> Decimal {
    a.add(b, precision, scale).expect(FITS)
}

#[inline]
pub fn exact_subtract(a: Decimal, b: Decimal, precision: u8, scale: u8) -> Decimal {
    a.subtract(b, precision, scale).expect(FITS)
}

#[inline]
pub fn exact_multiply(a: Decimal, b: Decimal, precision: u8, scale: u8) -> Decimal {
    a.multiply(b, precision, scale).expect(FITS)
}

#[inline]
pub fn exact_divide(a: Decimal, b: Decimal, precision: u8, scale: u8) -> Result<Decimal, SqlError> {
    divide(a, b, precision, scale).map(|quotient| quotient.expect(FITS))
}

/// MOD: the sign of the dividend.
#[inline]
pub fn remainder(a: Decimal, b: Decimal, precision: u8, scale: u8) -> Result<Option<Decimal>, SqlError> {
    if b.unscaled == 0 {
        return Err(SqlError::DivisionByZero);
    }
    Ok(a.remainder(b).fit(precision, scale))
}

#[inline]
pub fn exact_remainder(a: Decimal, b: Decimal, precision: u8, scale: u8) -> Result<Decimal, SqlError> {
    remainder(a, b, precision, scale).map(|rest| rest.expect(FITS))
}

/// MOD of a decimal without fraction by an integer has the integer's type.
#[inline]
pub fn remainder_integer<B: Integer>(a: Decimal, b: B) -> Result<B, SqlError> {
    let divisor: i64 = b.into();
    if divisor == 0 {
        return Err(SqlError::DivisionByZero);
    }
    // The remainder is smaller than the divisor, so it fits into its type.
    Ok(B::wrap(a.remainder(Decimal::from_i64(divisor)).truncate() as i64))
}

#[inline]
pub fn negate(a: Decimal) -> Decimal {
    a.negate()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_by_zero_is_an_error() {
        let one = Decimal::new(10, 1);
        let zero = Decimal::new(0, 3);
        assert_eq!(divide(one, zero, 10, 6), Err(SqlError::DivisionByZero));
        assert_eq!(remainder(one, zero, 10, 6), Err(SqlError::DivisionByZero));
        assert_eq!(remainder_integer(one, 0i32), Err(SqlError::DivisionByZero));
    }

    #[test]
    fn remainder_by_an_integer_has_its_type() {
        assert_eq!(
            remainder_integer(Decimal::new(-1_514_356_320_005, 0), 6i32),
            Ok(-5)
        );
    }

    #[test]
    fn overflow_is_null() {
        let big = Decimal::new(5 * 10i128.pow(37), 0);
        assert_eq!(multiply(big, big, 38, 0), None);
        assert_eq!(
            exact_add(big, Decimal::new(5, 1), 38, 0).unscaled,
            5 * 10i128.pow(37) + 1
        );
    }
}
