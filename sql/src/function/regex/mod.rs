//! Functions over Java regular expressions. In: text and a pattern. Out: matches, positions, replaced text.
//!
//! Invariant: a pattern that is not valid answers NULL (REGEXP: FALSE), it never fails the job. Patterns are
//! compiled once per kernel.

use fancy_regex::{Captures, NoExpand, Regex};

use crate::error::SqlError;
use crate::session::Session;
use crate::value::Value;

pub mod java;
pub mod similar;

/// Whether the pattern occurs in the text. An empty pattern does not.
pub fn regexp(session: &Session, text: &str, pattern: &str) -> bool {
    let regex = session.pattern(pattern, java::translate);
    !pattern.is_empty() && regex.is_some_and(|regex| regex.is_match(text).unwrap_or(false))
}

/// Every match replaced; the replacement is taken literally.
pub fn regexp_replace(session: &Session, text: &str, pattern: &str, replacement: &str) -> Option<String> {
    let regex = session.pattern(pattern, java::translate)?;
    let replaced = regex.try_replacen(text, 0, NoExpand(replacement)).ok()?;
    Some(replaced.into_owned())
}

/// Group `group` of the first match.
pub fn regexp_extract(session: &Session, text: &str, pattern: &str, group: i32) -> Option<String> {
    let regex = session.pattern(pattern, java::translate)?;
    let captures = regex.captures(text).ok()??;
    Some(captures.get(usize::try_from(group).ok()?)?.as_str().to_owned())
}

/// Group `group` of every match, as an array of text.
pub fn regexp_extract_all(session: &Session, text: &str, pattern: &str, group: i32) -> Option<Value> {
    let regex = session.pattern(pattern, java::translate)?;
    let group = usize::try_from(group)
        .ok()
        .filter(|&group| group < regex.captures_len())?;
    let mut found = Vec::new();
    for captures in regex.captures_iter(text) {
        let captures: Captures<'_> = captures.ok()?;
        found.push(match captures.get(group) {
            Some(part) => Value::Text(part.as_str().to_owned()),
            None => Value::Null,
        });
    }
    Some(Value::Array(found))
}

pub fn regexp_count(session: &Session, text: &str, pattern: &str) -> Option<i32> {
    let regex = session.pattern(pattern, java::translate)?;
    let matches = regex.find_iter(text).take_while(Result::is_ok).count();
    i32::try_from(matches).ok()
}

/// Where the first match begins, from 1 in UTF-16 units, or 0.
pub fn regexp_instr(session: &Session, text: &str, pattern: &str) -> Option<i32> {
    let regex = session.pattern(pattern, java::translate)?;
    match regex.find(text).ok()? {
        Some(found) => i32::try_from(text[..found.start()].encode_utf16().count() + 1).ok(),
        None => Some(0),
    }
}

/// The first match.
pub fn regexp_substr(session: &Session, text: &str, pattern: &str) -> Option<String> {
    let regex = session.pattern(pattern, java::translate)?;
    Some(regex.find(text).ok()??.as_str().to_owned())
}

/// `text SIMILAR TO pattern`.
pub fn similar_to(session: &Session, text: &str, pattern: &str) -> Result<bool, SqlError> {
    similar_to_escape(session, text, pattern, "")
}

/// `text SIMILAR TO pattern ESCAPE escape`.
pub fn similar_to_escape(
    session: &Session,
    text: &str,
    pattern: &str,
    escape: &str,
) -> Result<bool, SqlError> {
    let translated = similar::to_java(pattern, escape)?;
    let whole = session.pattern(&format!("^(?:{translated})\\z"), java::translate);
    match whole {
        Some(regex) => Ok(regex.is_match(text).unwrap_or(false)),
        None => Err(SqlError::Argument {
            function: "SIMILAR TO",
            message: format!("Invalid regular expression '{pattern}'"),
        }),
    }
}

/// `STR_TO_MAP(text, pair_separator, value_separator)`; the separators are patterns. A pair without a value
/// separator has a NULL value.
pub fn str_to_map(session: &Session, text: &str, pairs: &str, values: &str) -> Result<Value, SqlError> {
    if text.is_empty() {
        return Ok(Value::Map(Vec::new()));
    }
    let pairs = separator(session, pairs)?;
    let values = separator(session, values)?;
    let mut map: Vec<(Value, Value)> = Vec::new();
    for pair in split(&pairs, text) {
        let (key, value) = match values.find(pair).ok().flatten() {
            Some(at) if at.end() > 0 => (&pair[..at.start()], Value::Text(pair[at.end()..].to_owned())),
            _ => (pair, Value::Null),
        };
        let key = Value::Text(key.to_owned());
        match map.iter_mut().find(|(known, _)| *known == key) {
            Some(entry) => entry.1 = value,
            None => map.push((key, value)),
        }
    }
    Ok(Value::Map(map))
}

