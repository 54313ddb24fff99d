//! INTERVAL literals: `INTERVAL '5' MINUTE`, `INTERVAL '1 10:00:00.123' DAY TO SECOND`, `INTERVAL '2-3' YEAR TO MONTH`.
//!
//! In: the text and its units. Out: months, or milliseconds. Invariant: fields after the first stay below the size
//! of their unit, as Calcite demands.

use sql::{DataType, TypeKind, Value};
use sqlparser::ast as sqlast;
use sqlparser::ast::DateTimeField;

use super::super::Binder;
use super::Environment;
use super::literals::{digits, text_literal};
use crate::base::{Diagnostic, Span};
use crate::expr::Expr;

/// A unit of an interval, by its place in `1 10:00:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl Binder<'_> {
    /// `INTERVAL '5' MINUTE`, or `INTERVAL n MINUTE` of any number.
    pub(super) fn interval(
        &mut self,
        interval: &sqlast::Interval,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        if let Some((sign, text)) = signed_text(&interval.value) {
            return self.interval_literal(interval, sign, text, span);
        }
        let one = self.interval_literal(interval, 1, "1", span)?;
        let count = self.expr(&interval.value, environment)?;
        if !count.ty.kind.is_integer() {
            return self.type_error(
                format!("INTERVAL expects an integer or a string, found {}", count.ty),
                count.span,
            );
        }
        self.call("*", vec![count, one], span)
    }

    /// `(a - b) DAY`: the unit only says whether months or milliseconds are counted.
    pub(super) fn difference(
        &mut self,
        expr: &sqlast::Expr,
        unit: &str,
        span: Span,
        environment: &mut Environment<'_>,
    ) -> Option<Expr> {
        let mut inner = expr;
        while let sqlast::Expr::Nested(nested) = inner {
            inner = nested;
        }
        let sqlast::Expr::BinaryOp {
            left,
            op: sqlast::BinaryOperator::Minus,
            right,
        } = inner
        else {
            return self.refused("an interval of an expression that is no difference", span);
        };
        let (left, right) = (self.expr(left, environment), self.expr(right, environment));
        let (left, right) = (left?, right?);
        if !matches!(unit, "YEAR" | "YEARS" | "QUARTER" | "MONTH" | "MONTHS") {
            return self.call("DIFFERENCE OF TIMES", vec![left, right], span);
        }
        let (kind, value) = text_literal("MONTH");
        let months = Expr::literal(value, DataType::not_null(kind), span);
        let months = self.call("TIMESTAMPDIFF", vec![months, right, left], span)?;
        let ty = DataType {
            kind: TypeKind::IntervalYearMonth,
            nullable: months.ty.nullable,
        };
        self.coerce(months, &ty)
    }

    fn interval_literal(
        &mut self,
        interval: &sqlast::Interval,
        sign: i32,
        text: &str,
        span: Span,
    ) -> Option<Expr> {
        let from = interval.leading_field.as_ref().map(scaled_unit);
        let to = interval.last_field.as_ref().map(scaled_unit);
        let (Some(Some((from, factor))), Some(to)) = (from, to.map_or(Some(None), |unit| unit.map(Some)))
        else {
            return self.bad_literal(
                "an interval needs a unit: YEAR, MONTH, DAY, HOUR, MINUTE or SECOND".to_owned(),
                span,
            );
        };
        let last = to.map_or(from, |(unit, _)| unit);
        let precision = interval.leading_precision.unwrap_or(LEADING_PRECISION);
        if leading_digits(text) > precision as usize {
            let unit = interval
                .leading_field
                .as_ref()
                .map_or(String::new(), ToString::to_string);
            let message = format!(
                "'{text}' has more than {precision} digits before the point, the precision of {unit}"
            );
            // Diagnostic: E2008 an interval that is larger than its precision.
            let help = format!("a larger precision is written {unit}({})", leading_digits(text));
            self.error(Diagnostic::error("E2008", span, message).with_help(help));
            return None;
        }
        match interval_value(text, from, last) {
            Some(value) => {
                let (kind, value) = match value {
                    Value::Months(months) => {
                        (TypeKind::IntervalYearMonth, Value::Months(sign * factor * months))
                    }
                    Value::Millis(millis) => (
                        TypeKind::IntervalDayTime,
                        Value::Millis(i64::from(sign * factor) * millis),
                    ),
                    other => unreachable!("an interval is months or milliseconds, not {other:?}"),
                };
                Some(Expr::literal(value, DataType::not_null(kind), span))
            }
            None => self.bad_literal(
                format!("'{text}' is not an interval of {from:?} to {last:?}").to_uppercase(),
                span,
            ),
        }
    }
}

/// How many digits the first field of an interval may have when nothing else is written.
const LEADING_PRECISION: u64 = 2;

