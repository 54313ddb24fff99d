//! Comparisons: `=`, `<`, IS DISTINCT FROM. In: two arguments. Out: the types both are cast to, and the call.
//!
//! Text beside a number is read as the number where order is asked for (an error when it is none); they are never
//! equal or different. Text beside a date or timestamp is read as such (UNKNOWN when it is none, an error now when
//! it is a literal). Constructed values are only equal or not.

use sql::function::cast::from_text;
use sql::{DataType, Session, TypeKind, Value};

use super::cast;
use crate::catalog::function::{Argument, Call, FunctionDef, Param, Resolved, Returns, mismatch};
use crate::catalog::wider_type;

/// Symbol, the same with its sides exchanged, and path.
type Operator = (&'static str, &'static str, &'static str);

const EQUAL: Operator = ("=", "=", "compare::equal");
const NOT_EQUAL: Operator = ("<>", "<>", "compare::not_equal");
const LESS: Operator = ("<", ">", "compare::less");
const LESS_OR_EQUAL: Operator = ("<=", ">=", "compare::less_or_equal");
const GREATER: Operator = (">", "<", "compare::greater");
const GREATER_OR_EQUAL: Operator = (">=", "<=", "compare::greater_or_equal");

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "=",
        resolve: |given| comparison(EQUAL, true, given),
        doc: "a = b: both are equal; UNKNOWN when one is NULL",
    },
    FunctionDef {
        name: "<>",
        resolve: |given| comparison(NOT_EQUAL, true, given),
        doc: "a <> b: the two differ",
    },
    FunctionDef {
        name: "<",
        resolve: |given| comparison(LESS, false, given),
        doc: "a < b: a comes before b",
    },
    FunctionDef {
        name: "<=",
        resolve: |given| comparison(LESS_OR_EQUAL, false, given),
        doc: "a <= b: a does not come after b",
    },
    FunctionDef {
        name: ">",
        resolve: |given| comparison(GREATER, false, given),
        doc: "a > b: a comes after b",
    },
    FunctionDef {
        name: ">=",
        resolve: |given| comparison(GREATER_OR_EQUAL, false, given),
        doc: "a >= b: a does not come before b",
    },
    FunctionDef {
        name: "IS DISTINCT FROM",
        resolve: |given| distinction("IS DISTINCT FROM", "compare::distinct", given),
        doc: "a IS DISTINCT FROM b: the two differ, where NULL equals NULL",
    },
    FunctionDef {
        name: "IS NOT DISTINCT FROM",
        resolve: |given| distinction("IS NOT DISTINCT FROM", "compare::not_distinct", given),
        doc: "a IS NOT DISTINCT FROM b: the two are equal, where NULL equals NULL",
    },
];

fn comparison(operator: Operator, equality: bool, given: &[Argument]) -> Result<Resolved, String> {
    let (symbol, turned, path) = operator;
    let [a, b] = given else {
        return Err(mismatch("two values", given));
    };
    if a.ty.kind.is_text() && b.ty.kind.is_temporal() && a.literal.is_none() {
        let names = ("compare::text_with_value", "compare::text_with_instant");
        return Ok(beside_text(symbol, turned, names, &b.ty.kind, given));
    }
    if b.ty.kind.is_text() && a.ty.kind.is_temporal() && b.literal.is_none() {
        let names = ("compare::value_with_text", "compare::instant_with_text");
        return Ok(beside_text(symbol, symbol, names, &a.ty.kind, given));
    }
    let arguments = operands(a, b, equality)?.ok_or_else(|| mismatch("two values that compare", given))?;
    Ok(Resolved::new(
        Call::strict(symbol, path),
        given,
        arguments,
        TypeKind::Boolean,
    ))
}

fn distinction(name: &'static str, path: &'static str, given: &[Argument]) -> Result<Resolved, String> {
    let [a, b] = given else {
        return Err(mismatch("two values", given));
    };
    let arguments = operands(a, b, true)?.ok_or_else(|| mismatch("two values that compare", given))?;
    let call = Call::strict(name, path).sees_nulls();
    Ok(Resolved::new(call, given, arguments, TypeKind::Boolean))
}

/// A comparison of a temporal value with text that is not known yet.
fn beside_text(
    symbol: &'static str,
    operator: &'static str,
    paths: (&'static str, &'static str),
    temporal: &TypeKind,
    given: &[Argument],
) -> Resolved {
    let (path, precision) = match temporal {
        TypeKind::TimestampLtz { precision } => (paths.1, *precision),
        TypeKind::Timestamp { precision } | TypeKind::Time { precision } => (paths.0, *precision),
        _ => (paths.0, 0),
    };
    let call = Call::strict(symbol, path)
        .with_session()
        .returns(Returns::Nullable)
        .with(Param::Text(operator))
        .with(Param::U8(precision));
    Resolved::as_given(call, given, TypeKind::Boolean)
}

