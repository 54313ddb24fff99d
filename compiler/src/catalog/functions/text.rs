//! Functions of text: letter case, positions, parts, padding, joining, and the operators `||` and LIKE.

use sql::types::LENGTH_MAX;
use sql::{DataType, TypeKind, Value};

use super::signature::Shape::{Any, BigInt, Binary, Int, Text};
use super::signature::{always_nullable, cast_all, fixed, varying, with_nullable};
use crate::catalog::function::{Argument, Call, FunctionDef, Param, Passing, Resolved, Returns, mismatch};
use crate::catalog::wider_type::common;

type Answer = Result<Resolved, String>;

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "UPPER",
        resolve: |given| one_text(Call::strict("UPPER", "text::upper"), given, kept(given)),
        doc: "UPPER(text): in upper case.",
    },
    FunctionDef {
        name: "LOWER",
        resolve: |given| one_text(Call::strict("LOWER", "text::lower"), given, kept(given)),
        doc: "LOWER(text): in lower case.",
    },
    FunctionDef {
        name: "INITCAP",
        resolve: |given| one_text(Call::strict("INITCAP", "text::initcap"), given, kept(given)),
        doc: "INITCAP(text): the first letter of every word in upper case, the others in lower case.",
    },
    FunctionDef {
        name: "CHAR_LENGTH",
        resolve: char_length,
        doc: "CHAR_LENGTH(text): number of characters.",
    },
    FunctionDef {
        name: "CHARACTER_LENGTH",
        resolve: char_length,
        doc: "CHARACTER_LENGTH(text): number of characters.",
    },
    FunctionDef {
        name: "REVERSE",
        resolve: |given| {
            let call = Call::strict("REVERSE", "text::reverse");
            always_nullable(one_text(call, given, TypeKind::STRING))
        },
        doc: "REVERSE(text): the characters in reverse order.",
    },
    FunctionDef {
        name: "ASCII",
        resolve: |given| one_text(Call::strict("ASCII", "text::ascii"), given, TypeKind::Int),
        doc: "ASCII(text): number of the first character, 0 for empty text.",
    },
    FunctionDef {
        name: "CHR",
        resolve: |given| {
            let call = Call::strict("CHR", "text::chr");
            always_nullable(fixed(call, &[BigInt], "(INTEGER)", given, TypeKind::STRING))
        },
        doc: "CHR(n): the character with number n modulo 256, empty for negative numbers.",
    },
    FunctionDef {
        name: "REPEAT",
        resolve: |given| {
            let call = Call::strict("REPEAT", "text::repeat");
            fixed(call, &[Text, Int], "(STRING, INT)", given, TypeKind::STRING)
        },
        doc: "REPEAT(text, n): the text n times.",
    },
    FunctionDef {
        name: "REPLACE",
        resolve: |given| {
            let call = Call::strict("REPLACE", "text::replace");
            fixed(
                call,
                &[Text, Text, Text],
                "(STRING, STRING, STRING)",
                given,
                TypeKind::STRING,
            )
        },
        doc: "REPLACE(text, search, replacement): every occurrence replaced.",
    },
    FunctionDef {
        name: "TRANSLATE",
        resolve: translate,
        doc: "TRANSLATE(text, from, to): each character of `from` replaced by the one at its place in `to`.",
    },
    FunctionDef {
        name: "STARTSWITH",
        resolve: |given| {
            either(
                given,
                "STARTSWITH",
                ["text::starts_with", "text::starts_with_bytes"],
            )
        },
        doc: "STARTSWITH(value, start): whether text or bytes start with others.",
    },
    FunctionDef {
        name: "ENDSWITH",
        resolve: |given| either(given, "ENDSWITH", ["text::ends_with", "text::ends_with_bytes"]),
        doc: "ENDSWITH(value, end): whether text or bytes end with others.",
    },
    FunctionDef {
        name: "POSITION",
        resolve: |given| position(given, "POSITION"),
        doc: "POSITION(needle IN text): where it first occurs, from 1, or 0.",
    },
    FunctionDef {
        name: "LOCATE",
        resolve: |given| position(given, "LOCATE"),
        doc: "LOCATE(needle, text[, start]): where it first occurs, from 1, or 0.",
    },
    FunctionDef {
        name: "INSTR",
        resolve: instr,
        doc: "INSTR(text, needle[, start[, n]]): where its n-th occurrence is, from 1, or 0.",
    },
    FunctionDef {
        name: "SUBSTRING",
        resolve: |given| substring(given, "SUBSTRING"),
        doc: "SUBSTRING(text FROM start [FOR count]): a part of the text.",
    },
    FunctionDef {
        name: "SUBSTR",
        resolve: |given| substring(given, "SUBSTR"),
        doc: "SUBSTR(text, start[, count]): a part of the text.",
    },
    FunctionDef {
        name: "LEFT",
        resolve: |given| side(given, Call::strict("LEFT", "text::left")),
        doc: "LEFT(text, n): the first n characters.",
    },
    FunctionDef {
        name: "RIGHT",
        resolve: |given| side(given, Call::strict("RIGHT", "text::right")),
        doc: "RIGHT(text, n): the last n characters.",
    },
    FunctionDef {
        name: "TRIM",
        resolve: trim,
        doc: "TRIM([BOTH|LEADING|TRAILING] [characters] FROM text): without those characters at its ends.",
    },
    FunctionDef {
        name: "BTRIM",
        resolve: |given| trim_side(given, Call::strict("BTRIM", "text::btrim")),
        doc: "BTRIM(text[, characters]): without those characters at both ends.",
    },
    FunctionDef {
        name: "LTRIM",
        resolve: |given| trim_side(given, Call::strict("LTRIM", "text::ltrim")),
        doc: "LTRIM(text[, characters]): without those characters at the start.",
    },
    FunctionDef {
        name: "RTRIM",
        resolve: |given| trim_side(given, Call::strict("RTRIM", "text::rtrim")),
        doc: "RTRIM(text[, characters]): without those characters at the end.",
    },
    FunctionDef {
        name: "OVERLAY",
        resolve: overlay,
        doc: "OVERLAY(text PLACING replacement FROM start [FOR count]): a part replaced.",
    },
    FunctionDef {
        name: "LPAD",
        resolve: |given| pad(given, Call::strict("LPAD", "text::lpad")),
        doc: "LPAD(text, length, pad): filled up on the left, or cut.",
    },
    FunctionDef {
        name: "RPAD",
        resolve: |given| pad(given, Call::strict("RPAD", "text::rpad")),
        doc: "RPAD(text, length, pad): filled up on the right, or cut.",
    },
    FunctionDef {
        name: "||",
        resolve: concat_operator,
        doc: "a || b: one after the other.",
    },
    FunctionDef {
        name: "CONCAT",
        resolve: concat,
        doc: "CONCAT(text, …): one after the other; NULL when one is NULL.",
    },
    FunctionDef {
        name: "CONCAT_WS",
        resolve: concat_ws,
        doc: "CONCAT_WS(separator, text, …): joined without NULLs.",
    },
    FunctionDef {
        name: "ELT",
        resolve: elt,
        doc: "ELT(index, value, …): the value at that place, from 1.",
    },
    FunctionDef {
        name: "SPLIT_INDEX",
        resolve: split_index,
        doc: "SPLIT_INDEX(text, separator, index): part number `index`, from 0; the separator is text or its code.",
    },
    FunctionDef {
        name: "PRINTF",
        resolve: printf,
        doc: "PRINTF(format, value, …): values in the places of a Java format.",
    },
    FunctionDef {
        name: "LIKE",
        resolve: like,
        doc: "text LIKE pattern [ESCAPE character]: `_` is any character, `%` any text.",
    },
];

