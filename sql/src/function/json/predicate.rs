//! `text IS JSON [VALUE | SCALAR | ARRAY | OBJECT]`.

use super::Json;
use super::read::read;

pub fn is_value(text: &str) -> bool {
    read(text).is_ok()
}

pub fn is_scalar(text: &str) -> bool {
    read(text).is_ok_and(|value| value.is_scalar())
}

pub fn is_array(text: &str) -> bool {
    matches!(read(text), Ok(Json::Array(_)))
}

pub fn is_object(text: &str) -> bool {
    matches!(read(text), Ok(Json::Object(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_json() {
        for (text, expected) in [
            ("\"a\"", (true, true, false, false)),
            ("null", (true, true, false, false)),
            ("{}", (true, false, false, true)),
            ("[1]", (true, false, true, false)),
            ("a", (false, false, false, false)),
            ("", (false, false, false, false)),
        ] {
            let found = (is_value(text), is_scalar(text), is_array(text), is_object(text));
            assert_eq!(found, expected, "{text}");
        }
    }
}
