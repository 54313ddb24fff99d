//! Java's pattern syntax in that of the engine used here. In: a `java.util.regex` pattern. Out: an equal one.
//!
//! Invariant: predefined classes (`\d`, `\w`, `\s` and POSIX names) mean ASCII, as in Java without flags;
//! `.` does not match any of Java's line ends.

/// POSIX names of `\p{…}`, which stand for ASCII in Java, as the inside of a bracket expression.
const POSIX: &[(&str, &str)] = &[
    ("Lower", "a-z"),
    ("Upper", "A-Z"),
    ("ASCII", "\\x00-\\x7F"),
    ("Alpha", "a-zA-Z"),
    ("Digit", "0-9"),
    ("Alnum", "a-zA-Z0-9"),
    ("Punct", "!-/:-@\\[-`{-~"),
    ("Graph", "!-~"),
    ("Print", " -~"),
    ("Blank", " \\t"),
    ("Cntrl", "\\x00-\\x1F\\x7F"),
    ("XDigit", "0-9a-fA-F"),
    ("Space", " \\t\\n\\x0B\\f\\r"),
    ("IsAlphabetic", "\\p{Alphabetic}"),
    ("IsLetter", "\\p{L}"),
    ("IsDigit", "\\p{Nd}"),
    ("javaLowerCase", "\\p{Lowercase}"),
    ("javaUpperCase", "\\p{Uppercase}"),
    ("javaWhitespace", "\\s"),
];

/// Insides of the classes of one letter.
const LETTERS: &[(char, &str)] = &[
    ('d', "0-9"),
    ('w', "a-zA-Z0-9_"),
    ('s', " \\t\\n\\x0B\\f\\r"),
    (
        'h',
        " \\t\\u{A0}\\u{1680}\\u{180E}\\u{2000}-\\u{200A}\\u{202F}\\u{205F}\\u{3000}",
    ),
    ('v', "\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}"),
];

/// `$` and `\Z`: the end of the text, or before the line end that ends it.
const BEFORE_LAST_LINE_END: &str = "(?=(?:\\r\\n|[\\n\\r\\u{85}\\u{2028}\\u{2029}])?\\z)";

/// Translates a pattern. What is not valid stays so, and the engine refuses it.
pub fn translate(pattern: &str) -> String {
    let mut translation = Translation {
        rest: pattern,
        out: String::with_capacity(pattern.len() + 16),
        depth: 0,
        flags: vec![Flags::default()],
    };
    translation.run();
    translation.out
}

/// Flags of the group being read.
#[derive(Clone, Copy, Default)]
struct Flags {
    dot_all: bool,
    multi_line: bool,
}

struct Translation<'p> {
    rest: &'p str,
    out: String,
    /// How many brackets are open.
    depth: usize,
    /// One entry per open group, and one for the whole.
    flags: Vec<Flags>,
}

