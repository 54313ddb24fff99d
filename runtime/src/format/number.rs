//! Numbers as Java writes and reads them: `Double.toString`, `BigDecimal.toString`, `Integer.parseInt` and
//! their kin.
//!
//! Texts come in and values go out, or the other way round; nothing depends on a locale.

use std::io::Write;

use sql::Decimal;

/// Digits and exponent of the shortest decimal that reads back as the value: `d[0].d[1]d[2]… * 10^exponent`.
fn write_java_float(scientific: &str, output: &mut Vec<u8>) {
    let (mantissa, exponent) = scientific.split_once('e').expect("LowerExp writes an exponent");
    let exponent: i32 = exponent.parse().expect("LowerExp writes a number");
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: Vec<u8> = mantissa.bytes().filter(|c| *c != b'.').collect();
    output.extend_from_slice(sign.as_bytes());
    if (-3..7).contains(&exponent) {
        write_positional(&digits, exponent, output);
    } else {
        output.push(digits[0]);
        output.push(b'.');
        output.extend_from_slice(if digits.len() > 1 { &digits[1..] } else { b"0" });
        let _ = write!(output, "E{exponent}");
    }
}

fn write_positional(digits: &[u8], exponent: i32, output: &mut Vec<u8>) {
    if exponent < 0 {
        output.extend_from_slice(b"0.");
        output.extend(std::iter::repeat_n(b'0', (-exponent - 1) as usize));
        output.extend_from_slice(digits);
        return;
    }
    let whole = exponent as usize + 1;
    let have = digits.len().min(whole);
    output.extend_from_slice(&digits[..have]);
    output.extend(std::iter::repeat_n(b'0', whole - have));
    output.push(b'.');
    output.extend_from_slice(if digits.len() > whole {
        &digits[whole..]
    } else {
        b"0"
    });
}

/// `Double.toString`: `1.0`, `1.0E10`, `NaN`, `-Infinity`.
pub fn write_double(value: f64, output: &mut Vec<u8>) {
    if value.is_nan() {
        output.extend_from_slice(b"NaN");
    } else if value.is_infinite() {
        output.extend_from_slice(if value > 0.0 { b"Infinity" } else { b"-Infinity" });
    } else {
        write_java_float(&format!("{value:e}"), output);
    }
}

/// `Float.toString`.
pub fn write_float(value: f32, output: &mut Vec<u8>) {
    if value.is_finite() {
        write_java_float(&format!("{value:e}"), output);
    } else {
        write_double(f64::from(value), output);
    }
}

/// Decimal digits of an integer.
#[inline]
pub fn write_integer(value: i64, output: &mut Vec<u8>) {
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        output.push(b'-');
    }
    output.extend_from_slice(&buffer[at..]);
}

/// A decimal as Flink's JSON and CSV write it: without zeros at its end, by `BigDecimal.toString`.
pub fn write_short_decimal(value: Decimal, output: &mut Vec<u8>) {
    let mut unscaled = value.unscaled;
    let mut scale = i32::from(value.scale);
    while unscaled != 0 && unscaled % 10 == 0 {
        unscaled /= 10;
        scale -= 1;
    }
    if unscaled == 0 {
        output.push(b'0');
    } else if scale >= 0 {
        let scale = scale as u8;
        write_decimal(Decimal { unscaled, scale }, false, output);
    } else {
        let digits = unscaled.unsigned_abs().to_string();
        let exponent = digits.len() as i32 - 1 - scale;
        if unscaled < 0 {
            output.push(b'-');
        }
        write_scientific(digits.as_bytes(), i64::from(exponent), output);
    }
}

