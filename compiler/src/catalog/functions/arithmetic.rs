//! `+ - * / %`, MOD and the minus sign, over numbers, dates and intervals.
//!
//! In: argument types. Out: the result type by Flink's rules and the call. Integers act as decimals of their number
//! of digits beside a DECIMAL; a DECIMAL beside FLOAT or DOUBLE becomes DOUBLE.

use sql::types::DECIMAL_PRECISION_MAX;
use sql::{DataType, TypeKind, Value};

use super::cast::integer_digits;
use super::interval;
use crate::catalog::function::{Argument, Call, FunctionDef, Param, Resolved, Returns, mismatch};

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "+",
        resolve: |given| operator(&ADD, given),
        doc: "a + b: the sum of numbers or intervals, or a point in time later by an interval",
    },
    FunctionDef {
        name: "-",
        resolve: |given| operator(&SUBTRACT, given),
        doc: "a - b: the difference of numbers or intervals, or a point in time earlier by an interval",
    },
    FunctionDef {
        name: "*",
        resolve: |given| operator(&MULTIPLY, given),
        doc: "a * b: the product of numbers, or of an interval and a number",
    },
    FunctionDef {
        name: "/",
        resolve: |given| operator(&DIVIDE, given),
        doc: "a / b: the quotient; integers are cut toward zero, zero as integer divisor is an error",
    },
    FunctionDef {
        name: "%",
        resolve: |given| remainder("%", given),
        doc: "a % b: the remainder, with the sign of a",
    },
    FunctionDef {
        name: "MOD",
        resolve: |given| remainder("MOD", given),
        doc: "MOD(a, b): the remainder, with the sign of a",
    },
    FunctionDef {
        name: "DIFFERENCE OF TIMES",
        resolve: interval::difference,
        doc: "(a - b) DAY: the interval between two dates or timestamps",
    },
    FunctionDef {
        name: "NEGATE",
        resolve: negate,
        doc: "-a: the number or interval with the opposite sign",
    },
];

/// One of the four operators over numbers.
struct Operator {
    symbol: &'static str,
    integer: Call,
    float: Call,
    double: Call,
    decimal: &'static str,
    /// For results that always fit their type.
    exact_decimal: &'static str,
}

const fn operator_of(
    symbol: &'static str,
    path: &'static str,
    decimal: &'static str,
    exact_decimal: &'static str,
) -> Operator {
    Operator {
        symbol,
        integer: Call::strict(symbol, path),
        float: Call::strict(symbol, path),
        double: Call::strict(symbol, path),
        decimal,
        exact_decimal,
    }
}

const ADD: Operator = operator_of("+", "arithmetic::add", "decimal::add", "decimal::exact_add");
const SUBTRACT: Operator = operator_of(
    "-",
    "arithmetic::subtract",
    "decimal::subtract",
    "decimal::exact_subtract",
);
const MULTIPLY: Operator = operator_of(
    "*",
    "arithmetic::multiply",
    "decimal::multiply",
    "decimal::exact_multiply",
);
const DIVIDE: Operator = Operator {
    symbol: "/",
    integer: Call::strict("/", "arithmetic::divide_integer"),
    float: Call::strict("/", "arithmetic::divide_float"),
    double: Call::strict("/", "arithmetic::divide_double"),
    decimal: "decimal::divide",
    exact_decimal: "decimal::exact_divide",
};

fn operator(operator: &Operator, given: &[Argument]) -> Result<Resolved, String> {
    let [a, b] = given else {
        return Err(mismatch("two values", given));
    };
    let (left, right) = (a.ty.kind.clone(), b.ty.kind.clone());
    if left.is_numeric() && right.is_numeric() {
        if operator.symbol == "/" && divides_by_zero(given) {
            return Err("of a constant by zero".to_owned());
        }
        return Ok(numeric(operator, given, &left, &right));
    }
    let moved = match operator.symbol {
        "+" => interval::plus(given, &left, &right),
        "-" => interval::minus(given, &left, &right),
        "*" => interval::times(given, &left, &right),
        _ => None,
    };
    if operator.symbol == "-" && left.is_temporal() && right.is_temporal() {
        return Err(
            "of two points in time needs a unit: (a - b) SECOND, or TIMESTAMPDIFF(SECOND, b, a)".to_owned(),
        );
    }
    moved.ok_or_else(|| mismatch("two numbers, or points in time and intervals", given))
}

