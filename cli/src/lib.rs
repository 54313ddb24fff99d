//! The `millstream` command as a library: what each subcommand does.

// `println!` panics on a closed pipe; `standard_output` does not.
#![deny(clippy::print_stdout)]

mod client;
pub mod command;
pub mod failure;
mod standard_output;
