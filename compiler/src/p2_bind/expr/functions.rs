//! Calls of functions by name, and aggregate calls.
//!
//! In: a name and arguments. Out: a call whose arguments are cast to the types the function takes; an aggregate
//! call becomes a column behind those in scope. Invariant: modifiers (DISTINCT, FILTER, OVER, …) are refused where
//! they have no meaning, never dropped.

use sqlparser::ast as sqlast;
use sqlparser::ast::{
    DuplicateTreatment, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments,
    NullTreatment,
};

use super::super::Binder;
use super::Environment;
use super::worded::text;
use super::{advice, foreign};
use crate::base::{Diagnostic, Span};
use crate::catalog::aggregate::{self, AggregateName};
use crate::catalog::function::{Argument, lookup};
use crate::catalog::functions::FAMILIES;
use crate::catalog::nearest::nearest;
use crate::expr::{Expr, ExprKind};

/// Calls whose types no rule of the catalogue decides.
const CONDITIONALS: &[&str] = &["IF", "IFNULL", "COALESCE", "NULLIF"];
/// Names that are window functions in FROM, and group windows of old in GROUP BY.
const WINDOW_NAMES: &[&str] = &[
    "TUMBLE",
    "HOP",
    "CUMULATE",
    "SESSION",
    "TUMBLE_START",
    "TUMBLE_END",
    "TUMBLE_ROWTIME",
    "TUMBLE_PROCTIME",
    "HOP_START",
    "HOP_END",
    "HOP_ROWTIME",
    "HOP_PROCTIME",
    "SESSION_START",
    "SESSION_END",
    "SESSION_ROWTIME",
    "SESSION_PROCTIME",
];

/// Functions whose first argument is a bare unit of time.
const UNIT_FIRST: &[&str] = &["TIMESTAMPADD", "TIMESTAMPDIFF"];

/// Arguments and modifiers of a call, taken apart.
pub(super) struct CallParts<'e> {
    /// None stands for `*`.
    pub(super) arguments: Vec<Option<&'e sqlast::Expr>>,
    pub(super) distinct: bool,
    pub(super) filter: Option<&'e sqlast::Expr>,
    pub(super) nulls: Option<NullTreatment>,
}

