//! Functions of dates and times. Units arrive as text literals (`EXTRACT(DAY FROM d)` is `EXTRACT('DAY', d)`).
//!
//! A function that looks at a TIMESTAMP_LTZ looks at the wall clock in the session's zone.

use sql::function::temporal::Unit;
use sql::{DataType, TypeKind, Value};

use super::signature::{Shape, fixed};
use crate::catalog::function::{Argument, Call, FunctionDef, Param, Resolved, Returns, mismatch};

/// A function of one field: `YEAR(point)`.
macro_rules! field {
    ($name:literal, $path:literal, $doc:literal) => {
        FunctionDef {
            name: $name,
            resolve: |given| field(Call::strict($name, $path), given),
            doc: $doc,
        }
    };
}

/// A function of the clock, without arguments.
macro_rules! clock {
    ($name:literal, $path:literal, $kind:expr, $doc:literal) => {
        FunctionDef {
            name: $name,
            resolve: |given| {
                let call = Call::strict($name, $path).with_session().non_deterministic();
                fixed(call, &[], "no arguments", given, $kind)
            },
            doc: $doc,
        }
    };
}

const INSTANT: TypeKind = TypeKind::TimestampLtz { precision: 3 };
const WALL_CLOCK: TypeKind = TypeKind::Timestamp { precision: 3 };
const SECONDS: TypeKind = TypeKind::Time { precision: 0 };

