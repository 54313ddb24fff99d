//! JSON paths: `[lax|strict] $.name['name'][0][*]..name[?(@.price < 10)]`. In: a path and a document. Out: what the
//! path finds.
//!
//! Invariant: a definite path finds one value or none; any other path finds a list, which may be empty.

use std::iter::Peekable;
use std::str::Chars;

use super::Json;
use super::filter::Filter;

/// What missing values and values of the wrong kind mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Lax,
    Strict,
}

/// Steps from a document, or from the value that a filter looks at, to what is wanted.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) struct Step {
    /// `..`: from here and from everything below.
    deep: bool,
    select: Select,
}

#[derive(Debug)]
enum Select {
    Names(Vec<String>),
    Indexes(Vec<i64>),
    /// `[from:to]`, the end not included.
    Slice(Option<i64>, Option<i64>),
    All,
    Filter(Filter),
}

/// What a path finds.
#[derive(Debug, PartialEq)]
pub(super) enum Found<'j, 't> {
    One(&'j Json<'t>),
    Many(Vec<&'j Json<'t>>),
}

/// The mode and the path without it. Without a mode a path is strict.
pub(super) fn split_mode(text: &str) -> (Mode, &str) {
    let trimmed = text.trim_start();
    for (word, mode) in [("lax", Mode::Lax), ("strict", Mode::Strict)] {
        let starts = trimmed
            .get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word));
        if starts && trimmed[word.len()..].starts_with(char::is_whitespace) {
            return (mode, trimmed[word.len()..].trim());
        }
    }
    (Mode::Strict, text)
}

impl Path {
    /// Reads a path; one that does not start at `$` is a path of names.
    pub(super) fn parse(text: &str) -> Result<Path, String> {
        let text = text.trim();
        let rooted = match text.strip_prefix('$') {
            Some(rest) => rest.to_owned(),
            None if text.is_empty() => return Err("a JSON path is not empty".to_owned()),
            None => format!(".{text}"),
        };
        let mut rest = rooted.chars().peekable();
        let path = Path {
            steps: steps(&mut rest)?,
        };
        match rest.next() {
            None => Ok(path),
            Some(c) => Err(format!("Could not parse token at '{c}' in JSON path {text}")),
        }
    }

    fn is_definite(&self) -> bool {
        let one = |select: &Select| match select {
            Select::Names(names) => names.len() == 1,
            Select::Indexes(indexes) => indexes.len() == 1,
            _ => false,
        };
        self.steps.iter().all(|step| !step.deep && one(&step.select))
    }

    /// What the path finds in a document; an error for a definite path that finds nothing.
    pub(super) fn find<'j, 't>(&self, document: &'j Json<'t>) -> Result<Found<'j, 't>, String> {
        let mut found = vec![document];
        let mut walked = String::from("$");
        let definite = self.is_definite();
        for step in &self.steps {
            let mut next = Vec::new();
            for value in found {
                if step.deep {
                    below(value, &mut |value| step.select.apply(value, &mut next));
                } else {
                    step.select.apply(value, &mut next);
                }
            }
            found = next;
            if definite {
                step.select.show(&mut walked);
                if found.is_empty() {
                    return Err(format!("No results for path: {walked}"));
                }
            }
        }
        Ok(match found.as_slice() {
            [only] if definite => Found::One(only),
            _ => Found::Many(found),
        })
    }
}

/// Visits a value and everything below it, from the outside in.
fn below<'j, 't>(value: &'j Json<'t>, visit: &mut impl FnMut(&'j Json<'t>)) {
    visit(value);
    match value {
        Json::Array(elements) => elements.iter().for_each(|element| below(element, visit)),
        Json::Object(members) => members.iter().for_each(|(_, member)| below(member, visit)),
        _ => {}
    }
}

