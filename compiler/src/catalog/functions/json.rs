//! JSON functions and predicates. Clauses (RETURNING, ON EMPTY, …) are no arguments: [`resolve`] takes them beside.
//!
//! Invariant: the words of clauses are the ones that `sql::function::json` knows: behaviors `NULL`, `ERROR`, `TRUE`,
//! `FALSE`, `UNKNOWN`, `DEFAULT`, `EMPTY ARRAY`, `EMPTY OBJECT`; wrappers `WITHOUT`, `CONDITIONAL`, `UNCONDITIONAL`.

use sql::function::json::build::RAW;
use sql::{DataType, Field, TypeKind};

use super::signature::Shape::{Any, Text};
use super::signature::{cast_all, fixed, with_nullable};
use crate::catalog::function::{Argument, Call, FunctionDef, Param, Passing, Resolved, Returns, mismatch};

type Answer = Result<Resolved, String>;

/// The clauses of one call; what is not written is `None`.
#[derive(Clone, Debug, Default)]
pub struct Clauses {
    pub returning: Option<DataType>,
    pub wrapper: Option<&'static str>,
    pub on_empty: Option<&'static str>,
    pub on_error: Option<&'static str>,
    /// `ABSENT ON NULL` (true) or `NULL ON NULL` (false) of JSON_OBJECT and JSON_ARRAY.
    pub absent_on_null: Option<bool>,
    /// For each argument of JSON_OBJECT and JSON_ARRAY: whether it is the answer of a function that [`is_json`] names.
    pub raw: Vec<bool>,
}

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "IS JSON VALUE",
        resolve: |given| is_json_text(given, Call::strict("IS JSON VALUE", "json::predicate::is_value")),
        doc: "text IS JSON [VALUE]: whether the text is JSON.",
    },
    FunctionDef {
        name: "IS JSON SCALAR",
        resolve: |given| {
            is_json_text(
                given,
                Call::strict("IS JSON SCALAR", "json::predicate::is_scalar"),
            )
        },
        doc: "text IS JSON SCALAR: whether the text is a JSON string, number, boolean or null.",
    },
    FunctionDef {
        name: "IS JSON ARRAY",
        resolve: |given| is_json_text(given, Call::strict("IS JSON ARRAY", "json::predicate::is_array")),
        doc: "text IS JSON ARRAY: whether the text is a JSON array.",
    },
    FunctionDef {
        name: "IS JSON OBJECT",
        resolve: |given| {
            is_json_text(
                given,
                Call::strict("IS JSON OBJECT", "json::predicate::is_object"),
            )
        },
        doc: "text IS JSON OBJECT: whether the text is a JSON object.",
    },
    FunctionDef {
        name: "JSON_EXISTS",
        resolve: |given| exists(given, &Clauses::default()),
        doc: "JSON_EXISTS(text, path [… ON ERROR]): whether the path finds a value.",
    },
    FunctionDef {
        name: "JSON_VALUE",
        resolve: |given| value(given, &Clauses::default()),
        doc: "JSON_VALUE(text, path [RETURNING type] [… ON EMPTY] [… ON ERROR]): the scalar that the path finds.",
    },
    FunctionDef {
        name: "JSON_QUERY",
        resolve: |given| query(given, &Clauses::default()),
        doc: "JSON_QUERY(text, path [RETURNING type] [… WRAPPER] [… ON EMPTY] [… ON ERROR]): the object or array \
              that the path finds.",
    },
    FunctionDef {
        name: "JSON_OBJECT",
        resolve: |given| object(given, &Clauses::default()),
        doc: "JSON_OBJECT(KEY key VALUE value, … [NULL|ABSENT ON NULL]): a JSON object.",
    },
    FunctionDef {
        name: "JSON_ARRAY",
        resolve: |given| array(given, &Clauses::default()),
        doc: "JSON_ARRAY(value, … [NULL|ABSENT ON NULL]): a JSON array.",
    },
    FunctionDef {
        name: "JSON_STRING",
        resolve: string,
        doc: "JSON_STRING(value): the value as JSON text.",
    },
    FunctionDef {
        name: "JSON",
        resolve: |given| {
            let call = Call::strict("JSON", "json::build::json_raw").returns(Returns::FallibleNullable);
            fixed(call, &[Text], "(STRING)", given, TypeKind::STRING)
        },
        doc: "JSON(text): JSON text that JSON_OBJECT and JSON_ARRAY put in as it is.",
    },
    FunctionDef {
        name: "JSON_QUOTE",
        resolve: |given| {
            let call = Call::strict("JSON_QUOTE", "json::quote::json_quote");
            fixed(call, &[Text], "(STRING)", given, TypeKind::STRING)
        },
        doc: "JSON_QUOTE(text): the text as a JSON string.",
    },
    FunctionDef {
        name: "JSON_UNQUOTE",
        resolve: |given| {
            let call = Call::strict("JSON_UNQUOTE", "json::quote::json_unquote");
            fixed(call, &[Text], "(STRING)", given, TypeKind::STRING)
        },
        doc: "JSON_UNQUOTE(text): the text of a JSON string.",
    },
];

