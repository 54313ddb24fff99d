//! Mathematical functions. Doubles follow Java's `Math`; decimals and integers stay exact.

use crate::decimal::{Decimal, power_of_ten};
use crate::error::SqlError;
use crate::function::arithmetic::Integer;

/// ABS of an integer; the smallest one stays as it is.
#[inline]
pub fn abs_integer<T: Integer>(value: T) -> T {
    T::wrap(value.into().wrapping_abs())
}

#[inline]
pub fn abs_float(value: f32) -> f32 {
    value.abs()
}

#[inline]
pub fn abs_double(value: f64) -> f64 {
    value.abs()
}

#[inline]
pub fn abs_decimal(value: Decimal) -> Decimal {
    Decimal::new(value.unscaled.abs(), value.scale)
}

/// FLOOR and CEIL of an integer.
#[inline]
pub fn same<T: Integer>(value: T) -> T {
    value
}

#[inline]
pub fn floor_float(value: f32) -> f32 {
    value.floor()
}

#[inline]
pub fn floor_double(value: f64) -> f64 {
    value.floor()
}

#[inline]
pub fn ceil_float(value: f32) -> f32 {
    value.ceil()
}

#[inline]
pub fn ceil_double(value: f64) -> f64 {
    value.ceil()
}

/// FLOOR(DECIMAL): no decimals.
#[inline]
pub fn floor_decimal(value: Decimal) -> Decimal {
    Decimal::new(value.unscaled.div_euclid(power_of_ten(value.scale)), 0)
}

#[inline]
pub fn ceil_decimal(value: Decimal) -> Decimal {
    floor_decimal(value.negate()).negate()
}

/// Functions of one double.
macro_rules! of_double {
    ($($name:ident => $method:ident),*) => {$(
        #[inline]
        pub fn $name(value: f64) -> f64 {
            value.$method()
        }
    )*};
}

of_double!(
    exp => exp, ln => ln, log10 => log10, sin => sin, cos => cos, tan => tan, sinh => sinh,
    cosh => cosh, tanh => tanh, asin => asin, acos => acos, atan => atan
);

/// As Flink has it, the power of one half: the root of -0.0 is 0.0, that of -Infinity is Infinity.
#[inline]
pub fn sqrt(value: f64) -> f64 {
    if value == 0.0 || value == f64::NEG_INFINITY {
        value.abs()
    } else {
        value.sqrt()
    }
}

#[inline]
pub fn cot(value: f64) -> f64 {
    1.0 / value.tan()
}

#[inline]
pub fn degrees(value: f64) -> f64 {
    value * (180.0 / std::f64::consts::PI)
}

#[inline]
pub fn radians(value: f64) -> f64 {
    value / 180.0 * std::f64::consts::PI
}

/// As the quotient of natural logarithms, like Flink.
#[inline]
pub fn log2(value: f64) -> f64 {
    value.ln() / 2f64.ln()
}

#[inline]
pub fn log(base: f64, value: f64) -> f64 {
    value.ln() / base.ln()
}

#[inline]
pub fn power(base: f64, exponent: f64) -> f64 {
    // Java: one to the power of NaN is NaN.
    if exponent.is_nan() {
        f64::NAN
    } else {
        base.powf(exponent)
    }
}

#[inline]
pub fn atan2(y: f64, x: f64) -> f64 {
    y.atan2(x)
}

#[inline]
pub fn pi() -> f64 {
    std::f64::consts::PI
}

#[inline]
pub fn e() -> f64 {
    std::f64::consts::E
}

/// SIGN of an integer.
#[inline]
pub fn sign_integer<T: Integer>(value: T) -> T {
    T::wrap(value.into().signum())
}

#[inline]
pub fn sign_float(value: f32) -> f32 {
    if value == 0.0 || value.is_nan() {
        value
    } else {
        value.signum()
    }
}

#[inline]
pub fn sign_double(value: f64) -> f64 {
    if value == 0.0 || value.is_nan() {
        value
    } else {
        value.signum()
    }
}

/// SIGN of a decimal keeps its type; NULL when the type has no digit before the point.
#[inline]
pub fn sign_decimal(value: Decimal, precision: u8, scale: u8) -> Option<Decimal> {
    Decimal::new(value.unscaled.signum(), 0).fit(precision, scale)
}

