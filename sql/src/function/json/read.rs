//! Reads the JSON value at the start of text. Out: the value, or what is wrong with it.
//!
//! Invariant: the grammar is that of RFC 8259; nothing is read past the first value except the character that must
//! end a number or a word.

use std::borrow::Cow;

use super::{Json, put};

/// How deep values may nest.
const DEPTH_MAX: usize = 1_000;

pub(super) fn read(text: &str) -> Result<Json<'_>, String> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
    };
    let value = reader.value()?;
    let scalar_goes_on = matches!(value, Json::Number(_) | Json::Boolean(_) | Json::Null)
        && reader.peek().is_some_and(|byte| !b" \t\r\n,]}".contains(&byte));
    if scalar_goes_on {
        return Err(reader.unexpected());
    }
    Ok(value)
}

struct Reader<'t> {
    text: &'t str,
    /// Byte offset of the next byte.
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| b" \t\r\n".contains(&byte)) {
            self.at += 1;
        }
    }

    fn unexpected(&self) -> String {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(c) => format!("unexpected character '{c}' at {}", self.at + 1),
            None => "unexpected end of JSON".to_owned(),
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected());
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<Json<'t>, String> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b't') => self.word("true", Json::Boolean(true)),
            Some(b'f') => self.word("false", Json::Boolean(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.unexpected()),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Json<'t>, String>) -> Result<Json<'t>, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("JSON nests deeper than {DEPTH_MAX}"));
        }
        self.at += 1;
        self.skip_space();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Json<'t>, String> {
        let mut members = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            self.skip_space();
            self.expect(b':')?;
            let value = self.value()?;
            put(&mut members, key, value);
            self.skip_space();
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            self.expect(b'}')?;
            return Ok(Json::Object(members));
        }
    }

    fn array(&mut self) -> Result<Json<'t>, String> {
        let mut elements = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(elements));
        }
        loop {
            elements.push(self.value()?);
            self.skip_space();
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            self.expect(b']')?;
            return Ok(Json::Array(elements));
        }
    }

    fn word(&mut self, word: &str, value: Json<'t>) -> Result<Json<'t>, String> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.unexpected());
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Json<'t>, String> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.at;
        self.digits()?;
        if self.text[whole..self.at].len() > 1 && self.text[whole..].starts_with('0') {
            return Err(format!("a number has a leading zero at {}", whole + 1));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Json::Number(Cow::Borrowed(&self.text[start..self.at])))
    }

    /// At least one digit.
    fn digits(&mut self) -> Result<(), String> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.unexpected())
        } else {
            Ok(())
        }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, String> {
        self.expect(b'"')?;
        let mut unescaped: Option<String> = None;
        loop {
            let start = self.at;
            while self
                .peek()
                .is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\')
            {
                self.at += 1;
            }
            let plain = &self.text[start..self.at];
            match (self.peek(), &mut unescaped) {
                (Some(b'"'), None) => {
                    self.at += 1;
                    return Ok(Cow::Borrowed(plain));
                }
                (Some(b'"'), Some(text)) => {
                    self.at += 1;
                    text.push_str(plain);
                    return Ok(Cow::Owned(std::mem::take(text)));
                }
                (Some(b'\\'), text) => {
                    text.get_or_insert_default().push_str(plain);
                    let c = self.escape()?;
                    unescaped.get_or_insert_default().push(c);
                }
                _ => return Err(self.unexpected()),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        self.at += 1;
        let escaped = self.peek().ok_or_else(|| self.unexpected())?;
        let c = match escaped {
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(c)
    }

    /// `hhhh`, and the second half of a pair; half a pair alone becomes a replacement character.
    fn unicode(&mut self) -> Result<char, String> {
        let first = self.hexadecimal()?;
        if !(0xD800..0xDC00).contains(&first) || !self.text[self.at..].starts_with("\\u") {
            return Ok(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.at;
        self.at += 2;
        let second = self.hexadecimal()?;
        let pair = char::decode_utf16([first, second]).next();
        if let Some(Ok(c)) = pair {
            return Ok(c);
        }
        self.at = before;
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hexadecimal(&mut self) -> Result<u16, String> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.unexpected())?;
        self.at += 4;
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_what_follows() {
        for (text, valid) in [
            ("{}", true),
            (" {\"a\": [1, -2.5e3, null, true]} ", true),
            ("\"[\" and more", true),
            ("1 2", true),
            ("1x", false),
            ("truex", false),
            ("01", false),
            ("1.", false),
            ("-", false),
            ("[1,]", false),
            ("{\"a\"}", false),
            ("{a:1}", false),
            ("\"\\x\"", false),
            ("\"\u{1}\"", false),
            ("\"\\u00\"", false),
            ("\"open", false),
            ("", false),
            ("a", false),
        ] {
            assert_eq!(read(text).is_ok(), valid, "{text}");
        }
        assert!(read(&"[".repeat(2_000)).is_err_and(|message| message.contains("deeper")));
    }

    #[test]
    fn strings_are_unescaped() {
        for (text, expected) in [
            (r#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"),
            (r#""\u0041\uD801\uDC00""#, "A𐐀"),
            (r#""\uD801x""#, "\u{FFFD}x"),
            (r#""\uD801\u0041""#, "\u{FFFD}A"),
            ("\"plain\"", "plain"),
        ] {
            assert_eq!(read(text), Ok(Json::Text(expected.into())), "{text}");
        }
    }

    #[test]
    fn the_last_value_of_a_key_counts() {
        let one = |value: &'static str| Json::Number(value.into());
        let expected = Json::Object(vec![("a".into(), one("3")), ("b".into(), one("2"))]);
        assert_eq!(read("{\"a\":1,\"b\":2,\"a\":3}"), Ok(expected));
    }
}
