//! Points in time from and to text and numbers: DATE_FORMAT, TO_TIMESTAMP, UNIX_TIMESTAMP and their like.

use sql::TypeKind;

use super::signature::{Shape, always_nullable, fixed};
use super::temporal::{INSTANT, WALL_CLOCK, typed};
use crate::catalog::function::{Argument, Call, FunctionDef, Param, Resolved, Returns, mismatch};

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "DATE_FORMAT",
        resolve: date_format,
        doc: "DATE_FORMAT(timestamp, pattern): text in the form of a Java date pattern",
    },
    FunctionDef {
        name: "TO_DATE",
        resolve: to_date,
        doc: "TO_DATE(text[, pattern]): the date, NULL for other text",
    },
    FunctionDef {
        name: "TO_TIMESTAMP",
        resolve: to_timestamp,
        doc: "TO_TIMESTAMP(text[, pattern]): the TIMESTAMP(3), NULL for other text",
    },
    FunctionDef {
        name: "TO_TIMESTAMP_LTZ",
        resolve: to_timestamp_ltz,
        doc: "TO_TIMESTAMP_LTZ(number[, precision]) or (text[, pattern[, zone]]): the TIMESTAMP_LTZ(3)",
    },
    FunctionDef {
        name: "UNIX_TIMESTAMP",
        resolve: unix_timestamp,
        doc: "UNIX_TIMESTAMP([text[, pattern]]): seconds since the epoch",
    },
    FunctionDef {
        name: "FROM_UNIXTIME",
        resolve: from_unixtime,
        doc: "FROM_UNIXTIME(seconds[, pattern]): text on the clock of the session's zone",
    },
    FunctionDef {
        name: "CONVERT_TZ",
        resolve: |given| {
            let call =
                Call::strict("CONVERT_TZ", "temporal::convert::convert_zone").returns(Returns::Nullable);
            let shapes = [Shape::Text, Shape::Text, Shape::Text];
            fixed(call, &shapes, "(STRING, STRING, STRING)", given, TypeKind::STRING)
        },
        doc: "CONVERT_TZ(text, from, to): a wall-clock time of one zone as that of another",
    },
];

fn date_format(given: &[Argument]) -> Result<Resolved, String> {
    let expected = "(timestamp, pattern)";
    let [point, pattern] = given else {
        return Err(mismatch(expected, given));
    };
    let pattern_fits = pattern.ty.kind.is_text() || pattern.ty.kind == TypeKind::Null;
    let kind = match &point.ty.kind {
        TypeKind::Date => TypeKind::Timestamp { precision: 3 },
        TypeKind::Null => TypeKind::STRING,
        kind => kind.clone(),
    };
    let call = match &kind {
        TypeKind::Timestamp { .. } => {
            Call::strict("DATE_FORMAT", "temporal::convert::format_timestamp").returns(Returns::Fallible)
        }
        TypeKind::TimestampLtz { .. } => {
            Call::strict("DATE_FORMAT", "temporal::convert::format_timestamp_ltz")
                .with_session()
                .returns(Returns::Fallible)
        }
        text if text.is_text() => {
            Call::strict("DATE_FORMAT", "temporal::convert::format_text").returns(Returns::FallibleNullable)
        }
        _ => return Err(mismatch(expected, given)),
    };
    if !pattern_fits {
        return Err(mismatch(expected, given));
    }
    let arguments = vec![typed(point, kind), typed(pattern, TypeKind::STRING)];
    Ok(Resolved::new(call, given, arguments, TypeKind::STRING))
}

fn to_date(given: &[Argument]) -> Result<Resolved, String> {
    text_and_pattern(
        given,
        Call::strict("TO_DATE", "temporal::convert::to_date").returns(Returns::Nullable),
        Call::strict("TO_DATE", "temporal::convert::to_date_by").returns(Returns::FallibleNullable),
        TypeKind::Date,
    )
}

fn to_timestamp(given: &[Argument]) -> Result<Resolved, String> {
    text_and_pattern(
        given,
        Call::strict("TO_TIMESTAMP", "temporal::convert::to_timestamp").returns(Returns::Nullable),
        Call::strict("TO_TIMESTAMP", "temporal::convert::to_timestamp_by").returns(Returns::FallibleNullable),
        WALL_CLOCK,
    )
}

/// A function of text, or of text and a pattern.
fn text_and_pattern(
    given: &[Argument],
    plain: Call,
    with_pattern: Call,
    result: TypeKind,
) -> Result<Resolved, String> {
    let expected = "(STRING) or (STRING, STRING)";
    if given.len() == 2 {
        fixed(with_pattern, &[Shape::Text, Shape::Text], expected, given, result)
    } else {
        fixed(plain, &[Shape::Text], expected, given, result)
    }
}

