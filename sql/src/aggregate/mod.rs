//! Aggregate functions: what they accumulate, retract, merge and answer.
//!
//! In: arguments that are not NULL, in order; out: sums and averages with Flink's rules for overflow. Every
//! accumulator counts its arguments, so that it knows when nothing is left: then the answer is NULL.

mod approximate;
mod decimal;
mod integer;
pub mod list;

pub use approximate::{DoubleSum, FloatSum};
pub use decimal::DecimalSum;
pub use integer::IntegerSum;
