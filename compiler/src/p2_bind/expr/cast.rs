//! Casts: CAST and TRY_CAST, and the implicit ones.
//!
//! In: an expression and the type it must have. Out: the expression in that type. Invariant: a literal that needs
//! no look at the clock or the time zone is cast here, so that constants stay constants.

use sql::{DataType, Decimal, TypeKind, Value};
use sqlparser::ast as sqlast;

use super::super::Binder;
use super::{Environment, advice};
use crate::base::{Diagnostic, Span};
use crate::catalog::function::resolve_cast;
use crate::expr::{Expr, ExprKind};
use crate::p1_parse::ext;

impl Binder<'_> {
    /// `CAST(e AS T)`, `TRY_CAST(e AS T)`.
    pub(super) fn cast_call(
        &mut self,
        kind: &sqlast::CastKind,
        expr: &sqlast::Expr,
        data_type: &sqlast::DataType,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let safe = match kind {
            sqlast::CastKind::Cast => false,
            sqlast::CastKind::TryCast => true,
            sqlast::CastKind::SafeCast | sqlast::CastKind::DoubleColon => {
                return self.refused("this form of cast (write CAST(x AS type))", span);
            }
        };
        let value = self.expr(expr, environment);
        let Some(text) = ext::type_text(data_type) else {
            return self.refused(&format!("type {data_type}"), span);
        };
        let target = self.data_type(&text)?;
        let value = value?;
        let from = value.ty.kind.clone();
        match cast(value, &target, safe) {
            Ok(cast) => Some(Expr { span, ..cast }),
            Err(message) => {
                // Diagnostic: E2007 a cast that Flink does not have.
                let mut diagnostic = Diagnostic::error("E2007", span, message);
                diagnostic.help = advice::of_cast(&from, &target.kind).map(str::to_owned);
                self.error(diagnostic);
                None
            }
        }
    }

    /// An implicit cast; reports when there is none.
    pub(in super::super) fn coerce(&mut self, expr: Expr, target: &DataType) -> Option<Expr> {
        let span = expr.span;
        match cast(expr, target, false) {
            Ok(cast) => Some(cast),
            Err(message) => {
                self.error(Diagnostic::error("E2007", span, message));
                None
            }
        }
    }
}

/// `expr` as `target`; the nullability of `target` is ignored, that of the result follows the value.
pub(in super::super) fn cast(expr: Expr, target: &DataType, safe: bool) -> Result<Expr, String> {
    if expr.ty.kind == target.kind {
        return Ok(expr);
    }
    if let Some(value) = expr
        .as_literal()
        .and_then(|value| cast_literal(value, &target.kind))
    {
        let ty = target.with_nullable(value.is_null());
        return Ok(Expr::literal(value, ty, expr.span));
    }
    let call = resolve_cast(&expr.ty, target, safe)?;
    let span = expr.span;
    let Some(call) = call else {
        return Ok(Expr {
            ty: target.with_nullable(expr.ty.nullable),
            ..expr
        });
    };
    let may_be_null = safe || call.may_answer_null();
    let ty = target.with_nullable(expr.ty.nullable || may_be_null);
    Ok(Expr {
        kind: ExprKind::Call(call, vec![expr]),
        ty,
        span,
    })
}

/// Casts of literals that lose nothing and cannot fail; `None` leaves the cast to the function.
fn cast_literal(value: &Value, target: &TypeKind) -> Option<Value> {
    match value {
        Value::Null => Some(Value::Null),
        Value::TinyInt(n) => integer_literal(i128::from(*n), target),
        Value::SmallInt(n) => integer_literal(i128::from(*n), target),
        Value::Int(n) => integer_literal(i128::from(*n), target),
        Value::BigInt(n) => integer_literal(i128::from(*n), target),
        Value::Decimal(number) => rescaled(*number, target),
        Value::Text(text) => fits_text(text, target).then(|| value.clone()),
        Value::Timestamp(at) => match target {
            TypeKind::Timestamp { precision } => (at.truncate(*precision) == *at).then(|| value.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn integer_literal(number: i128, target: &TypeKind) -> Option<Value> {
    match target {
        TypeKind::TinyInt => i8::try_from(number).ok().map(Value::TinyInt),
        TypeKind::SmallInt => i16::try_from(number).ok().map(Value::SmallInt),
        TypeKind::Int => i32::try_from(number).ok().map(Value::Int),
        TypeKind::BigInt => i64::try_from(number).ok().map(Value::BigInt),
        TypeKind::Decimal { .. } => rescaled(
            Decimal {
                unscaled: number,
                scale: 0,
            },
            target,
        ),
        TypeKind::Double => {
            let double = number as f64;
            (double as i128 == number).then_some(Value::Double(double))
        }
        _ => None,
    }
}

fn rescaled(number: Decimal, target: &TypeKind) -> Option<Value> {
    let TypeKind::Decimal { precision, scale } = target else {
        return None;
    };
    let factor = 10i128.checked_pow(u32::from(scale.checked_sub(number.scale)?))?;
    let unscaled = number.unscaled.checked_mul(factor)?;
    let limit = 10u128.pow(u32::from(*precision));
    (unscaled.unsigned_abs() < limit).then_some(Value::Decimal(Decimal {
        unscaled,
        scale: *scale,
    }))
}

fn fits_text(text: &str, target: &TypeKind) -> bool {
    let count = text.chars().count();
    match target {
        TypeKind::VarChar { length } => count <= usize::try_from(*length).unwrap_or(usize::MAX),
        TypeKind::Char { length } => count == usize::try_from(*length).unwrap_or(usize::MAX),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_cast_only_without_loss() {
        let decimal = |precision, scale| TypeKind::Decimal { precision, scale };
        let number = |unscaled, scale| Value::Decimal(Decimal { unscaled, scale });
        let cases = [
            (Value::Int(5), TypeKind::BigInt, Some(Value::BigInt(5))),
            (Value::Int(300), TypeKind::TinyInt, None),
            (Value::Int(5), decimal(10, 2), Some(number(500, 2))),
            (number(15, 1), decimal(10, 2), Some(number(150, 2))),
            (number(155, 2), decimal(10, 1), None),
            (number(155, 2), decimal(2, 2), None),
            (Value::Null, TypeKind::Int, Some(Value::Null)),
            (
                Value::Text("ab".into()),
                TypeKind::VarChar { length: 2 },
                Some(Value::Text("ab".into())),
            ),
            (Value::Text("ab".into()), TypeKind::Char { length: 3 }, None),
            (Value::Text("1".into()), TypeKind::Int, None),
        ];
        for (value, target, expected) in cases {
            assert_eq!(cast_literal(&value, &target), expected, "{value:?} as {target}");
        }
    }
}