impl Binder<'_> {
    pub(super) fn function(
        &mut self,
        function: &sqlast::Function,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let name = function_name(function);
        if function.over.is_some() {
            return self.refused(&format!("OVER (in {name})"), span);
        }
        let parts = self.call_parts(function, &name, span)?;
        match aggregate::lookup(&name) {
            Some(AggregateName::Known(found)) => self.aggregate(found, &parts, span, environment),
            Some(AggregateName::Deviation(deviation)) => {
                self.deviation(deviation, &name, &parts, span, environment)
            }
            Some(AggregateName::Later) => self.refused(&format!("the aggregate function {name}"), span),
            None => self.scalar(&name, parts, span, environment),
        }
    }

    fn call_parts<'e>(
        &mut self,
        function: &'e sqlast::Function,
        name: &str,
        span: Span,
    ) -> Option<CallParts<'e>> {
        let sqlast::Function {
            name: _,
            uses_odbc_syntax: false,
            parameters: FunctionArguments::None,
            args,
            within_group,
            filter,
            null_treatment,
            over: None,
        } = function
        else {
            self.refused(&format!("this form of calling {name}"), span);
            return None;
        };
        let mut parts = CallParts {
            arguments: Vec::new(),
            distinct: false,
            filter: filter.as_deref(),
            nulls: *null_treatment,
        };
        let list = match args {
            FunctionArguments::None => return Some(parts),
            FunctionArguments::List(list) if within_group.is_empty() => match list.clauses.as_slice() {
                [] => list,
                [FunctionArgumentClause::IgnoreOrRespectNulls(nulls)] if parts.nulls.is_none() => {
                    parts.nulls = Some(*nulls);
                    list
                }
                _ => {
                    self.refused(&format!("this form of calling {name}"), span);
                    return None;
                }
            },
            FunctionArguments::List(_) | FunctionArguments::Subquery(_) => {
                self.refused(&format!("this form of calling {name}"), span);
                return None;
            }
        };
        parts.distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => parts.arguments.push(Some(expr)),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => parts.arguments.push(None),
                _ => {
                    self.refused(&format!("named arguments of {name}"), span);
                    return None;
                }
            }
        }
        Some(parts)
    }

    pub(super) fn misplaced(&mut self, message: String, span: Span) -> Option<Expr> {
        // Diagnostic: E2009 an aggregate function where none may stand.
        self.error(Diagnostic::error("E2009", span, message));
        None
    }

    fn scalar(
        &mut self,
        name: &str,
        parts: CallParts<'_>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        if parts.distinct || parts.filter.is_some() || parts.nulls.is_some() {
            let message =
                format!("{name} is not an aggregate function: it takes no DISTINCT, FILTER and IGNORE NULLS");
            return self.misplaced(message, span);
        }
        let Some(written) = parts
            .arguments
            .into_iter()
            .collect::<Option<Vec<&sqlast::Expr>>>()
        else {
            // A slip of COUNT is not to hear of its argument.
            return match lookup(name).is_some() || CONDITIONALS.contains(&name) {
                true => self.type_error(format!("{name} does not take *"), span),
                false => self.unknown_function(name, span),
            };
        };
        let mut arguments = Vec::with_capacity(written.len());
        for (i, argument) in written.into_iter().enumerate() {
            arguments.push(match argument {
                sqlast::Expr::Identifier(unit) if i == 0 && UNIT_FIRST.contains(&name) => {
                    Some(text(&unit.value.to_ascii_uppercase(), self.ident_span(unit)))
                }
                _ => self.expr(argument, environment),
            });
        }
        let arguments = arguments.into_iter().collect::<Option<Vec<Expr>>>()?;
        match name {
            "ROW" => self.row_of(arguments, span),
            name if CONDITIONALS.contains(&name) => self.conditional(name, arguments, span),
            _ => self.call(name, arguments, span),
        }
    }

    /// A call of the catalogue: arguments cast as the function wants them.
    pub(in super::super) fn call(&mut self, name: &str, arguments: Vec<Expr>, span: Span) -> Option<Expr> {
        let Some(definition) = lookup(name) else {
            return self.unknown_function(name, span);
        };
        if !takes_untyped_null(name) {
            self.all_typed(&arguments)?;
        }
        let given: Vec<Argument> = arguments
            .iter()
            .map(|argument| Argument {
                ty: argument.ty.clone(),
                literal: argument.as_literal().cloned(),
            })
            .collect();
        let resolved = match (definition.resolve)(&given) {
            Ok(resolved) => resolved,
            Err(message) => {
                // Diagnostic: E2006 argument types that a function or an operator does not take.
                let mut diagnostic = Diagnostic::error("E2006", span, format!("{name} {message}"));
                diagnostic.help = advice::of_call(definition, &given);
                self.error(diagnostic);
                return None;
            }
        };
        let cast: Vec<Option<Expr>> = arguments
            .into_iter()
            .zip(&resolved.arguments)
            .map(|(argument, target)| self.coerce(argument, target))
            .collect();
        let arguments = cast.into_iter().collect::<Option<Vec<Expr>>>()?;
        Some(Expr {
            kind: ExprKind::Call(resolved.call, arguments),
            ty: resolved.result,
            span,
        })
    }

    fn unknown_function(&mut self, name: &str, span: Span) -> Option<Expr> {
        if WINDOW_NAMES.contains(&name) {
            return self.group_window(name, span);
        }
        let scalar = FAMILIES
            .iter()
            .flat_map(|family| family.iter())
            .map(|definition| definition.name);
        let known = scalar.chain(CONDITIONALS.iter().copied());
        let near = nearest(
            name,
            ["COUNT", "SUM", "AVG", "MIN", "MAX"].into_iter().chain(known),
        );
        // Diagnostic: E2010 a function that does not exist, or not in this version.
        let mut diagnostic = Diagnostic::error("E2010", span, format!("there is no function {name}"));
        diagnostic.help = Some(match (foreign::instead_of(name), near) {
            (Some(instead), _) => format!("in Flink SQL it is {instead}"),
            (None, Some(near)) => format!("did you mean {near}?"),
            (None, None) => "docs/functions.md lists the functions there are".to_owned(),
        });
        self.error(diagnostic);
        None
    }

    /// Windows of Flink before window table-valued functions.
    fn group_window(&mut self, name: &str, span: Span) -> Option<Expr> {
        let help = match name.split('_').next() {
            Some("TUMBLE") => {
                "write FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE) and GROUP BY window_start, window_end"
            }
            Some("HOP") => {
                "write FROM HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '5' MINUTE) (slide, then size) \
                 and GROUP BY window_start, window_end"
            }
            _ => {
                self.unsupported(&format!("the group window function {name}"), span);
                return None;
            }
        };
        // Diagnostic: E2002 Flink has it, this version has not.
        let message = format!("not supported by this version: the group window function {name}");
        self.error(Diagnostic::error("E2002", span, message).with_help(help));
        None
    }
}

/// Operators and functions whose arguments give a bare NULL its type, as Flink has it.
fn takes_untyped_null(name: &str) -> bool {
    const FUNCTIONS: &[&str] = &[
        "ARRAY_APPEND",
        "ARRAY_CONTAINS",
        "ARRAY_POSITION",
        "ARRAY_PREPEND",
        "ARRAY_REMOVE",
        "ARRAY_SLICE",
        "ARRAY_SORT",
        "BTRIM",
        "ELT",
        "ENDSWITH",
        "JSON_QUOTE",
        "JSON_STRING",
        "JSON_UNQUOTE",
        "PRINTF",
        "REGEXP_COUNT",
        "REGEXP_EXTRACT_ALL",
        "REGEXP_INSTR",
        "REGEXP_SUBSTR",
        "SPLIT",
        "STARTSWITH",
        "TO_TIMESTAMP_LTZ",
        "TYPEOF",
        "UNHEX",
        "URL_DECODE",
        "URL_ENCODE",
    ];
    let is_comparison = matches!(name, "=" | "<>" | "<" | "<=" | ">" | ">=");
    is_comparison || name.starts_with("IS ") || FUNCTIONS.contains(&name)
}

/// The name in upper case, without backticks.
pub(in super::super) fn function_name(function: &sqlast::Function) -> String {
    let parts = function.name.0.iter();
    let parts: Vec<String> = parts
        .map(|part| part.as_ident().map_or(part.to_string(), |i| i.value.clone()))
        .collect();
    parts.join(".").to_ascii_uppercase()
}
