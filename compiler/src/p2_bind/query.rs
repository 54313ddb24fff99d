//! Queries: WITH, SELECT, VALUES, UNION.
//!
//! In: sqlparser's `Query`. Out: a [`Relation`]. Invariant: every clause that is not bound is refused by name.

use std::rc::Rc;

use sql::DataType;
use sqlparser::ast as sqlast;
use sqlparser::ast::{SetExpr, SetOperator, SetQuantifier};

use super::Binder;
use super::NamedQuery;
use super::bound::{Relation, RelationKind};
use super::expr::Environment;
use super::scope::Scope;
use crate::base::{Diagnostic, Span};
use crate::catalog::schema::{Schema, SchemaColumn, TimeAttribute};
use crate::catalog::wider_type::least_restrictive;
use crate::expr::Expr;
use crate::p1_parse::ast::{CreateView, QueryText};

impl Binder<'_> {
    /// A query of a statement, with its hints.
    pub(super) fn query_text(&mut self, text: &QueryText) -> Option<Relation> {
        self.hints.extend(text.hints.iter().cloned());
        self.query_body(text)
    }

    /// The same when its hints are known already.
    pub(super) fn query_body(&mut self, text: &QueryText) -> Option<Relation> {
        let outer = std::mem::replace(&mut self.clause, text.span);
        let relation = self.query(&text.query);
        self.clause = outer;
        relation
    }

    pub(super) fn create_view(&mut self, view: &CreateView) {
        let name = self.object_name(&view.name);
        if self.is_declared(&name) {
            if !view.if_not_exists {
                self.already_declared(&name, view.name.span);
            }
            return;
        }
        let relation = self.query_text(&view.query);
        let relation = match relation {
            Some(relation) if !view.columns.is_empty() => {
                let names: Vec<&str> = view.columns.iter().map(|column| column.value.as_str()).collect();
                self.renamed(relation, &names, view.name.span)
            }
            other => other.filter(|_| self.doubled_once(view.name.span)),
        };
        let relation = relation.map(|relation| self.shared(relation));
        self.named_queries.push(NamedQuery {
            name,
            relation,
            doubled: Vec::new(),
        });
    }

    pub(super) fn query(&mut self, query: &sqlast::Query) -> Option<Relation> {
        let sqlast::Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        let span = self.positions.of(query, self.clause);
        let known = self.named_queries.len();
        if let Some(with) = with {
            self.with(with);
        }
        let relation = self.set_expr(body, span);
        self.named_queries.truncate(known);
        let order = order_by.as_ref().map(|order| self.positions.of(order, span));
        let limit = limit_clause.as_ref().map(|limit| self.positions.of(limit, span));
        let refused_order = order.is_some_and(|place| self.refuse_clauses(&[(true, "ORDER BY")], place));
        let refused_limit =
            limit.is_some_and(|place| self.refuse_clauses(&[(true, "LIMIT and OFFSET")], place));
        let refusals = [
            (fetch.is_some(), "FETCH"),
            (
                !locks.is_empty() || for_clause.is_some(),
                "FOR UPDATE and FOR XML",
            ),
            (
                settings.is_some() || format_clause.is_some(),
                "SETTINGS and FORMAT",
            ),
            (!pipe_operators.is_empty(), "|>"),
        ];
        let refused = self.refuse_clauses(&refusals, span) || refused_order || refused_limit;
        relation.filter(|_| !refused)
    }

    /// Reports the clauses that are present; whether there was one.
    pub(super) fn refuse_clauses(&mut self, clauses: &[(bool, &str)], span: Span) -> bool {
        for (_, what) in clauses.iter().filter(|(present, _)| *present) {
            self.unsupported(what, span);
        }
        clauses.iter().any(|(present, _)| *present)
    }

    fn with(&mut self, with: &sqlast::With) {
        if with.recursive {
            self.unsupported("WITH RECURSIVE", self.clause);
        }
        for cte in &with.cte_tables {
            let span = self.ident_span(&cte.alias.name);
            if cte.from.is_some() || cte.materialized.is_some() {
                self.unsupported("this form of WITH", span);
            }
            let relation = self.query(&cte.query);
            let names: Vec<&str> = cte
                .alias
                .columns
                .iter()
                .map(|column| column.name.value.as_str())
                .collect();
            let mut doubled = std::mem::take(&mut self.doubled);
            let relation = match relation {
                Some(relation) if !names.is_empty() => {
                    doubled.clear();
                    self.renamed(relation, &names, span)
                }
                other => other,
            };
            let relation = relation.map(|relation| self.shared(relation));
            self.named_queries.push(NamedQuery {
                name: cte.alias.name.value.clone(),
                relation,
                doubled,
            });
        }
    }

    /// A relation that several places may read.
    fn shared(&mut self, relation: Relation) -> Relation {
        self.shared_count += 1;
        Relation {
            schema: relation.schema.clone(),
            windowed: relation.windowed.clone(),
            span: relation.span,
            kind: RelationKind::Shared(self.shared_count, Rc::new(relation)),
        }
    }

    /// The relation with other names for its columns.
    pub(super) fn renamed(&mut self, relation: Relation, names: &[&str], span: Span) -> Option<Relation> {
        if names.len() != relation.schema.columns.len() {
            let message = format!(
                "{} names for {} columns: {}",
                names.len(),
                relation.schema.columns.len(),
                column_names(&relation.schema)
            );
            // Diagnostic: E2011 a list of names or columns that is longer or shorter than the columns it stands for.
            self.error(Diagnostic::error("E2011", span, message));
            return None;
        }
        self.each_once(names, span)?;
        let columns = relation.schema.columns.iter().zip(names);
        let columns = columns.map(|(column, name)| SchemaColumn {
            name: (*name).to_owned(),
            ..column.clone()
        });
        let schema = Schema {
            columns: columns.collect(),
        };
        let exprs = identity(&relation.schema, span);
        Some(project(relation, exprs, schema, span))
    }

    /// Reports a name that stands twice in a list of columns.
    fn each_once(&mut self, names: &[&str], span: Span) -> Option<()> {
        let twice = (1..names.len()).find(|&at| names[..at].contains(&names[at]));
        let Some(at) = twice else { return Some(()) };
        // Diagnostic: E2011 a list of columns that has one name twice.
        self.error(Diagnostic::error(
            "E2011",
            span,
            format!("column '{}' is named twice", names[at]),
        ));
        None
    }

    /// Reports a name that the list of the query just bound has more than once. Whether there is none.
    fn doubled_once(&mut self, span: Span) -> bool {
        let Some((_, name)) = self.doubled.first() else {
            return true;
        };
        let message = format!("the query gives two columns '{name}'");
        let help = format!("rename one: {name} AS other_{name}");
        self.error(Diagnostic::error("E2011", span, message).with_help(help));
        false
    }

    fn set_expr(&mut self, body: &SetExpr, span: Span) -> Option<Relation> {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => self.query(query),
            SetExpr::Values(values) => self.values(values, span),
            SetExpr::SetOperation {
                left,
                op: SetOperator::Union,
                set_quantifier,
                right,
            } => self.union(left, *set_quantifier, right, span),
            SetExpr::SetOperation { op, .. } => {
                self.unsupported(&op.to_string(), span);
                None
            }
            _ => {
                self.unsupported("this form of query", span);
                None
            }
        }
    }

    fn union(
        &mut self,
        left: &SetExpr,
        quantifier: SetQuantifier,
        right: &SetExpr,
        span: Span,
    ) -> Option<Relation> {
        let left = self.set_expr(left, span);
        // The names of a union are those of its left side.
        let doubled = std::mem::take(&mut self.doubled);
        let right = self.set_expr(right, span);
        self.doubled = doubled;
        let distinct = match quantifier {
            SetQuantifier::All => false,
            SetQuantifier::None | SetQuantifier::Distinct => true,
            _ => {
                self.unsupported("UNION BY NAME", span);
                return None;
            }
        };
        let union = self.union_all(left?, right?, span)?;
        Some(if distinct {
            distinct_rows(union, span)
        } else {
            union
        })
    }

    fn union_all(&mut self, left: Relation, right: Relation, span: Span) -> Option<Relation> {
        if left.schema.columns.len() != right.schema.columns.len() {
            let message = format!(
                "UNION of {} columns ({}) and {} columns ({})",
                left.schema.columns.len(),
                column_names(&left.schema),
                right.schema.columns.len(),
                column_names(&right.schema)
            );
            self.error(Diagnostic::error("E2011", span, message));
            return None;
        }
        let mut columns = Vec::with_capacity(left.schema.columns.len());
        for (a, b) in left.schema.columns.iter().zip(&right.schema.columns) {
            let Some(ty) = least_restrictive([&a.ty, &b.ty]) else {
                // Diagnostic: E2012 columns of UNION or VALUES that have no common type.
                let message = format!(
                    "column '{}' of UNION is {} and {}: no common type",
                    a.name, a.ty, b.ty
                );
                self.error(Diagnostic::error("E2012", span, message));
                return None;
            };
            let is_same = a.ty.kind == ty.kind && b.ty.kind == ty.kind && a.time == b.time;
            columns.push(SchemaColumn {
                name: a.name.clone(),
                time: a.time.filter(|_| is_same),
                ty,
            });
        }
        let schema = Schema { columns };
        let mut inputs = Vec::new();
        for side in [left, right] {
            let side = self.typed_as(side, &schema, span)?;
            match side.kind {
                // `a UNION ALL b UNION ALL c` is one union of three.
                RelationKind::Union(inner) => inputs.extend(inner),
                _ => inputs.push(side),
            }
        }
        Some(Relation {
            kind: RelationKind::Union(inputs),
            schema,
            windowed: None,
            span,
        })
    }

    /// The relation with its columns cast to the types of `schema`.
    fn typed_as(&mut self, relation: Relation, schema: &Schema, span: Span) -> Option<Relation> {
        let same = |(a, b): (&SchemaColumn, &SchemaColumn)| a.ty.kind == b.ty.kind;
        if relation.schema.columns.iter().zip(&schema.columns).all(same) {
            return Some(relation);
        }
        let mut exprs = Vec::with_capacity(schema.columns.len());
        for (expr, column) in identity(&relation.schema, span).into_iter().zip(&schema.columns) {
            exprs.push(self.coerce(expr, &column.ty)?);
        }
        Some(project(relation, exprs, schema.clone(), span))
    }

    fn values(&mut self, values: &sqlast::Values, span: Span) -> Option<Relation> {
        self.doubled.clear();
        let scope = Scope::default();
        let mut rows = Vec::with_capacity(values.rows.len());
        for row in &values.rows {
            let mut environment = Environment::plain(&scope, "VALUES");
            let bound: Vec<Option<Expr>> = row
                .content
                .iter()
                .map(|e| self.expr(e, &mut environment))
                .collect();
            let row = bound.into_iter().collect::<Option<Vec<Expr>>>();
            rows.push(row.filter(|row| self.all_typed(row).is_some()));
        }
        let rows = rows.into_iter().collect::<Option<Vec<Vec<Expr>>>>()?;
        let width = rows.first().map_or(0, Vec::len);
        if let Some(row) = rows.iter().find(|row| row.len() != width) {
            let message = format!("rows of VALUES have {width} and {} columns", row.len());
            self.error(Diagnostic::error("E2011", span, message));
            return None;
        }
        let types = (0..width)
            .map(|column| self.values_type(&rows, column, span))
            .collect::<Vec<_>>();
        let types = types.into_iter().collect::<Option<Vec<DataType>>>()?;
        let mut cast = Vec::with_capacity(rows.len());
        for row in rows {
            let row: Vec<Option<Expr>> = row
                .into_iter()
                .zip(&types)
                .map(|(e, ty)| self.coerce(e, ty))
                .collect();
            cast.push(row.into_iter().collect::<Option<Vec<Expr>>>()?);
        }
        let column = |(i, ty)| SchemaColumn {
            name: format!("EXPR${i}"),
            ty,
            time: None,
        };
        let schema = Schema {
            columns: types.into_iter().enumerate().map(column).collect(),
        };
        Some(Relation {
            kind: RelationKind::Values(cast),
            schema,
            windowed: None,
            span,
        })
    }

    fn values_type(&mut self, rows: &[Vec<Expr>], column: usize, span: Span) -> Option<DataType> {
        let found = least_restrictive(rows.iter().map(|row| &row[column].ty));
        if found.is_none() {
            let message = format!("column {} of VALUES has no common type", column + 1);
            self.error(Diagnostic::error("E2012", span, message));
        }
        found
    }
}

