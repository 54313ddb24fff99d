//! Functions of dates and times.

use crate::catalog::function::FunctionDef;

pub const FUNCTIONS: &[FunctionDef] = &[];