/// The type of the first argument, STRING for a NULL.
fn kept(given: &[Argument]) -> TypeKind {
    match given.first().map(|a| &a.ty.kind) {
        Some(kind) if kind.is_text() => kind.clone(),
        _ => TypeKind::STRING,
    }
}

fn one_text(call: Call, given: &[Argument], result: TypeKind) -> Answer {
    fixed(call, &[Text], "(STRING)", given, result)
}

fn char_length(given: &[Argument]) -> Answer {
    one_text(
        Call::strict("CHAR_LENGTH", "text::char_length"),
        given,
        TypeKind::Int,
    )
}

fn translate(given: &[Argument]) -> Answer {
    let nullable = given.first().is_some_and(|a| a.ty.nullable);
    let call = if nullable {
        Call::strict("TRANSLATE", "text::translate").returns(Returns::Nullable)
    } else {
        Call::strict("TRANSLATE", "text::translate_not_null")
    };
    let expected = "(STRING, STRING, STRING)";
    fixed(
        call.sees_nulls(),
        &[Text, Text, Text],
        expected,
        given,
        TypeKind::STRING,
    )
}

/// A test of two texts or of two byte strings.
fn either(given: &[Argument], name: &'static str, [text, binary]: [&'static str; 2]) -> Answer {
    let expected = "(STRING, STRING) or (BYTES, BYTES)";
    fixed(
        Call::strict(name, text),
        &[Text, Text],
        expected,
        given,
        TypeKind::Boolean,
    )
    .or_else(|_| {
        let call = Call::strict(name, binary);
        fixed(call, &[Binary, Binary], expected, given, TypeKind::Boolean)
    })
}

