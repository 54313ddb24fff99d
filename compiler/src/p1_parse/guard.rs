//! What sqlparser accepts and Flink does not: refused here, so that nothing is read with another meaning.
//!
//! In: the tokens of a statement before it is parsed, its queries and expressions after. Out: the first thing that
//! is not Flink's. What only concerns one node of sqlparser's tree is refused by the lowering, which names every
//! field of every node.

use core::ops::ControlFlow;

use sqlparser::ast::{
    CastKind, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, Query, SetExpr,
    TableFactor, Value, ValueWithSpan, Visit, Visitor,
};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::error::{statement_span, too_deep};
use super::insert::explicit_table;
use super::positions::{Positions, token_span};
use super::reserved::{is_expression, is_reserved_name};
use super::tokens::BANG_EQUAL;
use super::words::{self, is_word};
use crate::base::{Diagnostic, Span};

/// How long a statement may be, in tokens: trees are dropped recursively, and a chain of operators is as deep as
/// long.
const LONGEST: usize = 1_000_000;

/// How deep a tree of expressions or of set operations may be for the passes that walk it recursively. It bounds
/// chains of operators, which sqlparser's own limit does not count.
const DEEPEST_TREE: usize = 500;

/// The first token that Flink SQL does not have.
pub(super) fn tokens(tokens: &[TokenWithSpan]) -> Result<(), Diagnostic> {
    if tokens.len() > LONGEST {
        return Err(too_deep(statement_span(tokens)));
    }
    let pattern = tokens.iter().any(|t| is_word(&t.token, "MATCH_RECOGNIZE"));
    for (index, token) in tokens.iter().enumerate() {
        let span = token_span(token);
        let next = tokens.get(index + 1);
        if let Token::HexStringLiteral(digits) = &token.token
            && (span.end - span.start) as usize == digits.len() + "0x".len()
        {
            // Diagnostic: E1014 a number in hexadecimal digits, which would be read as bytes.
            let diagnostic =
                Diagnostic::error("E1014", span, "numbers are not written in hexadecimal digits");
            return Err(diagnostic.with_help(format!("write the decimal number, or x'{digits}' for bytes")));
        }
        // sqlparser skips this word before JOIN.
        let is_part = index > 0 && tokens[index - 1].token == Token::Period;
        if is_word(&token.token, "GLOBAL") && !is_part {
            let diagnostic =
                Diagnostic::error("E1005", span, "expected a name, found the reserved word GLOBAL");
            return Err(diagnostic.with_help("as a name it is written `GLOBAL`"));
        }
        if let Some(help) = foreign(&token.token, pattern) {
            return Err(refused(token, span, help));
        }
        let named = index > 0 && is_word(&tokens[index - 1].token, "AS");
        if let Some(diagnostic) = no_table(token, next).filter(|_| !named) {
            return Err(diagnostic);
        }
        let glued =
            next.is_some_and(|n| token_span(n).start == span.end && matches!(n.token, Token::Word(_)));
        if glued && matches!(token.token, Token::Number(..)) {
            // Diagnostic: E1014 letters directly behind a number.
            let message = "this number runs into a word";
            let diagnostic = Diagnostic::error("E1014", span.to(next.map_or(span, token_span)), message);
            return Err(diagnostic.with_help(
                "numbers have no suffix and no `_`; a name that starts with a digit takes \
                                             backticks",
            ));
        }
    }
    Ok(())
}

/// FROM or JOIN before a word that names no table; sqlparser takes some of these words for names.
fn no_table(token: &TokenWithSpan, next: Option<&TokenWithSpan>) -> Option<Diagnostic> {
    let clause = ["FROM", "JOIN"]
        .into_iter()
        .find(|word| is_word(&token.token, word))?;
    let next = next?;
    let word = words::word_of(&next.token)?;
    if word.eq_ignore_ascii_case("LATERAL") || !words::ends_expression(word) {
        return None;
    }
    // Diagnostic: E1005 a reserved word stands where a name is needed.
    let message = format!(
        "expected a table behind {clause}, found the reserved word {}",
        word.to_uppercase()
    );
    let diagnostic = Diagnostic::error("E1005", token_span(next), message);
    Some(diagnostic.with_help(format!("as a name it is written `{word}`")))
}

fn refused(token: &TokenWithSpan, span: Span, help: &str) -> Diagnostic {
    if let Token::DoubleQuotedString(text) = &token.token {
        // Diagnostic: E1004 double quotes quote nothing in Flink SQL.
        return Diagnostic::error("E1004", span, format!("\"{text}\" is in double quotes")).with_help(
            format!("a name takes backticks: `{text}`; a string takes single quotes: '{text}'"),
        );
    }
    // Diagnostic: E1014 an operator or literal that Flink SQL does not have.
    let diagnostic = Diagnostic::error(
        "E1014",
        span,
        format!("`{}` is not part of Flink SQL", token.token),
    );
    if help.is_empty() {
        diagnostic
    } else {
        diagnostic.with_help(help)
    }
}

