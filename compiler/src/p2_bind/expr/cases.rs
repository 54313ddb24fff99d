//! Branches and constructors: CASE, IF, IFNULL, NULLIF, COALESCE, ROW(…), ARRAY[…], MAP[…].
//!
//! In: conditions and values. Out: CASE, COALESCE and construction nodes. Invariant: all values of one node have
//! one type, the least restrictive of what was written.

use sql::{DataType, Field, TypeKind, Value};
use sqlparser::ast as sqlast;

use super::super::Binder;
use super::Environment;
use crate::base::Span;
use crate::catalog::wider_type::{common_of, least_restrictive};
use crate::expr::{Expr, ExprKind};
use crate::p1_parse::ext::{self, Special};

impl Binder<'_> {
    pub(super) fn case(
        &mut self,
        operand: Option<&sqlast::Expr>,
        conditions: &[sqlast::CaseWhen],
        otherwise: Option<&sqlast::Expr>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let operand = match operand {
            Some(operand) => Some(self.expr(operand, environment)?),
            None => None,
        };
        let mut branches = Vec::with_capacity(conditions.len());
        for branch in conditions {
            let when = self.when(operand.as_ref(), &branch.condition, environment);
            let then = self.expr(&branch.result, environment);
            branches.push(when.zip(then));
        }
        let otherwise = otherwise.map(|e| self.expr(e, environment));
        let branches = branches.into_iter().collect::<Option<Vec<_>>>()?;
        let otherwise = match otherwise {
            Some(bound) => Some(bound?),
            None => None,
        };
        self.case_of(branches, otherwise, span)
    }

    /// The condition of one WHEN: itself, or `operand = value`, or one such for each of a list of values.
    fn when(
        &mut self,
        operand: Option<&Expr>,
        condition: &sqlast::Expr,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let span = self.positions.expr(condition, self.clause);
        let Some(operand) = operand else {
            let condition = self.expr(condition, environment)?;
            return self.condition(condition, "WHEN");
        };
        let values = match ext::special(condition) {
            Some(Special::CaseValues(values)) => values,
            _ => vec![condition],
        };
        let mut equal = Vec::with_capacity(values.len());
        for value in values {
            let value = self.expr(value, environment)?;
            equal.push(self.call("=", vec![operand.clone(), value], span)?);
        }
        if equal.len() == 1 {
            equal.pop()
        } else {
            self.logic(false, equal, span)
        }
    }

    pub(super) fn case_of(
        &mut self,
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Expr>,
        span: Span,
    ) -> Option<Expr> {
        let values = branches.iter().map(|(_, then)| then).chain(&otherwise);
        let mut ty = self.common_type(values.clone(), "CASE", span)?;
        ty.nullable |= otherwise.is_none();
        let branches = branches
            .into_iter()
            .map(|(when, then)| Some((when, self.coerce(then, &ty)?)))
            .collect::<Option<Vec<_>>>()?;
        let otherwise = match otherwise {
            Some(value) => Some(Box::new(self.coerce(value, &ty)?)),
            None => None,
        };
        Some(Expr {
            kind: ExprKind::Case { branches, otherwise },
            ty,
            span,
        })
    }

    fn common_type<'e>(
        &mut self,
        values: impl Iterator<Item = &'e Expr> + Clone,
        what: &str,
        span: Span,
    ) -> Option<DataType> {
        let types = values.clone().map(|value| &value.ty);
        let found = match what {
            "IFNULL" | "COALESCE" => common_of(types),
            _ => least_restrictive(types),
        };
        let found = found.filter(|common| common.kind != TypeKind::Null);
        if found.is_none() {
            let types: Vec<String> = values.map(|value| value.ty.to_string()).collect();
            self.type_error(
                format!("the values of {what} have no common type: {}", types.join(", ")),
                span,
            );
        }
        found
    }

    /// IF, IFNULL, NULLIF and COALESCE.
    pub(super) fn conditional(&mut self, name: &str, mut arguments: Vec<Expr>, span: Span) -> Option<Expr> {
        let (expected, fits) = match name {
            "IF" => ("3 arguments", arguments.len() == 3),
            "COALESCE" => ("at least 1 argument", !arguments.is_empty()),
            _ => ("2 arguments", arguments.len() == 2),
        };
        if !fits {
            return self.type_error(
                format!("{name} expects {expected}, found {}", arguments.len()),
                span,
            );
        }
        match name {
            "IF" => {
                self.all_typed(&arguments)?;
                let otherwise = arguments.pop();
                let then = arguments.pop().expect("IF has three arguments");
                let when = arguments.pop().expect("IF has three arguments");
                let when = self.condition(when, "IF")?;
                self.common_type([&then].into_iter().chain(&otherwise), "IF", span)?;
                // Flink's IF may be NULL, whatever its values are.
                let result = self.case_of(vec![(when, then)], otherwise, span)?;
                Some(Expr {
                    ty: DataType::nullable(result.ty.kind.clone()),
                    ..result
                })
            }
            "NULLIF" => {
                self.all_typed(&arguments[..1])?;
                let value = arguments[0].clone();
                let equal = self.call("=", arguments, span)?;
                let null = Expr::literal(Value::Null, DataType::nullable(value.ty.kind.clone()), span);
                self.case_of(vec![(equal, null)], Some(value), span)
            }
            _ => self.coalesce(arguments, name, span),
        }
    }

    fn coalesce(&mut self, arguments: Vec<Expr>, name: &str, span: Span) -> Option<Expr> {
        let mut ty = self.common_type(arguments.iter(), name, span)?;
        ty.nullable = arguments.iter().all(|argument| argument.ty.nullable);
        let arguments: Vec<Option<Expr>> = arguments
            .into_iter()
            .map(|argument| self.coerce(argument, &ty))
            .collect();
        let arguments = arguments.into_iter().collect::<Option<Vec<Expr>>>()?;
        Some(Expr {
            kind: ExprKind::Coalesce(arguments),
            ty,
            span,
        })
    }

    pub(super) fn row_constructor(
        &mut self,
        parts: Vec<&sqlast::Expr>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let parts = self.all(parts, environment)?;
        self.row_of(parts, span)
    }

    pub(super) fn row_of(&mut self, parts: Vec<Expr>, span: Span) -> Option<Expr> {
        self.all_typed(&parts)?;
        let field = |(i, part): (usize, &Expr)| Field {
            name: format!("EXPR${i}"),
            ty: part.ty.clone(),
        };
        let fields = parts.iter().enumerate().map(field).collect();
        let ty = DataType::not_null(TypeKind::Row(fields));
        Some(Expr {
            kind: ExprKind::Construct(parts),
            ty,
            span,
        })
    }

    pub(super) fn array_constructor(
        &mut self,
        parts: &[sqlast::Expr],
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let parts = self.all(parts, environment)?;
        if parts.is_empty() {
            return self.type_error("ARRAY[] needs an element, to have a type".to_owned(), span);
        }
        let element = self.common_type(parts.iter(), "ARRAY", span)?;
        let parts: Vec<Option<Expr>> = parts
            .into_iter()
            .map(|part| self.coerce(part, &element))
            .collect();
        let parts = parts.into_iter().collect::<Option<Vec<Expr>>>()?;
        let ty = DataType::not_null(TypeKind::Array(Box::new(element)));
        Some(Expr {
            kind: ExprKind::Construct(parts),
            ty,
            span,
        })
    }

    pub(super) fn map_constructor(
        &mut self,
        parts: &[&sqlast::Expr],
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let parts = self.all(parts.iter().copied(), environment)?;
        if parts.is_empty() || parts.len() % 2 == 1 {
            let message = format!(
                "MAP[…] expects keys and values in turn, found {} expressions",
                parts.len()
            );
            return self.type_error(message, span);
        }
        let key = self.common_type(parts.iter().step_by(2), "the keys of MAP", span)?;
        let value = self.common_type(parts.iter().skip(1).step_by(2), "the values of MAP", span)?;
        let mut cast = Vec::with_capacity(parts.len());
        for (i, part) in parts.into_iter().enumerate() {
            cast.push(self.coerce(part, if i % 2 == 0 { &key } else { &value })?);
        }
        let ty = DataType::not_null(TypeKind::Map(Box::new(key), Box::new(value)));
        Some(Expr {
            kind: ExprKind::Construct(cast),
            ty,
            span,
        })
    }
}
