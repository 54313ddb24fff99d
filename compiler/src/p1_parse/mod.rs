//! Pass 1: text → statements. The only place, with the lowering in `p2_bind`, that names `sqlparser`.
//!
//! In: the files of an application. Out: a [`Script`], every statement in the order of the text. What is wrong is
//! reported and left out; the statements after it are still parsed. sqlparser parses queries and expressions under
//! a dialect of ours; Flink's own statements have parsers here, over sqlparser's public `Parser`.
//!
//! Two conventions tie the parts together. A token's sqlparser `Location` holds the file's number and a byte offset
//! instead of line and column, so that every sqlparser span is a [`Span`](crate::base::Span) without a table
//! ([`positions`]). And Flink's forms that sqlparser's syntax tree lacks are functions called `$NAME`, a name
//! nobody can write ([`ext`] makes and reads them).
//!
//! Parsing recurses with the nesting of the text, up to a fixed limit; the compiler's thread needs a stack of
//! 64 MB.

pub mod ast;
mod columns;
mod command;
mod create;
mod cursor;
mod dialect;
mod error;
pub mod ext;
mod guard;
pub mod hints;
mod infix;
mod insert;
mod json;
pub mod positions;
mod prefix;
mod reserved;
mod statement;
mod tokens;
mod types;
mod words;

#[cfg(test)]
mod meaning_tests;
#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod reserved_tests;
#[cfg(test)]
mod statement_tests;

pub use ast::Script;
pub use statement::parse;
