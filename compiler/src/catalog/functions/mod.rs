//! The built-in scalar functions, one table per family. In: a name. Out: its definition.
//!
//! Invariant: a name stands in one table only, in upper case (a test looks at all of them).

use std::collections::HashMap;
use std::sync::LazyLock;

use super::function::FunctionDef;

pub mod arithmetic;
pub mod cast;
pub mod collection;
pub mod compare;
pub mod conditional;
pub mod conversion;
pub mod encoding;
pub mod hash;
mod interval;
pub mod json;
pub mod logic;
pub mod math;
pub mod regex;
mod rounding;
mod signature;
pub mod temporal;
pub mod text;

/// Every family, in the order of documentation.
pub const FAMILIES: &[&[FunctionDef]] = &[
    arithmetic::FUNCTIONS,
    compare::FUNCTIONS,
    logic::FUNCTIONS,
    math::FUNCTIONS,
    temporal::FUNCTIONS,
    conversion::FUNCTIONS,
    text::FUNCTIONS,
    encoding::FUNCTIONS,
    regex::FUNCTIONS,
    json::FUNCTIONS,
    collection::FUNCTIONS,
    hash::FUNCTIONS,
    conditional::FUNCTIONS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static FunctionDef>> = LazyLock::new(|| {
    FAMILIES
        .iter()
        .flat_map(|family| family.iter())
        .map(|f| (f.name, f))
        .collect()
});

/// The function of that name or operator symbol.
pub fn lookup(name: &str) -> Option<&'static FunctionDef> {
    BY_NAME.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_upper_case_and_unique() {
        let mut names: Vec<&str> = FAMILIES.iter().flat_map(|f| f.iter()).map(|f| f.name).collect();
        assert!(names.iter().all(|n| n.to_uppercase() == *n));
        let listed = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), listed);
    }
}