fn to_timestamp_ltz(given: &[Argument]) -> Result<Resolved, String> {
    let name = "TO_TIMESTAMP_LTZ";
    let expected = "(number, INT) or (STRING[, STRING[, STRING]])";
    let is_text = given.first().is_some_and(|a| a.ty.kind.is_text());
    if !is_text {
        return number_to_timestamp_ltz(given, expected);
    }
    if given.len() == 3 {
        let path = "temporal::convert::text_to_timestamp_ltz_in";
        let call = Call::strict(name, path).returns(Returns::FallibleNullable);
        return fixed(
            call,
            &[Shape::Text, Shape::Text, Shape::Text],
            expected,
            given,
            INSTANT,
        );
    }
    text_and_pattern(
        given,
        Call::strict(name, "temporal::convert::text_to_timestamp_ltz").returns(Returns::Nullable),
        Call::strict(name, "temporal::convert::text_to_timestamp_ltz_by").returns(Returns::FallibleNullable),
        INSTANT,
    )
}

fn number_to_timestamp_ltz(given: &[Argument], expected: &str) -> Result<Resolved, String> {
    let name = "TO_TIMESTAMP_LTZ";
    let (number, precision) = match given {
        [number] => (number, None),
        [number, precision] => (number, Some(precision)),
        _ => return Err(mismatch(expected, given)),
    };
    let (path, kind) = match &number.ty.kind {
        TypeKind::Null => ("temporal::convert::integer_to_timestamp_ltz", TypeKind::BigInt),
        kind if kind.is_integer() => ("temporal::convert::integer_to_timestamp_ltz", TypeKind::BigInt),
        kind if kind.is_approximate() => ("temporal::convert::double_to_timestamp_ltz", TypeKind::Double),
        kind @ TypeKind::Decimal { .. } => ("temporal::convert::decimal_to_timestamp_ltz", kind.clone()),
        _ => return Err(mismatch(expected, given)),
    };
    let call = Call::strict(name, path).returns(Returns::FallibleNullable);
    let mut arguments = vec![typed(number, kind)];
    let call = match precision {
        None => call.with(Param::I32(3)),
        Some(a) if a.ty.kind.is_integer() || a.ty.kind == TypeKind::Null => {
            arguments.push(typed(a, TypeKind::Int));
            call
        }
        Some(_) => return Err(mismatch(expected, given)),
    };
    Ok(Resolved::new(call, given, arguments, INSTANT))
}

fn unix_timestamp(given: &[Argument]) -> Result<Resolved, String> {
    let call = |path| Call::strict("UNIX_TIMESTAMP", path).with_session();
    if given.is_empty() {
        let call = call("temporal::clock::unix_timestamp").non_deterministic();
        return fixed(call, &[], "no arguments", given, TypeKind::BigInt);
    }
    text_and_pattern(
        given,
        call("temporal::convert::unix_timestamp"),
        call("temporal::convert::unix_timestamp_by").returns(Returns::Fallible),
        TypeKind::BigInt,
    )
}

fn from_unixtime(given: &[Argument]) -> Result<Resolved, String> {
    let expected = "(BIGINT) or (BIGINT, STRING)";
    let call = |path| Call::strict("FROM_UNIXTIME", path).with_session();
    if given.len() == 2 {
        let call = call("temporal::convert::from_unixtime_by").returns(Returns::Fallible);
        let shapes = [Shape::BigInt, Shape::Text];
        return always_nullable(fixed(call, &shapes, expected, given, TypeKind::STRING));
    }
    let call = call("temporal::convert::from_unixtime");
    always_nullable(fixed(call, &[Shape::BigInt], expected, given, TypeKind::STRING))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::function::lookup;
    use sql::DataType;

    fn argument(kind: TypeKind) -> Argument {
        Argument {
            ty: DataType::not_null(kind),
            literal: None,
        }
    }

    fn resolve(name: &str, given: &[Argument]) -> Result<Resolved, String> {
        (lookup(name).expect("a function").resolve)(given)
    }

    #[test]
    fn overloads_by_type() {
        let text = || argument(TypeKind::STRING);
        let cases = [
            (
                "DATE_FORMAT",
                vec![argument(WALL_CLOCK), text()],
                "temporal::convert::format_timestamp",
            ),
            (
                "DATE_FORMAT",
                vec![argument(INSTANT), text()],
                "temporal::convert::format_timestamp_ltz",
            ),
            (
                "DATE_FORMAT",
                vec![text(), text()],
                "temporal::convert::format_text",
            ),
            ("TO_TIMESTAMP", vec![text()], "temporal::convert::to_timestamp"),
            (
                "TO_TIMESTAMP",
                vec![text(), text()],
                "temporal::convert::to_timestamp_by",
            ),
            (
                "TO_TIMESTAMP_LTZ",
                vec![argument(TypeKind::Float), argument(TypeKind::Int)],
                "temporal::convert::double_to_timestamp_ltz",
            ),
            ("UNIX_TIMESTAMP", vec![], "temporal::clock::unix_timestamp"),
            (
                "FROM_UNIXTIME",
                vec![argument(TypeKind::Int)],
                "temporal::convert::from_unixtime",
            ),
        ];
        for (name, given, path) in cases {
            assert_eq!(resolve(name, &given).expect(name).call.path, path);
        }
        assert!(resolve("TO_TIMESTAMP_LTZ", &[text(), argument(TypeKind::Int)]).is_err());
        assert!(resolve("TO_TIMESTAMP_LTZ", &[argument(TypeKind::Int), text()]).is_err());
    }
}