fn position(given: &[Argument], name: &'static str) -> Answer {
    let expected = "(STRING, STRING[, INT])";
    if given.len() == 3 {
        let call = Call::strict(name, "text::position_from");
        return fixed(call, &[Text, Text, Int], expected, given, TypeKind::Int);
    }
    fixed(
        Call::strict(name, "text::position"),
        &[Text, Text],
        expected,
        given,
        TypeKind::Int,
    )
}

fn instr(given: &[Argument]) -> Answer {
    let mut call = Call::strict("INSTR", "text::instr").returns(Returns::Fallible);
    let shapes = [Text, Text, Int, Int];
    let count = given.len().clamp(2, shapes.len());
    for _ in count..shapes.len() {
        call = call.with(Param::I32(1));
    }
    fixed(
        call,
        &shapes[..count],
        "(STRING, STRING[, INT[, INT]])",
        given,
        TypeKind::Int,
    )
}

fn substring(given: &[Argument], name: &'static str) -> Answer {
    let expected = "(STRING, INT[, INT])";
    let result = varying_first(given);
    let call = |path| Call::strict(name, path).returns(Returns::Nullable);
    if given.len() == 3 {
        return fixed(
            call("text::substring_for"),
            &[Text, Int, Int],
            expected,
            given,
            result,
        );
    }
    fixed(call("text::substring"), &[Text, Int], expected, given, result)
}

fn varying_first(given: &[Argument]) -> TypeKind {
    given.first().map_or(TypeKind::STRING, |a| varying(&a.ty))
}

fn side(given: &[Argument], call: Call) -> Answer {
    let result = varying_first(given);
    always_nullable(fixed(call, &[Text, Int], "(STRING, INT)", given, result))
}

/// TRIM with its side first, as the lowering of its syntax passes it, or of text alone.
fn trim(given: &[Argument]) -> Answer {
    match given {
        [_] => trim_side(given, Call::strict("TRIM", "text::btrim")),
        [_, text, _] => {
            let result = varying(&text.ty);
            let call = Call::strict("TRIM", "text::trim");
            fixed(call, &[Text, Text, Text], "(STRING)", given, result)
        }
        _ => Err(mismatch("(STRING)", given)),
    }
}

fn trim_side(given: &[Argument], call: Call) -> Answer {
    let result = varying_first(given);
    let expected = "(STRING[, STRING])";
    if given.len() == 2 {
        return fixed(call, &[Text, Text], expected, given, result);
    }
    fixed(call.with(Param::Text(" ")), &[Text], expected, given, result)
}

fn overlay(given: &[Argument]) -> Answer {
    let expected = "(STRING, STRING, INT[, INT])";
    if given.len() == 4 {
        let call = Call::strict("OVERLAY", "text::overlay_for");
        return fixed(
            call,
            &[Text, Text, BigInt, BigInt],
            expected,
            given,
            TypeKind::STRING,
        );
    }
    let call = Call::strict("OVERLAY", "text::overlay");
    fixed(call, &[Text, Text, BigInt], expected, given, TypeKind::STRING)
}

