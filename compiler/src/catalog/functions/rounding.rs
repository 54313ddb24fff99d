//! FLOOR and CEIL of points in time to a unit: the form of these functions with two arguments.

use sql::function::temporal::Unit;
use sql::{DataType, TypeKind};

use super::temporal::unit_literal;
use crate::catalog::function::{Argument, Call, Resolved, mismatch};

/// Resolves `FLOOR(point TO unit)` or `CEIL(point TO unit)`.
pub(super) fn resolve(name: &'static str, given: &[Argument]) -> Result<Resolved, String> {
    let expected = "(point in time TO unit)";
    let [point, unit] = given else {
        return Err(mismatch(expected, given));
    };
    let unit_value = unit_literal(unit)?;
    let counts = unit_value.months().is_some() || unit_value.nanos().is_some();
    if !counts {
        return Err(format!("{name} has no unit like that"));
    }
    let floor = name == "FLOOR";
    let choose = |down: &'static str, up: &'static str| if floor { down } else { up };
    let call = match &point.ty.kind {
        TypeKind::Date => {
            check_date_unit(name, unit_value)?;
            Call::strict(
                name,
                choose("temporal::round::floor_date", "temporal::round::ceil_date"),
            )
        }
        TypeKind::Time { .. } => Call::strict(
            name,
            choose("temporal::round::floor_time", "temporal::round::ceil_time"),
        ),
        TypeKind::Timestamp { .. } => Call::strict(
            name,
            choose(
                "temporal::round::floor_timestamp",
                "temporal::round::ceil_timestamp",
            ),
        ),
        TypeKind::TimestampLtz { .. } => {
            let path = choose(
                "temporal::round::floor_timestamp_ltz",
                "temporal::round::ceil_timestamp_ltz",
            );
            Call::strict(name, path).with_session()
        }
        _ => return Err(mismatch(expected, given)),
    };
    let arguments = vec![point.ty.clone(), DataType::not_null(TypeKind::STRING)];
    Ok(Resolved::new(call, given, arguments, point.ty.kind.clone()))
}

fn check_date_unit(name: &str, unit: Unit) -> Result<(), String> {
    let shorter = unit.nanos().is_some_and(|nanos| nanos < 86_400_000_000_000);
    if shorter {
        return Err(format!("{name} of a DATE takes a day or a longer unit"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::function::lookup;
    use sql::Value;

    fn resolve(kind: TypeKind, unit: &str) -> Result<Resolved, String> {
        let given = [
            Argument {
                ty: DataType::nullable(kind),
                literal: None,
            },
            Argument {
                ty: DataType::not_null(TypeKind::STRING),
                literal: Some(Value::Text(unit.to_owned())),
            },
        ];
        (lookup("FLOOR").expect("FLOOR").resolve)(&given)
    }

    #[test]
    fn points_keep_their_type() {
        let timestamp = TypeKind::Timestamp { precision: 3 };
        let resolved = resolve(timestamp.clone(), "MONTH").expect("a month");
        assert_eq!(resolved.result, DataType::nullable(timestamp));
        assert_eq!(resolved.call.path, "temporal::round::floor_timestamp");
        assert!(
            resolve(TypeKind::TimestampLtz { precision: 3 }, "DAY")
                .expect("a day")
                .call
                .session
        );
    }

    #[test]
    fn units_must_fit() {
        assert!(resolve(TypeKind::Date, "HOUR").is_err());
        assert!(resolve(TypeKind::Date, "DOW").is_err());
        assert!(resolve(TypeKind::Int, "DAY").is_err());
        assert!(resolve(TypeKind::Date, "FORTNIGHT").is_err());
    }
}
