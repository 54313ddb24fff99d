//! Functions of dates and times. Units arrive as text literals (`EXTRACT(DAY FROM d)` is `EXTRACT('DAY', d)`).
//!
//! A function that looks at a TIMESTAMP_LTZ looks at the wall clock in the session's zone.

use sql::function::temporal::Unit;
use sql::{DataType, TypeKind, Value};

use super::signature::fixed;
use crate::catalog::function::{Argument, Call, FunctionDef, Resolved, Returns, mismatch};
use crate::catalog::nearest::nearest;

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

pub(super) const INSTANT: TypeKind = TypeKind::TimestampLtz { precision: 3 };
pub(super) const WALL_CLOCK: TypeKind = TypeKind::Timestamp { precision: 3 };
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
];

/// The unit that a literal names.
pub(super) fn unit_literal(argument: &Argument) -> Result<Unit, String> {
    match &argument.literal {
        Some(Value::Text(name)) => Unit::named(name).ok_or_else(|| {
            let near = nearest(name, Unit::NAMES.iter().copied());
            let meant = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
            format!("does not know the unit of time '{name}'{meant}")
        }),
        _ => Err("expects a unit of time as a literal".to_owned()),
    }
}

fn unit_type() -> DataType {
    DataType::not_null(TypeKind::STRING)
}

pub(super) fn typed(argument: &Argument, kind: TypeKind) -> DataType {
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
    let ltz = |a: &Argument| matches!(a.ty.kind, TypeKind::TimestampLtz { .. });
    let wall = |a: &Argument| matches!(a.ty.kind, TypeKind::Timestamp { .. });
    if ltz(start) && wall(end) || wall(start) && ltz(end) {
        let same = "two of TIMESTAMP or two of TIMESTAMP_LTZ; cast one of them";
        return Err(mismatch(same, given));
    }
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
