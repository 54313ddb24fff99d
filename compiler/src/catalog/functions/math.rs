//! Mathematical functions. FLOOR and CEIL of points in time stand in `rounding`.
//!
//! Functions over DOUBLE take any number; ABS, SIGN, ROUND and their like keep the type of their argument.

use sql::types::DECIMAL_PRECISION_MAX;
use sql::{DataType, TypeKind, Value};

use super::rounding;
use super::signature::{Shape, fixed};
use crate::catalog::function::{Argument, Call, FunctionDef, Param, Resolved, Returns, mismatch};

/// A function of one double.
macro_rules! of_double {
    ($name:literal, $path:literal, $doc:literal) => {
        FunctionDef {
            name: $name,
            resolve: |given| doubles($name, $path, 1, given),
            doc: $doc,
        }
    };
}

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "ABS",
        resolve: |given| by_family("ABS", ABS, given),
        doc: "ABS(number): the absolute value",
    },
    FunctionDef {
        name: "SIGN",
        resolve: sign,
        doc: "SIGN(number): -1, 0 or 1 in the number's type",
    },
    FunctionDef {
        name: "FLOOR",
        resolve: |given| floor_or_ceil("FLOOR", FLOOR, given),
        doc: "FLOOR(number) or FLOOR(point TO unit): the largest whole number or unit not above",
    },
    FunctionDef {
        name: "CEIL",
        resolve: |given| floor_or_ceil("CEIL", CEIL, given),
        doc: "CEIL(number) or CEIL(point TO unit): the smallest whole number or unit not below",
    },
    FunctionDef {
        name: "CEILING",
        resolve: |given| floor_or_ceil("CEIL", CEIL, given),
        doc: "CEILING: see CEIL",
    },
    FunctionDef {
        name: "ROUND",
        resolve: |given| rounded("ROUND", ROUND, given),
        doc: "ROUND(number[, digits]): rounded half up to that many decimals (0)",
    },
    FunctionDef {
        name: "TRUNCATE",
        resolve: |given| rounded("TRUNCATE", TRUNCATE, given),
        doc: "TRUNCATE(number[, digits]): cut to that many decimals (0)",
    },
    of_double!("SQRT", "math::sqrt", "SQRT(number): the square root"),
    of_double!("EXP", "math::exp", "EXP(number): e to that power"),
    of_double!("LN", "math::ln", "LN(number): the natural logarithm"),
    of_double!("LOG10", "math::log10", "LOG10(number): the logarithm to base 10"),
    of_double!("LOG2", "math::log2", "LOG2(number): the logarithm to base 2"),
    of_double!("SIN", "math::sin", "SIN(number): the sine"),
    of_double!("COS", "math::cos", "COS(number): the cosine"),
    of_double!("TAN", "math::tan", "TAN(number): the tangent"),
    of_double!("COT", "math::cot", "COT(number): the cotangent"),
    of_double!("SINH", "math::sinh", "SINH(number): the hyperbolic sine"),
    of_double!("COSH", "math::cosh", "COSH(number): the hyperbolic cosine"),
    of_double!("TANH", "math::tanh", "TANH(number): the hyperbolic tangent"),
    of_double!("ASIN", "math::asin", "ASIN(number): the arc sine"),
    of_double!("ACOS", "math::acos", "ACOS(number): the arc cosine"),
    of_double!("ATAN", "math::atan", "ATAN(number): the arc tangent"),
    of_double!(
        "DEGREES",
        "math::degrees",
        "DEGREES(radians): the angle in degrees"
    ),
    of_double!(
        "RADIANS",
        "math::radians",
        "RADIANS(degrees): the angle in radians"
    ),
    FunctionDef {
        name: "LOG",
        resolve: log,
        doc: "LOG([base, ]number): the logarithm, natural without a base",
    },
    FunctionDef {
        name: "POWER",
        resolve: |given| doubles("POWER", "math::power", 2, given),
        doc: "POWER(base, exponent): the power",
    },
    FunctionDef {
        name: "ATAN2",
        resolve: |given| doubles("ATAN2", "math::atan2", 2, given),
        doc: "ATAN2(y, x): the angle of the point (x, y)",
    },
    FunctionDef {
        name: "PI",
        resolve: |given| doubles("PI", "math::pi", 0, given),
        doc: "PI(): the ratio of a circle's circumference to its diameter",
    },
    FunctionDef {
        name: "E",
        resolve: |given| doubles("E", "math::e", 0, given),
        doc: "E(): the base of natural logarithms",
    },
    FunctionDef {
        name: "RAND",
        resolve: rand,
        doc: "RAND([seed]): a random DOUBLE from 0.0 up to 1.0",
    },
    FunctionDef {
        name: "RAND_INTEGER",
        resolve: rand_integer,
        doc: "RAND_INTEGER([seed, ]bound): a random INT from 0 up to the bound",
    },
    FunctionDef {
        name: "UUID",
        resolve: uuid,
        doc: "UUID(): a random UUID as text",
    },
    FunctionDef {
        name: "BIN",
        resolve: |given| {
            let call = Call::strict("BIN", "math::bin");
            fixed(call, &[Shape::BigInt], "(BIGINT)", given, TypeKind::STRING)
        },
        doc: "BIN(integer): the binary digits",
    },
    FunctionDef {
        name: "HEX",
        resolve: hex,
        doc: "HEX(integer) or HEX(text): hexadecimal digits of the number or of the text's UTF-8 bytes",
    },
    FunctionDef {
        name: "UNHEX",
        resolve: |given| {
            let call = Call::strict("UNHEX", "math::unhex").returns(Returns::Nullable);
            fixed(call, &[Shape::Text], "(STRING)", given, TypeKind::BYTES)
        },
        doc: "UNHEX(text): the bytes whose hexadecimal digits these are; NULL for other text",
    },
];

