//! Window table functions: TUMBLE, HOP and CUMULATE, with positional or named arguments, with or without TABLE(…).
//!
//! In: the arguments as written. Out: a relation with window_start, window_end and window_time behind the input's
//! columns. Invariant: sizes are positive and divide as Flink demands; behind the function only window_time is a
//! time attribute.

use sql::{DataType, TypeKind, Value};
use sqlparser::ast as sqlast;
use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArguments};

use super::Binder;
use super::bound::{Relation, RelationKind, WindowColumns};
use super::expr::{Environment, function_name};
use super::scope::Scope;
use crate::base::{Diagnostic, Span};
use crate::catalog::nearest::nearest;
use crate::catalog::schema::{Schema, SchemaColumn, TimeAttribute, Window, WindowKind};
use crate::p1_parse::ext::{self, Special};

/// Names of the parameters in the order of positional arguments; OFFSET may be left off.
fn parameters(function: &str) -> Option<&'static [&'static str]> {
    match function {
        "TUMBLE" => Some(&["DATA", "TIMECOL", "SIZE", "OFFSET"]),
        "HOP" => Some(&["DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"]),
        "CUMULATE" => Some(&["DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"]),
        _ => None,
    }
}

impl Binder<'_> {
    /// `TABLE(f(…))`.
    pub(super) fn wrapped_table_function(
        &mut self,
        function: &sqlast::Function,
        span: Span,
    ) -> Option<Relation> {
        match &function.args {
            FunctionArguments::List(list) => self.table_function(&function_name(function), &list.args, span),
            FunctionArguments::None | FunctionArguments::Subquery(_) => {
                self.unsupported("this form of table function", span);
                None
            }
        }
    }

    /// `f(…)` in FROM.
    pub(super) fn table_function(
        &mut self,
        name: &str,
        args: &[FunctionArg],
        span: Span,
    ) -> Option<Relation> {
        let name = name.to_ascii_uppercase();
        let Some(parameters) = parameters(&name) else {
            match (name.as_str(), nearest(&name, ["TUMBLE", "HOP", "CUMULATE"])) {
                ("SESSION", _) => self.unsupported("the SESSION window", span),
                (_, Some(near)) => {
                    // Diagnostic: E2010 a table function that does not exist.
                    let message = format!("there is no table function {name}");
                    self.error(
                        Diagnostic::error("E2010", span, message).with_help(format!("did you mean {near}?")),
                    );
                }
                (_, None) => self.unsupported(&format!("the table function {name}"), span),
            }
            return None;
        };
        let arguments = self.window_arguments(&name, parameters, args, span)?;
        let last = parameters.len() - 2;
        let input = self.window_input(arguments[0]?, &name);
        let sizes: Vec<Option<i64>> = (2..=last)
            .map(|i| self.milliseconds(arguments[i]?, parameters[i]))
            .collect();
        let offset_ms = match arguments[last + 1] {
            Some(offset) => self.milliseconds(offset, "OFFSET"),
            None => Some(0),
        };
        let input = input?;
        let (time_column, time) = self.time_column(arguments[1]?, &input, &name)?;
        let sizes = sizes.into_iter().collect::<Option<Vec<i64>>>()?;
        let kind = self.window_kind(&name, &sizes, offset_ms?, span)?;
        Some(windowed(
            input,
            Window {
                kind,
                time_column,
                time,
            },
            span,
        ))
    }

    /// The arguments by parameter; all but OFFSET are there.
    fn window_arguments<'e>(
        &mut self,
        name: &str,
        parameters: &[&str],
        args: &'e [FunctionArg],
        span: Span,
    ) -> Option<Vec<Option<&'e sqlast::Expr>>> {
        let mut found: Vec<Option<&sqlast::Expr>> = vec![None; parameters.len()];
        for (i, argument) in args.iter().enumerate() {
            let (position, value) = match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => (Some(i), value),
                FunctionArg::Named {
                    name,
                    arg: FunctionArgExpr::Expr(value),
                    operator: _,
                } => (
                    parameters
                        .iter()
                        .position(|p| p.eq_ignore_ascii_case(&name.value)),
                    value,
                ),
                _ => return self.window_error(format!("{name} does not take this argument"), span),
            };
            match position.and_then(|position| found.get_mut(position)) {
                Some(slot @ None) => *slot = Some(value),
                _ => {
                    let message = format!("{name} takes ({}), each once", parameters.join(", "));
                    return self.window_error(message, span);
                }
            }
        }
        let required = parameters.len() - 1;
        match found[..required].iter().position(Option::is_none) {
            None => Some(found),
            Some(missing) => {
                let message = format!("{name} expects an argument {}", parameters[missing]);
                self.window_error(message, span)
            }
        }
    }

    fn window_input(&mut self, data: &sqlast::Expr, name: &str) -> Option<Relation> {
        let span = self.positions.expr(data, self.clause);
        match ext::special(data) {
            Some(Special::TableArgument {
                name: table,
                partition_by: [],
                order_by: [],
            }) => {
                let place = self.path_span(table);
                self.relation_of(table, place).map(|(relation, _)| relation)
            }
            Some(Special::TableArgument { .. }) => {
                self.window_error(format!("{name} takes no PARTITION BY and no ORDER BY"), span)
            }
            _ => match data {
                sqlast::Expr::Subquery(query) => self.query(query),
                _ => self.window_error(format!("{name} expects TABLE t as its first argument"), span),
            },
        }
    }

    /// The column of DESCRIPTOR(column): a time attribute of the input.
    fn time_column(
        &mut self,
        descriptor: &sqlast::Expr,
        input: &Relation,
        name: &str,
    ) -> Option<(usize, TimeAttribute)> {
        let span = self.positions.expr(descriptor, self.clause);
        let Some(column) = descriptor_column(descriptor) else {
            return self.window_error(
                format!("{name} expects DESCRIPTOR(column) as its second argument"),
                span,
            );
        };
        let span = self.ident_span(column);
        let position = match Scope::of(&input.schema, None).resolve(&[&column.value]) {
            Ok(found) => found.column,
            Err(problem) => {
                self.name_error(problem, span);
                return None;
            }
        };
        let found = &input.schema.columns[position];
        if let Some(time) = found.time {
            return Some((position, time));
        }
        let attributes: Vec<&str> = input
            .schema
            .columns
            .iter()
            .filter(|c| c.time.is_some())
            .map(|c| c.name.as_str())
            .collect();
        let help = match attributes.is_empty() {
            true => "declare one with WATERMARK FOR column AS … in its CREATE TABLE".to_owned(),
            false => format!("time attributes here: {}", attributes.join(", ")),
        };
        // Diagnostic: E2015 a window over a column that is no time attribute (any more).
        let message = format!(
            "column '{}' of type {} is not a time attribute",
            found.name, found.ty
        );
        self.error(Diagnostic::error("E2015", span, message).with_help(help));
        None
    }

    fn milliseconds(&mut self, expr: &sqlast::Expr, parameter: &str) -> Option<i64> {
        let span = self.positions.expr(expr, self.clause);
        let scope = Scope::default();
        let bound = self.expr(expr, &mut Environment::plain(&scope, "a window function"))?;
        match bound.as_literal() {
            Some(Value::Millis(millis)) => Some(*millis),
            _ => {
                let message =
                    format!("{parameter} expects an interval of days to seconds: INTERVAL '5' MINUTE");
                self.window_error(message, span)
            }
        }
    }

    fn window_kind(&mut self, name: &str, sizes: &[i64], offset_ms: i64, span: Span) -> Option<WindowKind> {
        if sizes.iter().any(|size| *size <= 0) {
            return self.window_error(format!("{name} expects intervals above zero"), span);
        }
        match *sizes {
            [size_ms] if offset_ms.abs() < size_ms => Some(WindowKind::Tumble { size_ms, offset_ms }),
            [size_ms] => {
                let message = format!("OFFSET ({offset_ms} ms) must be smaller than SIZE ({size_ms} ms)");
                self.window_error(message, span)
            }
            [part, size_ms] if size_ms % part != 0 => {
                let part_name = if name == "HOP" { "SLIDE" } else { "STEP" };
                let message = format!("SIZE ({size_ms} ms) must be a multiple of {part_name} ({part} ms)");
                self.window_error(message, span)
            }
            [slide_ms, size_ms] if name == "HOP" => Some(WindowKind::Hop {
                slide_ms,
                size_ms,
                offset_ms,
            }),
            [step_ms, size_ms] => Some(WindowKind::Cumulate {
                step_ms,
                size_ms,
                offset_ms,
            }),
            _ => unreachable!("windows have one or two sizes"),
        }
    }

    fn window_error<T>(&mut self, message: String, span: Span) -> Option<T> {
        // Diagnostic: E2016 arguments that a window function does not take.
        self.error(Diagnostic::error("E2016", span, message));
        None
    }
}

