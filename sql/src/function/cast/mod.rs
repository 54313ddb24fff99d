//! CAST and TRY_CAST, by what goes in and what comes out.
//!
//! `from_text` reads values, `to_text` writes them (the one place that knows how SQL writes a value), `number` and
//! `temporal` convert, `length` trims and pads, `value` casts arrays, maps and rows part by part. `safe` holds the
//! fallible ones for TRY_CAST, with NULL instead of an error.

pub mod from_text;
pub mod length;
pub mod number;
pub mod safe;
pub mod temporal;
pub mod to_text;
pub mod value;

use crate::error::SqlError;

/// The error of a value that is none of the target type.
pub(crate) fn failed(value: &str, target: &str) -> SqlError {
    SqlError::Cast {
        value: value.to_owned(),
        target: target.to_owned(),
    }
}