/// Resolves a JSON function with its clauses. JSON_VALUE with a DEFAULT takes four arguments: the text, the path, the
/// DEFAULT of ON EMPTY and that of ON ERROR, a NULL where one is not written.
pub fn resolve(name: &str, given: &[Argument], clauses: &Clauses) -> Answer {
    check(name, clauses)?;
    match name {
        "JSON_EXISTS" => exists(given, clauses),
        "JSON_VALUE" => value(given, clauses),
        "JSON_QUERY" => query(given, clauses),
        "JSON_OBJECT" => object(given, clauses),
        "JSON_ARRAY" => array(given, clauses),
        other => Err(format!("{other} takes no clauses")),
    }
}

/// Refuses clauses and behaviors that the function does not have.
fn check(name: &str, clauses: &Clauses) -> Result<(), String> {
    let (on_empty, on_error): (&[&str], &[&str]) = match name {
        "JSON_EXISTS" => (&[], &["TRUE", "FALSE", "UNKNOWN", "ERROR"]),
        "JSON_VALUE" => (&["NULL", "ERROR", "DEFAULT"], &["NULL", "ERROR", "DEFAULT"]),
        "JSON_QUERY" => {
            let behaviors = &["NULL", "ERROR", "EMPTY ARRAY", "EMPTY OBJECT"];
            (behaviors, behaviors)
        }
        _ => (&[], &[]),
    };
    for (clause, written, known) in [
        ("ON EMPTY", clauses.on_empty, on_empty),
        ("ON ERROR", clauses.on_error, on_error),
    ] {
        if let Some(behavior) = written.filter(|behavior| !known.contains(behavior)) {
            return Err(format!("has no clause {behavior} {clause}"));
        }
    }
    let builds = matches!(name, "JSON_OBJECT" | "JSON_ARRAY");
    let refused = [
        (
            "RETURNING",
            clauses.returning.is_some() && !matches!(name, "JSON_VALUE" | "JSON_QUERY"),
        ),
        ("WRAPPER", clauses.wrapper.is_some() && name != "JSON_QUERY"),
        ("ON NULL", clauses.absent_on_null.is_some() && !builds),
    ];
    match refused.into_iter().find(|(_, is_refused)| *is_refused) {
        Some((clause, _)) => Err(format!("has no clause {clause}")),
        None => Ok(()),
    }
}

/// Whether the call answers JSON, which JSON_OBJECT and JSON_ARRAY put in as it is.
pub fn is_json(call: &Call) -> bool {
    matches!(call.name, "JSON_OBJECT" | "JSON_ARRAY" | "JSON")
}

fn is_json_text(given: &[Argument], call: Call) -> Answer {
    fixed(call, &[Text], "(STRING)", given, TypeKind::Boolean)
}

fn exists(given: &[Argument], clauses: &Clauses) -> Answer {
    let call = Call::strict("JSON_EXISTS", "json::query::json_exists")
        .returns(Returns::FallibleNullable)
        .with(Param::Text(clauses.on_error.unwrap_or("FALSE")));
    fixed(call, &[Text, Text], "(STRING, STRING)", given, TypeKind::Boolean)
}

