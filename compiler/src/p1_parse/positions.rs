//! From a sqlparser node to its [`Span`].
//!
//! In: nodes whose tokens were placed by `tokens` (`Location.line` = file + 1, `Location.column` = byte offset + 1).
//! Out: the bytes of the whole node. sqlparser's own spans of many expressions miss a leading keyword or a closing
//! bracket; [`Positions::expr`] finds the missing tokens again, because it keeps the place of every token.

use sqlparser::ast::{DataType, Expr, Ident, Spanned, TypedString};
use sqlparser::tokenizer::{Location, Span as SqlSpan, Token, TokenWithSpan};

use super::words::word_of;
use crate::base::Span;

/// Where the byte `offset` of file `source` is, in sqlparser's terms.
pub(super) fn location(source: u16, offset: u32) -> Location {
    Location {
        line: u64::from(source) + 1,
        column: u64::from(offset) + 1,
    }
}

/// The span that sqlparser knows for a node; `None` when it knows none.
fn recorded(span: SqlSpan) -> Option<Span> {
    if span.start.line == 0 || span.end.line == 0 {
        return None;
    }
    let source = u16::try_from(span.start.line - 1).expect("written by `location`");
    let offset = |l: Location| u32::try_from(l.column - 1).expect("written by `location`");
    Some(Span::new(source, offset(span.start), offset(span.end)))
}

/// The span of one token.
pub(super) fn token_span(token: &TokenWithSpan) -> Span {
    recorded(token.span).expect("tokens were placed by `tokens`")
}

/// The type of a typed literal carries the place of its first word.
fn typed_string(literal: &TypedString) -> Option<Span> {
    let DataType::Custom(name, _) = &literal.data_type else {
        return None;
    };
    let first = recorded(name.0.first()?.as_ident()?.span)?;
    Some(first.to(recorded(literal.value.span)?))
}

/// What [`Positions`] keeps of a token.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Open,
    Close,
    /// An unquoted word in upper case.
    Word(String),
    Other,
}

/// The place of every token of an application.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Positions {
    /// By file; in the order of the text.
    files: Vec<Vec<(Span, Piece)>>,
}

/// A run of tokens of one file, first and last included.
#[derive(Clone, Copy)]
struct Run {
    first: usize,
    last: usize,
}

impl Positions {
    /// Takes the tokens of the next file.
    pub(super) fn add_file(&mut self, tokens: &[TokenWithSpan]) {
        let piece = |token: &TokenWithSpan| match &token.token {
            Token::LParen | Token::LBracket => Piece::Open,
            Token::RParen | Token::RBracket => Piece::Close,
            other => word_of(other).map_or(Piece::Other, |word| Piece::Word(word.to_ascii_uppercase())),
        };
        let mut pieces: Vec<_> = tokens.iter().map(|t| (token_span(t), piece(t))).collect();
        pieces.sort_by_key(|(span, _)| *span);
        self.files.push(pieces);
    }

    /// The span of any node: a name, a table factor, a query. `within` is the enclosing span; it
    /// answers for the few nodes that sqlparser gives no place.
    pub fn of(&self, node: &impl Spanned, within: Span) -> Span {
        recorded(node.span()).unwrap_or(within)
    }

    /// The span of an identifier, quotes included.
    pub fn ident(&self, ident: &Ident, within: Span) -> Span {
        recorded(ident.span).unwrap_or(within)
    }

    /// The span of a whole expression, keywords and brackets included. `within` as for [`Positions::of`].
    pub fn expr(&self, expr: &Expr, within: Span) -> Span {
        self.whole(expr).unwrap_or(within)
    }