/// What to use instead of a token that Flink SQL does not have; `None` for one that it has. The text may be empty.
fn foreign(token: &Token, pattern: bool) -> Option<&'static str> {
    use Token as T;
    match token {
        T::Word(_) | T::Number(_, false) | T::SingleQuotedString(_) | T::UnicodeStringLiteral(_) => None,
        T::HexStringLiteral(_) | T::Comma | T::Eq | T::Neq | T::Lt | T::Gt | T::LtEq | T::GtEq => None,
        T::Plus | T::Minus | T::Mul | T::Div | T::Mod | T::StringConcat | T::Period | T::Colon => None,
        T::LParen | T::RParen | T::LBracket | T::RBracket | T::LBrace | T::RBrace => None,
        T::SemiColon | T::RArrow | T::ShiftRight | T::EOF => None,
        T::Placeholder(text) if pattern && text == "?" => None,
        T::Pipe | T::Caret | T::Question if pattern => None,
        T::DoubleColon => Some("use CAST(value AS type)"),
        T::DoubleEq => Some("use ="),
        T::CustomBinaryOperator(text) if text == BANG_EQUAL => Some("use <>"),
        T::Spaceship => Some("use IS NOT DISTINCT FROM"),
        T::Arrow | T::LongArrow => Some("use JSON_VALUE or JSON_QUERY"),
        T::Tilde | T::TildeAsterisk | T::ExclamationMarkTilde => Some("use SIMILAR TO or REGEXP"),
        T::ShiftLeft | T::Ampersand | T::Pipe | T::Caret => Some("there are no operators on bits"),
        T::Placeholder(_) | T::Question => Some("parameters are not supported: write the value"),
        T::NationalStringLiteral(_) => Some("every string is Unicode: leave out the N"),
        T::Number(_, true) => Some("numbers have no suffix: use CAST(… AS BIGINT)"),
        _ => Some(""),
    }
}

/// What is wrong in a query although sqlparser took it.
pub(super) fn query(query: &Query, tokens: &[TokenWithSpan]) -> Result<(), Diagnostic> {
    visit(query, tokens)
}

pub(super) fn expression(expr: &Expr, tokens: &[TokenWithSpan]) -> Result<(), Diagnostic> {
    visit(expr, tokens)
}

fn visit(node: &impl Visit, tokens: &[TokenWithSpan]) -> Result<(), Diagnostic> {
    let within = statement_span(tokens);
    match node.visit(&mut Guard {
        tokens,
        within,
        depth: 0,
        no_names: Vec::new(),
    }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(diagnostic) => Err(diagnostic),
    }
}

struct Guard<'a> {
    tokens: &'a [TokenWithSpan],
    within: Span,
    /// How many expressions are around the next one.
    depth: usize,
    /// Words that stand for themselves: what functions are called, units of time.
    no_names: Vec<Span>,
}

impl Guard<'_> {
    fn span(&self, node: &impl sqlparser::ast::Spanned) -> Span {
        Positions::default().of(node, self.within)
    }

    /// Notes the words of a call that are no names.
    fn note_words(&mut self, expr: &Expr) {
        // Alone, UNKNOWN is a value and what other systems know of the session a column like others.
        if let Expr::Identifier(word) = expr
            && is_expression(&word.value)
        {
            self.no_names.push(Positions::default().ident(word, self.within));
        }
        let Expr::Function(function) = expr else { return };
        self.note_name(&function.name);
        if let FunctionArguments::List(list) = &function.args
            && let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(unit)))) =
                list.args.first()
            && words::is_unit(&unit.value)
            && words::takes_unit_first(&function.name.to_string())
        {
            self.no_names.push(Positions::default().ident(unit, self.within));
        }
    }

    /// The name of a function.
    fn note_name(&mut self, name: &ObjectName) {
        let words = name.0.iter().filter_map(|part| part.as_ident());
        let spans = words.map(|word| Positions::default().ident(word, self.within));
        self.no_names.extend(spans);
    }

    /// A string that stands where an operator or the next item should: `a 'b'`, `'a' 'b'`.
    fn string_alias(&self, text: &str) -> Diagnostic {
        let is_it = |t: &TokenWithSpan| matches!(&t.token, Token::SingleQuotedString(s) if s == text);
        let follows_operand = |t: &TokenWithSpan| {
            !matches!(
                &t.token,
                Token::LParen | Token::Comma | Token::Eq | Token::StringConcat | Token::Plus
            )
        };
        let pair = self
            .tokens
            .windows(2)
            .find(|w| is_it(&w[1]) && follows_operand(&w[0]));
        let span = pair.map_or(self.within, |w| token_span(&w[1]));
        // Diagnostic: E1016 a string stands where a name or an operator is needed.
        Diagnostic::error("E1016", span, format!("the string '{text}' cannot be a name")).with_help(format!(
            "an alias takes backticks: `{text}`; strings are joined by ||"
        ))
    }
}

