//! The corpus: `golden/cases/<topic>/<case>.md`, one idea each, and the generated Rust of those that are run.
//!
//! [`case`] reads and writes the files, [`expected`] says what the compiler makes of them, [`golden`] what files must
//! hold it; [`changelog`] makes tables of changes. Rows are the business of the test `rows`, which links the generated
//! jobs.

pub mod case;
pub mod changelog;
pub mod expected;
pub mod golden;
