//! Flink's dialect as sqlparser's hooks and flags.
//!
//! In: the parser at an expression. Out: what sqlparser would not parse, or would parse with another meaning. The
//! special forms themselves are in `prefix`, `infix` and `json`; this file only decides which one it is.

use std::cell::RefCell;

use sqlparser::ast::Expr;
use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

use super::error::{Parse, depth};
use super::reserved::is_reserved_name;
use super::{infix, prefix, words};

/// The dialect of one parse.
#[derive(Debug, Default)]
pub(super) struct FlinkDialect {
    /// The error of a hook that lies deepest in the text. sqlparser tries alternatives and reports the last one's
    /// error; this one says more.
    deepest: RefCell<Option<ParserError>>,
}

impl FlinkDialect {
    /// The error to report when the parse ended with `error`.
    pub(super) fn deepest_error(&self, error: ParserError) -> ParserError {
        match self.deepest.take() {
            Some(hook) if depth(&hook) >= depth(&error) || error == ParserError::RecursionLimitExceeded => {
                hook
            }
            _ => error,
        }
    }

    fn remember(&self, result: Parse<Expr>) -> Parse<Expr> {
        if let Err(error) = &result {
            let mut deepest = self.deepest.borrow_mut();
            if deepest.as_ref().is_none_or(|d| depth(d) < depth(error)) {
                *deepest = Some(error.clone());
            }
        }
        result
    }
}

impl Dialect for FlinkDialect {
    fn is_delimited_identifier_start(&self, c: char) -> bool {
        c == '`'
    }

    fn identifier_quote_style(&self, _: &str) -> Option<char> {
        Some('`')
    }

    fn is_identifier_start(&self, c: char) -> bool {
        c.is_alphabetic() || c == '_'
    }

    fn is_identifier_part(&self, c: char) -> bool {
        c.is_alphanumeric() || c == '_' || c == '$'
    }

    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Parse<Expr>> {
        prefix::parse(parser).map(|result| self.remember(result))
    }

    fn parse_infix(&self, parser: &mut Parser<'_>, left: &Expr, _precedence: u8) -> Option<Parse<Expr>> {
        infix::parse(parser, left, self).map(|result| self.remember(result))
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Parse<u8>> {
        infix::precedence(parser, self).map(Ok)
    }

    /// Calcite binds LIKE and BETWEEN tighter than comparisons.
    fn prec_value(&self, precedence: Precedence) -> u8 {
        match precedence {
            Precedence::Period => 100,
            Precedence::DoubleColon => 50,
            Precedence::AtTz => 41,
            Precedence::MulDivModOp => 40,
            Precedence::PlusMinus => 30,
            Precedence::Between | Precedence::Like => 25,
            Precedence::Xor | Precedence::Ampersand | Precedence::Caret => 24,
            Precedence::Pipe | Precedence::Colon | Precedence::PgOther => 24,
            Precedence::Eq => 20,
            Precedence::Is => 17,
            Precedence::UnaryNot => 15,
            Precedence::And => 10,
            Precedence::Or => 5,
        }
    }

    /// Without this, a special form that fails is tried again as a column of that name, and the error is lost.
    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        use Keyword::{ARRAY, CASE, CAST, EXISTS, EXTRACT, FALSE, INTERVAL, NOT, NULL, TRIM, TRUE, TRY_CAST};
        let forms = [
            ARRAY, CASE, CAST, EXISTS, EXTRACT, FALSE, INTERVAL, NOT, NULL, TRIM, TRUE, TRY_CAST,
        ];
        forms.contains(&keyword)
    }

    /// A word of a clause is no alias without AS, nor is the unit in `(a - b) DAY`. Other reserved words are taken
    /// for aliases here, so that what refuses them can say how they are written.
    fn is_select_item_alias(&self, explicit: bool, _: &Keyword, parser: &mut Parser<'_>) -> bool {
        let word = words::word_of(&parser.get_current_token().token);
        let is_unit = |w: &str| words::is_unit(w) && is_reserved_name(w);
        explicit || !word.is_some_and(|w| is_unit(w) || words::is_reserved(w))
    }

    fn is_table_factor_alias(&self, explicit: bool, _: &Keyword, parser: &mut Parser<'_>) -> bool {
        let word = words::word_of(&parser.get_current_token().token);
        explicit || !word.is_some_and(is_reserved_name)
    }

    fn supports_unicode_string_literal(&self) -> bool {
        true
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_match_recognize(&self) -> bool {
        true
    }

    fn supports_table_versioning(&self) -> bool {
        true
    }

    fn supports_values_as_table_factor(&self) -> bool {
        true
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }

    fn supports_boolean_literals(&self) -> bool {
        true
    }

    fn require_interval_qualifier(&self) -> bool {
        true
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn supports_named_fn_args_with_rarrow_operator(&self) -> bool {
        true
    }

    fn supports_left_associative_joins_without_parens(&self) -> bool {
        true
    }
}
