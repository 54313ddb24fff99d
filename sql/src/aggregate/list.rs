//! Answers made of a list of values: LISTAGG, JSON_ARRAYAGG and JSON_OBJECTAGG.
//!
//! In: the values in the order they came. Out: text.

use crate::function::json::build::json_string;
use crate::types::DataType;
use crate::value::Value;

/// LISTAGG: the texts with `separator` between them; NULL when there is none.
pub fn joined<'t>(texts: impl Iterator<Item = &'t str>, separator: &str) -> Option<String> {
    let mut answer: Option<String> = None;
    for text in texts {
        match &mut answer {
            Some(answer) => {
                answer.push_str(separator);
                answer.push_str(text);
            }
            None => answer = Some(text.to_owned()),
        }
    }
    answer
}

/// JSON_ARRAYAGG over elements that are JSON text.
pub fn json_array<'t>(elements: impl Iterator<Item = Option<&'t str>>) -> String {
    let elements: Vec<&str> = elements.map(|element| element.unwrap_or("null")).collect();
    format!("[{}]", elements.join(","))
}

/// JSON_OBJECTAGG over keys and values that are JSON text.
pub fn json_object<'t>(members: impl Iterator<Item = (&'t str, Option<&'t str>)>) -> String {
    let member = |(key, value): (&str, Option<&str>)| {
        let key = json_string(&Value::Text(key.to_owned()), &DataType::string());
        format!("{key}:{}", value.unwrap_or("null"))
    };
    let members: Vec<String> = members.map(member).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_their_order() {
        assert_eq!(joined([].into_iter(), ","), None);
        assert_eq!(
            joined(["b", "", "a"].into_iter(), "; "),
            Some("b; ; a".to_owned())
        );
        assert_eq!(
            json_array([Some("1"), None, Some("\"x\"")].into_iter()),
            "[1,null,\"x\"]"
        );
        assert_eq!(json_array([].into_iter()), "[]");
        let members = [("a", Some("1")), ("q\"", None)];
        assert_eq!(json_object(members.into_iter()), "{\"a\":1,\"q\\\"\":null}");
    }
}
