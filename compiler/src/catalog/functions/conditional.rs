//! GREATEST, LEAST, IS_ALPHA, TYPEOF and their like.

use crate::catalog::function::FunctionDef;

pub const FUNCTIONS: &[FunctionDef] = &[];
