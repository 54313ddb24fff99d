//! A conformance case: a script for the compiler, rows for its sources, and what must come out.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// Which file of the folder a case comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Suite {
    Expr,
    Programs,
    Agg,
}

impl Suite {
    pub const ALL: [Suite; 3] = [Suite::Expr, Suite::Programs, Suite::Agg];

    pub fn name(self) -> &'static str {
        match self {
            Suite::Expr => "expr",
            Suite::Programs => "programs",
            Suite::Agg => "agg",
        }
    }
}

pub(super) struct Case {
    pub(super) suite: Suite,
    /// Unique, and the name of a Rust module: `expr_12`.
    pub(super) id: String,
    /// Where it stands in Flink's tests.
    pub(super) origin: String,
    /// The expression or the statement.
    pub(super) sql: String,
    /// The whole script; an error says why there is none.
    pub(super) script: Result<String, String>,
    pub(super) phases: Vec<Phase>,
    /// Typed rows each sink must show, which the job gives back as text. A bare query's sink has no name.
    pub(super) expected_rows: BTreeMap<String, Vec<Json>>,
    pub(super) check: Check,
}

/// One run of the job; a later one goes on from the checkpoint of the one before.
pub(super) struct Phase {
    /// Rows by table; `null` asks for a checkpoint.
    pub(super) inputs: BTreeMap<String, Vec<Json>>,
    /// Sources end, and with them the job. Else it is stopped with a checkpoint.
    pub(super) ends: bool,
    /// Rows to wait for before the job is stopped.
    pub(super) awaited: usize,
}

impl Phase {
    /// All there is: sources that end.
    pub(super) fn bounded(inputs: BTreeMap<String, Vec<Json>>) -> Phase {
        Phase {
            inputs,
            ends: true,
            awaited: 0,
        }
    }

    /// As the job's program reads it, with the options that the compiler found for each table.
    pub(super) fn instructions(&self, options: &Json) -> Json {
        json!({ "inputs": self.inputs, "ends": self.ends, "awaited": self.awaited, "options": options })
    }
}

/// When an error must come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorPhase {
    Planning,
    Runtime,
    Any,
}

/// What decides.
pub(super) enum Check {
    /// One row with one text; `None`: NULL.
    Text {
        expected: Option<String>,
        tolerance: Option<f64>,
    },
    /// The rows of the only sink, materialised, are `expected_rows`; its column types are these, if known.
    Typed {
        types: Option<Vec<String>>,
    },
    Error(ErrorPhase),
    /// Any answer will do (random numbers, clocks).
    Answers,
    /// Rows of each sink as text, in any order.
    Changelogs(BTreeMap<String, Expected>),
}

/// What a sink of a program must show.
pub(super) struct Expected {
    pub(super) rows: Vec<String>,
    /// `rows` are what is left when all changes are made.
    pub(super) materialized: bool,
    /// Positions of the primary key.
    pub(super) key: Vec<usize>,
}

/// How a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed {
        expected: String,
        found: String,
    },
    /// The compiler refused what it does not support, with this message.
    Unsupported(String),
}
