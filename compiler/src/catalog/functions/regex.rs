//! Functions over Java regular expressions, and SIMILAR TO.

use crate::catalog::function::FunctionDef;

pub const FUNCTIONS: &[FunctionDef] = &[];
