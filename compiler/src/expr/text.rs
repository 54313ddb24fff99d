//! Expressions as EXPLAIN prints them. Two expressions with the same text over the same row mean the same,
//! so the text is also what identities (`uid`) are made of.

use sql::{DataType, TypeKind, Value};

use super::{Expr, ExprKind};
use crate::catalog::function::{Call, Param};

/// The text of an expression; `name` names a column of the input row.
pub fn expr_text(expr: &Expr, name: &dyn Fn(usize) -> String) -> String {
    let list = |operands: &[Expr], separator: &str| {
        let texts: Vec<String> = operands.iter().map(|operand| expr_text(operand, name)).collect();
        texts.join(separator)
    };
    match &expr.kind {
        ExprKind::Column(column) => name(*column),
        ExprKind::Literal(value) => literal_text(value, &expr.ty),
        ExprKind::Call(call, operands) => match operands.as_slice() {
            [operand] if matches!(call.name, "CAST" | "TRY_CAST") => {
                format!("{}({} AS {})", call.name, expr_text(operand, name), expr.ty.kind)
            }
            [left, right] if is_infix(call.name) => {
                format!(
                    "({} {} {})",
                    expr_text(left, name),
                    call.name,
                    expr_text(right, name)
                )
            }
            operands => format!("{}({}{})", call.name, list(operands, ", "), clauses_text(call)),
        },
        ExprKind::And(operands) => format!("({})", list(operands, " AND ")),
        ExprKind::Or(operands) => format!("({})", list(operands, " OR ")),
        ExprKind::Coalesce(operands) => format!("COALESCE({})", list(operands, ", ")),
        ExprKind::Case { branches, otherwise } => {
            let mut text = String::from("CASE");
            for (when, then) in branches {
                text += &format!(" WHEN {} THEN {}", expr_text(when, name), expr_text(then, name));
            }
            if let Some(otherwise) = otherwise {
                text += &format!(" ELSE {}", expr_text(otherwise, name));
            }
            text + " END"
        }
        ExprKind::Field(inner, field) => {
            format!("{}.{}", expr_text(inner, name), field_name(&inner.ty, *field))
        }
        ExprKind::Construct(operands) => {
            let constructor = match expr.ty.kind {
                TypeKind::Array(_) => "ARRAY",
                TypeKind::Map(..) => "MAP",
                _ => "ROW",
            };
            format!("{constructor}[{}]", list(operands, ", "))
        }
    }
}

/// What a call says beside its operands: `UNCONDITIONAL NULL NULL` of JSON_QUERY. Calls that differ in it differ.
fn clauses_text(call: &Call) -> String {
    let text = |param: &Param| match param {
        Param::Text(word) => Some(format!(" {word}")),
        Param::Type(ty) => Some(format!(" {}", ty.kind)),
        Param::Bool(flag) => Some(format!(" {flag}")),
        _ => None,
    };
    match call.name.starts_with("JSON_") {
        true => call.params.iter().filter_map(text).collect(),
        false => String::new(),
    }
}

/// The name of a ROW's field.
pub fn field_name(ty: &DataType, field: usize) -> String {
    match &ty.kind {
        TypeKind::Row(fields) => fields[field].name.clone(),
        other => unreachable!("{other} has no fields"),
    }
}

fn is_infix(name: &str) -> bool {
    matches!(name, "LIKE" | "IS DISTINCT FROM" | "IS NOT DISTINCT FROM")
        || !name.chars().any(|c| c.is_ascii_alphanumeric())
}

/// A literal with its type where the text alone would not tell it.
fn literal_text(value: &Value, ty: &DataType) -> String {
    match value {
        Value::Null => format!("NULL:{}", ty.kind),
        Value::Boolean(value) => value.to_string().to_uppercase(),
        Value::Int(value) => value.to_string(),
        Value::TinyInt(value) => format!("{value}:{}", ty.kind),
        Value::SmallInt(value) => format!("{value}:{}", ty.kind),
        Value::BigInt(value) => format!("{value}:{}", ty.kind),
        Value::Float(value) => format!("{value:?}:{}", ty.kind),
        Value::Double(value) => format!("{value:?}:{}", ty.kind),
        Value::Decimal(value) => decimal_text(value.unscaled, value.scale),
        Value::Text(value) => format!("'{}'", value.replace('\'', "''")),
        Value::Bytes(value) => format!("X'{}'", hex::encode_upper(value)),
        Value::Date(value) => format!("{}:DATE", value.0),
        Value::Time(value) => format!("{}:{}", value.0, ty.kind),
        Value::Timestamp(value) => format!("{}.{:03}:{}", value.micros, value.nanos, ty.kind),
        Value::Months(value) => format!("{value}:INTERVAL MONTH"),
        Value::Millis(value) => format!("{value}:INTERVAL MILLISECOND"),
        nested => format!("{nested:?}:{}", ty.kind),
    }
}

/// Digits with the point where it belongs: 150 and scale 2 are `1.50`.
fn decimal_text(unscaled: i128, scale: u8) -> String {
    let digits = format!(
        "{:0width$}",
        unscaled.unsigned_abs(),
        width = usize::from(scale) + 1
    );
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    let sign = if unscaled < 0 { "-" } else { "" };
    let point = if scale == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::decimal_text;

    #[test]
    fn decimals_keep_their_scale() {
        for (unscaled, scale, text) in [(150, 2, "1.50"), (-5, 2, "-0.05"), (7, 0, "7"), (0, 1, "0.0")] {
            assert_eq!(decimal_text(unscaled, scale), text);
        }
    }
}
