//! Aggregate functions: which there are and the type of their result.
//!
//! In: a name in upper case and the argument's type. Out: the function and its result type as Flink gives it, or a
//! sentence that says why it does not fit. Invariant: COUNT is never NULL; anything else is NULL over no rows.

use sql::types::DECIMAL_PRECISION_MAX;
use sql::{DataType, TypeKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AggregateFunction {
    /// COUNT(*)
    CountRows,
    /// COUNT(x)
    Count,
    Sum,
    Avg,
    Min,
    Max,
    FirstValue,
    LastValue,
    ListAgg {
        separator: String,
    },
    ArrayAgg {
        keeps_null: bool,
    },
    Collect,
    /// The argument is JSON text.
    JsonArrayAgg {
        keeps_null: bool,
    },
    /// The argument is a ROW of a key and JSON text.
    JsonObjectAgg {
        keeps_null: bool,
    },
}

impl AggregateFunction {
    pub fn name(&self) -> &'static str {
        match self {
            AggregateFunction::CountRows | AggregateFunction::Count => "COUNT",
            AggregateFunction::Sum => "SUM",
            AggregateFunction::Avg => "AVG",
            AggregateFunction::Min => "MIN",
            AggregateFunction::Max => "MAX",
            AggregateFunction::FirstValue => "FIRST_VALUE",
            AggregateFunction::LastValue => "LAST_VALUE",
            AggregateFunction::ListAgg { .. } => "LISTAGG",
            AggregateFunction::ArrayAgg { .. } => "ARRAY_AGG",
            AggregateFunction::Collect => "COLLECT",
            AggregateFunction::JsonArrayAgg { .. } => "JSON_ARRAYAGG",
            AggregateFunction::JsonObjectAgg { .. } => "JSON_OBJECTAGG",
        }
    }

    /// The answer is made of the values themselves, which are kept.
    pub fn keeps_values(&self) -> bool {
        matches!(
            self,
            AggregateFunction::FirstValue
                | AggregateFunction::LastValue
                | AggregateFunction::ListAgg { .. }
                | AggregateFunction::ArrayAgg { .. }
                | AggregateFunction::Collect
                | AggregateFunction::JsonArrayAgg { .. }
                | AggregateFunction::JsonObjectAgg { .. }
        )
    }
}

/// VAR_POP, VAR_SAMP, STDDEV_POP and STDDEV_SAMP are made of SUM and COUNT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// Of a sample, not of the whole population.
    pub sample: bool,
    /// The square root: STDDEV.
    pub root: bool,
}

/// Flink's aggregate functions that this version does not run yet; naming one gets a clear answer.
const LATER: &[&str] = &[
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AggregateName {
    Known(AggregateFunction),
    Deviation(Deviation),
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
        "FIRST_VALUE" => AggregateFunction::FirstValue,
        "LAST_VALUE" => AggregateFunction::LastValue,
        "LISTAGG" => AggregateFunction::ListAgg {
            separator: ",".to_owned(),
        },
        "ARRAY_AGG" => AggregateFunction::ArrayAgg { keeps_null: true },
        "COLLECT" => AggregateFunction::Collect,
        "VAR_POP" => return Some(deviation(false, false)),
        "VAR_SAMP" | "VARIANCE" => return Some(deviation(true, false)),
        "STDDEV_POP" => return Some(deviation(false, true)),
        "STDDEV_SAMP" | "STDDEV" => return Some(deviation(true, true)),
        _ if LATER.contains(&name) => return Some(AggregateName::Later),
        _ => return None,
    };
    Some(AggregateName::Known(function))
}

fn deviation(sample: bool, root: bool) -> AggregateName {
    AggregateName::Deviation(Deviation { sample, root })
}

/// Result type over an argument of type `argument`. `may_be_empty`: a group can have no rows for this call, because
/// there is no GROUP BY or the call has a FILTER.
pub fn result_type(
    function: &AggregateFunction,
    argument: &DataType,
    may_be_empty: bool,
) -> Result<DataType, String> {
    let kind = match function {
        AggregateFunction::CountRows | AggregateFunction::Count => {
            return Ok(DataType::not_null(TypeKind::BigInt));
        }
        AggregateFunction::Collect => {
            return Ok(DataType::not_null(TypeKind::Multiset(Box::new(argument.clone()))));
        }
        AggregateFunction::ArrayAgg { .. } => {
            return Ok(DataType::nullable(TypeKind::Array(Box::new(argument.clone()))));
        }
        AggregateFunction::JsonArrayAgg { .. } | AggregateFunction::JsonObjectAgg { .. } => {
            return Ok(DataType::not_null(TypeKind::VarChar { length: JSON_LENGTH }));
        }
        AggregateFunction::ListAgg { .. } if argument.kind.is_text() => TypeKind::STRING,
        AggregateFunction::ListAgg { .. } => return Err(format!("expects text, found {argument}")),
        AggregateFunction::FirstValue | AggregateFunction::LastValue => argument.kind.clone(),
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

/// The length that Flink declares for JSON.
const JSON_LENGTH: u32 = 2000;

fn summed(function: &AggregateFunction, argument: &TypeKind) -> Result<TypeKind, String> {
    match argument {
        TypeKind::Decimal { scale, .. } => Ok(TypeKind::Decimal {
            precision: DECIMAL_PRECISION_MAX,
            scale: if *function == AggregateFunction::Avg {
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
                result_type(&function, &argument, false),
                Ok(DataType::not_null(expected.clone()))
            );
            assert_eq!(
                result_type(&function, &argument, true),
                Ok(DataType::nullable(expected))
            );
        }
        let array = DataType::string();
        assert!(result_type(&AggregateFunction::Sum, &array, false).is_err());
        let count = result_type(&AggregateFunction::Count, &array, true);
        assert_eq!(count, Ok(DataType::not_null(TypeKind::BigInt)));
    }

    #[test]
    fn names() {
        assert_eq!(lookup("SUM"), Some(AggregateName::Known(AggregateFunction::Sum)));
        assert_eq!(lookup("PERCENTILE"), Some(AggregateName::Later));
        assert_eq!(lookup("UPPER"), None);
    }
}