    fn whole(&self, expr: &Expr) -> Option<Span> {
        let raw = recorded(expr.span());
        match expr {
            Expr::BinaryOp { left, right, .. } => self.both(left, right),
            Expr::IsDistinctFrom(a, b) | Expr::IsNotDistinctFrom(a, b) => self.both(a, b),
            Expr::AtTimeZone { timestamp, time_zone } => self.both(timestamp, time_zone),
            Expr::Between { expr, high, .. } => self.both(expr, high),
            Expr::Like { expr, pattern, .. } | Expr::SimilarTo { expr, pattern, .. } => {
                self.both(expr, pattern)
            }
            Expr::UnaryOp { expr, .. } => self.grow(self.whole(expr)?, |f, r| f.before(r)),
            Expr::IsNull(e) | Expr::IsNotNull(e) | Expr::IsTrue(e) | Expr::IsNotTrue(e) => self.is_test(e),
            Expr::IsFalse(e) | Expr::IsNotFalse(e) | Expr::IsUnknown(e) | Expr::IsNotUnknown(e) => {
                self.is_test(e)
            }
            Expr::InList { expr, .. } | Expr::InSubquery { expr, .. } => {
                self.grow(self.whole(expr)?, |f, r| f.up_to_list(r))
            }
            Expr::Cast { .. } => self.grow(raw?, |f, r| f.call_of(r, &["CAST", "TRY_CAST"])),
            Expr::Extract { .. } => self.grow(raw?, |f, r| f.call_of(r, &["EXTRACT"])),
            Expr::Ceil { .. } => self.grow(raw?, |f, r| f.call_of(r, &["CEIL", "CEILING"])),
            Expr::Floor { .. } => self.grow(raw?, |f, r| f.call_of(r, &["FLOOR"])),
            Expr::Position { .. } => self.grow(raw?, |f, r| f.call_of(r, &["POSITION"])),
            Expr::Substring { .. } => self.grow(raw?, |f, r| f.call_of(r, &["SUBSTRING", "SUBSTR"])),
            Expr::Trim { .. } => self.grow(raw?, |f, r| f.call_of(r, &["TRIM"])),
            Expr::Overlay { .. } => self.grow(raw?, |f, r| f.call_of(r, &["OVERLAY"])),
            Expr::Exists { negated, .. } => self.grow(raw?, |f, r| {
                let call = f.call_of(r, &["EXISTS"])?;
                if *negated { f.before(call) } else { Some(call) }
            }),
            Expr::Nested(e) => self.grow(self.whole(e)?, |f, r| f.enclosing(r)),
            Expr::Tuple(_) | Expr::Subquery(_) => self.grow(raw?, |f, r| f.enclosing(r)),
            Expr::Array(_) => self.grow(raw?, |f, r| f.call_of(r, &["ARRAY"])),
            Expr::Interval(_) => self.grow(raw?, |f, r| f.interval(r)),
            Expr::TypedString(literal) => typed_string(literal).or(raw),
            Expr::Function(_) => self.grow(raw?, |f, r| f.function(r)),
            Expr::CompoundFieldAccess { .. } => self.grow(raw?, |f, r| f.balanced(r)),
            _ => raw,
        }
    }

    fn both(&self, first: &Expr, last: &Expr) -> Option<Span> {
        Some(self.whole(first)?.to(self.whole(last)?))
    }

    /// `e IS [NOT] NULL` and kin: two or three words after the operand.
    fn is_test(&self, operand: &Expr) -> Option<Span> {
        self.grow(self.whole(operand)?, |file, run| {
            let words = if file.word(run.last + 2) == Some("NOT") {
                3
            } else {
                2
            };
            Some(Run {
                last: run.last + words,
                ..run
            })
        })
    }

    /// Widens a span by whole tokens; when the tokens are not as expected, the span stays.
    fn grow(&self, span: Span, widen: impl Fn(&File<'_>, Run) -> Option<Run>) -> Option<Span> {
        let pieces = self.files.get(usize::from(span.source))?;
        let file = File { pieces };
        let first = pieces.partition_point(|(s, _)| s.end <= span.start);
        let last = pieces
            .partition_point(|(s, _)| s.start < span.end)
            .checked_sub(1)?;
        if last < first {
            return Some(span);
        }
        let Some(run) = widen(&file, Run { first, last }) else {
            return Some(span);
        };
        let (start, end) = (pieces.get(run.first)?.0, pieces.get(run.last)?.0);
        Some(span.to(start).to(end))
    }
}

/// The tokens of one file and the ways to widen a run of them.
struct File<'a> {
    pieces: &'a [(Span, Piece)],
}

