//! PRINTF. In: a format of `java.util.Formatter` and values. Out: the text, NULL for a format that Java refuses.
//!
//! Invariant: conversions `b c d e f x o s n %` with flags, width and precision; a NULL prints as `null`.

use crate::value::Value;

/// The first value is the format.
pub fn printf(values: &[Value]) -> Option<String> {
    let (Value::Text(format), values) = values.split_first()? else {
        return None;
    };
    let mut text = String::with_capacity(format.len());
    let mut rest = format.as_str();
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        let (directive, after) = Directive::parse(&rest[at + 1..])?;
        rest = after;
        match directive.conversion {
            'n' => text.push('\n'),
            '%' => text.push_str(&directive.padded("%".to_owned())),
            _ => {
                let place = match directive.index {
                    Some(index) => index.checked_sub(1)?,
                    None => {
                        next += 1;
                        next - 1
                    }
                };
                text.push_str(&directive.format(values.get(place)?)?);
            }
        }
    }
    text.push_str(rest);
    Some(text)
}

/// `%[index$][flags][width][.precision]conversion`.
struct Directive<'f> {
    index: Option<usize>,
    flags: &'f str,
    width: Option<usize>,
    precision: Option<usize>,
    conversion: char,
}

impl<'f> Directive<'f> {
    fn parse(text: &'f str) -> Option<(Self, &'f str)> {
        let (mut index, mut rest) = (None, text);
        if let Some((number, after)) = text.split_once('$')
            && let Ok(number) = number.parse()
        {
            (index, rest) = (Some(number), after);
        }
        let (flags, rest) = rest.split_at(run(rest, |c| "-#+ 0,(".contains(c)));
        let (width, rest) = rest.split_at(run(rest, |c| c.is_ascii_digit()));
        let (precision, rest) = match rest.strip_prefix('.') {
            Some(after) => {
                let (precision, rest) = after.split_at(run(after, |c| c.is_ascii_digit()));
                (Some(precision.parse().ok()?), rest)
            }
            None => (None, rest),
        };
        let conversion = rest.chars().next()?;
        let directive = Directive {
            index,
            flags,
            width: (!width.is_empty()).then(|| width.parse().ok()).flatten(),
            precision,
            conversion,
        };
        Some((directive, &rest[conversion.len_utf8()..]))
    }

    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn format(&self, value: &Value) -> Option<String> {
        let upper = self.conversion.is_ascii_uppercase();
        let text = match (self.conversion.to_ascii_lowercase(), value) {
            ('b', Value::Boolean(value)) => self.cut(value.to_string()),
            ('b', value) => self.cut((!value.is_null()).to_string()),
            (_, Value::Null) => self.cut("null".to_owned()),
            ('s', value) => self.cut(plain(value)?),
            ('c', Value::Text(text)) if text.chars().count() == 1 => text.clone(),
            ('c', value) => char::from_u32(u32::try_from(integer(value)?).ok()?)?.to_string(),
            ('d', value) => self.signed(
                integer(value)? < 0,
                self.grouped(integer(value)?.unsigned_abs().to_string()),
            ),
            ('x', value) => unsigned(value, 16)?,
            ('o', value) => unsigned(value, 8)?,
            ('f', value) => {
                let number = number(value)?;
                let digits = format!("{:.*}", self.precision.unwrap_or(6), number.abs());
                self.signed(number.is_sign_negative(), self.grouped(digits))
            }
            ('e', value) => {
                let number = number(value)?;
                self.signed(
                    number.is_sign_negative(),
                    scientific(number.abs(), self.precision.unwrap_or(6)),
                )
            }
            _ => return None,
        };
        Some(self.padded(if upper { text.to_uppercase() } else { text }))
    }