pub(super) fn typed(given: &[Argument], kinds: [TypeKind; 2]) -> Vec<DataType> {
    given
        .iter()
        .zip(kinds)
        .map(|(a, kind)| DataType {
            kind,
            nullable: a.ty.nullable,
        })
        .collect()
}

fn wider_integer(left: &TypeKind, right: &TypeKind) -> TypeKind {
    if integer_digits(left) >= integer_digits(right) {
        left.clone()
    } else {
        right.clone()
    }
}

/// Whether both operands are literals and the second is zero: Flink divides such constants before the job runs.
fn divides_by_zero(given: &[Argument]) -> bool {
    let is_zero = |value: &Value| match value {
        Value::TinyInt(0) | Value::SmallInt(0) | Value::Int(0) | Value::BigInt(0) => true,
        Value::Decimal(decimal) => decimal.unscaled == 0,
        Value::Float(value) => *value == 0.0,
        Value::Double(value) => *value == 0.0,
        _ => false,
    };
    given.iter().all(|a| a.literal.is_some()) && given[1].literal.as_ref().is_some_and(is_zero)
}

fn numeric(operator: &Operator, given: &[Argument], left: &TypeKind, right: &TypeKind) -> Resolved {
    if left.is_integer() && right.is_integer() {
        let kind = wider_integer(left, right);
        let returns = if operator.symbol == "/" {
            Returns::Fallible
        } else {
            Returns::Plain
        };
        let call = operator.integer.clone().returns(returns);
        return Resolved::new(call, given, typed(given, [kind.clone(), kind.clone()]), kind);
    }
    if left.is_approximate() || right.is_approximate() {
        // Of FLOAT and DOUBLE the first decides, as in Calcite.
        let is_double = match (left, right) {
            (TypeKind::Float, TypeKind::Double) => false,
            _ => [left, right]
                .into_iter()
                .any(|kind| !kind.is_integer() && *kind != TypeKind::Float),
        };
        let (call, kind) = match is_double {
            true => (&operator.double, TypeKind::Double),
            false => (&operator.float, TypeKind::Float),
        };
        let arguments = typed(given, [kind.clone(), kind.clone()]);
        return Resolved::new(call.clone(), given, arguments, kind);
    }
    let (l, r) = (Digits::of(left), Digits::of(right));
    let wanted = match operator.symbol {
        "+" | "-" => l.sum(r),
        "*" => l.product(r),
        _ => l.quotient(r),
    };
    let result = wanted.limited();
    // Each wanted digit is kept, or only decimals are cut whose rounding cannot carry into a new digit.
    let fits =
        result.integer() >= wanted.integer() && (result.scale == wanted.scale || l.scale <= result.scale);
    let path = if fits {
        operator.exact_decimal
    } else {
        operator.decimal
    };
    let returns = match (operator.symbol, fits) {
        ("/", true) => Returns::Fallible,
        ("/", false) => Returns::FallibleNullable,
        (_, true) => Returns::Plain,
        (_, false) => Returns::Nullable,
    };
    let call = Call::strict(operator.symbol, path)
        .returns(returns)
        .with(Param::U8(result.precision as u8))
        .with(Param::U8(result.scale as u8));
    Resolved::new(call, given, typed(given, [l.kind(), r.kind()]), result.kind())
}

/// Precision and scale while a type is derived; they may be larger than a DECIMAL allows.
#[derive(Clone, Copy)]
struct Digits {
    precision: i32,
    scale: i32,
}

impl Digits {
    fn of(kind: &TypeKind) -> Self {
        let (precision, scale) = match kind {
            TypeKind::Decimal { precision, scale } => (*precision, *scale),
            other => (integer_digits(other).expect("an exact number"), 0),
        };
        Digits {
            precision: precision.into(),
            scale: scale.into(),
        }
    }

    fn integer(self) -> i32 {
        self.precision - self.scale
    }

    fn kind(self) -> TypeKind {
        TypeKind::Decimal {
            precision: self.precision as u8,
            scale: self.scale as u8,
        }
    }

    fn sum(self, other: Digits) -> Digits {
        let scale = self.scale.max(other.scale);
        Digits {
            precision: self.integer().max(other.integer()) + scale + 1,
            scale,
        }
    }

    fn product(self, other: Digits) -> Digits {
        Digits {
            precision: self.precision + other.precision + 1,
            scale: self.scale + other.scale,
        }
    }