impl Select {
    fn apply<'j, 't>(&self, value: &'j Json<'t>, found: &mut Vec<&'j Json<'t>>) {
        match (self, value) {
            (Select::Names(names), value) => found.extend(names.iter().filter_map(|name| value.member(name))),
            (Select::Indexes(indexes), Json::Array(elements)) => {
                let place = |index: &i64| {
                    if *index < 0 {
                        elements.len() as i64 + index
                    } else {
                        *index
                    }
                };
                let element = |index: &i64| elements.get(usize::try_from(place(index)).ok()?);
                found.extend(indexes.iter().filter_map(element));
            }
            (Select::Slice(from, to), Json::Array(elements)) => {
                let count = elements.len() as i64;
                let place = |at: i64| if at < 0 { count + at } else { at }.clamp(0, count) as usize;
                let (from, to) = (place(from.unwrap_or(0)), place(to.unwrap_or(count)));
                found.extend(elements.get(from..to).unwrap_or_default());
            }
            (Select::All, Json::Array(elements)) => found.extend(elements),
            (Select::All, Json::Object(members)) => found.extend(members.iter().map(|(_, member)| member)),
            (Select::Filter(filter), Json::Array(elements)) => {
                found.extend(elements.iter().filter(|element| filter.accepts(element)));
            }
            (Select::Filter(filter), value @ Json::Object(_)) if filter.accepts(value) => found.push(value),
            _ => {}
        }
    }

    fn show(&self, walked: &mut String) {
        match self {
            Select::Names(names) => names
                .iter()
                .for_each(|name| walked.push_str(&format!("['{name}']"))),
            Select::Indexes(indexes) => indexes
                .iter()
                .for_each(|index| walked.push_str(&format!("[{index}]"))),
            _ => walked.push_str("[*]"),
        }
    }
}

/// Reads steps until something else follows.
pub(super) fn steps(rest: &mut Peekable<Chars<'_>>) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    loop {
        match rest.peek() {
            Some('.') => {
                rest.next();
                let deep = rest.next_if_eq(&'.').is_some();
                let select = match rest.peek() {
                    Some('[') if deep => bracket(rest)?,
                    _ => name(rest)?,
                };
                steps.push(Step { deep, select });
            }
            Some('[') => {
                let select = bracket(rest)?;
                steps.push(Step { deep: false, select });
            }
            _ => return Ok(steps),
        }
    }
}

fn name(rest: &mut Peekable<Chars<'_>>) -> Result<Select, String> {
    if rest.next_if_eq(&'*').is_some() {
        return Ok(Select::All);
    }
    let mut name = String::new();
    while let Some(c) = rest.next_if(|c| !".[]() =<>!&|,".contains(*c)) {
        name.push(c);
    }
    match name.is_empty() {
        true => Err("Path must not end with a '.' or '..'".to_owned()),
        false if rest.peek() == Some(&'(') => Err(format!("Function of name: {name} cannot be created")),
        false => Ok(Select::Names(vec![name])),
    }
}

fn bracket(rest: &mut Peekable<Chars<'_>>) -> Result<Select, String> {
    rest.next();
    skip_space(rest);
    let select = match rest.peek() {
        Some('*') => {
            rest.next();
            Select::All
        }
        Some('\'' | '"') => Select::Names(listed(rest, quoted)?),
        Some('?') => {
            rest.next();
            Select::Filter(Filter::parse(rest)?)
        }
        _ => numbers(rest)?,
    };
    skip_space(rest);
    match rest.next() {
        Some(']') => Ok(select),
        _ => Err("Could not parse token, expected ']' in JSON path".to_owned()),
    }
}

/// `1`, `1,2`, `1:2`, `:2`, `1:`.
fn numbers(rest: &mut Peekable<Chars<'_>>) -> Result<Select, String> {
    let first = match rest.peek() {
        Some(':') => None,
        _ => Some(integer(rest)?),
    };
    if rest.next_if_eq(&':').is_some() {
        let to = match rest.peek() {
            Some(']') => None,
            _ => Some(integer(rest)?),
        };
        return Ok(Select::Slice(first, to));
    }
    let mut indexes = vec![first.expect("only a colon goes without a number")];
    skip_space(rest);
    if rest.next_if_eq(&',').is_some() {
        skip_space(rest);
        indexes.extend(listed(rest, integer)?);
    }
    Ok(Select::Indexes(indexes))
}

