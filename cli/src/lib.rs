//! The `millstream` command as a library: what each subcommand does.

pub mod command;
