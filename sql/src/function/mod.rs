//! Scalar functions, one module per family. Generated kernels call them by path (`sql::function::text::upper`).
//!
//! How a function is written decides how kernels call it; the compiler's catalogue says which it is
//! (`compiler::catalog::function::Call`):
//! * *strict*: plain arguments; the kernel answers NULL without calling when an argument is NULL.
//! * *sees nulls*: every argument is an `Option`.
//! * The result is `T`, `Option<T>` (NULL possible), `Result<T, SqlError>` or `Result<Option<T>, SqlError>`.
//! * A function of any number of arguments takes one slice; a function for any type takes `&Value` and may
//!   answer `Value`; `compiler::catalog::function::Passing` and `Returns` say which.
//! * A function that needs the time zone, the clock or patterns takes `&Session` first.
//! * Static parameters (precision, scale, length) come last, as `u8`, `u32` or `i32`.

pub mod arithmetic;
pub mod cast;
pub mod collection;
pub mod compare;
pub mod conditional;
pub mod decimal;
pub mod encoding;
pub mod hash;
pub mod json;
pub mod like;
pub mod logic;
pub mod math;
pub mod null;
pub mod printf;
pub mod random;
pub mod regex;
pub mod temporal;
pub mod text;
pub mod url;