/// Every column, unchanged.
pub(super) fn identity(schema: &Schema, span: Span) -> Vec<Expr> {
    let column = |(i, column): (usize, &SchemaColumn)| Expr::column(i, column.ty.clone(), span);
    schema.columns.iter().enumerate().map(column).collect()
}

/// A projection; windows follow the columns that are forwarded.
pub(super) fn project(input: Relation, exprs: Vec<Expr>, schema: Schema, span: Span) -> Relation {
    let forwarded: Vec<Option<usize>> = exprs.iter().map(Expr::as_column).collect();
    let windowed = input
        .windowed
        .as_ref()
        .and_then(|windowed| windowed.moved(&forwarded));
    Relation {
        kind: RelationKind::Project {
            input: Box::new(input),
            exprs,
        },
        schema,
        windowed,
        span,
    }
}

/// Each row once: grouping by all columns.
pub(super) fn distinct_rows(input: Relation, span: Span) -> Relation {
    let keys = identity(&input.schema, span);
    super::group::aggregate(input, keys, Vec::new(), &[], span)
}

/// Comma-separated names, for messages.
pub(super) fn column_names(schema: &Schema) -> String {
    let names: Vec<&str> = schema.columns.iter().map(|column| column.name.as_str()).collect();
    names.join(", ")
}

/// What a column of a forwarded time attribute keeps: only a column named plainly stays one.
pub(super) fn forwarded_time(
    expr: &Expr,
    is_name: bool,
    schema: &[Option<TimeAttribute>],
) -> Option<TimeAttribute> {
    expr.as_column()
        .filter(|_| is_name)
        .and_then(|position| schema.get(position).copied().flatten())
}
