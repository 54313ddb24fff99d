//! Logic of three values: NOT, IS TRUE, IS UNKNOWN.

use crate::catalog::function::FunctionDef;

pub const FUNCTIONS: &[FunctionDef] = &[];
