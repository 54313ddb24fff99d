//! JSON functions with their clauses.
//!
//! In: the call as the parser took it apart. Out: a call of the catalogue, the clauses being words and types beside
//! its arguments. Invariant: a clause that a function does not have is an error, never dropped.

use sql::{DataType, TypeKind, Value};

use super::super::Binder;
use super::Environment;
use crate::base::Span;
use crate::catalog::function::Argument;
use crate::catalog::functions::json::{self, Clauses};
use crate::expr::{Expr, ExprKind};
use crate::p1_parse::ext::{JsonBehavior, JsonCall, JsonOnNull, JsonWrapper};

impl Binder<'_> {
    pub(super) fn json_call(
        &mut self,
        call: &JsonCall<'_>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let name = call.function.name.to_string().to_ascii_uppercase();
        if call.function.over.is_some() {
            return self.refused(&format!("OVER (in {name})"), span);
        }
        if name.ends_with("AGG") {
            return self.json_aggregate(&name, call, span, environment);
        }
        if call.function.filter.is_some() {
            let message = format!("{name} is not an aggregate function: it takes no FILTER");
            return self.misplaced(message, span);
        }
        let arguments = self.all(call.arguments.iter().copied(), environment);
        let defaults = self.json_defaults(call, span, environment);
        let returning = match &call.returning {
            Some(text) => Some(self.data_type(text)?),
            None => None,
        };
        let (mut arguments, defaults) = (arguments?, defaults?);
        let clauses = Clauses {
            returning,
            wrapper: call.wrapper.map(wrapper_word),
            on_empty: call.on_empty.as_ref().map(behavior_word),
            on_error: call.on_error.as_ref().map(behavior_word),
            absent_on_null: call.on_null.map(|on_null| on_null == JsonOnNull::Absent),
            raw: arguments.iter().map(answers_json).collect(),
        };
        arguments.extend(defaults);
        let given: Vec<Argument> = arguments
            .iter()
            .map(|argument| Argument {
                ty: argument.ty.clone(),
                literal: argument.as_literal().cloned(),
            })
            .collect();
        let resolved = match json::resolve(&name, &given, &clauses) {
            Ok(resolved) => resolved,
            Err(message) => return self.type_error(format!("{name} {message}"), span),
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

    /// The DEFAULT of ON EMPTY and that of ON ERROR, a NULL for the one that is not written; nothing without both.
    fn json_defaults(
        &mut self,
        call: &JsonCall<'_>,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Vec<Expr>> {
        let written = [&call.on_empty, &call.on_error].map(|behavior| match behavior {
            Some(JsonBehavior::Default(expr)) => Some(*expr),
            _ => None,
        });
        if written.iter().all(Option::is_none) {
            return Some(Vec::new());
        }
        let bound = written.map(|expr| match expr {
            Some(expr) => self.expr(expr, environment),
            None => Some(Expr::literal(
                Value::Null,
                DataType::nullable(TypeKind::Null),
                span,
            )),
        });
        bound.into_iter().collect()
    }
}

/// Whether JSON_OBJECT and JSON_ARRAY put the answer in as it is.
fn answers_json(argument: &Expr) -> bool {
    matches!(&argument.kind, ExprKind::Call(call, _) if json::is_json(call))
}

fn wrapper_word(wrapper: JsonWrapper) -> &'static str {
    match wrapper {
        JsonWrapper::Without => "WITHOUT",
        JsonWrapper::Conditional => "CONDITIONAL",
        JsonWrapper::Unconditional => "UNCONDITIONAL",
    }
}

fn behavior_word(behavior: &JsonBehavior<'_>) -> &'static str {
    match behavior {
        JsonBehavior::Null => "NULL",
        JsonBehavior::Error => "ERROR",
        JsonBehavior::True => "TRUE",
        JsonBehavior::False => "FALSE",
        JsonBehavior::Unknown => "UNKNOWN",
        JsonBehavior::EmptyArray => "EMPTY ARRAY",
        JsonBehavior::EmptyObject => "EMPTY OBJECT",
        JsonBehavior::Default(_) => "DEFAULT",
    }
}
