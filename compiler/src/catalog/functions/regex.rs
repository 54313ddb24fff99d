//! Functions over Java regular expressions, SIMILAR TO, and STR_TO_MAP, whose separators are patterns.

use sql::{DataType, TypeKind};

use super::signature::Shape::{Int, Text};
use super::signature::{always_nullable, fixed};
use crate::catalog::function::{Argument, Call, FunctionDef, Param, Resolved, Returns};

type Answer = Result<Resolved, String>;

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "REGEXP",
        resolve: |given| {
            let call = Call::strict("REGEXP", "regex::regexp").with_session();
            fixed(call, &[Text, Text], "(STRING, STRING)", given, TypeKind::Boolean)
        },
        doc: "REGEXP(text, pattern): whether the pattern occurs in the text.",
    },
    FunctionDef {
        name: "REGEXP_REPLACE",
        resolve: |given| {
            let call = nullable("REGEXP_REPLACE", "regex::regexp_replace");
            let expected = "(STRING, STRING, STRING)";
            fixed(call, &[Text, Text, Text], expected, given, TypeKind::STRING)
        },
        doc: "REGEXP_REPLACE(text, pattern, replacement): every match replaced, literally.",
    },
    FunctionDef {
        name: "REGEXP_EXTRACT",
        resolve: |given| {
            let call = nullable("REGEXP_EXTRACT", "regex::regexp_extract");
            with_group(call, given, 0, TypeKind::STRING)
        },
        doc: "REGEXP_EXTRACT(text, pattern[, group]): a group of the first match, by default all of it.",
    },
    FunctionDef {
        name: "REGEXP_EXTRACT_ALL",
        resolve: |given| {
            let call = nullable("REGEXP_EXTRACT_ALL", "regex::regexp_extract_all");
            with_group(call, given, 1, TypeKind::Array(Box::new(DataType::string())))
        },
        doc: "REGEXP_EXTRACT_ALL(text, pattern[, group]): a group of every match, by default the first.",
    },
    FunctionDef {
        name: "REGEXP_COUNT",
        resolve: |given| {
            two_texts(
                nullable("REGEXP_COUNT", "regex::regexp_count"),
                given,
                TypeKind::Int,
            )
        },
        doc: "REGEXP_COUNT(text, pattern): number of matches.",
    },
    FunctionDef {
        name: "REGEXP_INSTR",
        resolve: |given| {
            two_texts(
                nullable("REGEXP_INSTR", "regex::regexp_instr"),
                given,
                TypeKind::Int,
            )
        },
        doc: "REGEXP_INSTR(text, pattern): where the first match is, from 1, or 0.",
    },
    FunctionDef {
        name: "REGEXP_SUBSTR",
        resolve: |given| {
            two_texts(
                nullable("REGEXP_SUBSTR", "regex::regexp_substr"),
                given,
                TypeKind::STRING,
            )
        },
        doc: "REGEXP_SUBSTR(text, pattern): the first match.",
    },
    FunctionDef {
        name: "SIMILAR TO",
        resolve: similar_to,
        doc: "text SIMILAR TO pattern [ESCAPE character]: a regular expression with the wildcards of LIKE.",
    },
    FunctionDef {
        name: "STR_TO_MAP",
        resolve: str_to_map,
        doc: "STR_TO_MAP(text[, pair_separator, value_separator]): a map of text; the separators are patterns.",
    },
];

fn nullable(name: &'static str, path: &'static str) -> Call {
    Call::strict(name, path).with_session().returns(Returns::Nullable)
}

fn two_texts(call: Call, given: &[Argument], result: TypeKind) -> Answer {
    fixed(call, &[Text, Text], "(STRING, STRING)", given, result)
}

fn with_group(call: Call, given: &[Argument], default: i32, result: TypeKind) -> Answer {
    let expected = "(STRING, STRING[, INT])";
    if given.len() == 3 {
        return fixed(call, &[Text, Text, Int], expected, given, result);
    }
    fixed(
        call.with(Param::I32(default)),
        &[Text, Text],
        expected,
        given,
        result,
    )
}

fn similar_to(given: &[Argument]) -> Answer {
    let call = |path| {
        Call::strict("SIMILAR TO", path)
            .with_session()
            .returns(Returns::Fallible)
    };
    let expected = "(STRING, STRING[, STRING])";
    if given.len() == 3 {
        let call = call("regex::similar_to_escape");
        return fixed(call, &[Text, Text, Text], expected, given, TypeKind::Boolean);
    }
    fixed(
        call("regex::similar_to"),
        &[Text, Text],
        expected,
        given,
        TypeKind::Boolean,
    )
}

fn str_to_map(given: &[Argument]) -> Answer {
    let call = Call::strict("STR_TO_MAP", "regex::str_to_map")
        .with_session()
        .returns(Returns::Fallible);
    let result = TypeKind::Map(Box::new(DataType::string()), Box::new(DataType::string()));
    let expected = "(STRING[, STRING, STRING])";
    if given.len() == 3 {
        return always_nullable(fixed(call, &[Text, Text, Text], expected, given, result));
    }
    let call = call.with(Param::Text(",")).with(Param::Text("="));
    always_nullable(fixed(call, &[Text], expected, given, result))
}

#[cfg(test)]
mod tests {
    use super::super::signature::tests::{found, of};
    use super::*;

    #[test]
    fn result_types() {
        let text = DataType::not_null(TypeKind::STRING);
        let int = DataType::not_null(TypeKind::Int);
        for (name, given, expected) in [
            ("REGEXP", vec![text.clone(); 2], Ok("BOOLEAN NOT NULL")),
            ("REGEXP_COUNT", vec![text.clone(); 2], Ok("INT")),
            ("REGEXP_COUNT", vec![int.clone(), text.clone()], Err(())),
            (
                "REGEXP_EXTRACT_ALL",
                vec![text.clone(), text.clone(), int.clone()],
                Ok("ARRAY<STRING>"),
            ),
            ("SIMILAR TO", vec![text.clone(); 3], Ok("BOOLEAN NOT NULL")),
            ("STR_TO_MAP", vec![text.clone()], Ok("MAP<STRING, STRING>")),
            ("STR_TO_MAP", vec![text.clone(); 2], Err(())),
        ] {
            assert_eq!(
                found(name, &of(&given)).as_deref(),
                expected.as_ref().copied(),
                "{name}"
            );
        }
    }
}
