//! Filters of JSON paths: `(@.price < 10 && @.kind == 'a' || !@.old)`. In: a value. Out: whether it is wanted.
//!
//! Invariant: a comparison with something that is missing or of another kind is false (`!=`: true).

use std::cmp::Ordering;
use std::iter::Peekable;
use std::str::Chars;

use super::Json;
use super::path::{Found, Path, quoted, skip_space, steps};

#[derive(Debug)]
pub(super) enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Not(Box<Filter>),
    Exists(Path),
    Compare(Operand, &'static str, Operand),
}

#[derive(Debug)]
pub(super) enum Operand {
    Path(Path),
    Literal(Json<'static>),
}

/// Longer operators first, since they start like shorter ones.
const OPERATORS: &[&str] = &["==", "!=", "<=", ">=", "<", ">"];

impl Filter {
    /// Reads `(…)`.
    pub(super) fn parse(rest: &mut Peekable<Chars<'_>>) -> Result<Filter, String> {
        skip_space(rest);
        expect(rest, "(")?;
        let filter = Self::any(rest)?;
        skip_space(rest);
        expect(rest, ")")?;
        Ok(filter)
    }

    fn any(rest: &mut Peekable<Chars<'_>>) -> Result<Filter, String> {
        let mut parts = vec![Self::all(rest)?];
        while take(rest, "||") {
            parts.push(Self::all(rest)?);
        }
        Ok(Filter::Any(parts))
    }

    fn all(rest: &mut Peekable<Chars<'_>>) -> Result<Filter, String> {
        let mut parts = vec![Self::one(rest)?];
        while take(rest, "&&") {
            parts.push(Self::one(rest)?);
        }
        Ok(Filter::All(parts))
    }

    fn one(rest: &mut Peekable<Chars<'_>>) -> Result<Filter, String> {
        skip_space(rest);
        if rest.peek() == Some(&'(') {
            return Self::parse(rest);
        }
        if rest.next_if_eq(&'!').is_some() {
            return Ok(Filter::Not(Box::new(Self::one(rest)?)));
        }
        let left = operand(rest)?;
        match OPERATORS.iter().find(|operator| take(rest, operator)) {
            Some(operator) => Ok(Filter::Compare(left, operator, operand(rest)?)),
            None => match left {
                Operand::Path(path) => Ok(Filter::Exists(path)),
                Operand::Literal(_) => Err("a filter compares a literal with something".to_owned()),
            },
        }
    }

    pub(super) fn accepts(&self, value: &Json<'_>) -> bool {
        match self {
            Filter::Any(parts) => parts.iter().any(|part| part.accepts(value)),
            Filter::All(parts) => parts.iter().all(|part| part.accepts(value)),
            Filter::Not(part) => !part.accepts(value),
            Filter::Exists(path) => match path.find(value) {
                Ok(Found::One(_)) => true,
                Ok(Found::Many(found)) => !found.is_empty(),
                Err(_) => false,
            },
            Filter::Compare(left, operator, right) => {
                let order = match (left.value(value), right.value(value)) {
                    (Some(left), Some(right)) => compare(left, right),
                    _ => None,
                };
                match *operator {
                    "==" => order == Some(Ordering::Equal),
                    "!=" => order != Some(Ordering::Equal),
                    "<" => order.is_some_and(Ordering::is_lt),
                    "<=" => order.is_some_and(Ordering::is_le),
                    ">" => order.is_some_and(Ordering::is_gt),
                    _ => order.is_some_and(Ordering::is_ge),
                }
            }
        }
    }
}

impl Operand {
    fn value<'v>(&'v self, from: &'v Json<'_>) -> Option<&'v Json<'v>> {
        match self {
            Operand::Literal(value) => Some(value),
            Operand::Path(path) => match path.find(from) {
                Ok(Found::One(value)) => Some(value),
                _ => None,
            },
        }
    }
}

/// `None`: of different kinds, or neither equal nor ordered.
fn compare(left: &Json<'_>, right: &Json<'_>) -> Option<Ordering> {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            left.parse::<f64>().ok()?.partial_cmp(&right.parse::<f64>().ok()?)
        }
        (Json::Text(left), Json::Text(right)) => Some(left.cmp(right)),
        (Json::Boolean(left), Json::Boolean(right)) => Some(left.cmp(right)),
        (left, right) => (left == right).then_some(Ordering::Equal),
    }
}

fn operand(rest: &mut Peekable<Chars<'_>>) -> Result<Operand, String> {
    skip_space(rest);
    if rest.next_if_eq(&'@').is_some() {
        return Ok(Operand::Path(Path { steps: steps(rest)? }));
    }
    if matches!(rest.peek(), Some('\'' | '"')) {
        return Ok(Operand::Literal(Json::Text(quoted(rest)?.into())));
    }
    let mut word = String::new();
    while let Some(c) = rest.next_if(|c| c.is_ascii_alphanumeric() || "+-.".contains(*c)) {
        word.push(c);
    }
    let literal = match word.as_str() {
        "true" => Json::Boolean(true),
        "false" => Json::Boolean(false),
        "null" => Json::Null,
        number if number.parse::<f64>().is_ok() => Json::Number(word.into()),
        _ => return Err(format!("'{word}' is no value in a filter")),
    };
    Ok(Operand::Literal(literal))
}

/// Takes the symbol, after white space, when it is next.
fn take(rest: &mut Peekable<Chars<'_>>, symbol: &str) -> bool {
    skip_space(rest);
    let mut ahead = rest.clone();
    let found = symbol.chars().all(|c| ahead.next() == Some(c));
    if found {
        *rest = ahead;
    }
    found
}

fn expect(rest: &mut Peekable<Chars<'_>>, symbol: &str) -> Result<(), String> {
    match take(rest, symbol) {
        true => Ok(()),
        false => Err(format!("expected '{symbol}' in the filter of a JSON path")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::*;

    #[test]
    fn filters() {
        let value = read(r#"{"a": 5, "t": "x", "n": null, "b": true}"#).expect("valid");
        for (filter, expected) in [
            ("(@.a >= 5)", true),
            ("(@.a < 5.5)", true),
            ("(@.a == '5')", false),
            ("(@.a != '5')", true),
            ("(@.t == \"x\" && @.b == true)", true),
            ("(!(@.missing) && @.n == null)", true),
            ("(@.missing || @.a > 9)", false),
            ("( @['t'] <= 'w' )", false),
        ] {
            let parsed = Filter::parse(&mut filter.chars().peekable()).expect("valid");
            assert_eq!(parsed.accepts(&value), expected, "{filter}");
        }
    }
}
