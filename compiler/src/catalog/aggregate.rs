//! Aggregate functions: which there are and the type of their result.
//!
//! In: a name in upper case and the argument's type. Out: the function and its result type as Flink gives it, or a
//! sentence that says why it does not fit. Invariant: COUNT is never NULL; anything else is NULL over no rows.

use sql::types::DECIMAL_PRECISION_MAX;
use sql::{DataType, TypeKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AggregateFunction {
    /// COUNT(*)
    CountRows,
    /// COUNT(x)
    Count,
    Sum,
    Avg,
    Min,
    Max,
}

/// Flink's aggregate functions that this version does not run yet; naming one gets a clear answer.
const LATER: &[&str] = &[
    "STDDEV_POP",
    "STDDEV_SAMP",
    "STDDEV",
    "VAR_POP",
    "VAR_SAMP",
    "VARIANCE",
    "COLLECT",
    "LISTAGG",
    "ARRAY_AGG",
    "JSON_OBJECTAGG",
    "JSON_ARRAYAGG",
    "FIRST_VALUE",
    "LAST_VALUE",
    "LEAD",
    "LAG",
    "RANK",
    "DENSE_RANK",
    "ROW_NUMBER",
    "CUME_DIST",
    "PERCENT_RANK",
    "NTILE",
    "PERCENTILE",
    "SINGLE_VALUE",
    "APPROX_COUNT_DISTINCT",
    "GROUPING",
    "GROUPING_ID",
    "GROUP_ID",
];

/// What an upper-case function name means to aggregation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AggregateName {
    Known(AggregateFunction),
    /// Flink has it, this version has not.
    Later,
}

/// COUNT answers [`AggregateFunction::Count`] here; the caller turns COUNT(*) into `CountRows`.
pub fn lookup(name: &str) -> Option<AggregateName> {
    let function = match name {
        "COUNT" => AggregateFunction::Count,
        "SUM" => AggregateFunction::Sum,
        "AVG" => AggregateFunction::Avg,
        "MIN" => AggregateFunction::Min,
        "MAX" => AggregateFunction::Max,
        _ if LATER.contains(&name) => return Some(AggregateName::Later),
        _ => return None,
    };
    Some(AggregateName::Known(function))
}

/// Result type over an argument of type `argument`. `may_be_empty`: a group can have no rows for this call, because
/// there is no GROUP BY or the call has a FILTER.
pub fn result_type(
    function: AggregateFunction,
    argument: &DataType,
    may_be_empty: bool,
) -> Result<DataType, String> {
    let kind = match function {
        AggregateFunction::CountRows | AggregateFunction::Count => {
            return Ok(DataType::not_null(TypeKind::BigInt));
        }
        AggregateFunction::Sum | AggregateFunction::Avg => summed(function, &argument.kind)?,
        AggregateFunction::Min | AggregateFunction::Max if is_ordered(&argument.kind) => {
            argument.kind.clone()
        }
        AggregateFunction::Min | AggregateFunction::Max => {
            return Err(format!("expects a comparable argument, found {argument}"));
        }
    };
    Ok(DataType {
        kind,
        nullable: argument.nullable || may_be_empty,
    })
}

fn summed(function: AggregateFunction, argument: &TypeKind) -> Result<TypeKind, String> {
    match argument {
        TypeKind::Decimal { scale, .. } => Ok(TypeKind::Decimal {
            precision: DECIMAL_PRECISION_MAX,
            scale: if function == AggregateFunction::Avg {
                (*scale).max(6)
            } else {
                *scale
            },
        }),
        kind if kind.is_numeric() => Ok(kind.clone()),
        kind => Err(format!("expects a numeric argument, found {kind}")),
    }
}

fn is_ordered(kind: &TypeKind) -> bool {
    kind.is_numeric()
        || kind.is_text()
        || kind.is_temporal()
        || kind.is_interval()
        || *kind == TypeKind::Boolean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_types_are_flinks() {
        let decimal = |precision, scale| TypeKind::Decimal { precision, scale };
        let cases = [
            (AggregateFunction::Sum, TypeKind::Int, TypeKind::Int),
            (AggregateFunction::Avg, TypeKind::Int, TypeKind::Int),
            (AggregateFunction::Sum, decimal(10, 2), decimal(38, 2)),
            (AggregateFunction::Avg, decimal(10, 2), decimal(38, 6)),
            (AggregateFunction::Avg, decimal(10, 8), decimal(38, 8)),
            (AggregateFunction::Avg, TypeKind::Double, TypeKind::Double),
            (AggregateFunction::Max, TypeKind::STRING, TypeKind::STRING),
        ];
        for (function, argument, expected) in cases {
            let argument = DataType::not_null(argument);
            assert_eq!(
                result_type(function, &argument, false),
                Ok(DataType::not_null(expected.clone()))
            );
            assert_eq!(
                result_type(function, &argument, true),
                Ok(DataType::nullable(expected))
            );
        }
        let array = DataType::string();
        assert!(result_type(AggregateFunction::Sum, &array, false).is_err());
        let count = result_type(AggregateFunction::Count, &array, true);
        assert_eq!(count, Ok(DataType::not_null(TypeKind::BigInt)));
    }

    #[test]
    fn names() {
        assert_eq!(lookup("SUM"), Some(AggregateName::Known(AggregateFunction::Sum)));
        assert_eq!(lookup("LISTAGG"), Some(AggregateName::Later));
        assert_eq!(lookup("UPPER"), None);
    }
}
