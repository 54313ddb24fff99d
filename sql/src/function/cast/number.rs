//! Casts between numbers, and between numbers and BOOLEAN or intervals.
//!
//! As Java converts: integers keep their low bits, floating point goes toward zero and stops at the ends of INT or
//! BIGINT (narrower types keep the low bits of that), decimals are cut to an integer first. A DECIMAL target
//! rounds half up and is NULL on overflow.

use crate::decimal::Decimal;
use crate::function::arithmetic::Integer;

/// Integer to integer.
#[inline]
pub fn integer_to_tinyint<A: Integer>(value: A) -> i8 {
    value.into() as i8
}

#[inline]
pub fn integer_to_smallint<A: Integer>(value: A) -> i16 {
    value.into() as i16
}

#[inline]
pub fn integer_to_int<A: Integer>(value: A) -> i32 {
    value.into() as i32
}

#[inline]
pub fn integer_to_bigint<A: Integer>(value: A) -> i64 {
    value.into()
}

#[inline]
pub fn integer_to_float<A: Integer>(value: A) -> f32 {
    value.into() as f32
}

#[inline]
pub fn integer_to_double<A: Integer>(value: A) -> f64 {
    value.into() as f64
}

#[inline]
pub fn integer_to_boolean<A: Integer>(value: A) -> bool {
    value.into() != 0
}

#[inline]
pub fn integer_to_decimal<A: Integer>(value: A, precision: u8, scale: u8) -> Option<Decimal> {
    Decimal::from_i64(value.into()).fit(precision, scale)
}

/// For a type that holds every value of the integer's.
#[inline]
pub fn integer_to_wider_decimal<A: Integer>(value: A, precision: u8, scale: u8) -> Decimal {
    integer_to_decimal(value, precision, scale).expect("the compiler knows that the integer's type fits")
}

#[inline]
pub fn approximate_to_tinyint<A: Into<f64>>(value: A) -> i8 {
    value.into() as i32 as i8
}

#[inline]
pub fn approximate_to_smallint<A: Into<f64>>(value: A) -> i16 {
    value.into() as i32 as i16
}

#[inline]
pub fn approximate_to_int<A: Into<f64>>(value: A) -> i32 {
    value.into() as i32
}

#[inline]
pub fn approximate_to_bigint<A: Into<f64>>(value: A) -> i64 {
    value.into() as i64
}

#[inline]
pub fn approximate_to_float<A: Into<f64>>(value: A) -> f32 {
    value.into() as f32
}

#[inline]
pub fn approximate_to_double<A: Into<f64>>(value: A) -> f64 {
    value.into()
}

#[inline]
pub fn approximate_to_boolean<A: Into<f64>>(value: A) -> bool {
    value.into() != 0.0
}

#[inline]
pub fn approximate_to_decimal<A: Into<f64>>(value: A, precision: u8, scale: u8) -> Option<Decimal> {
    Decimal::from_f64(value.into(), precision, scale)
}

#[inline]
pub fn decimal_to_tinyint(value: Decimal) -> i8 {
    value.truncate() as i8
}

#[inline]
pub fn decimal_to_smallint(value: Decimal) -> i16 {
    value.truncate() as i16
}

#[inline]
pub fn decimal_to_int(value: Decimal) -> i32 {
    value.truncate() as i32
}

#[inline]
pub fn decimal_to_bigint(value: Decimal) -> i64 {
    value.truncate() as i64
}

#[inline]
pub fn decimal_to_float(value: Decimal) -> f32 {
    value.to_f64() as f32
}

#[inline]
pub fn decimal_to_double(value: Decimal) -> f64 {
    value.to_f64()
}

#[inline]
pub fn decimal_to_boolean(value: Decimal) -> bool {
    value.unscaled != 0
}

#[inline]
pub fn decimal_to_decimal(value: Decimal, precision: u8, scale: u8) -> Option<Decimal> {
    value.fit(precision, scale)
}

/// For a type that holds every value of the decimal's.
#[inline]
pub fn decimal_to_wider_decimal(value: Decimal, precision: u8, scale: u8) -> Decimal {
    value
        .fit(precision, scale)
        .expect("the compiler knows that the decimal's type fits")
}

#[inline]
pub fn boolean_to_tinyint(value: bool) -> i8 {
    value.into()
}

#[inline]
pub fn boolean_to_smallint(value: bool) -> i16 {
    value.into()
}

#[inline]
pub fn boolean_to_int(value: bool) -> i32 {
    value.into()
}

#[inline]
pub fn boolean_to_bigint(value: bool) -> i64 {
    value.into()
}

#[inline]
pub fn boolean_to_float(value: bool) -> f32 {
    f32::from(u8::from(value))
}

#[inline]
pub fn boolean_to_double(value: bool) -> f64 {
    f64::from(u8::from(value))
}

#[inline]
pub fn boolean_to_decimal(value: bool, precision: u8, scale: u8) -> Option<Decimal> {
    Decimal::from_i64(value.into()).fit(precision, scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_is_javas() {
        assert_eq!(integer_to_smallint(1_234_567i32), -10_617);
        assert_eq!(integer_to_tinyint(12_345_678_901i64), 53);
        assert_eq!(approximate_to_int(9_234_567_891.12f64), i32::MAX);
        assert_eq!(approximate_to_smallint(123_456.78f32), -7_616);
        assert_eq!(approximate_to_bigint(f64::NAN), 0);
        assert_eq!(approximate_to_float(123.456_789f64), 123.456_79);
        assert_eq!(decimal_to_smallint(Decimal::new(9_123_587, 2)), 25_699);
        assert_eq!(decimal_to_int(Decimal::new(-19, 1)), -1);
    }

    #[test]
    fn decimals_round_or_overflow() {
        assert_eq!(integer_to_decimal(42i32, 5, 3), Some(Decimal::new(42_000, 3)));
        assert_eq!(integer_to_decimal(420i32, 5, 3), None);
        assert_eq!(
            integer_to_wider_decimal(i64::MIN, 19, 0).unscaled,
            i128::from(i64::MIN)
        );
        assert_eq!(
            approximate_to_decimal(-12.345f32, 5, 3),
            Some(Decimal::new(-12_345, 3))
        );
        assert_eq!(approximate_to_decimal(12_345.679_f32, 8, 4), None);
        assert_eq!(
            decimal_to_decimal(Decimal::new(1_005, 3), 3, 2),
            Some(Decimal::new(101, 2))
        );
        assert_eq!(
            decimal_to_wider_decimal(Decimal::new(5, 1), 3, 2),
            Decimal::new(50, 2)
        );
    }

    #[test]
    fn booleans_are_zero_and_one() {
        assert!(integer_to_boolean(-5i8) && !approximate_to_boolean(0.0));
        assert!(decimal_to_boolean(Decimal::new(1, 3)));
        assert_eq!((boolean_to_int(true), boolean_to_double(false)), (1, 0.0));
        assert_eq!(boolean_to_decimal(true, 3, 2), Some(Decimal::new(100, 2)));
        assert_eq!(boolean_to_decimal(true, 2, 2), None);
    }
}
