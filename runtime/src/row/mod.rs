//! Rows as bytes. The same bytes are a batch entry, an exchange message, a state value and a checkpoint
//! record.
//!
//! A row is 8-byte words: `ceil(n / 64)` words of null bits, `n` slots, then the variable part.
//! The encoding is canonical: a NULL's slot is zero, padding is zero, so equal rows are equal bytes.
//!
//! | type | slot |
//! |---|---|
//! | BOOLEAN, integers, DATE, TIME, intervals | the value, sign-extended to 64 bits |
//! | FLOAT, DOUBLE | its bits (FLOAT in the low half) |
//! | DECIMAL(p ≤ 18) | unscaled value |
//! | DECIMAL(p > 18) | reference to 16 bytes: unscaled value, little endian |
//! | TIMESTAMP(p ≤ 6), TIMESTAMP_LTZ(p ≤ 6) | microseconds since the epoch |
//! | TIMESTAMP(p > 6), TIMESTAMP_LTZ(p > 6) | reference to 16 bytes: microseconds, nanoseconds of the microsecond |
//! | CHAR, VARCHAR, BINARY, VARBINARY | reference to the bytes |
//! | ROW | reference to a row |
//! | ARRAY | reference to one word (element count), then a row of the elements |
//! | MAP, MULTISET | reference to one word (entry count), then a row of the keys and the values: k0 … kn, v0 … vn |
//!
//! A reference is `byte offset from the start of the row << 32 | length in bytes`; what it points to starts
//! at a word.

pub mod batch;
pub mod row_ref;
mod value;
pub mod writer;

pub use batch::{Batch, RowKind};
pub use row_ref::RowRef;
pub use writer::BatchWriter;

/// Words of null bits in front of a row of `columns` slots.
pub const fn null_words(columns: usize) -> usize {
    columns.div_ceil(64)
}
