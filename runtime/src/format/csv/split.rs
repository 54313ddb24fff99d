//! From a record to its cells, and from a file to its records.
//!
//! In: the text of a record and the dialect. Out: the text of each cell, borrowed where it stands as it is.
//! Quotes count only at the beginning of a cell, as in Flink.

use std::borrow::Cow;

use super::Dialect;
use crate::format::FormatError;

/// The cells of a record, in order.
pub(super) fn cells<'a>(record: &'a str, dialect: &Dialect) -> Result<Vec<Cow<'a, str>>, FormatError> {
    let mut cells = Vec::new();
    let mut rest = record;
    loop {
        let quoted = dialect.quote.and_then(|quote| rest.strip_prefix(quote));
        let (cell, behind) = match (quoted, dialect.quote) {
            (Some(body), Some(quote)) => quoted_cell(body, quote, dialect)?,
            _ => plain_cell(rest, dialect),
        };
        cells.push(cell);
        match behind.strip_prefix(dialect.delimiter) {
            Some(next) => rest = next,
            None if behind.is_empty() => return Ok(cells),
            None => return Err(FormatError::new("expected a delimiter behind a quoted cell")),
        }
    }
}

fn plain_cell<'a>(text: &'a str, dialect: &Dialect) -> (Cow<'a, str>, &'a str) {
    let is_end = |c: char| c == dialect.delimiter || Some(c) == dialect.escape;
    let Some(mut end) = text.find(is_end) else {
        return (Cow::Borrowed(text), "");
    };
    if text[end..].starts_with(dialect.delimiter) {
        return (Cow::Borrowed(&text[..end]), &text[end..]);
    }
    let mut cell = String::new();
    let mut start = 0;
    loop {
        cell.push_str(&text[start..end]);
        let mut behind = text[end..].chars();
        if behind.next() != dialect.escape {
            return (Cow::Owned(cell), &text[end..]);
        }
        if let Some(escaped) = behind.next() {
            cell.push(unescaped(escaped));
        }
        start = text.len() - behind.as_str().len();
        end = text[start..].find(is_end).map_or(text.len(), |at| start + at);
    }
}

/// `body` stands behind the opening quote.
fn quoted_cell<'a>(
    body: &'a str,
    quote: char,
    dialect: &Dialect,
) -> Result<(Cow<'a, str>, &'a str), FormatError> {
    let mut cell = Cow::Borrowed("");
    let mut rest = body;
    loop {
        let Some(at) = rest.find(|c| c == quote || Some(c) == dialect.escape) else {
            return Err(FormatError::new("a quoted cell has no end"));
        };
        let part = &rest[..at];
        let mut behind = rest[at..].chars();
        let found = behind.next().expect("a character was found");
        let next = behind.clone().next();
        let kept = if found == quote {
            if next != Some(quote) {
                append(&mut cell, part);
                return Ok((cell, behind.as_str()));
            }
            quote
        } else {
            unescaped(next.ok_or_else(|| FormatError::new("a record ends behind an escape"))?)
        };
        behind.next();
        let owned = cell.to_mut();
        owned.push_str(part);
        owned.push(kept);
        rest = behind.as_str();
    }
}

fn append<'a>(cell: &mut Cow<'a, str>, part: &'a str) {
    if cell.is_empty() {
        *cell = Cow::Borrowed(part);
    } else {
        cell.to_mut().push_str(part);
    }
}

/// What an escaped character stands for.
fn unescaped(escaped: char) -> char {
    match escaped {
        '0' => '\0',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}

/// Where the record at the beginning of `bytes` ends: the first line break outside of quotes.
pub(super) fn record_end(bytes: &[u8], dialect: &Dialect) -> Option<usize> {
    let line_end = memchr::memchr(b'\n', bytes)?;
    let mut buffer = [0; 4];
    let Some(quote) = dialect
        .quote
        .map(|quote| quote.encode_utf8(&mut buffer).as_bytes())
    else {
        return Some(line_end);
    };
    if memchr::memmem::find(&bytes[..line_end], quote).is_none() {
        return Some(line_end);
    }
    let mut delimiter = [0; 4];
    let delimiter = dialect.delimiter.encode_utf8(&mut delimiter).as_bytes();
    let mut escape_bytes = [0; 4];
    let escape = dialect
        .escape
        .map(|escape| escape.encode_utf8(&mut escape_bytes).as_bytes());
    let mut at = 0;
    let mut in_quotes = false;
    let mut cell_start = true;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let starts_cell = std::mem::take(&mut cell_start);
        if escape.is_some_and(|escape| rest.starts_with(escape)) {
            at += 2;
        } else if rest.starts_with(quote) && (in_quotes || starts_cell) {
            // A doubled quote closes and opens again, which comes to the same.
            in_quotes = !in_quotes;
            cell_start = !in_quotes && rest[quote.len()..].starts_with(quote);
            at += quote.len();
        } else if !in_quotes && rest.starts_with(delimiter) {
            cell_start = true;
            at += delimiter.len();
        } else if !in_quotes && rest[0] == b'\n' {
            return Some(at);
        } else {
            at += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect(escape: Option<char>) -> Dialect {
        Dialect {
            delimiter: ',',
            quote: Some('"'),
            escape,
            allow_comments: false,
            null_literal: None,
            array_delimiter: ";".into(),
        }
    }

    #[test]
    fn records_end_outside_of_quotes() {
        for (bytes, end) in [
            ("a,b\nc", Some(3)),
            ("a,\"b\nc\"\nd", Some(7)),
            ("a,\"b\nc", None),
            ("a,\"b\"\"\nc\"\nd", Some(9)),
            ("a\"b,c\nd", Some(5)),
            ("a,b", None),
            ("\n", Some(0)),
        ] {
            assert_eq!(record_end(bytes.as_bytes(), &dialect(None)), end, "{bytes}");
        }
        assert_eq!(record_end(b"\"a\\\"\nb\"\nc", &dialect(Some('\\'))), Some(7));
    }
}
