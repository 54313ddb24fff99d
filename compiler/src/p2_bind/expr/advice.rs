//! What to do about a call whose arguments do not fit, and about a column that is not there.
//!
//! In: the call or the name as it was refused. Out: a sentence for the diagnostic's help, if there is one that is
//! true. Invariant: advice is tried before it is given: a cast that is proposed makes the call one that resolves, and
//! takes nothing from a number or a time and makes no text of what is compared.

use sql::{DataType, TypeKind};

use crate::catalog::function::{Argument, FunctionDef, lookup, resolve_cast};

/// What a cast of one argument is tried with, in this order.
const TARGETS: &[TypeKind] = &[
    TypeKind::STRING,
    TypeKind::Int,
    TypeKind::BigInt,
    TypeKind::Double,
    TypeKind::Timestamp { precision: 3 },
    // Behind DOUBLE: for what takes exact numbers only.
    TypeKind::Decimal {
        precision: 38,
        scale: 18,
    },
];

/// What to change about the arguments of a call that was refused.
pub(super) fn of_call(definition: &FunctionDef, given: &[Argument]) -> Option<String> {
    let name = definition.name;
    let any = |is: fn(&TypeKind) -> bool| given.iter().any(|argument| is(&argument.ty.kind));
    if name == "+" && given.iter().all(|argument| is_text(&argument.ty.kind)) {
        return Some("strings are joined by ||".to_owned());
    }
    if matches!(name, "+" | "-") && any(is_time) && any(TypeKind::is_numeric) {
        return Some("a length of time is an interval: INTERVAL '5' SECOND".to_owned());
    }
    let is_operator = !name.starts_with(|c: char| c.is_ascii_alphabetic());
    let (position, target) = fitting_cast(definition, given)?;
    let place = match (is_operator, position) {
        (true, 0) => "the left side".to_owned(),
        (true, 1) => "the right side".to_owned(),
        _ => format!("argument {}", position + 1),
    };
    Some(format!("cast {place}: CAST(… AS {target})"))
}

/// The one argument, and the type, whose cast makes the call one that resolves: that of another argument, else one of
/// [`TARGETS`]. Literals are better written in another way than cast.
fn fitting_cast(definition: &FunctionDef, given: &[Argument]) -> Option<(usize, TypeKind)> {
    let fits = |at: usize, target: &TypeKind| {
        let argument = &given[at];
        let to = argument.ty.clone();
        let to = DataType {
            kind: target.clone(),
            ..to
        };
        let is_cast = argument.ty.kind != *target
            && keeps_meaning(definition.name, &argument.ty.kind, target)
            && resolve_cast(&argument.ty, &to, false).is_ok();
        let mut changed = given.to_vec();
        changed[at].ty = to;
        is_cast && (definition.resolve)(&changed).is_ok()
    };
    let is_fixed = |kind: &&TypeKind| matches!(kind, TypeKind::Char { .. } | TypeKind::Binary { .. });
    let of_others = given
        .iter()
        .map(|other| &other.ty.kind)
        .filter(|kind| !is_fixed(kind));
    let targets: Vec<&TypeKind> = of_others.chain(TARGETS).collect();
    let arguments = (0..given.len()).filter(|at| given[*at].literal.is_none());
    arguments
        .flat_map(|at| targets.iter().map(move |target| (at, *target)))
        .find(|(at, target)| fits(*at, target))
        .map(|(at, target)| (at, target.clone()))
}

/// Whether a value is still what it was for this call: with its fraction or its time of day, and with 5 equal to 05.
fn keeps_meaning(name: &str, from: &TypeKind, to: &TypeKind) -> bool {
    let has_fraction = matches!(
        from,
        TypeKind::Float | TypeKind::Double | TypeKind::Decimal { .. }
    );
    let is_whole =
        to.is_numeric() && !matches!(to, TypeKind::Float | TypeKind::Double | TypeKind::Decimal { .. });
    let has_time_of_day = matches!(from, TypeKind::Timestamp { .. } | TypeKind::TimestampLtz { .. });
    let is_part = matches!(to, TypeKind::Date | TypeKind::Time { .. });
    let is_comparison = matches!(name, "=" | "<>" | "<" | "<=" | ">" | ">=" | "BETWEEN" | "IN");
    let is_less = (has_fraction && is_whole) || (has_time_of_day && is_part);
    let becomes_text = is_comparison && !is_text(from) && is_text(to);
    !is_less && !becomes_text
}

