//! SIMILAR TO. In: a pattern of the SQL standard. Out: the same as a Java regular expression.
//!
//! Invariant: `_` is any character, `%` any text, and Java's operators keep their meaning, `.` among them.

use crate::error::SqlError;
use crate::function::like::{escape_character, invalid_sequence};

const FUNCTION: &str = "SIMILAR TO";
/// Characters that an escape can precede.
const SPECIAL: &str = "[]()|^-+*_%?{}";

/// Names of character classes in `[…]` and what they stand for.
const CLASSES: &[(&str, &str)] = &[
    ("[:ALPHA:]", "\\p{Alpha}"),
    ("[:UPPER:]", "\\p{Upper}"),
    ("[:LOWER:]", "\\p{Lower}"),
    ("[:DIGIT:]", "\\d"),
    ("[:SPACE:]", " "),
    ("[:WHITESPACE:]", "\\s"),
    ("[:ALNUM:]", "\\p{Alnum}"),
];

pub fn to_java(pattern: &str, escape: &str) -> Result<String, SqlError> {
    let escape = escape_character(FUNCTION, escape)?;
    let mut java = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        if in_class && let Some((name, class)) = class_at(rest) {
            java.push_str(class);
            rest = &rest[name.len()..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if Some(c) == escape {
            let at = pattern.len() - rest.len() - c.len_utf8();
            let escaped = rest
                .chars()
                .next()
                .filter(|&next| SPECIAL.contains(next) || next == c)
                .ok_or_else(|| invalid_sequence(FUNCTION, pattern, pattern[..at].chars().count()))?;
            java.push('\\');
            java.push(escaped);
            rest = &rest[escaped.len_utf8()..];
            continue;
        }
        match c {
            '[' if in_class => return Err(invalid(pattern)),
            ']' if !in_class => return Err(invalid(pattern)),
            '[' | ']' => {
                in_class = c == '[';
                java.push(c);
            }
            '_' if !in_class => java.push('.'),
            '%' if !in_class => java.push_str("(?s:.*)"),
            '\\' => java.push_str("\\\\"),
            '$' => java.push_str("\\$"),
            c => java.push(c),
        }
    }
    if in_class { Err(invalid(pattern)) } else { Ok(java) }
}

fn class_at(rest: &str) -> Option<(&'static str, &'static str)> {
    let starts = |name: &str| {
        rest.get(..name.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(name))
    };
    CLASSES.iter().copied().find(|(name, _)| starts(name))
}

fn invalid(pattern: &str) -> SqlError {
    SqlError::Argument {
        function: FUNCTION,
        message: format!("Invalid regular expression '{pattern}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::to_java;

    #[test]
    fn translations() {
        for (pattern, escape, expected) in [
            ("a_%", "", Some("a.(?s:.*)")),
            ("a$b\\", "", Some("a\\$b\\\\")),
            ("&_[x_]", "&", Some("\\_[x_]")),
            ("[[:digit:]a]", "", Some("[\\da]")),
            ("&a", "&", None),
            ("a&", "&", None),
            ("[a", "", None),
            ("a]", "", None),
        ] {
            assert_eq!(to_java(pattern, escape).ok().as_deref(), expected, "{pattern}");
        }
    }
}