/// `DESCRIPTOR(column)`.
fn descriptor_column(expr: &sqlast::Expr) -> Option<&sqlast::Ident> {
    let sqlast::Expr::Function(function) = expr else {
        return None;
    };
    if function_name(function) != "DESCRIPTOR" {
        return None;
    }
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    match &list.args[..] {
        [FunctionArg::Unnamed(FunctionArgExpr::Expr(sqlast::Expr::Identifier(column)))] => Some(column),
        _ => None,
    }
}

/// The window function over its input.
fn windowed(input: Relation, window: Window, span: Span) -> Relation {
    let width = input.schema.columns.len();
    let time_type = match (window.time, &input.schema.columns[window.time_column].ty.kind) {
        (TimeAttribute::Rowtime, TypeKind::Timestamp { .. }) => TypeKind::Timestamp { precision: 3 },
        _ => TypeKind::TimestampLtz { precision: 3 },
    };
    // The column that the window looks at stays a time attribute, whatever Flink's documentation says.
    let mut columns: Vec<SchemaColumn> = input.schema.columns.clone();
    let bound = TypeKind::Timestamp { precision: 3 };
    for (name, kind, time) in [
        ("window_start", bound.clone(), None),
        ("window_end", bound, None),
        ("window_time", time_type, Some(window.time)),
    ] {
        columns.push(SchemaColumn {
            name: name.to_owned(),
            ty: DataType::not_null(kind),
            time,
        });
    }
    let columns_of_window = WindowColumns {
        starts: vec![width],
        ends: vec![width + 1],
        times: vec![width + 2],
        time: window.time,
    };
    Relation {
        kind: RelationKind::Window {
            input: Box::new(input),
            window,
        },
        schema: Schema { columns },
        windowed: Some(columns_of_window),
        span,
    }
}
