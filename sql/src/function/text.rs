//! Functions of text. In: text and positions as SQL counts them. Out: new text, positions from 1, or NULL.
//!
//! Invariant: characters are Unicode code points where Flink works on its own binary strings (CHAR_LENGTH,
//! SUBSTRING, POSITION, LEFT, TRIM, REVERSE), and UTF-16 units where it works on Java strings (LPAD, RPAD, OVERLAY).

use std::collections::HashMap;

use crate::error::SqlError;

pub fn char_length(text: &str) -> i32 {
    length(text)
}

pub fn upper(text: &str) -> String {
    text.to_uppercase()
}

pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// Capitalises words of ASCII letters and digits; anything else separates words.
pub fn initcap(text: &str) -> String {
    let mut in_word = false;
    text.chars()
        .map(|c| {
            let cased = if in_word {
                c.to_ascii_lowercase()
            } else {
                c.to_ascii_uppercase()
            };
            in_word = c.is_ascii_alphanumeric();
            cased
        })
        .collect()
}

pub fn reverse(text: &str) -> String {
    text.chars().rev().collect()
}

pub fn repeat(text: &str, times: i32) -> String {
    text.repeat(usize::try_from(times).unwrap_or(0))
}

pub fn replace(text: &str, search: &str, replacement: &str) -> String {
    text.replace(search, replacement)
}

pub fn starts_with(text: &str, start: &str) -> bool {
    text.starts_with(start)
}

pub fn ends_with(text: &str, end: &str) -> bool {
    text.ends_with(end)
}

pub fn starts_with_bytes(bytes: &[u8], start: &[u8]) -> bool {
    bytes.starts_with(start)
}

pub fn ends_with_bytes(bytes: &[u8], end: &[u8]) -> bool {
    bytes.ends_with(end)
}

pub fn concat(parts: &[&str]) -> String {
    parts.concat()
}

pub fn concat_bytes(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// The first part separates the others; NULL parts are left out, a NULL separator answers NULL.
pub fn concat_ws(parts: &[Option<&str>]) -> Option<String> {
    let (separator, parts) = parts.split_first().expect("CONCAT_WS has a separator");
    let parts: Vec<&str> = parts.iter().copied().flatten().collect();
    separator.map(|separator| parts.join(separator))
}

/// Position of `needle` from 1, or 0.
pub fn position(needle: &str, text: &str) -> i32 {
    position_from(needle, text, 1)
}

/// As [`position`], looking from the character `start`, which counts from 1. Empty text is found at 1.
pub fn position_from(needle: &str, text: &str, start: i32) -> i32 {
    if needle.is_empty() {
        return 1;
    }
    let skipped = usize::try_from(start.saturating_sub(1)).unwrap_or(0);
    let from = byte_offset(text, skipped);
    match text[from..].find(needle) {
        Some(at) => length(&text[..from + at]) + 1,
        None => 0,
    }
}

/// Position of the `nth` appearance of `needle`, looking from `start`; a negative start looks backwards.
pub fn instr(text: &str, needle: &str, start: i32, nth: i32) -> Result<i32, SqlError> {
    if nth <= 0 {
        return Err(argument("INSTR", "nthAppearance must be positive"));
    }
    if start == 0 {
        return Ok(0);
    }
    if start < 0 {
        let found = instr(&reverse(text), &reverse(needle), start.saturating_neg(), nth)?;
        return Ok(match found {
            0 => 0,
            found => length(text) + 2 - found - length(needle),
        });
    }
    let mut from = start;
    for appearance in 1..=nth {
        let found = position_from(needle, text, from);
        if found == 0 || appearance == nth {
            return Ok(found);
        }
        from = found + 1;
    }
    Ok(0)
}

/// `SUBSTRING(text FROM start)`.
pub fn substring(text: &str, start: i32) -> Option<String> {
    substring_for(text, start, i32::MAX)
}

/// `SUBSTRING(text FROM start FOR count)`: a negative start counts from the end, a negative count answers NULL.
pub fn substring_for(text: &str, start: i32, count: i32) -> Option<String> {
    let count = usize::try_from(count).ok()?;
    let skipped = match start {
        0 => 0,
        1.. => i64::from(start) - 1,
        _ => i64::from(length(text)) + i64::from(start),
    };
    let Ok(skipped) = usize::try_from(skipped) else {
        return Some(String::new());
    };
    let rest = &text[byte_offset(text, skipped)..];
    Some(rest[..byte_offset(rest, count)].to_owned())
}

pub fn left(text: &str, count: i32) -> String {
    text[..byte_offset(text, usize::try_from(count).unwrap_or(0))].to_owned()
}

pub fn right(text: &str, count: i32) -> String {
    let skipped = length(text).saturating_sub(count.max(0)).max(0);
    text[byte_offset(text, usize::try_from(skipped).unwrap_or(0))..].to_owned()
}

/// `TRIM(side characters FROM text)`; `characters` is a set.
pub fn trim(side: &str, text: &str, characters: &str) -> String {
    let text = match side {
        "TRAILING" => text,
        _ => text.trim_start_matches(|c| characters.contains(c)),
    };
    let text = match side {
        "LEADING" => text,
        _ => text.trim_end_matches(|c| characters.contains(c)),
    };
    text.to_owned()
}

pub fn btrim(text: &str, characters: &str) -> String {
    trim("BOTH", text, characters)
}

pub fn ltrim(text: &str, characters: &str) -> String {
    trim("LEADING", text, characters)
}

pub fn rtrim(text: &str, characters: &str) -> String {
    trim("TRAILING", text, characters)
}

/// Replaces as many units as `replacement` has.
pub fn overlay(text: &str, replacement: &str, start: i64) -> String {
    overlay_for(
        text,
        replacement,
        start,
        replacement.encode_utf16().count() as i64,
    )
}

/// Replaces `count` units of `text` from `start`; a start outside of the text changes nothing, and a count that
/// is not positive replaces the rest.
pub fn overlay_for(text: &str, replacement: &str, start: i64, count: i64) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let total = units.len() as i64;
    if start <= 0 || start > total {
        return text.to_owned();
    }
    let kept = (start - 1) as usize;
    let mut result = String::from_utf16_lossy(&units[..kept]);
    result.push_str(replacement);
    if count > 0 && start.saturating_add(count) <= total {
        result.push_str(&String::from_utf16_lossy(&units[kept + count as usize..]));
    }
    result
}

