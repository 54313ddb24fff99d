//! Functions of text: UPPER, TRIM, SUBSTRING, LIKE, encodings and URLs.

use crate::catalog::function::FunctionDef;

pub const FUNCTIONS: &[FunctionDef] = &[];
