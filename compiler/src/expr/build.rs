//! Making and comparing expressions.
//!
//! In: parts. Out: expressions, or whether two are the same. Invariant: sameness ignores spans and nothing else.

use sql::{DataType, Value};

use super::{Expr, ExprKind};
use crate::base::Span;

impl Expr {
    pub fn column(position: usize, ty: DataType, span: Span) -> Self {
        Expr {
            kind: ExprKind::Column(position),
            ty,
            span,
        }
    }

    pub fn literal(value: Value, ty: DataType, span: Span) -> Self {
        Expr {
            kind: ExprKind::Literal(value),
            ty,
            span,
        }
    }

    /// The value of a literal.
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Equal apart from spans.
    pub fn same_as(&self, other: &Expr) -> bool {
        let own = match (&self.kind, &other.kind) {
            (ExprKind::Column(a), ExprKind::Column(b)) => a == b,
            (ExprKind::Literal(a), ExprKind::Literal(b)) => a == b,
            (ExprKind::Call(a, _), ExprKind::Call(b, _)) => a == b,
            (ExprKind::Field(_, a), ExprKind::Field(_, b)) => a == b,
            (ExprKind::Case { otherwise: a, .. }, ExprKind::Case { otherwise: b, .. }) => {
                a.is_some() == b.is_some()
            }
            (ExprKind::And(_), ExprKind::And(_))
            | (ExprKind::Or(_), ExprKind::Or(_))
            | (ExprKind::Coalesce(_), ExprKind::Coalesce(_))
            | (ExprKind::Construct(_), ExprKind::Construct(_)) => true,
            _ => false,
        };
        let (a, b) = (self.operands(), other.operands());
        own && self.ty == other.ty && a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.same_as(b))
    }
}

#[cfg(test)]
mod tests {
    use sql::TypeKind;

    use super::*;

    fn column(position: usize, start: u32) -> Expr {
        Expr::column(
            position,
            DataType::nullable(TypeKind::Boolean),
            Span::new(0, start, start + 1),
        )
    }

    fn and(parts: Vec<Expr>) -> Expr {
        Expr {
            kind: ExprKind::And(parts),
            ty: DataType::nullable(TypeKind::Boolean),
            span: Span::new(0, 0, 1),
        }
    }

    #[test]
    fn sameness_ignores_spans_only() {
        let one = and(vec![column(0, 1), column(1, 2)]);
        assert!(one.same_as(&and(vec![column(0, 7), column(1, 8)])));
        assert!(!one.same_as(&and(vec![column(0, 1), column(2, 2)])));
        assert!(!one.same_as(&and(vec![column(0, 1)])));
    }
}
