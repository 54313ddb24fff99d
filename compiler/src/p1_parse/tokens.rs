//! Text → tokens with byte offsets, and the hints between them.
//!
//! In: one file. Out: its tokens without blanks and comments, each placed by `positions::location`, its hints, and
//! the first piece of text that is no token. Two things are changed on the way, because sqlparser's grammar cannot
//! take them where Flink has them: `//` comments are blanked, and WITHIN of MATCH_RECOGNIZE moves into DEFINE,
//! where [`ext::as_within`](super::ext::as_within) finds it. Moved tokens keep their places.

use sqlparser::dialect::Dialect;
use sqlparser::tokenizer::{
    Location, Span as SqlSpan, Token, TokenWithSpan, Tokenizer, TokenizerError, Whitespace, Word,
};

use super::ast::Hint;
use super::ext::WITHIN;
use super::positions::{location, token_span};
use super::words::is_word;
use crate::base::{Diagnostic, Span};

/// sqlparser has one token for this and `<>`; Flink has only `<>`.
pub(super) const BANG_EQUAL: &str = "!=";

/// What a file consists of.
pub(super) struct Tokens {
    pub tokens: Vec<TokenWithSpan>,
    pub hints: Vec<Hint>,
    /// The text from here on could not be read.
    pub error: Option<Diagnostic>,
}

/// The tokens of `text`, whose first byte is byte `base` of the file `source`.
pub(super) fn tokenize(dialect: &dyn Dialect, source: u16, text: &str, base: u32) -> Tokens {
    let (blanked, open_comment) = blank_slash_comments(text);
    let mut raw = Vec::new();
    let result = Tokenizer::new(dialect, &blanked).tokenize_with_location_into_buf(&mut raw);
    let mut places = Places {
        source,
        base,
        text,
        chars: text.char_indices(),
        line: 1,
        column: 1,
        offset: 0,
    };
    let mut tokens = Vec::with_capacity(raw.len() / 2);
    let mut hints = Vec::new();
    for mut token in raw {
        token.span = SqlSpan {
            start: places.place(token.span.start),
            end: places.place(token.span.end),
        };
        let start = token_span(&token).start - base;
        if token.token == Token::Neq && text[start as usize..].starts_with(BANG_EQUAL) {
            token.token = Token::CustomBinaryOperator(BANG_EQUAL.to_owned());
        }
        match &token.token {
            Token::Whitespace(Whitespace::MultiLineComment(comment)) if comment.starts_with('+') => {
                let after = tokens.last().map_or(base, |t| token_span(t).end);
                hints.push(Hint {
                    after,
                    text: comment[1..].to_owned(),
                    span: token_span(&token),
                });
            }
            Token::Whitespace(_) => {}
            _ => tokens.push(token),
        }
    }
    let error = result.err().map(|e| unreadable(&e, &mut places, open_comment));
    Tokens {
        tokens: move_within(tokens),
        hints,
        error,
    }
}

// Diagnostic: E1003 a piece of text is no token: a string, quoted name or comment is not closed.
fn unreadable(error: &TokenizerError, places: &mut Places<'_>, open_comment: Option<usize>) -> Diagnostic {
    let start = match open_comment {
        Some(at) => places.base + u32::try_from(at).expect("files are smaller than 4 GB"),
        None => u32::try_from(places.place(error.location).column - 1).expect("written by `location`"),
    };
    let rest = &places.text[(start - places.base) as usize..];
    let line_end = rest.find('\n').unwrap_or(rest.len());
    let end = start + u32::try_from(rest[..line_end].trim_end().len()).expect("files are smaller than 4 GB");
    let span = Span::new(places.source, start, end);
    let quote = rest
        .trim_start_matches(['x', 'X', 'u', 'U', '&', 'n', 'N'])
        .chars()
        .next();
    match quote {
        Some('\'') => Diagnostic::error("E1003", span, "this string is not closed")
            .with_help("close it with '; a quote inside a string is written ''"),
        Some('`') => Diagnostic::error("E1003", span, "this quoted name is not closed")
            .with_help("close it with a backtick; a backtick inside a name is written twice"),
        Some('"') => Diagnostic::error("E1003", span, "this double quote is not closed")
            .with_help("strings take single quotes, names take backticks"),
        _ if open_comment.is_some() => {
            Diagnostic::error("E1003", span, "this comment is not closed").with_help("close it with */")
        }
        _ => Diagnostic::error(
            "E1003",
            span,
            format!("this text is no part of SQL: {}", error.message),
        ),
    }
}