/// The length of a chain of set operations.
fn set_operations(mut body: &SetExpr) -> usize {
    let mut length = 0;
    while let SetExpr::SetOperation { left, .. } = body {
        length += 1;
        body = left;
    }
    length
}

/// Whether `TABLE t` is one of the operands of a set operation.
fn holds_table(body: &SetExpr) -> bool {
    match body {
        SetExpr::Table(_) => true,
        SetExpr::SetOperation { left, right, .. } => holds_table(right) || holds_table(left),
        _ => false,
    }
}

impl Visitor for Guard<'_> {
    type Break = Diagnostic;

    fn pre_visit_ident(&mut self, ident: &Ident) -> ControlFlow<Diagnostic> {
        if ident.quote_style == Some('\'') {
            return ControlFlow::Break(self.string_alias(&ident.value));
        }
        let span = Positions::default().ident(ident, self.within);
        if ident.quote_style.is_none() && is_reserved_name(&ident.value) && !self.no_names.contains(&span) {
            // Diagnostic: E1005 a reserved word stands where a name is needed.
            let word = &ident.value;
            let message = format!("expected a name, found the reserved word {}", word.to_uppercase());
            let diagnostic = Diagnostic::error("E1005", span, message);
            return ControlFlow::Break(diagnostic.with_help(format!("as a name it is written `{word}`")));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Diagnostic> {
        if set_operations(&query.body) > DEEPEST_TREE {
            return ControlFlow::Break(too_deep(self.within));
        }
        let statement = match &*query.body {
            SetExpr::Insert(_) => "INSERT",
            SetExpr::Update(_) => "UPDATE",
            SetExpr::Delete(_) => "DELETE",
            SetExpr::Merge(_) => "MERGE",
            body if holds_table(body) => return ControlFlow::Break(explicit_table(self.span(query))),
            _ => return ControlFlow::Continue(()),
        };
        // Diagnostic: E1014 a statement that changes data stands behind WITH.
        let message = format!("expected a query behind WITH, found {statement}");
        let diagnostic = Diagnostic::error("E1014", self.within, message);
        ControlFlow::Break(diagnostic.with_help("write INSERT INTO t WITH … SELECT …"))
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<Diagnostic> {
        match table {
            TableFactor::Function { name, .. }
            | TableFactor::Table {
                name, args: Some(_), ..
            } => {
                self.note_name(name);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<Diagnostic> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Diagnostic> {
        self.depth += 1;
        if self.depth > DEEPEST_TREE {
            return ControlFlow::Break(too_deep(self.within));
        }
        self.note_words(expr);
        let help = match expr {
            Expr::Cast {
                kind: CastKind::SafeCast,
                ..
            } => "use TRY_CAST",
            Expr::JsonAccess { .. } => "use JSON_VALUE or JSON_QUERY",
            Expr::ILike { .. } => "use LOWER(a) LIKE LOWER(b)",
            Expr::RLike { .. } => "use REGEXP(text, pattern)",
            Expr::AtTimeZone { .. } => {
                "use CONVERT_TZ(text, from, to), or SET 'table.local-time-zone' and CAST(… AS TIMESTAMP_LTZ(3))"
            }
            Expr::Convert { .. } => "use CAST(value AS type)",
            Expr::Collate { .. } => "strings compare by their characters' codes",
            _ => return ControlFlow::Continue(()),
        };
        // Diagnostic: E1014 a form of another dialect.
        let diagnostic = Diagnostic::error(
            "E1014",
            self.span(expr),
            format!("`{expr}` is not part of Flink SQL"),
        );
        ControlFlow::Break(diagnostic.with_help(help))
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<Diagnostic> {
        if !matches!(value.value, Value::Placeholder(_)) {
            return ControlFlow::Continue(());
        }
        // Diagnostic: E1014 a parameter of a prepared statement.
        let diagnostic = Diagnostic::error("E1014", self.span(value), "parameters are not supported");
        ControlFlow::Break(diagnostic.with_help("write the value"))
    }
}
