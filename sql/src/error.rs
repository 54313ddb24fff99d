//! What a scalar function reports when a value has no answer: `CAST('x' AS INT)`, `1 / 0`.
//!
//! Flink fails the job on such a value, with this message; so do we.

use thiserror::Error;

/// A value error at run time. The message is shown to the user with the operator and the row's origin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SqlError {
    #[error("division by zero")]
    DivisionByZero,
    #[error("cannot cast '{value}' to {target}")]
    Cast { value: String, target: String },
    #[error("{function}: {message}")]
    Argument { function: &'static str, message: String },
}