fn is_text(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Char { .. } | TypeKind::VarChar { .. })
}

fn is_time(kind: &TypeKind) -> bool {
    matches!(
        kind,
        TypeKind::Timestamp { .. } | TypeKind::TimestampLtz { .. } | TypeKind::Date | TypeKind::Time { .. }
    )
}

/// What to write for a cast that Flink does not have.
pub(super) fn of_cast(from: &TypeKind, to: &TypeKind) -> Option<&'static str> {
    let is_instant =
        |kind: &TypeKind| matches!(kind, TypeKind::Timestamp { .. } | TypeKind::TimestampLtz { .. });
    if is_instant(from) && to.is_numeric() {
        return Some("seconds since 1970 are UNIX_TIMESTAMP(CAST(… AS STRING))");
    }
    if from.is_numeric() && is_instant(to) {
        return Some(
            "write TO_TIMESTAMP_LTZ(…, 3) for milliseconds since 1970, TO_TIMESTAMP_LTZ(…, 0) for seconds",
        );
    }
    None
}

/// What to write for a name that is no column here.
pub(super) fn of_name(name: &str, is_alias: bool) -> Option<String> {
    if is_alias {
        return Some(format!(
            "'{name}' is a name of the SELECT list, which is made later: repeat its expression here, or select from a \
             subquery"
        ));
    }
    if matches!(name, "window_start" | "window_end" | "window_time") {
        return Some(format!(
            "{name} comes from a window function: FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)"
        ));
    }
    let upper = name.to_ascii_uppercase();
    let takes_nothing = lookup(&upper).is_some_and(|definition| (definition.resolve)(&[]).is_ok());
    takes_nothing.then(|| format!("{upper} is a function: write {upper}()"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(name: &str, types: &[TypeKind]) -> Option<String> {
        let argument = |kind: &TypeKind| Argument {
            ty: DataType::nullable(kind.clone()),
            literal: None,
        };
        let given: Vec<Argument> = types.iter().map(argument).collect();
        of_call(lookup(name).expect("the function exists"), &given)
    }

    #[test]
    fn advice_fits_the_call() {
        let text = TypeKind::STRING;
        let time = TypeKind::Timestamp { precision: 3 };
        let cases: [(&str, &[TypeKind], Option<&str>); 12] = [
            (
                "UPPER",
                &[TypeKind::Int],
                Some("cast argument 1: CAST(… AS STRING)"),
            ),
            (
                "+",
                &[TypeKind::Int, text.clone()],
                Some("cast the right side: CAST(… AS INT)"),
            ),
            (
                "+",
                &[text.clone(), text.clone()],
                Some("strings are joined by ||"),
            ),
            (
                "-",
                &[time.clone(), TypeKind::Int],
                Some("a length of time is an interval: INTERVAL '5' SECOND"),
            ),
            (
                "||",
                &[text.clone(), TypeKind::Int],
                Some("cast the right side: CAST(… AS STRING)"),
            ),
            (
                "<",
                &[TypeKind::Date, time.clone()],
                Some("cast the left side: CAST(… AS TIMESTAMP(3))"),
            ),
            (
                "<",
                &[time.clone(), TypeKind::Date],
                Some("cast the right side: CAST(… AS TIMESTAMP(3))"),
            ),
            (
                "=",
                &[TypeKind::Int, text.clone()],
                Some("cast the right side: CAST(… AS INT)"),
            ),
            (
                "=",
                &[text.clone(), TypeKind::Int],
                Some("cast the left side: CAST(… AS INT)"),
            ),
            (
                "%",
                &[TypeKind::Double, TypeKind::Int],
                Some("cast the left side: CAST(… AS DECIMAL(38, 18))"),
            ),
            ("UPPER", &[text.clone(), text.clone()], None),
            (
                "ABS",
                &[TypeKind::Boolean],
                Some("cast argument 1: CAST(… AS INT)"),
            ),
        ];
        for (name, types, expected) in cases {
            assert_eq!(advice(name, types).as_deref(), expected, "{name}{types:?}");
        }
    }

    #[test]
    fn names_that_are_no_columns() {
        assert_eq!(
            of_name("now", false).as_deref(),
            Some("NOW is a function: write NOW()")
        );
        assert_eq!(of_name("price", false), None);
        assert!(of_name("window_end", false).is_some_and(|help| help.contains("TUMBLE")));
    }
}
