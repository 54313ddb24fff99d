//! Mathematical functions.

use crate::catalog::function::FunctionDef;

pub const FUNCTIONS: &[FunctionDef] = &[];
