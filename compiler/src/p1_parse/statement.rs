//! The driver: files → statements.
//!
//! In: the files of an application. Out: the [`Script`]. The tokens of a file are cut into statements at `;` before
//! anything is parsed, so a mistake in one statement costs no other, and the end of a statement is where its
//! grammar must end. A statement set is cut again, into its INSERTs.

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::ast::{Explain, Hint, Insert, QueryText, Script, SqlExpr, Statement, StatementKind};
use super::dialect::FlinkDialect;
use super::error::{self, Parse, refuse};
use super::positions::token_span;
use super::words::{STATEMENT_WORDS, is_word, word_of};
use super::{command, create, cursor, guard, insert, tokens};
use crate::base::{Diagnostic, ErrorSink, SourceMap, Span, nearest};

/// How deep expressions and queries may nest.
const DEEPEST: usize = 200;

/// Parses all files of an application, in order. Statements with mistakes are reported and left out.
pub fn parse(sources: &SourceMap, errors: &mut ErrorSink) -> Script {
    let mut script = Script::default();
    for (number, file) in sources.files().iter().enumerate() {
        let source = u16::try_from(number).expect("SourceMap numbers files in 16 bits");
        let mut read = tokens::tokenize(&FlinkDialect::default(), source, &file.text, 0);
        script.positions.add_file(&read.tokens);
        let mut pieces = split(&read.tokens);
        if let Some(error) = read.error {
            errors.push(error);
            // The last statement is broken off where the text cannot be read.
            if read.tokens.last().is_some_and(|t| t.token != Token::SemiColon) {
                pieces.pop();
            }
        }
        for piece in pieces {
            let mut parse = StatementParser {
                hints: &mut read.hints,
                errors,
            };
            script.statements.extend(parse.statement(piece));
        }
        for hint in read.hints {
            errors.push(stray_hint(&hint));
        }
    }
    script
}

// Diagnostic: E1012 a hint stands where no query takes it.
fn stray_hint(hint: &Hint) -> Diagnostic {
    Diagnostic::error("E1012", hint.span, "this hint belongs to no query").with_help(
        "hints stand behind SELECT or behind a table's name; a plain comment starts with /* and a blank",
    )
}

/// Cuts at `;`, but not inside a statement set. The pieces are not empty and end before their `;`.
fn split(tokens: &[TokenWithSpan]) -> Vec<&[TokenWithSpan]> {
    let mut pieces = Vec::new();
    let mut rest = tokens;
    while !rest.is_empty() {
        let end = match set_body(rest) {
            Some(body) => set_end(rest, body).map_or(rest.len(), |end| end + 1),
            None => rest
                .iter()
                .position(|t| t.token == Token::SemiColon)
                .unwrap_or(rest.len()),
        };
        if end > 0 {
            pieces.push(&rest[..end]);
        }
        rest = &rest[(end + 1).min(rest.len())..];
    }
    pieces
}

/// Where the INSERTs of a statement set begin: behind `STATEMENT SET BEGIN` or `BEGIN STATEMENT SET;`. `None` when
/// the tokens do not begin a statement set.
fn set_body(tokens: &[TokenWithSpan]) -> Option<usize> {
    let word = |at: usize, word: &str| tokens.get(at).is_some_and(|t| is_word(&t.token, word));
    let mut at = 0;
    if word(0, "EXPLAIN") {
        let head = tokens
            .iter()
            .take_while(|t| t.token == Token::Comma || word_of(&t.token).is_some());
        at = head.take_while(|t| !is_word(&t.token, "STATEMENT")).count();
    } else if word(0, "EXECUTE") || word(0, "BEGIN") {
        at = 1;
    }
    if !word(at, "STATEMENT") || !word(at + 1, "SET") {
        return None;
    }
    if word(0, "BEGIN") {
        let semicolon = tokens.get(at + 2).is_some_and(|t| t.token == Token::SemiColon);
        return semicolon.then_some(at + 3);
    }
    word(at + 2, "BEGIN").then_some(at + 3)
}

/// The END of a statement set: the first behind a `;` (or at once) that ends the statement.
fn set_end(tokens: &[TokenWithSpan], body: usize) -> Option<usize> {
    (body..tokens.len()).find(|&at| {
        let begins = at == body || tokens[at - 1].token == Token::SemiColon;
        let ends = tokens.get(at + 1).is_none_or(|t| t.token == Token::SemiColon);
        begins && ends && is_word(&tokens[at].token, "END")
    })
}

/// Parses one statement after the other and gives out the hints.
struct StatementParser<'a> {
    /// Hints nobody has taken yet, in the order of the text.
    hints: &'a mut Vec<Hint>,
    errors: &'a mut ErrorSink,
}

