//! GROUP BY, HAVING and aggregate calls.
//!
//! In: the keys, the aggregate calls, and expressions over the columns of FROM with the calls behind them. Out: an
//! aggregation, and the expressions over its output. Invariant: what is neither a key nor inside an aggregate is an
//! error, as in Flink; aliases of the SELECT list are not keys.

use sql::Value;
use sqlparser::ast as sqlast;

use super::Binder;
use super::bound::{BoundAggregate, Relation, RelationKind, WindowColumns};
use super::expr::Environment;
use super::scope::Scope;
use crate::base::{Diagnostic, Span};
use crate::catalog::function::resolve_cast;
use crate::catalog::schema::{Schema, SchemaColumn, TimeAttribute};
use crate::expr::Expr;

impl Binder<'_> {
    /// The expressions of GROUP BY.
    pub(super) fn group_keys(&mut self, group_by: &sqlast::GroupByExpr, scope: &Scope) -> Option<Vec<Expr>> {
        let sqlast::GroupByExpr::Expressions(exprs, modifiers) = group_by else {
            self.unsupported("GROUP BY ALL", self.clause);
            return None;
        };
        if !modifiers.is_empty() {
            self.unsupported("WITH ROLLUP, CUBE and TOTALS", self.clause);
            return None;
        }
        let mut keys: Vec<Option<Expr>> = Vec::with_capacity(exprs.len());
        for expr in exprs {
            let key = match expr {
                sqlast::Expr::GroupingSets(_) | sqlast::Expr::Cube(_) | sqlast::Expr::Rollup(_) => {
                    let span = self.positions.expr(expr, self.clause);
                    self.unsupported("GROUPING SETS, CUBE and ROLLUP", span);
                    None
                }
                // `GROUP BY (a, b)` groups by both.
                sqlast::Expr::Tuple(parts) => {
                    let mut environment = Environment::plain(scope, "GROUP BY");
                    keys.extend(parts.iter().map(|part| self.expr(part, &mut environment)));
                    continue;
                }
                _ => self.expr(expr, &mut Environment::plain(scope, "GROUP BY")),
            };
            keys.push(key);
        }
        let keys = keys.into_iter().collect::<Option<Vec<Expr>>>()?;
        let mut distinct: Vec<Expr> = Vec::with_capacity(keys.len());
        for key in keys {
            if !distinct.iter().any(|known| known.same_as(&key)) {
                distinct.push(key);
            }
        }
        Some(distinct)
    }

    /// An expression over FROM's columns and the calls behind them, as one over the aggregation's output.
    pub(super) fn over_groups(
        &mut self,
        expr: &Expr,
        keys: &[Expr],
        calls: &[BoundAggregate],
        scope: &Scope,
    ) -> Option<Expr> {
        if let Some(position) = keys.iter().position(|key| is_key(key, expr)) {
            return Some(Expr::column(position, expr.ty.clone(), expr.span));
        }
        if let Some(column) = expr.as_column() {
            return match column.checked_sub(scope.columns.len()) {
                Some(call) => {
                    let ty = calls[call].ty.clone();
                    Some(Expr::column(keys.len() + call, ty, expr.span))
                }
                None => {
                    let by_position = keys
                        .iter()
                        .any(|key| matches!(key.as_literal(), Some(Value::Int(_))));
                    self.ungrouped(&scope.columns[column].name, by_position, expr.span);
                    None
                }
            };
        }
        let mut moved = expr.clone();
        let mut is_complete = true;
        for operand in moved.operands_mut() {
            match self.over_groups(operand, keys, calls, scope) {
                Some(over) => *operand = over,
                None => is_complete = false,
            }
        }
        is_complete.then_some(moved)
    }

    fn ungrouped(&mut self, column: &str, by_position: bool, span: Span) {
        let message = format!("column '{column}' is neither in GROUP BY nor inside an aggregate function");
        let help = match by_position {
            true => {
                format!("GROUP BY takes no positions, a number is a constant there: write GROUP BY {column}")
            }
            false => format!("add {column} to GROUP BY, or aggregate it: MAX({column})"),
        };
        // Diagnostic: E2013 a column outside GROUP BY and outside any aggregate.
        self.error(Diagnostic::error("E2013", span, message).with_help(help));
    }
}

/// Whether the expression is the key, or the key in a wider type that needs no conversion, such as TIMESTAMP(9).
fn is_key(key: &Expr, expr: &Expr) -> bool {
    let is_widened = || matches!(resolve_cast(&key.ty, &expr.ty, false), Ok(None));
    let retyped = |key: &Expr| Expr {
        ty: expr.ty.clone(),
        ..key.clone()
    };
    key.same_as(expr) || (key.ty != expr.ty && retyped(key).same_as(expr) && is_widened())
}

/// The aggregation over `input`. Grouping by window_start and window_end makes it a window aggregation: its windows
/// go on, and window_time stays a time attribute. `names` gives calls the alias they have in the list.
pub(super) fn aggregate(
    input: Relation,
    keys: Vec<Expr>,
    aggregates: Vec<BoundAggregate>,
    names: &[Option<String>],
    span: Span,
) -> Relation {
    let width = keys.len() + aggregates.len();
    let mut forwarded: Vec<Option<usize>> = keys.iter().map(Expr::as_column).collect();
    forwarded.resize(width, None);
    let windowed = input
        .windowed
        .as_ref()
        .and_then(|windowed| windowed.moved(&forwarded));
    let mut columns: Vec<SchemaColumn> = Vec::with_capacity(width);
    for (i, key) in keys.iter().enumerate() {
        let name = match key.as_column() {
            Some(position) => input.schema.columns[position].name.clone(),
            None => format!("$key{i}"),
        };
        columns.push(SchemaColumn {
            name,
            ty: key.ty.clone(),
            time: window_time(&windowed, i),
        });
    }
    for (i, call) in aggregates.iter().enumerate() {
        let alias = names.get(i).cloned().flatten();
        let free = alias.filter(|alias| !columns.iter().any(|column| column.name == *alias));
        columns.push(SchemaColumn {
            name: free.unwrap_or_else(|| format!("$agg{i}")),
            ty: call.ty.clone(),
            time: None,
        });
    }
    Relation {
        kind: RelationKind::Aggregate {
            input: Box::new(input),
            keys,
            aggregates,
        },
        schema: Schema { columns },
        windowed,
        span,
    }
}

fn window_time(windowed: &Option<WindowColumns>, column: usize) -> Option<TimeAttribute> {
    windowed
        .as_ref()
        .filter(|windowed| windowed.times.contains(&column))
        .map(|windowed| windowed.time)
}
