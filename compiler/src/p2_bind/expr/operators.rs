//! Operators: arithmetic, comparison, logic, LIKE, IN, BETWEEN, IS ….
//!
//! In: sqlparser's operator nodes. Out: calls of the catalogue's functions, or AND and OR. Invariant: IN and BETWEEN
//! become comparisons, so that three-valued logic is that of `=`, AND and OR.

use sql::{DataType, TypeKind, Value};
use sqlparser::ast as sqlast;
use sqlparser::ast::{BinaryOperator, UnaryOperator};

use super::super::Binder;
use super::Environment;
use super::literals::number;
use crate::base::{Diagnostic, Severity, Span};
use crate::catalog::wider_type::promoted;
use crate::expr::{Expr, ExprKind};

impl Binder<'_> {
    pub(super) fn operator(
        &mut self,
        expr: &sqlast::Expr,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        use sqlast::Expr as E;
        match expr {
            E::BinaryOp { left, op, right } => self.binary(left, op, right, span, environment),
            E::UnaryOp { op, expr } => self.unary(*op, expr, span, environment),
            E::IsNull(e) => self.call_of("IS NULL", &[e], span, environment),
            E::IsNotNull(e) => self.call_of("IS NOT NULL", &[e], span, environment),
            E::IsTrue(e) => self.call_of("IS TRUE", &[e], span, environment),
            E::IsNotTrue(e) => self.call_of("IS NOT TRUE", &[e], span, environment),
            E::IsFalse(e) => self.call_of("IS FALSE", &[e], span, environment),
            E::IsNotFalse(e) => self.call_of("IS NOT FALSE", &[e], span, environment),
            E::IsUnknown(e) => self.call_of("IS UNKNOWN", &[e], span, environment),
            E::IsNotUnknown(e) => self.call_of("IS NOT UNKNOWN", &[e], span, environment),
            E::IsDistinctFrom(a, b) => self.call_of("IS DISTINCT FROM", &[a, b], span, environment),
            E::IsNotDistinctFrom(a, b) => self.call_of("IS NOT DISTINCT FROM", &[a, b], span, environment),
            E::Like {
                negated,
                any: false,
                expr,
                pattern,
                escape_char,
            } => self.pattern(
                "LIKE",
                *negated,
                [expr, pattern],
                escape_char.as_deref(),
                span,
                environment,
            ),
            E::SimilarTo {
                negated,
                expr,
                pattern,
                escape_char,
            } => self.pattern(
                "SIMILAR TO",
                *negated,
                [expr, pattern],
                escape_char.as_deref(),
                span,
                environment,
            ),
            E::Between {
                expr,
                negated,
                low,
                high,
            } => self.between(expr, low, high, *negated, span, environment),
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
            E::InList { expr, list, negated } => self.in_list(expr, list, *negated, span, environment),
            _ => self.worded_function(expr, span, environment),
        }
    }

    fn binary(
        &mut self,
        left: &sqlast::Expr,
        op: &BinaryOperator,
        right: &sqlast::Expr,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let name = match op {
            BinaryOperator::Plus => "+",
            BinaryOperator::Minus => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            BinaryOperator::Modulo => "%",
            BinaryOperator::StringConcat => "||",
            BinaryOperator::Eq => "=",
            BinaryOperator::NotEq => "<>",
            BinaryOperator::Lt => "<",
            BinaryOperator::LtEq => "<=",
            BinaryOperator::Gt => ">",
            BinaryOperator::GtEq => ">=",
            BinaryOperator::And | BinaryOperator::Or => {
                let (left, right) = (self.expr(left, environment), self.expr(right, environment));
                let parts = vec![left?, right?];
                self.all_typed(&parts)?;
                return self.logic(*op == BinaryOperator::And, parts, span);
            }
            BinaryOperator::Overlaps => return self.overlaps(left, right, span, environment),
            other => return self.refused(&format!("the operator {other}"), span),
        };
        if matches!(name, "=" | "<>") && (is_null(left) || is_null(right)) {
            self.never_true(name, span);
        }
        self.call_of(name, &[left, right], span, environment)
    }

    /// Comparing with NULL is allowed and pointless.
    fn never_true(&mut self, name: &str, span: Span) {
        let instead = if name == "=" { "IS NULL" } else { "IS NOT NULL" };
        // Diagnostic: E2043 a comparison with NULL (a warning).
        let message = format!("a comparison {name} NULL is never true");
        let mut warning = Diagnostic::error("E2043", span, message).with_help(format!("write {instead}"));
        warning.severity = Severity::Warning;
        self.error(warning);
    }

    /// AND or OR of conditions; parts that are of the same kind are merged.
    pub(in super::super) fn logic(&mut self, is_and: bool, parts: Vec<Expr>, span: Span) -> Option<Expr> {
        let mut flat = Vec::new();
        for part in parts {
            let part = self.condition(part, if is_and { "AND" } else { "OR" })?;
            match part.kind {
                ExprKind::And(inner) if is_and => flat.extend(inner),
                ExprKind::Or(inner) if !is_and => flat.extend(inner),
                _ => flat.push(part),
            }
        }
        let nullable = flat.iter().any(|part| part.ty.nullable);
        let ty = DataType {
            kind: TypeKind::Boolean,
            nullable,
        };
        let kind = if is_and {
            ExprKind::And(flat)
        } else {
            ExprKind::Or(flat)
        };
        Some(Expr { kind, ty, span })
    }

    /// A BOOLEAN expression; NULL is one.
    pub(in super::super) fn condition(&mut self, expr: Expr, place: &str) -> Option<Expr> {
        match expr.ty.kind {
            TypeKind::Boolean => Some(expr),
            TypeKind::Null => self.coerce(expr, &DataType::nullable(TypeKind::Boolean)),
            _ => {
                let message = format!("{place} expects BOOLEAN, found {}", expr.ty);
                self.type_error(message, expr.span)
            }
        }
    }

    fn unary(
        &mut self,
        op: UnaryOperator,
        operand: &sqlast::Expr,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        match op {
            UnaryOperator::Minus => match negative_literal(operand) {
                Some((kind, value)) => Some(Expr::literal(value, DataType::not_null(kind), span)),
                None => self.call_of("NEGATE", &[operand], span, environment),
            },
            UnaryOperator::Plus => {
                let value = self.expr(operand, environment)?;
                if value.ty.kind.is_numeric() || value.ty.kind.is_interval() {
                    return Some(value);
                }
                self.type_error(format!("unary + expects a number, found {}", value.ty), span)
            }
            UnaryOperator::Not => {
                let value = self.expr(operand, environment)?;
                self.not(value, span)
            }
            other => self.refused(&format!("the operator {other}"), span),
        }
    }

    pub(super) fn not(&mut self, condition: Expr, span: Span) -> Option<Expr> {
        let condition = self.condition(condition, "NOT")?;
        self.call("NOT", vec![condition], span)
    }

    fn pattern(
        &mut self,
        name: &str,
        negated: bool,
        operands: [&sqlast::Expr; 2],
        escape: Option<&sqlast::Expr>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let matched = self.all(operands.into_iter().chain(escape), environment)?;
        let matched = self.call(name, matched, span)?;
        if negated {
            self.not(matched, span)
        } else {
            Some(matched)
        }
    }

    fn between(
        &mut self,
        expr: &sqlast::Expr,
        low: &sqlast::Expr,
        high: &sqlast::Expr,
        negated: bool,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let [value, low, high] = self.three([expr, low, high], environment)?;
        let inside = self.ordered(value, low, high, span)?;
        if negated {
            self.not(inside, span)
        } else {
            Some(inside)
        }
    }

    pub(super) fn between_symmetric(
        &mut self,
        expr: &sqlast::Expr,
        low: &sqlast::Expr,
        high: &sqlast::Expr,
        negated: bool,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let [value, low, high] = self.three([expr, low, high], environment)?;
        let up = self.ordered(value.clone(), low.clone(), high.clone(), span)?;
        let down = self.ordered(value, high, low, span)?;
        let inside = self.logic(false, vec![up, down], span)?;
        if negated {
            self.not(inside, span)
        } else {
            Some(inside)
        }
    }

    fn three(&mut self, parts: [&sqlast::Expr; 3], environment: &mut Environment<'_>) -> Option<[Expr; 3]> {
        let parts = self.all(parts, environment)?;
        Some(parts.try_into().expect("three expressions were bound"))
    }

    /// `low <= value AND value <= high`.
    fn ordered(&mut self, value: Expr, low: Expr, high: Expr, span: Span) -> Option<Expr> {
        let above = self.call(">=", vec![value.clone(), low], span);
        let below = self.call("<=", vec![value, high], span);
        self.logic(true, vec![above?, below?], span)
    }

    fn in_list(
        &mut self,
        expr: &sqlast::Expr,
        list: &[sqlast::Expr],
        negated: bool,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let value = self.expr(expr, environment);
        let items = self.all(list, environment);
        let (value, items) = (value?, items?);
        // Text among other values is refused, though a list of text compares with numbers.
        let typed = || items.iter().filter(|item| item.ty.kind != TypeKind::Null);
        let is_mixed =
            typed().any(|item| item.ty.kind.is_text()) && typed().any(|item| !item.ty.kind.is_text());
        let common = promoted(items.iter().map(|item| &item.ty)).filter(|_| !is_mixed);
        let Some(common) = common else {
            let types: Vec<String> = items.iter().map(|item| item.ty.kind.to_string()).collect();
            let message = format!("the values of IN have no common type: {}", types.join(", "));
            return self.type_error(message, span);
        };
        // IN compares numbers with text as text, which `=` does not.
        let is_mixed = |a: &TypeKind, b: &TypeKind| a.is_text() && b.is_numeric();
        let (value, common) = match promoted([&value.ty, &common]) {
            Some(text)
                if is_mixed(&value.ty.kind, &common.kind) || is_mixed(&common.kind, &value.ty.kind) =>
            {
                (self.coerce(value, &text)?, text)
            }
            _ => (value, common),
        };
        let mut equal = Vec::with_capacity(items.len());
        for item in items {
            let item_span = item.span;
            let item = self.coerce(item, &common)?;
            equal.push(self.call("=", vec![value.clone(), item], item_span)?);
        }
        let found = match equal.len() {
            1 => equal.remove(0),
            _ => self.logic(false, equal, span)?,
        };
        if negated {
            self.not(found, span)
        } else {
            Some(Expr { span, ..found })
        }
    }

    /// A call of the catalogue over expressions as written.
    pub(super) fn call_of(
        &mut self,
        name: &str,
        arguments: &[&sqlast::Expr],
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let arguments = self.all(arguments.iter().copied(), environment)?;
        self.call(name, arguments, span)
    }
}

/// A NULL as written.
fn is_null(operand: &sqlast::Expr) -> bool {
    matches!(operand, sqlast::Expr::Value(value) if value.value == sqlast::Value::Null)
}

/// `-5` is a literal, so that constants stay constants.
fn negative_literal(operand: &sqlast::Expr) -> Option<(TypeKind, Value)> {
    let sqlast::Expr::Value(value) = operand else {
        return None;
    };
    let sqlast::Value::Number(digits, false) = &value.value else {
        return None;
    };
    let (kind, value) = number(digits)?;
    let value = match value {
        Value::Int(n) => Value::Int(-n),
        // The least INT and BIGINT have no positive counterpart.
        Value::BigInt(2_147_483_648) => return Some((TypeKind::Int, Value::Int(i32::MIN))),
        Value::BigInt(n) => Value::BigInt(-n),
        Value::Double(x) => Value::Double(-x),
        Value::Decimal(d) if d.scale == 0 && d.unscaled == 1i128 << 63 => {
            return Some((TypeKind::BigInt, Value::BigInt(i64::MIN)));
        }
        Value::Decimal(d) => Value::Decimal(sql::Decimal {
            unscaled: -d.unscaled,
            ..d
        }),
        _ => return None,
    };
    Some((kind, value))
}