impl StatementParser<'_> {
    /// One statement; what is wrong in it is reported.
    fn statement(&mut self, tokens: &[TokenWithSpan]) -> Option<Statement> {
        let span = token_span(tokens.first()?).to(token_span(tokens.last()?));
        let result = match set_body(tokens) {
            Some(body) if !is_word(&tokens[0].token, "EXPLAIN") => self.statement_set(tokens, body, span),
            _ if is_word(&tokens[0].token, "EXPLAIN") => self.explain(tokens, span),
            _ => self.plain(tokens),
        };
        match result {
            Ok(kind) => Some(Statement { kind, span }),
            Err(diagnostics) => {
                self.hints.retain(|h| !inside(h, span));
                diagnostics.into_iter().for_each(|d| self.errors.push(d));
                None
            }
        }
    }

    fn plain(&mut self, tokens: &[TokenWithSpan]) -> Result<StatementKind, Vec<Diagnostic>> {
        guard::tokens(tokens).map_err(|d| vec![d])?;
        let mut kind = run(tokens, kind).map_err(|d| vec![d])?;
        let mut parts = Parts::default();
        parts.collect(&mut kind);
        let guarded = parts.guard(tokens);
        guarded.map_err(|d| vec![d])?;
        self.give_hints(parts.queries, tokens);
        Ok(kind)
    }

    /// Moves the hints inside the statement to its query.
    fn give_hints(&mut self, queries: Vec<&mut QueryText>, tokens: &[TokenWithSpan]) {
        let span = token_span(&tokens[0]).to(token_span(&tokens[tokens.len() - 1]));
        if let Some(query) = queries.into_iter().next() {
            let (taken, left) = std::mem::take(self.hints)
                .into_iter()
                .partition(|h| inside(h, span));
            *self.hints = left;
            query.hints = taken;
        }
    }

    /// The INSERTs of a statement set; each is parsed on its own.
    fn statement_set(
        &mut self,
        tokens: &[TokenWithSpan],
        body: usize,
        span: Span,
    ) -> Result<StatementKind, Vec<Diagnostic>> {
        let Some(end) = set_end(tokens, body) else {
            // Diagnostic: E1015 a statement set is not ended.
            let head = token_span(&tokens[0]).to(token_span(&tokens[body - 1]));
            let diagnostic = Diagnostic::error("E1015", head, "this statement set has no END");
            return Err(vec![
                diagnostic.with_help("every INSERT in it ends with `;`, and the set with END;"),
            ]);
        };
        let mut inserts: Vec<Insert> = Vec::new();
        let mut wrong = Vec::new();
        for piece in tokens[body..end]
            .split(|t| t.token == Token::SemiColon)
            .filter(|p| !p.is_empty())
        {
            match self.plain(piece) {
                Ok(StatementKind::Insert(insert)) => inserts.push(insert),
                Ok(_) => {
                    // Diagnostic: E1015 a statement set holds something else than INSERT.
                    let span = token_span(&piece[0]).to(token_span(&piece[piece.len() - 1]));
                    let diagnostic =
                        Diagnostic::error("E1015", span, "a statement set holds only INSERT statements");
                    wrong.push(diagnostic.with_help("put the other statements before the set"));
                }
                Err(diagnostics) => wrong.extend(diagnostics),
            }
        }
        if inserts.is_empty() && wrong.is_empty() {
            // Diagnostic: E1015 a statement set is empty.
            wrong.push(Diagnostic::error(
                "E1015",
                span,
                "this statement set holds no INSERT",
            ));
        }
        if wrong.is_empty() {
            Ok(StatementKind::StatementSet(inserts))
        } else {
            Err(wrong)
        }
    }

    fn explain(&mut self, tokens: &[TokenWithSpan], span: Span) -> Result<StatementKind, Vec<Diagnostic>> {
        let head = |parser: &mut Parser<'_>| {
            parser.advance_token();
            let details = command::explain_details(parser)?;
            if cursor::at_end(parser) {
                return Err(error::expected(parser, "the statement to explain"));
            }
            Ok((details, parser.index()))
        };
        let (details, rest) = run_prefix(tokens, head).map_err(|d| vec![d])?;
        let inner = &tokens[rest..];
        let inner_span = token_span(&inner[0]).to(span);
        let kind = match set_body(inner) {
            Some(body) => self.statement_set(inner, body, inner_span)?,
            None => self.plain(inner)?,
        };
        let can_be_explained = matches!(
            kind,
            StatementKind::Insert(_) | StatementKind::StatementSet(_) | StatementKind::Query(_)
        );
        if !can_be_explained {
            // Diagnostic: E1015 EXPLAIN of something that has no plan.
            let inner_span = token_span(&inner[0]).to(token_span(&inner[inner.len() - 1]));
            let message = "EXPLAIN takes a query, an INSERT or a statement set";
            return Err(vec![Diagnostic::error("E1015", inner_span, message)]);
        }
        let inner_span = token_span(&inner[0]).to(token_span(&inner[inner.len() - 1]));
        let statement = Box::new(Statement {
            kind,
            span: inner_span,
        });
        Ok(StatementKind::Explain(Explain { details, statement }))
    }
}

