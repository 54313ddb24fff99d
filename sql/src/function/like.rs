//! LIKE. In: text, a pattern with `_` and `%`, an escape character. Out: whether all of the text matches.
//!
//! Invariant: `_` stands for one character that does not end a line, `%` for any text. No memory is allocated.

use crate::error::SqlError;

const FUNCTION: &str = "LIKE";

/// One step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Exactly(char),
    AnyOne,
    Any,
}

/// `text LIKE pattern`.
pub fn like(text: &str, pattern: &str) -> bool {
    matches(text, pattern, None)
}

/// `text LIKE pattern ESCAPE escape`.
pub fn like_escape(text: &str, pattern: &str, escape: &str) -> Result<bool, SqlError> {
    let escape = check(pattern, escape)?;
    Ok(matches(text, pattern, escape))
}

/// The escape character, when the escapes of the pattern are well formed: only a wildcard or the escape character
/// itself can be escaped. An empty escape is none.
pub fn check(pattern: &str, escape: &str) -> Result<Option<char>, SqlError> {
    let Some(escape) = escape_character(FUNCTION, escape)? else {
        return Ok(None);
    };
    let mut rest = pattern.encode_utf16().enumerate();
    let mut unit = [0u16; 2];
    let escape_units: &[u16] = escape.encode_utf16(&mut unit);
    while let Some((at, c)) = rest.next() {
        if [c] != *escape_units {
            continue;
        }
        let escaped = rest.next().map(|(_, c)| c);
        if ![Some(u16::from(b'_')), Some(u16::from(b'%')), Some(c)].contains(&escaped) {
            return Err(invalid_sequence(FUNCTION, pattern, at));
        }
    }
    Ok(Some(escape))
}

/// The single character of an ESCAPE clause.
pub(super) fn escape_character(function: &'static str, escape: &str) -> Result<Option<char>, SqlError> {
    let mut characters = escape.chars();
    match (characters.next(), characters.next()) {
        (None, _) => Ok(None),
        (Some(c), None) if c != '\0' && c.len_utf16() == 1 => Ok(Some(c)),
        _ => Err(SqlError::Argument {
            function,
            message: format!("Invalid escape character '{escape}'"),
        }),
    }
}

pub(super) fn invalid_sequence(function: &'static str, pattern: &str, at: usize) -> SqlError {
    SqlError::Argument {
        function,
        message: format!("Invalid escape sequence '{pattern}', {at}"),
    }
}

/// Matches greedily with one place to return to: the last `%`, one character later each time.
fn matches(text: &str, pattern: &str, escape: Option<char>) -> bool {
    let (mut text, mut pattern) = (text, pattern);
    let mut retry: Option<(&str, &str)> = None;
    loop {
        let advanced = match next_step(pattern, escape) {
            Some((Step::Any, rest)) => {
                if rest.is_empty() {
                    return true;
                }
                retry = Some((text, rest));
                pattern = rest;
                continue;
            }
            Some((step, rest)) => text
                .chars()
                .next()
                .filter(|&c| fits(step, c))
                .map(|c| (&text[c.len_utf8()..], rest)),
            None if text.is_empty() => return true,
            None => None,
        };
        (text, pattern) = match (advanced, retry) {
            (Some(next), _) => next,
            (None, Some((from, rest))) => {
                let Some(skipped) = from.chars().next() else {
                    return false;
                };
                let from = &from[skipped.len_utf8()..];
                retry = Some((from, rest));
                (from, rest)
            }
            (None, None) => return false,
        };
    }
}

fn fits(step: Step, c: char) -> bool {
    match step {
        Step::Exactly(expected) => expected == c,
        Step::AnyOne => !matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'),
        Step::Any => true,
    }
}

fn next_step(pattern: &str, escape: Option<char>) -> Option<(Step, &str)> {
    let mut rest = pattern.chars();
    let c = rest.next()?;
    let step = if Some(c) == escape {
        Step::Exactly(rest.next()?)
    } else {
        match c {
            '_' => Step::AnyOne,
            '%' => Step::Any,
            c => Step::Exactly(c),
        }
    };
    Some((step, rest.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (text, pattern, expected) in [
            ("abcxxxdef", "abc%def%", true),
            ("abcxxxdef", "%abc%def", true),
            ("abcxxxdef", "%%def", true),
            ("abcxxxdef", "abc%qef", false),
            ("TE-ST", "%E_S%", true),
            ("TE_ST", "%E\\_S%", false),
            ("aab", "%ab", true),
            ("abab_", "%ab_", true),
            ("", "%", true),
            ("", "_", false),
            ("", "", true),
            ("é", "_", true),
            ("a\nb", "a_b", false),
            ("a\nb", "a%b", true),
        ] {
            assert_eq!(like(text, pattern), expected, "{text} LIKE {pattern}");
        }
    }

    #[test]
    fn escapes_must_be_well_formed() {
        for (text, pattern, escape, expected) in [
            ("test%", "test✅%", "✅", Some(true)),
            ("te_st", "te__st", "_", Some(true)),
            ("te-st", "te!_st", "!", Some(false)),
            ("test", "", "", Some(false)),
            ("!", "!!", "!", Some(true)),
            ("te_st", "te_st", "_", None),
            ("test", "test!", "!", None),
            ("test", "te!st", "!", None),
            ("test", "test", "ab", None),
            ("test", "test", "\0", None),
        ] {
            assert_eq!(
                like_escape(text, pattern, escape).ok(),
                expected,
                "{pattern} ESCAPE {escape}"
            );
        }
        let message = like_escape("x", "te_st", "_").unwrap_err().to_string();
        assert!(
            message.contains("Invalid escape sequence 'te_st', 2"),
            "{message}"
        );
    }
}
