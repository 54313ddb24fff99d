//! Base64, character sets, UTF-8, IPv4 addresses and URLs.

use sql::TypeKind;

use super::signature::Shape::{BigInt, Binary, Text};
use super::signature::{always_nullable, fixed};
use crate::catalog::function::{Argument, Call, FunctionDef, Resolved, Returns};

type Answer = Result<Resolved, String>;

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "FROM_BASE64",
        resolve: |given| {
            let call = Call::strict("FROM_BASE64", "encoding::from_base64").returns(Returns::Fallible);
            fixed(call, &[Text], "(STRING)", given, TypeKind::STRING)
        },
        doc: "FROM_BASE64(text): the text that was encoded.",
    },
    FunctionDef {
        name: "TO_BASE64",
        resolve: to_base64,
        doc: "TO_BASE64(value): text or bytes in base64.",
    },
    FunctionDef {
        name: "ENCODE",
        resolve: |given| {
            let call = Call::strict("ENCODE", "encoding::encode").returns(Returns::Fallible);
            let expected = "(STRING, STRING)";
            always_nullable(fixed(call, &[Text, Text], expected, given, TypeKind::BYTES))
        },
        doc: "ENCODE(text, charset): its bytes in US-ASCII, ISO-8859-1, UTF-8, UTF-16, UTF-16BE or UTF-16LE.",
    },
    FunctionDef {
        name: "DECODE",
        resolve: |given| {
            let call = Call::strict("DECODE", "encoding::decode").returns(Returns::Fallible);
            let expected = "(BYTES, STRING)";
            always_nullable(fixed(call, &[Binary, Text], expected, given, TypeKind::STRING))
        },
        doc: "DECODE(bytes, charset): the text of bytes in one of the character sets of ENCODE.",
    },
    FunctionDef {
        name: "IS_VALID_UTF8",
        resolve: |given| {
            let call = Call::strict("IS_VALID_UTF8", "encoding::is_valid_utf8");
            fixed(call, &[Binary], "(BYTES)", given, TypeKind::Boolean)
        },
        doc: "IS_VALID_UTF8(bytes): whether the bytes are text in UTF-8.",
    },
    FunctionDef {
        name: "MAKE_VALID_UTF8",
        resolve: |given| {
            let call = Call::strict("MAKE_VALID_UTF8", "encoding::make_valid_utf8");
            fixed(call, &[Binary], "(BYTES)", given, TypeKind::STRING)
        },
        doc: "MAKE_VALID_UTF8(bytes): their text, with replacement characters for what is not UTF-8.",
    },
    FunctionDef {
        name: "INET_ATON",
        resolve: |given| one_text("INET_ATON", "encoding::inet_aton", given, TypeKind::BigInt),
        doc: "INET_ATON(text): the number of a dotted IPv4 address.",
    },
    FunctionDef {
        name: "INET_NTOA",
        resolve: |given| {
            let call = Call::strict("INET_NTOA", "encoding::inet_ntoa").returns(Returns::Nullable);
            fixed(call, &[BigInt], "(INTEGER)", given, TypeKind::STRING)
        },
        doc: "INET_NTOA(n): the dotted IPv4 address of a number.",
    },
    FunctionDef {
        name: "URL_ENCODE",
        resolve: |given| {
            let call = Call::strict("URL_ENCODE", "url::url_encode");
            always_nullable(fixed(call, &[Text], "(STRING)", given, TypeKind::STRING))
        },
        doc: "URL_ENCODE(text): as HTML forms encode text.",
    },
    FunctionDef {
        name: "URL_DECODE",
        resolve: |given| one_text("URL_DECODE", "url::url_decode", given, TypeKind::STRING),
        doc: "URL_DECODE(text): the text that URL_ENCODE encoded.",
    },
    FunctionDef {
        name: "PARSE_URL",
        resolve: parse_url,
        doc: "PARSE_URL(url, part[, key]): HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO of a URL.",
    },
];

/// A function of one text that answers NULL for text that is malformed.
fn one_text(name: &'static str, path: &'static str, given: &[Argument], result: TypeKind) -> Answer {
    let call = Call::strict(name, path).returns(Returns::Nullable);
    fixed(call, &[Text], "(STRING)", given, result)
}

fn to_base64(given: &[Argument]) -> Answer {
    let expected = "(STRING) or (BYTES)";
    let call = |path| Call::strict("TO_BASE64", path);
    fixed(
        call("encoding::to_base64"),
        &[Text],
        expected,
        given,
        TypeKind::STRING,
    )
    .or_else(|_| {
        fixed(
            call("encoding::to_base64_bytes"),
            &[Binary],
            expected,
            given,
            TypeKind::STRING,
        )
    })
}

fn parse_url(given: &[Argument]) -> Answer {
    let expected = "(STRING, STRING[, STRING])";
    let call = |path| Call::strict("PARSE_URL", path).returns(Returns::Nullable);
    if given.len() == 3 {
        let call = call("url::parse_url_key");
        return fixed(call, &[Text, Text, Text], expected, given, TypeKind::STRING);
    }
    fixed(
        call("url::parse_url"),
        &[Text, Text],
        expected,
        given,
        TypeKind::STRING,
    )
}

#[cfg(test)]
mod tests {
    use sql::DataType;

    use super::super::signature::tests::{found, of};
    use super::*;

    #[test]
    fn result_types() {
        let text = DataType::not_null(TypeKind::STRING);
        let bytes = DataType::not_null(TypeKind::BYTES);
        for (name, given, expected) in [
            ("TO_BASE64", vec![bytes.clone()], Ok("STRING NOT NULL")),
            ("FROM_BASE64", vec![bytes.clone()], Err(())),
            ("DECODE", vec![bytes.clone(), text.clone()], Ok("STRING")),
            ("PARSE_URL", vec![text.clone(); 3], Ok("STRING")),
            ("URL_ENCODE", vec![text.clone()], Ok("STRING")),
            ("IS_VALID_UTF8", vec![bytes], Ok("BOOLEAN NOT NULL")),
        ] {
            assert_eq!(
                found(name, &of(&given)).as_deref(),
                expected.as_ref().copied(),
                "{name}"
            );
        }
    }
}