pub const FUNCTIONS: &[FunctionDef] = &[
    clock!(
        "NOW",
        "temporal::clock::current_timestamp",
        INSTANT,
        "NOW(): the current instant"
    ),
    clock!(
        "CURRENT_TIMESTAMP",
        "temporal::clock::current_timestamp",
        INSTANT,
        "CURRENT_TIMESTAMP: the current instant"
    ),
    clock!(
        "CURRENT_ROW_TIMESTAMP",
        "temporal::clock::current_timestamp",
        INSTANT,
        "CURRENT_ROW_TIMESTAMP(): the instant at which the row is processed"
    ),
    clock!(
        "PROCTIME",
        "temporal::clock::current_timestamp",
        INSTANT,
        "PROCTIME(): the instant at which the row is processed, as a time attribute"
    ),
    clock!(
        "LOCALTIMESTAMP",
        "temporal::clock::local_timestamp",
        WALL_CLOCK,
        "LOCALTIMESTAMP: the current wall-clock time in the session's zone"
    ),
    clock!(
        "LOCALTIME",
        "temporal::clock::local_time",
        SECONDS,
        "LOCALTIME: the current time of day in the session's zone"
    ),
    clock!(
        "CURRENT_TIME",
        "temporal::clock::local_time",
        SECONDS,
        "CURRENT_TIME: the current time of day in the session's zone"
    ),
    clock!(
        "CURRENT_DATE",
        "temporal::clock::current_date",
        TypeKind::Date,
        "CURRENT_DATE: today in the session's zone"
    ),
    FunctionDef {
        name: "CURRENT_WATERMARK",
        resolve: current_watermark,
        doc: "CURRENT_WATERMARK(rowtime): the current watermark, NULL before the first",
    },
    FunctionDef {
        name: "EXTRACT",
        resolve: extract,
        doc: "EXTRACT(unit FROM point): one field of a point in time or an interval",
    },
    field!("YEAR", "temporal::extract::year", "YEAR(date): the year"),
    field!(
        "QUARTER",
        "temporal::extract::quarter",
        "QUARTER(date): the quarter, 1 to 4"
    ),
    field!(
        "MONTH",
        "temporal::extract::month",
        "MONTH(date): the month, 1 to 12"
    ),
    field!(
        "WEEK",
        "temporal::extract::week",
        "WEEK(date): the week of the ISO year"
    ),
    field!(
        "DAYOFYEAR",
        "temporal::extract::day_of_year",
        "DAYOFYEAR(date): the day of the year"
    ),
    field!(
        "DAYOFMONTH",
        "temporal::extract::day_of_month",
        "DAYOFMONTH(date): the day of the month"
    ),
    field!(
        "DAYOFWEEK",
        "temporal::extract::day_of_week",
        "DAYOFWEEK(date): the day of the week, 1 is Sunday"
    ),
    field!("HOUR", "temporal::extract::hour", "HOUR(time): the hour, 0 to 23"),
    field!(
        "MINUTE",
        "temporal::extract::minute",
        "MINUTE(time): the minute, 0 to 59"
    ),
    field!(
        "SECOND",
        "temporal::extract::second",
        "SECOND(time): the second, 0 to 59"
    ),
    FunctionDef {
        name: "TIMESTAMPADD",
        resolve: timestampadd,
        doc: "TIMESTAMPADD(unit, count, point): the point in time so many units later",
    },
    FunctionDef {
        name: "TIMESTAMPDIFF",
        resolve: timestampdiff,
        doc: "TIMESTAMPDIFF(unit, start, end): whole units from start to end",
    },
    FunctionDef {
        name: "OVERLAPS",
        resolve: overlaps,
        doc: "(start, end) OVERLAPS (start, end): the two periods share a point in time",
    },
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

/// The unit that a literal names.
pub(super) fn unit_literal(argument: &Argument) -> Result<Unit, String> {
    match &argument.literal {
        Some(Value::Text(name)) => Unit::named(name).ok_or_else(|| format!("'{name}' is not a unit of time")),
        _ => Err("expects a unit of time as a literal".to_owned()),
    }
}

fn unit_type() -> DataType {
    DataType::not_null(TypeKind::STRING)
}

fn typed(argument: &Argument, kind: TypeKind) -> DataType {
    DataType {
        kind,
        nullable: argument.ty.nullable,
    }
}

fn current_watermark(given: &[Argument]) -> Result<Resolved, String> {
    match given {
        [a] if a.ty.kind.is_timestamp() => {
            let call = Call::strict("CURRENT_WATERMARK", "temporal::clock::current_watermark")
                .with_session()
                .sees_nulls()
                .returns(Returns::Nullable)
                .non_deterministic();
            Ok(Resolved::as_given(call, given, a.ty.kind.clone()))
        }
        _ => Err(mismatch("(rowtime)", given)),
    }
}

fn extract(given: &[Argument]) -> Result<Resolved, String> {
    let expected = "(unit FROM point in time or interval)";
    let [unit, point] = given else {
        return Err(mismatch(expected, given));
    };
    let unit = unit_literal(unit)?;
    let kind = match &point.ty.kind {
        TypeKind::Null => TypeKind::Date,
        kind => kind.clone(),
    };
    let path = match &kind {
        TypeKind::Date => "temporal::extract::from_date",
        TypeKind::Time { .. } => "temporal::extract::from_time",
        TypeKind::Timestamp { .. } => "temporal::extract::from_timestamp",
        TypeKind::TimestampLtz { .. } => "temporal::extract::from_timestamp_ltz",
        TypeKind::IntervalYearMonth => "temporal::extract::from_months",
        TypeKind::IntervalDayTime => "temporal::extract::from_millis",
        _ => return Err(mismatch(expected, given)),
    };
    let fraction = matches!(unit, Unit::Nanosecond | Unit::Microsecond | Unit::Millisecond);
    if kind == TypeKind::Date && fraction {
        return Err("a DATE has no fraction of a second".to_owned());
    }
    let mut call = Call::strict("EXTRACT", path);
    call.session = matches!(kind, TypeKind::TimestampLtz { .. });
    let arguments = vec![unit_type(), typed(point, kind)];
    Ok(Resolved::new(call, given, arguments, TypeKind::BigInt))
}

/// The short forms of EXTRACT work on a TIMESTAMP; anything else is cast to one.
fn field(call: Call, given: &[Argument]) -> Result<Resolved, String> {
    let [point] = given else {
        return Err(mismatch("one point in time", given));
    };
    let kind = &point.ty.kind;
    if !kind.is_temporal() && !kind.is_text() && *kind != TypeKind::Null {
        return Err(mismatch("one point in time", given));
    }
    let argument = match kind {
        TypeKind::Timestamp { .. } => kind.clone(),
        _ => TypeKind::Timestamp { precision: 9 },
    };
    Ok(Resolved::new(
        call,
        given,
        vec![typed(point, argument)],
        TypeKind::BigInt,
    ))
}

fn counting_unit(name: &str, argument: &Argument) -> Result<Unit, String> {
    let unit = unit_literal(argument)?;
    if unit.months().is_none() && unit.nanos().is_none() {
        return Err(format!("{name} has no unit like that"));
    }
    Ok(unit)
}

fn timestampadd(given: &[Argument]) -> Result<Resolved, String> {
    let expected = "(unit, integer, point in time)";
    let [unit, count, point] = given else {
        return Err(mismatch(expected, given));
    };
    let unit = counting_unit("TIMESTAMPADD", unit)?;
    if !count.ty.kind.is_integer() && count.ty.kind != TypeKind::Null {
        return Err(mismatch(expected, given));
    }
    let part_of_day = unit.nanos().is_some_and(|nanos| nanos < 86_400_000_000_000);
    let fraction = match unit {
        Unit::Millisecond => 3,
        Unit::Microsecond => 6,
        Unit::Nanosecond => 9,
        _ => 0,
    };
    let (path, argument, result) = match &point.ty.kind {
        TypeKind::Date if part_of_day => (
            "temporal::interval::add_to_midnight",
            TypeKind::Date,
            TypeKind::Timestamp {
                precision: fraction.max(6),
            },
        ),
        TypeKind::Date => ("temporal::interval::add_to_date", TypeKind::Date, TypeKind::Date),
        kind @ TypeKind::Time { .. } => ("temporal::interval::add_to_time", kind.clone(), kind.clone()),
        kind @ TypeKind::Timestamp { precision } => (
            "temporal::interval::add_to_timestamp",
            kind.clone(),
            TypeKind::Timestamp {
                precision: fraction.max(*precision),
            },
        ),
        kind @ TypeKind::TimestampLtz { precision } => (
            "temporal::interval::add_to_timestamp",
            kind.clone(),
            TypeKind::TimestampLtz {
                precision: fraction.max(*precision),
            },
        ),
        _ => return Err(mismatch(expected, given)),
    };
    let arguments = vec![
        unit_type(),
        typed(count, TypeKind::BigInt),
        typed(point, argument),
    ];
    Ok(Resolved::new(
        Call::strict("TIMESTAMPADD", path),
        given,
        arguments,
        result,
    ))
}

fn timestampdiff(given: &[Argument]) -> Result<Resolved, String> {
    let expected = "(unit, point in time, point in time)";
    let [unit, start, end] = given else {
        return Err(mismatch(expected, given));
    };
    counting_unit("TIMESTAMPDIFF", unit)?;
    let fits = |a: &Argument| a.ty.kind.is_temporal() || a.ty.kind == TypeKind::Null;
    if !fits(start) || !fits(end) {
        return Err(mismatch(expected, given));
    }
    // Instants are compared as wall-clock times only beside one.
    let ltz = |a: &Argument| matches!(a.ty.kind, TypeKind::TimestampLtz { .. });
    let kind = if ltz(start) && ltz(end) {
        TypeKind::TimestampLtz { precision: 9 }
    } else {
        TypeKind::Timestamp { precision: 9 }
    };
    let arguments = vec![unit_type(), typed(start, kind.clone()), typed(end, kind)];
    let call = Call::strict("TIMESTAMPDIFF", "temporal::difference::timestamps");
    Ok(Resolved::new(call, given, arguments, TypeKind::Int))
}

fn overlaps(given: &[Argument]) -> Result<Resolved, String> {
    let expected = "(start, end) OVERLAPS (start, end)";
    let [start, end, other_start, other_end] = given else {
        return Err(mismatch(expected, given));
    };
    let same =
        |a: &Argument, b: &Argument| std::mem::discriminant(&a.ty.kind) == std::mem::discriminant(&b.ty.kind);
    let ends = [end, other_end];
    let fits = start.ty.kind.is_temporal()
        && same(start, other_start)
        && ends
            .iter()
            .all(|end| end.ty.kind.is_interval() || same(start, end));
    if !fits {
        return Err(mismatch(expected, given));
    }
    let call = Call::strict("OVERLAPS", "temporal::difference::overlaps");
    Ok(Resolved::as_given(call, given, TypeKind::Boolean))
}

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
        return fixed(
            call,
            &[Shape::BigInt, Shape::Text],
            expected,
            given,
            TypeKind::STRING,
        );
    }
    let call = call("temporal::convert::from_unixtime");
    fixed(call, &[Shape::BigInt], expected, given, TypeKind::STRING)
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

    fn unit(name: &str) -> Argument {
        Argument {
            ty: DataType::not_null(TypeKind::STRING),
            literal: Some(Value::Text(name.to_owned())),
        }
    }

    fn resolve(name: &str, given: &[Argument]) -> Result<Resolved, String> {
        (lookup(name).expect("a function").resolve)(given)
    }

    #[test]
    fn units_decide_types() {
        let timestamp = |precision| TypeKind::Timestamp { precision };
        let cases = [
            ("DAY", TypeKind::Date, TypeKind::Date),
            ("HOUR", TypeKind::Date, timestamp(6)),
            ("SQL_TSI_SECOND", TypeKind::Date, timestamp(6)),
            ("MONTH", timestamp(3), timestamp(3)),
            ("MICROSECOND", timestamp(3), timestamp(6)),
            ("YEAR", SECONDS, SECONDS),
        ];
        for (name, point, expected) in cases {
            let given = [unit(name), argument(TypeKind::TinyInt), argument(point)];
            let resolved = resolve("TIMESTAMPADD", &given).expect("a sum");
            assert_eq!(resolved.result, DataType::not_null(expected), "{name}");
            assert_eq!(resolved.arguments[1].kind, TypeKind::BigInt);
        }
        assert!(
            resolve(
                "TIMESTAMPADD",
                &[unit("DOW"), argument(TypeKind::Int), argument(SECONDS)]
            )
            .is_err()
        );
        assert!(resolve("EXTRACT", &[unit("NANOSECOND"), argument(TypeKind::Date)]).is_err());
        assert!(resolve("EXTRACT", &[unit("DAY"), argument(TypeKind::Boolean)]).is_err());
        let interval = resolve("EXTRACT", &[unit("DAY"), argument(TypeKind::IntervalDayTime)]);
        assert_eq!(
            interval.expect("a day").call.path,
            "temporal::extract::from_millis"
        );
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

    #[test]
    fn the_clock_is_not_deterministic() {
        for name in ["NOW", "CURRENT_DATE", "LOCALTIMESTAMP", "PROCTIME"] {
            let resolved = resolve(name, &[]).expect(name);
            assert!(
                !resolved.call.deterministic && !resolved.result.nullable,
                "{name}"
            );
        }
        let watermark = resolve("CURRENT_WATERMARK", &[argument(INSTANT)]).expect("a watermark");
        assert_eq!(watermark.result, DataType::nullable(INSTANT));
    }

    #[test]
    fn periods_need_points_of_one_kind() {
        let date = || argument(TypeKind::Date);
        let days = || argument(TypeKind::IntervalDayTime);
        assert!(resolve("OVERLAPS", &[date(), days(), date(), date()]).is_ok());
        assert!(resolve("OVERLAPS", &[date(), days(), argument(SECONDS), days()]).is_err());
    }
}