/// The types the two sides are cast to; `None` when they do not compare.
fn operands(a: &Argument, b: &Argument, equality: bool) -> Result<Option<Vec<DataType>>, String> {
    let pair = |left: TypeKind, right: TypeKind| {
        let typed = |kind, side: &Argument| DataType {
            kind,
            nullable: side.ty.nullable,
        };
        Ok(Some(vec![typed(left, a), typed(right, b)]))
    };
    let (left, right) = (&a.ty.kind, &b.ty.kind);
    match (left, right) {
        (TypeKind::Null, kind) | (kind, TypeKind::Null) => pair(kind.clone(), kind.clone()),
        (l, r) if l.is_numeric() && r.is_numeric() => {
            let (left, right) = numbers(l, r);
            pair(left, right)
        }
        (number, text) if number.is_numeric() && text.is_text() && !equality => {
            let kind = beside_text_kind(number);
            pair(kind.clone(), kind)
        }
        (text, number) if number.is_numeric() && text.is_text() && !equality => {
            let kind = beside_text_kind(number);
            pair(kind.clone(), kind)
        }
        (l, r) if l.is_text() && r.is_text() || l.is_binary() && r.is_binary() => pair(l.clone(), r.clone()),
        (l, r) if l.is_temporal() && r.is_text() => {
            check_literal(b, l)?;
            pair(l.clone(), l.clone())
        }
        (l, r) if l.is_text() && r.is_temporal() => {
            check_literal(a, r)?;
            pair(r.clone(), r.clone())
        }
        (TypeKind::Time { .. }, TypeKind::Time { .. }) => pair(left.clone(), right.clone()),
        (l, r) if l.is_constructed() && r.is_constructed() && equality => {
            match wider_type::common(&a.ty, &b.ty) {
                Some(common) => pair(common.kind.clone(), common.kind),
                None => Ok(None),
            }
        }
        (l, r) if l.is_constructed() || r.is_constructed() => Ok(None),
        (l, r) if l == r => pair(l.clone(), r.clone()),
        (l, r) => match moments(l, r) {
            Some((left, right)) => pair(left, right),
            None => Ok(None),
        },
    }
}

/// What a number and a text become to be put in order: Flink takes BIGINT for the text, and what holds both.
fn beside_text_kind(number: &TypeKind) -> TypeKind {
    let sides = [number.clone(), TypeKind::BigInt].map(DataType::not_null);
    match number {
        kind if kind.is_approximate() => kind.clone(),
        _ => wider_type::least_restrictive(&sides).map_or(TypeKind::BigInt, |ty| ty.kind),
    }
}

/// Decimals keep their own scales: the comparison sees to those.
fn numbers(left: &TypeKind, right: &TypeKind) -> (TypeKind, TypeKind) {
    if left.is_approximate() || right.is_approximate() {
        let both_float = *left == TypeKind::Float && *right == TypeKind::Float;
        let kind = if both_float {
            TypeKind::Float
        } else {
            TypeKind::Double
        };
        return (kind.clone(), kind);
    }
    match (cast::integer_digits(left), cast::integer_digits(right)) {
        (Some(l), Some(r)) => {
            let wider = if l >= r { left } else { right };
            (wider.clone(), wider.clone())
        }
        (l, r) => {
            let exact = |digits: Option<u8>, kind: &TypeKind| match digits {
                Some(precision) => TypeKind::Decimal { precision, scale: 0 },
                None => kind.clone(),
            };
            (exact(l, left), exact(r, right))
        }
    }
}

/// Timestamps of different types. Dates compare with dates only, as in Flink.
fn moments(left: &TypeKind, right: &TypeKind) -> Option<(TypeKind, TypeKind)> {
    use TypeKind::{Timestamp, TimestampLtz};
    match (left, right) {
        (Timestamp { .. }, Timestamp { .. }) | (TimestampLtz { .. }, TimestampLtz { .. }) => {
            Some((left.clone(), right.clone()))
        }
        (Timestamp { precision: a }, TimestampLtz { precision: b })
        | (TimestampLtz { precision: a }, Timestamp { precision: b }) => {
            let kind = TimestampLtz { precision: *a.max(b) };
            Some((kind.clone(), kind))
        }
        _ => None,
    }
}

