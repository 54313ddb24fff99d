//! Pass 1: text → statements. The only place, with the lowering in `p2_bind`, that names `sqlparser`.

pub mod ast;
