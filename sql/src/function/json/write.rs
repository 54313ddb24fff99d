//! Writes JSON values as Java writes them. In: a value. Out: its text.
//!
//! Invariant: keys are in the order of their UTF-16 units; numbers with a fraction or an exponent are written as
//! `BigDecimal` prints them.

use std::fmt::Write;

use super::Json;

/// JSON text of the value.
pub(super) fn write(value: &Json<'_>) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

/// A scalar as Java's `toString` prints it: text without quotes.
pub(super) fn scalar_text(value: &Json<'_>) -> String {
    match value {
        Json::Text(text) => text.to_string(),
        other => write(other),
    }
}

fn write_value(out: &mut String, value: &Json<'_>) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(digits) => out.push_str(&number(digits)),
        Json::Text(text) => write_string(out, text),
        Json::Array(elements) => {
            out.push('[');
            for (i, element) in elements.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_value(out, element);
            }
            out.push(']');
        }
        Json::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|l, r| l.0.encode_utf16().cmp(r.0.encode_utf16()));
            out.push('{');
            for (i, (key, value)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(out, key);
                out.push(':');
                write_value(out, value);
            }
            out.push('}');
        }
    }
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => write!(out, "\\u{:04X}", c as u32).expect("a string takes all text"),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// An integer as it is; other numbers as an unscaled integer and a scale print.
fn number(digits: &str) -> String {
    if !digits.contains(['.', 'e', 'E']) {
        return if digits == "-0" {
            "0".to_owned()
        } else {
            digits.to_owned()
        };
    }
    let (sign, magnitude) = match digits.strip_prefix('-') {
        Some(magnitude) => ("-", magnitude),
        None => ("", digits),
    };
    let (mantissa, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let scale = fraction.len() as i64 - exponent;
    let unscaled = format!("{whole}{fraction}");
    let unscaled = match unscaled.trim_start_matches('0') {
        "" => "0",
        unscaled => unscaled,
    };
    let sign = if unscaled == "0" { "" } else { sign };
    format!("{sign}{}", scaled(unscaled, scale))
}

/// `unscaled * 10^-scale`: plain while the exponent is small, else with one digit before the point.
fn scaled(unscaled: &str, scale: i64) -> String {
    let exponent = unscaled.len() as i64 - 1 - scale;
    if scale == 0 {
        return unscaled.to_owned();
    }
    if scale > 0 && exponent >= -6 {
        let width = scale as usize + 1;
        let padded = format!("{unscaled:0>width$}");
        let (whole, fraction) = padded.split_at(padded.len() - scale as usize);
        return format!("{whole}.{fraction}");
    }
    let (first, rest) = unscaled.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{first}{point}{rest}E{exponent:+}")
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::*;

    #[test]
    fn values() {
        for (text, expected) in [
            ("{\"b\": 1, \"a\": [true, null]}", "{\"a\":[true,null],\"b\":1}"),
            ("\"\\u0001\\t/é\\\"\"", "\"\\u0001\\t/é\\\"\""),
            ("1.50", "1.50"),
            ("0.0000001", "1E-7"),
            ("0.000001", "0.000001"),
            ("1e2", "1E+2"),
            ("-12.5E3", "-1.25E+4"),
            ("0.0", "0.0"),
            ("-0.0", "0.0"),
            ("-0", "0"),
            ("12345678901234567890", "12345678901234567890"),
        ] {
            assert_eq!(write(&read(text).expect("valid")), expected, "{text}");
        }
        assert_eq!(scalar_text(&Json::Text("a\"".into())), "a\"");
    }
}
