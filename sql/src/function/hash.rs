//! Digests. In: text or bytes. Out: the digest in lower-case hexadecimal digits.
//!
//! Invariant: text is digested as UTF-8.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use crate::error::SqlError;

pub fn md5(text: &str) -> String {
    hex::encode(Md5::digest(text))
}

pub fn sha1(text: &str) -> String {
    hex::encode(Sha1::digest(text))
}

pub fn sha224(text: &str) -> String {
    hex::encode(Sha224::digest(text))
}

pub fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

pub fn sha384(text: &str) -> String {
    hex::encode(Sha384::digest(text))
}

pub fn sha512(text: &str) -> String {
    hex::encode(Sha512::digest(text))
}

/// SHA-2 of the given number of bits.
pub fn sha2(text: &str, length_bits: i32) -> Result<String, SqlError> {
    match length_bits {
        224 => Ok(sha224(text)),
        256 => Ok(sha256(text)),
        384 => Ok(sha384(text)),
        512 => Ok(sha512(text)),
        other => Err(SqlError::Argument {
            function: "SHA2",
            message: format!("Unsupported algorithm: SHA-{other}"),
        }),
    }
}

/// Java's hash of text: the hash of a string in UTF-16, as HASH_CODE answers it.
pub fn hash_code_text(text: &str) -> i32 {
    text.encode_utf16().fold(0i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(i32::from(unit))
    })
}

pub fn hash_code_boolean(value: bool) -> i32 {
    if value { 1231 } else { 1237 }
}

pub fn hash_code_int(value: i32) -> i32 {
    value
}

pub fn hash_code_bigint(value: i64) -> i32 {
    (value ^ (value >> 32)) as i32
}

pub fn hash_code_double(value: f64) -> i32 {
    hash_code_bigint(value.to_bits().cast_signed())
}

pub fn hash_code_float(value: f32) -> i32 {
    value.to_bits().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_known_text() {
        assert_eq!(md5(""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(sha1("test"), "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3");
        assert_eq!(
            sha2("", 224).as_deref(),
            Ok("d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f")
        );
        assert_eq!(sha2("x", 256), Ok(sha256("x")));
        assert_eq!(sha2("x", 384).map(|digest| digest.len()), Ok(96));
        assert_eq!(sha2("x", 512).map(|digest| digest.len()), Ok(128));
        assert!(sha2("x", 1).is_err());
    }

    #[test]
    fn hash_codes_are_javas() {
        assert_eq!(hash_code_text("abc"), 96354);
        assert_eq!(hash_code_bigint(-1), 0);
        assert_eq!(hash_code_bigint(1 << 33), 2);
        assert_eq!(hash_code_boolean(true), 1231);
        assert_eq!(hash_code_double(1.0), 1_072_693_248);
    }
}
