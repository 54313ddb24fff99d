//! `+`, `-`, `*`, `/`, `%`, MOD and the minus sign, over numbers, dates and intervals.

use crate::catalog::function::FunctionDef;

pub const FUNCTIONS: &[FunctionDef] = &[];
