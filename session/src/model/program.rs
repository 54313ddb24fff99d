//! What compiling a deployment's version found: enough to start its job without compiling again.
//!
//! In: the compiler's answer. Out: tables, configuration, operators. Invariant: options are as written in the texts of
//! the version; what integrations add is looked up at every start.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    pub deployment_id: String,
    /// `pipeline.name`, else the name of the application.
    pub name: String,
    pub tables: Vec<ProgramTable>,
    /// What SET leaves.
    pub config: BTreeMap<String, String>,
    /// In the order of the plan.
    pub operators: Vec<ProgramOperator>,
    /// The physical plan as `explain` prints it.
    pub plan: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramTable {
    pub name: String,
    /// Of the WITH clause.
    pub options: BTreeMap<String, String>,
    pub integration_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramOperator {
    pub name: String,
    pub uid: String,
    /// What the bytes of its state depend on; only of operators with state.
    pub state_fingerprint: Option<String>,
    /// The line of the plan.
    pub description: String,
    /// Operators it reads from, by their places in the plan.
    #[serde(default)]
    pub inputs: Vec<usize>,
}
