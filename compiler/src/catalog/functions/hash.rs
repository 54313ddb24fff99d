//! Digests: MD5, SHA1, SHA2.

use crate::catalog::function::FunctionDef;

pub const FUNCTIONS: &[FunctionDef] = &[];