/// A number's text as Jackson's tree writes it: a `BigDecimal` without zeros at its end, by `toString`.
pub fn write_short_number(text: &str, output: &mut Vec<u8>) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction].concat();
    let digits = all.trim_end_matches('0');
    let stripped = (all.len() - digits.len()) as i64;
    let digits = digits.trim_start_matches('0');
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let scale = fraction.len() as i64 - stripped - exponent;
    let magnitude = digits.len() as i64 - 1 - scale;
    if digits.is_empty() {
        output.push(b'0');
        return;
    }
    output.extend_from_slice(sign.as_bytes());
    if scale < 0 || magnitude < -6 {
        write_scientific(digits.as_bytes(), magnitude, output);
    } else if scale == 0 {
        output.extend_from_slice(digits.as_bytes());
    } else {
        let padded = format!("{digits:0>width$}", width = scale as usize + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale as usize);
        let _ = write!(output, "{whole}.{fraction}");
    }
}

/// `1.25E-8`, `1E+2`.
fn write_scientific(digits: &[u8], exponent: i64, output: &mut Vec<u8>) {
    output.push(digits[0]);
    if digits.len() > 1 {
        output.push(b'.');
        output.extend_from_slice(&digits[1..]);
    }
    let _ = write!(output, "E{exponent:+}");
}

/// `BigDecimal.toPlainString`, or `BigDecimal.toString` when not `plain`: that one is scientific below 1E-6.
pub fn write_decimal(value: Decimal, plain: bool, output: &mut Vec<u8>) {
    let digits = value.unscaled.unsigned_abs().to_string();
    let scale = i32::from(value.scale);
    let exponent = digits.len() as i32 - 1 - scale;
    if value.unscaled < 0 {
        output.push(b'-');
    }
    if !plain && exponent < -6 {
        write_scientific(digits.as_bytes(), i64::from(exponent), output);
        return;
    }
    if scale == 0 {
        output.extend_from_slice(digits.as_bytes());
        return;
    }
    let padded = format!("{digits:0>width$}", width = scale as usize + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale as usize);
    let _ = write!(output, "{whole}.{fraction}");
}

