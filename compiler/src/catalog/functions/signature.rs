//! Argument shapes that families share. In: arguments of a call. Out: whether they fit, and the types they are cast
//! to.
//!
//! Invariant: a literal NULL fits every shape; an argument is cast only where Flink casts without being asked.

use sql::{DataType, TypeKind};

use crate::catalog::function::{Argument, Call, Resolved, mismatch};

/// What an argument has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Binary,
    /// An integer of any size, cast to INT.
    Int,
    /// An integer of any size, cast to BIGINT.
    BigInt,
    Boolean,
    Array,
    Map,
    /// Taken as it is.
    Any,
}

impl Shape {
    /// The type an argument of this shape is cast to; `None` when it does not fit.
    fn cast(self, ty: &DataType) -> Option<DataType> {
        let kind = &ty.kind;
        let target = match (self, kind) {
            (Shape::Text, TypeKind::Null) => TypeKind::STRING,
            (Shape::Binary, TypeKind::Null) => TypeKind::BYTES,
            (Shape::Boolean, TypeKind::Null) => TypeKind::Boolean,
            (Shape::Int, _) if kind.is_integer() || *kind == TypeKind::Null => TypeKind::Int,
            (Shape::BigInt, _) if kind.is_integer() || *kind == TypeKind::Null => TypeKind::BigInt,
            (Shape::Text, _) if kind.is_text() => kind.clone(),
            (Shape::Binary, _) if kind.is_binary() => kind.clone(),
            (Shape::Boolean, TypeKind::Boolean)
            | (Shape::Array, TypeKind::Array(_))
            | (Shape::Map, TypeKind::Map(..))
            | (Shape::Any, _) => kind.clone(),
            _ => return None,
        };
        Some(DataType {
            kind: target,
            nullable: ty.nullable,
        })
    }
}

/// The types the arguments are cast to when they have these shapes.
pub(super) fn cast_all(shapes: &[Shape], given: &[Argument]) -> Option<Vec<DataType>> {
    if shapes.len() != given.len() {
        return None;
    }
    shapes
        .iter()
        .zip(given)
        .map(|(shape, a)| shape.cast(&a.ty))
        .collect()
}

/// Resolves a call whose arguments must have these shapes.
pub(super) fn fixed(
    call: Call,
    shapes: &[Shape],
    expected: &str,
    given: &[Argument],
    result: TypeKind,
) -> Result<Resolved, String> {
    match cast_all(shapes, given) {
        Some(arguments) => Ok(Resolved::new(call, given, arguments, result)),
        None => Err(mismatch(expected, given)),
    }
}

/// The result, nullable whatever the arguments are.
pub(super) fn always_nullable(resolved: Result<Resolved, String>) -> Result<Resolved, String> {
    resolved.map(|mut resolved| {
        resolved.result.nullable = true;
        resolved
    })
}

/// The result with this nullability.
pub(super) fn with_nullable(resolved: Result<Resolved, String>, nullable: bool) -> Result<Resolved, String> {
    resolved.map(|mut resolved| {
        resolved.result.nullable = nullable;
        resolved
    })
}

/// VARCHAR of the length of the argument's type; STRING for anything that is not text.
pub(super) fn varying(ty: &DataType) -> TypeKind {
    match ty.kind {
        TypeKind::Char { length } | TypeKind::VarChar { length } => TypeKind::VarChar { length },
        _ => TypeKind::STRING,
    }
}

/// Whether values of both types look the same in a kernel: they differ at most in nullability, in lengths and in the
/// names of fields.
pub(super) fn same_shape(left: &TypeKind, right: &TypeKind) -> bool {
    match (left, right) {
        (TypeKind::Array(l), TypeKind::Array(r)) => same_shape(&l.kind, &r.kind),
        (TypeKind::Map(lk, lv), TypeKind::Map(rk, rv)) => {
            same_shape(&lk.kind, &rk.kind) && same_shape(&lv.kind, &rv.kind)
        }
        (TypeKind::Row(l), TypeKind::Row(r)) => {
            l.len() == r.len() && l.iter().zip(r).all(|(l, r)| same_shape(&l.ty.kind, &r.ty.kind))
        }
        (l, r) => l == r || (l.is_text() && r.is_text()) || (l.is_binary() && r.is_binary()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use sql::Value;

    use super::*;

    /// Arguments of these types that are not literals.
    pub(in super::super) fn of(types: &[DataType]) -> Vec<Argument> {
        let argument = |ty: &DataType| Argument {
            ty: ty.clone(),
            literal: None,
        };
        types.iter().map(argument).collect()
    }

    pub(in super::super) fn literal(ty: DataType, value: Value) -> Argument {
        Argument {
            ty,
            literal: Some(value),
        }
    }

    /// The result type of a function of that name, as it is printed.
    pub(in super::super) fn found(name: &str, given: &[Argument]) -> Result<String, ()> {
        let function = super::super::lookup(name).expect("is in a table");
        let resolved = (function.resolve)(given).map_err(|_| ())?;
        Ok(resolved.result.to_string())
    }
}
