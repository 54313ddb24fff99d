//! JSON_QUOTE and JSON_UNQUOTE. In: text. Out: the text as a JSON string, or the text of a JSON string.

use std::fmt::Write;

use super::Json;
use super::read::read;

/// In quotes, with everything that is not ASCII escaped.
pub fn json_quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c > '\u{7f}' => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("a string takes all text");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The text between the quotes with its escapes resolved; text without quotes, or that is not JSON, as it is.
///
/// Text is JSON here when its start is, so quotes inside the outer ones are kept.
pub fn json_unquote(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if read(text).is_ok() => unescaped(inner).unwrap_or_else(|| text.to_owned()),
        _ => text.to_owned(),
    }
}

/// Escapes resolved, by reading the pieces between quotes as strings. `None` when one of them is malformed.
fn unescaped(inner: &str) -> Option<String> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut escaped = false;
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'"' if !escaped => {
                pieces.push(piece(&inner[from..at])?);
                from = at + 1;
                escaped = false;
            }
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    pieces.push(piece(&inner[from..])?);
    Some(pieces.join("\""))
}

fn piece(text: &str) -> Option<String> {
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    let escaped: String = text
        .chars()
        .map(|c| {
            if c < ' ' {
                format!("\\u{:04x}", c as u32)
            } else {
                c.to_string()
            }
        })
        .collect();
    match read(&format!("\"{escaped}\"")) {
        Ok(Json::Text(text)) => Some(text.into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes() {
        assert_eq!(json_quote("a/\"\\\té😀"), r#""a\/\"\\\t\u00e9\ud83d\ude00""#);
        assert_eq!(json_quote(""), "\"\"");
    }

    #[test]
    fn unquotes() {
        for (text, expected) in [
            (r#""abc""#, "abc"),
            (r#""["abc"]""#, r#"["abc"]"#),
            (r#""["\t\u0032"]""#, "[\"\t2\"]"),
            (r#"""""#, "\""),
            (r#""\uD801\uDC00""#, "𐐀"),
            (r#""a\"b""#, "a\"b"),
            ("[1,2]", "[1,2]"),
            ("1", "1"),
            ("\"open", "\"open"),
            (r#""\h""#, r#""\h""#),
            ("", ""),
        ] {
            assert_eq!(json_unquote(text), expected, "{text}");
        }
    }
}
