//! Digests and hash codes.

use sql::TypeKind;

use super::signature::Shape::{Any, Int, Text};
use super::signature::fixed;
use crate::catalog::function::{Argument, Call, FunctionDef, Resolved, Returns, mismatch};

type Answer = Result<Resolved, String>;

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "MD5",
        resolve: |given| digest(Call::strict("MD5", "hash::md5"), given, 32),
        doc: "MD5(text): the digest in hexadecimal digits.",
    },
    FunctionDef {
        name: "SHA1",
        resolve: |given| digest(Call::strict("SHA1", "hash::sha1"), given, 40),
        doc: "SHA1(text): the digest in hexadecimal digits.",
    },
    FunctionDef {
        name: "SHA224",
        resolve: |given| digest(Call::strict("SHA224", "hash::sha224"), given, 56),
        doc: "SHA224(text): the digest in hexadecimal digits.",
    },
    FunctionDef {
        name: "SHA256",
        resolve: |given| digest(Call::strict("SHA256", "hash::sha256"), given, 64),
        doc: "SHA256(text): the digest in hexadecimal digits.",
    },
    FunctionDef {
        name: "SHA384",
        resolve: |given| digest(Call::strict("SHA384", "hash::sha384"), given, 96),
        doc: "SHA384(text): the digest in hexadecimal digits.",
    },
    FunctionDef {
        name: "SHA512",
        resolve: |given| digest(Call::strict("SHA512", "hash::sha512"), given, 128),
        doc: "SHA512(text): the digest in hexadecimal digits.",
    },
    FunctionDef {
        name: "SHA2",
        resolve: |given| {
            let call = Call::strict("SHA2", "hash::sha2").returns(Returns::Fallible);
            let result = TypeKind::VarChar { length: 128 };
            fixed(call, &[Text, Int], "(STRING, INT)", given, result)
        },
        doc: "SHA2(text, bits): the digest of 224, 256, 384 or 512 bits in hexadecimal digits.",
    },
    FunctionDef {
        name: "HASH_CODE",
        resolve: hash_code,
        doc: "HASH_CODE(value): the hash code that Java has for the value.",
    },
];

fn digest(call: Call, given: &[Argument], length: u32) -> Answer {
    fixed(call, &[Text], "(STRING)", given, TypeKind::Char { length })
}

fn hash_code(given: &[Argument]) -> Answer {
    let expected = "(STRING), (BOOLEAN) or (NUMERIC)";
    let (path, shape) = match given.first().map(|a| &a.ty.kind) {
        Some(kind) if kind.is_text() => ("hash::hash_code_text", Text),
        Some(TypeKind::Boolean) => ("hash::hash_code_boolean", Any),
        Some(TypeKind::TinyInt | TypeKind::SmallInt | TypeKind::Int) => ("hash::hash_code_int", Int),
        Some(TypeKind::BigInt) => ("hash::hash_code_bigint", Any),
        Some(TypeKind::Float) => ("hash::hash_code_float", Any),
        Some(TypeKind::Double) => ("hash::hash_code_double", Any),
        _ => return Err(mismatch(expected, given)),
    };
    fixed(
        Call::strict("HASH_CODE", path),
        &[shape],
        expected,
        given,
        TypeKind::Int,
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
        assert_eq!(
            found("MD5", &of(&[DataType::string()])).as_deref(),
            Ok("CHAR(32)")
        );
        let sha2 = of(&[text.clone(), DataType::not_null(TypeKind::Int)]);
        assert_eq!(found("SHA2", &sha2).as_deref(), Ok("VARCHAR(128) NOT NULL"));
        assert_eq!(found("HASH_CODE", &of(&[text])).as_deref(), Ok("INT NOT NULL"));
        assert!(found("HASH_CODE", &of(&[DataType::nullable(TypeKind::BYTES)])).is_err());
    }
}
