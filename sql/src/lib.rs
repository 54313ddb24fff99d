//! What SQL values mean, without I/O: the types, the values, the scalar functions and the aggregates.
//!
//! The compiler asks this crate for types; generated kernels call its functions; the runtime formats
//! and parses values with it. A function here is ordinary Rust with Flink's semantics, tested where it stands.
//!
//! | SQL type | Rust type in kernels, as argument | as result |
//! |---|---|---|
//! | BOOLEAN | `bool` | `bool` |
//! | TINYINT, SMALLINT, INT, BIGINT | `i8`, `i16`, `i32`, `i64` | same |
//! | FLOAT, DOUBLE | `f32`, `f64` | same |
//! | DECIMAL(p, s) | [`Decimal`] | same |
//! | CHAR, VARCHAR, STRING | `&str` | `String` |
//! | BINARY, VARBINARY, BYTES | `&[u8]` | `Vec<u8>` |
//! | DATE | [`Date`] (days) | same |
//! | TIME(p) | [`Time`] (milliseconds of the day) | same |
//! | TIMESTAMP(p), TIMESTAMP_LTZ(p) | [`Timestamp`] | same |
//! | INTERVAL YEAR TO MONTH | `i32` (months) | same |
//! | INTERVAL DAY TO SECOND | `i64` (milliseconds) | same |
//! | ARRAY, MAP, MULTISET, ROW | [`&Value`](Value) | `Value` |

pub mod aggregate;
pub mod decimal;
pub mod error;
pub mod function;
pub mod option;
pub mod session;
pub mod setting;
pub mod time;
pub mod types;
pub mod value;

pub use decimal::Decimal;
pub use error::SqlError;
pub use session::Session;
pub use time::{Date, Time, Timestamp};
pub use types::{DataType, Field, TypeKind};
pub use value::Value;

/// Which build of the runtime this belongs to; none when cargo was called by hand. Naming it makes cargo compile anew
/// for another id.
pub const BUILD_ID: Option<&str> = option_env!("MILLSTREAM_BUILD_ID");