fn separator(session: &Session, pattern: &str) -> Result<std::rc::Rc<Regex>, SqlError> {
    session
        .pattern(pattern, java::translate)
        .ok_or_else(|| SqlError::Argument {
            function: "STR_TO_MAP",
            message: format!("'{pattern}' is not a regular expression"),
        })
}

/// The parts between matches without empty ones at the end, as Java splits.
fn split<'t>(regex: &Regex, text: &'t str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let mut from = 0;
    for found in regex.find_iter(text).map_while(Result::ok) {
        if found.end() == 0 {
            continue;
        }
        parts.push(&text[from..found.start()]);
        from = found.end();
    }
    parts.push(&text[from..]);
    if parts.len() > 1 {
        while parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    #[test]
    fn matches_and_groups() {
        let s = Session::utc();
        assert!(regexp(&s, "100-200", r"(\d+)"));
        assert!(!regexp(&s, "abc", "") && !regexp(&s, "abc", "("));
        assert_eq!(
            regexp_extract(&s, "Hello", "H(.+?)l(.+?)$", 2).as_deref(),
            Some("lo")
        );
        assert_eq!(regexp_extract(&s, "Hello", "x", 0), None);
        assert_eq!(regexp_extract(&s, "Hello", "H", 1), None);
        assert_eq!(
            regexp_extract_all(&s, "a1b2", r"[a-z](\d)", 1),
            Some(Value::Array(vec![text("1"), text("2")]))
        );
        assert_eq!(regexp_extract_all(&s, "a1b2", r"[a-z]\d", 1), None);
        assert_eq!(regexp_count(&s, "abcabcabc", "abcab"), Some(1));
        assert_eq!(regexp_count(&s, "a", "("), None);
        assert_eq!(regexp_instr(&s, "😀ab", "b"), Some(4));
        assert_eq!(regexp_instr(&s, "ab", "c"), Some(0));
        assert_eq!(regexp_substr(&s, "ab12", r"\d+").as_deref(), Some("12"));
    }

    #[test]
    fn replacement_is_literal() {
        let s = Session::utc();
        for (value, pattern, replacement, expected) in [
            ("foobar", "oo|ar", "abc", Some("fabcbabc")),
            ("fooobar", "oo", "$", Some("f$obar")),
            ("foobar", "oo", "\\", Some("f\\bar")),
            ("foobar", "^f*.*r$", "", Some("")),
            ("foobar", "(", "", None),
            ("aab", "(a)\\1", "x", Some("xb")),
        ] {
            assert_eq!(
                regexp_replace(&s, value, pattern, replacement).as_deref(),
                expected,
                "{pattern}"
            );
        }
    }

    #[test]
    fn similar() {
        let s = Session::utc();
        for (value, pattern, escape, expected) in [
            ("This is a test", "This (is)? a (test)+_*", "", true),
            ("TEST", ".EST", "", true),
            ("*_x", "&*&__*", "&", true),
            ("abc", "a[b-d]%", "", true),
            ("ab", "a", "", false),
        ] {
            assert_eq!(
                similar_to_escape(&s, value, pattern, escape),
                Ok(expected),
                "{pattern}"
            );
        }
        assert!(similar_to(&s, "a", "(").is_err());
    }

    #[test]
    fn maps_from_text() {
        let s = Session::utc();
        let map = |pairs: &[(&str, Option<&str>)]| {
            let value = |v: &Option<&str>| v.map_or(Value::Null, text);
            Ok(Value::Map(
                pairs.iter().map(|(k, v)| (text(k), value(v))).collect(),
            ))
        };
        assert_eq!(
            str_to_map(&s, "k1=v1,k2=v2", ",", "="),
            map(&[("k1", Some("v1")), ("k2", Some("v2"))])
        );
        assert_eq!(
            str_to_map(&s, "a$$1|b$$", r"\|", r"\$\$"),
            map(&[("a", Some("1")), ("b", Some(""))])
        );
        assert_eq!(
            str_to_map(&s, "a,b=1,a=2,,", ",", "="),
            map(&[("a", Some("2")), ("b", Some("1"))])
        );
        assert_eq!(str_to_map(&s, "", ",", "="), map(&[]));
        assert!(str_to_map(&s, "a", "(", "=").is_err());
    }
}
