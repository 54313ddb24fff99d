//! Columns, fields of nested rows, and elements of arrays and maps.
//!
//! In: paths as written. Out: column, field and subscript nodes. Invariant: a path is a table's column first and a
//! nested field second.

use sqlparser::ast as sqlast;

use super::super::Binder;
use super::super::scope::{NameError, Scope, field_of};
use super::{Environment, advice};
use crate::base::Span;
use crate::expr::{Expr, ExprKind};

impl Binder<'_> {
    pub(super) fn name_path(
        &mut self,
        path: &[sqlast::Ident],
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let names: Vec<&str> = path.iter().map(|ident| ident.value.as_str()).collect();
        let found = match environment.scope.resolve(&names) {
            Ok(found) => found,
            Err(problem) => {
                return match self.word_without_parentheses(path, span) {
                    Some(call) => Some(call),
                    None => {
                        let help = self.advice_on(&names, environment.scope).or(problem.help);
                        self.name_error(NameError { help, ..problem }, span);
                        None
                    }
                };
            }
        };
        let column = Expr::column(
            found.column,
            environment.scope.columns[found.column].ty.clone(),
            span,
        );
        Some(found.fields.into_iter().fold(column, |row, (position, ty)| Expr {
            kind: ExprKind::Field(Box::new(row), position),
            ty,
            span,
        }))
    }

    /// What to write for a name that no column has; one that is ambiguous or may not be read has help of its own.
    fn advice_on(&self, names: &[&str], scope: &Scope) -> Option<String> {
        if scope.columns.iter().any(|column| column.name == names[0]) {
            return None;
        }
        let is_alias = self.aliases.iter().any(|alias| alias == names[0]);
        advice::of_name(names[0], names.len() == 1 && is_alias)
    }

    /// CURRENT_TIMESTAMP and kin, and UNKNOWN, which are words and not columns.
    fn word_without_parentheses(&mut self, path: &[sqlast::Ident], span: Span) -> Option<Expr> {
        let [word] = path else {
            return None;
        };
        if word.quote_style.is_some() {
            return None;
        }
        match word.value.to_ascii_uppercase().as_str() {
            "UNKNOWN" => Some(Expr::literal(
                sql::Value::Null,
                sql::DataType::nullable(sql::TypeKind::Boolean),
                span,
            )),
            name @ ("CURRENT_TIMESTAMP" | "LOCALTIMESTAMP" | "CURRENT_DATE" | "CURRENT_TIME"
            | "LOCALTIME") => self.call(name, Vec::new(), span),
            _ => None,
        }
    }

    /// `root.field`, `root[index]`, in any depth.
    pub(super) fn access(
        &mut self,
        root: &sqlast::Expr,
        chain: &[sqlast::AccessExpr],
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let (mut value, mut chain) = (self.access_root(root, chain, environment)?, chain);
        chain = &chain[value.1..];
        for access in chain {
            value.0 = match access {
                sqlast::AccessExpr::Dot(sqlast::Expr::Identifier(field)) => {
                    self.field(value.0, &field.value, span)?
                }
                sqlast::AccessExpr::Subscript(sqlast::Subscript::Index { index }) => {
                    let index = self.expr(index, environment)?;
                    self.call("[]", vec![value.0, index], span)?
                }
                sqlast::AccessExpr::Dot(_) | sqlast::AccessExpr::Subscript(_) => {
                    return self.refused("this form of access to a nested value", span);
                }
            };
        }
        Some(value.0)
    }

    /// The first value of a chain and how many of its accesses that took: `t.a[1]` arrives as root `t`.
    fn access_root(
        &mut self,
        root: &sqlast::Expr,
        chain: &[sqlast::AccessExpr],
        environment: &mut Environment<'_>,
    ) -> Option<(Expr, usize)> {
        let sqlast::Expr::Identifier(first) = root else {
            return Some((self.expr(root, environment)?, 0));
        };
        let mut path = vec![first.clone()];
        for access in chain {
            match access {
                sqlast::AccessExpr::Dot(sqlast::Expr::Identifier(name)) => path.push(name.clone()),
                _ => break,
            }
        }
        let span = self.positions.of(root, self.clause);
        Some((self.name_path(&path, span, environment)?, path.len() - 1))
    }

    fn field(&mut self, row: Expr, name: &str, span: Span) -> Option<Expr> {
        match field_of(&row.ty, "the expression", name) {
            Ok((position, ty)) => Some(Expr {
                kind: ExprKind::Field(Box::new(row), position),
                ty,
                span,
            }),
            Err(problem) => {
                self.name_error(problem, span);
                None
            }
        }
    }
}