impl File<'_> {
    fn piece(&self, index: usize) -> Option<&Piece> {
        self.pieces.get(index).map(|(_, piece)| piece)
    }

    fn word(&self, index: usize) -> Option<&str> {
        match self.piece(index)? {
            Piece::Word(word) => Some(word),
            _ => None,
        }
    }

    fn before(&self, run: Run) -> Option<Run> {
        let first = run.first.checked_sub(1)?;
        Some(Run { first, ..run })
    }

    /// The bracket that closes the one at `open`.
    fn close_of(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        for (index, (_, piece)) in self.pieces.iter().enumerate().skip(open) {
            match piece {
                Piece::Open => depth += 1,
                Piece::Close => depth = depth.checked_sub(1)?,
                _ => continue,
            }
            if depth == 0 {
                return Some(index);
            }
        }
        None
    }

    /// The innermost bracket opened before `index` and still open there.
    fn open_before(&self, index: usize) -> Option<usize> {
        let mut depth = 0usize;
        for at in (0..index).rev() {
            match self.piece(at)? {
                Piece::Close => depth += 1,
                Piece::Open if depth == 0 => return Some(at),
                Piece::Open => depth -= 1,
                _ => {}
            }
        }
        None
    }

    fn enclosing(&self, run: Run) -> Option<Run> {
        let first = self.open_before(run.first)?;
        let last = self.close_of(first)?;
        Some(Run { first, last })
    }

    /// `KEYWORD ( … )` or `KEYWORD [ … ]` around the run.
    fn call_of(&self, run: Run, keywords: &[&str]) -> Option<Run> {
        if self.word(run.first).is_some_and(|w| keywords.contains(&w)) {
            return self.balanced(run);
        }
        let mut at = run.first;
        loop {
            let open = self.open_before(at)?;
            let keyword = open.checked_sub(1)?;
            if self.word(keyword).is_some_and(|w| keywords.contains(&w)) {
                let last = self.close_of(open)?;
                return Some(Run { first: keyword, last });
            }
            at = open;
        }
    }

    /// Forward until every bracket opened inside the run is closed.
    fn balanced(&self, run: Run) -> Option<Run> {
        let mut last = run.last;
        let mut at = run.first;
        while at <= last {
            if *self.piece(at)? == Piece::Open {
                let close = self.close_of(at)?;
                last = last.max(close);
                at = close;
            }
            at += 1;
        }
        Some(Run { last, ..run })
    }

    /// Forward over the first bracketed list after the run: `a IN (…)`.
    fn up_to_list(&self, run: Run) -> Option<Run> {
        let open = (run.last + 1..self.pieces.len()).find(|&at| self.pieces[at].1 == Piece::Open)?;
        let last = self.close_of(open)?;
        Some(Run { last, ..run })
    }

    /// A call with its arguments and the clauses after them.
    fn function(&self, run: Run) -> Option<Run> {
        let mut run = self.balanced(run)?;
        if self.piece(run.last + 1) == Some(&Piece::Open) {
            run.last = self.close_of(run.last + 1)?;
        }
        loop {
            run.last = match self.word(run.last + 1) {
                Some("FILTER" | "WITHIN") => self.up_to_list(run)?.last,
                Some("OVER") if self.piece(run.last + 2) == Some(&Piece::Open) => self.up_to_list(run)?.last,
                Some("OVER" | "IGNORE" | "RESPECT") => run.last + 2,
                _ => return Some(run),
            };
        }
    }

    /// `INTERVAL [sign] value UNIT [(p)] [TO UNIT [(p)]]`, from its value.
    fn interval(&self, run: Run) -> Option<Run> {
        let mut run = self.back_to(run, &["INTERVAL"])?;
        loop {
            run.last = match self.word(run.last + 1) {
                Some("TO") => run.last + 2,
                Some(word) if super::words::is_unit(word) => run.last + 1,
                _ => return Some(run),
            };
            if self.piece(run.last + 1) == Some(&Piece::Open) {
                run.last = self.close_of(run.last + 1)?;
            }
        }
    }

    /// Back to one of the keywords, at most a few tokens away.
    fn back_to(&self, run: Run, keywords: &[&str]) -> Option<Run> {
        let earliest = run.first.saturating_sub(5);
        let first = (earliest..=run.first)
            .rev()
            .find(|&at| self.word(at).is_some_and(|w| keywords.contains(&w)))?;
        Some(Run { first, ..run })
    }
}