impl Translation<'_> {
    fn run(&mut self) {
        while let Some(c) = self.take() {
            match c {
                '\\' => self.escape(),
                '[' => self.open_bracket(),
                ']' if self.depth > 0 => {
                    self.depth -= 1;
                    self.out.push(']');
                }
                c if self.depth > 0 => self.in_brackets(c),
                '(' => self.open_group(),
                ')' => {
                    if self.flags.len() > 1 {
                        self.flags.pop();
                    }
                    self.out.push(')');
                }
                '.' if !self.flags().dot_all => self.out.push_str("[^\\n\\r\\u{85}\\u{2028}\\u{2029}]"),
                '$' if !self.flags().multi_line => self.out.push_str(BEFORE_LAST_LINE_END),
                c => self.out.push(c),
            }
        }
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn flags(&self) -> Flags {
        *self.flags.last().expect("the whole pattern has flags")
    }

    fn open_bracket(&mut self) {
        self.depth += 1;
        self.out.push('[');
        if let Some(rest) = self.rest.strip_prefix('^') {
            self.rest = rest;
            self.out.push('^');
        }
    }

    /// Inside brackets only `&&` is an operator in Java; what the engine would read as one is escaped.
    fn in_brackets(&mut self, c: char) {
        if matches!(c, '~' | '-') && self.rest.starts_with(c) {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    /// `(`, and the flags of `(?s)` and `(?s:…)`, which decide what `.` means.
    fn open_group(&mut self) {
        let mut flags = self.flags();
        let inner = self.rest.strip_prefix('?').unwrap_or("");
        let end = inner.find([':', ')']).unwrap_or(0);
        let letters = &inner[..end];
        if end > 0 && letters.chars().all(|c| c == '-' || c.is_ascii_alphabetic()) {
            let (on, off) = letters.split_once('-').unwrap_or((letters, ""));
            flags.dot_all = (flags.dot_all || on.contains('s')) && !off.contains('s');
            flags.multi_line = (flags.multi_line || on.contains('m')) && !off.contains('m');
            if inner[end..].starts_with(')') {
                *self.flags.last_mut().expect("the whole pattern has flags") = flags;
            }
        }
        self.flags.push(flags);
        self.out.push('(');
    }

    fn escape(&mut self) {
        let Some(c) = self.take() else {
            self.out.push('\\');
            return;
        };
        let lower = c.to_ascii_lowercase();
        if let Some((_, class)) = LETTERS.iter().find(|(letter, _)| *letter == lower) {
            self.class(class, c != lower);
            return;
        }
        match c {
            'p' | 'P' => self.property(c == 'P'),
            'Q' => self.quotation(),
            'u' => self.unicode(),
            '0' => self.octal(),
            'Z' => self.out.push_str(BEFORE_LAST_LINE_END),
            'R' => self
                .out
                .push_str("(?:\\r\\n|[\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}])"),
            'e' => self.out.push_str("\\x1B"),
            c if c.is_ascii_alphanumeric() => {
                self.out.push('\\');
                self.out.push(c);
            }
            c => self.literal(c),
        }
    }

    fn class(&mut self, inside: &str, negated: bool) {
        let bracket = if negated { "[^" } else { "[" };
        self.out.push_str(bracket);
        self.out.push_str(inside);
        self.out.push(']');
    }

    fn property(&mut self, negated: bool) {
        let name = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        match name {
            Some((name, rest)) => {
                self.rest = rest;
                match POSIX.iter().find(|(posix, _)| *posix == name) {
                    Some((_, inside)) => self.class(inside, negated),
                    None => {
                        let name = name
                            .strip_prefix("Is")
                            .or_else(|| name.strip_prefix("In"))
                            .unwrap_or(name);
                        self.out.push_str(if negated { "\\P{" } else { "\\p{" });
                        self.out.push_str(name);
                        self.out.push('}');
                    }
                }
            }
            None => self.out.push_str(if negated { "\\P" } else { "\\p" }),
        }
    }

    /// `\Q…\E`: all of it literal.
    fn quotation(&mut self) {
        let (quoted, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
        self.rest = rest;
        for c in quoted.chars() {
            self.literal(c);
        }
    }

    /// `\uhhhh`, two of them for a character outside of the basic plane.
    fn unicode(&mut self) {
        let Some(first) = self.hexadecimal() else {
            self.out.push_str("\\u");
            return;
        };
        let mut units = vec![first];
        if (0xD800..0xDC00).contains(&first) && self.rest.starts_with("\\u") {
            self.rest = &self.rest[2..];
            units.extend(self.hexadecimal());
        }
        for c in String::from_utf16_lossy(&units).chars() {
            self.literal(c);
        }
    }

    fn hexadecimal(&mut self) -> Option<u16> {
        let unit = u16::from_str_radix(self.rest.get(..4)?, 16).ok()?;
        self.rest = &self.rest[4..];
        Some(unit)
    }

    /// `\0n`, `\0nn`, `\0mnn`: a character by its octal code.
    fn octal(&mut self) {
        let digits = self
            .rest
            .bytes()
            .take(3)
            .take_while(|b| (b'0'..=b'7').contains(b))
            .count();
        let code = u8::from_str_radix(&self.rest[..digits], 8);
        match code {
            Ok(code) => {
                self.rest = &self.rest[digits..];
                self.literal(char::from(code));
            }
            Err(_) => self.out.push_str("\\0"),
        }
    }

    fn literal(&mut self, c: char) {
        if c.is_ascii_punctuation() && !matches!(c, '<' | '>') {
            self.out.push('\\');
        }
        self.out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use fancy_regex::Regex;

    use super::translate;

    #[test]
    fn patterns_mean_what_they_mean_in_java() {
        for (pattern, text, expected) in [
            (r"^\d+$", "123", true),
            (r"^\d+$", "१२", false),
            (r"\w", "é", false),
            (r"[\w-]+", "-", true),
            (r"[^\s]", " ", false),
            (r"\p{Alpha}", "ä", false),
            (r"\p{IsAlphabetic}", "ä", true),
            (r"\p{L}", "ä", true),
            (r"\bHello\b", "Oh, Hello!", true),
            ("a.b", "a\nb", false),
            ("a.b", "a\rb", false),
            ("(?s)a.b", "a\nb", true),
            ("(?s:a.)b.c", "a\nb\nc", false),
            ("(?i)ABC", "abc", true),
            ("end$", "end\n", true),
            ("end$", "end\nx", false),
            ("(?m)end$", "end\nx", true),
            (r"\Qa.b\E+", "a.bbb", true),
            (r"\Qa.b\E", "axb", false),
            (r"\u0041", "A", true),
            (r"\uD83D\uDE00", "😀", true),
            (r"\x41", "A", true),
            (r"\0101", "A", true),
            ("[a-c&&[^b]]", "b", false),
            ("(?<=a)b", "ab", true),
            ("(a)\\1", "aa", true),
            ("a++b", "aab", true),
            (r"\^abc", "^abc", true),
            (r"^[a\]b]+$", "]", true),
            (r"a\<b", "a<b", true),
        ] {
            let translated = translate(pattern);
            let regex = Regex::new(&translated).unwrap_or_else(|e| panic!("{pattern} → {translated}: {e}"));
            assert_eq!(
                regex.is_match(text).ok(),
                Some(expected),
                "{pattern} on {text:?} as {translated}"
            );
        }
    }

    #[test]
    fn invalid_patterns_stay_invalid() {
        for pattern in ["(", "[a", "a{2", "*", "\\"] {
            assert!(
                Regex::new(&translate(pattern)).is_err() || pattern == "a{2",
                "{pattern}"
            );
        }
    }
}