/// Digits of the first field, without zeros that count for nothing.
fn leading_digits(text: &str) -> usize {
    let text = text
        .trim_start()
        .trim_start_matches(['-', '+', ' '])
        .trim_start_matches('0');
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// `'5'` or `-'5'`.
fn signed_text(value: &sqlast::Expr) -> Option<(i32, &str)> {
    match value {
        sqlast::Expr::Value(value) => match &value.value {
            sqlast::Value::SingleQuotedString(text) => Some((1, text)),
            _ => None,
        },
        sqlast::Expr::UnaryOp {
            op: sqlast::UnaryOperator::Minus,
            expr,
        } => signed_text(expr).map(|(sign, text)| (-sign, text)),
        sqlast::Expr::UnaryOp {
            op: sqlast::UnaryOperator::Plus,
            expr,
        } => signed_text(expr),
        _ => None,
    }
}

/// The unit and how many of it one of the written unit is.
fn scaled_unit(field: &DateTimeField) -> Option<(Unit, i32)> {
    Some(match field {
        DateTimeField::Year | DateTimeField::Years => (Unit::Year, 1),
        DateTimeField::Quarter => (Unit::Month, 3),
        DateTimeField::Month | DateTimeField::Months => (Unit::Month, 1),
        DateTimeField::Week(None) | DateTimeField::Weeks => (Unit::Day, 7),
        DateTimeField::Day | DateTimeField::Days => (Unit::Day, 1),
        DateTimeField::Hour | DateTimeField::Hours => (Unit::Hour, 1),
        DateTimeField::Minute | DateTimeField::Minutes => (Unit::Minute, 1),
        DateTimeField::Second | DateTimeField::Seconds => (Unit::Second, 1),
        _ => return None,
    })
}

/// The value of fields `from` to `to`.
fn interval_value(text: &str, from: Unit, to: Unit) -> Option<Value> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest.trim_start()),
        None => (1, text.strip_prefix('+').unwrap_or(text).trim_start()),
    };
    if to < from {
        return None;
    }
    if from <= Unit::Month {
        let months = if to <= Unit::Month {
            months(text, from, to)?
        } else {
            return None;
        };
        return Some(Value::Months(sign * months));
    }
    Some(Value::Millis(i64::from(sign) * millis(text, from, to)?))
}

fn months(text: &str, from: Unit, to: Unit) -> Option<i32> {
    match (from, to) {
        (Unit::Year, Unit::Year) => digits(text)?.checked_mul(12),
        (Unit::Month, Unit::Month) => digits(text),
        _ => {
            let (years, months) = text.split_once('-')?;
            let months = digits(months).filter(|months| *months < 12)?;
            digits(years)?.checked_mul(12)?.checked_add(months)
        }
    }
}

fn millis(text: &str, from: Unit, to: Unit) -> Option<i64> {
    let mut rest = text;
    let mut total = 0i64;
    let units = [Unit::Day, Unit::Hour, Unit::Minute, Unit::Second];
    for unit in units.into_iter().filter(|unit| (from..=to).contains(unit)) {
        let separator = if unit == Unit::Day { ' ' } else { ':' };
        let field = if unit == to {
            std::mem::take(&mut rest)
        } else {
            let (field, after) = rest.split_once(separator)?;
            rest = after.trim_start();
            field
        };
        let (value, size, limit) = match unit {
            Unit::Day => (i64::from(digits(field)?), 86_400_000, i64::MAX),
            Unit::Hour => (i64::from(digits(field)?), 3_600_000, 24),
            Unit::Minute => (i64::from(digits(field)?), 60_000, 60),
            _ => (second_millis(field)?, 1, 60_000),
        };
        if unit != from && value >= limit {
            return None;
        }
        total = total.checked_add(value.checked_mul(size)?)?;
    }
    Some(total)
}

/// `12[.345]` as milliseconds; digits beyond the third are cut off.
fn second_millis(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction_millis = match fraction {
        "" => 0,
        _ if fraction.len() <= 9 => digits(&format!("{fraction:0<9}"))? / 1_000_000,
        _ => return None,
    };
    Some(i64::from(digits(whole)?) * 1_000 + i64::from(fraction_millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_intervals() {
        let cases = [
            ("5", Unit::Minute, Unit::Minute, Some(Value::Millis(300_000))),
            ("-5", Unit::Second, Unit::Second, Some(Value::Millis(-5_000))),
            ("1.5", Unit::Second, Unit::Second, Some(Value::Millis(1_500))),
            (
                "1 10:00:00.123",
                Unit::Day,
                Unit::Second,
                Some(Value::Millis(122_400_123)),
            ),
            ("10:30", Unit::Hour, Unit::Minute, Some(Value::Millis(37_800_000))),
            ("2-3", Unit::Year, Unit::Month, Some(Value::Months(27))),
            ("2", Unit::Year, Unit::Year, Some(Value::Months(24))),
            ("2-12", Unit::Year, Unit::Month, None),
            ("1:60", Unit::Hour, Unit::Minute, None),
            ("x", Unit::Day, Unit::Day, None),
            ("100", Unit::Minute, Unit::Minute, Some(Value::Millis(6_000_000))),
        ];
        for (text, from, to, expected) in cases {
            assert_eq!(
                interval_value(text, from, to),
                expected,
                "{text} {from:?} to {to:?}"
            );
        }
    }
}