    fn cut(&self, text: String) -> String {
        match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text,
        }
    }

    fn grouped(&self, digits: String) -> String {
        if !self.has(',') {
            return digits;
        }
        let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
        let mut grouped = String::new();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped + fraction
    }

    /// With its sign, and zeros up to the width where the flag asks for them.
    fn signed(&self, negative: bool, digits: String) -> String {
        let (before, after) = match negative {
            true if self.has('(') => ("(", ")"),
            true => ("-", ""),
            false if self.has('+') => ("+", ""),
            false if self.has(' ') => (" ", ""),
            false => ("", ""),
        };
        let length = before.len() + digits.len() + after.len();
        let zeros = match self.width {
            Some(width) if self.has('0') => width.saturating_sub(length),
            _ => 0,
        };
        format!("{before}{}{digits}{after}", "0".repeat(zeros))
    }

    fn padded(&self, text: String) -> String {
        let width = self.width.unwrap_or(0);
        match self.has('-') {
            true => format!("{text:<width$}"),
            false => format!("{text:>width$}"),
        }
    }
}

fn run(text: &str, accepts: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accepts(c)).unwrap_or(text.len())
}

/// A value as `%s` prints it; constructed values and times have no form here.
fn plain(value: &Value) -> Option<String> {
    use crate::function::cast::to_text;
    Some(match value {
        Value::Text(text) => text.clone(),
        Value::Boolean(value) => value.to_string(),
        Value::Float(value) => to_text::float(*value),
        Value::Double(value) => to_text::double(*value),
        Value::Decimal(value) => to_text::decimal(*value),
        Value::Date(value) => to_text::date(*value),
        other => integer(other)?.to_string(),
    })
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::TinyInt(value) => Some(i64::from(*value)),
        Value::SmallInt(value) => Some(i64::from(*value)),
        Value::Int(value) => Some(i64::from(*value)),
        Value::BigInt(value) => Some(*value),
        _ => None,
    }
}

/// The two's complement of an integer in its own size.
fn unsigned(value: &Value, radix: u32) -> Option<String> {
    let bits = match value {
        Value::TinyInt(value) => u64::from(value.cast_unsigned()),
        Value::SmallInt(value) => u64::from(value.cast_unsigned()),
        Value::Int(value) => u64::from(value.cast_unsigned()),
        Value::BigInt(value) => value.cast_unsigned(),
        _ => return None,
    };
    Some(if radix == 16 {
        format!("{bits:x}")
    } else {
        format!("{bits:o}")
    })
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(value) => Some(f64::from(*value)),
        Value::Double(value) => Some(*value),
        Value::Decimal(value) => Some(value.to_f64()),
        _ => None,
    }
}

/// `1.500000e+02`: an exponent with a sign and at least two digits.
fn scientific(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives() {
        let text = |t: &str| Value::Text(t.to_owned());
        for (format, values, expected) in [
            ("hello", vec![], Some("hello")),
            ("%s-%s", vec![text("a"), Value::Int(1)], Some("a-1")),
            ("%2$s%1$s%%", vec![text("a"), text("b")], Some("ba%")),
            (
                "%5d|%-5d|%05d",
                vec![Value::Int(42), Value::Int(-42), Value::BigInt(-42)],
                Some("   42|-42  |-0042"),
            ),
            ("%,d", vec![Value::BigInt(1_234_567)], Some("1,234,567")),
            ("%.2f", vec![Value::Double(1.005)], Some("1.00")),
            ("%e", vec![Value::Double(150.0)], Some("1.500000e+02")),
            (
                "%x %X",
                vec![Value::Int(-1), Value::Int(255)],
                Some("ffffffff FF"),
            ),
            ("%b%n", vec![Value::Boolean(true)], Some("true\n")),
            ("%s %d", vec![Value::Null, Value::Null], Some("null null")),
            ("%d", vec![text("a")], None),
            ("%d", vec![], None),
            ("%", vec![], None),
            ("%y", vec![Value::Int(1)], None),
        ] {
            let all = [vec![text(format)], values].concat();
            assert_eq!(printf(&all).as_deref(), expected, "{format}");
        }
        assert_eq!(printf(&[Value::Null]), None);
    }
}
