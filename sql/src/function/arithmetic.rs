//! `+ - * / %` and the minus sign over integers, floating-point numbers and intervals.
//!
//! Integers wrap around as in Java; dividing an integer by zero is an error; floating-point follows IEEE 754.

use crate::error::SqlError;

/// A number type of the machine: what `+`, `-` and `*` need.
pub trait Number: Copy {
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn negated(self) -> Self;
}

/// An integer type of SQL.
pub trait Integer: Number + Into<i64> {
    /// The low bits of `value`, as Java narrows.
    fn wrap(value: i64) -> Self;
}

macro_rules! integers {
    ($($t:ty),*) => {$(
        impl Number for $t {
            #[inline]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline]
            fn times(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            #[inline]
            fn negated(self) -> Self {
                self.wrapping_neg()
            }
        }
        impl Integer for $t {
            #[inline]
            fn wrap(value: i64) -> Self {
                value as $t
            }
        }
    )*};
}

macro_rules! floats {
    ($($t:ty),*) => {$(
        impl Number for $t {
            #[inline]
            fn plus(self, other: Self) -> Self {
                self + other
            }
            #[inline]
            fn minus(self, other: Self) -> Self {
                self - other
            }
            #[inline]
            fn times(self, other: Self) -> Self {
                self * other
            }
            #[inline]
            fn negated(self) -> Self {
                -self
            }
        }
    )*};
}

integers!(i8, i16, i32, i64);
floats!(f32, f64);

#[inline]
pub fn add<T: Number>(a: T, b: T) -> T {
    a.plus(b)
}

#[inline]
pub fn subtract<T: Number>(a: T, b: T) -> T {
    a.minus(b)
}

#[inline]
pub fn multiply<T: Number>(a: T, b: T) -> T {
    a.times(b)
}

#[inline]
pub fn negate<T: Number>(a: T) -> T {
    a.negated()
}

/// Integer division, toward zero.
#[inline]
pub fn divide_integer<T: Integer>(a: T, b: T) -> Result<T, SqlError> {
    let (a, b): (i64, i64) = (a.into(), b.into());
    if b == 0 {
        return Err(SqlError::DivisionByZero);
    }
    Ok(T::wrap(a.wrapping_div(b)))
}

#[inline]
pub fn divide_float(a: f32, b: f32) -> f32 {
    a / b
}

#[inline]
pub fn divide_double(a: f64, b: f64) -> f64 {
    a / b
}

/// MOD: the sign of the dividend, the type of the divisor.
#[inline]
pub fn remainder_integer<A: Integer, B: Integer>(a: A, b: B) -> Result<B, SqlError> {
    let (a, b): (i64, i64) = (a.into(), b.into());
    if b == 0 {
        return Err(SqlError::DivisionByZero);
    }
    Ok(B::wrap(a.wrapping_rem(b)))
}

/// INTERVAL YEAR TO MONTH times a number.
#[inline]
pub fn multiply_months(months: i32, factor: i64) -> i32 {
    i64::from(months).wrapping_mul(factor) as i32
}

/// A number times INTERVAL YEAR TO MONTH.
#[inline]
pub fn months_multiplied(factor: i64, months: i32) -> i32 {
    multiply_months(months, factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_wrap_and_truncate() {
        assert_eq!(add(i32::MAX, 1), i32::MIN);
        assert_eq!(subtract(i8::MIN, 1), i8::MAX);
        assert_eq!(multiply(i64::MAX, 2), -2);
        assert_eq!(negate(i16::MIN), i16::MIN);
        assert_eq!(divide_integer(-7, 2), Ok(-3));
        assert_eq!(divide_integer(i64::MIN, -1), Ok(i64::MIN));
        assert_eq!(divide_integer(i32::MIN, -1), Ok(i32::MIN));
        assert_eq!(divide_integer(1i8, 0), Err(SqlError::DivisionByZero));
        assert_eq!(remainder_integer(-7i64, 3i32), Ok(-1i32));
        assert_eq!(remainder_integer(7i8, 0i64), Err(SqlError::DivisionByZero));
        assert_eq!(remainder_integer(i64::MIN, -1i64), Ok(0));
    }

    #[test]
    fn doubles_divide_to_infinity() {
        assert_eq!(divide_double(1.0, 0.0), f64::INFINITY);
        assert!(divide_double(0.0, 0.0).is_nan());
        assert_eq!((multiply_months(5, -2), months_multiplied(3, 4)), (-10, 12));
    }
}