/// Paths by kind of number: integer, FLOAT, DOUBLE, DECIMAL.
type Paths = [&'static str; 4];

const ABS: Paths = [
    "math::abs_integer",
    "math::abs_float",
    "math::abs_double",
    "math::abs_decimal",
];
const FLOOR: Paths = [
    "math::same",
    "math::floor_float",
    "math::floor_double",
    "math::floor_decimal",
];
const CEIL: Paths = [
    "math::same",
    "math::ceil_float",
    "math::ceil_double",
    "math::ceil_decimal",
];
const ROUND: Paths = [
    "math::round_integer",
    "math::round_float",
    "math::round_double",
    "math::round_decimal",
];
const TRUNCATE: Paths = [
    "math::truncate_integer",
    "math::truncate_float",
    "math::truncate_double",
    "math::truncate_decimal",
];

fn path_for(paths: Paths, kind: &TypeKind) -> Option<&'static str> {
    match kind {
        kind if kind.is_integer() => Some(paths[0]),
        TypeKind::Float => Some(paths[1]),
        TypeKind::Double => Some(paths[2]),
        TypeKind::Decimal { .. } => Some(paths[3]),
        _ => None,
    }
}

/// NULL counts as a number of type INT.
fn number_kind(a: &Argument) -> TypeKind {
    match &a.ty.kind {
        TypeKind::Null => TypeKind::Int,
        kind => kind.clone(),
    }
}

fn with_kind(a: &Argument, kind: TypeKind) -> DataType {
    DataType {
        kind,
        nullable: a.ty.nullable,
    }
}

fn by_family(name: &'static str, paths: Paths, given: &[Argument]) -> Result<Resolved, String> {
    let [a] = given else {
        return Err(mismatch("one number", given));
    };
    let kind = number_kind(a);
    let path = path_for(paths, &kind).ok_or_else(|| mismatch("one number", given))?;
    let result = match (&kind, name) {
        (TypeKind::Decimal { precision, .. }, "FLOOR" | "CEIL") => TypeKind::Decimal {
            precision: *precision,
            scale: 0,
        },
        _ => kind.clone(),
    };
    Ok(Resolved::new(
        Call::strict(name, path),
        given,
        vec![with_kind(a, kind)],
        result,
    ))
}

fn sign(given: &[Argument]) -> Result<Resolved, String> {
    const SIGN: Paths = [
        "math::sign_integer",
        "math::sign_float",
        "math::sign_double",
        "math::sign_decimal",
    ];
    let resolved = by_family("SIGN", SIGN, given)?;
    let TypeKind::Decimal { precision, scale } = resolved.result.kind else {
        return Ok(resolved);
    };
    let call = resolved
        .call
        .returns(Returns::Nullable)
        .with(Param::U8(precision))
        .with(Param::U8(scale));
    Ok(Resolved::new(
        call,
        given,
        resolved.arguments,
        resolved.result.kind,
    ))
}