fn value(given: &[Argument], clauses: &Clauses) -> Answer {
    let returning = clauses.returning.clone().unwrap_or(DataType::string());
    let scalar =
        returning.kind.is_numeric() || returning.kind.is_text() || returning.kind == TypeKind::Boolean;
    if !scalar {
        return Err(format!("JSON_VALUE cannot return {}", returning.kind));
    }
    let call = |path| {
        Call::strict("JSON_VALUE", path)
            .returns(Returns::FallibleValue)
            .with(Param::Text(clauses.on_empty.unwrap_or("NULL")))
            .with(Param::Text(clauses.on_error.unwrap_or("NULL")))
            .with(Param::Type(returning.clone()))
    };
    let expected = "(STRING, STRING)";
    let result = returning.kind.clone();
    if given.len() != 4 {
        return fixed(
            call("json::query::json_value"),
            &[Text, Text],
            expected,
            given,
            result,
        );
    }
    let mut arguments = cast_all(&[Text, Text, Any, Any], given).ok_or_else(|| mismatch(expected, given))?;
    for default in &mut arguments[2..] {
        *default = DataType::string().with_nullable(default.nullable);
    }
    let call = call("json::query::json_value_default").sees_nulls();
    Ok(Resolved::new(call, given, arguments, result))
}

fn query(given: &[Argument], clauses: &Clauses) -> Answer {
    let (path, result) = query_result(clauses.returning.as_ref())?;
    let (on_empty, on_error) = (
        clauses.on_empty.unwrap_or("NULL"),
        clauses.on_error.unwrap_or("NULL"),
    );
    if matches!(result, TypeKind::Array(_)) {
        for (clause, behavior) in [("empty", on_empty), ("error", on_error)] {
            if behavior == "EMPTY OBJECT" {
                return Err(format!(
                    "Illegal on {clause} behavior 'EMPTY OBJECT' for return type: VARCHAR(2147483647) ARRAY"
                ));
            }
        }
    }
    let call = Call::strict("JSON_QUERY", path)
        .returns(Returns::FallibleNullable)
        .with(Param::Text(clauses.wrapper.unwrap_or("WITHOUT")))
        .with(Param::Text(on_empty))
        .with(Param::Text(on_error));
    fixed(call, &[Text, Text], "(STRING, STRING)", given, result)
}

fn query_result(returning: Option<&DataType>) -> Result<(&'static str, TypeKind), String> {
    match returning.map(|ty| &ty.kind) {
        None => Ok(("json::query::json_query", TypeKind::STRING)),
        Some(kind) if kind.is_text() => Ok(("json::query::json_query", kind.clone())),
        Some(kind @ TypeKind::Array(element)) if element.kind.is_text() => {
            Ok(("json::query::json_query_array", kind.clone()))
        }
        Some(TypeKind::Array(element)) => Err(format!(
            "Unsupported array element type '{}' for RETURNING ARRAY in JSON_QUERY()",
            element.kind
        )),
        Some(other) => Err(format!(
            "Unsupported type '{other}' for RETURNING in JSON_QUERY()"
        )),
    }
}

fn string(given: &[Argument]) -> Answer {
    let ty = given
        .first()
        .map_or(DataType::nullable(TypeKind::Null), |a| a.ty.clone());
    let call = Call::strict("JSON_STRING", "json::build::json_string")
        .passing(Passing::EachValue)
        .with(Param::Type(ty));
    fixed(call, &[Any], "(value)", given, TypeKind::STRING)
}

fn object(given: &[Argument], clauses: &Clauses) -> Answer {
    let keys_are_text = given.iter().step_by(2).all(|key| key.ty.kind.is_text());
    if !given.len().is_multiple_of(2) || !keys_are_text {
        return Err(mismatch("(KEY STRING VALUE value, …)", given));
    }
    let absent = clauses.absent_on_null.unwrap_or(false);
    build("JSON_OBJECT", "json::build::json_object", given, clauses, absent)
}

fn array(given: &[Argument], clauses: &Clauses) -> Answer {
    let absent = clauses.absent_on_null.unwrap_or(true);
    build("JSON_ARRAY", "json::build::json_array", given, clauses, absent)
}

/// A call that gets all values in one slice, and their types as those of a ROW.
fn build(
    name: &'static str,
    path: &'static str,
    given: &[Argument],
    clauses: &Clauses,
    absent_on_null: bool,
) -> Answer {
    let field = |(i, argument): (usize, &Argument)| Field {
        name: match clauses.raw.get(i) {
            Some(true) => RAW.to_owned(),
            _ => String::new(),
        },
        ty: argument.ty.clone(),
    };
    let parts = DataType::not_null(TypeKind::Row(given.iter().enumerate().map(field).collect()));
    let call = Call::strict(name, path)
        .passing(Passing::ValueSlice)
        .sees_nulls()
        .returns(Returns::Fallible)
        .with(Param::Type(parts))
        .with(Param::Bool(absent_on_null));
    with_nullable(Ok(Resolved::as_given(call, given, TypeKind::STRING)), false)
}