pub fn lpad(text: &str, total: i32, pad: &str) -> Option<String> {
    let (base, padding) = padded(text, total, pad)?;
    Some(String::from_utf16_lossy(&[padding, base].concat()))
}

pub fn rpad(text: &str, total: i32, pad: &str) -> Option<String> {
    let (base, padding) = padded(text, total, pad)?;
    Some(String::from_utf16_lossy(&[base, padding].concat()))
}

/// The text, shortened to `total` units, and the padding that fills it up.
fn padded(text: &str, total: i32, pad: &str) -> Option<(Vec<u16>, Vec<u16>)> {
    let total = usize::try_from(total).ok()?;
    if pad.is_empty() {
        return None;
    }
    let base: Vec<u16> = text.encode_utf16().take(total).collect();
    let pad: Vec<u16> = pad.encode_utf16().collect();
    let padding = pad.iter().copied().cycle().take(total - base.len()).collect();
    Some((base, padding))
}

/// Maps each character of `from` to the one at its place in `to`; without one it is removed. The first mapping
/// of a character counts. NULL maps nothing, or to nothing.
pub fn translate(text: Option<&str>, from: Option<&str>, to: Option<&str>) -> Option<String> {
    text.map(|text| translate_known(text, from, to))
}

/// As [`translate`], of text that cannot be NULL.
pub fn translate_not_null(text: Option<&str>, from: Option<&str>, to: Option<&str>) -> String {
    translate_known(text.expect("the type says NOT NULL"), from, to)
}

fn translate_known(text: &str, from: Option<&str>, to: Option<&str>) -> String {
    let mut to = to.unwrap_or("").chars();
    let mut mapping = HashMap::new();
    for c in from.unwrap_or("").chars() {
        let target = to.next();
        mapping.entry(c).or_insert(target);
    }
    text.chars()
        .filter_map(|c| mapping.get(&c).copied().unwrap_or(Some(c)))
        .collect()
}

/// The first byte as a signed number, 0 for empty text.
pub fn ascii(text: &str) -> i32 {
    text.as_bytes()
        .first()
        .map_or(0, |&byte| i32::from(byte.cast_signed()))
}

/// The character of the number's lowest byte; empty for negative numbers.
pub fn chr(code: i64) -> String {
    match u64::try_from(code) {
        Ok(code) => char::from((code & 0xFF) as u8).to_string(),
        Err(_) => String::new(),
    }
}

/// Part `index` (from 0) of `text` cut at the separator. An empty separator cuts at white space.
pub fn split_index(text: &str, separator: &str, index: i32) -> Option<String> {
    let index = usize::try_from(index).ok()?;
    if text.is_empty() {
        return None;
    }
    let part = if separator.is_empty() {
        text.split(char::is_whitespace).nth(index)
    } else {
        text.split(separator).nth(index)
    };
    part.map(str::to_owned)
}

/// As [`split_index`], the separator given as its code from 1 to 255.
pub fn split_index_code(text: &str, separator: i32, index: i32) -> Option<String> {
    let separator = u8::try_from(separator).ok().filter(|&code| code > 0)?;
    split_index(text, &char::from(separator).to_string(), index)
}

fn length(text: &str) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(i32::MAX)
}

/// Byte offset of the character at `count`, or the end.
fn byte_offset(text: &str, count: usize) -> usize {
    if text.is_ascii() {
        return count.min(text.len());
    }
    text.char_indices().nth(count).map_or(text.len(), |(at, _)| at)
}

