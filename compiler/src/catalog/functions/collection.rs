//! Functions of ARRAY and MAP, and the subscript.

use crate::catalog::function::FunctionDef;

pub const FUNCTIONS: &[FunctionDef] = &[];
