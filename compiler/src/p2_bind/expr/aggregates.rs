//! Calls of aggregate functions.
//!
//! In: a function, its arguments and modifiers. Out: a column behind those in scope, or an expression over several
//! such columns. Invariant: equal calls are one column; a modifier without meaning is refused, never dropped.

use sql::{DataType, TypeKind, Value};
use sqlparser::ast::NullTreatment;

use super::super::Binder;
use super::super::bound::BoundAggregate;
use super::functions::CallParts;
use super::{Aggregates, Environment};
use crate::base::Span;
use crate::catalog::aggregate::{self, AggregateFunction, Deviation};
use crate::expr::{Expr, ExprKind};
use crate::p1_parse::ext::{JsonCall, JsonOnNull};

/// An argument with the modifiers of its call.
struct Argument {
    expr: Option<Expr>,
    filter: Option<Expr>,
    distinct: bool,
    /// A group can have no rows for the call.
    may_be_empty: bool,
}

impl Binder<'_> {
    pub(super) fn aggregate(
        &mut self,
        function: AggregateFunction,
        parts: &CallParts<'_>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let name = function.name();
        let function = self.with_clauses(function, parts, span, environment)?;
        self.enter(name, span, environment)?;
        let argument = self.argument(name, &function, parts, span, environment);
        leave(environment);
        let argument = argument?;
        let is_all = argument.expr.is_none();
        let function = match function {
            AggregateFunction::Count if is_all => AggregateFunction::CountRows,
            other => other,
        };
        self.collected(function, argument, span, environment)
    }

    /// The function as its clauses make it: LISTAGG's separator, IGNORE NULLS.
    fn with_clauses(
        &mut self,
        function: AggregateFunction,
        parts: &CallParts<'_>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<AggregateFunction> {
        match (function, parts.nulls) {
            (AggregateFunction::ArrayAgg { .. }, nulls) => Some(AggregateFunction::ArrayAgg {
                keeps_null: nulls != Some(NullTreatment::IgnoreNulls),
            }),
            (function, Some(_)) => {
                self.misplaced(
                    format!("{} takes no IGNORE NULLS or RESPECT NULLS", function.name()),
                    span,
                );
                None
            }
            (AggregateFunction::ListAgg { separator }, None) => match parts.arguments.as_slice() {
                [_, Some(written)] => {
                    let bound = self.expr(written, environment)?;
                    let Some(Value::Text(separator)) = bound.as_literal() else {
                        let message = format!(
                            "LISTAGG expects a string literal as separator, found {}",
                            bound.ty
                        );
                        self.type_error(message, bound.span);
                        return None;
                    };
                    Some(AggregateFunction::ListAgg {
                        separator: separator.clone(),
                    })
                }
                _ => Some(AggregateFunction::ListAgg { separator }),
            },
            (function, None) => Some(function),
        }
    }

    /// Refuses an aggregate where none may stand; until [`leave`] none may stand inside this one.
    fn enter(&mut self, name: &str, span: Span, environment: &mut Environment<'_>) -> Option<()> {
        match &mut environment.aggregates {
            Aggregates::Refused(clause) => {
                let message = format!("the aggregate function {name} cannot stand in {clause}");
                self.misplaced(message, span);
                None
            }
            Aggregates::Collected { inside, .. } => {
                let is_nested = std::mem::replace(inside, true);
                if is_nested {
                    let message = format!("the aggregate function {name} stands inside another one");
                    self.misplaced(message, span);
                }
                (!is_nested).then_some(())
            }
        }
    }

    fn argument(
        &mut self,
        name: &str,
        function: &AggregateFunction,
        parts: &CallParts<'_>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Argument> {
        let filter = match parts.filter {
            Some(filter) => {
                let filter = self.expr(filter, environment)?;
                Some(self.condition(filter, "FILTER")?)
            }
            None => None,
        };
        let expr = match (function, &parts.arguments[..]) {
            (AggregateFunction::Count, [None]) if !parts.distinct => None,
            (_, [Some(argument)]) | (AggregateFunction::ListAgg { .. }, [Some(argument), Some(_)]) => {
                let argument = self.expr(argument, environment)?;
                self.all_typed([&argument])?;
                Some(argument)
            }
            _ => {
                let found = parts.arguments.len();
                self.type_error(format!("{name} expects one argument, found {found}"), span);
                return None;
            }
        };
        Some(Argument {
            expr,
            may_be_empty: is_global(environment) || filter.is_some(),
            filter,
            distinct: parts.distinct,
        })
    }

    /// The column of a call; a new one if there is no equal call.
    fn collected(
        &mut self,
        function: AggregateFunction,
        argument: Argument,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let argument_type = argument
            .expr
            .as_ref()
            .map_or(DataType::nullable(TypeKind::Null), |expr| expr.ty.clone());
        let ty = match aggregate::result_type(&function, &argument_type, argument.may_be_empty) {
            Ok(ty) => ty,
            Err(message) => return self.type_error(format!("{} {message}", function.name()), span),
        };
        // The least and the greatest of distinct values are those of all values.
        let is_extreme = matches!(function, AggregateFunction::Min | AggregateFunction::Max);
        let call = BoundAggregate {
            function,
            argument: argument.expr,
            distinct: argument.distinct && !is_extreme,
            filter: argument.filter,
            ty,
            span,
        };
        let Aggregates::Collected { calls, .. } = &mut environment.aggregates else {
            unreachable!("aggregates are collected where they were entered")
        };
        let known = calls.iter().position(|known| same_call(known, &call));
        let position = known.unwrap_or_else(|| {
            calls.push(call.clone());
            calls.len() - 1
        });
        Some(Expr::column(
            environment.scope.columns.len() + position,
            call.ty,
            span,
        ))
    }

    /// VAR_POP and kin as Flink computes them, in the argument's type:
    /// `(SUM(x * x) - SUM(x) * SUM(x) / COUNT(x)) / COUNT(x)`, for samples divided by one less, NULL for one value.
    pub(super) fn deviation(
        &mut self,
        deviation: Deviation,
        name: &str,
        parts: &CallParts<'_>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        if parts.nulls.is_some() {
            return self.misplaced(format!("{name} takes no IGNORE NULLS or RESPECT NULLS"), span);
        }
        self.enter(name, span, environment)?;
        let argument = self.argument(name, &AggregateFunction::Sum, parts, span, environment);
        leave(environment);
        let argument = argument?;
        let written = argument.expr.clone()?;
        let kind = match aggregate::result_type(&AggregateFunction::Avg, &written.ty, true) {
            Ok(ty) => ty,
            Err(message) => return self.type_error(format!("{name} {message}"), span),
        };
        let of = |expr: Expr| Argument {
            expr: Some(expr),
            filter: argument.filter.clone(),
            ..argument
        };
        let widened = self.coerce(written.clone(), &kind)?;
        let square = self.call("*", vec![widened.clone(), widened], span)?;
        let squares = self.collected(AggregateFunction::Sum, of(square), span, environment)?;
        let sum = self.collected(AggregateFunction::Sum, of(written.clone()), span, environment)?;
        let count = self.collected(AggregateFunction::Count, of(written), span, environment)?;
        let sum = self.coerce(sum, &kind)?;
        let squared = self.call("*", vec![sum.clone(), sum], span)?;
        let mean = self.call("/", vec![squared, count.clone()], span)?;
        let difference = self.call("-", vec![squares, mean], span)?;
        let divisor = match deviation.sample {
            true => self.one_less(count, span)?,
            false => count,
        };
        let variance = self.call("/", vec![difference, divisor], span)?;
        let result = match deviation.root {
            true => {
                let half = Expr::literal(Value::Double(0.5), DataType::not_null(TypeKind::Double), span);
                self.call("POWER", vec![variance, half], span)?
            }
            false => variance,
        };
        self.coerce(result, &kind)
    }

    /// `CASE WHEN count = 1 THEN NULL ELSE count - 1 END`
    fn one_less(&mut self, count: Expr, span: Span) -> Option<Expr> {
        let one = Expr::literal(Value::BigInt(1), DataType::not_null(TypeKind::BigInt), span);
        let null = Expr::literal(Value::Null, DataType::nullable(TypeKind::BigInt), span);
        let is_one = self.call("=", vec![count.clone(), one.clone()], span)?;
        let less = self.call("-", vec![count, one], span)?;
        self.case_of(vec![(is_one, null)], Some(less), span)
    }

    /// JSON_ARRAYAGG and JSON_OBJECTAGG: of the values as JSON text.
    pub(super) fn json_aggregate(
        &mut self,
        name: &str,
        call: &JsonCall<'_>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let is_object = name == "JSON_OBJECTAGG";
        self.enter(name, span, environment)?;
        let arguments = self.all(call.arguments.iter().copied(), environment);
        let filter = call.function.filter.as_deref().map(|filter| {
            let filter = self.expr(filter, environment)?;
            self.condition(filter, "FILTER")
        });
        leave(environment);
        let mut arguments = arguments?;
        let filter = match filter {
            Some(bound) => Some(bound?),
            None => None,
        };
        if arguments.len() != if is_object { 2 } else { 1 } {
            return self.type_error(
                format!("{name} does not take {} arguments", arguments.len()),
                span,
            );
        }
        self.all_typed(&arguments)?;
        let value = arguments.pop().expect("the last argument is the value");
        let text = self.json_text(value, span)?;
        let expr = match arguments.pop() {
            Some(key) if !key.ty.kind.is_text() => {
                return self.type_error(format!("{name} expects text as key, found {}", key.ty), key.span);
            }
            Some(key) => self.row_of(vec![key, text], span)?,
            None => text,
        };
        let keeps_null = match call.on_null {
            Some(on_null) => on_null == JsonOnNull::Null,
            None => is_object,
        };
        let function = match is_object {
            true => AggregateFunction::JsonObjectAgg { keeps_null },
            false => AggregateFunction::JsonArrayAgg { keeps_null },
        };
        let argument = Argument {
            expr: Some(expr),
            may_be_empty: is_global(environment) || filter.is_some(),
            filter,
            distinct: false,
        };
        self.collected(function, argument, span, environment)
    }

    /// A value as JSON text; what is JSON already stays.
    fn json_text(&mut self, value: Expr, span: Span) -> Option<Expr> {
        let is_json = matches!(&value.kind, ExprKind::Call(call, _)
            if crate::catalog::functions::json::is_json(call));
        if is_json {
            return self.coerce(value, &DataType::string());
        }
        self.call("JSON_STRING", vec![value], span)
    }
}

fn leave(environment: &mut Environment<'_>) {
    if let Aggregates::Collected { inside, .. } = &mut environment.aggregates {
        *inside = false;
    }
}

/// There is no GROUP BY: the only group may be empty.
fn is_global(environment: &Environment<'_>) -> bool {
    matches!(
        environment.aggregates,
        Aggregates::Collected { is_global: true, .. }
    )
}

fn same_call(a: &BoundAggregate, b: &BoundAggregate) -> bool {
    let same = |a: &Option<Expr>, b: &Option<Expr>| match (a, b) {
        (Some(a), Some(b)) => a.same_as(b),
        (None, None) => true,
        _ => false,
    };
    (&a.function, a.distinct, &a.ty) == (&b.function, b.distinct, &b.ty)
        && same(&a.argument, &b.argument)
        && same(&a.filter, &b.filter)
}
