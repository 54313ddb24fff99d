//! Base64, character sets, UTF-8 checks and IPv4 addresses. In: text or bytes. Out: bytes or text.
//!
//! Invariant: what a character set cannot express becomes its replacement, as in Java; an unknown set is an error.

use std::net::Ipv4Addr;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::error::SqlError;

/// Padding is written, and accepted but not required.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub fn to_base64(text: &str) -> String {
    BASE64.encode(text)
}

pub fn to_base64_bytes(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Text in base64; bytes that are not UTF-8 become replacement characters.
pub fn from_base64(text: &str) -> Result<String, SqlError> {
    match BASE64.decode(text) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => Err(SqlError::Argument {
            function: "FROM_BASE64",
            message: format!("'{text}' is not base64: {error}"),
        }),
    }
}

enum Charset {
    Ascii,
    Latin1,
    Utf8,
    Utf16Be,
    Utf16Le,
    /// Big-endian with a byte order mark; decoding obeys the mark.
    Utf16,
}

fn charset(function: &'static str, name: &str) -> Result<Charset, SqlError> {
    match name.to_ascii_uppercase().as_str() {
        "US-ASCII" | "ASCII" => Ok(Charset::Ascii),
        "ISO-8859-1" | "LATIN1" => Ok(Charset::Latin1),
        "UTF-8" | "UTF8" => Ok(Charset::Utf8),
        "UTF-16BE" => Ok(Charset::Utf16Be),
        "UTF-16LE" => Ok(Charset::Utf16Le),
        "UTF-16" => Ok(Charset::Utf16),
        _ => Err(SqlError::Argument {
            function,
            message: format!("Unsupported encoding: {name}"),
        }),
    }
}

pub fn encode(text: &str, charset_name: &str) -> Result<Vec<u8>, SqlError> {
    let below = |limit: u32| {
        text.chars()
            .map(move |c| if (c as u32) < limit { c as u8 } else { b'?' })
    };
    Ok(match charset("ENCODE", charset_name)? {
        Charset::Ascii => below(0x80).collect(),
        Charset::Latin1 => below(0x100).collect(),
        Charset::Utf8 => text.as_bytes().to_vec(),
        Charset::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Charset::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Charset::Utf16 if text.is_empty() => Vec::new(),
        Charset::Utf16 => std::iter::once(0xFEFF)
            .chain(text.encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect(),
    })
}

pub fn decode(bytes: &[u8], charset_name: &str) -> Result<String, SqlError> {
    Ok(match charset("DECODE", charset_name)? {
        Charset::Ascii => bytes
            .iter()
            .map(|&byte| {
                if byte.is_ascii() {
                    char::from(byte)
                } else {
                    char::REPLACEMENT_CHARACTER
                }
            })
            .collect(),
        Charset::Latin1 => bytes.iter().copied().map(char::from).collect(),
        Charset::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
        Charset::Utf16Be => decode_utf16(bytes, u16::from_be_bytes),
        Charset::Utf16Le => decode_utf16(bytes, u16::from_le_bytes),
        Charset::Utf16 => match bytes {
            [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] | rest => decode_utf16(rest, u16::from_be_bytes),
        },
    })
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]))
        .collect();
    let mut text = String::from_utf16_lossy(&units);
    if bytes.len() % 2 == 1 {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

pub fn is_valid_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

/// Text of the bytes, with a replacement character for each malformed sequence.
pub fn make_valid_utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The number of a dotted IPv4 address. As in MySQL's short forms, missing parts are zeros before the last one.
pub fn inet_aton(address: &str) -> Option<i64> {
    let parts: Vec<&str> = address.split('.').collect();
    let parsed: Option<Vec<i64>> = parts
        .iter()
        .map(|part| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<u8>().ok().map(i64::from)).flatten()
        })
        .collect();
    let parsed = parsed.filter(|parsed| parsed.len() <= 4)?;
    let (last, leading) = parsed.split_last()?;
    let high = (leading.iter().zip([24, 16, 8])).fold(0, |sum, (part, shift)| sum | (part << shift));
    Some(high | last)
}

/// The dotted form of a number from 0 to 4294967295.
pub fn inet_ntoa(number: i64) -> Option<String> {
    u32::try_from(number)
        .ok()
        .map(|bits| Ipv4Addr::from_bits(bits).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_accepts_missing_padding() {
        assert_eq!(to_base64("hello world"), "aGVsbG8gd29ybGQ=");
        assert_eq!(from_base64("aGVsbG8gd29ybGQ").as_deref(), Ok("hello world"));
        assert!(from_base64("a*b").is_err());
        assert_eq!(to_base64_bytes(&[0xFF]), "/w==");
    }

    #[test]
    fn charsets_there_and_back() {
        for name in ["utf-8", "UTF-16", "UTF-16LE", "utf-16be"] {
            let bytes = encode("中国a", name).expect("known");
            assert_eq!(decode(&bytes, name).as_deref(), Ok("中国a"), "{name}");
        }
        assert_eq!(encode("é中", "ISO-8859-1"), Ok(vec![0xE9, b'?']));
        assert_eq!(encode("a", "UTF-16"), Ok(vec![0xFE, 0xFF, 0, b'a']));
        assert_eq!(decode(&[0xE9], "US-ASCII").as_deref(), Ok("\u{FFFD}"));
        assert!(encode("a", "KLINGON").is_err());
    }

    #[test]
    fn utf8_and_addresses() {
        assert!(is_valid_utf8("é".as_bytes()) && !is_valid_utf8(&[0xC3]));
        assert_eq!(make_valid_utf8(&[b'a', 0xFF, b'b']), "a\u{FFFD}b");
        assert_eq!(inet_aton("127.0.0.1"), Some(2_130_706_433));
        assert_eq!(inet_aton("127.1"), Some(2_130_706_433));
        assert_eq!(
            (inet_aton("1.2.3.4.5"), inet_aton("256.1.1.1"), inet_aton("a")),
            (None, None, None)
        );
        assert_eq!(inet_ntoa(2_130_706_433).as_deref(), Some("127.0.0.1"));
        assert_eq!(inet_ntoa(-1), None);
    }
}
