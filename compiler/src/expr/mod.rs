//! Typed scalar expressions, used from p2 to p6. Every node has a type and a span.

mod build;
pub mod text;
mod walk;

use sql::{DataType, Value};

use crate::base::Span;
use crate::catalog::function::Call;

/// An expression over the columns of one input row.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: DataType,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// Column of the input row by position.
    Column(usize),
    Literal(Value),
    /// A scalar function, an operator or a cast; implicit casts of the arguments are explicit nodes already.
    Call(Call, Vec<Expr>),
    /// Three-valued, evaluated left to right, stops at the first FALSE.
    And(Vec<Expr>),
    /// Three-valued, evaluated left to right, stops at the first TRUE.
    Or(Vec<Expr>),
    /// Searched CASE: only the branch that is taken is evaluated. Without `otherwise`: NULL.
    /// `CASE x WHEN`, IF, IFNULL and NULLIF become this.
    Case {
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    /// The first argument that is not NULL; later ones are not evaluated.
    Coalesce(Vec<Expr>),
    /// Field of a ROW by position.
    Field(Box<Expr>, usize),
    /// ROW(…), ARRAY[…], MAP[…] (keys and values in turn). The type says which.
    Construct(Vec<Expr>),
}
