//! The `millstream` command as a library: what each subcommand does.

mod client;
pub mod command;
