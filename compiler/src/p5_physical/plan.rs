//! The physical plan: the operators of a job as the runtime runs them.

use std::fmt;

use sql::Value;

use crate::base::Span;
use crate::catalog::table::Table;
use crate::expr::Expr;
use crate::p3_plan::plan::{Aggregate, Schema, Window, WindowInput};

pub use crate::p3_plan::plan::NodeId;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhysicalPlan {
    /// Inputs come before the nodes that read them. Sinks are the nodes nobody reads.
    pub nodes: Vec<PhysicalNode>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PhysicalNode {
    pub op: PhysicalOp,
    pub inputs: Vec<NodeId>,
    pub schema: Schema,
    /// The clause this node came from.
    pub span: Span,
    /// Unique in the job: `tumble_30s_by_hostname_cpu`.
    pub name: String,
    /// Stable identity of the operator across versions of the statement.
    pub uid: String,
    /// Of stateful operators: what the stored bytes depend on.
    pub state_fingerprint: Option<String>,
    /// Changes in the node's output (of a sink: in what it is given).
    pub changelog: ChangelogMode,
    /// Sets of columns of which each tells the rows of the result apart.
    pub upsert_keys: Vec<Vec<usize>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PhysicalOp {
    /// `columns` of the table; computed ones and the watermark are evaluated by the source.
    Source {
        table: Table,
        columns: Vec<usize>,
    },
    Values {
        rows: Vec<Vec<Value>>,
    },
    /// Filter and project in one pass. `drop_update_before`: nobody above asks for -U rows.
    Calc {
        condition: Option<Expr>,
        exprs: Vec<Expr>,
        drop_update_before: bool,
    },
    Union,
    /// Rows of equal keys go to one thread; without keys all rows go to the first.
    Exchange {
        keys: Vec<usize>,
    },
    WindowAssign {
        window: Window,
    },
    GroupAgg {
        keys: Vec<usize>,
        aggregates: Vec<Aggregate>,
        input_retracts: bool,
        emit_update_before: bool,
    },
    WindowAgg {
        window: WindowInput,
        keys: Vec<usize>,
        aggregates: Vec<Aggregate>,
        input_retracts: bool,
    },
    /// Without a table: prints the rows.
    Sink {
        table: Option<Table>,
    },
}

/// Which kinds of change rows may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangelogMode {
    pub insert: bool,
    pub update_before: bool,
    pub update_after: bool,
    pub delete: bool,
}

impl ChangelogMode {
    pub const INSERT_ONLY: ChangelogMode = ChangelogMode {
        insert: true,
        update_before: false,
        update_after: false,
        delete: false,
    };
    pub const ALL: ChangelogMode = ChangelogMode {
        insert: true,
        update_before: true,
        update_after: true,
        delete: true,
    };

    pub fn is_insert_only(self) -> bool {
        !self.update_before && !self.update_after && !self.delete
    }

    /// What two streams together contain.
    pub fn union(self, other: ChangelogMode) -> ChangelogMode {
        ChangelogMode {
            insert: self.insert || other.insert,
            update_before: self.update_before || other.update_before,
            update_after: self.update_after || other.update_after,
            delete: self.delete || other.delete,
        }
    }
}

/// As Flink writes it: `[I,UB,UA,D]`.
impl fmt::Display for ChangelogMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            (self.insert, "I"),
            (self.update_before, "UB"),
            (self.update_after, "UA"),
            (self.delete, "D"),
        ];
        let names: Vec<&str> = kinds
            .iter()
            .filter(|(is_in, _)| *is_in)
            .map(|(_, name)| *name)
            .collect();
        write!(f, "[{}]", names.join(","))
    }
}
