//! The entry of a generated executable.
