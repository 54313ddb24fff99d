//! Why something that a user asked for is not done.
//!
//! In: what was wrong. Out: a status of HTTP and texts for people. Invariant: no 5xx for a mistake of the user; what
//! went wrong inside is told in the log in full and to the user in one sentence.

use crate::catalogue::NotStored;

/// An answer that is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// 400 to 599.
    pub status: u16,
    pub message: String,
    /// Further messages; the first repeats `message` where there is nothing to add.
    pub errors: Vec<String>,
}

impl Refusal {
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        let message = message.into();
        Refusal {
            status,
            errors: vec![message.clone()],
            message,
        }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, message)
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, message)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// Something inside failed: storage, a build. The user can only try again.
impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        // The catalogue tells the operator itself, once.
        if error.is::<NotStored>() {
            return Self::new(
                503,
                "The session cluster cannot store changes now. Try again later",
            );
        }
        eprintln!("error: {error:#}");
        Self::new(
            500,
            "The session cluster could not carry this out; its log says why",
        )
    }
}