fn argument(function: &'static str, message: &str) -> SqlError {
    SqlError::Argument {
        function,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_code_points() {
        for (needle, text, start, expected) in [
            ("test", "xxxtest", 1, 4),
            ("aa", "aaads", 2, 2),
            ("b", "äöb", 1, 3),
            ("", "abc", 3, 1),
            ("z", "abc", 1, 0),
            ("a", "abc", 99, 0),
            ("a", "abca", -4, 1),
        ] {
            assert_eq!(position_from(needle, text, start), expected, "{needle} in {text}");
        }
        assert_eq!(instr("banana", "an", 1, 2), Ok(4));
        assert_eq!(instr("banana", "an", -1, 1), Ok(4));
        assert_eq!(instr("banana", "an", 1, 3), Ok(0));
        assert!(instr("banana", "an", 1, 0).is_err());
    }

    #[test]
    fn substring_takes_negative_starts_and_refuses_negative_counts() {
        for (start, count, expected) in [
            (2, 3, Some("ell")),
            (0, 2, Some("He")),
            (-3, 2, Some("ll")),
            (-9, 2, Some("")),
            (9, 2, Some("")),
            (4, 99, Some("lo")),
            (1, -1, None),
        ] {
            assert_eq!(
                substring_for("Hello", start, count).as_deref(),
                expected,
                "{start} {count}"
            );
        }
        assert_eq!(substring("añb", 2).as_deref(), Some("ñb"));
        assert_eq!((left("Hello", 3), left("Hello", -1)), ("Hel".into(), "".into()));
        assert_eq!(
            (right("Héllo", 4), right("Hello", -2)),
            ("éllo".into(), "".into())
        );
        assert_eq!(right("Hello", 99), "Hello");
    }

    #[test]
    fn trim_takes_a_set_of_characters() {
        for (side, characters, expected) in [
            ("BOTH", "abc", "dd"),
            ("BOTH", "abd", "cddc"),
            ("LEADING", "ab", "cddcba"),
            ("TRAILING", "ab", "abcddc"),
            ("BOTH", "", "abcddcba"),
        ] {
            assert_eq!(trim(side, "abcddcba", characters), expected);
        }
        assert_eq!(rtrim("心情开开心心", "开心"), "心情");
    }

    #[test]
    fn overlay_and_padding_follow_java() {
        assert_eq!(overlay("xxxxxtest", "xxxx", 6), "xxxxxxxxx");
        for (start, count, expected) in [
            (2, 3, "1It56789"),
            (-1, 4, "123456789"),
            (2, 100, "1It"),
            (2, -1, "1It"),
            (100, 1, "123456789"),
            (9, 1, "12345678It"),
        ] {
            assert_eq!(
                overlay_for("123456789", "It", start, count),
                expected,
                "{start} {count}"
            );
        }
        assert_eq!(lpad("äää", 13, "12345").as_deref(), Some("1234512345äää"));
        assert_eq!(rpad("Hello", 7, "hello").as_deref(), Some("Hellohe"));
        assert_eq!(lpad("ab", 1, "?").as_deref(), Some("a"));
        assert_eq!(lpad("ab", 0, "?").as_deref(), Some(""));
        assert_eq!((lpad("ab", -2, "?"), rpad("ab", 5, "")), (None, None));
    }

    #[test]
    fn translate_keeps_the_first_mapping() {
        for (from, to, expected) in [
            (Some("abcde"), Some("123"), "www.1p13h.org"),
            (Some("..."), Some("123"), "www1apache1org"),
            (Some("abc"), None, "www.phe.org"),
            (None, Some("123"), "www.apache.org"),
        ] {
            assert_eq!(
                translate(Some("www.apache.org"), from, to).as_deref(),
                Some(expected)
            );
        }
        assert_eq!(
            translate(Some("www.😀.org"), Some(".😀"), Some("😀.")).as_deref(),
            Some("www😀.😀org")
        );
        assert_eq!(translate(None, Some("a"), Some("b")), None);
    }

    #[test]
    fn words_codes_and_parts() {
        assert_eq!(initcap("fLinK sql-2x é"), "Flink Sql-2x é");
        assert_eq!((ascii("efg"), ascii(""), ascii("é")), (101, 0, -61));
        assert_eq!((chr(65), chr(300), chr(-9)), ("A".into(), ",".into(), "".into()));
        assert_eq!(split_index("AQIxI", "I", 0).as_deref(), Some("AQ"));
        assert_eq!(split_index("AQIxI", "I", 2).as_deref(), Some(""));
        assert_eq!(split_index("AQIxI", "I", 3), None);
        assert_eq!(split_index_code("AQIx", 73, 0).as_deref(), Some("AQ"));
        assert_eq!(split_index_code("AQIx", 256, 0), None);
        assert_eq!(
            concat_ws(&[Some("~"), Some("a"), None, Some("")]).as_deref(),
            Some("a~")
        );
        assert_eq!(concat_ws(&[None, Some("a")]), None);
    }
}