fn floor_or_ceil(name: &'static str, paths: Paths, given: &[Argument]) -> Result<Resolved, String> {
    match given {
        [_, _] => rounding::resolve(name, given),
        _ => by_family(name, paths, given),
    }
}

/// The type of a decimal rounded to `digits` decimals.
fn rounded_decimal(precision: u8, scale: u8, digits: i32) -> (u8, u8) {
    let whole = 1 + precision - scale;
    match digits {
        digits if digits >= i32::from(scale) => (precision, scale),
        digits if digits < 0 => (whole.min(DECIMAL_PRECISION_MAX), 0),
        digits => ((whole + digits as u8).min(DECIMAL_PRECISION_MAX), digits as u8),
    }
}

/// ROUND and TRUNCATE. Without digits the call gets 0 as a parameter in their place.
fn rounded(name: &'static str, paths: Paths, given: &[Argument]) -> Result<Resolved, String> {
    let expected = "(number) or (number, INT)";
    let (a, digits) = match given {
        [a] => (a, None),
        [a, digits] if digits.ty.kind.is_integer() || digits.ty.kind == TypeKind::Null => (a, Some(digits)),
        _ => return Err(mismatch(expected, given)),
    };
    let kind = number_kind(a);
    let path = path_for(paths, &kind).ok_or_else(|| mismatch(expected, given))?;
    let mut arguments = vec![with_kind(a, kind.clone())];
    let literal = match digits {
        None => Some(0),
        Some(digits) => {
            arguments.push(with_kind(digits, TypeKind::Int));
            whole_literal(digits)
        }
    };
    let mut call = Call::strict(name, path);
    if digits.is_none() {
        call = call.with(Param::I32(0));
    }
    let TypeKind::Decimal { precision, scale } = kind else {
        return Ok(Resolved::new(call, given, arguments, kind));
    };
    let (precision, scale) = match literal {
        Some(digits) => rounded_decimal(precision, scale, digits),
        None => (precision, scale),
    };
    let call = call
        .returns(Returns::Nullable)
        .with(Param::U8(precision))
        .with(Param::U8(scale));
    Ok(Resolved::new(
        call,
        given,
        arguments,
        TypeKind::Decimal { precision, scale },
    ))
}

/// An integer literal's value.
fn whole_literal(argument: &Argument) -> Option<i32> {
    match argument.literal {
        Some(Value::TinyInt(v)) => Some(v.into()),
        Some(Value::SmallInt(v)) => Some(v.into()),
        Some(Value::Int(v)) => Some(v),
        _ => None,
    }
}

fn doubles(
    name: &'static str,
    path: &'static str,
    count: usize,
    given: &[Argument],
) -> Result<Resolved, String> {
    let expected = ["no arguments", "(DOUBLE)", "(DOUBLE, DOUBLE)"][count];
    let numbers = given.iter().all(|a| number_kind(a).is_numeric());
    if given.len() != count || !numbers {
        return Err(mismatch(expected, given));
    }
    let arguments = given.iter().map(|a| with_kind(a, TypeKind::Double)).collect();
    Ok(Resolved::new(
        Call::strict(name, path),
        given,
        arguments,
        TypeKind::Double,
    ))
}

fn log(given: &[Argument]) -> Result<Resolved, String> {
    match given.len() {
        1 => doubles("LOG", "math::ln", 1, given),
        _ => doubles("LOG", "math::log", 2, given),
    }
}

fn random(name: &'static str, path: &'static str) -> Call {
    Call::strict(name, path).with_session().non_deterministic()
}

/// A literal seed starts one sequence of numbers per kernel.
fn seeded(call: Call, seed: &Argument) -> Call {
    call.with(Param::Bool(seed.literal.is_some()))
}

fn rand(given: &[Argument]) -> Result<Resolved, String> {
    let (call, shapes): (Call, &[Shape]) = match given {
        [] => (random("RAND", "random::rand"), &[]),
        [seed, ..] => (seeded(random("RAND", "random::rand_seeded"), seed), &[Shape::Int]),
    };
    fixed(call, shapes, "() or (INT)", given, TypeKind::Double)
}