fn pad(given: &[Argument], call: Call) -> Answer {
    let call = call.returns(Returns::Nullable);
    fixed(
        call,
        &[Text, Int, Text],
        "(STRING, INT, STRING)",
        given,
        TypeKind::STRING,
    )
}

/// `||` of two texts or two byte strings; the lengths add up.
fn concat_operator(given: &[Argument]) -> Answer {
    let expected = "(STRING, STRING) or (BYTES, BYTES)";
    let call = |path| Call::strict("||", path).passing(Passing::Slice);
    if let (2, Some(arguments)) = (given.len(), cast_all(&[Text, Text], given)) {
        let result = match (&arguments[0].kind, &arguments[1].kind) {
            (TypeKind::Char { length: l }, TypeKind::Char { length: r }) => TypeKind::Char {
                length: l.saturating_add(*r).min(LENGTH_MAX),
            },
            (l, r) => TypeKind::VarChar {
                length: length(l).saturating_add(length(r)).min(LENGTH_MAX),
            },
        };
        return Ok(Resolved::new(call("text::concat"), given, arguments, result));
    }
    fixed(
        call("text::concat_bytes"),
        &[Binary, Binary],
        expected,
        given,
        TypeKind::BYTES,
    )
}

fn length(kind: &TypeKind) -> u32 {
    match kind {
        TypeKind::Char { length } | TypeKind::VarChar { length } => *length,
        _ => LENGTH_MAX,
    }
}

fn concat(given: &[Argument]) -> Answer {
    let call = Call::strict("CONCAT", "text::concat").passing(Passing::Slice);
    let shapes = vec![Text; given.len().max(1)];
    fixed(call, &shapes, "(STRING, …)", given, TypeKind::STRING)
}

fn concat_ws(given: &[Argument]) -> Answer {
    let call = Call::strict("CONCAT_WS", "text::concat_ws")
        .passing(Passing::Slice)
        .sees_nulls()
        .returns(Returns::Nullable);
    let shapes = vec![Text; given.len().max(1)];
    fixed(call, &shapes, "(STRING, STRING, …)", given, TypeKind::STRING)
}

fn elt(given: &[Argument]) -> Answer {
    let expected = "(INT, STRING, …) or (INT, BYTES, …)";
    let Some((index, values)) = given.split_first().filter(|(_, values)| !values.is_empty()) else {
        return Err(mismatch(expected, given));
    };
    if let Some(Value::TinyInt(i8::MIN..=-1) | Value::SmallInt(i16::MIN..=-1)) = index.literal {
        return Err("Index must be an integer starting from '0'".to_owned());
    }
    if let Some(Value::Int(at @ i32::MIN..=-1)) = index.literal {
        return Err(format!(
            "Index must be an integer starting from '0', but was '{at}'."
        ));
    }
    let shapes = |shape| [vec![BigInt], vec![shape; values.len()]].concat();
    let arguments = cast_all(&shapes(Text), given)
        .or_else(|| cast_all(&shapes(Binary), given))
        .ok_or_else(|| mismatch(expected, given))?;
    let result = arguments[2..]
        .iter()
        .try_fold(arguments[1].clone(), |ty: DataType, next| common(&ty, next))
        .ok_or_else(|| mismatch(expected, given))?;
    let call = Call::strict("ELT", "conditional::elt")
        .passing(Passing::ValueSlice)
        .sees_nulls()
        .returns(Returns::Value);
    Ok(Resolved::new(call, given, arguments, result.kind))
}

fn split_index(given: &[Argument]) -> Answer {
    let expected = "(STRING, STRING, INT) or (STRING, INT, INT)";
    let call = |path| Call::strict("SPLIT_INDEX", path).returns(Returns::Nullable);
    fixed(
        call("text::split_index"),
        &[Text, Text, Int],
        expected,
        given,
        TypeKind::STRING,
    )
    .or_else(|_| {
        let code = call("text::split_index_code");
        fixed(code, &[Text, Int, Int], expected, given, TypeKind::STRING)
    })
}