/// Walks from the tokenizer's lines and columns, which only grow, to byte offsets.
struct Places<'a> {
    source: u16,
    base: u32,
    text: &'a str,
    chars: std::str::CharIndices<'a>,
    line: u64,
    column: u64,
    offset: usize,
}

impl Places<'_> {
    fn place(&mut self, at: Location) -> Location {
        if (at.line, at.column) < (self.line, self.column) {
            self.chars = self.text.char_indices();
            (self.line, self.column, self.offset) = (1, 1, 0);
        }
        while (self.line, self.column) < (at.line, at.column) {
            let Some((_, c)) = self.chars.next() else { break };
            self.offset = self.chars.offset();
            (self.line, self.column) = if c == '\n' {
                (self.line + 1, 1)
            } else {
                (self.line, self.column + 1)
            };
        }
        let offset = u32::try_from(self.offset).expect("files are smaller than 4 GB");
        location(self.source, self.base + offset)
    }
}

/// What the blanking of `//` comments is inside of.
enum Inside {
    Text,
    Quoted(char),
    LineComment,
    BlockComment,
}

/// Replaces every character of a `//` comment by a blank, so that the columns stay. Also answers where a block
/// comment starts that is not closed.
fn blank_slash_comments(text: &str) -> (String, Option<usize>) {
    let mut out = String::with_capacity(text.len());
    let mut inside = Inside::Text;
    let mut blank = false;
    let mut comment_start = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        match inside {
            Inside::Text => match (c, next) {
                ('\'' | '`' | '"', _) => inside = Inside::Quoted(c),
                ('-', Some('-')) => inside = Inside::LineComment,
                ('/', Some('/')) => (inside, blank) = (Inside::LineComment, true),
                ('/', Some('*')) => {
                    (inside, comment_start) = (Inside::BlockComment, Some(at));
                    out.push(c);
                    out.extend(chars.next().map(|(_, c)| c));
                    continue;
                }
                _ => {}
            },
            Inside::Quoted(quote) if c == quote => inside = Inside::Text,
            Inside::LineComment if c == '\n' => (inside, blank) = (Inside::Text, false),
            Inside::BlockComment if c == '*' && next == Some('/') => {
                (inside, comment_start) = (Inside::Text, None);
                out.push(c);
                out.extend(chars.next().map(|(_, c)| c));
                continue;
            }
            _ => {}
        }
        out.push(if blank { ' ' } else { c });
    }
    (out, comment_start)
}

/// Moves ``PATTERN (…) WITHIN i DEFINE …`` to ``PATTERN (…) DEFINE $WITHIN AS i, …``.
fn move_within(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    if !tokens.iter().any(|t| is_word(&t.token, "WITHIN")) {
        return tokens;
    }
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 4);
    // Depths of the brackets of MATCH_RECOGNIZE that are open, and where a WITHIN began in `out`.
    let mut depth = 0usize;
    let mut matches: Vec<usize> = Vec::new();
    let mut within: Option<usize> = None;
    for token in tokens {
        match &token.token {
            Token::LParen => {
                depth += 1;
                if out.last().is_some_and(|t| is_word(&t.token, "MATCH_RECOGNIZE")) {
                    matches.push(depth);
                }
            }
            Token::RParen => {
                if matches.last() == Some(&depth) {
                    matches.pop();
                    within = None;
                }
                depth = depth.saturating_sub(1);
            }
            word if matches.last() == Some(&depth) && is_word(word, "WITHIN") => within = Some(out.len()),
            word if matches.last() == Some(&depth) && is_word(word, "DEFINE") => {
                if let Some(start) = within.take() {
                    let mut moved = out.split_off(start);
                    let span = moved.remove(0).span;
                    let symbol = Word {
                        value: WITHIN.to_owned(),
                        quote_style: None,
                        keyword: NO_KEYWORD,
                    };
                    out.push(token);
                    out.push(TokenWithSpan::new(Token::Word(symbol), span));
                    out.push(TokenWithSpan::new(Token::make_keyword("AS"), span));
                    out.extend(moved);
                    out.push(TokenWithSpan::new(Token::Comma, span));
                    continue;
                }
            }
            _ => {}
        }
        out.push(token);
    }
    out
}

const NO_KEYWORD: sqlparser::keywords::Keyword = sqlparser::keywords::Keyword::NoKeyword;