    fn quotient(self, other: Digits) -> Digits {
        let scale = (self.scale + other.precision + 1).max(6);
        Digits {
            precision: self.integer() + other.scale + scale,
            scale,
        }
    }

    fn remainder(self, other: Digits) -> Digits {
        let scale = self.scale.max(other.scale);
        Digits {
            precision: self.integer().min(other.integer()) + scale,
            scale,
        }
    }

    /// At most 38 digits: decimals beyond the sixth give way to digits before the point.
    fn limited(self) -> Digits {
        let limit = i32::from(DECIMAL_PRECISION_MAX);
        if self.precision <= limit {
            return self;
        }
        Digits {
            precision: limit,
            scale: (limit - self.integer()).max(self.scale.min(6)),
        }
    }
}

/// MOD of numbers without fraction has the type of its divisor.
fn remainder(name: &'static str, given: &[Argument]) -> Result<Resolved, String> {
    let [a, b] = given else {
        return Err(mismatch("two exact numbers", given));
    };
    let (left, right) = (a.ty.kind.clone(), b.ty.kind.clone());
    let is_exact = |kind: &TypeKind| kind.is_numeric() && !kind.is_approximate();
    if !is_exact(&left) || !is_exact(&right) {
        return Err(mismatch("two exact numbers", given));
    }
    let (l, r) = (Digits::of(&left), Digits::of(&right));
    let is_whole = l.scale == 0 && r.scale == 0;
    if right.is_integer() && is_whole {
        let path = if left.is_integer() {
            "arithmetic::remainder_integer"
        } else {
            "decimal::remainder_integer"
        };
        let call = Call::strict(name, path).returns(Returns::Fallible);
        return Ok(Resolved::new(
            call,
            given,
            typed(given, [left, right.clone()]),
            right,
        ));
    }
    let wanted = if is_whole { r } else { l.remainder(r) };
    let result = wanted.limited();
    // The remainder has the larger scale, and no more digits before the point than either side.
    let fits = result.scale >= l.scale.max(r.scale) && result.integer() >= l.integer().min(r.integer());
    let (path, returns) = if fits {
        ("decimal::exact_remainder", Returns::Fallible)
    } else {
        ("decimal::remainder", Returns::FallibleNullable)
    };
    let call = Call::strict(name, path)
        .returns(returns)
        .with(Param::U8(result.precision as u8))
        .with(Param::U8(result.scale as u8));
    Ok(Resolved::new(
        call,
        given,
        typed(given, [l.kind(), r.kind()]),
        result.kind(),
    ))
}