fn inside(hint: &Hint, span: Span) -> bool {
    hint.span.source == span.source && span.start <= hint.span.start && hint.after <= span.end
}

/// Runs a parser over all the tokens; every one of them must be taken.
fn run<T>(
    tokens: &[TokenWithSpan],
    parse: impl FnOnce(&mut Parser<'_>) -> Parse<T>,
) -> Result<T, Diagnostic> {
    run_prefix(tokens, |parser| {
        let value = parse(parser)?;
        if cursor::at_end(parser) {
            return Ok(value);
        }
        Err(error::expected(parser, "end of statement"))
    })
}

/// Runs a parser over the first tokens.
fn run_prefix<T>(
    tokens: &[TokenWithSpan],
    parse: impl FnOnce(&mut Parser<'_>) -> Parse<T>,
) -> Result<T, Diagnostic> {
    let dialect = FlinkDialect::default();
    let parser = Parser::new(&dialect).with_recursion_limit(DEEPEST);
    let mut parser = parser.with_tokens_with_locations(tokens.to_vec());
    parse(&mut parser).map_err(|e| error::diagnostic(&dialect.deepest_error(e), tokens, parser.index()))
}

/// A statement, by its first word.
fn kind(parser: &mut Parser<'_>) -> Parse<StatementKind> {
    if let Some(kind) = command::command(parser) {
        return Ok(kind);
    }
    let start = cursor::span_here(parser);
    let word = cursor::upper(parser);
    if matches!(word.as_str(), "SELECT" | "WITH" | "VALUES" | "TABLE")
        || cursor::at_token(parser, 0, &Token::LParen)
    {
        return insert::query(parser).map(StatementKind::Query);
    }
    if !matches!(
        word.as_str(),
        "CREATE" | "REPLACE" | "INSERT" | "EXECUTE" | "DROP" | "SET" | "RESET"
    ) {
        return Err(unknown(parser, start, &word));
    }
    parser.advance_token();
    match word.as_str() {
        "CREATE" => create::create(parser),
        "REPLACE" => {
            cursor::expect(parser, &["TABLE"])?;
            create::table(parser, false, true)
        }
        "INSERT" => insert::insert(parser, start).map(StatementKind::Insert),
        "EXECUTE" if cursor::take(parser, &["INSERT"]) => {
            insert::insert(parser, start).map(StatementKind::Insert)
        }
        "EXECUTE" if cursor::at_word(parser, 0, "STATEMENT") => {
            Err(error::expected(parser, "STATEMENT SET BEGIN … END"))
        }
        "EXECUTE" => insert::query(parser).map(StatementKind::Query),
        "DROP" => command::drop_statement(parser),
        "SET" => command::set(parser),
        _ => command::reset(parser),
    }
}

// Diagnostic: E1002 no statement starts with this word.
fn unknown(parser: &Parser<'_>, span: Span, word: &str) -> ParserError {
    let found = &parser.peek_token_ref().token;
    let message = format!("no statement starts with `{found}`");
    let diagnostic = Diagnostic::error("E1002", span, message);
    refuse(match nearest::nearest(word, STATEMENT_WORDS.iter().copied()) {
        _ if word == "STATEMENT" => diagnostic.with_help("write EXECUTE STATEMENT SET BEGIN … END"),
        _ if word == "BEGIN" => diagnostic.with_help("write BEGIN STATEMENT SET; … END;"),
        Some(suggestion) => diagnostic.with_help(format!("did you mean {suggestion}?")),
        None => diagnostic,
    })
}

/// The queries and expressions of a statement.
#[derive(Default)]
struct Parts<'a> {
    queries: Vec<&'a mut QueryText>,
    expressions: Vec<&'a SqlExpr>,
}

impl<'a> Parts<'a> {
    fn collect(&mut self, kind: &'a mut StatementKind) {
        match kind {
            StatementKind::Query(query) => self.queries.push(query),
            StatementKind::CreateView(view) => self.queries.push(&mut view.query),
            StatementKind::Insert(insert) => {
                self.queries.push(&mut insert.query);
                self.expressions
                    .extend(insert.partition.iter().filter_map(|(_, value)| value.as_ref()));
            }
            StatementKind::CreateTable(table) => {
                self.queries.extend(table.as_query.as_mut());
                self.expressions.extend(table.watermarks.iter().map(|w| &w.expr));
                self.expressions
                    .extend(table.columns.iter().filter_map(|c| match &c.kind {
                        super::ast::ColumnDefKind::Computed { expr } => Some(expr),
                        _ => None,
                    }));
            }
            _ => {}
        }
    }

    fn guard(&self, tokens: &[TokenWithSpan]) -> Result<(), Diagnostic> {
        self.queries
            .iter()
            .try_for_each(|q| guard::query(&q.query, tokens))?;
        self.expressions
            .iter()
            .try_for_each(|e| guard::expression(&e.expr, tokens))
    }
}
