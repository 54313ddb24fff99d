//! Forms of Flink's that follow an expression: SYMMETRIC, MULTISET UNION, and a difference of times with its unit.
//!
//! In: the parser after an expression. Out: `None` when sqlparser's own grammar goes on, else the form with the
//! expression as its first operand.

use sqlparser::ast::Expr;
use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::cursor::{at_word, at_words, expect, take, upper};
use super::dialect::FlinkDialect;
use super::error::{Parse, expected};
use super::{ext, words};

/// A unit after a bracket binds tighter than any operator.
const UNIT: u8 = 45;

/// The precedence of a form of Flink's that is next here.
pub(super) fn precedence(parser: &Parser<'_>, dialect: &FlinkDialect) -> Option<u8> {
    if at_difference_unit(parser) {
        return Some(UNIT);
    }
    at_multiset(parser).then(|| dialect.prec_value(Precedence::PlusMinus))
}

pub(super) fn parse(parser: &mut Parser<'_>, left: &Expr, dialect: &FlinkDialect) -> Option<Parse<Expr>> {
    if at_difference_unit(parser) {
        return Some(difference(parser, left));
    }
    if at_multiset(parser) {
        return Some(multiset(parser, left, dialect));
    }
    let negated = at_word(parser, 0, "NOT");
    let between = usize::from(negated);
    let symmetric = at_word(parser, between + 1, "SYMMETRIC");
    if !at_word(parser, between, "BETWEEN") || !(symmetric || at_word(parser, between + 1, "ASYMMETRIC")) {
        return None;
    }
    Some(between_symmetric(parser, left, dialect, negated, symmetric))
}

/// Whether `) DAY` or kin is here.
fn at_difference_unit(parser: &Parser<'_>) -> bool {
    parser.get_current_token().token == Token::RParen
        && words::word_of(&parser.peek_token_ref().token).is_some_and(words::is_unit)
}

fn at_multiset(parser: &Parser<'_>) -> bool {
    ["UNION", "EXCEPT", "INTERSECT"]
        .iter()
        .any(|word| at_words(parser, &["MULTISET", word]))
}

/// `(a - b) DAY [TO SECOND]`
fn difference(parser: &mut Parser<'_>, left: &Expr) -> Parse<Expr> {
    let mut name = format!("$DIFFERENCE {}", upper(parser));
    let span = parser.next_token().span;
    if take(parser, &["TO"]) {
        let unit = upper(parser);
        if !words::is_unit(&unit) {
            return Err(expected(parser, "a unit of time"));
        }
        parser.advance_token();
        name = format!("{name} {unit}");
    }
    Ok(ext::call(&name, span, vec![left.clone()]))
}

fn multiset(parser: &mut Parser<'_>, left: &Expr, dialect: &FlinkDialect) -> Parse<Expr> {
    let span = parser.next_token().span;
    let operation = upper(parser);
    parser.advance_token();
    let all = take(parser, &["ALL"]);
    if !all {
        take(parser, &["DISTINCT"]);
    }
    let right = parser.parse_subexpr(dialect.prec_value(Precedence::PlusMinus))?;
    let name = format!("$MULTISET_{operation}{}", if all { "_ALL" } else { "" });
    Ok(ext::call(&name, span, vec![left.clone(), right]))
}

fn between_symmetric(
    parser: &mut Parser<'_>,
    left: &Expr,
    dialect: &FlinkDialect,
    negated: bool,
    symmetric: bool,
) -> Parse<Expr> {
    let span = parser.peek_token_ref().span;
    take(parser, &["NOT"]);
    parser.advance_token();
    parser.advance_token();
    let precedence = dialect.prec_value(Precedence::Between);
    let low = parser.parse_subexpr(precedence)?;
    expect(parser, &["AND"])?;
    let high = parser.parse_subexpr(precedence)?;
    if symmetric {
        let name = if negated {
            "$NOT_BETWEEN_SYMMETRIC"
        } else {
            "$BETWEEN_SYMMETRIC"
        };
        return Ok(ext::call(name, span, vec![left.clone(), low, high]));
    }
    let (expr, low, high) = (Box::new(left.clone()), Box::new(low), Box::new(high));
    Ok(Expr::Between {
        expr,
        negated,
        low,
        high,
    })
}