#[cfg(test)]
mod tests {
    use super::super::signature::tests::{found, of};
    use super::*;

    const TEXT: DataType = DataType::string();

    fn resolved(name: &str, given: &[DataType], clauses: &Clauses) -> Result<String, String> {
        resolve(name, &of(given), clauses).map(|resolved| resolved.result.to_string())
    }

    #[test]
    fn result_types() {
        let int = DataType::not_null(TypeKind::Int);
        for (name, given, expected) in [
            ("IS JSON VALUE", vec![TEXT], Ok("BOOLEAN")),
            ("IS JSON VALUE", vec![int.clone()], Err(())),
            ("JSON_EXISTS", vec![TEXT, TEXT], Ok("BOOLEAN")),
            ("JSON_VALUE", vec![TEXT, TEXT], Ok("STRING")),
            ("JSON_OBJECT", vec![], Ok("STRING NOT NULL")),
            ("JSON_OBJECT", vec![TEXT, int.clone()], Ok("STRING NOT NULL")),
            ("JSON_OBJECT", vec![TEXT], Err(())),
            ("JSON_ARRAY", vec![TEXT], Ok("STRING NOT NULL")),
            ("JSON_STRING", vec![int.clone()], Ok("STRING NOT NULL")),
            (
                "JSON_UNQUOTE",
                vec![TEXT.with_nullable(false)],
                Ok("STRING NOT NULL"),
            ),
        ] {
            assert_eq!(
                found(name, &of(&given)).as_deref(),
                expected.as_ref().copied(),
                "{name}"
            );
        }
    }

    #[test]
    fn clauses_decide_types_and_are_checked() {
        let returning = |kind| Clauses {
            returning: Some(DataType::nullable(kind)),
            ..Clauses::default()
        };
        let array = |element| TypeKind::Array(Box::new(DataType::nullable(element)));
        let texts = [TEXT, TEXT];
        let found = resolved("JSON_QUERY", &texts, &returning(array(TypeKind::STRING)));
        assert_eq!(found.as_deref(), Ok("ARRAY<STRING>"));
        assert!(resolved("JSON_QUERY", &texts, &returning(array(TypeKind::Int))).is_err());
        let found = resolved("JSON_VALUE", &texts, &returning(TypeKind::Int));
        assert_eq!(found.as_deref(), Ok("INT"));
        assert!(resolved("JSON_VALUE", &texts, &returning(TypeKind::Date)).is_err());
        let empty_object = Clauses {
            on_empty: Some("EMPTY OBJECT"),
            ..returning(array(TypeKind::STRING))
        };
        let message = resolved("JSON_QUERY", &texts, &empty_object).unwrap_err();
        assert!(message.starts_with("Illegal on empty behavior"), "{message}");
    }

    #[test]
    fn clauses_of_other_functions_are_refused() {
        let clauses = |on_empty, wrapper| Clauses {
            on_empty,
            wrapper,
            ..Clauses::default()
        };
        for (name, clauses, allowed) in [
            (
                "JSON_QUERY",
                clauses(Some("EMPTY ARRAY"), Some("CONDITIONAL")),
                true,
            ),
            ("JSON_VALUE", clauses(Some("EMPTY ARRAY"), None), false),
            ("JSON_VALUE", clauses(None, Some("CONDITIONAL")), false),
            ("JSON_EXISTS", clauses(Some("NULL"), None), false),
        ] {
            assert_eq!(
                resolved(name, &[TEXT, TEXT], &clauses).is_ok(),
                allowed,
                "{name} {clauses:?}"
            );
        }
    }

    #[test]
    fn defaults_are_passed_as_text() {
        let int = DataType::not_null(TypeKind::Int);
        let clauses = Clauses {
            on_empty: Some("DEFAULT"),
            ..Clauses::default()
        };
        let given = of(&[TEXT, TEXT, int, DataType::nullable(TypeKind::Null)]);
        let resolved = resolve("JSON_VALUE", &given, &clauses).expect("fits");
        assert_eq!(resolved.call.path, "json::query::json_value_default");
        assert_eq!(resolved.arguments[2].to_string(), "STRING NOT NULL");
    }
}
