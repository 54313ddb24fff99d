//! Access tokens, of which only the hash is kept.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// sha256 of the token, in hexadecimal digits: tokens are random, so no salt is needed.
    pub sha256: String,
    /// First characters, to tell tokens apart.
    pub prefix: String,
    pub user_email: String,
    pub description: String,
    pub created_at: String,
    pub expires_at: Option<String>,
}

impl Token {
    pub fn hash(token: &str) -> String {
        hex::encode(Sha256::digest(token.as_bytes()))
    }
}