/// ROUND of a decimal to `digits` decimals, in the type the compiler derived (precision, scale).
pub fn round_decimal(value: Decimal, digits: i32, precision: u8, scale: u8) -> Option<Decimal> {
    let rounded = if digits >= i32::from(value.scale) {
        value
    } else if digits >= 0 {
        value.fit(38, digits as u8)?
    } else {
        to_tens(value, digits, true)?
    };
    rounded.fit(precision, scale)
}

/// TRUNCATE of a decimal to `digits` decimals.
pub fn truncate_decimal(value: Decimal, digits: i32, precision: u8, scale: u8) -> Option<Decimal> {
    let cut = if digits >= i32::from(value.scale) {
        value
    } else if digits >= 0 {
        let unit = power_of_ten(value.scale - digits as u8);
        Decimal::new(value.unscaled / unit, digits as u8)
    } else {
        to_tens(value, digits, false)?
    };
    cut.fit(precision, scale)
}

/// A decimal to tens, hundreds, …: `digits` is negative.
fn to_tens(value: Decimal, digits: i32, round: bool) -> Option<Decimal> {
    let tens = u8::try_from(digits.unsigned_abs())
        .ok()
        .filter(|tens| *tens <= 37);
    let Some(tens) = tens else {
        return Some(Decimal::ZERO);
    };
    let whole = if round {
        value.divide(Decimal::new(power_of_ten(tens), 0), 38, 0)?
    } else {
        Decimal::new(value.truncate() / power_of_ten(tens), 0)
    };
    whole.multiply(Decimal::new(power_of_ten(tens), 0), 38, 0)
}

/// ROUND of an integer: negative digits round to tens, hundreds, …
pub fn round_integer<T: Integer>(value: T, digits: i32) -> T {
    if digits >= 0 {
        return value;
    }
    let rounded = to_tens(Decimal::from_i64(value.into()), digits, true);
    T::wrap(rounded.map_or(0, |d| d.truncate() as i64))
}

pub fn truncate_integer<T: Integer>(value: T, digits: i32) -> T {
    if digits >= 0 {
        return value;
    }
    let cut = to_tens(Decimal::from_i64(value.into()), digits, false);
    T::wrap(cut.map_or(0, |d| d.truncate() as i64))
}

/// A finite double as the decimal its shortest text shows, with up to 30 decimals; larger numbers have none to lose.
fn shown(value: f64) -> Option<Decimal> {
    let exponent = value.abs().log10().ceil().max(1.0);
    let scale = (37.0 - exponent).clamp(0.0, 30.0) as u8;
    Decimal::from_f64(value, 38, scale)
}

fn adjust_double(value: f64, digits: i32, adjust: fn(Decimal, i32, u8, u8) -> Option<Decimal>) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let adjusted = shown(value).and_then(|d| adjust(d, digits, 38, d.scale));
    adjusted.map_or(value, Decimal::to_f64)
}

/// ROUND of a double, half up over its decimal text.
pub fn round_double(value: f64, digits: i32) -> f64 {
    adjust_double(value, digits, round_decimal)
}

pub fn truncate_double(value: f64, digits: i32) -> f64 {
    adjust_double(value, digits, truncate_decimal)
}

/// A float as the double with the same shortest text.
fn widened(value: f32) -> f64 {
    value.to_string().parse().expect("a number's text is a number")
}

pub fn round_float(value: f32, digits: i32) -> f32 {
    round_double(widened(value), digits) as f32
}

pub fn truncate_float(value: f32, digits: i32) -> f32 {
    truncate_double(widened(value), digits) as f32
}

/// BIN: the binary digits; a negative number as 64 bits.
pub fn bin(value: i64) -> String {
    format!("{value:b}")
}

/// HEX of a number.
pub fn hex_integer(value: i64) -> String {
    format!("{value:X}")
}

/// HEX of text: its UTF-8 bytes.
pub fn hex_text(value: &str) -> String {
    hex::encode_upper(value)
}

/// UNHEX: bytes from hexadecimal digits; NULL when there are others. Of an odd number of digits the first is
/// checked and answers a zero byte, as in Flink.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len().is_multiple_of(2) {
        return hex::decode(text).ok();
    }
    let mut bytes = hex::decode(format!("0{text}")).ok()?;
    bytes[0] = 0;
    Some(bytes)
}

