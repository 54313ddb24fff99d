//! Flink SQL in, Rust text and plan out.
//!
//! Pure: no I/O, no clock, no environment. Six passes in order, each owns the form it produces:
//!
//! | pass | from | to |
//! |---|---|---|
//! | [`p1_parse`] | text | statements ([`p1_parse::ast`]) |
//! | [`p2_bind`] | statements | names and types resolved ([`p2_bind::bound`]) |
//! | [`p3_plan`] | bound queries | logical plan ([`p3_plan::plan`]) |
//! | [`p4_optimize`] | logical plan | logical plan, cheaper |
//! | [`p5_physical`] | logical plan | operators, exchanges, changelog modes, state ([`p5_physical::plan`]) |
//! | [`p6_codegen`] | physical plan | one Rust source file |

pub mod base;
pub mod catalog;
pub mod compile;
pub mod declared;
pub mod explain;
pub mod expr;
pub mod p1_parse;
pub mod p2_bind;
pub mod p3_plan;
pub mod p4_optimize;
pub mod p5_physical;
pub mod p6_codegen;

pub use compile::{Compiled, CompiledPreview, Explained, Stage, compile, compile_preview, explain};
pub use declared::{Declared, declared};
pub use p2_bind::preview::Preview;

#[cfg(test)]
mod sample;
