//! Scalar expressions: names resolved, types inferred, implicit casts made explicit.
//!
//! In: sqlparser's expressions and the columns in scope. Out: typed [`Expr`]s over the positions of the scope.
//! Invariant: every form that sqlparser accepts and Flink does not have is refused, never guessed.
//!
//! Aggregate calls become columns behind those of the scope; `group` turns both into columns of the aggregation.

mod advice;
mod aggregates;
mod cases;
mod cast;
mod foreign;
mod functions;
mod interval;
mod json;
mod literals;
mod names;
mod operators;
mod worded;

use sql::TypeKind;
use sqlparser::ast as sqlast;

pub(super) use self::functions::function_name;

use super::Binder;
use super::bound::BoundAggregate;
use super::scope::{NameError, Scope};
use crate::base::{Diagnostic, Span};
use crate::expr::Expr;
use crate::p1_parse::ast::SqlExpr;
use crate::p1_parse::ext::{self, Special};

/// What an expression may refer to.
pub(super) struct Environment<'s> {
    pub(super) scope: &'s Scope,
    pub(super) aggregates: Aggregates,
}

/// Whether aggregate functions may stand here.
pub(super) enum Aggregates {
    /// No; the word names the clause.
    Refused(&'static str),
    /// Yes; the calls found so far. Call `i` is the column `scope.len() + i`.
    Collected {
        calls: Vec<BoundAggregate>,
        /// Set while an argument of an aggregate is bound: calls do not nest.
        inside: bool,
        /// No GROUP BY: a group may be empty.
        is_global: bool,
    },
}

impl<'s> Environment<'s> {
    pub(super) fn plain(scope: &'s Scope, clause: &'static str) -> Self {
        Environment {
            scope,
            aggregates: Aggregates::Refused(clause),
        }
    }
}

impl Binder<'_> {
    /// A whole expression of a clause; `None` after its problems were reported.
    pub(super) fn sql_expr(&mut self, expr: &SqlExpr, environment: &mut Environment<'_>) -> Option<Expr> {
        let outer = std::mem::replace(&mut self.clause, expr.span);
        let bound = self.expr(&expr.expr, environment);
        self.clause = outer;
        bound
    }

    pub(super) fn expr(&mut self, expr: &sqlast::Expr, environment: &mut Environment<'_>) -> Option<Expr> {
        use sqlast::Expr as E;
        let span = self.positions.expr(expr, self.clause);
        if let Some(special) = ext::special(expr) {
            return self.special(special, span, environment);
        }
        match expr {
            E::Identifier(name) => self.name_path(std::slice::from_ref(name), span, environment),
            E::CompoundIdentifier(path) => self.name_path(path, span, environment),
            E::CompoundFieldAccess { root, access_chain } => {
                self.access(root, access_chain, span, environment)
            }
            E::Nested(inner) => self.expr(inner, environment),
            E::Value(value) => self.literal(&value.value, span),
            E::TypedString(text) => self.typed_literal(text, span),
            E::Interval(interval) => self.interval(interval, span, environment),
            E::Cast {
                kind,
                expr,
                data_type,
                format: None,
            } => self.cast_call(kind, expr, data_type, span, environment),
            E::Case {
                operand,
                conditions,
                else_result,
                case_token: _,
                end_token: _,
            } => self.case(
                operand.as_deref(),
                conditions,
                else_result.as_deref(),
                span,
                environment,
            ),
            E::Function(function) => self.function(function, span, environment),
            E::Tuple(parts) => self.row_constructor(parts.iter().collect(), span, environment),
            E::Array(array) => self.array_constructor(&array.elem, span, environment),
            E::Exists { .. } | E::Subquery(_) | E::InSubquery { .. } => {
                self.refused("a subquery in an expression", span)
            }
            _ => self.operator(expr, span, environment),
        }
    }

    fn special(
        &mut self,
        special: Special<'_>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        match special {
            Special::Map(parts) => self.map_constructor(&parts, span, environment),
            Special::BetweenSymmetric {
                expr,
                low,
                high,
                negated,
            } => self.between_symmetric(expr, low, high, negated, span, environment),
            Special::Json(call) => self.json_call(&call, span, environment),
            Special::TableArgument { .. } => {
                self.refused("a table as an argument of a scalar function", span)
            }
            Special::ModelArgument { .. } => self.refused("MODEL", span),
            Special::DefaultArgument => self.refused("DEFAULT as an argument", span),
            Special::Multiset(_) | Special::MultisetQuery(_) => self.refused("MULTISET[…]", span),
            Special::MapQuery(_) => self.refused("MAP(SELECT …)", span),
            Special::MultisetOperation { .. } => self.refused("MULTISET UNION, INTERSECT and EXCEPT", span),
            Special::Final(_) | Special::Running(_) => self.refused("FINAL and RUNNING", span),
            Special::Difference { expr, from, to: _ } => self.difference(expr, from, span, environment),
            Special::CaseValues(_) => self.refused("a list of values outside CASE", span),
        }
    }

    /// Binds every part, so that the problems of all are reported.
    fn all<'e>(
        &mut self,
        parts: impl IntoIterator<Item = &'e sqlast::Expr>,
        environment: &mut Environment<'_>,
    ) -> Option<Vec<Expr>> {
        let bound: Vec<Option<Expr>> = parts
            .into_iter()
            .map(|part| self.expr(part, environment))
            .collect();
        bound.into_iter().collect()
    }

    /// Reports a form that this version lacks.
    fn refused(&mut self, what: &str, span: Span) -> Option<Expr> {
        self.unsupported(what, span);
        None
    }

    /// Reports a name that was not found.
    pub(super) fn name_error(&mut self, problem: NameError, span: Span) {
        // Diagnostic: E2005 a column or field that does not exist, is ambiguous, or may not be read here.
        let mut diagnostic = Diagnostic::error("E2005", span, problem.message);
        diagnostic.help = problem.help;
        self.error(diagnostic);
    }

    /// Reports a bare NULL among expressions whose place gives it no type.
    pub(super) fn all_typed<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> Option<()> {
        let untyped: Vec<Span> = exprs
            .into_iter()
            .filter(|expr| expr.ty.kind == TypeKind::Null)
            .map(|expr| expr.span)
            .collect();
        for span in &untyped {
            // Diagnostic: E2006 a NULL where nothing says of which type it is.
            let diagnostic = Diagnostic::error("E2006", *span, "a bare NULL has no type here");
            self.error(diagnostic.with_help("give it one: CAST(NULL AS type)"));
        }
        untyped.is_empty().then_some(())
    }

    /// Reports operands or arguments whose types do not fit.
    fn type_error(&mut self, message: String, span: Span) -> Option<Expr> {
        // Diagnostic: E2006 argument types that a function, an operator or a clause does not take.
        self.error(Diagnostic::error("E2006", span, message));
        None
    }
}