fn printf(given: &[Argument]) -> Answer {
    let Some((_, values)) = given.split_first() else {
        return Err(mismatch("(STRING, …)", given));
    };
    let shapes = [vec![Text], vec![Any; values.len()]].concat();
    let call = Call::strict("PRINTF", "printf::printf")
        .passing(Passing::ValueSlice)
        .sees_nulls()
        .returns(Returns::Nullable);
    fixed(call, &shapes, "(STRING, …)", given, TypeKind::STRING)
}

fn like(given: &[Argument]) -> Answer {
    let expected = "(STRING, STRING[, STRING])";
    if given.len() != 3 {
        let call = Call::strict("LIKE", "like::like");
        return fixed(call, &[Text, Text], expected, given, TypeKind::Boolean);
    }
    if let [_, pattern, escape] = given
        && let (Some(Value::Text(pattern)), Some(Value::Text(escape))) = (&pattern.literal, &escape.literal)
    {
        sql::function::like::check(pattern, escape).map_err(|error| match error {
            // The function's name stands before the message already.
            sql::SqlError::Argument { message, .. } => format!("has a pattern that means nothing: {message}"),
            other => other.to_string(),
        })?;
    }
    let call = Call::strict("LIKE", "like::like_escape").returns(Returns::Fallible);
    let nullable = given.iter().any(|a| a.ty.nullable);
    with_nullable(
        fixed(call, &[Text, Text, Text], expected, given, TypeKind::Boolean),
        nullable,
    )
}

#[cfg(test)]
mod tests {
    use super::super::signature::tests::{found, literal, of};
    use super::*;

    const TEXT: DataType = DataType::string();

    fn char(length: u32) -> DataType {
        DataType::not_null(TypeKind::Char { length })
    }

    #[test]
    fn result_types() {
        let int = DataType::not_null(TypeKind::Int);
        for (name, given, expected) in [
            ("UPPER", vec![char(3)], Ok("CHAR(3) NOT NULL")),
            ("CHAR_LENGTH", vec![TEXT], Ok("INT")),
            ("SUBSTRING", vec![char(5), int.clone()], Ok("VARCHAR(5)")),
            ("||", vec![char(2), char(3)], Ok("CHAR(5) NOT NULL")),
            ("||", vec![char(2), TEXT], Ok("STRING")),
            ("CONCAT", vec![char(2), char(1)], Ok("STRING NOT NULL")),
            ("CONCAT", vec![], Err(())),
            ("ELT", vec![int.clone(), char(5), char(4)], Ok("VARCHAR(5)")),
            (
                "ELT",
                vec![int.clone(), char(1), DataType::nullable(TypeKind::BYTES)],
                Err(()),
            ),
            ("ENDSWITH", vec![char(1), char(1)], Ok("BOOLEAN NOT NULL")),
            (
                "ENDSWITH",
                vec![TEXT, DataType::nullable(TypeKind::BYTES)],
                Err(()),
            ),
            ("TRANSLATE", vec![char(1), TEXT, TEXT], Ok("STRING NOT NULL")),
            ("TRANSLATE", vec![TEXT, char(1), char(1)], Ok("STRING")),
            ("TRANSLATE", vec![int.clone(), char(1), char(1)], Err(())),
            ("TRIM", vec![char(4), char(7), char(1)], Ok("VARCHAR(7) NOT NULL")),
            ("SPLIT_INDEX", vec![TEXT, int.clone(), int.clone()], Ok("STRING")),
            ("INSTR", vec![char(2), char(1)], Ok("INT NOT NULL")),
        ] {
            assert_eq!(
                found(name, &of(&given)).as_deref(),
                expected.as_ref().copied(),
                "{name} {given:?}"
            );
        }
    }

    #[test]
    fn literal_escapes_are_checked_while_compiling() {
        let like = |pattern: &str, escape: &str| {
            let texts = ["x", pattern, escape].map(|t| literal(char(1), Value::Text(t.to_owned())));
            found("LIKE", &texts)
        };
        assert_eq!(like("a!%", "!").as_deref(), Ok("BOOLEAN NOT NULL"));
        assert_eq!((like("a!", "!"), like("a", "ab")), (Err(()), Err(())));
    }
}