fn negate(given: &[Argument]) -> Result<Resolved, String> {
    let [a] = given else {
        return Err(mismatch("one number or interval", given));
    };
    let kind = match &a.ty.kind {
        TypeKind::Null => TypeKind::Int,
        kind => kind.clone(),
    };
    let path = match &kind {
        TypeKind::Decimal { .. } => "decimal::negate",
        kind if kind.is_numeric() || kind.is_interval() => "arithmetic::negate",
        _ => return Err(mismatch("one number or interval", given)),
    };
    let argument = DataType {
        kind: kind.clone(),
        nullable: a.ty.nullable,
    };
    Ok(Resolved::new(
        Call::strict("-", path),
        given,
        vec![argument],
        kind,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::function::lookup;

    fn decimal(precision: u8, scale: u8) -> TypeKind {
        TypeKind::Decimal { precision, scale }
    }

    fn resolve(symbol: &str, kinds: &[TypeKind]) -> Result<Resolved, String> {
        let given: Vec<Argument> = kinds
            .iter()
            .map(|kind| Argument {
                ty: DataType::not_null(kind.clone()),
                literal: None,
            })
            .collect();
        (lookup(symbol).expect("an operator").resolve)(&given)
    }

    #[test]
    fn result_types_of_numbers() {
        let cases = [
            ("+", TypeKind::TinyInt, TypeKind::Int, "INT NOT NULL"),
            ("+", TypeKind::Int, TypeKind::Float, "FLOAT NOT NULL"),
            ("+", TypeKind::Float, TypeKind::Double, "FLOAT NOT NULL"),
            ("+", TypeKind::Double, TypeKind::Float, "DOUBLE NOT NULL"),
            ("+", decimal(5, 2), TypeKind::Float, "DOUBLE NOT NULL"),
            ("+", decimal(19, 0), TypeKind::Int, "DECIMAL(20, 0) NOT NULL"),
            ("+", decimal(38, 0), decimal(38, 38), "DECIMAL(38, 6)"),
            ("-", decimal(5, 2), decimal(4, 3), "DECIMAL(7, 3) NOT NULL"),
            ("*", decimal(5, 2), decimal(10, 4), "DECIMAL(16, 6) NOT NULL"),
            ("*", decimal(38, 10), decimal(38, 10), "DECIMAL(38, 6)"),
            ("/", TypeKind::Int, TypeKind::Int, "INT NOT NULL"),
            ("/", decimal(19, 0), TypeKind::Int, "DECIMAL(30, 11) NOT NULL"),
            ("/", decimal(19, 0), decimal(19, 0), "DECIMAL(38, 19) NOT NULL"),
            ("/", decimal(30, 0), decimal(30, 0), "DECIMAL(38, 8) NOT NULL"),
            ("/", decimal(38, 10), decimal(38, 30), "DECIMAL(38, 6)"),
            ("MOD", TypeKind::BigInt, TypeKind::Int, "INT NOT NULL"),
            ("MOD", decimal(19, 0), TypeKind::Int, "INT NOT NULL"),
            ("%", decimal(19, 0), decimal(19, 0), "DECIMAL(19, 0) NOT NULL"),
            ("%", decimal(10, 2), decimal(5, 3), "DECIMAL(5, 3) NOT NULL"),
            ("%", TypeKind::Int, decimal(5, 3), "DECIMAL(5, 3) NOT NULL"),
            ("MOD", decimal(10, 2), TypeKind::Int, "DECIMAL(10, 2) NOT NULL"),
            ("MOD", decimal(2, 1), TypeKind::TinyInt, "DECIMAL(2, 1) NOT NULL"),
            ("MOD", TypeKind::Int, decimal(19, 0), "DECIMAL(19, 0) NOT NULL"),
        ];
        for (symbol, a, b, expected) in cases {
            let resolved = resolve(symbol, &[a.clone(), b.clone()]).expect("numbers");
            assert_eq!(resolved.result.to_string(), expected, "{a} {symbol} {b}");
        }
    }

    #[test]
    fn points_in_time_and_intervals() {
        let timestamp = || TypeKind::Timestamp { precision: 9 };
        let (month, second) = (TypeKind::IntervalYearMonth, TypeKind::IntervalDayTime);
        let cases = [
            ("+", timestamp(), month.clone(), timestamp()),
            ("-", timestamp(), second.clone(), timestamp()),
            ("+", second.clone(), timestamp(), timestamp()),
            ("+", TypeKind::Date, second.clone(), TypeKind::Date),
            ("+", month.clone(), month.clone(), month.clone()),
            ("*", TypeKind::Int, second.clone(), second.clone()),
        ];
        for (symbol, a, b, expected) in cases {
            let resolved = resolve(symbol, &[a.clone(), b.clone()]).expect("moments");
            assert_eq!(resolved.result.kind, expected, "{a} {symbol} {b}");
        }
        assert!(resolve("+", &[timestamp(), timestamp()]).is_err());
        assert!(resolve("-", &[timestamp(), TypeKind::Date]).is_err());
        assert!(resolve("/", &[month.clone(), TypeKind::Int]).is_err());
        assert!(resolve("%", &[TypeKind::Int, TypeKind::Double]).is_err());
        assert!(resolve("+", &[TypeKind::STRING, TypeKind::Int]).is_err());
        assert!(resolve("-", &[second.clone(), timestamp()]).is_err());
        assert!(resolve("+", &[month, second]).is_err());
        assert!(resolve("NEGATE", &[TypeKind::STRING]).is_err());
    }

    #[test]
    fn a_date_and_hours_are_a_date() {
        let interval = |millis| Argument {
            ty: DataType::not_null(TypeKind::IntervalDayTime),
            literal: Some(Value::Millis(millis)),
        };
        let date = || Argument {
            ty: DataType::not_null(TypeKind::Date),
            literal: None,
        };
        let plus = lookup("+").expect("plus").resolve;
        let hour = plus(&[date(), interval(3_600_000)]).expect("a date and an hour");
        assert_eq!(hour.result.kind, TypeKind::Date);
        let day = plus(&[interval(86_400_000), date()]).expect("a date and a day");
        assert_eq!(
            (day.result.kind, day.call.path),
            (TypeKind::Date, "temporal::interval::days_plus_date")
        );
    }
}
