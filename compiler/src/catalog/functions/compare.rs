//! Comparisons: `=`, `<`, IS NULL, IS DISTINCT FROM.

use crate::catalog::function::FunctionDef;

pub const FUNCTIONS: &[FunctionDef] = &[];
