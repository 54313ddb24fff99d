//! A scanner over one JSON text that is known to be UTF-8: tokens, white space and skipping, strictly by the
//! grammar but for control characters in strings, which Flink lets pass.
//!
//! Invariant: `at` never passes the end, and it only ever stands at a character boundary.

use std::borrow::Cow;

use crate::format::FormatError;

/// Deepest nesting accepted.
const DEPTH_MAX: usize = 1_000;

/// The start of a value, or all of it when it is a scalar.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Null,
    Boolean(bool),
    /// The source text and whether it has a fraction or an exponent.
    Number(&'a str, bool),
    Text(Cow<'a, str>),
    /// The scanner stands behind `{`.
    Object,
    /// The scanner stands behind `[`.
    Array,
}

/// What a value looks like, as far as the common cases go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Null,
    /// A string without escapes.
    PlainText,
    /// A number without fraction and exponent.
    Integer,
    Boolean,
    /// Anything else: to be read again by whoever wants it.
    Other,
}

#[derive(Clone, Copy)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Scanner { text, at: 0 }
    }

    /// A scanner at an earlier position of the same text.
    pub(super) fn at(text: &'a str, at: usize) -> Self {
        Scanner { text, at }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    pub(super) fn error(&self, message: &str) -> FormatError {
        FormatError::new(format!("not valid JSON at byte {}: {message}", self.at))
    }

    pub(super) fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Takes this byte if it is next (after white space).
    pub(super) fn take(&mut self, byte: u8) -> bool {
        self.white_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), FormatError> {
        if self.take(byte) {
            return Ok(());
        }
        Err(self.error(&format!("expected '{}'", byte as char)))
    }

    /// The next value; of an object or an array only its bracket.
    pub(super) fn token(&mut self) -> Result<Token<'a>, FormatError> {
        self.white_space();
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.string().map(Token::Text)
            }
            Some(b'{') => {
                self.at += 1;
                Ok(Token::Object)
            }
            Some(b'[') => {
                self.at += 1;
                Ok(Token::Array)
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Token::Boolean(true)),
            Some(b'f') => self.word("false", Token::Boolean(false)),
            Some(b'n') => self.word("null", Token::Null),
            Some(_) => Err(self.error("expected a value")),
            None => Err(self.error("the text ends where a value should be")),
        }
    }

    /// Checks the value that begins here (no white space in front) and moves behind it.
    #[inline]
    pub(super) fn form(&mut self) -> Result<Form, FormatError> {
        match self.peek() {
            Some(b'"') => {
                let start = self.at + 1;
                let rest = &self.bytes()[start..];
                if let Some(length) = memchr::memchr2(b'"', b'\\', rest)
                    && rest[length] == b'"'
                {
                    self.at = start + length + 1;
                    return Ok(Form::PlainText);
                }
                self.skip().map(|()| Form::Other)
            }
            Some(b'-' | b'0'..=b'9') => match self.number()? {
                Token::Number(_, false) => Ok(Form::Integer),
                _ => Ok(Form::Other),
            },
            Some(b'n') => self.word("null", Token::Null).map(|_| Form::Null),
            Some(b't') => self.word("true", Token::Boolean(true)).map(|_| Form::Boolean),
            Some(b'f') => self.word("false", Token::Boolean(false)).map(|_| Form::Boolean),
            _ => self.skip().map(|()| Form::Other),
        }
    }

    fn word(&mut self, word: &str, token: Token<'a>) -> Result<Token<'a>, FormatError> {
        if !self.bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.error("expected a value"));
        }
        self.at += word.len();
        Ok(token)
    }

    fn digits(&mut self) -> Result<(), FormatError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.error("expected a digit"));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Token<'a>, FormatError> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let first = self.at;
        self.digits()?;
        if self.bytes()[first] == b'0' && self.at > first + 1 {
            return Err(self.error("a number begins with 0"));
        }
        let mut is_float = false;
        if self.peek() == Some(b'.') {
            is_float = true;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_float = true;
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(Token::Number(&self.text[start..self.at], is_float))
    }

    /// The rest of a string, behind its opening quote.
    fn string(&mut self) -> Result<Cow<'a, str>, FormatError> {
        let start = self.at;
        match memchr::memchr2(b'"', b'\\', &self.bytes()[start..]) {
            Some(length) if self.bytes()[start + length] == b'"' => {
                self.at = start + length + 1;
                Ok(Cow::Borrowed(&self.text[start..start + length]))
            }
            Some(_) => self.escaped_string().map(Cow::Owned),
            None => Err(self.error("a string has no end")),
        }
    }

    fn escaped_string(&mut self) -> Result<String, FormatError> {
        let mut unescaped = String::new();
        loop {
            let rest = &self.bytes()[self.at..];
            let Some(length) = memchr::memchr2(b'"', b'\\', rest) else {
                return Err(self.error("a string has no end"));
            };
            unescaped.push_str(&self.text[self.at..self.at + length]);
            self.at += length + 1;
            if rest[length] == b'"' {
                return Ok(unescaped);
            }
            unescaped.push(self.escape()?);
        }
    }

    /// The character that an escape stands for; the scanner is behind the backslash.
    fn escape(&mut self) -> Result<char, FormatError> {
        let letter = self.peek();
        let plain = match letter {
            Some(b'"' | b'\\' | b'/') => char::from(letter.unwrap_or_default()),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.error("unknown escape in a string")),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode_escape(&mut self) -> Result<char, FormatError> {
        let high = self.hex4()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.error("a lone surrogate"));
        }
        if !self.bytes()[self.at..].starts_with(b"\\u") {
            return Err(self.error("a lone surrogate"));
        }
        self.at += 2;
        let low = self.hex4()?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(self.error("a lone surrogate"));
        }
        let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        Ok(char::from_u32(code).expect("a surrogate pair is a character"))
    }

    fn hex4(&mut self) -> Result<u32, FormatError> {
        let digits = self.bytes().get(self.at..self.at + 4);
        let value = digits.and_then(|digits| {
            digits.iter().try_fold(0u32, |value, c| {
                (*c as char).to_digit(16).map(|digit| value << 4 | digit)
            })
        });
        let value = value.ok_or_else(|| self.error("expected four hexadecimal digits"))?;
        self.at += 4;
        Ok(value)
    }

    /// In an object, behind `{` (`first`) or behind a value: the next key, with the scanner behind its colon;
    /// `None` at the end of the object.
    pub(super) fn key(&mut self, first: bool) -> Result<Option<Cow<'a, str>>, FormatError> {
        if self.take(b'}') {
            return Ok(None);
        }
        if !first {
            self.expect(b',')?;
        }
        self.expect(b'"')?;
        let key = self.string()?;
        self.expect(b':')?;
        Ok(Some(key))
    }

    /// In an array, behind `[` (`first`) or behind a value: is there another element?
    pub(super) fn element(&mut self, first: bool) -> Result<bool, FormatError> {
        if self.take(b']') {
            return Ok(false);
        }
        if !first {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// Checks the next value and moves behind it. Does not recurse.
    pub(super) fn skip(&mut self) -> Result<(), FormatError> {
        // A bit for each level.
        let mut is_object = [0u64; DEPTH_MAX.div_ceil(64)];
        let mut depth = 0;
        loop {
            let opened = match self.token()? {
                Token::Object => Some(true),
                Token::Array => Some(false),
                _ => None,
            };
            if let Some(object) = opened {
                if depth == DEPTH_MAX {
                    return Err(self.error("nested too deeply"));
                }
                let levels = &mut is_object[depth / 64];
                *levels = *levels & !(1 << (depth % 64)) | u64::from(object) << (depth % 64);
                depth += 1;
            }
            let mut first = opened.is_some();
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let level = depth - 1;
                let more = if is_object[level / 64] >> (level % 64) & 1 != 0 {
                    self.key(first)?.is_some()
                } else {
                    self.element(first)?
                };
                if more {
                    break;
                }
                depth -= 1;
                first = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skips(text: &str) -> bool {
        let mut scanner = Scanner::new(text);
        scanner.skip().is_ok() && {
            scanner.white_space();
            scanner.position() == text.len()
        }
    }

    #[test]
    fn accepts_what_the_grammar_accepts() {
        for text in [
            "1",
            "-0",
            "0.5e+3",
            "\"a\\u00e9\\n\"",
            "[]",
            "{}",
            "[1, [2], {\"a\": null}]",
            " true ",
            "{\"a\":{\"b\":[]},\"c\":\"\\ud83d\\ude00\"}",
            "\"a\tb\"",
        ] {
            assert!(skips(text), "{text}");
        }
        for text in [
            "",
            "01",
            "1.",
            ".5",
            "-",
            "1e",
            "tru",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{a:1}",
            "\"",
            "\"\\x\"",
            "\"\\ud83d\"",
            "\"\\u12\"",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
            "[}",
            "1 1",
        ] {
            assert!(!skips(text), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded_without_recursion() {
        assert!(skips(&format!("{}{}", "[".repeat(1_000), "]".repeat(1_000))));
        assert!(!skips(&format!("{}{}", "[".repeat(1_001), "]".repeat(1_001))));
        assert!(!skips(&"[".repeat(100_000)));
    }

    #[test]
    fn strings_are_unescaped() {
        let mut scanner = Scanner::new("\"a\\\"\\u00e9\\ud83d\\ude00\"");
        assert_eq!(scanner.token(), Ok(Token::Text(Cow::Owned("a\"é😀".into()))));
    }
}