fn rand_integer(given: &[Argument]) -> Result<Resolved, String> {
    let name = "RAND_INTEGER";
    let (call, shapes): (Call, &[Shape]) = match given {
        [seed, _] => {
            let call = seeded(random(name, "random::rand_integer_seeded"), seed);
            (call, &[Shape::Int, Shape::Int])
        }
        _ => (random(name, "random::rand_integer"), &[Shape::Int]),
    };
    fixed(
        call.returns(Returns::Fallible),
        shapes,
        "(INT) or (INT, INT)",
        given,
        TypeKind::Int,
    )
}

fn uuid(given: &[Argument]) -> Result<Resolved, String> {
    let result = TypeKind::Char { length: 36 };
    fixed(random("UUID", "random::uuid"), &[], "no arguments", given, result)
}

fn hex(given: &[Argument]) -> Result<Resolved, String> {
    let (path, shape) = match given {
        [a] if a.ty.kind.is_text() => ("math::hex_text", Shape::Text),
        _ => ("math::hex_integer", Shape::BigInt),
    };
    fixed(
        Call::strict("HEX", path),
        &[shape],
        "(BIGINT) or (STRING)",
        given,
        TypeKind::STRING,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::function::lookup;

    fn decimal(precision: u8, scale: u8) -> TypeKind {
        TypeKind::Decimal { precision, scale }
    }

    fn resolve(name: &str, given: &[(TypeKind, Option<Value>)]) -> Result<Resolved, String> {
        let given: Vec<Argument> = given
            .iter()
            .map(|(kind, literal)| Argument {
                ty: DataType::not_null(kind.clone()),
                literal: literal.clone(),
            })
            .collect();
        (lookup(name).expect("a function").resolve)(&given)
    }

    #[test]
    fn types_of_rounded_numbers() {
        let digits = |n| (TypeKind::Int, Some(Value::Int(n)));
        let cases = [
            ("ROUND", vec![(decimal(6, 3), None)], decimal(4, 0)),
            ("ROUND", vec![(decimal(6, 3), None), digits(2)], decimal(6, 2)),
            ("ROUND", vec![(decimal(6, 3), None), digits(5)], decimal(6, 3)),
            ("ROUND", vec![(decimal(6, 3), None), digits(-1)], decimal(4, 0)),
            (
                "TRUNCATE",
                vec![(decimal(38, 18), None), digits(2)],
                decimal(23, 2),
            ),
            (
                "ROUND",
                vec![(TypeKind::TinyInt, None), digits(-2)],
                TypeKind::TinyInt,
            ),
            ("FLOOR", vec![(decimal(38, 19), None)], decimal(38, 0)),
            ("ABS", vec![(decimal(38, 19), None)], decimal(38, 19)),
            (
                "POWER",
                vec![(TypeKind::Int, None), (decimal(3, 1), None)],
                TypeKind::Double,
            ),
            ("SIGN", vec![(TypeKind::BigInt, None)], TypeKind::BigInt),
        ];
        for (name, given, expected) in cases {
            assert_eq!(
                resolve(name, &given).expect(name).result.kind,
                expected,
                "{name} {given:?}"
            );
        }
    }

    #[test]
    fn arguments_must_be_numbers() {
        let text = || (TypeKind::STRING, None);
        for (name, given) in [
            ("TRUNCATE", vec![text()]),
            ("TRUNCATE", vec![(TypeKind::Float, None), (TypeKind::Float, None)]),
            ("BIN", vec![(TypeKind::Float, None)]),
            ("UNHEX", vec![(TypeKind::Int, None)]),
            ("SQRT", vec![]),
            ("PI", vec![(TypeKind::Int, None)]),
            ("ABS", vec![text()]),
        ] {
            let error = resolve(name, &given).expect_err(name);
            assert!(error.starts_with("expects "), "{error}");
        }
    }

    #[test]
    fn randomness_is_not_deterministic() {
        let call = resolve("RAND", &[(TypeKind::Int, Some(Value::Int(1)))])
            .expect("RAND")
            .call;
        assert!(!call.deterministic && call.session);
        assert_eq!(call.params, [Param::Bool(true)]);
        assert!(!resolve("UUID", &[]).expect("UUID").result.nullable);
    }
}