/// `Double.parseDouble` for decimal texts: surrounding white space, a type suffix, `NaN` and `Infinity` are
/// accepted.
pub fn parse_double(text: &str) -> Option<f64> {
    let text = java_trim(text);
    match text {
        "NaN" | "+NaN" | "-NaN" => return Some(f64::NAN),
        "Infinity" | "+Infinity" => return Some(f64::INFINITY),
        "-Infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let text = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let is_number = text.bytes().all(|c| c.is_ascii_digit() || b"+-.eE".contains(&c));
    if is_number { text.parse().ok() } else { None }
}

/// `Float.parseFloat`.
pub fn parse_float(text: &str) -> Option<f32> {
    let wide = parse_double(text)?;
    if !wide.is_finite() {
        return Some(wide as f32);
    }
    let text = java_trim(text);
    text.strip_suffix(['d', 'D', 'f', 'F'])
        .unwrap_or(text)
        .parse()
        .ok()
}

/// `new BigDecimal(text)` brought to a DECIMAL(precision, scale), half up. Outer `None`: not a number; inner
/// `None`: more digits than the type has, which is NULL.
pub fn parse_decimal(text: &str, precision: u8, scale: u8) -> Option<Option<Decimal>> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.as_bytes().first()? {
        b'-' => (true, &mantissa[1..]),
        b'+' => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = whole.bytes().chain(fraction.bytes());
    if whole.len() + fraction.len() == 0 || !digits.clone().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let leading = digits.clone().take_while(|c| *c == b'0').count();
    // Digits in front of the place where the declared scale ends.
    let kept = whole.len() as i64 + i64::from(exponent) + i64::from(scale) - leading as i64;
    let significant = whole.len() + fraction.len() - leading;
    if significant == 0 || kept < 0 {
        return Some(Some(Decimal { unscaled: 0, scale }));
    }
    if kept > i64::from(precision) {
        return Some(None);
    }
    let mut digits = digits.by_ref().skip(leading).map(|c| i128::from(c - b'0'));
    let mut unscaled = (0..kept).fold(0i128, |value, _| value * 10 + digits.next().unwrap_or(0));
    unscaled += i128::from(digits.next().unwrap_or(0) >= 5);
    if unscaled >= 10i128.pow(u32::from(precision)) {
        return Some(None);
    }
    let unscaled = if negative { -unscaled } else { unscaled };
    Some(Some(Decimal { unscaled, scale }))
}

/// `String.trim`: cuts control characters and spaces at both ends.
pub fn java_trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(value: f64) -> String {
        let mut output = Vec::new();
        write_double(value, &mut output);
        String::from_utf8(output).expect("ASCII")
    }

    #[test]
    fn doubles_as_java_prints_them() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (0.001, "0.001"),
            (0.00099, "9.9E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1.25e10, "1.25E10"),
            (123.456, "123.456"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(double(value), text);
        }
        let mut output = Vec::new();
        write_float(0.1, &mut output);
        assert_eq!(output, b"0.1");
    }

    #[test]
    fn decimals_both_ways() {
        for (text, precision, scale, expected) in [
            ("12.345", 10, 2, Some("12.35")),
            ("-0.005", 10, 2, Some("-0.01")),
            ("1e3", 10, 2, Some("1000.00")),
            ("0.0004", 10, 2, Some("0.00")),
            ("100", 2, 0, None),
            ("99.5", 2, 0, None),
            (
                "12345678901234567890123456789012345678",
                38,
                0,
                Some("12345678901234567890123456789012345678"),
            ),
        ] {
            let decimal = parse_decimal(text, precision, scale).expect("a number");
            let written = decimal.map(|d| {
                let mut output = Vec::new();
                write_decimal(d, true, &mut output);
                String::from_utf8(output).expect("ASCII")
            });
            assert_eq!(written.as_deref(), expected, "{text}");
        }
        for text in ["", "-", "1.2.3", "1e", "abc", "+", "."] {
            assert_eq!(parse_decimal(text, 10, 2), None, "{text}");
        }
        let mut output = Vec::new();
        write_decimal(
            Decimal {
                unscaled: 27,
                scale: 9,
            },
            false,
            &mut output,
        );
        assert_eq!(output, b"2.7E-8");
    }

    #[test]
    fn numbers_of_kept_text_have_no_zeros_at_their_end() {
        for (text, expected) in [
            ("1.0", "1"),
            ("2.50", "2.5"),
            ("-0.0", "0"),
            ("100.0", "1E+2"),
            ("1e5", "1E+5"),
            ("0.0000001", "1E-7"),
            ("-0.001250", "-0.00125"),
            ("12345678901234567890.125", "12345678901234567890.125"),
        ] {
            let mut output = Vec::new();
            write_short_number(text, &mut output);
            assert_eq!(String::from_utf8(output).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn decimals_without_zeros_at_the_end() {
        for (unscaled, scale, text) in [
            (0, 2, "0"),
            (1_050, 2, "10.5"),
            (10_000, 2, "1E+2"),
            (-12_300_000, 3, "-1.23E+4"),
            (-120_005, 1, "-12000.5"),
            (700, 2, "7"),
            (1_250, 11, "1.25E-8"),
            (1, 6, "0.000001"),
        ] {
            let mut output = Vec::new();
            write_short_decimal(Decimal { unscaled, scale }, &mut output);
            assert_eq!(String::from_utf8_lossy(&output), text);
        }
    }

    #[test]
    fn integers() {
        for value in [0, 7, -7, i64::MAX, i64::MIN, 1_000_000] {
            let mut output = Vec::new();
            write_integer(value, &mut output);
            assert_eq!(output, value.to_string().as_bytes());
        }
    }

    #[test]
    fn doubles_from_text() {
        assert_eq!(parse_double(" 1.5 "), Some(1.5));
        assert_eq!(parse_double("1.5d"), Some(1.5));
        assert_eq!(parse_double("inf"), None);
        assert_eq!(parse_double(""), None);
        assert_eq!(parse_float("-Infinity"), Some(f32::NEG_INFINITY));
    }
}