/// RAND_INTEGER's bound must be positive.
pub(super) fn check_bound(bound: i32) -> Result<(), SqlError> {
    if bound > 0 {
        return Ok(());
    }
    Err(SqlError::Argument {
        function: "RAND_INTEGER",
        message: format!("the bound is positive, found {bound}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(unscaled: i128, scale: u8) -> Decimal {
        Decimal::new(unscaled, scale)
    }

    #[test]
    fn doubles() {
        assert_eq!(log(10.0, 100.0), 2.0);
        assert_eq!(log(1.0, 100.0), f64::INFINITY);
        assert!(ln(-1.0).is_nan() && power(1.0, f64::NAN).is_nan());
        assert_eq!(
            (degrees(std::f64::consts::PI), radians(180.0)),
            (180.0, std::f64::consts::PI)
        );
        assert_eq!(
            (sign_double(-4.6), sign_double(0.0), sign_float(3.0)),
            (-1.0, 0.0, 1.0)
        );
        assert_eq!(
            (floor_double(-4.5), ceil_float(4.5), abs_double(-4.6)),
            (-5.0, 5.0, 4.6)
        );
        assert!((cot(1.0) - 0.642_092_615_934_330_7).abs() < 1e-15);
        assert_eq!((pi() > e(), log2(8.0).round()), (true, 3.0));
        assert_eq!(atan2(1.0, 1.0), atan(1.0));
    }

    #[test]
    fn exact_numbers() {
        assert_eq!(abs_integer(i32::MIN), i32::MIN);
        assert_eq!(
            (abs_integer(-42i8), sign_integer(-44i64), same(7i16)),
            (42, -1, 7)
        );
        assert_eq!(
            (floor_decimal(dec(-15, 1)), ceil_decimal(dec(-15, 1))),
            (dec(-2, 0), dec(-1, 0))
        );
        assert_eq!(abs_decimal(dec(-15, 1)), dec(15, 1));
        assert_eq!(sign_decimal(dec(-15, 1), 3, 2), Some(dec(-100, 2)));
        assert_eq!(sign_decimal(dec(-15, 2), 2, 2), None);
    }

    #[test]
    fn rounding_to_digits() {
        assert_eq!(round_decimal(dec(-125_315, 3), 2, 6, 2), Some(dec(-12_532, 2)));
        assert_eq!(round_decimal(dec(125_315, 3), -2, 4, 0), Some(dec(100, 0)));
        assert_eq!(round_decimal(dec(14, 1), 1, 2, 1), Some(dec(14, 1)));
        assert_eq!(truncate_decimal(dec(-1_239, 3), 2, 4, 2), Some(dec(-123, 2)));
        assert_eq!((round_integer(44i64, -1), round_integer(155i32, -1)), (40, 160));
        assert_eq!(
            (truncate_integer(42i32, -1), truncate_integer(42i32, -3)),
            (40, 0)
        );
        assert_eq!(round_integer(5i8, -50), 0);
        assert_eq!(round_double(1.2345, 3), 1.235);
        assert_eq!((round_double(0.46, 1), truncate_double(0.46, 1)), (0.5, 0.4));
        assert_eq!((round_float(1.2345, 3), truncate_float(4.5, 0)), (1.235, 4.0));
        assert_eq!(
            (round_double(1e300, 2), round_double(-1234.5, -2)),
            (1e300, -1200.0)
        );
        assert!(round_double(f64::NAN, 1).is_nan());
        assert_eq!(round_double(1e-20, 3), 0.0);
    }

    #[test]
    fn digits_of_numbers() {
        assert_eq!(
            (bin(12).as_str(), bin(0).as_str(), bin(-1).len()),
            ("1100", "0", 64)
        );
        assert_eq!(
            (hex_integer(255).as_str(), hex_text("Flink").as_str()),
            ("FF", "466C696E6B")
        );
        assert_eq!(
            (unhex("146"), unhex("1")),
            (Some(vec![0x00, 0x46]), Some(vec![0]))
        );
        assert_eq!((unhex(""), unhex("1-"), unhex("z")), (Some(vec![]), None, None));
    }
}