/// A text literal beside a temporal value must be one.
fn check_literal(text: &Argument, temporal: &TypeKind) -> Result<(), String> {
    let Some(Value::Text(literal)) = &text.literal else {
        return Ok(());
    };
    let read = match temporal {
        TypeKind::Date => from_text::date(literal).map(|_| ()),
        TypeKind::Time { precision } => from_text::time(literal, *precision).map(|_| ()),
        TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => {
            from_text::timestamp_ltz(&Session::utc(), literal, *precision).map(|_| ())
        }
        other => unreachable!("{other} is not temporal"),
    };
    read.map_err(|_| format!("'{literal}' is not a {temporal}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::function::lookup;

    fn argument(kind: TypeKind) -> Argument {
        Argument {
            ty: DataType::not_null(kind),
            literal: None,
        }
    }

    fn resolve(symbol: &str, a: Argument, b: Argument) -> Result<Resolved, String> {
        (lookup(symbol).expect("an operator").resolve)(&[a, b])
    }

    #[test]
    fn sides_meet_in_a_type() {
        let decimal = |precision, scale| TypeKind::Decimal { precision, scale };
        let ltz = |precision| TypeKind::TimestampLtz { precision };
        let timestamp = |precision| TypeKind::Timestamp { precision };
        let cases = [
            (
                TypeKind::Int,
                TypeKind::BigInt,
                [TypeKind::BigInt, TypeKind::BigInt],
            ),
            (TypeKind::Int, decimal(38, 37), [decimal(10, 0), decimal(38, 37)]),
            (
                decimal(5, 2),
                TypeKind::Double,
                [TypeKind::Double, TypeKind::Double],
            ),
            (timestamp(6), ltz(3), [ltz(6), ltz(6)]),
            (TypeKind::Null, TypeKind::Date, [TypeKind::Date, TypeKind::Date]),
        ];
        for (a, b, expected) in cases {
            let resolved = resolve("<", argument(a), argument(b)).expect("comparable");
            let found: Vec<TypeKind> = resolved.arguments.into_iter().map(|ty| ty.kind).collect();
            assert_eq!(found, expected);
            assert_eq!(resolved.result, DataType::not_null(TypeKind::Boolean));
        }
        for (a, b) in [
            (TypeKind::Date, timestamp(3)),
            (TypeKind::STRING, TypeKind::Int),
            (TypeKind::Boolean, TypeKind::STRING),
        ] {
            assert!(
                resolve("=", argument(a.clone()), argument(b.clone())).is_err(),
                "{a} {b}"
            );
        }
    }

    #[test]
    fn text_is_ordered_beside_numbers() {
        let decimal = |precision, scale| TypeKind::Decimal { precision, scale };
        for (number, common) in [
            (TypeKind::TinyInt, TypeKind::BigInt),
            (TypeKind::Double, TypeKind::Double),
            (TypeKind::Float, TypeKind::Float),
            (decimal(10, 2), decimal(21, 2)),
            (decimal(2, 1), decimal(20, 1)),
        ] {
            let resolved =
                resolve("<", argument(number.clone()), argument(TypeKind::STRING)).expect("ordered");
            let found: Vec<TypeKind> = resolved.arguments.into_iter().map(|ty| ty.kind).collect();
            assert_eq!(found, [common.clone(), common], "{number}");
            assert!(resolve("=", argument(TypeKind::STRING), argument(number)).is_err());
        }
    }

    #[test]
    fn text_beside_a_date_may_be_anything_but_a_literal_may_not() {
        let resolved =
            resolve("<", argument(TypeKind::STRING), argument(TypeKind::Date)).expect("comparable");
        assert_eq!(resolved.call.path, "compare::text_with_value");
        assert_eq!(resolved.call.params[0], Param::Text(">"));
        assert!(resolved.result.nullable);
        let literal = |text: &str| Argument {
            ty: DataType::not_null(TypeKind::Char { length: 7 }),
            literal: Some(Value::Text(text.into())),
        };
        let error = resolve("=", argument(TypeKind::Date), literal("invalid"));
        assert_eq!(error, Err("'invalid' is not a DATE".to_owned()));
        let fine = resolve("=", argument(TypeKind::Date), literal("1996-11-10")).expect("a date");
        assert_eq!(fine.arguments[1].kind, TypeKind::Date);
    }

    #[test]
    fn constructed_values_have_no_order() {
        let array = || argument(TypeKind::Array(Box::new(DataType::string())));
        assert!(resolve("=", array(), array()).is_ok());
        assert!(resolve("IS DISTINCT FROM", array(), array()).is_ok());
        assert!(resolve("<", array(), array()).is_err());
        assert!(resolve("=", array(), argument(TypeKind::Int)).is_err());
        assert!(resolve("=", argument(TypeKind::Int), argument(TypeKind::Date)).is_err());
    }
}
