//! Functions with words inside their parentheses (EXTRACT, FLOOR … TO, TRIM, SUBSTRING, POSITION, OVERLAY), and the
//! predicates OVERLAPS and IS JSON.
//!
//! In: sqlparser's nodes. Out: calls of the catalogue with plain arguments; units of time and places are text
//! literals. Invariant: a word that Flink does not have is refused.

use sql::DataType;
use sqlparser::ast as sqlast;

use super::super::Binder;
use super::Environment;
use super::literals::text_literal;
use crate::base::Span;
use crate::expr::Expr;

impl Binder<'_> {
    /// Functions with words between their arguments.
    pub(super) fn worded_function(
        &mut self,
        expr: &sqlast::Expr,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        use sqlast::Expr as E;
        match expr {
            E::Extract {
                field,
                expr,
                syntax: sqlast::ExtractSyntax::From,
            } => {
                let value = self.expr(expr, environment)?;
                self.call("EXTRACT", vec![text(&unit_name(field), span), value], span)
            }
            E::Ceil { expr, field } => self.rounded("CEIL", expr, field, span, environment),
            E::Floor { expr, field } => self.rounded("FLOOR", expr, field, span, environment),
            E::Position { expr, r#in } => self.call_of("POSITION", &[expr, r#in], span, environment),
            E::Substring {
                expr,
                substring_from: Some(from),
                substring_for,
                special: _,
                shorthand: _,
            } => {
                let parts = [&**expr, from].into_iter().chain(substring_for.as_deref());
                let parts = self.all(parts, environment)?;
                self.call("SUBSTRING", parts, span)
            }
            E::Overlay {
                expr,
                overlay_what,
                overlay_from,
                overlay_for,
            } => {
                let parts = [&**expr, overlay_what, overlay_from]
                    .into_iter()
                    .chain(overlay_for.as_deref());
                let parts = self.all(parts, environment)?;
                self.call("OVERLAY", parts, span)
            }
            E::Trim {
                trim_where,
                trim_what,
                expr,
                trim_characters: None,
            } => {
                let place = trim_where.map_or("BOTH".to_owned(), |place| place.to_string().to_uppercase());
                let value = self.expr(expr, environment);
                let characters = match trim_what {
                    Some(what) => self.expr(what, environment)?,
                    None => text(" ", span),
                };
                self.call("TRIM", vec![text(&place, span), value?, characters], span)
            }
            E::IsJson {
                expr,
                kind,
                unique_keys: None,
                negated,
            } => {
                let kind = kind
                    .as_ref()
                    .map_or("VALUE".to_owned(), |kind| kind.to_string().to_ascii_uppercase());
                let found = self.call_of(&format!("IS JSON {kind}"), &[expr], span, environment)?;
                if *negated {
                    self.not(found, span)
                } else {
                    Some(found)
                }
            }
            _ => self.refused("this form of expression", span),
        }
    }

    /// `FLOOR(x)`, `FLOOR(x TO unit)` and CEIL.
    fn rounded(
        &mut self,
        name: &str,
        value: &sqlast::Expr,
        field: &sqlast::CeilFloorKind,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let value = self.expr(value, environment)?;
        match field {
            sqlast::CeilFloorKind::DateTimeField(sqlast::DateTimeField::NoDateTime) => {
                self.call(name, vec![value], span)
            }
            sqlast::CeilFloorKind::DateTimeField(unit) => {
                self.call(name, vec![value, text(&unit_name(unit), span)], span)
            }
            sqlast::CeilFloorKind::Scale(_) => self.refused(&format!("{name} with a scale"), span),
        }
    }

    /// `(a, b) OVERLAPS (c, d)`: each pair is start and end, in any order, or start and length.
    pub(super) fn overlaps(
        &mut self,
        left: &sqlast::Expr,
        right: &sqlast::Expr,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let left = self.period(left, span, environment);
        let right = self.period(right, span, environment);
        let ((start, end), (other_start, other_end)) = (left?, right?);
        let reaches = self.call(">=", vec![end, other_start], span)?;
        let is_reached = self.call(">=", vec![other_end, start], span)?;
        self.logic(true, vec![reaches, is_reached], span)
    }

    /// The earlier and the later end of a period.
    fn period(
        &mut self,
        pair: &sqlast::Expr,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<(Expr, Expr)> {
        let sqlast::Expr::Tuple(parts) = pair else {
            self.refused("OVERLAPS without two pairs", span);
            return None;
        };
        let [from, to] = &parts[..] else {
            self.refused("OVERLAPS without two pairs", span);
            return None;
        };
        let (from, to) = (self.expr(from, environment), self.expr(to, environment));
        let (from, mut to) = (from?, to?);
        if to.ty.kind.is_interval() {
            to = self.call("+", vec![from.clone(), to], span)?;
        }
        let in_order = self.call("<=", vec![from.clone(), to.clone()], span)?;
        let earlier = self.case_of(vec![(in_order.clone(), from.clone())], Some(to.clone()), span)?;
        let later = self.case_of(vec![(in_order, to)], Some(from), span)?;
        Some((earlier, later))
    }
}

/// A unit of time as the functions take it: a literal in upper case.
pub(super) fn unit_name(unit: &sqlast::DateTimeField) -> String {
    unit.to_string().to_ascii_uppercase()
}

pub(super) fn text(value: &str, span: Span) -> Expr {
    let (kind, value) = text_literal(value);
    Expr::literal(value, DataType::not_null(kind), span)
}