fn integer(rest: &mut Peekable<Chars<'_>>) -> Result<i64, String> {
    let mut digits = String::new();
    while let Some(c) = rest.next_if(|c| c.is_ascii_digit() || *c == '-') {
        digits.push(c);
    }
    digits
        .parse()
        .map_err(|_| format!("Failed to parse array index '{digits}' in JSON path"))
}

fn listed<T>(
    rest: &mut Peekable<Chars<'_>>,
    item: fn(&mut Peekable<Chars<'_>>) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let mut items = vec![item(rest)?];
    skip_space(rest);
    while rest.next_if_eq(&',').is_some() {
        skip_space(rest);
        items.push(item(rest)?);
        skip_space(rest);
    }
    Ok(items)
}

/// Text in single or double quotes; a backslash takes the next character as it is.
pub(super) fn quoted(rest: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let quote = rest
        .next_if(|c| matches!(c, '\'' | '"'))
        .ok_or("expected text in quotes")?;
    let mut text = String::new();
    loop {
        match rest.next() {
            Some(c) if c == quote => return Ok(text),
            Some('\\') => text.extend(rest.next()),
            Some(c) => text.push(c),
            None => return Err("Property has not been closed - missing closing quote".to_owned()),
        }
    }
}

pub(super) fn skip_space(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| c.is_whitespace()).is_some() {}
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::super::write::write;
    use super::*;

    const DOCUMENT: &str = r#"{"a": {"b": [1, 2, 3], "c d": null}, "x": [{"c": 5, "n": "u"}, {"c": 9}, 7]}"#;

    fn found(path: &str) -> Result<String, String> {
        let document = read(DOCUMENT).expect("valid");
        Ok(match Path::parse(path)?.find(&document)? {
            Found::One(value) => write(value),
            Found::Many(values) => format!(
                "many {}",
                write(&Json::Array(values.into_iter().cloned().collect()))
            ),
        })
    }

    #[test]
    fn paths() {
        for (path, expected) in [
            ("$.a.b[0]", "1"),
            ("a.b[-1]", "3"),
            ("$['a']['c d']", "null"),
            ("$.a.b[*]", "many [1,2,3]"),
            ("$.a.b[0,2]", "many [1,3]"),
            ("$.a.b[1:]", "many [2,3]"),
            ("$.a.b[-2:3]", "many [2,3]"),
            ("$.x[*].c", "many [5,9]"),
            ("$..c", "many [5,9]"),
            ("$..[0]", "many [1,{\"c\":5,\"n\":\"u\"}]"),
            ("$.x[?(@.c > 5)]", "many [{\"c\":9}]"),
            ("$.x[?(@.n)].c", "many [5]"),
            ("$.x[?(@.n == 'u' && @.c < 6 || @.c == 9)].c", "many [5,9]"),
            ("$.nothing[*]", "many []"),
        ] {
            assert_eq!(found(path).as_deref(), Ok(expected), "{path}");
        }
        assert_eq!(found("$"), Ok(write(&read(DOCUMENT).expect("valid"))));
    }

    #[test]
    fn definite_paths_that_find_nothing_are_errors() {
        assert_eq!(found("$.err9"), Err("No results for path: $['err9']".to_owned()));
        assert_eq!(
            found("$.a.b[7]"),
            Err("No results for path: $['a']['b'][7]".to_owned())
        );
        for malformed in [
            "",
            "$.",
            "$[",
            "$['a",
            "$[x]",
            "$.a b",
            "$.length()",
            "$[?(@.a ==)]",
        ] {
            assert!(Path::parse(malformed).is_err(), "{malformed}");
        }
    }

    #[test]
    fn modes() {
        assert_eq!(split_mode("lax $.a"), (Mode::Lax, "$.a"));
        assert_eq!(split_mode(" STRICT  $"), (Mode::Strict, "$"));
        assert_eq!(split_mode("$.lax"), (Mode::Strict, "$.lax"));
        assert_eq!(split_mode("laxative"), (Mode::Strict, "laxative"));
    }
}
