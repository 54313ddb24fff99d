//! Pass 6: physical plan → one Rust source file.
